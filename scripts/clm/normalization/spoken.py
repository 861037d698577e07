"""Rules of the normalizer profile `spoken`: what is written in many ways and said in one becomes the words said.

Each rule takes and gives lower-case English text, as `clm.normalization.normalizer` composes them. Those before
`strip_punctuation` need signs ($3.5m, 10:30, 5%); the later ones see words only. No rule looks at the other side, so
that reference and hypothesis can never be bent towards each other. Which words stand for a number is decided in
`clm.english.numbers`.
"""

import re

from clm.english.fillers import FILLERS
from clm.english.numbers import SCALES, decade, ordinal, spell

CURRENCIES = {
    "$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent"), "¥": ("yen", "sen"),
    "₹": ("rupee", "paisa"),
}  # fmt: skip
PLURALS = {
    "penny": "pence", "yen": "yen", "sen": "sen", "paisa": "paise", "foot": "feet", "hertz": "hertz",
    "kilohertz": "kilohertz", "megahertz": "megahertz", "gigahertz": "gigahertz",
}  # fmt: skip
MULTIPLES = {"k": "thousand", "m": "million", "mm": "million", "mn": "million", "b": "billion", "bn": "billion"}
#: Abbreviations that mean a unit, and nothing else, after a number.
UNITS = {
    "mm": "millimeter", "cm": "centimeter", "km": "kilometer", "kg": "kilogram", "mg": "milligram",
    "ml": "milliliter", "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "ghz": "gigahertz", "kb": "kilobyte",
    "mb": "megabyte", "gb": "gigabyte", "tb": "terabyte", "kwh": "kilowatt hour", "ft": "foot", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "hr": "hour", "hrs": "hour", "mins": "minute", "secs": "second",
    "bps": "basis point", "mph": "mile per hour",
}  # fmt: skip
SYMBOLS = {
    "%": "percent", "&": "and", "+": "plus", "=": "equals", "°c": "degrees celsius", "°f": "degrees fahrenheit",
    "°": "degrees", "§": "section", "×": "times", "±": "plus minus",
}  # fmt: skip
PARTS = {"2": "half", "3": "third", "4": "quarter", "5": "fifth", "8": "eighth", "10": "tenth"}

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_END = r"(?![^\W_])"  # no letter and no digit follows
_START = r"(?<![\w.,:/])"
_MONEY = re.compile(
    rf"([{''.join(CURRENCIES)}])[^\S\n]?({_NUMBER})"
    rf"(?:[^\S\n]?({'|'.join(sorted(MULTIPLES, key=len, reverse=True))}){_END}"
    rf"|[^\S\n\-]?({'|'.join(name for _, name in SCALES)}){_END})?"
)
_CLOCK = re.compile(rf"{_START}(\d\d?)(?::([0-5]\d))?[^\S\n]?([ap])(?:m|\.[^\S\n]?m\.?){_END}")
_TIME = re.compile(rf"{_START}(\d\d?):([0-5]\d)(?![\w:]|[.,/]\d)")
_FRACTION = re.compile(rf"{_START}(?:(\d+) )?([1-9])/({'|'.join(PARTS)})(?![\w/]|[.,:]\d)")
_UNIT = re.compile(rf"(?<![^\W_])({_NUMBER})[^\S\n]?({'|'.join(sorted(UNITS, key=len, reverse=True))}){_END}")
_SYMBOL = re.compile("|".join(re.escape(symbol) for symbol in sorted(SYMBOLS, key=len, reverse=True)))
_DOMAIN = re.compile(rf"(?<=[^\W_])\.(com|org|net|gov|edu|io|uk|de|eu|ai){_END}")
_DIVIDERS = re.compile(r"[\-_/:@&]|\.(?!\d)|(?<!\d)\.|,(?!\d)|(?<!\d),")
_DIGITS = re.compile(rf"(\d{{1,3}}(?:,\d{{3}})+|\d+)(\.\d+)?(?:(st|nd|rd|th)|('?s))?{_END}|(\d+)")
_EDGES = "'\u00b7\u05f3\u05f4"  # what joins letters and is left over where a number stood beside it
_LETTERS = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_])+(?!\S)")


def plural(word: str, value: str) -> str:
    """The unit's name as it follows a number: singular after 1 only.

    >>> plural("foot", "2"), plural("mile per hour", "30"), plural("kilowatt hour", "1")
    ('feet', 'miles per hour', 'kilowatt hour')
    """
    if value == "1":
        return word
    head, per, rest = word.partition(" per ")
    return PLURALS.get(head, f"{head}s") + per + rest


def speak_money(text: str) -> str:
    """Read amounts of money.

    >>> speak_money("$3.5 million, €20, $1.05, £0.99 and $5k")
    ' three point five million dollars ,  twenty euros ,  one dollar five cents ,  ninety nine pence  and  five thousand dollars '
    """  # noqa: E501

    def read(match: re.Match[str]) -> str:
        sign, number, short, long = match.groups()
        unit, part = CURRENCIES[sign]
        scale = MULTIPLES[short] if short else long
        whole, point, decimals = number.replace(",", "").partition(".")
        if scale:
            return f" {spell(number)} {scale} {plural(unit, '')} "
        if not point or len(decimals) != 2:
            return f" {spell(number)} {plural(unit, whole + point)} "
        words = [f"{spell(whole)} {plural(unit, whole)}"] if whole.strip("0") else []
        if decimals.strip("0") or not words:
            words.append(f"{spell(str(int(decimals)))} {plural(part, str(int(decimals)))}")
        return f" {' '.join(words)} "

    return _MONEY.sub(read, text)


def speak_times(text: str) -> str:
    """Read times of day.

    >>> speak_times("10:30, 9:00, 7:05 and 5 p.m. or 11:15am")
    " ten thirty ,  nine o'clock ,  seven oh five  and  five pm  or  eleven fifteen am "
    """

    def read(match: re.Match[str]) -> str:
        hour, minutes, *half = match.groups()
        words = [spell(str(int(hour)))]
        if minutes and int(minutes):
            words.append(("oh " if int(minutes) < 10 else "") + spell(str(int(minutes))))
        elif minutes and not half:
            words.append("o'clock")
        return f" {' '.join(words)}{f' {half[0]}m' if half else ''} "

    return _TIME.sub(read, _CLOCK.sub(read, text))


def speak_fractions(text: str) -> str:
    """Read simple fractions; other slashes divide, as in 24/7.

    >>> speak_fractions("3/4 of 1 1/2 is 24/7 or 1/2/2020")
    ' three quarters  of  one and a half  is 24/7 or 1/2/2020'
    """

    def read(match: re.Match[str]) -> str:
        whole, above, below = match.groups()
        if int(above) >= int(below):
            return match[0]
        part = PARTS[below] if above == "1" else plural(PARTS[below], above)
        return (
            f" {spell(whole)} and {'a' if above == '1' else spell(above)} {part} "
            if whole
            else (f" {spell(above)} {part} ")
        )

    return _FRACTION.sub(read, text)


def speak_units(text: str) -> str:
    """Write units after numbers in full.

    >>> speak_units("5mm or 1 kg at 30 mph, 25bps")
    '5 millimeters  or 1 kilogram  at 30 miles per hour , 25 basis points '
    """
    return _UNIT.sub(lambda match: f"{match[1]} {plural(UNITS[match[2]], match[1])} ", text)


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

    >>> speak_numbers("1st q3 of 2020 1,250 90s 3.5 p53 007")
    'first q three of twenty twenty twelve fifty nineties three point five p fifty three zero zero seven'
    """

    def read(match: re.Match[str]) -> str:
        whole, decimals, is_ordinal, is_decade, other = match.groups()
        if other:
            return f" {spell(other)} "
        if decimals:
            ending = "".join(filter(None, (is_ordinal, is_decade)))
            return f" {spell(whole + decimals)} {ending} "
        words = spell(whole)
        return f" {ordinal(words) if is_ordinal else decade(words) if is_decade else words} "

    text = text.translate({0x66B: ".", 0x66C: ","})  # Arabic decimal and thousands separators
    words = _DIGITS.sub(read, text).replace(",", " ").replace(".", " ").split()
    return " ".join(word.strip(_EDGES) for word in words if word.isalpha() or any(map(str.isalnum, word)))


def join_letters(text: str) -> str:
    """Join letters that are spelled out; two of them only if neither may be a word.

    >>> join_letters("the c e o of an e b i t d a with plan b i think at five p m")
    'the ceo of an ebitda with plan b i think at five pm'
    """

    def join(match: re.Match[str]) -> str:
        word = match[0].replace(" ", "")
        keep = word in FILLERS or (len(word) == 2 and not {"a", "i", "o"}.isdisjoint(word) and word != "ok")
        return match[0] if keep else word

    return _LETTERS.sub(join, text)
