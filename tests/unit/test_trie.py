"""The binary trie is read and written without loss beyond its quantization."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pocketsphinx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.base.errors import UserError
from clm.lm import trie
from clm.lm.ngrams import BackoffModel, Level, estimate, log_probabilities

STOCK = Path(pocketsphinx.get_model_path("en-us/en-us.lm.bin"))


@pytest.fixture(scope="module")
def stock() -> trie.LanguageModel:
    return trie.read(STOCK)


def small_model(words: list[str]) -> trie.LanguageModel:
    start, end = words.index("<s>"), words.index("</s>")
    inner = [code for code in range(len(words)) if code not in (start, end)]
    symbols = [start, *inner, end, start, *inner[::-1], end, start, *inner[:2], end]
    return trie.LanguageModel(words, estimate(np.array(symbols), len(words), start, 3))


def assert_equal(one: trie.LanguageModel, other: trie.LanguageModel, tolerance: float) -> None:
    assert one.words == other.words
    assert one.model.start == other.model.start
    for left, right in zip(one.model.levels, other.model.levels, strict=True):
        np.testing.assert_array_equal(left.keys, right.keys)
        np.testing.assert_allclose(left.logprob, right.logprob, atol=tolerance, rtol=1e-6)
        np.testing.assert_allclose(left.backoff, right.backoff, atol=tolerance, rtol=1e-6)


def test_the_decoder_agrees_on_probabilities_of_the_stock_model(stock: trie.LanguageModel) -> None:
    """It computes in whole steps of log 1.0001 and has the first word last."""
    decoder_model = pocketsphinx.NGramModel.readfile(str(STOCK))
    codes = {word: code for code, word in enumerate(stock.words)}
    size = stock.model.size
    for sentence in ("of the people", "the custom speech", "zebra crossing zebra", "<s> it was", "are in </s>"):
        first, second, third = (codes[word] for word in sentence.split())
        key = np.array([(first * size + second) * size + third])
        ours = log_probabilities(stock.model, key, 3)[0] / np.log(1.0001)
        theirs = decoder_model.prob(sentence.split()[::-1])
        assert ours == pytest.approx(theirs, abs=3), sentence


def test_writing_what_was_read_changes_nothing(stock: trie.LanguageModel, tmp_path: Path) -> None:
    path = tmp_path / "again.lm.bin"
    trie.write(path, stock)
    assert_equal(trie.read(path), stock, tolerance=0)
    # The stock header counts six bigrams of 70 bits that the tree does not have; all else is the same.
    assert path.stat().st_size == STOCK.stat().st_size - (6 * 70 + 7) // 8 + 1


def test_quantization_stays_within_half_a_step(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    size, count = 400, 90_000
    two = np.unique(generator.integers(0, size**2, count))
    three = np.unique(np.repeat(two, 2) % size + size * two[generator.integers(0, len(two), 2 * len(two))])
    three = three[np.isin(three % size**2, two)]
    levels = [
        Level(keys, -10 * generator.random(len(keys)), -3 * generator.random(len(keys)))
        for keys in (np.arange(size), two, three)
    ]
    levels[2] = Level(three, levels[2].logprob, np.zeros(len(three)))
    words = ["<s>", "</s>", *(f"w{i}" for i in range(size - 2))]
    model = trie.LanguageModel(words, BackoffModel(size, 0, tuple(levels)))
    trie.write(tmp_path / "random.bin", model)
    assert_equal(trie.read(tmp_path / "random.bin"), model, tolerance=10 / 65535 / 2 * 1.01 + 1e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abcé'-", min_size=1, max_size=5), min_size=1, max_size=40, unique=True))
def test_small_models_of_any_size_survive(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    """Sizes around powers of two change the bits per word; few entries leave bytes half used."""
    path = tmp_path_factory.mktemp("trie") / "small.bin"
    model = small_model([*words, "</s>", "<s>"])
    trie.write(path, model)
    assert_equal(trie.read(path), model, tolerance=2e-4)
    assert trie.read_words(path) == model.words


def test_the_decoder_reads_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "small.bin"
    model = small_model(["</s>", "<s>", "alpha", "beta", "gamma"])
    trie.write(path, model)
    theirs = pocketsphinx.NGramModel.readfile(str(path))
    for key in model.model.levels[2].keys:
        first, second, third = key // 25, key // 5 % 5, key % 5
        ours = log_probabilities(model.model, np.array([key]), 3)[0] / np.log(1.0001)
        assert theirs.prob([model.words[third], model.words[second], model.words[first]]) == pytest.approx(ours, abs=3)


def test_bytes_are_the_same_each_time(tmp_path: Path) -> None:
    model = small_model(["<s>", "</s>", "a", "b"])
    trie.write(tmp_path / "one", model)
    trie.write(tmp_path / "two", model)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("keep", [0, 10, 19, 30, 1000, -3])
@pytest.mark.parametrize("read", [trie.read, trie.read_words])
def test_a_file_cut_short_is_a_message(tmp_path: Path, keep: int, read: Callable[[Path], object]) -> None:
    path = tmp_path / "small.bin"
    trie.write(path, small_model(["<s>", "</s>", "a", "b"]))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match=r"small\.bin"):
        read(path)


@pytest.mark.parametrize(
    "content", [b"not a model at all, but long enough to be one" * 9, b"Trie Language Model\x02" + bytes(99)]
)
def test_a_foreign_file_is_a_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.bin"
    path.write_bytes(content)
    with pytest.raises(UserError, match="not a readable trigram model"):
        trie.read(path)
    with pytest.raises(UserError, match="missing"):
        trie.read(tmp_path / "absent.bin")
