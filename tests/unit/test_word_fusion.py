"""Fusion of words, checked by what it promises: in the end every word has its own score, whatever it was given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lm.prefix_tree import PrefixTree
from clm.lm.word_fusion import TokenKinds, WordFusion

PIECES = [b" os", b"mo", b"sis", b" cell", b"s", b",", b"-", b"19", b" co", b"vid", b" ", b"!"]
WORDS = {"osmosis": 5.0, "osmo": 1.0, "cell": 2.0, "covid-19": 4.0}
ENTRIES = [((0, 1, 2), 0), ((0, 1), 1), ((3,), 2), ((8, 9, 6, 7), 3)]
DEFAULT, WEIGHT = -0.5, 0.3


class Model:
    """Scores that depend on the word before, so that histories matter."""

    def __init__(self) -> None:
        self.words, self.default = list(WORDS), DEFAULT

    def begin(self) -> tuple[int, ...]:
        return (99,)

    def advance(self, history: tuple[int, ...], word: str) -> tuple[int, ...]:
        return (len(history) + self.words.index(word),) if word in self.words else ()

    def scores(self, history: tuple[int, ...]) -> np.ndarray:
        return np.array(list(WORDS.values())) + 0.1 * sum(history)

    def score(self, history: tuple[int, ...], word: str) -> float:
        return float(self.scores(history)[self.words.index(word)]) if word in self.words else DEFAULT


def fusion() -> WordFusion:
    begins = np.array([piece[:1] == b" " and len(piece) > 1 for piece in PIECES])
    inside = np.array([piece[:1].isalnum() for piece in PIECES])
    return WordFusion(Model(), PrefixTree(ENTRIES), TokenKinds(begins, inside, PIECES), WEIGHT)


def total(tokens: list[int]) -> float:
    """All that a sequence of tokens adds, the end of the text included."""
    fused, state, found = fusion(), fusion().start(), 0.0
    for token in [*tokens, 11]:
        delta = float(fused.deltas(state, np.array([token]))[0])
        found += delta
        state = fused.extend(state, token, delta)
    return found


def expected(words: list[str]) -> float:
    model, history, found = Model(), Model().begin(), 0.0
    for word in words:
        found += WEIGHT * model.score(history, word)
        history = model.advance(history, word)
    return found


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ([0, 1, 2], ["osmosis"]),
        ([0, 1], ["osmo"]),
        ([0, 2], ["ossis"]),
        ([0, 1, 2, 4], ["osmosiss"]),
        ([3, 4, 5, 3], ["cells", "cell"]),
        ([8, 9, 6, 7, 3], ["covid-19", "cell"]),
        ([3, 5, 0, 1, 2, 5], ["cell", "osmosis"]),
        ([], []),
        ([5, 5], []),
    ],
)
def test_words_have_their_scores_in_the_end(tokens: list[int], words: list[str]) -> None:
    assert total(tokens) == pytest.approx(expected(words))


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 8, 9]), max_size=12))
def test_what_is_given_in_advance_is_taken_back(tokens: list[int]) -> None:
    text = b"".join(PIECES[token] for token in tokens).decode().replace(",", " ")
    assert total(tokens) == pytest.approx(expected(text.split()))


def test_a_word_is_rewarded_from_its_first_token_on() -> None:
    fused = fusion()
    first = fused.deltas(fused.start(), np.array([0, 3, 8]))
    assert first == pytest.approx([WEIGHT * (score + 9.9) for score in (5.0, 2.0, 4.0)])
    state = fused.extend(fused.start(), 0, float(first[0]))
    # Going on costs nothing as long as the best word can still come; leaving its way does.
    on, off = fused.deltas(state, np.array([1, 2]))
    assert on == pytest.approx(0.0)
    assert off == pytest.approx(WEIGHT * DEFAULT - first[0])
