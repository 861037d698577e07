"""Fusion of an n-gram model of the recogniser's own tokens: it knows no words, so it works in every language.

What counts is how much more probable the text makes a token than general language does. General language is taken
from the tokens themselves: a vocabulary of byte pairs is in the order of their frequency, and Zipf's law does the rest.
Where a line of text ends says nothing about where a piece of audio does, so the end of a hypothesis gets nothing.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from clm.lm.ngrams import BackoffModel, log_probabilities

Floats = NDArray[np.float64]
History = tuple[int, ...]

#: Share of the text in the mixture with general language, and the most that a token gets, in nats. A word of several
#: tokens may get that for each of them; twice the cap made texts longer.
SHARE, CAP = 0.3, 4.0


class TokenFusion:
    """`weight` times ln((1 - share) + share * P_text(t|h) / P_general(t)), at most `cap` nats a token before weighing.

    `model`: over the tokens below `end` and two more symbols: `end`, which gets 0, and the start of a sequence.
    """

    def __init__(self, model: BackoffModel, end: int, weight: float, share: float = SHARE, cap: float = CAP) -> None:
        self._model, self._end, self._weight = model, end, weight
        self._arguments = share, cap
        self._least, self._share, self._cap = float(np.log(1.0 - share)), float(np.log(share)), cap
        self._general = zipf(end + 1)

    def with_weight(self, weight: float) -> Self:
        """The same with another weight."""
        return type(self)(self._model, self._end, weight, *self._arguments)

    def start(self) -> History:
        """The state before the first token."""
        return (self._model.start,)

    def deltas(self, state: History, tokens: NDArray[np.int64]) -> Floats:
        """Amount that each of the tokens adds, in nats, float64 (tokens,)."""
        key = 0
        for code in state:
            key = key * self._model.size + code
        keys = np.int64(key) * self._model.size + tokens.astype(np.int64)
        text = log_probabilities(self._model, keys, len(state) + 1)
        ratio = np.logaddexp(self._least, self._share + text - self._general[tokens])
        return np.where(tokens == self._end, 0.0, self._weight * np.minimum(ratio, self._cap))

    def extend(self, state: History, token: int, delta: float) -> History:
        """The state after a token."""
        del delta
        return (*state, token)[-(self._model.order - 1) :]


def zipf(size: int) -> Floats:
    """Ln P of the symbols 0 to size - 1 by Zipf's law in Mandelbrot's form, float64 (size,)."""
    frequency = 1.0 / (np.arange(size) + 2.7)
    return np.log(frequency / frequency.sum())
