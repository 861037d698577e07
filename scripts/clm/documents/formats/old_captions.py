"""Captions and labels of older programs, which would pass for plain text with their times and codes as words."""

import itertools
import re
from collections.abc import Callable

_TIMECODE = r"\d{1,2}:\d{2}:\d{2}(?:[:;.,]\d{1,3})?"
_HTK = re.compile(r"(?P<start>\d+)[ \t]+(?P<end>\d+)[ \t]+(?P<word>\S.*)$")
_MPL2 = re.compile(r"\[\d+\]\[\d*\][ \t]*(?P<words>.*)$")
_TMPLAYER = re.compile(r"\d{1,2}:\d{2}:\d{2}[:=](?P<words>(?!\d).*)$")
_SPRUCE = re.compile(rf"{_TIMECODE}\s*,\s*{_TIMECODE}\s*,\s*(?P<words>.*)$")
_TWO_TIMES = re.compile(rf"{_TIMECODE}[ \t,]+{_TIMECODE}$")
_SILENCE = frozenset({"sil", "sp", "spn", "nsn", "pau", "#", "h#", "!enter", "!exit", "<s>", "</s>", "<sil>", "<eps>"})
_BREAK = re.compile(r"\[br\]|(?<!\w)\||\|(?!\w)|\|")


def read(text: str) -> tuple[str, list[str]] | None:
    """The kind of a file and its words, or None if it is none of these."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return None
    if lines[0].startswith("#!MLF!#"):
        lines = [line for line in lines[1:] if not line.startswith('"') and line != "."]
    for kind, reader in _READERS:
        if (found := reader(lines)) is not None:
            return kind, found
    return None


def _htk(lines: list[str]) -> list[str] | None:
    """Labels of HTK: beginning, end (in 100 ns) and a word, one behind the other."""
    found = [_HTK.match(line) for line in lines]
    if len(lines) < 2 or not all(found):
        return None
    times = [(int(match["start"]), int(match["end"])) for match in found if match]
    rising = all(start < end for start, end in times)
    following = sum(one[1] == other[0] for one, other in itertools.pairwise(times))
    if not rising or following < 0.8 * (len(times) - 1):
        return None
    words = [match["word"].split()[0] for match in found if match]
    return [" ".join(word for word in words if word.lower() not in _SILENCE)]


def _by_line(pattern: re.Pattern[str], fewest: int) -> Callable[[list[str]], list[str] | None]:
    """A reader of a format in which each line has times and words."""

    def read_lines(lines: list[str]) -> list[str] | None:
        lines = [line for line in lines if not line.startswith(("$", "//"))]
        found = [pattern.match(line) for line in lines]
        if len(found) < fewest or not all(found):
            return None
        return [" ".join(_BREAK.sub(" ", match["words"]).strip(" /").split()) for match in found if match]

    return read_lines


def _with_header(lines: list[str]) -> list[str] | None:
    """SubViewer and Avid: a header, and a line with two times before the words."""
    if lines[0] != "[INFORMATION]" and not any(line.lower() == "<begin subtitles>" for line in lines[:6]):
        return None
    begin = next((n for n, line in enumerate(lines) if line.lower() in ("[subtitle]", "<begin subtitles>")), 0)
    said = [line for line in lines[begin + 1 :] if not _TWO_TIMES.match(line) and not _STYLE.match(line)]
    return [_BREAK.sub(" ", line) for line in said]


_STYLE = re.compile(r"\[COLF\].*|<end subtitles>$|\[end subtitle\]$", re.IGNORECASE)
_READERS: tuple[tuple[str, Callable[[list[str]], list[str] | None]], ...] = (
    ("labels of HTK", _htk),
    ("MPL2 subtitles", _by_line(_MPL2, 2)),
    ("TMPlayer subtitles", _by_line(_TMPLAYER, 2)),
    ("Spruce subtitles", _by_line(_SPRUCE, 2)),
    ("SubViewer or Avid subtitles", _with_header),
)
