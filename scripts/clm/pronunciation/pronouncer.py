"""Pronunciations for the words of a corpus that the stock dictionary lacks.

Each new word gets one to four pronunciations, the likeliest first, from the first of these that has any, followed
by those of the independent ones after it: the user's own, its American spelling, known words that it is made of
(affixes, compounds, hyphens, digits), guesses from its spelling by two models that learned from different
dictionaries, its letters. Words of the stock dictionary get entries only if the user has some for them, or if the
corpus writes them like acronyms, then they are spelled out as well, or if independent sources agree on another
reading than the dictionary's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from clm.base.errors import UserError
from clm.english.numbers import natural
from clm.english.spelling import known_american
from clm.english.tokenizer import fold
from clm.pronunciation import espeak
from clm.pronunciation.cmudict import Entry
from clm.pronunciation.variants import MOST, agreed

if TYPE_CHECKING:
    from clm.pronunciation.g2p import Guess, Phones

#: Further guesses of the joint model count if they are at least this likely.
_LIKELY = 0.1
_SHORTEST_PART = 4
_PREFIXES_TEXT = """
anti auto bio co counter cyber de dis electro extra geo hydro hyper inter intra macro mega meta micro mid mis
mono multi nano neuro non over photo poly post pre proto pseudo psycho quasi re semi sub super techno tele
thermo trans ultra un under
"""
_PREFIXES = tuple(_PREFIXES_TEXT.split())
_VOWEL_LETTERS = frozenset("aeiouy")
_VOICELESS = frozenset(["P", "T", "K", "F", "TH"])
_SIBILANTS = frozenset(["S", "Z", "SH", "ZH", "CH", "JH"])
_CAMEL = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}(?=[A-Z][a-z]|$)")
_RUNS = re.compile(r"[a-z']+|\d+|&")
_INITIALS = re.compile(r"(?:[a-z]\.)+|[a-z]{1,3}(?:&[a-z]{1,3})+")


class Pronouncer:
    """Pronunciations for words that are not in `dictionary`.

    `common`: words of the dictionary frequent enough to be parts of others (the stock model's vocabulary).
    `own`: the user's pronunciations, which replace those of the dictionary.
    `with_espeak`: whether to ask espeak-ng as well.
    """

    def __init__(
        self,
        dictionary: Mapping[str, Sequence[Phones]],
        common: Iterable[str],
        own: Mapping[str, Sequence[Phones]] | None = None,
        *,
        with_espeak: bool = False,
    ) -> None:
        self._stock = dictionary
        self._own = own or {}
        self._with_espeak = with_espeak
        self.dictionary = {**dictionary, **self._own} if own else dictionary
        self.phones = frozenset(phone for variants in dictionary.values() for phones in variants for phone in phones)
        known = [word for word in common if word in dictionary]
        self._common = {word for word in known if len(word) >= _SHORTEST_PART}
        self._taken = frozenset(phones for word in known for phones in dictionary[word])
        self._guesses: dict[str, list[tuple[Phones, str]]] = {}
        self._written: Mapping[str, str] = {}
        self._readings: dict[str, Phones] = {}

    @cached_property
    def _models(self) -> tuple[Any, ...]:
        from clm.pronunciation.g2p import JointModel
        from clm.pronunciation.ipa import BritishModel

        joint = JointModel(self.dictionary)
        return joint, BritishModel(joint.aligner)

    def pronounce(
        self, counts: Mapping[str, int], written: Mapping[str, str], typical: Iterable[str] = ()
    ) -> list[Entry]:
        """Entries for the words of `counts` that need more than the dictionary, sorted by word and rank.

        `written` maps a word to its spelling in the text, which reveals acronyms and joined names. `typical`: words of
        the domain, which other sources are asked about even if the dictionary has them.

        Raises:
            UserError: a phone of a result is not in the dictionary, and so not in the acoustic model.

        """
        new = {word for word in counts if word not in self.dictionary}
        special = {word for word in counts if word in self._own or self._needs_letters(word, counts, written)}
        self._written = written
        self._guess(part for word in new for part in self._parts_to_guess(word))
        readable = {word for word in typical if word in counts and word in self._stock and len(word) >= _SHORTEST_PART}
        self._readings = self._agreed(readable - special)
        entries = []
        for word in sorted(new | special | self._readings.keys()):
            found = [] if word in new else self._special(word)
            found = found or self._unlike_common_words(self._variants(word, written.get(word, word)))
            for rank, (phones, source) in enumerate(found, start=1):
                if not self.phones.issuperset(phones):
                    raise UserError(
                        f"{word}: pronunciation {' '.join(phones)} has phones unknown to the acoustic model",
                        "report this as a bug",
                    )
                entries.append(Entry(word, phones, source, rank, counts[word]))
        return entries

    def _needs_letters(self, word: str, counts: Mapping[str, int], written: Mapping[str, str]) -> bool:
        """True if the corpus writes a known word like an acronym and the dictionary does not spell it out."""
        if not counts[word] or not word.isalpha() or word not in self._stock or not _is_acronym(written.get(word, "")):
            return False
        return self._spelled(word) not in self._stock[word]

    def _special(self, word: str) -> list[tuple[Phones, str]]:
        """Entries of a word that has its own, or of a known word with a further reading."""
        if word in self._own:
            return [(tuple(phones), "user") for phones in self._own[word]]
        known = self._known(word)[: MOST - 1]
        if word in self._readings:
            return [*known, (self._readings[word], "agreed")]
        return [*known, (self._spelled(word), "letters")]

    def _agreed(self, words: set[str]) -> dict[str, Phones]:
        """Further readings of known words, but those that sound just like another common word."""
        if not words:
            return {}
        found = agreed(words, self.dictionary, *self._models)
        return {word: phones for word, phones in found.items() if phones not in self._taken}

    def _unlike_common_words(self, variants: list[tuple[Phones, str]]) -> list[tuple[Phones, str]]:
        """Variants without those that sound just like a common word, as long as there are others.

        The acronym WER, read as a word, would swallow "were" wherever the domain speaks of WER.
        """
        different = [variant for variant in variants if variant[0] not in self._taken]
        return different or variants[:1]

    def _parts_to_guess(self, word: str) -> list[str]:
        """Spellings in a word that the dictionary does not explain as a whole, or by a part of it."""
        parts = [part for part in _RUNS.findall(fold(word)) if part.strip("&0123456789")]
        return [self._to_guess(part) for part in parts if part not in self.dictionary]

    def _to_guess(self, part: str) -> str:
        """Base of the guesses for a part: its stem if that is pronounced and the ending added, else the part itself."""
        stem = _stem(part)
        return self._to_guess(stem) if stem != part and self._by_stem(part, stem) else part

    def _by_stem(self, part: str, stem: str) -> bool:
        return bool(stem) and (stem in self.dictionary or "'" in part or stem in self._written)

    def _guess(self, parts: Iterable[str]) -> None:
        """Ask all models about all parts at once, which takes hardly longer than about one."""
        asked = sorted(set(parts) - self._guesses.keys() - self.dictionary.keys())
        if not asked:
            return
        joint, british = self._models
        from_spelling: dict[str, list[Guess]] = joint.guess(asked, MOST)
        second = british.guess(asked)
        third = espeak.guess(asked) if self._with_espeak else {}
        for part in asked:
            first = from_spelling.get(part, [])
            found = [(guess.phones, "joint") for guess in first[:1]]
            found += [(third[part], "espeak")] if part in third else []
            found += [(second[part], "g2p2")] if part in second else []
            found += [(guess.phones, "joint") for guess in first[1:] if guess.probability >= _LIKELY]
            self._guesses[part] = found

    def _variants(self, word: str, written: str) -> list[tuple[Phones, str]]:
        folded = fold(word)
        runs = _RUNS.findall(folded)
        if _INITIALS.fullmatch(folded):
            return self._joined([self._part(run, run.upper()) for run in runs])
        if len(runs) > 1:
            return self._joined([self._part(run, run) for run in runs])
        return self._part(runs[0] if runs else folded, written)

    def _joined(self, parts: Sequence[list[tuple[Phones, str]]]) -> list[tuple[Phones, str]]:
        """Combinations of the parts' variants, those with the smallest sum of ranks first."""
        combinations: list[tuple[int, Phones]] = [(0, ())]
        for part in parts:
            longer = [
                (ranks + rank, phones + added) for ranks, phones in combinations for rank, (added, _) in enumerate(part)
            ]
            combinations = sorted(longer, key=lambda combination: combination[0])[:MOST]
        return _distinct((phones, "compound") for _, phones in combinations)

    def _part(self, part: str, written: str) -> list[tuple[Phones, str]]:
        """Variants of a word, or part of one, without hyphens and of letters or digits only."""
        if part == "&":
            return [(phones, "dictionary") for phones in self.dictionary["and"]]
        if part.isdecimal():
            spoken = [
                [(phones, "number") for phones in self.dictionary[word]] for word in natural(part, counts=True).split()
            ]
            return self._joined(spoken)
        if part in self.dictionary and not written.isupper():
            return [(phones, "dictionary") for phones in self.dictionary[part]][:MOST]
        letters = [(self._spelled(part), "letters")]
        if len(part) == 1:
            return letters
        if _is_acronym(written):
            readable = len(part) > 2 and not _VOWEL_LETTERS.isdisjoint(part)
            return _distinct(letters + (self._word(part, written)[:2] if readable else []))
        if _VOWEL_LETTERS.isdisjoint(part):
            return letters
        return _distinct(self._word(part, written)) or letters

    def _word(self, part: str, written: str) -> list[tuple[Phones, str]]:
        """Variants of a word that is read as one."""
        if spelling := known_american(part, self.dictionary):
            return [(phones, "spelling") for phones in self.dictionary[spelling]]
        inflected = self._inflected(part)
        if inflected:
            return inflected
        guesses = self._guesses.get(part, [])
        parts = self._split(part, written)
        return (self._joined(parts)[:2] + guesses) if parts else guesses

    def _inflected(self, part: str) -> list[tuple[Phones, str]]:
        """Plural or possessive: the stem's pronunciations with the ending that its last sound asks for."""
        stem = _stem(part)
        if stem == part or not stem:
            return []
        known = [(phones, "affix") for phones in self.dictionary.get(stem, [])]
        if not known and self._by_stem(part, stem):
            known = self._part(stem, self._written.get(stem, stem))
        return [(phones + _plural_ending(phones), source) for phones, source in known]

    def _split(self, part: str, written: str) -> list[list[tuple[Phones, str]]]:
        """Known words that the word is made of, as their variants; empty if there are none."""
        camel = [piece.lower() for piece in _CAMEL.findall(written)]
        if len(camel) > 1 and "".join(camel) == part and all(piece in self.dictionary for piece in camel):
            return [self._known(piece) for piece in camel]
        for prefix in _PREFIXES:
            rest = part.removeprefix(prefix)
            if rest != part and rest in self._common and prefix in self.dictionary:
                return [self._known(prefix), self._known(rest)]
        for cut in range(_SHORTEST_PART, len(part) - _SHORTEST_PART + 1):
            if part[:cut] in self._common and part[cut:] in self._common:
                return [self._known(part[:cut]), self._known(part[cut:])]
        return []

    def _known(self, word: str) -> list[tuple[Phones, str]]:
        return [(phones, "dictionary") for phones in self.dictionary[word]]

    def _spelled(self, part: str) -> Phones:
        names = (self.dictionary.get(f"{letter}.", [()])[0] for letter in part)
        return tuple(phone for name in names for phone in name)


def _distinct(variants: Iterable[tuple[Phones, str]]) -> list[tuple[Phones, str]]:
    """The first `MOST` different pronunciations, with the first source of each."""
    found: dict[Phones, str] = {}
    for phones, source in variants:
        if phones:
            found.setdefault(phones, source)
    return list(found.items())[:MOST]


def _is_acronym(written: str) -> bool:
    """True if a word is written like "DNA", "mRNA" or "PCRs".

    >>> [_is_acronym(word) for word in ("DNA", "mRNA", "PCRs", "Dna", "A", "IMPORTANT")]
    [True, True, True, False, False, False]
    """
    core = written[:-1] if written.endswith("s") and len(written) > 3 else written
    capitals = sum(letter.isupper() for letter in core)
    return len(core) <= 6 and capitals >= 2 and capitals >= len(core) - 1 and not core[1:].islower()


def _stem(part: str) -> str:
    """The word without a plural or possessive ending.

    >>> [_stem(word) for word in ("ribosome's", "plasmids", "glass", "ribosomes", "viruses")]
    ['ribosome', 'plasmid', 'glass', 'ribosome', 'viruse']
    """
    if part.endswith("'s"):
        return part[:-2]
    if part.endswith("s") and not part.endswith(("ss", "us", "is")) and len(part) > _SHORTEST_PART:
        return part[:-1]
    return part.replace("'", "")


def _plural_ending(phones: Phones) -> Phones:
    if phones[-1] in _SIBILANTS:
        return ("IH", "Z")
    return ("S",) if phones[-1] in _VOICELESS else ("Z",)
