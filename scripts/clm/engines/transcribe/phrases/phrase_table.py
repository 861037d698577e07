"""Custom vocabularies for Amazon Transcribe: phrases as the table that Amazon reads.

The rules are those of "Creating a custom vocabulary using a table" in the developer guide. A vocabulary with one bad
phrase fails as a whole, so phrases that Amazon would refuse are left out here, with the reason. The columns SoundsLike
and IPA must be there, but Amazon does not read them any more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from clm.engines.transcribe.phrases.charsets import allowed, has_capitals
from clm.english import tokenizer
from clm.normalization.basic import APOSTROPHES, HYPHENS, lower
from clm.types import Dropped, Phrase, Vocabulary

#: Bytes of a table, characters of a phrase.
MOST_BYTES = 50 * 1024
LONGEST_PHRASE = 256

_HEADER = "Phrase\tSoundsLike\tIPA\tDisplayAs\n"
_PLAIN = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS + "–—", "-"))
_INITIALS = re.compile(r"(?P<letters>(?:[^\W\d_]\.)+[^\W\d_]?)(?:'?(?P<plural>s))?")
_PIECE = re.compile(r"(?P<number>\b\d+(?:st|nd|rd|th|s)\b|\d+(?:\.\d+)?)|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)")
_SPELLED = re.compile(r"(?P<word>.*[a-zß-ÿ]{2}|)(?P<letters>[a-z]?[A-Z]{2,5}|(?<![^\W\d_])[A-Z])(?P<plural>s?)")
_VOWELS = frozenset("AEIOUY")
#: Hindi letters with a dot below, which Unicode normalization takes apart, and those that Amazon has no letter for.
_HINDI = {
    "\u091c\u093c": "\u095b",
    "\u0921\u093c": "\u095c",
    "\u0922\u093c": "\u095d",
    "\u0929": "\u0928",
    "\u0931": "\u0930",
    "\u093c": "",
}


def build(phrases: Iterable[Phrase], language: str) -> Vocabulary:
    """Make the table of the phrases that can be used, in their order; when it is full, the rest is dropped.

    The text is only a header if nothing was kept; repeated phrases are in neither list. Each phrase is
    there once, whatever its upper and lower case; an acronym that can be read as a word has two rows, since nothing
    shows how people say it.
    """
    kept: list[Phrase] = []
    dropped: list[Dropped] = []
    seen: set[str] = set()
    parts, size, full = [_HEADER], len(_HEADER), False
    for phrase in phrases:
        shown = _shown(phrase.text, language)
        if shown.casefold() in seen:
            continue
        spoken, reason = _spoken(shown, language)
        rows = [row for form in spoken if form.casefold() not in seen and (row := _row(form, shown))]
        length = sum(len(row.encode("utf-8")) for row in rows)
        full = full or (not reason and size + length > MOST_BYTES)
        if full and not reason:
            reason = f"the vocabulary is full ({MOST_BYTES // 1024} KB)"
        if reason:
            dropped.append(Dropped(phrase.text, phrase.source, reason))
            continue
        seen |= {shown.casefold(), *(form.casefold() for form in spoken)}
        if rows:
            kept.append(phrase)
            parts += rows
            size += length
    return Vocabulary("".join(parts), tuple(kept), tuple(dropped))


def _row(phrase: str, shown: str) -> str:
    return f"{phrase}\t\t\t{shown if shown != phrase else ''}\n"


def _shown(text: str, language: str) -> str:
    """The phrase as it is to appear in transcripts: one form of each character, single spaces."""
    text = " ".join(unicodedata.normalize("NFC", text).translate(_PLAIN).split())
    if _base(language) == "ja":  # its tables have no blanks, and Latin letters only as wide capitals
        return "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isalpha() else letter
                       for letter in text.upper() if letter != " ")  # fmt: skip
    return text


def _spoken(shown: str, language: str) -> tuple[list[str], str]:
    """The phrase in the characters that Amazon allows, in one or two ways; or why that is not possible."""
    base = _base(language)
    text = _in_its_letters(shown, base)
    reason = _illegal_character(text, language)
    if reason:
        return [], reason
    if has_capitals(base):
        forms = [_joined(text, spelled) for spelled in (True, False)]
    else:
        forms = ["-".join(word for word in re.split("[ -]", text) if word)]
    forms = [form for form in dict.fromkeys(forms) if any(character.isalpha() for character in form)]
    if not forms:
        return [], "it has no letters"
    if len(forms[0]) > LONGEST_PHRASE:
        return [], f"longer than {LONGEST_PHRASE} characters, with what numbers and letters become"
    return forms, ""


def _in_its_letters(text: str, base: str) -> str:
    if has_capitals(base):
        return text
    if base == "ja":  # the small tsu is in Amazon's list as hiragana only, and sounds the same
        return text.replace("ッ", "っ")
    if base == "hi":
        for letter, replacement in _HINDI.items():
            text = text.replace(letter, replacement)
        return text
    return lower(text, base)


def _illegal_character(text: str, language: str) -> str:
    """Reason for which a character of the text is not allowed, or an empty string."""
    is_allowed: Callable[[str], bool] = allowed(_base(language))
    for character in text:
        if character == " " or is_allowed(character):
            continue
        if not character.isascii() or not character.isdigit():
            return f"the character {character!r} (U+{ord(character):04X}) is not allowed in {language}"
        if _base(language) != "en":
            return f"the digit {character!r} is not allowed in {language}: spell the number out"
    return ""


def _joined(text: str, spelled: bool) -> str:
    """Words and spelled letters with hyphens between them.

    >>> [_joined(text, True) for text in ("Los Angeles", "VX02Q", "DynamoDB", "ABCs", "U.S. Inc.", "21st mRNA")]
    ['Los-Angeles', 'V.X.-zero-two-Q.', 'Dynamo-D.B.', 'A.B.C.-s', 'U.S.-Inc', 'twenty-first-m.R.N.A.']
    >>> _joined("NASA COVID-19", False)
    'NASA-COVID-nineteen'
    """
    return "-".join(part for word in re.split("[ -]", text) for part in _parts(word, spelled))


def _parts(word: str, spelled: bool) -> Iterator[str]:
    initials = _INITIALS.fullmatch(word)
    if initials:
        yield from _spelled(initials)
        return
    for match in _PIECE.finditer(word):
        if match["number"]:
            for sentence in tokenizer.tokenize([match["number"]]).sentences:
                yield from sentence
        else:
            yield from _letters(match["word"], spelled)


def _letters(word: str, spelled: bool) -> Iterator[str]:
    """A word, or the word and the letters in it that are pronounced one by one."""
    match = _SPELLED.fullmatch(word)
    readable = match and len(match["letters"]) > 2 and not _VOWELS.isdisjoint(match["letters"])
    if not match or (readable and not spelled):
        yield word
        return
    if match["word"]:
        yield match["word"]
    yield from _spelled(match)


def _spelled(match: re.Match[str]) -> Iterator[str]:
    yield "".join(f"{letter}." for letter in match["letters"] if letter != ".")
    if match["plural"]:
        yield "s"


def _base(language: str) -> str:
    return language.split("-")[0].lower()
