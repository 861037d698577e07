"""Subtitles: the words of the cues, without numbers, times, names of voices, notes and styles.

SubRip and WebVTT are read here: pysubs2 1.8 loses a line that is a number ("2024"), and takes notes and cue names of
WebVTT for words. What has a grammar of its own (SubStation Alpha, TTML, SAMI, MicroDVD) is read by pysubs2.
"""

import html
import re
from dataclasses import dataclass
from itertools import pairwise

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,:]\d{1,3})?"
_TIMING = re.compile(
    rf"^[ \t]*(?P<start>{_TIME})[ \t]*(?:--?>|\u2192)[ \t]*(?P<end>{_TIME})(?:[ \t]+(?P<rest>.*))?$", re.MULTILINE
)
#: What may stand behind the times of a cue: settings such as align:start, coordinates.
_SETTINGS = re.compile(r"(?:(?:[A-Za-z]+\d?:\S*|line|position)[ \t]*)*$")
_SBV = re.compile(r"^\d{1,2}:\d{2}:\d{2}\.\d{3},\d{1,2}:\d{2}:\d{2}\.\d{3}[ \t]*$", re.MULTILINE)
_LRC = re.compile(r"^(?:\[\d{1,3}:\d{2}(?:\.\d{1,3})?\])+", re.MULTILINE)
_LRC_HEAD = re.compile(r"\[(?:ar|al|ti|au|by|offset|length|re|ve|la|#):?[^\]]*\][ \t]*$", re.IGNORECASE)
_MICRODVD = re.compile(r"^\{\d+\}\{\d*\}", re.MULTILINE)
_TAG = re.compile(
    r"</?[A-Za-z][^<>\n]*>|<(?:\d{1,3}:)?\d{2}:\d{2}[.,]\d{1,3}>|\{\\[^{}\n]*\}|\{/?[ibusYCFc](?::[^{}\n]*)?\}"
)
_WORD_TIME = re.compile(r"<\d{1,3}:\d{2}(?:[.:]\d{1,3})?>")


@dataclass(frozen=True)
class _Cue:
    """`start`, `end`: as they are written."""

    start: str
    end: str
    lines: list[str]


def is_webvtt(text: str) -> bool:
    """True if a text is WebVTT."""
    return re.match(r"\s*WEBVTT(?=\s|$)", text) is not None


def is_subrip(text: str) -> bool:
    """True if a text is SubRip, whatever its name: it has lines of two times with an arrow between them."""
    return ("->" in text or "\u2192" in text) and _TIMING.search(text) is not None


def is_sbv(text: str) -> bool:
    """True if a text is SBV, the subtitle format of YouTube."""
    return text[:1].isdigit() and _SBV.match(text) is not None


def is_lrc(text: str) -> bool:
    """True if a text is LRC: nearly every line begins with a minute in brackets, except some headers."""
    if not text.lstrip().startswith("["):
        return False
    lines = [line for line in text.splitlines() if line.strip() and not _LRC_HEAD.match(line)]
    timed = sum(_LRC.match(line) is not None for line in lines)
    return timed >= 2 and timed >= 0.9 * len(lines)


def library_format(text: str) -> str | None:
    """The format, by its name in pysubs2, of subtitles that this library reads."""
    head = text.lstrip()[:2000]
    if re.match(r"\[script info\]", head, re.IGNORECASE):
        return "ass"
    if re.search(r"<tt[\s>:]", head) and "http://www.w3.org/" in head:
        return "ttml"
    if re.match(r"<sami[\s>]", head, re.IGNORECASE):
        return "sami"
    lines = [line for line in text.splitlines() if line.strip()]
    return "microdvd" if lines and all(map(_MICRODVD.match, lines)) else None


def read_webvtt(text: str) -> list[str]:
    r"""The lines of all cues, an empty one after each cue.

    >>> read_webvtt("WEBVTT\n\nNOTE by me\n\nintro\n00:01.000 --> 00:02.000\n<v Ann>a &amp; b\n\nid 2")
    ['a & b', '']
    """
    cues: list[_Cue] = []
    for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", text):
        of_block = 0  # a block may lack the empty line before the next cue
        for line in block.split("\n"):
            if match := _TIMING.match(line):
                cues.append(_Cue(match["start"], match["end"], _beside(match)))
                of_block += 1
            elif of_block and (words := _words(line)):
                cues[-1].lines.append(words)
    return _unrolled(cues)


def read_subrip(text: str) -> list[str]:
    r"""The lines of all cues, an empty one after each cue; a number before a time is the cue's, any other is a word.

    >>> read_subrip("1\n00:00:01,000 --> 00:00:02,000\nIn\n2024\n\n2\n00:00:02,000 --> 00:00:03,000\n<i>we met</i>")
    ['In', '2024', '', 'we met', '']
    """
    timings = list(_TIMING.finditer(text))
    ends = [*(match.start() for match in timings), len(text)]
    starts = [0, *(match.end() for match in timings)]
    pieces = [text[start:end].split("\n") for start, end in zip(starts, ends, strict=True)]
    numbered = _number(pieces[0]) is not None
    first = _number(pieces[0]) or 0
    cues: list[_Cue] = []
    for place, piece in enumerate(pieces[1:], start=1):
        last = place == len(pieces) - 1
        if numbered and not last:
            found = _number(piece)
            adjacent = len(piece) > 1 and piece[-1] == "" and piece[-2].strip().isdigit()
            if found is not None and (adjacent or found == first + place):
                while not piece[-1].strip():
                    piece.pop()
                piece.pop()
        lines = [words for line in piece if (words := _words(line))]
        timing = timings[place - 1]
        cues.append(_Cue(timing["start"], timing["end"], [*_beside(timing), *lines]))
    return _unrolled(cues)


def _beside(timing: re.Match[str]) -> list[str]:
    """Words on the line of the times, where some programs write them."""
    rest = timing["rest"] or ""
    words = "" if _SETTINGS.match(rest) else _words(rest)
    return [words] if words else []


def _number(lines: list[str]) -> int | None:
    """The number on the last line that is not empty."""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return int(last) if last.isdecimal() and last.isascii() else None


def read_sbv(text: str) -> list[str]:
    """The lines between the times."""
    return [_words(line) for line in _SBV.sub("", text).split("\n") if _words(line)]


def read_lrc(text: str) -> list[str]:
    """The lines without their times; headers go."""
    lines = (line for line in text.split("\n") if not _LRC_HEAD.match(line.strip()))
    return [words for line in lines if (words := _WORD_TIME.sub("", _LRC.sub("", line)).strip())]


def read_by_library(text: str, name: str) -> list[str]:
    """The lines of subtitles in a format that pysubs2 knows by this name.

    Raises:
        ValueError: it cannot be parsed.

    """
    import pysubs2

    try:
        subtitles = pysubs2.SSAFile.from_string(text, format_=name, fps=25 if name == "microdvd" else None)
    except Exception as error:  # the library's parsers raise what their parts raise
        raise ValueError(str(error)) from error
    spoken = [event for event in subtitles if not event.is_comment and not event.is_drawing]
    return [_words(line) for event in spoken for line in event.plaintext.split("\n") if _words(line)]


def _words(line: str) -> str:
    return html.unescape(_TAG.sub("", line)).strip() if line.strip() else ""


def _unrolled(cues: list[_Cue]) -> list[str]:
    """The lines of cues; where each cue begins with the end of the one before (rolling captions), once.

    Speech repeats itself too. Rolling captions differ in that nearly all cues do so, without a pause, and that many
    show a line of the cue before together with a new one.
    """
    cues = [cue for cue in cues if cue.lines]
    following = list(pairwise(cues))
    repeats = sum(_overlap(before.lines, cue.lines) > 0 for before, cue in following)
    rolls = sum(0 < _overlap(before.lines, cue.lines) < len(cue.lines) for before, cue in following)
    joined = sum(before.end == cue.start for before, cue in following)
    if repeats < 0.6 * len(following) or rolls < 0.3 * len(following) or joined < 0.6 * len(following) or not following:
        return [line for cue in cues for line in (*cue.lines, "")]
    lines: list[str] = []
    shown: list[str] = []
    for cue in cues:
        lines += [*cue.lines[_overlap(shown, cue.lines) :], ""]
        shown = cue.lines
    return lines


def _overlap(before: list[str], cue: list[str]) -> int:
    """Number of lines at the beginning of a cue that repeat the end of the one before."""
    sizes = range(min(len(before), len(cue)), 0, -1)
    return next((size for size in sizes if before[-size:] == cue[:size]), 0)
