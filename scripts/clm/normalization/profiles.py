"""Names and versions of the normalizer's profiles, for programs that only name the one that was used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clm.base.writing_systems import units

#: Raised whenever the output of a profile changes.
VERSIONS: Mapping[str, int] = {"basic": 2, "spoken": 2, "whisper": 1}

#: Languages that are written without spaces: each character counts as a word, so that WER is CER.
UNSPACED = frozenset({"bo", "cmn", "ja", "km", "lo", "my", "th", "yue", "zh"})

#: Languages with a dotted and a dotless i.
DOTLESS = frozenset({"az", "tr"})


def is_unspaced(language: str) -> bool:
    """True if a language (a BCP 47 code) is written without spaces between words.

    >>> is_unspaced("ja-JP"), is_unspaced("hi-IN")
    (True, False)
    """
    return language.split("-")[0].lower() in UNSPACED


def number_of_words(text: str, language: str) -> int:
    """Words of a text as errors are counted: letters in languages without spaces.

    >>> number_of_words("two words", "en-US"), number_of_words("DNAの解析。", "ja-JP")
    (2, 4)
    """
    return len(units(text)) if is_unspaced(language) else len(text.split())


@dataclass(frozen=True)
class Profile:
    """Origin of normalized texts: a profile, its version, and the rules that were left out."""

    name: str
    version: int
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, without: Iterable[str] = ()) -> "Profile":
        """The present version of a profile."""
        return cls(name, VERSIONS[name], tuple(sorted(set(without))))
