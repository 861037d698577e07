"""Pairs of recordings and transcripts in a folder, by their names."""

import contextlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from clm.audio.formats import AUDIO_SUFFIXES, COMMON_SUFFIXES
from clm.base.messages import some
from clm.base.notices import Notice
from clm.documents.document_sentences import notice

PLAIN_SUFFIX = ".txt"
_DOCUMENTS = (".docx", ".odt", ".rtf")
_TIMED = (".srt", ".vtt", ".stm", ".trn", ".ctm", ".textgrid", ".eaf", ".trs", ".cha", ".ttml", ".dfxp", ".sbv", ".ass")
_REST = (".ssa", ".lrc", ".smi", ".sub", ".lab", ".json", ".jsonl", ".text", ".md", ".html", ".htm", ".tsv", ".csv")
#: Other endings of transcripts, the better ones first where a recording has several.
OTHER_SUFFIXES = (*_DOCUMENTS, *_TIMED, *_REST, ".xml", ".doc", ".pdf")
#: Endings of many other files, too: such a file is a transcript only if it is named like the recording.
_BY_NAME_ONLY = frozenset({".md", ".html", ".htm", ".tsv", ".csv", ".xml", ".jsonl", ".text"})
NO_TRANSCRIPT = "no transcript (.txt, .srt, .vtt, .docx, .json or another of docs/inputs.md)"
_LANGUAGE = re.compile(r"\.[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?$")


@dataclass(frozen=True)
class Matched:
    """Pairs of a folder: names of audio (None where there is none) and of its text; `notices`: about unused files."""

    pairs: tuple[tuple[str | None, str], ...]
    notices: tuple[Notice, ...]


def match(names: Sequence[str], *, text_only: bool = False) -> Matched:
    """One audio file and one text of any names, or several by equal stems.

    A .txt is the transcript where there is one. With `text_only`, a folder without audio is one of texts alone.

    >>> match(["talk.wav", "notes.txt"]).pairs, match(["b.wav", "b.en.srt", "a.mp3", "a.txt"]).pairs
    ((('talk.wav', 'notes.txt'),), (('a.mp3', 'a.txt'), ('b.wav', 'b.en.srt')))

    Raises:
        ValueError: there is no audio, no text, or no one-to-one pairing; the reason as a clause.

    """
    audio = [name for name in sorted(names) if _suffix(name) in AUDIO_SUFFIXES]
    common = [name for name in audio if _suffix(name) in COMMON_SUFFIXES]
    if common and len(common) < len(audio):  # a video beside the recording that was made from it
        with contextlib.suppress(ValueError):
            return _match(common, names)
    return _match(audio, names, text_only=text_only)


def _match(audio: list[str], names: Sequence[str], *, text_only: bool = False) -> Matched:
    plain = [name for name in sorted(names) if _suffix(name) == PLAIN_SUFFIX]
    others = sorted((name for name in names if _is_other(name)), key=_rank)
    if not audio and not text_only:
        raise ValueError(f"no audio file ({', '.join(sorted(COMMON_SUFFIXES))} and others)")
    if not plain and not others:
        raise ValueError(NO_TRANSCRIPT)
    if not audio:
        return Matched(tuple((None, name) for name in plain or sorted(others)), ())
    notices: list[Notice] = []
    if len(audio) == 1 and len(plain) == 1:
        pairs = {audio[0]: plain[0]}
    elif len(audio) == 1 and not plain and not _Named(others).like(audio[0]):
        if not (any_name := [name for name in others if _suffix(name) not in _BY_NAME_ONLY]):
            raise ValueError(NO_TRANSCRIPT)
        pairs = {audio[0]: _best(audio[0], any_name, notices)}
    else:
        pairs = _by_stem(audio, plain, others, notices)
    named = {*pairs.values(), *(name for found in notices for name in found.arguments["names"])}
    of_recordings = _Named(others)
    named.update(text for name in audio for text in of_recordings.like(name))
    if extra := [name for name in sorted(others) if name not in named and _suffix(name) not in _BY_NAME_ONLY]:
        notices.append(notice("unused", names=extra))
    return Matched(tuple(sorted(pairs.items())), tuple(notices))


class _Named:
    """Texts by the recording that they are named like: talk.txt, talk.en.srt, talk.mp3.txt for talk.mp3."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts: dict[str, list[str]] = {}
        for text in texts:
            for key in dict.fromkeys((_stem(text), _LANGUAGE.sub("", _stem(text)))):
                self._texts.setdefault(key, []).append(text)

    def like(self, audio: str) -> list[str]:
        """Texts of a recording, those of just its name first."""
        return list(dict.fromkeys(self._texts.get(_stem(audio), []) + self._texts.get(audio, [])))


def _by_stem(audio: list[str], plain: list[str], others: list[str], notices: list[Notice]) -> dict[str, str]:
    counts = Counter(_stem(name) for name in audio)
    if twice := [stem for stem, count in counts.items() if count > 1]:
        raise ValueError(f"several audio files are named {some(twice)}; keep one of each")
    plain_named, other_named = _Named(plain), _Named(others)
    pairs = {}
    alone, known = [], set()
    for name in audio:
        own = plain_named.like(name)
        known.update(own)
        if len(own) > 1 and len({text.casefold() for text in own}) == 1:
            raise ValueError("two transcripts differ only in the case of .txt; keep one")
        if own:
            pairs[name] = min(own, key=len)
        elif found := other_named.like(name):
            pairs[name] = _best(name, found, notices)
        else:
            alone.append(name)
    if alone:
        raise ValueError(f"no transcript of the same name for {some(alone)}")
    if extra := [text for text in plain if text not in known]:
        raise ValueError(f"no audio of the same name for {some(extra)}")
    return pairs


def _best(audio: str, texts: list[str], notices: list[Notice]) -> str:
    """The transcript of a recording among several in different formats."""
    texts = sorted(texts, key=_rank)
    if len(texts) > 1:
        notices.append(notice("several_transcripts", file=texts[0], recording=audio, names=texts[1:]))
    return texts[0]


def best_transcript(names: Sequence[str]) -> str:
    """The best of several transcripts of one recording, by their endings: plain text, else documents, else others."""
    return min(names, key=lambda name: (_suffix(name) != PLAIN_SUFFIX, _rank(name)))


def is_transcript(name: str) -> bool:
    """True if a file may be a transcript, by its name."""
    return _suffix(name) == PLAIN_SUFFIX or _is_other(name)


def _is_other(name: str) -> bool:
    return _suffix(name) in OTHER_SUFFIXES or name == "text"


def _rank(name: str) -> tuple[int, str]:
    suffix = _suffix(name)
    return OTHER_SUFFIXES.index(suffix) if suffix in OTHER_SUFFIXES else 0, name


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


def _stem(name: str) -> str:
    return PurePath(name).stem
