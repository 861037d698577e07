"""Written numbers: the patterns that every reading of written text shares."""

import re
import unicodedata
from collections.abc import Callable

from clm.english.numbers import SCALES

_TOP_TEXT = """
com org net gov edu mil io uk de eu ai fr ch ca au nz info biz tv dev app
"""

#: A number without a sign, with commas between thousands or without, and decimals.
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
#: No part of a number, of a formula or of a chain of numbers stands before.
START = r"(?<![\w.,:/+*^=])(?<![\d\w][-\u2013\u2212])"
#: A space, bracket or quotation mark stands before.
BREAK = r"(?<![^\s(\[\"'\u201c\u2018\u2014])"
#: A minus sign (or plus, or both) directly before its number.
SIGN = rf"(?:{BREAK}[-+\u2013\u2212\u00b1](?=[\d.$\u00a3\u20ac\u00a5\u0e3f\u20a6-\u20bd]))?"
SIGNS = {"-": "minus ", "\u2013": "minus ", "\u2212": "minus ", "+": "plus ", "\u00b1": "plus or minus "}
#: What stands between the ends of a range, if both sides of a dash have a space or neither has.
DASH = r"(?:[-\u2013\u2212]|[^\S\n][-\u2013\u2212][^\S\n])"
#: No letter or digit follows.
END = r"(?![^\W_])"
#: No further part of a number or of a chain of numbers follows.
LAST = rf"{END}(?![-\u2013\u2212/*^=]\d|[.,:]\d)"
#: What ends the name of a web site, without endings that are English words (me, is, at).
TOP = frozenset(_TOP_TEXT.split())
SCALE = rf"(?:hundred|{'|'.join(name for _, name in SCALES)})"

#: Raised figures behind others, which composing would join with them: 10⁶ is not 106.
RAISED = re.compile(r"(?<=\d)[\u00b2\u00b3\u00b9\u2070\u2074-\u2079]+")

_BREAKS_BEFORE = frozenset(" \t\n\u00a0([{\"'\u201c\u2018\u2014\u2013-/#")


def either(words: object) -> str:
    """A pattern for any of the words (a mapping or collection), the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))  # type: ignore


def pattern(text: str) -> re.Pattern[str]:
    """A compiled pattern that ignores case."""
    return re.compile(text, re.IGNORECASE)


def replace(found: re.Pattern[str], read: Callable[[re.Match[str]], str], text: str) -> str:
    """Put what `read` says in the place of every match, and spaces beside it where a word would touch it.

    >>> replace(pattern(r"\\d+"), lambda match: "five" if match[0] == "5" else match[0], "a5b, (5) 6c")
    'a five b, (five) 6c'
    """

    def put(match: re.Match[str]) -> str:
        words = read(match)
        if words == match[0]:
            return words
        start, end = match.span()
        before = "" if start == 0 or text[start - 1] in _BREAKS_BEFORE or words[:1] == " " else " "
        touched = end < len(text) and unicodedata.category(text[end])[0] in "LMN"
        after = " " if touched and words[-1:] != " " else ""
        return f"{before}{words}{after}"

    return found.sub(put, text)
