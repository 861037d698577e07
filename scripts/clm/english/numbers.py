"""English number words: their only table, and the reading of every number.

>>> spell("1995"), natural("1,995")
('nineteen ninety five', 'one thousand nine hundred ninety five')
"""

from collections.abc import Callable

_SMALL_TEXT = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
SMALL = tuple(_SMALL_TEXT.split())
TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
NUMBERS = frozenset({*SMALL, *TENS, "hundred", *(name for _, name in SCALES)})
MOST_DIGITS = 15  # longer ones are read digit by digit, as numbers with a leading zero are

#: Gives the words of a number in digits; `counts` is true where it cannot be a year, as before a unit.
Reading = Callable[[str, bool], str]


def natural(number: str, counts: bool = False) -> str:
    """Words of a number as it is mostly said: four digits without a separator are a year unless they count something.

    >>> [natural(number) for number in ("1905", "1,905", "2004", "1900", "3100", "10,000")]
    ['nineteen oh five', 'one thousand nine hundred five', 'two thousand four', 'nineteen hundred', 'three thousand one hundred', 'ten thousand']
    >>> natural("1905", counts=True), natural("3.14"), natural("120003")
    ('one thousand nine hundred five', 'three point one four', 'one hundred twenty thousand three')
    """  # noqa: E501
    return _read(number, _cardinal if counts or not (len(number) == 4 and number.isdecimal()) else _reading)


def spell(number: str, _counts: bool = False) -> str:
    """Words of a number in digits of any script, with or without separators of thousands and decimals.

    Values from 1100 to 1999 and from 2010 to 2099 are read as years are, whatever they count: a reading has to be
    chosen for the value, since the same value is written in both ways.

    >>> [spell(number) for number in ("0", "105", "1,250", "1905", "2020", "120003", "3.05", "007")]
    ['zero', 'one hundred five', 'twelve fifty', 'nineteen oh five', 'twenty twenty', 'one hundred twenty thousand three', 'three point zero five', 'zero zero seven']
    """  # noqa: E501
    return _read(number, _reading)


def digits(number: str) -> str:
    """Words of the digits, one by one.

    >>> digits("555")
    'five five five'
    """
    return " ".join(SMALL[int(digit)] for digit in number)


def _read(number: str, reading: Callable[[int], list[str]]) -> str:
    """A number with any decimals; further points, as in a version, divide numbers that are read each by itself."""
    whole, *decimals = number.replace(",", "").split(".")
    whole = whole or "0"
    by_digit = len(whole) > MOST_DIGITS or (len(whole) > 1 and int(whole[0]) == 0)
    words = [digits(whole) if by_digit else " ".join(reading(int(whole)))]
    for part in decimals:
        single = len(decimals) == 1 or part[0] == "0" or len(part) > MOST_DIGITS
        words += ["point", digits(part) if single else " ".join(_cardinal(int(part)))]
    return " ".join(words)


def _reading(value: int) -> list[str]:
    if 1100 <= value < 2000:
        return year(*divmod(value, 100))
    if 2010 <= value < 2100:
        return ["twenty", *_cardinal(value - 2000)]
    return _cardinal(value)


def year(century: int, rest: int) -> list[str]:
    """Words of a year, of its hundreds and the rest."""
    if not rest:
        return [SMALL[century], "hundred"]
    return [SMALL[century], *(["oh"] if rest < 10 else []), *_cardinal(rest)]


def _cardinal(value: int) -> list[str]:
    if value < 20:
        return [SMALL[value]]
    if value < 100:
        return [TENS[value // 10], *([SMALL[value % 10]] if value % 10 else [])]
    if value < 1000:
        return [SMALL[value // 100], "hundred", *(_cardinal(value % 100) if value % 100 else [])]
    scale, name = next(pair for pair in SCALES if value >= pair[0])
    return [*_cardinal(value // scale), name, *(_cardinal(value % scale) if value % scale else [])]


def ordinal(words: str) -> str:
    """The ordinal of a number in words.

    >>> ordinal("twenty one"), ordinal("thirty"), ordinal("one hundred four")
    ('twenty first', 'thirtieth', 'one hundred fourth')
    """
    head, _, last = words.rpartition(" ")
    last = ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{head} {last}".strip()


def decade(words: str) -> str:
    """The plural of a number in words.

    >>> decade("nineteen ninety"), decade("twenty")
    ('nineteen nineties', 'twenties')
    """
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}{'es' if words.endswith('x') else 's'}"


def _all_forms() -> frozenset[str]:
    singles = {*NUMBERS, "dozen", "half", "quarter"}
    ordinals = {ordinal(word) for word in NUMBERS}
    plurals = {decade(word) for word in singles | (ordinals - {"first", "second"})} - {"halfs"}
    return frozenset({*singles - {"quarter"}, *ordinals, *plurals, "halves"} - {"zeroth"})


#: Every form of a number as one word: cardinals, ordinals, plurals, fractions.
NUMBER_WORDS = _all_forms()

#: Days of a month need these, and some of them two.
ORDINAL_WORDS = tuple(map(ordinal, (*SMALL[1:], TENS[2], TENS[3])))
