"""Characters that phrases of a custom vocabulary may have, by language.

From "Character sets for custom vocabularies" in the developer guide of Amazon Transcribe: one other character fails
the whole vocabulary.
"""

from __future__ import annotations

import functools
import string
import unicodedata
from collections.abc import Callable

#: Languages with a-z, A-Z, apostrophe, hyphen and period, and what each has besides.
_LATIN = {
    "en": "",
    "id": "",
    "de": "äöüßÄÖÜ",
    "es": "áéíóúñüÁÉÍÓÚÑ",
    "fr": "àâçèéêëîïôöùûüÀÂÇÈÉÊËÎÏÔÖÙÛÜ",
    "it": "àäçèéêëìòùüÀÄÇÈÉÊËÌÒÙÜ",
    "nl": "àáâäçèéêëìíîïñòóôöùúûü",
    "pt": "àáâãäçèéêëíñóôõöúüÀÁÂÃÄÇÈÉÊËÍÑÓÔÕÖÚÜ",
    "sv": "äåöÄÅÖ",
}
#: Ranges of code points, last ones included.
_HINDI = (
    (0x901, 0x903), (0x905, 0x90B), (0x90F, 0x911), (0x913, 0x928), (0x92A, 0x930), (0x932, 0x932), (0x935, 0x939),
    (0x93E, 0x943), (0x945, 0x945), (0x947, 0x949), (0x94B, 0x94D), (0x95B, 0x95D),
)  # fmt: skip
_JAPANESE = (
    (0x3042, 0x3042), (0x3044, 0x3044), (0x3046, 0x3046), (0x3048, 0x3048), (0x304A, 0x308D), (0x308F, 0x3093),
    (0x309D, 0x309E), (0x30A1, 0x30C2), (0x30C4, 0x30ED), (0x30EF, 0x30F6), (0x30FC, 0x30FC), (0xFF21, 0xFF3A),
)  # fmt: skip
#: Scripts of other languages, as Unicode names their letters; all others use Latin letters.
_SCRIPTS = {
    "CYRILLIC": ("ab", "ba", "be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tt", "uk"),
    "ARABIC": ("ar", "ckb", "fa", "ps", "ug", "ur"),
    "DEVANAGARI": ("mr", "ne"),
    "HANGUL": ("ko",),
    "CJK": ("zh",),
    "ARMENIAN": ("hy",), "BENGALI": ("bn",), "GEORGIAN": ("ka",), "GREEK": ("el",), "GUJARATI": ("gu",),
    "HEBREW": ("he",), "KANNADA": ("kn",), "MALAYALAM": ("ml",), "ORIYA": ("or",), "GURMUKHI": ("pa",),
    "SINHALA": ("si",), "TAMIL": ("ta",), "TELUGU": ("te",), "THAI": ("th",),
}  # fmt: skip


def has_capitals(language: str) -> bool:
    """True if a language's phrases may have capital letters, of which initials are made."""
    return language in _LATIN


@functools.cache
def allowed(language: str) -> Callable[[str], bool]:
    """Test for the characters that the phrases of a language may have.

    `language`: the first part of the code, such as en. Of the Japanese characters we know those of JIS level 1,
    nearly all of which are in Amazon's list; of languages without a table here, the small letters of the script.

    >>> [character for character in "aÄß1-.'" if allowed("de")(character)]
    ['a', 'Ä', 'ß', '-', '.', "'"]
    """
    if language in _LATIN:
        return frozenset(string.ascii_letters + "'-." + _LATIN[language]).__contains__
    if language == "hi":
        return frozenset("-." + _characters(_HINDI)).__contains__
    if language == "ja":
        kana = frozenset(_characters(_JAPANESE))
        return lambda character: character in kana or _is_common_kanji(character)
    script = next((script for script, languages in _SCRIPTS.items() if language in languages), "LATIN")
    return lambda character: character in "-." or _is_small_letter(character, script)


def _characters(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(chr(code) for first, last in ranges for code in range(first, last + 1))


def _is_common_kanji(character: str) -> bool:
    """Rows 16 to 47 of JIS X 0208; one character there is not in Amazon's list."""
    try:
        code = character.encode("euc_jp")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and 0xB0 <= code[0] <= 0xCF and character != "什"


def _is_small_letter(character: str, script: str) -> bool:
    known = unicodedata.category(character) in ("Ll", "Lo", "Mn", "Mc")
    return known and unicodedata.name(character, "").startswith(f"{script} ")
