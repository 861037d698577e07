"""Language models are proper distributions, agree with an independent tool, and get their weight from text."""

import math
from pathlib import Path

import numpy as np
import pocketsphinx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.lm import trie
from clm.lm.adapt import HIGHEST_WEIGHT, LOWEST_WEIGHT, adapt, encode
from clm.lm.mixture import em_weights, interpolate, widen
from clm.lm.ngrams import BackoffModel, estimate, normalize, sequence_log_probabilities, total_probability

DOMAIN = """
the ribosome reads the messenger and builds the protein
the protein folds as the ribosome lets it go
a plasmid carries the gene into the cell
the cell copies the plasmid and the gene with it
the messenger leaves the nucleus and meets the ribosome
in the cell the gene is read and the messenger is made
telomerase adds repeats to the end of the chromosome
the end of the chromosome gets shorter when the cell divides
"""
SENTENCES = [tuple(line.split()) for line in DOMAIN.split("\n") if line]
GENERAL = [tuple(line.split()) for line in ("i went to the shop", "he was not at home", "we had a good time there")]


@pytest.fixture(scope="module")
def stock() -> trie.LanguageModel:
    return trie.read(Path(pocketsphinx.get_model_path("en-us/en-us.lm.bin")))


@pytest.fixture(scope="module")
def adapted(stock: trie.LanguageModel) -> tuple[trie.LanguageModel, dict]:
    return adapt(stock, {"text": SENTENCES})


def small_estimate(sentences: list[tuple[str, ...]], order: int = 3) -> tuple[list[str], BackoffModel]:
    words = ["<s>", "</s>", *sorted({word for sentence in sentences for word in sentence})]
    codes = {word: code for code, word in enumerate(words)}
    return words, estimate(encode(sentences, codes), len(words), 0, order)


def write_arpa(path: Path, words: list[str], model: BackoffModel) -> None:
    """Doug Paul's format, as every other tool reads it."""
    lines = ["\\data\\", *(f"ngram {n}={len(level.keys)}" for n, level in enumerate(model.levels, 1)), ""]
    for order, level in enumerate(model.levels, 1):
        lines.append(f"\\{order}-grams:")
        for key, logprob, backoff in zip(level.keys.tolist(), level.logprob, level.backoff, strict=True):
            names = [words[key // model.size**place % model.size] for place in reversed(range(order))]
            tail = f"\t{backoff / math.log(10):.7f}" if order < model.order else ""
            lines.append(f"{logprob / math.log(10):.7f}\t{' '.join(names)}{tail}")
        lines.append("")
    path.write_text("\n".join([*lines, "\\end\\", ""]), encoding="utf-8")


def histories(words: list[str]) -> list[list[int]]:
    """No history, a common one, one at the start of a sentence, and one that no text has."""
    texts = ["", "the", "<s>", "<s> the", "the ribosome", "ribosome plasmid", "chromosome chromosome"]
    return [[words.index(word) for word in text.split()] for text in texts]


def test_an_estimate_sums_to_one_after_any_history() -> None:
    words, model = small_estimate(SENTENCES)
    for history in histories(words):
        assert total_probability(model, history) == pytest.approx(1.0, abs=1e-9), history


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=9), min_size=1, max_size=30))
def test_estimates_of_any_text_are_distributions(sentences: list[list[str]]) -> None:
    words, model = small_estimate([tuple(sentence) for sentence in sentences])
    size = len(words)
    for history in ([], [0], [size - 1], [0, size - 1], [size - 1, size - 1]):
        assert total_probability(model, history) == pytest.approx(1.0, abs=1e-9)


def test_kneser_ney_against_a_calculation_by_hand() -> None:
    """Bigrams of "a b", "a b", "a c": counts too few to estimate discounts, so 0.5, 1 and 1.5 are taken off.

    Continuation counts: a 1 (after <s>), b 1, c 1, </s> 2 (after b and c); vocabulary a, b, c, </s>.
    """
    words, model = small_estimate([("a", "b"), ("a", "b"), ("a", "c")], order=2)
    a, b = words.index("a"), words.index("b")
    unigram_b = (1 - 0.5) / 5 + (3 * 0.5 + 1 * 1.0) / 5 / 4
    expected = (2 - 1.0) / 3 + (1.0 + 0.5) / 3 * unigram_b
    found = sequence_log_probabilities(model, np.array([0, a, b]))
    assert np.exp(found[2]) == pytest.approx(expected)
    assert np.isnan(found[0])


def test_discounts_are_estimated_where_counts_allow() -> None:
    """Counts of counts 4, 3, 2, 1: Y = 4/10; D1 = 1 - 2*.4*3/4, D2 = 2 - 3*.4*2/3, D3 = 3 - 4*.4*1/2."""
    from clm.lm.ngrams import discounts

    counts = np.repeat([1, 2, 3, 4], [4, 3, 2, 1])
    np.testing.assert_allclose(discounts(counts), [0, 0.4, 1.2, 2.2])


def test_probabilities_agree_with_kenlm(tmp_path: Path) -> None:
    kenlm = pytest.importorskip("kenlm", reason="the oracle ufal.kenlm is not installed")
    words, model = small_estimate(SENTENCES)
    arpa = tmp_path / "domain.arpa"
    write_arpa(arpa, words, model)
    oracle = kenlm.Model(str(arpa))
    codes = {word: code for code, word in enumerate(words)}
    for sentence in [*SENTENCES, ("the", "gene", "builds", "telomerase"), ("repeats", "repeats"), ("cell",)]:
        ours = np.nansum(sequence_log_probabilities(model, encode([sentence], codes))) / math.log(10)
        assert ours == pytest.approx(oracle.score(" ".join(sentence), bos=True, eos=True), abs=1e-3)


def test_histories_do_not_reach_across_unknown_words_or_sentences() -> None:
    words, model = small_estimate(SENTENCES)
    the, cell = words.index("the"), words.index("cell")
    after_unknown = sequence_log_probabilities(model, np.array([0, the, -1, cell]))
    assert np.isnan(after_unknown[2])
    assert after_unknown[3] == pytest.approx(model.levels[0].logprob[cell])
    twice = sequence_log_probabilities(model, np.array([0, the, cell, 1, 0, the, cell, 1]))
    np.testing.assert_array_equal(twice[:4], twice[4:])


def test_normalizing_repairs_a_model_that_sums_to_more_than_one() -> None:
    words, model = small_estimate(SENTENCES)
    broken = BackoffModel(
        model.size,
        model.start,
        tuple(type(level)(level.keys, level.logprob / 3, level.backoff) for level in model.levels),
    )
    assert total_probability(broken, [words.index("the")]) > 1.5
    repaired = normalize(broken)
    for history in histories(words):
        assert total_probability(repaired, history) == pytest.approx(1.0, abs=1e-6)


def test_widening_adds_impossible_words_only() -> None:
    words, model = small_estimate(SENTENCES)
    wide = widen(model, len(words) + 7)
    symbols = encode(SENTENCES, {word: code for code, word in enumerate(words)})
    np.testing.assert_allclose(sequence_log_probabilities(wide, symbols), sequence_log_probabilities(model, symbols))
    impossible = sequence_log_probabilities(wide, np.array([0, len(words) + 1]))
    assert impossible[1] == -np.inf


def test_em_finds_the_weights_that_made_a_text() -> None:
    generator = np.random.default_rng(1)
    one, other = np.array([0.7, 0.2, 0.1]), np.array([0.1, 0.3, 0.6])
    words = generator.choice(3, size=40_000, p=0.25 * one + 0.75 * other)
    weights = em_weights(np.log(np.stack([one[words], other[words]])))
    assert weights[1] == pytest.approx(0.75, abs=0.02)
    assert weights.sum() == pytest.approx(1.0)


def test_em_is_not_ruled_by_a_few_words_and_takes_impossible_ones() -> None:
    few = em_weights(np.array([[-np.inf, -np.inf], [-1.0, -2.0]]))
    assert 0.5 < few[1] < 0.9
    np.testing.assert_allclose(em_weights(np.zeros((2, 0))), [0.5, 0.5])
    np.testing.assert_allclose(em_weights(np.full((2, 5), -np.inf)), [0.5, 0.5])


def test_a_mixture_of_three_models_is_a_distribution_and_a_mean() -> None:
    words, first = small_estimate(SENTENCES)
    codes = {word: code for code, word in enumerate(words)}
    others = [estimate(encode(part, codes), len(words), 0, 3) for part in (SENTENCES[:3], SENTENCES[3:])]
    weights = np.array([0.5, 0.3, 0.2])
    mixed = interpolate([first, *others], weights)
    for history in histories(words):
        assert total_probability(mixed, history) == pytest.approx(1.0, abs=1e-6)
    symbols = encode(SENTENCES[:1], codes)
    each = [np.exp(sequence_log_probabilities(model, symbols)) for model in (first, *others)]
    np.testing.assert_allclose(np.exp(sequence_log_probabilities(mixed, symbols)), weights @ np.stack(each))


def test_the_adapted_model_sums_to_one_with_new_words(adapted: tuple[trie.LanguageModel, dict]) -> None:
    words, model = adapted[0]
    for history in histories(words):
        assert total_probability(model, history) == pytest.approx(1.0, abs=1e-6)
    new = words.index("telomerase")
    assert model.levels[0].logprob[new] > -15


def test_the_written_model_still_sums_to_one(adapted: tuple[trie.LanguageModel, dict], tmp_path: Path) -> None:
    trie.write(tmp_path / "lm.bin", adapted[0])
    words, model = trie.read(tmp_path / "lm.bin")
    for history in histories(words):
        assert total_probability(model, history) == pytest.approx(1.0, abs=1e-3)


def test_the_report_justifies_the_weight(adapted: tuple[trie.LanguageModel, dict]) -> None:
    report = adapted[1]
    evaluation = report["evaluation"]
    assert report["weighted_by"] == "cross-validation"
    assert 0 < report["weight"] < 1
    assert report["words"] == sum(map(len, SENTENCES))
    assert report["new_words"] == 2
    assert evaluation["mixed"]["perplexity"] < evaluation["stock"]["perplexity"]
    assert evaluation["mixed"]["oov_rate"] <= evaluation["stock"]["oov_rate"]


def test_the_weight_follows_the_tuning_text(stock: trie.LanguageModel) -> None:
    _, like_domain = adapt(stock, {"text": SENTENCES}, SENTENCES)
    _, like_general = adapt(stock, {"text": SENTENCES}, GENERAL)
    assert like_domain["weighted_by"] == "tuning text"
    assert like_general["weight"] < 0.3 < 0.7 < like_domain["weight"]


def test_the_weight_stays_within_its_bounds(stock: trie.LanguageModel) -> None:
    _, only_domain = adapt(stock, {"text": SENTENCES}, SENTENCES * 30)
    _, only_general = adapt(stock, {"text": [("zzz",)]}, GENERAL * 30)
    assert only_domain["weight"] == HIGHEST_WEIGHT
    assert only_general["weight"] == LOWEST_WEIGHT


@pytest.mark.parametrize("sentences", [[("telomerase",)], [("the",)], [("zzz",) * 50], [("new", "zzz")] * 20])
def test_tiny_texts_train(stock: trie.LanguageModel, sentences: list[tuple[str, ...]]) -> None:
    (words, model), report = adapt(stock, {"text": sentences})
    assert 0 < report["weight"] < 1
    assert total_probability(model, [words.index(sentences[0][0])]) == pytest.approx(1.0, abs=1e-6)
