"""Language models are proper distributions, agree with an independent tool, and get their weight from text."""

import math
from pathlib import Path

import kenlm
import numpy as np
import pocketsphinx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.lm import arpa as arpa_format
from clm.lm import harm, trie
from clm.lm.adapt import GENERAL_WORDS, HIGHEST_WEIGHT, NEW_WORDS_WEIGHT, adapt, earned_weights, encode
from clm.lm.heldout import folds
from clm.lm.mixture import em_weights, interpolate, widen
from clm.lm.ngrams import BackoffModel, estimate, normalize, sequence_log_probabilities, total_probability
from clm.lm.vocabulary import choose
from clm.reasons import codes

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
    words, model = small_estimate(SENTENCES)
    arpa = tmp_path / "domain.arpa"
    arpa_format.write(arpa, trie.LanguageModel(words, model))
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
    _, like_domain = adapt(stock, {"text": SENTENCES}, SENTENCES * 20)
    _, like_general = adapt(stock, {"text": SENTENCES}, GENERAL)
    assert like_domain["weighted_by"] == "tuning text"
    assert like_general["weight"] < 0.05 < 0.7 < like_domain["weight"]


def test_the_weight_stays_within_its_bounds(stock: trie.LanguageModel) -> None:
    _, only_domain = adapt(stock, {"text": SENTENCES}, SENTENCES * 300)
    _, only_general = adapt(stock, {"text": [("zzz",)]}, GENERAL * 30)
    assert only_domain["weight"] == HIGHEST_WEIGHT
    assert only_general["weight"] == pytest.approx(NEW_WORDS_WEIGHT / (1 + GENERAL_WORDS), rel=1e-3)


@pytest.mark.parametrize("sentences", [GENERAL, GENERAL[:1], [("the",)], [("of", "the", "and")] * 2])
def test_text_that_says_nothing_gives_the_stock_model_itself(
    stock: trie.LanguageModel, sentences: list[tuple[str, ...]]
) -> None:
    model, report = adapt(stock, {"text": sentences})
    assert model is stock
    assert report["weight"] == 0
    assert report["evaluation"]["mixed"] == report["evaluation"]["stock"]
    assert harm.marks(1.0, report["weight"]) == [codes.says_nothing()]


def test_a_word_that_the_text_lacks_is_never_likelier_than_in_the_stock_model(
    stock: trie.LanguageModel, adapted: tuple[trie.LanguageModel, dict]
) -> None:
    """Rare words above all: lifting them changes what is heard, whatever the text is about."""
    absent = np.array([code for code, word in enumerate(stock.words) if word not in DOMAIN.split()])
    relatives = np.concatenate(list(choose(dict.fromkeys(DOMAIN.split(), 1), stock).forms.values()))
    absent = np.setdiff1d(absent, [*relatives, stock.model.start, stock.words.index("</s>")])
    change = adapted[0].model.levels[0].logprob[absent] - stock.model.levels[0].logprob[absent]
    assert len(absent) > 70_000
    assert change.max() < 1e-3
    assert change.min() == pytest.approx(change.max(), abs=1e-3)


def test_weights_have_to_be_earned_by_evidence() -> None:
    """A word that is e times as likely as in the stock model counts one; few of them prove nothing."""
    better = np.array([[-5.0], [-4.0]])
    np.testing.assert_array_equal(earned_weights(np.repeat(better, 20, axis=1)), [1, 0])
    many = earned_weights(np.repeat(better, 20_000, axis=1))
    assert many[1] == pytest.approx(1.0, abs=0.02)
    np.testing.assert_array_equal(earned_weights(np.repeat(better[::-1], 20_000, axis=1)), [1, 0])
    np.testing.assert_array_equal(earned_weights(np.zeros((2, 0))), [1, 0])


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 4), st.integers(1, 3000), st.integers(0, 2**32))
def test_models_that_only_guess_earn_nothing(models: int, words: int, seed: int) -> None:
    """The stock model is right, the others differ from it by chance."""
    generator = np.random.default_rng(seed)
    stock = generator.dirichlet(np.ones(50))
    others = [generator.dirichlet(1 + 20 * stock) for _ in range(models - 1)]
    spoken = generator.choice(50, size=words, p=stock)
    weights = earned_weights(np.log(np.stack([stock, *others]) + 1e-12)[:, spoken])
    assert weights[1:].sum() < 0.05


@pytest.mark.parametrize("sentences", [[("telomerase",)], [("the",)], [("zzz",) * 50], [("new", "zzz")] * 20])
def test_tiny_texts_train(stock: trie.LanguageModel, sentences: list[tuple[str, ...]]) -> None:
    (words, model), report = adapt(stock, {"text": sentences})
    assert 0 <= report["weight"] < 1
    # the stock model itself is not as exact
    assert total_probability(model, [words.index(sentences[0][0])]) == pytest.approx(1.0, abs=1e-5)


def test_general_text_tells_a_model_that_forgets(
    stock: trie.LanguageModel, adapted: tuple[trie.LanguageModel, dict]
) -> None:
    mixed = harm.general_perplexity(stock, adapted[0])
    assert mixed["stock"] == harm.general_perplexity(stock, stock)["mixed"]
    assert mixed["words"] > 600
    assert 1.0 < mixed["ratio"] < harm.MOST_GROWTH
    assert harm.marks(mixed["ratio"], 0.5) == []
    words, forgetful = adapted[0]
    codes = {word: code for code, word in enumerate(words)}
    only_domain = estimate(encode(SENTENCES, codes), len(words), forgetful.start, 3)
    ratio = harm.general_perplexity(stock, trie.LanguageModel(words, only_domain))["ratio"]
    assert ratio > harm.MOST_GROWTH
    assert [mark.arguments["ratio"] for mark in harm.marks(ratio, 0.5)] == [ratio]


def test_a_text_that_would_make_a_model_forget_gets_less_weight(stock: trie.LanguageModel) -> None:
    """Words in any order, and nothing but them, with no tuning text to say that people speak so."""
    generator = np.random.default_rng(1)
    names = [f"{word}x" for word in stock.words[1000:1200] if word.isalpha()]
    text = [tuple(generator.choice(names, size=10)) for _ in range(400)]
    model, alone = adapt(stock, {"text": text})
    _, tuned = adapt(stock, {"text": text}, text[:200])
    assert 0.3 < alone["weight"] < tuned["weight"] == HIGHEST_WEIGHT
    assert harm.general_perplexity(stock, model)["ratio"] == pytest.approx(harm.BEARABLE_GROWTH, rel=0.05)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=3))
def test_lowered_weights_keep_their_proportions(stock: trie.LanguageModel, others: list[float]) -> None:
    weights = np.array([0.02, *(0.98 * np.array(others) / sum(others))])
    silent = BackoffModel(
        stock.model.size,
        stock.model.start,
        tuple(type(level)(level.keys, level.logprob - 9, level.backoff) for level in stock.model.levels),
    )
    lowered = harm.bearable(weights, stock.words, (stock.model, *[silent] * len(others)))
    assert lowered.sum() == pytest.approx(1)
    np.testing.assert_allclose(lowered[1:] / lowered[1:].sum(), weights[1:] / weights[1:].sum())
    # a model that says nothing costs its weight: half of the probability is a factor of two
    assert lowered[0] == pytest.approx(1 / harm.BEARABLE_GROWTH, abs=1e-3)
    np.testing.assert_array_equal(
        harm.bearable(np.array([0.6, 0.4]), stock.words, (stock.model, stock.model)), [0.6, 0.4]
    )


def test_arpa_text_says_what_the_trie_says(tmp_path: Path) -> None:
    words, model = small_estimate(SENTENCES)
    trie.write(tmp_path / "lm.bin", trie.LanguageModel(words, model))
    arpa_format.write(tmp_path / "lm.arpa", trie.LanguageModel(words, model))
    oracle = kenlm.Model(str(tmp_path / "lm.arpa"))
    again = trie.read(tmp_path / "lm.bin")
    codes = {word: code for code, word in enumerate(again.words)}
    for sentence in SENTENCES:
        ours = np.nansum(sequence_log_probabilities(again.model, encode([sentence], codes))) / math.log(10)
        assert ours == pytest.approx(oracle.score(" ".join(sentence)), abs=2e-3)


def test_a_base_distribution_gets_what_the_discounts_leave() -> None:
    """Unigrams of "a a b": discounts 0.5 and 1 of counts 1 and 2 and of </s>, so half of four is left over."""
    base = np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    model = estimate(np.array([0, 2, 2, 3, 1]), 5, 0, 1, base)
    probability = np.exp(model.levels[0].logprob)
    np.testing.assert_allclose(probability[1:], [0.125, 0.25, 0.125, 0.5])


def test_symbols_left_out_take_their_ngrams_along() -> None:
    whole = estimate(np.array([0, 2, 3, 1, 0, 2, 1]), 4, 0, 2)
    gap = estimate(np.array([0, 2, 3, 1, 0, 2, -1, 3, 1]), 4, 0, 2)
    assert set(gap.levels[1].keys) == set(whole.levels[1].keys) - {2 * 4 + 1}


def several_sources() -> dict[str, list[tuple[str, ...]]]:
    other = [tuple(f"the {word} of the market rose again".split()) for word in ("price", "value", "rate", "cost")] * 5
    return {"keywords": other, "training_data": SENTENCES * 2}


def test_sources_are_weighed_by_tuning_text(stock: trie.LanguageModel) -> None:
    sources = several_sources()
    _, like_own = adapt(stock, sources, SENTENCES)
    _, like_articles = adapt(stock, sources, sources["keywords"])
    for report, better, worse in (
        (like_own, "training_data", "keywords"),
        (like_articles, "keywords", "training_data"),
    ):
        assert set(report["weights"]) == {"stock", "all", "keywords", "training_data"}
        assert sum(report["weights"].values()) == pytest.approx(1.0, abs=1e-5)
        assert report["weights"][better] > 3 * report["weights"][worse]
        assert report["held_out"]["mixed"]["perplexity"]


def test_own_text_is_held_out_where_there_are_articles_besides(stock: trie.LanguageModel) -> None:
    (words, model), report = adapt(stock, several_sources())
    assert report["weighted_by"] == "held-out training_data"
    assert report["weights"]["keywords"] < 0.1
    assert total_probability(model, [words.index("the")]) == pytest.approx(1.0, abs=1e-6)


def test_without_own_text_all_sources_count_together(stock: trie.LanguageModel) -> None:
    sources = {"keywords": SENTENCES, "missed_words": GENERAL}
    _, report = adapt(stock, sources)
    assert report["weighted_by"] == "cross-validation"
    assert set(report["weights"]) == {"stock", "all"}


@pytest.mark.parametrize("own", ["training_data", "keywords"])
def test_copies_in_another_source_do_not_predict_what_is_held_out(stock: trie.LanguageModel, own: str) -> None:
    sources = {own: SENTENCES, "missed_words": SENTENCES[:2]}
    copied = sources | {"still_missed": [*SENTENCES, *SENTENCES]}
    reports = [adapt(stock, texts)[1] for texts in (sources, copied)]
    plain, repeated = (report["evaluation"]["domain"]["perplexity"] for report in reports)
    assert repeated > 0.5 * plain  # one that had seen the sentences would be far below
    assert reports[1]["weight"] == pytest.approx(reports[0]["weight"], abs=0.1)


def test_rare_new_words_of_a_large_text_are_dropped_and_none_of_a_small_one(stock: trie.LanguageModel) -> None:
    small = {"zygnor": 1, "quanx": 2, "the": 1000}
    assert {"zygnor", "quanx"} <= set(choose(small, stock).new)
    large = {**small, **{f"filler{number}x": 1 + number % 7 for number in range(50)}, "the": 10_000_000}
    large["frequent"] = large["quanxes"] = 500
    kept = set(choose(large, stock).new)
    assert "quanxes" in kept
    assert "zygnor" not in kept


def test_dropped_words_do_not_break_training(stock: trie.LanguageModel) -> None:
    (words, model), report = adapt(stock, {"text": [*SENTENCES, ("the", "zygnor")] + [("the",) * 1000] * 4000})
    assert report["dropped_words"] > 0
    assert "zygnor" not in words
    assert total_probability(model, [words.index("the")]) == pytest.approx(1.0, abs=1e-6)


def test_a_large_text_holds_out_a_sample_from_everywhere() -> None:
    symbols = np.tile(np.array([0, *[2] * 98, 1]), 12_000)
    (mask,) = folds(symbols, 0)
    assert mask.sum() == pytest.approx(50_000, rel=0.2)
    places = np.flatnonzero(mask) / len(mask)
    assert places.min() < 0.05
    assert places.max() > 0.9
