"""Sentences drawn from a language model follow its probabilities, and are the same wherever they are drawn."""

import hashlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pocketsphinx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.lm import trie
from clm.lm.adapt import adapt, encode
from clm.lm.ngrams import estimate, log_probabilities
from clm.lm.sampling import sample

SENTENCES = [tuple(line.split()) for line in ("a b c", "a b d", "b c", "c a b c d", "d", "a a d", "b d c")]


@pytest.fixture(scope="module")
def stock() -> trie.LanguageModel:
    return trie.read(Path(pocketsphinx.get_model_path("en-us/en-us.lm.bin")))


def small(sentences: list[tuple[str, ...]]) -> trie.LanguageModel:
    words = ["<s>", "</s>", *sorted({word for sentence in sentences for word in sentence})]
    codes = {word: code for code, word in enumerate(words)}
    return trie.LanguageModel(words, estimate(encode(sentences, codes), len(words), 0, 3))


def test_words_follow_their_history_as_often_as_the_model_says() -> None:
    """Every bigram and trigram history seen often enough, listed and backed-off continuations alike."""
    words, model = small(SENTENCES)
    drawn = sample(trie.LanguageModel(words, model), 60_000)
    codes = {word: code for code, word in enumerate(words)}
    size = len(words)
    followers: dict[tuple[int, ...], Counter[int]] = {}
    for sentence in drawn[:-1]:
        symbols = [codes[word] for word in ("<s>", *sentence, "</s>")]
        for first, second in pairwise(symbols):
            if first == 0:
                followers.setdefault((0,), Counter())[second] += 1
        for triple in zip(symbols, symbols[1:], symbols[2:], strict=False):
            followers.setdefault(triple[:2], Counter())[triple[2]] += 1
    compared = 0
    for history, found in followers.items():
        total = sum(found.values())
        if total < 2_000 or history == (0,):  # empty sentences are not kept
            continue
        base = sum(code * size**place for place, code in enumerate(reversed(history)))
        keys = base * size + np.arange(1, size)
        expected = np.exp(log_probabilities(model, keys, len(history) + 1))
        seen = np.array([found[code] for code in range(1, size)]) / total
        np.testing.assert_allclose(seen, expected, atol=4 * 0.5 / np.sqrt(total))
        compared += 1
    assert compared > 5


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(tuple), min_size=1, max_size=12),
    st.integers(0, 400),
    st.integers(0, 2**32),
)
def test_as_many_words_as_asked_for_and_longer_texts_begin_with_shorter_ones(
    sentences: list[tuple[str, ...]], words: int, seed: int
) -> None:
    model = small(sentences)
    drawn = sample(model, words, seed)
    flat = [word for sentence in drawn for word in sentence]
    assert len(flat) == words
    assert set(flat) <= set(model.words) - {"<s>", "</s>"}
    assert [word for sentence in sample(model, words + 37, seed) for word in sentence][:words] == flat


def test_the_control_of_the_stock_model_is_the_same_everywhere(stock: trie.LanguageModel) -> None:
    drawn = "\n".join(" ".join(sentence) for sentence in sample(stock, 2_500))
    assert drawn.startswith("the book and displayed then was intended to party\nof course\n")
    assert hashlib.sha256(drawn.encode()).hexdigest().startswith("b4674be0")
    assert drawn != "\n".join(" ".join(sentence) for sentence in sample(stock, 2_500, seed=1))


def test_text_of_the_stock_model_teaches_it_nothing(stock: trie.LanguageModel) -> None:
    for words in (25, 2_500):
        model, report = adapt(stock, {"text": sample(stock, words)})
        assert model is stock
        assert report["weight"] == 0


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 words"):
        sample(small(SENTENCES), -1)
    silent = small([("a",)])
    level = silent.model.levels[0]
    level.logprob[:] = -np.inf
    level.logprob[1] = 0.0
    model = type(silent.model)(3, 0, (level, *(type(level)(*(np.zeros(0, kind) for kind in (int, float, float))),) * 2))
    with pytest.raises(ValueError, match="empty sentences"):
        sample(trie.LanguageModel(silent.words, model), 5)
