"""Rules of the normalizer profile `spoken`: text with one reading and several spellings becomes the spoken words.

Each rule takes and gives lower-case English text, as `clm.normalization.normalizer` composes them. Those before
`strip_punctuation` need signs ($3.5m, 10:30, 5%) and are in `clm.english.verbalize`, which texts to learn from are
spelled out by as well; the later ones see words only. No rule looks at the other side, so that reference and
hypothesis can never be bent towards each other. Which words stand for a number is decided in `clm.english.numbers`.
"""

import re

from clm.english.dates import MONTHS
from clm.english.fillers import is_filler
from clm.english.numbers import ORDINAL_WORDS
from clm.english.verbalize import spell_numerals
from clm.english.written import TOP

SYMBOLS = {
    "%": "percent", "&": "and", "+": "plus", "=": "equals", "°c": "degrees celsius", "°f": "degrees fahrenheit",
    "°": "degrees", "§": "section", "×": "times", "±": "plus or minus",
}  # fmt: skip

_END = r"(?![^\W_])"  # no letter and no digit follows
_SYMBOL = re.compile("|".join(re.escape(symbol) for symbol in sorted(SYMBOLS, key=len, reverse=True)))
_DOMAIN = re.compile(rf"(?<=[^\W_])\.({'|'.join(sorted(TOP))}){_END}")
_DIVIDERS = re.compile(r"[\-_/:@&]|\.(?!\d)|(?<!\d)\.|,(?!\d)|(?<!\d),")
_EDGES = "'\u00b7\u05f3\u05f4"  # what joins letters and is left over where a number stood beside it
_LETTERS = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_])+(?!\S)")
_ORDINAL = rf"(?:(?:twenty|thirty) )?(?:{'|'.join(ORDINAL_WORDS)})"
_DAY_OF_MONTH = re.compile(rf"\b(?:the )?({_ORDINAL}(?: to {_ORDINAL})?) of ({'|'.join(MONTHS)})\b")
_MONTH_THE_DAY = re.compile(rf"\b({'|'.join(MONTHS)}) the ({_ORDINAL})\b")


def speak_symbols(text: str) -> str:
    """Read signs that are spoken, and the endings of web addresses.

    >>> speak_symbols("r&d is 5% + 20°c at yeti.com")
    'r and d is 5 percent   plus  20 degrees celsius  at yeti dot com'
    """
    return _DOMAIN.sub(r" dot \1", _SYMBOL.sub(lambda match: f" {SYMBOLS[match[0]]} ", text))


def divide_compounds(text: str) -> str:
    """Divide what hyphens, slashes and the like join, but for numbers.

    >>> divide_compounds("well-known covid-19 yeti.com 3.5 1,000 24/7")
    'well known covid 19 yeti com 3.5 1,000 24 7'
    """
    return " ".join(_DIVIDERS.sub(" ", text).split())


def speak_numbers(text: str) -> str:
    """Write digits as words.

    >>> speak_numbers("1st q3 of 2020 1,250 90s 3.5 p53 007 1.5m 2.4.1")
    'first q three of twenty twenty twelve fifty nineties three point five p fifty three zero zero seven one point five m two point four point one'
    """  # noqa: E501
    text = text.translate({0x66B: ".", 0x66C: ","})  # Arabic decimal and thousands separators
    words = spell_numerals(text).replace(",", " ").replace(".", " ").split()
    return " ".join(word.strip(_EDGES) for word in words if word.isalpha() or any(map(str.isalnum, word)))


def join_letters(text: str) -> str:
    """Join letters that are spelled out; two of them only if neither may be a word.

    >>> join_letters("the c e o of an e b i t d a with plan b i think at five p m")
    'the ceo of an ebitda with plan b i think at five pm'
    """

    def join(match: re.Match[str]) -> str:
        word = match[0].replace(" ", "")
        keep = is_filler(word) or (len(word) == 2 and not {"a", "i", "o"}.isdisjoint(word) and word != "ok")
        return match[0] if keep else word

    return _LETTERS.sub(join, text)


def unify_dates(text: str) -> str:
    """Write the words of a date in one form: without the and of.

    >>> unify_dates("on the third of june or june the third or third june")
    'on third june or june third or third june'
    """
    if " of " in text:
        text = _DAY_OF_MONTH.sub(r"\1 \2", text)
    return _MONTH_THE_DAY.sub(r"\1 \2", text) if " the " in text else text
