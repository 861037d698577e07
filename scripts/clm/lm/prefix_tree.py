"""Words as sequences of a recogniser's tokens, in a tree: which words can still come of the tokens so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

ROOT = 0


class PrefixTree:
    """Entries are sorted by their tokens, so all that begin with those of a node are a range of them.

    `owner`: int64 (entries,), the word that each entry writes; `children`: for each node, nodes by their token;
    `ranges`: for each node its first entry and the one past its last. `first_tokens`: int64 (n,), ascending, tokens
    that entries begin with; `first_starts`: int64 (n,), the first entry of each.
    """

    def __init__(self, entries: Iterable[tuple[Sequence[int], int]]) -> None:
        ordered = sorted({(tuple(tokens), owner) for tokens, owner in entries if tokens})
        self.owner: Ints = np.array([owner for _, owner in ordered], np.int64)
        self.children: list[dict[int, int]] = [{}]
        self.ranges: list[tuple[int, int]] = [(0, len(ordered))]
        path: list[tuple[int, int]] = []  # nodes on the way to the last entry, with their first entries
        last: tuple[int, ...] = ()
        for place, (tokens, _) in enumerate(ordered):
            shared = _shared(last, tokens)
            self._close(path[shared:], place)
            path = path[:shared]
            for token in tokens[shared:]:
                node = len(self.children)
                self.children[path[-1][0] if path else ROOT][token] = node
                self.children.append({})
                self.ranges.append((place, place))
                path.append((node, place))
            last = tokens
        self._close(path, len(ordered))
        self.first_tokens: Ints = np.array(list(self.children[ROOT]), np.int64)
        self.first_starts: Ints = np.array([self.ranges[node][0] for node in self.children[ROOT].values()], np.int64)

    def _close(self, nodes: Iterable[tuple[int, int]], end: int) -> None:
        for node, start in nodes:
            self.ranges[node] = (start, end)

    def best_firsts(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Best of `scores`, float64 (words,), below each of `first_tokens`."""
        return np.maximum.reduceat(scores[self.owner], self.first_starts)

    def best_below(self, node: int, scores: NDArray[np.float64]) -> float:
        """Best of `scores`, float64 (words,), among the words that a node can become."""
        start, end = self.ranges[node]
        return float(scores[self.owner[start:end]].max())


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the common beginning.

    >>> _shared((1, 2, 3), (1, 2, 4, 5))
    2
    """
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return length
