"""Keywords, unknown words, confusions, contexts and confidence, by hand and by property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.scoring import error_rate, word_metrics
from clm.scoring.word_metrics import Found

words = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12)


def found(reference, hypothesis, *keywords):
    reference, hypothesis = reference.split(), hypothesis.split()
    index = word_metrics.by_first_word(tuple(keyword.split()) for keyword in keywords)
    return word_metrics.keywords(reference, hypothesis, error_rate.align(reference, hypothesis), index)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("the p53 gene", "the p53 gene", Found(1, 1, 1)),
        ("the p53 gene", "the gene", Found(1, 0, 0)),
        ("the gene", "the p53 gene", Found(0, 1, 0)),
        ("p53 a b c d", "x a b c p53", Found(1, 1, 0)),  # at another place it is a miss and a false alarm
        ("p53 and p53", "p53 and pea", Found(2, 1, 1)),
    ],
)
def test_keywords_count_at_their_places(reference, hypothesis, expected):
    assert found(reference, hypothesis, "p53") == {"p53": expected}


def test_a_phrase_counts_as_a_whole():
    assert found("net sales rose", "net sales rose", "net sales") == {"net sales": Found(1, 1, 1)}
    assert found("net sales rose", "net sails rose", "net sales") == {"net sales": Found(1, 0, 0)}
    assert found("net sales rose", "net um sales rose", "net sales") == {"net sales": Found(1, 0, 0)}
    overlapping = found("capital markets", "capital markets", "capital markets", "markets")
    assert overlapping == {"capital markets": Found(1, 1, 1), "markets": Found(1, 1, 1)}


def test_keywords_that_are_empty_or_equal_count_once_or_not_at_all():
    assert word_metrics.by_first_word([(), ("a",), ("a",)]) == {"a": [("a",)]}
    assert found("a a", "a a") == {}


def test_rates_without_occurrences_are_unknown():
    assert (Found().recall, Found().precision, Found().f1) == (None, None, None)
    assert Found(0, 3, 0).precision == 0
    assert Found(2, 0, 0).recall == 0


@given(words, words)
def test_counts_fit_together(reference, hypothesis):
    alignment = error_rate.align(reference, hypothesis)
    index = word_metrics.by_first_word([("a",), ("a", "b"), ("a", "a")])
    for counts in word_metrics.keywords(reference, hypothesis, alignment, index).values():
        assert 0 <= counts.hits <= min(counts.reference, counts.hypothesis)
    perfect = word_metrics.keywords(reference, reference, error_rate.align(reference, reference), index)
    assert all(counts.reference == counts.hypothesis == counts.hits for counts in perfect.values())


@given(words, words)
def test_confusions_are_the_errors(reference, hypothesis):
    alignment = error_rate.align(reference, hypothesis)
    counts = error_rate.count(alignment)
    pairs, deleted, inserted = word_metrics.confusions(reference, hypothesis, alignment)
    assert (pairs.total(), deleted.total(), inserted.total()) == (
        counts.substitutions, counts.deletions, counts.insertions,
    )  # fmt: skip


def test_contexts_show_what_was_heard_there():
    reference, hypothesis = (
        ["we", "used", "a", "p53", "gene", "from", "mice"],
        ["we", "used", "a", "pea", "fifty", "gene", "from", "mice"],
    )
    alignment = error_rate.align(reference, hypothesis)
    shown = word_metrics.contexts(["p53"], reference, hypothesis, alignment, error_rate.missed_positions(alignment))
    assert shown == {
        "p53": [{"reference": "we used a p53 gene from mice", "heard": "we used a pea fifty gene from mice"}]
    }
    silent = error_rate.align(reference, [])
    assert word_metrics.contexts(["p53"], reference, [], silent, [3])["p53"][0]["heard"] == ""


@given(words, words)
def test_contexts_exist_for_every_missed_word(reference, hypothesis):
    alignment = error_rate.align(reference, hypothesis)
    missed = error_rate.missed_positions(alignment)
    shown = word_metrics.contexts({reference[place] for place in missed}, reference, hypothesis, alignment, missed)
    assert shown.keys() == {reference[place] for place in missed}
    for word, contexts in shown.items():
        assert all(word in context["reference"].split() for context in contexts)


def test_confidence_that_is_constant_says_nothing():
    assert word_metrics.calibration([]) is None
    assert word_metrics.calibration([(1.0, True), (1.0, False)]) is None
    perfect = word_metrics.calibration([(1.0, True), (0.0, False)])
    assert perfect["ece"] == 0
    assert [part["words"] for part in perfect["bins"]] == [1, 1]
