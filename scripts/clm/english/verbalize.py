"""Numbers, and what goes with them, as they are said in American English: the one reading for scorer and corpus.

Texts to learn from are spelled out by `verbalize`, which leaves no digits but in names such as H2O, COVID-19, p53 or
3D. The profile `spoken` applies the same functions as rules of its own, and divides names as well. They differ only in
the reading of a number: a corpus says "one thousand two hundred fifty", a scorer needs one form of all that are said.
"""

import re
import unicodedata
from functools import lru_cache

from clm.english.addresses import speak_addresses
from clm.english.amounts import speak_money, speak_phones, speak_ranges, speak_units
from clm.english.dates import speak_dates, speak_fractions, speak_times
from clm.english.numbers import Reading, decade, natural, ordinal, spell
from clm.english.roman import speak_roman
from clm.english.written import RAISED, pattern, replace

_SPACED_THOUSANDS = re.compile(r"(?<![\w.,])[$£€¥₹]?[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f]\d{3})+(?![\d,]\d|\d|[ :/-]\d)")
_APOSTROPHES = re.compile(r"(?<![\w.,'\u2019])[1-9]\d{0,2}(?:['\u2019]\d{3})+(?![\w'\u2019])")
_NUMERAL = pattern(
    r"(?:(?<=[^\W_])['\u2019&-]+)?"
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)*|(?<![^\W_])\.\d+)"
    r"(?:(?P<ordinal>st|nd|rd|th)(?![^\W_])|(?P<decade>['\u2019]?s)(?![^\W_]))?"
    r"(?P<joint>[^\w\s]+(?=[^\W_]))?"
)
_TOKEN = re.compile(r"\S*\d\S*")
_NAME = re.compile(r"(?:[^\W\d_][^\W_]*(?:['\u2019&-][^\W_]+)*|\d+[^\W\d_][^\W_]*(?:['\u2019-][^\W\d_][^\W_]*)*)")
_BEFORE_NUMBERS_TEXT = """
mid pre post late early non anti since circa sub over under pro inter about around nearly almost plus minus
"""
#: Not a name, though a letter and a digit are in it: ordinals and decades, numbers after a prefix.
_NUMBERED = pattern(
    rf"(?:(?:{'|'.join(_BEFORE_NUMBERS_TEXT.split())})-\d.*|(?:[^\W\d_]+-)*\d+(?:st|nd|rd|th|'?s)(?:-.*)?)"
)
_DIVIDES = re.compile(r"([/;()\[\]{}\"\u201c\u201d|~<>\u2014]+|[,:](?!\d)|(?<!\d)[,:])")
_BETWEEN = re.compile(r"(?<=\d)[/;|~:](?=\d)")
_SPACES = re.compile(r" {2,}")
_DASH = re.compile(r"[-\u2010-\u2013\u2212]+")
_VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
_VULGAR_FRACTION = re.compile(rf"(?:(?<=\d)[ \u00a0]?)?([{''.join(_VULGAR)}])")
_TIMES = re.compile(r"(?<=\d)\s*×\s*(?=\w)|(?<=\w)\s*×\s*(?=\d)")
_DIGIT = re.compile(r"\d")
_INNER_POINT = re.compile(r"\.(?=[A-Za-z])")


def verbalize(text: str, read: Reading = natural) -> str:
    """The text with its numbers spelled out.

    >>> verbalize("It cost $3.5 million in 1995, or 30% of 1,200.")
    'It cost three point five million dollars in nineteen ninety five, or thirty percent of one thousand two hundred.'
    >>> verbalize("The 21st of 10–20 H2O tests at 10:30pm in the mid-1990s, 1.5M in all, found COVID-19.")
    'The twenty first of ten to twenty H2O tests at ten thirty pm in the mid nineteen nineties, one point five M in all, found COVID-19.'
    """  # noqa: E501
    # The first tests are fast and mostly fail: this is called for every sentence.
    if "@" in text or _INNER_POINT.search(text):
        text = speak_addresses(text)
    if "V" in text or "X" in text or "WW" in text or ("I" in text and (" II" in text or "War I" in text)):
        text = speak_roman(text)
    if not text.isascii():
        text = write_fractions(text)
    if not _has_digit(text):
        return text
    text = speak_money(join_thousands(text), read)
    text = speak_fractions(speak_times(speak_dates(text, read), read), read)
    text = speak_ranges(speak_phones(speak_units(text, read)), read)
    return _TOKEN.sub(lambda match: _spell_token(match[0], read), text)


def _has_digit(text: str) -> bool:
    """True if there is a digit of any script; searching characters is much faster than a pattern."""
    if not text.isascii():
        return _DIGIT.search(text) is not None
    return (
        "1" in text or "2" in text or "0" in text or "3" in text or "5" in text or "4" in text or "9" in text
        or "8" in text or "6" in text or "7" in text
    )  # fmt: skip


def write_fractions(text: str) -> str:
    """Write fractions that are one character, raised figures after others, and the sign × so that they stand apart.

    >>> write_fractions("1½ or ¾ of 10⁶"), write_fractions("3×10, 1⁄4")
    ('1 1/2 or 3/4 of 10 6', '3 times 10, 1/4')
    """

    def write(match: re.Match[str]) -> str:
        return f"{' ' if match.start() and text[match.start() - 1].isalnum() else ''}{_VULGAR[match[1]]}"

    text = _TIMES.sub(" times ", _VULGAR_FRACTION.sub(write, text.replace("\u2044", "/")))
    return RAISED.sub(lambda match: " " + unicodedata.normalize("NFKC", match[0]), text)


def join_thousands(text: str) -> str:
    """Write commas for the spaces, or apostrophes, between thousands.

    >>> join_thousands("10 000 of 1 234 567, not 555 123 4567 or 2020 100")
    '10,000 of 1,234,567, not 555 123 4567 or 2020 100'
    """
    if "'" in text or "\u2019" in text:
        text = _APOSTROPHES.sub(lambda match: re.sub(r"['\u2019]", ",", match[0]), text)
    return _SPACED_THOUSANDS.sub(lambda match: re.sub(r"\s", ",", match[0]), text)


@lru_cache(maxsize=100_000)
def _spell_token(token: str, read: Reading) -> str:
    """A piece of text without spaces that has a digit in it.

    >>> [_spell_token(token, spell) for token in ("(H2O/CO2)", "v2.4.1,", "5'10", "24/7", "100m-200m", "3D-printed")]
    ['(H2O/CO2)', 'v two point four point one,', 'five ten', 'twenty four seven', '100m 200m', '3D-printed']
    """
    if _BETWEEN.search(token):
        token, read = _BETWEEN.sub(" ", token), spell  # of numbers side by side, only one form can be separated again
    pieces = _DIVIDES.split(token)
    spelled = (_spell_piece(piece, read) if _DIGIT.search(piece) else piece for piece in pieces)
    return _SPACES.sub(" ", "".join(spelled))


def _spell_piece(piece: str, read: Reading) -> str:
    bare = piece.strip("".join({character for character in piece if not character.isalnum()}))
    if _NAME.fullmatch(bare) and any(map(str.isalpha, bare)) and not _NUMBERED.fullmatch(bare):
        return piece
    if len(parts := _DASH.split(piece)) > 1:
        return " ".join(_spell_piece(part, read) if _DIGIT.search(part) else part for part in parts if part)
    return spell_numerals(piece, read)


def spell_numerals(text: str, read: Reading = spell) -> str:
    """Spell out every number in a text, also those in names.

    >>> spell_numerals("1st q3 of 2020 1,250 90s 3.5 p53 007 2.4.1 1.5m")
    'first q three of twenty twenty twelve fifty nineties three point five p fifty three zero zero seven two point four point one one point five m'
    """  # noqa: E501

    def numeral(match: re.Match[str]) -> str:
        words = read(match["number"], False)
        if match["ordinal"]:
            words = ordinal(words)
        elif match["decade"]:
            words = decade(words)
        return f"{' ' if match.start() < match.start('number') else ''}{words}{' ' if match['joint'] else ''}"

    return replace(_NUMERAL, numeral, text)
