"""Ratio of a word's probability in a domain's text to that in general language, after the words before it.

For a word w after the history h it is ln P_mixed(w|h) - ln P_general(w|h), where P_mixed is the linear interpolation
of a general model with those of the domain, its weights by EM: what a recogniser knows of general language is divided
out, so that only the domain is added (density ratio: McDermott et al., "A density ratio approach to language model
fusion in end-to-end automatic speech recognition", 2019).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from clm.lm.ngrams import BackoffModel, Floats, Ints, locate
from clm.lm.trie import LanguageModel

#: A word gets no more than this, in nats: enough for a rare name, too little for an invented sentence.
CAP = 8.0
#: Probability of words that the general model lacks: this quantile of its own words.
_FLOOR_QUANTILE = 0.1
#: Memory for the scores of recent histories.
_CACHE_BYTES = 64 << 20

History = tuple[int, ...]


class WordRatio:
    """Scores of the words of a text; all others get `default`, what the mixture costs them."""

    def __init__(
        self,
        general: LanguageModel,
        domain: Sequence[BackoffModel],
        weights: Floats,
        words: Sequence[str],
        listed: Sequence[str],
    ) -> None:
        """`domain` models are over `words`, whose first ones are those of `general`; `listed` are scored.

        `weights`: float64 (1 + len(domain),), that of the general model first.
        """
        codes = {word: code for code, word in enumerate(words)}
        # The general model writes letters with a dot ("b." for the letter b).
        letters = {word[0]: word for word in listed if len(word) == 2 and word[1] == "." and word[0] not in codes}
        codes |= {letter: codes[word] for letter, word in letters.items()}
        self.words = list(listed)
        self.default = float(np.log(weights[0]))
        self._codes: Mapping[str, int] = codes
        self._index = {word: place for place, word in enumerate(self.words)}
        self._index |= {letter: self._index[word] for letter, word in letters.items()}
        ids = np.array([codes[word] for word in self.words], np.int64)
        self._known = len(general.words)
        self._floor = float(np.quantile(general.model.levels[0].logprob, _FLOOR_QUANTILE))
        within = np.where(ids < self._known, ids, 0)
        self._general = _Continuations(general.model, within)
        self._new = ids >= self._known
        self._domain = [_Continuations(model, ids) for model in domain]
        with np.errstate(divide="ignore"):
            self._log_weights = np.log(weights)
        self._start = general.model.start
        self._longest = general.model.order - 1
        # Of the standard library, so that threads can share it.
        self._cached = lru_cache(max(16, _CACHE_BYTES // (8 * max(len(ids), 1))))(self._computed)

    def begin(self) -> History:
        """The history at the beginning of an utterance."""
        return (self._start,)

    def advance(self, history: History, word: str) -> History:
        """The history after one more word; an unknown word ends what is known."""
        code = self._codes.get(word)
        return () if code is None else (*history, code)[-self._longest :]

    def scores(self, history: History) -> Floats:
        """Nats of every word of `words` after a history, float64 (words,)."""
        return self._cached(history)

    def score(self, history: History, word: str) -> float:
        """Nats of any word after a history."""
        place = self._index.get(word)
        return self.default if place is None else float(self.scores(history)[place])

    def _computed(self, history: History) -> Floats:
        # The general model's history ends at words that it lacks.
        old = next((n for n, code in enumerate(reversed(history)) if code >= self._known), len(history))
        general = self._general(history[len(history) - old :])
        general[self._new] = -np.inf
        mixed = general + self._log_weights[0]
        for model, weight in zip(self._domain, self._log_weights[1:], strict=True):
            mixed = np.logaddexp(mixed, model(history) + weight)
        return np.clip(mixed - np.maximum(general, self._floor), self.default, CAP)


class _Continuations:
    """ln P(symbol | history) of chosen symbols, by overwriting what a history backs off to with what it lists."""

    def __init__(self, model: BackoffModel, symbols: Ints) -> None:
        self._model = model
        self._lowest = model.levels[0].logprob[symbols]
        self._symbols = symbols
        order = np.argsort(symbols, kind="stable")
        self._sorted, self._order = symbols[order], order

    def __call__(self, history: History) -> Floats:
        size, levels = self._model.size, self._model.levels
        result = self._lowest.copy()
        code = 0
        for length in range(1, min(len(history), len(levels) - 1) + 1):
            code += history[-length] * size ** (length - 1)
            below, level = levels[length - 1], levels[length]
            place, known = locate(below.keys, np.array([code]))
            if known[0]:
                result += below.backoff[place[0]]
            start, end = np.searchsorted(level.keys, (code * size, (code + 1) * size))
            if start < end:
                self._overwrite(result, level.keys[start:end] - code * size, level.logprob[start:end])
        return result

    def _overwrite(self, result: Floats, symbols: Ints, values: Floats) -> None:
        """Set the values of listed symbols, both ascending, where they are among the chosen ones."""
        if len(symbols) < len(self._sorted):
            place, known = locate(self._sorted, symbols)
            # Symbols of the general model stand for new words too; those are replaced afterwards.
            result[self._order[place[known]]] = values[known]
        else:
            place, known = locate(symbols, self._sorted)
            result[self._order[known]] = values[place[known]]
