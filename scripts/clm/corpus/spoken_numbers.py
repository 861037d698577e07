"""Numbers as they are spoken in American English, in sentences that are written text otherwise.

Both engines learn from words: the embedded one has no digits in its dictionary, and Amazon Transcribe's language
models predict what was said, before digits are written. Names such as H2O, COVID-19 or p53 stay as they are.
"""

import re

from clm.english.tokenizer import number_or_year, number_words, ordinal

_CURRENCIES = {"$": ("dollar", "dollars"), "£": ("pound", "pounds"), "€": ("euro", "euros")}
_SCALES = "hundred|thousand|million|billion|trillion"
_NUMBER = re.compile(
    r"(?<![\w.,:/+*^=-])"
    r"(?P<currency>[$£€]\s?)?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?P<percent>\s?%)|(?P<ordinal>st|nd|rd|th)\b|(?P<decade>['\u2019]?s)\b"
    r"|(?P<range>\s?[\u2013\u2212-]\s?)(?P<until>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?P<until_percent>\s?%)?"
    r"|(?P<minutes>:\d\d)(?![:\d]))?"
    rf"(?P<scale>[ -](?:{_SCALES})\b)?"
    r"(?![\w/*^=+]|[,.:-]\d|-?\d)"
)
_DIGIT = re.compile(r"\d")


def spoken(sentence: str) -> str:
    """The sentence with its numbers spelled out.

    >>> spoken("It cost $3.5 million in 1995, or 30% of 1,200.")
    'It cost three point five million dollars in nineteen ninety five, or thirty percent of one thousand two hundred.'
    >>> spoken("The 21st of 10–20 H2O tests at 5:30 in the 1990s found COVID-19.")
    'The twenty first of ten to twenty H2O tests at five thirty in the nineteen nineties found COVID-19.'
    """
    return _NUMBER.sub(_read, sentence) if _DIGIT.search(sentence) else sentence


def _read(match: re.Match[str]) -> str:
    number = match["number"]
    words = _cardinal_or_year(number, plain=not (match["currency"] or match["percent"] or match["scale"]))
    if match["ordinal"]:
        words[-1] = ordinal(words[-1])
    elif match["decade"]:
        words[-1] = words[-1][:-1] + "ies" if words[-1].endswith("y") else words[-1] + "s"
    elif match["minutes"]:
        words = number_words(number) + _minutes(match["minutes"][1:])
    elif match["range"]:
        words += ["to", *_cardinal_or_year(match["until"], plain=not (match["currency"] or match["until_percent"]))]
    if match["percent"] or match["until_percent"]:
        words.append("percent")
    if match["scale"]:
        words.append(match["scale"].lstrip(" -"))
    if match["currency"]:
        one, many = _CURRENCIES[match["currency"].strip()]
        words.append(one if words == ["one"] else many)
    return " ".join(words)


def _cardinal_or_year(number: str, *, plain: bool) -> list[str]:
    return number_or_year(number) if plain and "," not in number else number_words(number.replace(",", ""))


def _minutes(minutes: str) -> list[str]:
    if minutes == "00":
        return []
    return (["oh"] if minutes[0] == "0" else []) + number_words(str(int(minutes)))
