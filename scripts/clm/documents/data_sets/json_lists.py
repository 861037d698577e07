"""Lists of recordings in JSON, as flat rows whatever their shape.

Lines or one array of objects, an object of objects by id, texts by the name of the file; with segments inside of
recordings (GigaSpeech, Lhotse, Label Studio), or with the path of the audio in an object of its own (Hugging Face).
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clm.audio.formats import AUDIO_SUFFIXES
from clm.base.errors import UserError

#: Tags of GigaSpeech in the place of punctuation.
_TAG = re.compile(r"\s*<[A-Z_]+>")
_SEGMENTS = ("segments", "supervisions", "utterances")

Row = dict[str, str]


def rows(text: str, path: Path) -> list[Row]:
    """The recordings, or their segments, that a JSON text lists, as cells by their keys; empty if it lists none.

    Raises:
        UserError: a line is not JSON.

    """
    try:
        whole = json.loads(text)
    except ValueError:
        return [row for item in _lines(text, path) for row in _flat(item)]
    return [row for item in _items(whole) for row in _flat(item)]


def _lines(text: str, path: Path) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise UserError(f"{path}: line {number} is not JSON ({error})", "correct or delete the line") from error


def _items(whole: Any) -> list[Any]:
    """The objects of a list, wherever it is."""
    if not isinstance(whole, dict):
        return whole if isinstance(whole, list) else []
    if listed := next((value for key, value in whole.items() if _is_list(value) and key not in _SEGMENTS), None):
        return listed
    if len(whole) > 1 and all(isinstance(value, dict) for value in whole.values()):
        return [{"id": key, **value} for key, value in whole.items()]
    if all(isinstance(value, str) and Path(key).suffix.lower() in AUDIO_SUFFIXES for key, value in whole.items()):
        return [{"audio": key, "text": value} for key, value in whole.items()]
    return [whole]


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _flat(item: Any) -> Iterator[Row]:
    """An object as a row, or a row for each of its segments with what holds for all of them."""
    if not isinstance(item, dict):
        return
    if "annotations" in item and isinstance(item.get("data"), dict):
        yield from _annotated(item)
        return
    whole = _cells({key: value for key, value in item.items() if key not in _SEGMENTS})
    segments = next((item[key] for key in _SEGMENTS if _is_list(item.get(key))), None)
    if segments is None:
        yield whole
        return
    begin = _number(item.get("start"))
    for segment in segments:
        cells = _cells(segment)
        if begin and "start" in cells:  # Lhotse counts from the beginning of the cut
            cells["start"] = str(begin + (_number(cells["start"]) or 0.0))
        rest = {key: value for key, value in whole.items() if key not in ("start", "duration", "id")}
        yield {**rest, **cells}


def _cells(item: Mapping[str, Any]) -> Row:
    cells: Row = {}
    for key, value in item.items():
        if isinstance(value, Mapping):
            place = next((value[name] for name in ("path", "file", "url", "source") if value.get(name)), None)
            sources = value.get("sources")
            if place is None and sources and _is_list(sources):
                place = sources[0].get("source")
            if place:
                cells["audio_path" if key == "recording" else key] = str(place)
        elif key == "sources" and _is_list(value):
            cells["audio_path"] = str(value[0].get("source", ""))
        elif value is not None and not isinstance(value, list):
            cells[key] = _TAG.sub("", str(value)) if key.startswith("text") else str(value)
    return cells


def _annotated(item: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of an export of Label Studio: the text of a recording, or of its regions."""
    whole = _cells(item["data"])
    results = [result for entry in item["annotations"][:1] for result in entry.get("result", ())]
    values = [result.get("value", {}) for result in results]
    for value in values:
        said = value.get("text")
        if said:
            words = " ".join(said) if isinstance(said, list) else str(said)
            times = {key: str(value[key]) for key in ("start", "end") if key in value}
            yield {**whole, **times, "transcription": words}


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
