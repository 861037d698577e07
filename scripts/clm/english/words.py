"""Words worth learning, and the form by which a look-up compares spellings."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from clm.english.fillers import is_filler
from clm.english.numbers import NUMBER_WORDS

_NUMERAL = re.compile(r"[$€£#+-]?\d[\d.,:/-]*(?:s|'s|st|nd|rd|th|am|pm|%)?")
_TOKEN = re.compile(r"\w+(?:['\N{RIGHT SINGLE QUOTATION MARK}]\w+)*")
_POSSESSIVE = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}]s?$")


@cache
def stop_words() -> frozenset[str]:
    """English function words, in lower case, as stopwords.txt lists them."""
    return frozenset(Path(__file__).with_name("stopwords.txt").read_text(encoding="utf-8").split())


def learnable(word: str) -> bool:
    """Tell learnable words from stop words, fillers, numbers and single letters.

    >>> [word for word in "the um twenty-five 1990s 3.5 c p53 mitochondrion naïve".split() if learnable(word)]
    ['p53', 'mitochondrion', 'naïve']
    """
    word = unicodedata.normalize("NFKC", word).casefold().strip().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    base = _POSSESSIVE.sub("", word)
    if len(base) < 2 or not any(character.isalpha() for character in base):
        return False
    if {word, base} & stop_words() or is_filler(word) or is_filler(base):
        return False
    return not _is_number(base)


def _is_number(word: str) -> bool:
    """Digits in any usual form, or number words joined by hyphens.

    >>> [_is_number(word) for word in ("1,000", "21st", "twenty-five", "p53", "one-celled")]
    [True, True, True, False, False]
    """
    parts = [part for part in word.split("-") if part not in ("", "and", "a")]
    return bool(_NUMERAL.fullmatch(word)) or NUMBER_WORDS.issuperset(parts)


def is_name(phrase: str) -> bool:
    """True if a phrase is written with capitals; runs come from normalized text, which has none."""
    return phrase != phrase.lower()


def plain(text: str) -> list[str]:
    """The words of a text in lower case, without accents, punctuation and possessives.

    >>> plain("Schrödinger's cat: the Golgi-apparatus")
    ['schrodinger', 'cat', 'the', 'golgi', 'apparatus']
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    tokens = _TOKEN.findall(text.casefold().replace("_", " "))
    return [word for token in tokens if (word := _POSSESSIVE.sub("", token))]


def singular(word: str) -> str:
    """A key that a regular English plural shares with its singular (the key itself need not be a word).

    >>> [singular(word) for word in ("cell", "cells", "enzymes", "studies", "viruses", "virus", "gas")]
    ['cell', 'cell', 'enzyme', 'study', 'virus', 'virus', 'gas']
    """
    if len(word) < 4:
        return word
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith(("se", "xe", "ze", "he", "ie", "oe")):
        word = word[:-1]
    if word.endswith("i"):
        word = word[:-1] + "y"
    return word


def terms(text: str) -> list[str]:
    """The words of a text as a search compares them: plain and singular.

    >>> terms("Newton's laws") == terms("newton law")
    True
    """
    return [singular(word) for word in plain(text)]


def content_terms(text: str) -> set[str]:
    """The terms of a query that say what it is about.

    >>> sorted(content_terms("the origin of species"))
    ['origin', 'specy']
    """
    return {singular(word) for word in plain(text) if word not in stop_words()}
