"""Beam search over Whisper's tokens, several ways of fusion side by side, which share the decoder's steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clm.engines.whisper.recognizer import Recognizer
from clm.engines.whisper.tokens import Tokens

Floats = NDArray[np.float64]

#: Raised by hand when the search finds other texts, so that those of the stock search are not taken from `kept`.
VERSION = 2
#: Tokens less probable than this, in nats, are ignored.
LEAST = -12.0
#: Nobody says more tokens than this in a second; in other languages than English a word has more of them, in Thai or
#: Hindi every letter has one.
_TOKENS_PER_SECOND, _TOKENS_PER_SECOND_ELSEWHERE = 8, 20
_FEWEST = 10
#: Tokens that the decoder can take, with those that give it its task.
CONTEXT = 448


class Fusion(Protocol):
    """A language model that takes part in a search."""

    def start(self) -> Any:
        """The state before the first token."""

    def deltas(self, state: Any, tokens: NDArray[np.int64]) -> Floats:
        """Amount that each of the tokens adds, in nats."""

    def extend(self, state: Any, token: int, delta: float) -> Any:
        """The state after a token that added `delta`."""


@dataclass(frozen=True)
class Hypothesis:
    """Tokens so far; ln P by the recogniser (`acoustic`), and with the language model (`fused`)."""

    tokens: tuple[int, ...]
    acoustic: float
    fused: float

    def average(self) -> float:
        """Score by which finished hypotheses are ranked; as in Whisper, their end counts in the sum, not the length."""
        return self.fused / max(len(self.tokens), 1)


class _Beam:
    """One search: its hypotheses under way, each with the state of its language model and its row in the decoder."""

    def __init__(self, fusion: Fusion | None, width: int) -> None:
        self._fusion, self._width = fusion, width
        self.alive = [Hypothesis((), 0.0, 0.0)]
        self.rows = [0]
        self._states = [fusion.start() if fusion else None]
        self.finished: list[Hypothesis] = []

    def advance(self, scores: NDArray[np.float32], end: int) -> list[tuple[int, int]]:
        """Go one token further by ln P of what follows (rows, vocabulary); returns row and token of the new ones."""
        candidates: list[tuple[float, int, int, float, float]] = []
        for place, hypothesis in enumerate(self.alive):
            row = scores[self.rows[place]]
            tokens = np.flatnonzero(row > LEAST)
            acoustic = row[tokens].astype(np.float64)
            delta = self._fusion.deltas(self._states[place], tokens) if self._fusion else np.zeros(len(tokens))
            fused = hypothesis.fused + acoustic + delta
            best = np.argsort(-fused, kind="stable")[: 2 * self._width]
            candidates += [
                (-float(fused[i]), place, int(tokens[i]), float(acoustic[i]), float(delta[i])) for i in best.tolist()
            ]
        candidates.sort()
        alive, states, chosen = [], [], []
        for rank, (negative, place, token, heard, given) in enumerate(candidates):
            old = self.alive[place]
            if token == end:
                if rank < self._width:  # as in CTranslate2: an end that is not among the best is no end
                    self.finished.append(Hypothesis(old.tokens, old.acoustic + heard, -negative))
                continue
            alive.append(Hypothesis((*old.tokens, token), old.acoustic + heard, -negative))
            states.append(self._fusion.extend(self._states[place], token, given) if self._fusion else None)
            chosen.append((self.rows[place], token))
            if len(alive) == self._width:
                break
        self.alive, self._states = alive, states
        # One that is still under way may yet win: stop only when as many as the beam are done.
        return [] if len(self.finished) >= self._width else chosen

    def best(self) -> Hypothesis:
        return max(self.finished or self.alive, key=Hypothesis.average)


def longest(seconds: float, given: int, *, english: bool) -> int:
    """Most tokens that a piece of this length can have, where `given` ones stand before.

    >>> longest(2.0, 4, english=True), longest(28.0, 4, english=False), longest(28.0, 228, english=True)
    (26, 444, 220)
    """
    rate = _TOKENS_PER_SECOND if english else _TOKENS_PER_SECOND_ELSEWHERE
    return min(CONTEXT - given, _FEWEST + int(rate * seconds))


def search(
    recognizer: Recognizer,
    audio: Mapping[str, Any],
    tokens: Tokens,
    fusions: Sequence[Fusion | None],
    width: int,
    most: int,
    prompt: Sequence[int] = (),
) -> list[Hypothesis]:
    """The best hypothesis for each way of fusion (None: none), of at most `most` tokens.

    Hypotheses that several searches have in common are decoded once.
    """
    beams = [_Beam(fusion, width) for fusion in fusions]
    first = np.array([tokens.after(prompt)], np.int64)
    scores, cache, _ = recognizer.step(audio, first, tokens.bias_first, None, [0])
    scores = scores[-1:]
    for _ in range(most):
        places: dict[tuple[int, int], int] = {}
        for beam in beams:
            chosen = beam.advance(scores, tokens.end) if beam.rows else []
            beam.rows = [places.setdefault(pair, len(places)) for pair in chosen]
        if not places:
            break
        following = np.array([[token] for _, token in places], np.int64)
        scores, cache, _ = recognizer.step(audio, following, tokens.bias, cache, [row for row, _ in places])
    return [beam.best() for beam in beams]
