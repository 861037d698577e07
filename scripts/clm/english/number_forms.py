"""One form for all readings of a number in words.

>>> unify_numbers("one thousand nine hundred and ninety five")
'nineteen ninety five'
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import groupby

from clm.english.numbers import NUMBERS, SCALES, SMALL, TENS, year

_D = f"(?:{'|'.join(SMALL[1:10])})"
_TEEN = f"(?:{'|'.join(SMALL[10:])})"
_TY = f"(?:{'|'.join(TENS[2:])})"
_BELOW_100 = f"(?:{_TY}(?: {_D})?|{_TEEN}|{_D})"
_SCALE = f"(?:hundred|{'|'.join(name for _, name in SCALES)})"
_VALUES = {word: value for value, word in enumerate(SMALL)} | {word: 10 * ten for ten, word in enumerate(TENS)}


def _value(words: str | None) -> int:
    return sum(_VALUES[word] for word in (words or "").split())


def _year_of(century: str, rest: str | None) -> str:
    return " ".join(year(_value(century), _value(rest)))


#: Phrases to rewrite, where no number word comes before them, and their replacements; tried until nothing changes.
#: Every step takes a word away or puts a word in its final form, so this ends, and a second call changes nothing.
_LONE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(rf"\b{pattern}\b"), replacement)
    for pattern, replacement in (
        (
            rf"one thousand ({_D}) hundred(?: ({_BELOW_100}))?",
            lambda match: _year_of(SMALL[10 + _value(match[1])], match[2]),
        ),
        (rf"({_TEEN}) hundred ({_BELOW_100})", lambda match: _year_of(match[1], match[2])),
        (rf"two thousand ({_TY}(?: {_D})?|{_TEEN})", lambda match: f"twenty {match[1]}"),
        (
            rf"({_TY}) ({_D}) hundred",
            lambda match: f"{SMALL[_value(match[1]) // 10]} thousand {match[2]} hundred",
        ),
        (r"one half", lambda _: "half"),
    )
)
_ANYWHERE = tuple(
    (re.compile(rf"\b{pattern}\b"), replacement)
    for pattern, replacement in (
        (rf"({_SCALE}) and (?={_BELOW_100}\b)", r"\1 "),
        (rf"(?<!half )a (?={_SCALE}\b)", "one "),
        (r"a half", "half"),
        (rf"({_TEEN}|{_TY}) o (?={_D}\b)", r"\1 oh "),
        (r"point (?:oh|o)", "point zero"),
        (rf"(dollars?|pounds?|euros?) and (?={_BELOW_100} (?:cents?|pence)\b)", r"\1 "),
        (rf"({_D}|{_TEEN}|{_TY}|o'clock) ([ap]) m", r"\1 \2m"),
        (r"o'clock (?=[ap]m\b)", ""),
    )
)


#: Words that take part in a rewriting; a run of them is looked at only if it holds one of the others too.
_JOINING_TEXT = """
and a half o oh point am pm m p cent cents pence dollar dollars pound pounds euro euros
"""
_JOINING = frozenset(_JOINING_TEXT.split())
_DECIDING = NUMBERS | {"half", "o'clock", "point"}


def unify_numbers(text: str) -> str:
    """Bring number words to the reading that `spell` gives.

    >>> unify_numbers("two thousand and twenty or twenty five hundred or a million and two or nineteen o five")
    'twenty twenty or two thousand five hundred or one million two or nineteen oh five'
    """
    words: list[str] = []
    for related, group in groupby(text.split(), key=lambda word: word in _JOINING or word in _DECIDING):
        run = list(group)
        if related and len(run) > 1 and not _DECIDING.isdisjoint(run):
            words.append(_unify_run(" ".join(run)))
        else:
            words += run
    return " ".join(words)


@lru_cache(maxsize=10_000)
def _unify_run(text: str) -> str:
    before = None
    while text != before:
        before = text
        for pattern, replacement in _ANYWHERE:
            text = pattern.sub(replacement, text)
        for pattern, rewrite in _LONE:
            text = pattern.sub(partial(_rewritten, rewrite), text)
    return text


def _rewritten(rewrite: Callable[[re.Match[str]], str], match: re.Match[str]) -> str:
    return match[0] if _continues(match) else rewrite(match)


def _continues(match: re.Match[str]) -> bool:
    """True if the match continues a number word that comes before it."""
    before = match.string[: match.start()].rstrip(" ")
    return before[before.rfind(" ") + 1 :] in NUMBERS
