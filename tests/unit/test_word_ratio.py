from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.lm.mixture import widen
from clm.lm.ngrams import BackoffModel, estimate, log_probabilities
from clm.lm.trie import LanguageModel
from clm.lm.word_ratio import CAP, WordRatio

GENERAL = ["<s>", "</s>", "the", "cell", "is", "small"]
WORDS = [*GENERAL, "zymogen", "b."]
SHARE = 0.4


def model(sentences: list[list[int]], size: int) -> BackoffModel:
    symbols = np.array([code for sentence in sentences for code in (0, *sentence, 1)])
    return estimate(symbols, size, 0, 3)


def ratio(domain: list[list[int]]) -> tuple[WordRatio, BackoffModel, BackoffModel]:
    general = model([[2, 3, 4, 5], [2, 3], [4, 2, 5, 3]], len(GENERAL))
    own = model(domain, len(WORDS))
    weights = np.array([1 - SHARE, SHARE])
    return WordRatio(LanguageModel(GENERAL, general), [own], weights, WORDS, WORDS[2:]), general, own


def expected(general: BackoffModel, own: BackoffModel, history: tuple[int, ...], word: int) -> float:
    """By looking up one word after another."""

    def logprob(of: BackoffModel, codes: tuple[int, ...]) -> float:
        key = 0
        for code in codes:
            key = key * of.size + code
        return float(log_probabilities(of, np.array([key]), len(codes))[0])

    wide = widen(general, len(WORDS))
    old = history
    while old and max(old) >= len(GENERAL):
        old = old[1:]
    stock = np.exp(logprob(wide, (*old, word)))
    mixed = (1 - SHARE) * stock + SHARE * np.exp(logprob(own, (*history, word)))
    floor = np.exp(np.quantile(general.levels[0].logprob, 0.1))
    return float(np.clip(np.log(mixed / max(stock, floor)), np.log(1 - SHARE), CAP))


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(2, 7), min_size=1, max_size=6), min_size=1, max_size=6))
def test_scores_are_those_of_looking_up_each_word(domain: list[list[int]]) -> None:
    found, general, own = ratio(domain)
    for history in [(), (0,), *product((0, 2, 3, 6), (2, 3, 4, 6, 7))]:
        scores = found.scores(history)
        for place, word in enumerate(range(2, len(WORDS))):
            assert scores[place] == pytest.approx(expected(general, own, history, word), abs=1e-9)


def test_words_of_the_text_gain_and_others_lose_a_bounded_amount() -> None:
    found, _, _ = ratio([[2, 6, 4, 5]] * 3)
    the = found.advance(found.begin(), "the")
    assert found.score(the, "zymogen") > 1.0
    assert found.score(the, "unheard-of") == pytest.approx(np.log(1 - SHARE))
    assert found.score(the, "cell") >= np.log(1 - SHARE) - 1e-12


def test_an_unknown_word_ends_the_history() -> None:
    found, _, _ = ratio([[2, 6]])
    assert found.advance((2, 3), "unheard-of") == ()
    assert found.advance((2, 3), "is") == (3, 4)


def test_letters_are_known_without_their_dot() -> None:
    found, _, _ = ratio([[2, 7, 3]] * 3)
    assert found.score((2,), "b") == found.score((2,), "b.")
    assert found.advance((2,), "b") == found.advance((2,), "b.")
