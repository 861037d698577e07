r"""Times in transcripts, which are not words: at the beginning of lines, alone on a line, beside the speaker's name.

A time in brackets is a time stamp. One without may be speech ("10:30 is fine"), so it takes several that go up.

>>> [line.text for line in split("[00:05] Hello.\n0:09 is no time stamp.\n10:30 is fine.".split("\n"))]
['Hello.', '0:09 is no time stamp.', '10:30 is fine.']
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

#: A time with colons.
CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,;:]\d{1,3})?"
_SECONDS = r"\d+(?:\.\d+)?[ ]?s|\d+\.\d{1,3}"
_TO = r"[ ]*(?:--?>|\u2192|-|\u2013|\u2014|to|,)[ ]*"
_PURE = rf"(?:{CLOCK}|{_SECONDS})(?:{_TO}(?:{CLOCK}|{_SECONDS}))?"
_SQUARE = re.compile(rf"[\[{{<][ ]*{_PURE}[ ]*[\]}}>]|\#\d{{1,2}}:\d{{2}}:\d{{2}}(?:-\d+)?\#")
_ROUND = re.compile(rf"[ ]*\([ ]*{CLOCK}(?:{_TO}{CLOCK})?[ ]*\)")
_BARE = re.compile(rf"(?P<time>{CLOCK})(?:{_TO}{CLOCK})?(?=\s|$)[ ]*(?:[-\u2013\u2014|][ ]+)?(?P<rest>.*)$")
_DECORATION = re.compile(r"(?:\*\*|__|>>+|&gt;&gt;|[-\u2013\u2014\u2022*][ ](?=\S)|#{1,6}[ ])[ ]*")
#: `Ann Lee  0:05`, `Ann Lee (0:05):`, `Ann [00:05] text`, `[Ann Lee] 10:05:01`, with nothing but a colon behind.
_NAMED = re.compile(
    rf"(?:\[(?P<boxed>[^\[\]:]{{1,60}})\]|(?P<name>[^:\[\]()]{{1,60}}?(?:[ ]\([^()\d:]{{1,30}}\))?))"
    r"[ ,\t|\u2022\u00b7-]*"
    rf"(?:[ \t](?P<time>{CLOCK})|[\[(<][ ]*(?P<boxed_time>{CLOCK})(?:{_TO}{CLOCK})?[ ]*[\])>])"
    rf"(?:[ ]?[AaPp][Mm])?[ ]*(?P<colon>[:\uff1a])?[ ]*(?P<rest>.*)$"
)
_FOOTER = re.compile(
    r"(?:transcribed by https?://|transcript (?:powered|generated|created) by |"
    r"this transcript was (?:generated|exported)|"
    r"this editable transcript was |meeting ended after \d|"
    r"transcription ended after \d|\S.{0,60} (?:started|stopped) transcription$)",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:.{1,80}\s[-\u2013\u2014]\s)?(?:(?:full|audio|meeting|call|interview) )?transcript(?:ion)?$", re.IGNORECASE
)
_LONGEST_TOP = 25
_LABELLED = re.compile(r"\w[^:.?!]{0,40}[:\uff1a]")
#: Lines with a time without brackets that are not speech: their least number, and the latest first time in seconds.
_FEWEST_STAMPS, _FIRST_MINUTES = 3, 300


@dataclass(frozen=True)
class Line:
    """A line of a transcript without times. `label` is set if its form shows that it is one.

    `stamped`: whether a time stood before it; `opens`: whether a paragraph begins with it.
    """

    text: str
    label: str = ""
    stamped: bool = False
    opens: bool = False


@dataclass(frozen=True)
class _Form:
    """Possible parts of a line: `name`, a label by the time beside it; `time`, a stamp without brackets."""

    line: Line
    bare: float | None = None
    hours: bool = False
    rest: str = ""
    name: str = ""
    name_time: float = 0.0
    name_rest: str = ""


def split(lines: Iterable[str]) -> list[Line]:
    """Lines without their times, empty ones left out; names beside times become labels."""
    return split_with_header(lines)[0]


def split_with_header(lines: Iterable[str]) -> tuple[list[Line], list[str]]:
    """Lines as `split` gives them, and those before the first name with a time: title, date, list of those present."""
    lines = list(lines)
    begin = _begin_of_transcript(lines)
    title = [text for line in lines[:begin] if (text := " ".join(line.split()))]
    forms = list(_forms(lines[begin:]))
    named = _ascending([form.name_time for form in forms if form.name]) and _named_is_form(forms)
    plain = [form.bare for form in forms if form.bare is not None and not (named and form.name)]
    whole = len(forms) - sum(bool(form.name) for form in forms if named)
    alone = sum(form.bare is not None and not form.rest for form in forms)
    headings = sum(bool(_heading(form.rest, forms, place)) for place, form in enumerate(forms) if form.bare is not None)
    labelled = sum(form.bare is not None and _LABELLED.match(form.rest) is not None for form in forms)
    usual = len(plain) >= _FEWEST_STAMPS and 2 * len(plain) >= whole
    bare = _begins(forms) and _ascending(plain) and (usual or alone > 1 or headings > 1 or labelled > 1)
    found: list[Line] = []
    header: list[str] = []
    bare_label = bare and any(form.bare is not None and form.rest for form in forms)
    before = _is_header(forms, labelled)
    for place, form in enumerate(forms):
        line = form.line
        if named and form.name:
            if not any(item.label for item in found):
                header, found = [item.text for item in found], []
            line = Line(form.name_rest, form.name, stamped=True, opens=True)
        elif bare and form.bare is not None:
            if before and not header and form.rest:
                header, found = [item.text for item in found], []
            line = Line(form.rest, stamped=True, opens=line.opens)
        if line.stamped and not line.label and bare_label and (label := _heading(line.text, forms, place)):
            if not any(item.label for item in found):
                header, found = [item.text for item in found], []
            line = replace(line, text="", label=label)
        if _FOOTER.match(line.text):
            continue
        if line.text or line.label:
            found.append(line)
    return found, title + header


def _begin_of_transcript(lines: Sequence[str]) -> int:
    """The place behind a heading "Transcript" near the top, before which there are title, date, those present."""
    for place, line in enumerate(lines[:_LONGEST_TOP]):
        if _HEADING.match(line.strip(" #*_=:-\t")):
            return place + 1
    return 0


def _forms(lines: Iterable[str]) -> Iterable[_Form]:
    opens = True
    for raw in lines:
        line = " ".join(_tabbed(raw).split())
        if not line:
            opens = True
            continue
        start = line
        while match := _DECORATION.match(line):
            line = line[match.end() :]
        if line != start:
            line = line.replace("**", "").strip()
        if not any(mark in line for mark in ":.#s") or not any(character.isdigit() for character in line):
            yield _Form(Line(line, opens=opens))
            opens = False
            continue
        square = _SQUARE.match(line)
        named = _NAMED.match(line)
        untimed = _SQUARE.sub(" ", line).strip(" -\u2013\u2014|") if _SQUARE.search(line) else line
        if match := _ROUND.match(untimed):
            square, untimed = match, untimed[match.end() :].strip(" -\u2013\u2014|")
        while match := _DECORATION.match(untimed):
            untimed = untimed[match.end() :]
        form = _Form(Line(" ".join(untimed.split()), stamped=square is not None, opens=opens))
        opens = False
        if (match := _BARE.match(line)) and not square:
            hours = match["time"].count(":") > 1
            form = replace(form, bare=_seconds(match["time"]), hours=hours, rest=match["rest"].strip())
        elif named and _is_speaker(named["name"] or named["boxed"]):
            rest = named["rest"].strip()
            boxed = named["boxed_time"] is not None
            if not rest or named["colon"] or (boxed and named["name"]):
                form = replace(
                    form, name=(named["name"] or named["boxed"]).strip(),
                    name_time=_seconds(named["time"] or named["boxed_time"]), name_rest=rest,
                )  # fmt: skip
        yield form


def _tabbed(line: str) -> str:
    """A line with a colon for the tab that divides a name from the words."""
    name, tab, rest = line.partition("\t")
    if not tab or not rest.strip() or ":" in name or not looks_like_name(name):
        return line
    return f"{name}: {rest}"


def _is_speaker(name: str) -> bool:
    """True if this may be a speaker beside a time, and not the day of a date."""
    return is_numbered_speaker(name) or (looks_like_name(name) and not any(sign.isdigit() for sign in name))


def _named_is_form(forms: Sequence[_Form]) -> bool:
    """True if this transcript is written with names beside times: each has words, behind or below it."""
    places = [place for place, form in enumerate(forms) if form.name]
    followed = sum(
        bool(forms[place].name_rest) or (place + 1 < len(forms) and not forms[place + 1].name) for place in places
    )
    return len(places) >= 2 and followed >= 0.6 * len(places)


def _is_header(forms: Sequence[_Form], labelled: int) -> bool:
    """True if what stands before the first time is no speech: nearly all lines behind it have a time and a label."""
    first = next((place for place, form in enumerate(forms) if form.bare is not None), 0)
    return bool(first) and labelled > 1 and labelled >= 0.9 * (len(forms) - first)


def _heading(text: str, forms: Sequence[_Form], place: int) -> str:
    """The name that is all there is behind a time, if the words stand in the next lines (`00:05 Speaker 1`)."""
    after = forms[place + 1] if place + 1 < len(forms) else None
    if after is None or not text or after.bare is not None or after.line.stamped or not looks_like_name(text):
        return ""
    return text.removesuffix(":") if text[-1:] not in ".?!," else ""


def _ascending(times: Sequence[float]) -> bool:
    """At least two times of which nearly all follow the one before."""
    if len(times) < 2:
        return False
    steps = sum(first <= second for first, second in pairwise(times))
    allowed = 1 if len(times) > _FEWEST_STAMPS else 0
    return len(times) - 1 - steps <= max(allowed, 0.1 * (len(times) - 1))


def _begins(forms: Sequence[_Form]) -> bool:
    """True if the first time without brackets can begin a recording, and is not an hour of a day: 10:30 is both."""
    first = next(((form.bare, form.hours) for form in forms if form.bare is not None), None)
    return first is not None and (first[0] <= _FIRST_MINUTES or first[1])


def _seconds(clock: str) -> float:
    seconds = 0.0
    for part in re.split(r"[:;]", clock.replace(",", ".")):
        seconds = 60 * seconds + float(part)
    return seconds


#: Words that names have in small letters.
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "di",
        "do",
        "du",
        "del",
        "della",
        "der",
        "den",
        "des",
        "van",
        "von",
        "zu",
        "of",
        "the",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "y",
        "e",
        "and",
        "&",
        "und",
        "et",
        "-",
        "/",
    ]
)
_NAME_WORD = re.compile(r"[\w'\u2019.&#/-]+$")
_NUMBERED = re.compile(
    r"(?:(?:unknown|unidentified|male|female)[ _-]*)?"
    r"(?:speaker|spk|spkr|participant|interviewer|interviewee|moderator|"
    r"respondent|caller|agent|customer|client|host|guest|voice|person|student|teacher|patient|panelist|attendee|user|"
    r"channel|reporter|narrator|sprecher|sprecherin|locuteur|intervenant|hablante|orador|persona|parlante|relatore|spreker|talare|"
    r"\u8a71\u8005|\u53d1\u8a00\u4eba|\u767c\u8a00\u4eba|\u8bf4\u8bdd\u4eba)[ _#-]*(?:[A-Z]?\d{1,3}|[A-Z])$|"
    r"(?:unknown|unidentified|male|female|first|second)[ _-](?:speaker|voice|participant|caller|man|woman)$",
    re.IGNORECASE,
)


def is_numbered_speaker(label: str) -> bool:
    """True if a label only numbers a speaker.

    >>> [is_numbered_speaker(label) for label in ("Speaker 2", "SPEAKER_00", "spk_1", "Sprecher 3", "Ann", "Gate 4")]
    [True, True, True, True, False, False]
    """
    return _NUMBERED.match(label.strip(" []()<>*")) is not None


def looks_like_name(label: str) -> bool:
    """True if every word of a label begins with a capital, as names and titles do, in scripts that have them.

    >>> [looks_like_name(label) for label in ("Dr. Lee", "ANN LEE (CFO)", "He said", "Ludwig van Beethoven", "So far.")]
    [True, True, False, True, False]
    """
    label = label.strip(" []()<>*").removesuffix("):").strip()
    if is_numbered_speaker(label):
        return True
    words = label.replace("(", " ").replace(")", " ").replace(",", " ").split()
    if not words or len(words) > 6 or len(label) > 50 or not any(character.isalpha() for character in label):
        return False
    if not all(map(_NAME_WORD.match, words)) or words[0].lower() in _PARTICLES:
        return False
    if label.endswith(".") and not (len(words[-1]) <= 3 or words[-1].count(".") > 1):
        return False
    if any(word.endswith(".") and len(word) > 6 for word in words):
        return False
    return all(
        word[0].isupper() or word[0].isdigit() or not word[0].isalpha() or word in _PARTICLES or _caseless(word)
        for word in words
    )


def _caseless(word: str) -> bool:
    return word.upper() == word.lower() and any(character.isalpha() for character in word)
