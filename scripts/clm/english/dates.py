"""Dates, times of day and fractions as they are said, in text of any case."""

import re

from clm.english.numbers import Reading, decade, ordinal, spell
from clm.english.written import DASH, END, LAST, SCALE, START, either, pattern, replace

_MONTHS_TEXT = """
january february march april may june july august september october november december
"""
MONTHS = tuple(_MONTHS_TEXT.split())
_SHORT = {month[:3]: month for month in MONTHS if month != "may"} | {"sept": "september"}
_BEGINNINGS = tuple(month[:3] for month in MONTHS)
#: Months that are words of another meaning too, so that a number before them is a day only beside a year or after on.
_DOUBTFUL = ("march", "may", "mar")
PARTS = {"2": "half", "3": "third", "4": "quarter", "5": "fifth", "8": "eighth", "10": "tenth"}

_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{either(_SHORT)})\.?)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)"
_SUFFIX = r"(?:st|nd|rd|th)"
#: What follows a number that counts something and is not a day.
_THINGS = (
    "times people men women miles kilometers years months weeks days hours minutes seconds percent degrees dollars"
)
_COUNTED = (
    r"(?![^\W_]|[.,:/]\d|[-\u2013]\d|[^\S\n]?[%°]|[^\S\n]?[ap]\.?m\b"
    rf"|[^\S\n](?:{SCALE}|per[ ]cent|{either(_THINGS.split())}|\d{{3}})\b)"
)
_MONTH_DAY = pattern(
    rf"\b(?P<month>{_MONTH})[^\S\n](?P<day>{_DAY}){_SUFFIX}?(?:{DASH}(?P<until>{_DAY}){_SUFFIX}?)?{_COUNTED}"
)
_DAY_MONTH = pattern(
    rf"{START}(?P<the>\bthe[^\S\n])?(?P<day>{_DAY})(?P<suffix>{_SUFFIX}\b)?"
    rf"(?:{DASH}(?P<until>{_DAY}){_SUFFIX}?)?[^\S\n](?P<of>of[^\S\n])?(?P<month>{_MONTH})(?![^\W_])"
)
_DATED = pattern(r"\b(?:on|from|until|till|by|since|to|before|after|dated|of|and|the)[^\S\n]$|day,?[^\S\n]$")
_YEAR_FOLLOWS = re.compile(r",?[^\S\n]\d{4}\b")
_ISO = re.compile(
    rf"{START}(?P<year>1[1-9]\d\d|20\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?=T|{LAST})"
)
_DECADE = re.compile(r"(?<![^\W_])['\u2018\u2019](\d0)'?s\b")

_ORDERED = re.compile(r"(?<=\d(?:st|nd|rd|th|0s))[-\u2013](?=\d+(?:st|nd|rd|th|s)(?![^\W_]))")

_TIME = r"(\d\d?)(?:[:.]([0-5]\d))?"
_HALF = r"[^\S\n]?([ap])(?:m|\.[^\S\n]?m\.?)"
_CLOCK = pattern(rf"{START}(?:{_TIME}(?:{_HALF})?{DASH})?{_TIME}{_HALF}{END}")
_ANY_HALF = pattern(r"[ap]\.?[^\S\n]?m")
_HOURS = re.compile(rf"{START}(?:(\d\d?):([0-5]\d){DASH})?(\d\d?):([0-5]\d)(?![\w:]|[.,/]\d)")
_FRACTION = re.compile(rf"{START}(?:(\d+)[ -])?([1-9])/({'|'.join(PARTS)})(?![\w/]|[.,:]\d)(-(?=[^\W\d_]))?")


def speak_dates(text: str, read: Reading = spell) -> str:
    """Read days beside the names of months as ordinals, dates of ISO 8601, and decades, and ranges of these.

    >>> speak_dates("June 3, 1871, on 3 June, the 3rd of June, Dec. 24-26, 2020-01-05, the '90s")
    'June third, 1871, on the third of June, the third of June, December twenty fourth to twenty sixth, january fifth twenty twenty, the nineties'
    >>> speak_dates("in June 5 million came, we may 3 times, March 5%")
    'in June 5 million came, we may 3 times, March 5%'
    """  # noqa: E501

    def day(number: str) -> str:
        return ordinal(read(str(int(number)), True))

    def days(match: re.Match[str]) -> str:
        return day(match["day"]) + (f" to {day(match['until'])}" if match["until"] else "")

    def month_first(match: re.Match[str]) -> str:
        return f"{_month(match['month'])} {days(match)}"

    def day_first(match: re.Match[str]) -> str:
        month, sure = match["month"], match["suffix"] or match["of"]
        if not sure and month.lower() in _DOUBTFUL:
            beside = match["the"] or _DATED.search(text[max(0, match.start() - 14) : match.start()])
            if not (beside or _YEAR_FOLLOWS.match(text, match.end())):
                return match[0]
        return f"the {days(match)} of {_month(month)}"

    def iso(match: re.Match[str]) -> str:
        return f"{MONTHS[int(match['month']) - 1]} {day(match['day'])} {read(match['year'], False)}"

    if "-" in text:
        text = replace(_ISO, iso, text)
    lower = text.lower()
    if any(month in lower for month in _BEGINNINGS):
        text = replace(_DAY_MONTH, day_first, text)
        text = replace(_MONTH_DAY, month_first, text)
    text = _ORDERED.sub(" to ", text)
    return replace(_DECADE, lambda match: decade(read(match[1], True)), text)


def _month(written: str) -> str:
    name = written.rstrip(".").lower()
    full = _SHORT.get(name, name)
    return full.capitalize() if written[0].isupper() else full


def speak_times(text: str, read: Reading = spell) -> str:
    """Read times of day.

    >>> speak_times("10:30, 9:00, 7:05 and 5 p.m. or 11:15am, 10.30 a.m., 9am-5:30pm")
    "ten thirty, nine o'clock, seven oh five and five pm or eleven fifteen am, ten thirty am, nine am to five thirty pm"
    """

    def time(hour: str, minutes: str | None, half: str | None, bare: bool) -> str:
        words = [read(str(int(hour)), True)]
        if minutes and int(minutes):
            words.append(("oh " if int(minutes) < 10 else "") + read(str(int(minutes)), True))
        elif minutes and bare:
            words.append("o'clock")
        return f"{' '.join(words)}{f' {half.lower()}m' if half else ''}"

    def clock(match: re.Match[str]) -> str:
        hour, minutes, half, last_hour, last_minutes, last_half = match.groups()
        beginning = f"{time(hour, minutes, half, False)} to " if hour else ""
        return beginning + time(last_hour, last_minutes, last_half, False)

    def hours(match: re.Match[str]) -> str:
        hour, minutes, last_hour, last_minutes = match.groups()
        beginning = f"{time(hour, minutes, None, True)} to " if hour else ""
        return beginning + time(last_hour, last_minutes, None, True)

    if _ANY_HALF.search(text):
        text = replace(_CLOCK, clock, text)
    return replace(_HOURS, hours, text) if ":" in text else text


def speak_fractions(text: str, read: Reading = spell) -> str:
    """Read simple fractions; other slashes divide, as in 24/7.

    >>> speak_fractions("3/4 of 1 1/2 is 24/7 or 1/2/2020")
    'three quarters of one and a half is 24/7 or 1/2/2020'
    """

    def fraction(match: re.Match[str]) -> str:
        whole, above, below, hyphen = match.groups()
        if int(above) >= int(below):
            return match[0]
        part = PARTS[below] if above == "1" else {"half": "halves"}.get(PARTS[below], f"{PARTS[below]}s")
        count = read(above, True)
        end = " " if hyphen else ""
        return (
            f"{read(whole, True)} and {'a' if above == '1' else count} {part}{end}" if whole else f"{count} {part}{end}"
        )

    return replace(_FRACTION, fraction, text) if "/" in text else text
