"""Fusion of a model of words with a search over tokens, from the first token of a word on.

A word's score is known when it ends. Before, the best score of any word that can still come of the tokens stands in
for it (look-ahead), so that a rare word is not pruned at its first syllable; where no word is left, the default does.
What was given in advance is taken back. Scoring at the ends of words only brings a third of the gain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from clm.lm.prefix_tree import ROOT, PrefixTree

Floats = NDArray[np.float64]
History = tuple[int, ...]
_RECENT = 2000


class WordModel(Protocol):
    """Scores of words by the words before; `words` are those that have scores of their own."""

    words: list[str]
    default: float

    def begin(self) -> History:
        """The history at the beginning."""

    def advance(self, history: History, word: str) -> History:
        """The history after a word."""

    def scores(self, history: History) -> Floats:
        """Of every word of `words`."""

    def score(self, history: History, word: str) -> float:
        """Of any word."""


@dataclass(frozen=True)
class TokenKinds:
    """Effects of tokens on words: `begins` one, is `inside` one; all others end one. bool (vocabulary,) each.

    `pieces`: the bytes of each token.
    """

    begins: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    pieces: Sequence[bytes]


@dataclass(frozen=True)
class State:
    """Words before (`history`), place in the tree and bytes of the word under way, and what it was `given` already."""

    history: History
    node: int | None
    text: bytes
    given: float


class WordFusion:
    """`weight` times the model's scores, as what each next token adds to a hypothesis."""

    def __init__(self, model: WordModel, tree: PrefixTree, kinds: TokenKinds, weight: float) -> None:
        self._model, self._tree, self._kinds, self._weight = model, tree, kinds, weight
        self._default = weight * model.default
        self._kind = np.where(kinds.begins, 0, np.where(kinds.inside, 1, 2))
        self._place = np.full(len(self._kind), -1)
        self._place[tree.first_tokens] = np.arange(len(tree.first_tokens))
        self._best_firsts = lru_cache(_RECENT)(self._computed_firsts)

    def with_weight(self, weight: float) -> Self:
        """The same with another weight."""
        return type(self)(self._model, self._tree, self._kinds, weight)

    def weaker(self) -> Self:
        """The same with half the weight."""
        return self.with_weight(self._weight / 2)

    def start(self) -> State:
        """The state before the first token."""
        return State(self._model.begin(), None, b"", 0.0)

    def deltas(self, state: State, tokens: NDArray[np.int64]) -> Floats:
        """Amount that each of the tokens adds, in nats, float64 (tokens,)."""
        closing, history = self._closing(state)
        inside = self._default - (state.given if state.text else 0.0)
        result = np.array([closing + self._default, inside, closing])[self._kind[tokens]]
        place = self._place[tokens]
        known = (place >= 0) & self._kinds.begins[tokens]
        result[known] = closing + np.maximum(self._best_firsts(history)[place[known]], self._default)
        children = self._children(state)
        if children:
            scores = self._model.scores(state.history)
            for number in np.flatnonzero(np.isin(tokens, list(children))).tolist():
                best = self._tree.best_below(children[int(tokens[number])], scores)
                result[number] = max(self._weight * best, self._default) - state.given
        return result

    def extend(self, state: State, token: int, delta: float) -> State:
        """The state after a token that added `delta`."""
        node = self._children(state).get(token)
        piece = self._kinds.pieces[token]
        if node is not None or self._kinds.inside[token]:
            given = state.given if state.text else 0.0
            return State(state.history, node, state.text + piece, given + delta)
        closing, history = self._closing(state)
        if self._kinds.begins[token]:
            return State(history, self._tree.children[ROOT].get(token), piece, delta - closing)
        return State(history, None, b"", 0.0)

    def _children(self, state: State) -> dict[int, int]:
        return self._tree.children[state.node] if state.text and state.node is not None else {}

    def _closing(self, state: State) -> tuple[float, History]:
        """Final value of the word under way, minus what it was given; and the history with it."""
        word = state.text.decode(errors="ignore").strip().lower()
        if not word:
            return 0.0, state.history
        score = self._weight * self._model.score(state.history, word)
        return score - state.given, self._model.advance(state.history, word)

    def _computed_firsts(self, history: History) -> Floats:
        return self._weight * self._tree.best_firsts(self._model.scores(history))


def forms(word: str, written: Iterable[str] = ()) -> set[str]:
    """Ways to write a word within and at the beginning of a sentence, with those of the text.

    >>> sorted(forms("mrna", ["mRNA"]))
    ['Mrna', 'mRNA', 'mrna']
    """
    return {word, word[:1].upper() + word[1:], *written}
