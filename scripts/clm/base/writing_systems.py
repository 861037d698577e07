"""Properties of letters and marks of the world's scripts that several packages need."""

from __future__ import annotations

import re
import unicodedata

#: Scripts that are written without spaces between words.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
#: Marks that end a sentence, of all scripts (Arabic, Devanagari, Chinese and full-width ones besides).
SENTENCE_ENDS = frozenset(".!?\u2026。！？｡।॥؟۔።")
#: Half-width and full-width forms.
_WIDTHS = re.compile("[\uff01-\uffee]+")


def unspaced(letter: str) -> bool:
    """True if a letter is of a script without spaces between words.

    >>> unspaced("語"), unspaced("l"), unspaced("한")
    (True, False, False)
    """
    return letter > "\x7f" and letter.isalpha() and unicodedata.name(letter, "").startswith(_UNSPACED)


def in_words(letter: str) -> bool:
    """True for what words are made of: letters, digits, and the marks on letters, such as the vowels of Hindi.

    >>> [in_words(letter) for letter in ("ñ", "7", "\\N{DEVANAGARI VOWEL SIGN I}", "-")]
    [True, True, True, False]
    """
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


def composed(text: str) -> str:
    """A text in NFC, with letters, digits and marks of usual width.

    >>> composed("ＡＰＩ ２０２４ ﾃﾞｰﾀ，½ ทำ")
    'API 2024 データ,½ ทำ'
    """
    return _WIDTHS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), unicodedata.normalize("NFC", text))


def units(text: str) -> list[str]:
    """Words, or letters in scripts without spaces; in lower case, without punctuation.

    >>> units("It's fine: OK."), units("日本語 DNA。"), units("मिट्टी")
    (['its', 'fine', 'ok'], ['日', '本', '語', 'dna'], ['मिट्टी'])
    """
    found: list[str] = []
    for chunk in composed(text).lower().split():
        word, alone = "", False
        for letter in filter(in_words, chunk):
            if word and (unspaced(letter) or (alone and letter.isalnum())):
                found.append(word)
                word = ""
            if letter.isalnum():
                alone = unspaced(letter)
            word += letter
        found += [word] if word else []
    return found
