r"""Beginnings of lines as many tools write them, brought into the few forms that `stamps` and `labels` know.

>>> usual(["[Ann Lee, 00:05] Hello.", "@A.1: Yes.", "Speaker:0", "[1m02s] Go on.", "24/10/2023, 10:05 - Bob: No."])[0]
['Ann Lee [00:05]: Hello.', 'A: Yes.', 'Speaker 0:', '[0:01:02] Go on.', '[10:05] Bob: No.']
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from clm.documents.stamps import CLOCK, is_numbered_speaker, looks_like_name

_TO = r"[ ]*(?:--?>|\u2192|[-\u2013\u2014]|to)[ ]*"
_RANGE = rf"{CLOCK}(?:{_TO}{CLOCK})?"
_NAME = r"(?P<name>[^\W\d_][^:\[\]()<>|\t]{0,50}?)"
#: The day before a time, as messengers and recorders write it.
_DATED = re.compile(
    rf"(?P<box>[\[(])?\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{1,4}},?[ T]+(?P<clock>{CLOCK})(?:[ \u202f]?[AaPp]\.?[Mm]\.?)?"
    r"(?P<close>[\])])?(?P<dash>[ ]*[-\u2013][ ]+)?[ ]*(?P<rest>.*)"
)
#: `[1m05s]`, `(05s)`, `<1h 2m 5.3s>`.
_UNITS = re.compile(
    r"[\[(<][ ]*(?:(\d{1,2})[ ]?h[ ]?)?(?:(\d{1,3})[ ]?m(?:in)?[ ]?)?(\d{1,4})(?:\.\d+)?[ ]?s(?:ec)?[ ]*[\])>]"
)
_BOTH_BOXED = re.compile(rf"[\[(<]{_NAME}[ ,;|-]+(?P<clock>{_RANGE})[ ]*[\])>][ ]*:?[ ]*(?P<rest>.*)")
_DASHED_TIME = re.compile(rf"{_NAME}[ ]*[-\u2013\u2014|\u2022\u00b7/][ ]*(?P<clock>{_RANGE})[ ]*$")
_NAME_AND_RANGE = re.compile(rf"{_NAME}[ ,]+(?P<clock>{CLOCK}){_TO}{CLOCK}[ ]*$")
_NUMBERED_AND_TIME = re.compile(rf"{_NAME}[ ,]+(?P<clock>{_RANGE})(?:[ ]+(?P<rest>\S.*))?$")
_KEYED = re.compile(r"(?P<open>[\[(<])?(?P<role>speaker|spkr?|participant|channel|sprecher)[ ]?:[ ]?"
                    r"(?P<number>[A-Z]?\d{1,3}|[A-Z])(?P<close>[\])>])?:?(?P<rest>[ ].*)?$", re.IGNORECASE)  # fmt: skip
#: `@A.12:`: a turn of Switchboard.
_TURN = re.compile(r"@?(?P<side>[A-Z])\.\d{1,4}:(?=\s)")
_AT = re.compile(r"@(?=\w[\w .-]{0,30}:\s)")
_HOURS = re.compile(rf"\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,]\d{{1,3}})?(?:{_TO}{CLOCK})?$")
_ONLY_TIME = re.compile(rf"[\[(<]?{_RANGE}[\])>]?$")
_QUOTED_TIME = re.compile(rf"`({_RANGE})`")
_EMPHASISED = re.compile(r"[*_]{1,2}(?=[(\[]\d)|(?<=\d[)\]])[*_]{1,2}")
_MARKED = re.compile(r"(?:#{1,6}[ ]+|\*\*|__|'{2,5})(?P<name>[^*_#':]{1,60}?)(?:\*\*|__|'{2,5}|#{0,6})$")
_QUOTES = re.compile(r"'{2,5}")
#: `12  said`, `12. said`, `[12] said`; two times in seconds in front of a line, as of Fisher's transcripts.
_NUMBER = re.compile(r"[\[(]?(?P<number>\d{1,5})[.)\]:]?(?:[ \t]+(?P<rest>.*))?$")
_TWO_TIMES = re.compile(r"\d{1,5}\.\d{1,4}[ \t]+\d{1,5}\.\d{1,4}[ \t]+(?P<rest>\S.*)$")
#: Lines that are numbered: the fewest, and their share of all.
_FEWEST, _MOST = 4, 0.95
_HEADED = 0.4
#: What people say in one word, a paragraph of its own.
_ANSWERS = frozenset(
    [
        "yes", "no", "okay", "ok", "right", "thanks", "hello", "hi", "bye", "good", "sure", "well", "so", "yeah",
        "exactly", "true", "what", "why", "amen", "silence",
    ]
)  # fmt: skip


def usual(lines: Sequence[str]) -> tuple[list[str], bool]:
    """Lines in usual forms, and whether numbers of lines were left out."""
    if not any(map(_is_special, lines)) and len(lines) < _FEWEST:
        return list(lines), False
    lines = [_usual(line.strip()) if _is_special(line) else line for line in lines]
    lines = _without_seconds(lines)
    lines, numbered = _without_numbers(lines)
    return _with_headings([_usual(line) for line in lines] if numbered else lines), numbered


def _is_special(line: str) -> bool:
    return any(sign in line for sign in ":@`'\t") or line.lstrip()[:1] in tuple("0123456789[(<")


def _usual(line: str) -> str:
    line = _QUOTED_TIME.sub(r"\1", _EMPHASISED.sub("", line))
    if line.startswith("''"):
        line = _QUOTES.sub("", line)
    if "\t" in line:
        line = _tabbed(line)
    line = _AT.sub("", _TURN.sub(r"\g<side>:", line))
    if (match := _DATED.match(line)) and (match["box"] or match["dash"] or ": " in match["rest"]):
        return f"[{match['clock']}] {match['rest']}"
    if match := _UNITS.match(line):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return f"[{hours}:{minutes + seconds // 60:02}:{seconds % 60:02}]{line[match.end() :]}"
    if match := _KEYED.match(line):
        rest = (match["rest"] or "").strip()
        if match["close"] or not rest:
            return f"{match['role']} {match['number']}: {rest}".rstrip()
    if _HOURS.match(line):
        return f"[{line}]"
    return _name_and_time(line)


def _name_and_time(line: str) -> str:
    """A name and a time in one box, or with a dash or a second time, as `Name [time]: said`."""
    if (match := _BOTH_BOXED.match(line)) and looks_like_name(match["name"]):
        return f"{match['name']} [{match['clock']}]: {match['rest']}"
    match = _DASHED_TIME.match(line) or _NAME_AND_RANGE.match(line)
    if match and looks_like_name(match["name"]):
        return f"{match['name'].strip()} [{match['clock']}]"
    if (match := _NUMBERED_AND_TIME.match(line)) and is_numbered_speaker(match["name"]):
        return f"{match['name']} [{match['clock']}]: {match['rest'] or ''}".rstrip()
    return line


def _tabbed(line: str) -> str:
    """Cells of a name and a time, in either order, in front of the words."""
    first, *others = (cell.strip() for cell in line.split("\t") if cell.strip())
    if not others:
        return line
    second, rest = others[0], " ".join(others[1:])
    if _ONLY_TIME.match(first) and looks_like_name(second) and rest:
        return f"{second} [{first.strip('[]()<>')}]: {rest}"
    if looks_like_name(first) and _ONLY_TIME.match(second):
        return f"{first} [{second.strip('[]()<>')}]" + (f": {rest}" if rest else "")
    return line


def _without_seconds(lines: list[str]) -> list[str]:
    found = [(line, _TWO_TIMES.match(line)) for line in lines]
    filled = sum(bool(line.strip()) for line, _ in found)
    if filled < 2 or sum(match is not None for _, match in found) < _MOST * filled:
        return lines
    return [match["rest"] if match else line for line, match in found]


def _without_numbers(lines: list[str]) -> tuple[list[str], bool]:
    """Lines without their numbers, if nearly all have the next one, or start anew with the page."""
    filled = [line.strip() for line in lines if line.strip()]
    if len(filled) < _FEWEST or (not filled[0][:1].isdigit() and filled[0][:1] not in ("[", "(")):
        return lines, False
    before, following, words = None, 0, 0
    for line in filled:
        if match := _NUMBER.match(line):
            number = int(match["number"])
            following += number == 1 if before is None or number < before else number == before + 1
            words += bool(match["rest"])
            before = number
    if following < _MOST * len(filled) or words < len(filled) / 2:
        return lines, False
    matches = [(line, _NUMBER.match(line.strip())) for line in lines]
    return [(match["rest"] or "").strip() if match else line for line, match in matches], True


def _with_headings(lines: list[str]) -> list[str]:
    """Names that head what they say get the colon of a label: behind a time, marked as a heading, or a paragraph."""
    headings = {place: name for place, line in enumerate(lines) if line and (name := _heading(lines, place))}
    counts = Counter(headings.values())
    filled = [False, *(bool(line.strip()) for line in lines)]
    paragraphs = sum(now and not before for before, now in pairwise(filled))
    if max(counts.values(), default=0) < 2 or len(headings) < _HEADED * paragraphs:
        headings = {place: name for place, name in headings.items() if is_numbered_speaker(name)}
    return [f"{headings[place]}:" if place in headings else line for place, line in enumerate(lines)]


def _heading(lines: list[str], place: int) -> str:
    """The name that is all of a line which heads others, or an empty string."""
    line = lines[place].strip()
    before, after = (lines[other].strip() if 0 <= other < len(lines) else "" for other in (place - 1, place + 1))
    marked = _MARKED.match(line)
    name = marked["name"].strip() if marked else line
    apart = not before and not after and place + 1 < len(lines)
    stamped = bool(before and after and _ONLY_TIME.match(before)) and not _ONLY_TIME.match(after)
    if not (marked or apart or stamped) or name[-1:] in ".?!,;:" or len(name.split()) > 4:
        return ""
    return name if looks_like_name(name) and name.casefold() not in _ANSWERS else ""
