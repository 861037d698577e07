"""Results of speech recognisers in JSON, recognised by the shape of the data and not by the name of the file."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

_TAGGED = re.compile(r"\s*<(?:p|div|span|br)\b", re.IGNORECASE)
_TIMESTAMP = re.compile(r"<span class=.?[\"']timestamp.*?</span>", re.DOTALL)
_Shape = Callable[[Any], "list[str] | None"]


def parse(text: str) -> Any:
    """The value of a JSON text, or the list of values of JSON lines, or None if it is neither."""
    beginning = text.lstrip()[:1]
    if beginning not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return _values(text)


def _values(text: str) -> list[Any] | None:
    """Values one after the other, as in JSON lines."""
    decoder, values, at = json.JSONDecoder(), [], 0
    text = text.strip()
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            return None
        values.append(value)
        while at < len(text) and text[at] in " \t\n,":
            at += 1
    return values


def is_broken(text: str) -> bool:
    """True if a text begins like JSON, but is not JSON."""
    beginning = "".join(text.lstrip()[:200].split())
    return beginning.startswith(('{"', '[{"', "[[")) and parse(text) is None


def lines(data: Any) -> tuple[str, list[str]]:
    """The maker of a result, and its text by segments, or as one line.

    Raises:
        ValueError: it does not have the shape of any recogniser's result.

    """
    for maker, shape in _SHAPES:
        found = shape(data)
        if found is not None:
            return maker, _without_tags(found)
    raise ValueError(f"JSON with {_described(data)}, which is not the result of a known recogniser")


def _without_tags(found: list[str]) -> list[str]:
    """Lines without the tags of an editor in a browser (oTranscribe)."""
    if not any(_TAGGED.match(line) for line in found):
        return found
    from clm.documents.formats.html import text_of

    return text_of(_TIMESTAMP.sub(" ", "\n".join(found))).split("\n")


def by_recording(data: Any, *, hypothesis: bool = False) -> dict[str, list[str]] | None:
    """Texts by the stems of audio files, from the lines of a NeMo manifest; None if the data is something else.

    With `hypothesis`, what was recognised (`pred_text`) is taken before what was said (`text`).
    """
    rows = data if isinstance(data, list) else [data]
    if not rows or not all(isinstance(row, dict) and isinstance(row.get("audio_filepath"), str) for row in rows):
        return None
    order = ("pred_text", "text") if hypothesis else ("text", "pred_text")
    found: dict[str, list[str]] = {}
    for row in rows:
        words = next((row[key] for key in order if isinstance(row.get(key), str)), None)
        if words is None:
            return None
        found.setdefault(PurePath(row["audio_filepath"]).stem, []).append(words)
    return found


def _described(data: Any) -> str:
    if isinstance(data, dict):
        return "the keys " + ", ".join(list(data)[:5]) if data else "nothing in it"
    return f"a list of {len(data)}" if isinstance(data, list) else "a single value"


def _get(data: Any, *keys: str | int) -> Any:
    """The value down a path, or None."""
    for key in keys:
        if isinstance(key, int):
            data = data[key] if isinstance(data, list) and len(data) > key else None
        else:
            data = data.get(key) if isinstance(data, dict) else None
    return data


def _texts(items: Any, *path: str | int) -> list[str] | None:
    """Strings at a path in each item of a list; None if any lacks it, or there is no list."""
    if not isinstance(items, list):
        return None
    found = [_get(item, *path) for item in items]
    return [text.strip() for text in found] if all(isinstance(text, str) for text in found) else None


def _amazon(data: Any) -> list[str] | None:
    return _texts(_get(data, "results", "transcripts"), "transcript")


def _amazon_calls(data: Any) -> list[str] | None:
    return _texts(_get(data, "Transcript"), "Content")


def _deepgram(data: Any) -> list[str] | None:
    utterances = _texts(_get(data, "results", "utterances"), "transcript")
    return utterances or _texts(_get(data, "results", "channels"), "alternatives", 0, "transcript")


def _google_or_watson(data: Any) -> list[str] | None:
    inner = _get(data, "response") or data
    results = _get(inner, "results")
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        return None
    if any(_get(result, "alternatives", 0, "content") is not None for result in results):
        return None
    # Google may repeat all words, with the speaker of each, in a last result that has no text.
    return _texts(
        [item for item in results if _get(item, "alternatives", 0, "transcript")], "alternatives", 0, "transcript"
    )


def _speechmatics(data: Any) -> list[str] | None:
    results = _get(data, "results")
    contents = _texts(results, "alternatives", 0, "content")
    if not contents:
        return None
    attached = [_get(item, "type") == "punctuation" and _get(item, "attaches_to") != "none" for item in results]
    parts = [word if joined else f" {word}" for word, joined in zip(contents, attached, strict=True)]
    return ["".join(parts).strip()]


def _azure(data: Any) -> list[str] | None:
    for key, field in (("combinedRecognizedPhrases", "display"), ("combinedPhrases", "text")):
        if (found := _texts(_get(data, key), field)) is not None:
            return found
    shown = _get(data, "DisplayText")
    return [shown] if isinstance(shown, str) else None


def _revai(data: Any) -> list[str] | None:
    monologues = _get(data, "monologues")
    if not isinstance(monologues, list):
        return None
    said: Iterable[list[str] | None] = (_texts_raw(_get(item, "elements")) for item in monologues)
    return ["".join(parts) for parts in said if parts is not None]


def _texts_raw(elements: Any) -> list[str] | None:
    if not isinstance(elements, list):
        return None
    return [str(_get(item, "value") or "") for item in elements if _get(item, "type") in ("text", "punct", "unknown")]


def _youtube(data: Any) -> list[str] | None:
    events = _get(data, "events")
    if not isinstance(events, list) or not any(_get(event, "segs") for event in events):
        return None
    joined = ("".join(str(_get(part, "utf8") or "") for part in _get(event, "segs") or []) for event in events)
    return [line.strip() for line in joined if line.strip()]


def _gladia(data: Any) -> list[str] | None:
    for path in (("result", "transcription"), ("transcription",)):
        shown = _get(data, *path, "full_transcript")
        if isinstance(shown, str):
            return [shown]
    return None


def _segments(data: Any) -> list[str] | None:
    """Parts with a text and a time: Whisper and its derivatives, podcasts, YouTube's transcripts as a list."""
    for key, field in (("segments", "text"), ("segments", "body"), ("transcription", "text"), ("utterances", "text"),
                       ("chunks", "text")):  # fmt: skip
        if found := _texts(_get(data, key), field):
            return found
    timed = isinstance(data, list) and bool(data) and all(
        isinstance(item, dict) and item.keys() & {"start", "begin", "from", "timestamp", "start_time", "result"}
        for item in data
    )  # fmt: skip
    return _texts(data, "text") if timed else None


def _dialogue(data: Any) -> list[str] | None:
    """Sentences or turns in a list (Fireflies, Twilio, Sonix, Trint), or nothing but strings."""
    inner = _get(data, "data", "transcript") or data
    for key in ("sentences", "transcript", "blocks", "paragraphs", "turns", "monologue"):
        items = inner if isinstance(inner, list) else _get(inner, key)
        for field in ("text", "sentence", "transcript", "content"):
            if found := _texts(items, field):
                return found
    paragraphs = [_texts(_get(part, "words"), "value") for part in _get(data, "transcript", "paragraphs") or []]
    if paragraphs and all(paragraphs):
        return [" ".join(words) for words in paragraphs if words]
    strings = isinstance(data, list) and bool(data) and all(isinstance(item, str) for item in data)
    return list(data) if strings else None


def _text(data: Any) -> list[str] | None:
    """The whole text: AssemblyAI, Vosk, ElevenLabs, OpenAI; or `transcript`, as gentle and others call it."""
    for key in ("text", "transcript", "pred_text"):
        if isinstance(_get(data, key), str):
            return [data[key].strip()]
    return None


def _nemo(data: Any) -> list[str] | None:
    found = by_recording(data)
    return [line for lines in found.values() for line in lines] if found else None


_SHAPES: tuple[tuple[str, _Shape], ...] = (
    ("Amazon Transcribe", _amazon),
    ("Amazon Transcribe call analytics", _amazon_calls),
    ("Deepgram", _deepgram),
    ("Speechmatics", _speechmatics),
    ("Google or Watson", _google_or_watson),
    ("Azure", _azure),
    ("Rev AI", _revai),
    ("YouTube", _youtube),
    ("Gladia", _gladia),
    ("NeMo", _nemo),
    ("Whisper", _segments),
    ("a recogniser", _dialogue),
    ("a recogniser", _text),
)
