"""Money, per cent, units, ranges, signs and telephone numbers as they are said, in text of any case.

Each function takes the reading of numbers, so that a scorer and a corpus can differ in that alone.
"""

import re
from collections import defaultdict
from collections.abc import Mapping

from clm.english.numbers import Reading, digits, spell
from clm.english.written import BREAK, DASH, END, LAST, NUMBER, SCALE, SIGN, SIGNS, START, either, pattern, replace

CURRENCIES = {
    "$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent"), "¥": ("yen", "sen"),
    "₹": ("rupee", "paisa"), "₩": ("won", ""), "₽": ("ruble", "kopek"), "₺": ("lira", "kurus"),
    "₪": ("shekel", "agora"), "₱": ("peso", "centavo"), "฿": ("baht", "satang"), "₫": ("dong", ""),
    "₦": ("naira", "kobo"), "₴": ("hryvnia", "kopiyka"),
}  # fmt: skip
CODES = {
    "usd": "us dollar", "eur": "euro", "gbp": "pound", "jpy": "yen", "chf": "swiss franc", "cad": "canadian dollar",
    "aud": "australian dollar", "nzd": "new zealand dollar", "inr": "indian rupee", "cny": "yuan",
    "hkd": "hong kong dollar", "sgd": "singapore dollar",
}  # fmt: skip
#: Letters directly before a dollar sign.
DOLLARS = {
    "us": "us", "u.s.": "us", "a": "australian", "au": "australian", "c": "canadian", "ca": "canadian",
    "nz": "new zealand", "hk": "hong kong", "s": "singapore", "sg": "singapore",
}  # fmt: skip
PLURALS = {
    "penny": "pence", "yen": "yen", "sen": "sen", "paisa": "paise", "yuan": "yuan", "won": "won", "lira": "lira",
    "baht": "baht", "satang": "satang", "dong": "dong", "naira": "naira", "kobo": "kobo", "kurus": "kurus",
    "agora": "agorot", "foot": "feet", "hertz": "hertz",
    "kilohertz": "kilohertz", "megahertz": "megahertz", "gigahertz": "gigahertz",
}  # fmt: skip
#: Abbreviations that mean a multiple after a number with a currency; those of two letters and more mean it always.
MULTIPLES = {
    "k": "thousand", "m": "million", "mm": "million", "mn": "million", "mil": "million", "b": "billion",
    "bn": "billion", "bil": "billion", "t": "trillion", "tn": "trillion",
}  # fmt: skip
_ALWAYS = {"mn": "million", "bn": "billion", "tn": "trillion"}
#: Abbreviations that mean a unit, and nothing else, after a number.
UNITS = {
    "mm": "millimeter", "cm": "centimeter", "km": "kilometer", "kg": "kilogram", "mg": "milligram",
    "ml": "milliliter", "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "ghz": "gigahertz", "kb": "kilobyte",
    "mb": "megabyte", "gb": "gigabyte", "tb": "terabyte", "kwh": "kilowatt hour", "ft": "foot", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "hr": "hour", "hrs": "hour", "mins": "minute", "secs": "second",
    "bps": "basis point", "mph": "mile per hour", "kph": "kilometer per hour", "km/h": "kilometer per hour",
    "km²": "square kilometer", "mg/dl": "milligram per deciliter",
    "kw": "kilowatt", "kj": "kilojoule", "kpa": "kilopascal", "kcal": "kilocalorie", "kbps": "kilobit per second",
    "gbps": "gigabit per second", "m/s": "meter per second", "km/s": "kilometer per second",
    "m/s²": "meter per second squared", "m²": "square meter", "cm²": "square centimeter", "mm²": "square millimeter",
    "ft²": "square foot", "m³": "cubic meter", "cm³": "cubic centimeter", "mm³": "cubic millimeter",
    "ft³": "cubic foot", "sq ft": "square foot", "sq km": "square kilometer", "mg/kg": "milligram per kilogram",
    "mg/l": "milligram per liter", "kg/m³": "kilogram per cubic meter", "µm": "micrometer", "μm": "micrometer",
    "µg": "microgram", "μg": "microgram", "µl": "microliter", "μl": "microliter",
    "°c": "degrees celsius", "°f": "degrees fahrenheit", "°": "degrees",
}  # fmt: skip
#: Raised figures may have been written as others.
UNITS |= {unit.replace("²", "2").replace("³", "3"): name for unit, name in UNITS.items()}

_MULTIPLE = rf"[^\S\n]?(?:{either(MULTIPLES)}){END}"
_SCALE = rf"(?:[^\S\n]|-)?{SCALE}{END}"
_TIMES = rf"(?P<scale>{_MULTIPLE}|{_SCALE})?"
_MONEY = pattern(
    rf"(?P<sign>{SIGN})(?:(?<![^\W_])(?P<country>{either(DOLLARS)}))?(?P<mark>[{''.join(CURRENCIES)}])[^\S\n]?(?P<inner_sign>[-\u2212](?=\.?\d))?"
    rf"(?P<first>{NUMBER})(?P<first_scale>{_MULTIPLE})?"
    rf"(?:{DASH}(?:(?P=country)?(?P=mark)[^\S\n]?)?(?P<last>{NUMBER})(?![\d,]*\d|{DASH}\d))?{_TIMES}(?:-(?=[^\W\d_]))?"
)
_CODE_BEFORE = pattern(rf"(?<![^\W_])(?P<code>{either(CODES)})[^\S\n]?(?P<first>{NUMBER}){_TIMES}{END}")
_MONEY_BEHIND = pattern(
    rf"(?<![^\W_])(?P<sign>{SIGN})(?P<first>{NUMBER})(?:{DASH}(?P<last>{NUMBER}))?{_TIMES}[^\S\n]?"
    rf"(?:(?P<mark>[{''.join(CURRENCIES)}¢])(?![^\S\n]?\.?\d)|(?P<code>{either(CODES)})){END}"
)
_ANY_MARK = re.compile(rf"[{''.join(CURRENCIES)}¢]")
_PER = re.compile(r"(?:(?<=dollars)|(?<=dollar)|(?<=pounds)|(?<=euros)|(?<=cents)|(?<=yen))/(?=[^\W\d_])")


def plural(word: str, value: str) -> str:
    """The unit's name as it follows a number: singular after 1 only.

    >>> plural("foot", "2"), plural("mile per hour", "30"), plural("kilowatt hour", "1")
    ('feet', 'miles per hour', 'kilowatt hour')
    """
    if value == "1" or word.startswith("degrees"):
        return word
    head, per, rest = word.partition(" per ")
    start, space, noun = head.rpartition(" ")
    return start + space + PLURALS.get(noun, f"{noun}s") + per + rest


def speak_money(text: str, read: Reading = spell) -> str:
    """Read amounts of money, their sign before the number or behind it.

    >>> speak_money("$3.5 million, €20, $1.05, £0.99 and $5k")
    'three point five million dollars, twenty euros, one dollar five cents, ninety nine pence and five thousand dollars'
    >>> speak_money("$10-15 million, US$5 billion, 25¢, 5 €, -$3, USD 1.5m, $5/day")
    'ten to fifteen million dollars, five billion us dollars, twenty five cents, five euros, minus three dollars, one point five million us dollars, five dollars per day'
    """  # noqa: E501

    def money(match: re.Match[str]) -> str:
        return _amount(defaultdict(str, match.groupdict("")), read)

    lower = text.lower()
    has_code = any(code in lower for code in CODES)
    if not (has_code or _ANY_MARK.search(text)):
        return text
    text = replace(_MONEY, money, text)
    if has_code:
        text = replace(_CODE_BEFORE, money, text)
    return _PER.sub(" per ", replace(_MONEY_BEHIND, money, text))


def _amount(written: Mapping[str, str], read: Reading) -> str:
    """An amount of money from the parts of a pattern: sign, country, mark or code, first, last, and their scales."""
    first, last, scale = written["first"], written["last"], _multiple(written["scale"])
    first_scale = _multiple(written["first_scale"])
    if not last:
        scale, first_scale = scale or first_scale, ""
    named, part = CURRENCIES.get(written["mark"], (CODES.get(written["code"].lower(), "cent"), ""))
    unit = f"{DOLLARS.get(written['country'].lower(), '')} {named}".strip()
    sign = SIGNS.get(written["sign"] or written["inner_sign"], "")
    if last or scale or not part:
        words = " ".join(filter(None, (_joined(first, first_scale, last, read), scale)))
        return f"{sign}{words} {plural(unit, '' if last or scale else first)}"
    return sign + _with_cents(first, unit, part, read)


def _joined(first: str, first_scale: str, last: str, read: Reading) -> str:
    beginning = " ".join(filter(None, (read(first, True), first_scale)))
    return f"{beginning} to {read(last, True)}" if last else beginning


def _multiple(written: str) -> str:
    short = written.strip(" -\u00a0\t").lower()
    return MULTIPLES.get(short, short)


def _with_cents(number: str, unit: str, part: str, read: Reading) -> str:
    whole, point, decimals = number.replace(",", "").partition(".")
    if not point or len(decimals) != 2:
        return f"{read(number, True)} {plural(unit, whole + point)}"
    words = [f"{read(number.partition('.')[0], True)} {plural(unit, whole)}"] if whole.strip("0") else []
    if int(decimals) or not words:
        cents = str(int(decimals))
        words.append(f"{read(cents, True)} {plural(part, cents)}")
    return " ".join(words)


_AMOUNT = (
    rf"(?<![\w.,:+*^=])(?<!\d/)(?P<sign>{SIGN})(?P<first>{NUMBER})(?P<first_unit>[^\S\n]?%)?"
    rf"(?:{DASH}(?P<minus>[-\u2212](?=\d))?(?P<last>{NUMBER}))?"
)
_UNIT = pattern(
    rf"{_AMOUNT}(?:[^\S\n]?(?P<percent>%)|(?P<gap>[^\S\n]|-)?(?P<unit>{either(UNITS)}|{either(_ALWAYS)}){END})"
    rf"(?:[/-](?=[^\W\d_])|)"
)
_RANGE = pattern(
    rf"{START}(?P<sign>{SIGN})(?P<first>{NUMBER}){DASH}(?P<minus>[-\u2212](?=\d))?(?P<last>{NUMBER}){LAST}"
)
_SIGNED = re.compile(rf"{BREAK}[-+\u2013\u2212\u00b1](?=\.?\d)")
_POWER = re.compile(r"(?<=\d)e(?P<sign>[-+\u2212])(?=\d)", re.IGNORECASE)
_NUMBER_SIGN = re.compile(rf"{BREAK}#(?=\d)")
_ANY_SIGN = re.compile(r"[-+#\u2013\u2212\u00b1]")
_FOUR_DIGITS = re.compile(r"\d{4}(?!\d)")
_PHONE = re.compile(
    rf"{START}(?:\+?\d{{1,3}}[-. ])?(?:\(\d{{3}}\) ?|\d{{3}}[-. ])\d{{3}}[-. ]\d{{4}}{LAST}"
    rf"|{START}\d{{3}}-\d{{3}}[1-9]{LAST}"
    rf"|{BREAK}\+\d{{1,3}}(?:[-. ]\(?\d{{1,4}}\)?){{2,5}}{LAST}"
)


def speak_units(text: str, read: Reading = spell) -> str:
    """Read per cent and units after a number or a range, with its sign.

    >>> speak_units("5mm or 1 kg at 30 mph, 25bps, 10-15%, -5°C, 1,500 km/h")
    'five millimeters or one kilogram at thirty miles per hour, twenty five basis points, ten to fifteen percent, minus five degrees celsius, fifteen hundred kilometers per hour'
    """  # noqa: E501

    def amount(match: re.Match[str]) -> str:
        first, last, unit = match["first"], match["last"] or "", (match["unit"] or "").lower()
        words = SIGNS.get(match["sign"], "") + read(first, True)
        if last:
            words += f" to {'minus ' if match['minus'] else ''}{read(last, True)}"
        if match["percent"]:
            named = "percent"
        elif unit in UNITS:
            compound = match["gap"] == "-"
            named = UNITS[unit] if compound else plural(UNITS[unit], last or first)
        else:
            named = _ALWAYS[unit]
        end = match[0][-1]
        return f"{words} {named}{' per ' if end == '/' else ' ' if end == '-' else ''}"

    return replace(_UNIT, amount, text)


def speak_phones(text: str) -> str:
    """Read telephone numbers digit by digit.

    >>> speak_phones("call 555-1234 or (212) 555-0100, not 100-1500")
    'call five five five one two three four or two one two five five five zero one zero zero, not 100-1500'
    """
    if not _FOUR_DIGITS.search(text):
        return text
    return replace(_PHONE, lambda match: digits("".join(filter(str.isdecimal, match[0]))), text)


def speak_ranges(text: str, read: Reading = spell) -> str:
    """Read ranges and signs; where the second number is not the larger one, as in scores, nothing stands between them.

    Signs are those of numbers, the one before a number in a list, and those of a power of ten.

    >>> speak_ranges("10-20 or 1914–1918 or 1914-18, a 3-2 win at -5, +3 and 7-7")
    'ten to twenty or nineteen fourteen to nineteen eighteen or nineteen fourteen to eighteen, a three two win at minus 5, plus 3 and seven seven'
    >>> speak_ranges("#1 is 1.5e-3")
    'number 1 is 1.5 e minus 3'
    """  # noqa: E501

    def ends(match: re.Match[str]) -> str:
        first, last = match["first"], match["last"]
        negative = "minus " if match["minus"] else ""
        if negative or match["sign"] or _ascends(first, last):
            return f"{SIGNS.get(match['sign'], '')}{read(first, False)} to {negative}{read(last, False)}"
        # Of two numbers side by side, only one form can be separated again.
        return f"{spell(first)} {spell(last)}"

    if not _ANY_SIGN.search(text):
        return text
    text = _POWER.sub(lambda match: f" e {SIGNS[match['sign']]}", text)
    text = replace(_RANGE, ends, _NUMBER_SIGN.sub("number ", text))
    return _SIGNED.sub(lambda match: SIGNS[match[0]], text)


def _ascends(first: str, last: str) -> bool:
    """True if two numbers, or a year and the end of a later one, are in rising order."""
    one, other = (float("".join(c for c in number if c.isdecimal() or c == ".")) for number in (first, last))
    if len(first) == 4 and len(last) == 2 and 1100 <= one < 2100:
        return one % 100 < other
    return one < other
