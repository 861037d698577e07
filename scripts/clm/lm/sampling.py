"""Sentences drawn from a language model: text without content, for a control.

A model made from such text differs from one made from a user's text in the content of the text alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clm.lm.ngrams import BackoffModel, Floats, Ints, locate
from clm.lm.trie import SENTENCE_END, LanguageModel

SEED = 20
#: A sentence that does not come to an end is cut; the stock model's hardly ever reach half of it.
LONGEST_SENTENCE = 200
#: Sentences that grow side by side.
_AT_ONCE = 512
#: Draws after which a history that lists next to everything gets a listed symbol after all.
_MOST_DRAWS = 200
_BITS = 53


def sample(language_model: LanguageModel, words: int, seed: int = SEED) -> list[tuple[str, ...]]:
    """Draw sentences of `words` words together, the last one cut to fit.

    Equal arguments give equal sentences on every machine: random numbers are the raw output of PCG64, whose stream
    numpy keeps (NEP 19), and sums are taken in one order. A machine whose exponential function is off by one unit in
    the last place would have to hit a gap of 2^-50 to draw another word. A longer text begins with the shorter one.

    Raises:
        ValueError: the number of words is negative, or the model predicts nothing but ends of sentences.

    """
    if words < 0:
        raise ValueError(f"cannot draw {words} words")
    found: list[tuple[str, ...]] = []
    missing = words
    drawn = _sentences(_Sampler(language_model.model, seed), language_model.words.index(SENTENCE_END))
    while missing:
        batch = next(drawn)
        if not any(batch):
            raise ValueError("a model of empty sentences has no words to draw")
        for codes in filter(None, batch):
            sentence = tuple(language_model.words[code] for code in codes[:missing])
            found.append(sentence)
            missing -= len(sentence)
            if not missing:
                break
    return found


def _sentences(sampler: _Sampler, end: int) -> Iterator[list[list[int]]]:
    """Batches of sentences as codes, without marks of start and end."""
    start = sampler.model.start
    while True:
        sentences: list[list[int]] = [[] for _ in range(_AT_ONCE)]
        growing = np.arange(_AT_ONCE)
        before, last = np.full(_AT_ONCE, -1), np.full(_AT_ONCE, start)
        for _ in range(LONGEST_SENTENCE):
            following = sampler.draw(before[growing], last[growing])
            before[growing], last[growing] = last[growing], following
            growing = growing[following != end]
            for number in growing.tolist():
                sentences[number].append(int(last[number]))
            if not len(growing):
                break
        yield sentences


class _Sampler:
    """Draws the symbol that follows each of several histories.

    What a history lists is drawn from running sums over its n-grams, which lie side by side; else the model backs off.
    There a symbol that the longer history lists is drawn again: by Katz's recursion the others keep their proportions.
    """

    def __init__(self, model: BackoffModel, seed: int) -> None:
        self.model = model
        self._random = np.random.PCG64(seed)
        self._sums = []
        for level in model.levels:
            probability = np.exp(level.logprob)
            if level is model.levels[0]:
                probability[model.start] = 0.0
            self._sums.append(np.concatenate([[0.0], np.cumsum(probability)]))

    def draw(self, before: Ints, last: Ints) -> Ints:
        """One symbol after each pair of symbols; -1 for a symbol before the start."""
        size = self.model.size
        histories = np.where(before >= 0, before * size + last, last)
        result = np.full(len(last), -1)
        for order, chosen in ((3, before >= 0), (2, before < 0)):
            result[chosen] = self._after(histories[chosen], order)
        return result

    def _after(self, histories: Ints, order: int) -> Ints:
        """One symbol after each history of `order` - 1 symbols."""
        if order == 1:
            return self._among(np.zeros(len(histories), np.int64), np.full(len(histories), self.model.size), 1)
        size, keys = self.model.size, self.model.levels[order - 1].keys
        first = np.searchsorted(keys, histories * size)
        past = np.searchsorted(keys, (histories + 1) * size)
        sums = self._sums[order - 1]
        listed = sums[past] - sums[first]
        missing = np.flatnonzero(self._uniform(len(histories)) >= listed)
        result = np.full(len(histories), -1)
        for _ in range(_MOST_DRAWS):
            if not len(missing):
                break
            found = self._after(histories[missing] % size ** (order - 2), order - 1)
            again = locate(keys, histories[missing] * size + found)[1] & (past > first)[missing]
            result[missing[~again]] = found[~again]
            missing = missing[again]
        rest = np.flatnonzero(result < 0)
        result[rest] = self._among(first[rest], past[rest], order) % size
        return result

    def _among(self, first: Ints, past: Ints, order: int) -> Ints:
        """Keys drawn by probability among those of a level from place `first` to before `past`."""
        level, sums = self.model.levels[order - 1], self._sums[order - 1]
        target = sums[first] + self._uniform(len(first)) * (sums[past] - sums[first])
        place = np.searchsorted(sums, target, side="right") - 1
        return level.keys[np.clip(place, first, past - 1)]

    def _uniform(self, count: int) -> Floats:
        """Numbers from 0 to below 1."""
        raw = self._random.random_raw(count)
        return (raw >> np.uint64(64 - _BITS)).astype(np.float64) * 2.0**-_BITS
