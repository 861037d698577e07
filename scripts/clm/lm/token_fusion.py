"""Fusion of an n-gram model of the recogniser's own tokens: it knows no words, so it works in every language.

What counts is how much more probable the text makes a token than general language does. General language is taken
from the tokens themselves: a vocabulary of byte pairs is in the order of their frequency, and Zipf's law does the rest.
Where a line of text ends says nothing about where a piece of audio does, so the end of a hypothesis gets nothing; nor
do punctuation marks, which recogniser and text set in different ways.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clm.lm.ngrams import BackoffModel, locate, log_probabilities

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
History = tuple[int, ...]

#: Share of the text in the mixture with general language, and the most that a token gets, in nats. A word of several
#: tokens may get that for each of them; with a cap of 6, bad audio turned into loops.
SHARE, CAP = 0.3, 5.0
#: Nats of a part of a word that the text lacks after the part before it: about what parts get by chance. With none,
#: words of the text crowd out unknown ones; with more, texts get longer.
PART = 0.5


@dataclass(frozen=True)
class TokenRoles:
    """Roles of tokens in a text.

    `inside`: goes on with the word, or the letter, of the token before, bool (vocabulary,); `marks`: punctuation only,
    bool (vocabulary,); `pieces`: the bytes of each token, of which some begin or end within a letter.
    """

    inside: Bools
    marks: Bools
    pieces: Sequence[bytes]

    def without_marks(self, tokens: Iterable[int]) -> list[int]:
        """The tokens without those of punctuation marks."""
        state = State(())
        for token in tokens:
            state = self.after(state, token)
        return list(state.history)

    def after(self, state: State, token: int) -> State:
        """The state after one more token; what turns out to be a mark is taken out again."""
        if self.marks[token] and not state.rest:
            return state
        rest = state.rest + self.pieces[token]
        before = state.before if state.rest else state.history
        try:
            letters = rest.decode()
        except UnicodeDecodeError:
            return State((*state.history, token), before, rest)
        return State(before if is_marks(letters) else (*state.history, token))


@dataclass(frozen=True)
class State:
    """Tokens so far (`history`); within a letter those `before` it, and its bytes so far (`rest`)."""

    history: History
    before: History = ()
    rest: bytes = b""


def is_marks(text: str) -> bool:
    """True for punctuation and spaces only, without a letter, a digit, or a mark on a letter.

    >>> is_marks(" ("), is_marks("ी।"), is_marks("")
    (True, False, False)
    """
    return text != "" and not any(unicodedata.category(letter)[0] in "LMN" for letter in text)


class TokenFusion:
    """`weight` times ln((1 - share) + share * P_text(t|h) / P_general(t)), at most `cap` nats a token before weighing.

    A token inside a word counts only where the text has it after the token before: parts of words are frequent in
    themselves, which says nothing about other words. Elsewhere it gets `PART`.

    `model`: over the tokens below `end` and two more symbols: `end`, which gets 0, and the start of a sequence; it was
    trained without the marks of `roles`.
    """

    def __init__(
        self,
        model: BackoffModel,
        end: int,
        weight: float,
        roles: TokenRoles,
        share: float = SHARE,
        cap: float = CAP,
    ) -> None:
        self._model, self._end, self._weight, self._roles = model, end, weight, roles
        self._arguments = share, cap
        self._least, self._share, self._cap = float(np.log(1.0 - share)), float(np.log(share)), cap
        self._general = zipf(end + 1)

    def with_weight(self, weight: float) -> Self:
        """The same with another weight."""
        return type(self)(self._model, self._end, weight, self._roles, *self._arguments)

    def start(self) -> State:
        """The state before the first token."""
        return State((self._model.start,))

    def deltas(self, state: State, tokens: NDArray[np.int64]) -> Floats:
        """Amount that each of the tokens adds, in nats, float64 (tokens,)."""
        tokens = tokens.astype(np.int64)
        key = 0
        for code in state.history:
            key = key * self._model.size + code
        text = log_probabilities(self._model, np.int64(key) * self._model.size + tokens, len(state.history) + 1)
        ratio = np.logaddexp(self._least, self._share + text - self._general[tokens])
        inside = self._roles.inside[tokens]
        _, follows = locate(self._model.levels[1].keys, state.history[-1] * self._model.size + tokens)
        ratio = np.clip(ratio, np.where(inside, 0.0, self._least), self._cap)
        ratio = np.where(inside & ~follows, PART, ratio)
        if state.rest:
            ratio = np.where(follows, ratio, 0.0)
        return np.where((tokens == self._end) | self._roles.marks[tokens], 0.0, self._weight * ratio)

    def extend(self, state: State, token: int, delta: float) -> State:
        """The state after a token."""
        del delta
        following = self._roles.after(state, token)
        return replace(following, history=following.history[-(self._model.order - 1) :])


def zipf(size: int) -> Floats:
    """Ln P of the symbols 0 to size - 1 by Zipf's law in Mandelbrot's form, float64 (size,)."""
    frequency = 1.0 / (np.arange(size) + 2.7)
    return np.log(frequency / frequency.sum())
