import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lm.ngrams import estimate
from clm.lm.token_fusion import CAP, PART, SHARE, TokenFusion, TokenRoles, zipf

END = 50
START = END + 1


#: Tokens from here on go on with a word, or are punctuation marks.
INSIDE, MARK = 44, 48
_TOKENS = np.arange(END + 1)
_TOKENS = np.arange(END + 1)
_PIECES = [*(f" {chr(97 + token % 26)}" for token in range(INSIDE)), "a", "b", "c", "d", ",", "."]
ROLES = TokenRoles(
    (_TOKENS >= INSIDE) & (_TOKENS < MARK),
    (_TOKENS >= MARK) & (_TOKENS < END),
    [*(piece.encode() for piece in _PIECES), b""],
)


def fusion(sentences: list[list[int]], weight: float = 0.3) -> TokenFusion:
    symbols = np.array([token for sentence in sentences for token in (START, *sentence, END)])
    return TokenFusion(estimate(symbols, END + 2, START, 4), END, weight, ROLES)


def test_tokens_of_the_text_gain_and_others_lose_little() -> None:
    fused = fusion([[40, 41, 42, 43]] * 3)
    state = fused.start()
    for token in (40, 41):
        state = fused.extend(state, token, 0.0)
    likely, other = fused.deltas(state, np.array([42, 7]))
    assert likely > 0.3
    assert 0.3 * np.log(1 - SHARE) <= other < 0.0


@given(st.lists(st.lists(st.integers(0, END - 1), min_size=1, max_size=8), min_size=1, max_size=5), st.data())
def test_what_a_token_adds_is_bounded(sentences: list[list[int]], data: st.DataObject) -> None:
    fused = fusion(sentences)
    state = fused.start()
    for token in data.draw(st.lists(st.integers(0, END - 1), max_size=6)):
        found = fused.deltas(state, np.arange(END + 1))
        assert found.min() >= 0.3 * np.log(1 - SHARE) - 1e-12
        assert found.max() <= 0.3 * CAP
        state = fused.extend(state, token, 0.0)


def test_no_weight_adds_nothing() -> None:
    fused = fusion([[1, 2, 3]], weight=0.0)
    assert not fused.deltas(fused.start(), np.arange(END)).any()


def test_zipf_is_a_distribution_of_falling_frequency() -> None:
    found = zipf(1000)
    assert np.exp(found).sum() == pytest.approx(1.0)
    assert (np.diff(found) < 0).all()


def test_parts_of_words_count_only_after_the_part_before() -> None:
    fused = fusion([[1, INSIDE, INSIDE + 1], [2, INSIDE, 3]] * 3)
    after = fused.extend(fused.start(), 1, 0.0)
    parts = fused.deltas(after, np.arange(INSIDE, MARK))
    assert parts[0] > 0.3 * PART
    assert np.allclose(parts[1:], 0.3 * PART)
    assert np.allclose(fused.deltas(fused.extend(fused.start(), 30, 0.0), np.arange(INSIDE, MARK)), 0.3 * PART)


def test_marks_add_nothing_and_words_go_on_after_them() -> None:
    fused = fusion([[1, 2, 3]] * 3)
    state = fused.extend(fused.start(), 1, 0.0)
    assert not fused.deltas(state, np.arange(MARK, END)).any()
    after = fused.extend(fused.extend(state, MARK, 0.0), MARK + 1, 0.0)
    assert (fused.deltas(after, np.arange(END)) == fused.deltas(state, np.arange(END))).all()
