"""A second opinion on spelling, independent of the stock dictionary: g2p2's English model.

It speaks British English in the International Phonetic Alphabet; the acoustic model was trained on American
English in ARPABET. So every sound is mapped to the nearest phone, and an r that is written but was not spoken is
put back where the alignment of letters and phones finds it silent.
"""

from __future__ import annotations

import lzma
import re
import unicodedata
from collections.abc import Iterable, Sequence
from importlib import resources

from clm.pronunciation.g2p import Aligner, Phones, can_guess

_SOUNDS = {
    "tʃ": "CH", "dʒ": "JH", "aɪ": "AY", "ʌɪ": "AY", "aʊ": "AW", "ɔɪ": "OY", "eɪ": "EY", "əʊ": "OW", "oʊ": "OW",
    "iː": "IY", "uː": "UW", "ɑː": "AA", "ɔː": "AO", "ɜː": "ER", "ɛː": "EH", "ɝ": "ER", "ɚ": "ER", "ɜ": "ER",
    "i": "IY", "ɪ": "IH", "ɨ": "IH", "e": "EH", "ɛ": "EH", "æ": "AE", "a": "AE", "ɑ": "AA", "ɒ": "AA", "ɔ": "AO",
    "oː": "AO", "ᵻ": "IH", "o": "OW", "ʊ": "UH", "u": "UW", "ʌ": "AH", "ə": "AH", "ɐ": "AH",
    "b": "B", "d": "D", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y", "k": "K", "l": "L", "ɫ": "L", "m": "M",
    "n": "N", "ŋ": "NG", "p": "P", "r": "R", "ɹ": "R", "ɾ": "T", "s": "S", "ʃ": "SH", "t": "T", "θ": "TH",
    "ð": "DH", "v": "V", "ʋ": "V", "w": "W", "ʍ": "W", "x": "K", "ç": "HH", "z": "Z", "ʒ": "ZH",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_SYLLABIC = "\N{COMBINING VERTICAL LINE BELOW}"
#: Before a restored r, the second half of a centring diphthong goes: "near" is N IH R, not N IH AH R.
_CENTRING = {"IH": ("IH", "R"), "IY": ("IH", "R"), "EH": ("EH", "R"), "UH": ("UH", "R"), "UW": ("UH", "R")}
_VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])
#: After these Americans say UW where Britons say Y UW: "new", "tube".
_NO_GLIDE_AFTER = frozenset(["T", "D", "N", "S", "Z", "TH", "L"])


class BritishModel:
    """g2p2's English model; needs the `aligner` of a joint model to find silent r's."""

    def __init__(self, aligner: Aligner) -> None:
        # The low-level loader on bytes: the high-level one looks for files in the home directory and downloads.
        import g2p2

        packed = resources.files("g2p2_group_germanic").joinpath("en.g2p.xz").read_bytes()
        self._model = g2p2.Model.from_bytes(lzma.decompress(packed))
        self._aligner = aligner

    def guess(self, words: Sequence[str]) -> dict[str, Phones]:
        """One pronunciation for each word that passes `can_guess`, in the phones of the acoustic model."""
        readable = sorted({word for word in words if can_guess(word)})
        spoken = {
            word: to_phones(ipa) for word, ipa in zip(readable, self._model.phonemize_many(readable), strict=True)
        }
        entries = [(word, phones) for word, phones in spoken.items() if phones]
        if not entries:
            return {}
        chunks = self._aligner.align(self._aligner.encode(entries)).tolist()
        return {
            word: without_glides(with_r(word, [self._aligner.chunk(code) for code in row[: len(word)]]))
            if row[0] >= 0
            else without_glides(phones)
            for (word, phones), row in zip(entries, chunks, strict=True)
        }


def to_phones(ipa: str) -> Phones:
    """Nearest ARPABET phones of IPA; unknown marks are left out.

    >>> " ".join(to_phones("t͡ʃɪp")), " ".join(to_phones("bʌtn̩"))
    ('CH IH P', 'B AH T AH N')
    """
    text = unicodedata.normalize("NFD", ipa)
    text = re.sub(f"([lmnɹ]){_SYLLABIC}", r"ə\1", text)
    text = "".join(mark for mark in text if not unicodedata.combining(mark))
    return tuple(_SOUNDS[match[0]] for match in _SOUND.finditer(text))


def with_r(word: str, chunks: Sequence[Phones]) -> Phones:
    """American pronunciation of British phones: `chunks` are those of each letter of `word`.

    >>> " ".join(with_r("hard", [("HH",), ("AA",), (), ("D",)]))
    'HH AA R D'
    >>> " ".join(with_r("centre", [("S",), ("EH",), ("N",), ("T",), (), ("AH",)]))
    'S EH N T ER'
    """
    phones: list[str] = []
    # What a silent r makes of a schwa right after it: nothing in "fire", ER in "centre".
    schwa: list[str] = ["AH"]
    for letter, chunk in zip(word, chunks, strict=True):
        for phone in chunk:
            phones += schwa if phone == "AH" else [phone]
            schwa = ["AH"]
        if letter == "r" and not chunk:
            schwa = _restore_r(phones)
    return merge_r(phones)


def _restore_r(phones: list[str]) -> list[str]:
    """Put a silent r at the end of `phones`, if its place is after a vowel; what a schwa right after it becomes."""
    last = phones[-1] if phones else ""
    before = phones[-2] if len(phones) > 1 else ""
    if last in ("ER", "R"):
        return ["AH"]
    if last not in _VOWELS:
        return ["ER"]
    if last == "AH" and before in _CENTRING:
        phones[-2:] = _CENTRING[before]
    elif last == "AH":
        phones[-1] = "ER"
    else:
        phones.append("R")
    return []


def merge_r(phones: Iterable[str]) -> Phones:
    """No two r's in a row, and AH R as ER, as the stock dictionary has it in "memory", but not in "around"."""
    result: list[str] = []
    for phone in phones:
        if phone != "R":
            result.append(phone)
        elif len(result) > 1 and result[-1] == "AH":
            result[-1] = "ER"
        elif not result or result[-1] not in ("R", "ER"):
            result.append(phone)
    return tuple(result)


def without_glides(phones: Phones) -> Phones:
    """Phones without the glide of British "new".

    >>> without_glides(("N", "Y", "UW"))
    ('N', 'UW')
    """
    return tuple(
        phone
        for i, phone in enumerate(phones)
        if not (phone == "Y" and 0 < i < len(phones) - 1 and phones[i + 1] == "UW" and phones[i - 1] in _NO_GLIDE_AFTER)
    )
