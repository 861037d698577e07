"""The words of an adapted model: those of the stock model, and new ones that the text gives evidence for."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clm.english.inflections import relatives
from clm.lm.ngrams import Floats, Ints, discounts
from clm.lm.trie import LanguageModel

#: Share of the probability for unseen words that other forms of the seen ones get. The rest is distributed by the stock
#: model's unigrams, so that a word that the text says nothing about is as likely as before. Spread evenly, it lifts
#: rare words whatever the text is about, and any text changes what is heard (docs/control.md).
RELATIVES_SHARE = 0.1
#: A new word must be expected at least as often as this quantile of the stock model's own vocabulary.
_FLOOR_QUANTILE = 0.5


@dataclass(frozen=True)
class Vocabulary:
    """The words of the stock model, then the new ones.

    `unigrams`: float64 (n,), the stock model's probabilities of its n words; `forms`: codes of a word's relatives, by
    its code.
    """

    words: list[str]
    unigrams: Floats
    forms: Mapping[int, Ints]

    @property
    def stock_size(self) -> int:
        """Number of words of the stock model."""
        return len(self.unigrams)

    @cached_property
    def codes(self) -> dict[str, int]:
        """Code of each word: its place in `words`."""
        return {word: code for code, word in enumerate(self.words)}

    @property
    def new(self) -> list[str]:
        """Words that the stock model lacks."""
        return self.words[self.stock_size :]

    def base(self, start: int, training: Ints) -> Floats:
        """Distribution behind that of `training`, float64 (size,): relatives of its words, and the stock unigrams.

        Only they are possible for a model of `training`: a new word that another part of the text has is not.
        """
        seen = np.bincount(training[training >= 0], minlength=len(self.words)) > 0
        general = np.zeros(len(self.words))
        general[: self.stock_size] = self.unigrams
        related = np.zeros(len(self.words))
        found = [self.forms[code] for code in np.flatnonzero(seen).tolist() if code in self.forms]
        if found:
            related[np.concatenate(found)] = 1.0
            related[seen] = 0.0
        general[start] = related[start] = 0.0
        share = RELATIVES_SHARE if related.any() else 0.0
        return (1.0 - share) * general / general.sum() + share * related / max(related.sum(), 1.0)


def choose(counts: Mapping[str, int], stock: LanguageModel, known: Container[str] = ()) -> Vocabulary:
    """Choose the new words by their expected probability.

    A word seen c times in N is expected with (c - D(c)) / N, the discounts D estimated from the new words' own
    counts. It has to reach the median of the stock vocabulary, so small texts keep every word and large ones drop
    what they have once or twice, misprints mostly. Relatives of words that stay join by the same measure.
    `known`: further words that exist, besides those of the stock model, to distinguish real forms from made-up ones.
    """
    stock_words = frozenset(stock.words)
    unigrams = np.exp(stock.model.levels[0].logprob)
    floor = float(np.quantile(unigrams, _FLOOR_QUANTILE))
    total = max(sum(counts.values()), 1)
    new_counts = np.array([count for word, count in counts.items() if word not in stock_words], np.int64)
    taken_off = discounts(new_counts)
    new = {
        word
        for word, count in counts.items()
        if word not in stock_words and (count - taken_off[min(count, 3)]) / total >= floor
    }
    exists = _Either(stock_words, known)
    forms = {word: relatives(word, exists) for word in counts if word in stock_words or word in new}
    related = {form for found in forms.values() for form in found} - counts.keys()
    all_counts = np.fromiter(counts.values(), np.int64)
    left_over = discounts(all_counts)[np.minimum(all_counts, 3)].sum() / total
    if related and RELATIVES_SHARE * left_over / len(related) >= floor:
        new |= related - stock_words
    words = stock.words + sorted(new)
    codes = {word: code for code, word in enumerate(words)}
    coded = {
        codes[word]: np.array(sorted(codes[form] for form in found if form in codes), np.int64)
        for word, found in forms.items()
        if found
    }
    return Vocabulary(words, unigrams, {code: found for code, found in coded.items() if len(found)})


class _Either:
    """Words that are in one of two collections, without a copy of them."""

    def __init__(self, one: Container[str], other: Container[str]) -> None:
        self._both = (one, other)

    def __contains__(self, word: object) -> bool:
        return any(word in part for part in self._both)
