"""Word errors against cases counted by hand, and against properties that any alignment has."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.base import files
from clm.normalization.normalizer import create_normalizer
from clm.reasons import codes
from clm.scoring import error_rate, folder_score
from clm.scoring.error_rate import Chunk, ErrorCounts

BASIC = create_normalizer("basic")
counts = st.builds(ErrorCounts, *[st.integers(0, 10**6)] * 4)
words = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("a b c", "a b c", ErrorCounts(3, 0, 0, 0)),
        ("a b c", "", ErrorCounts(0, 0, 3, 0)),
        ("a b c", "a x c", ErrorCounts(2, 1, 0, 0)),
        ("a b c", "a c", ErrorCounts(2, 0, 1, 0)),
        ("a b c", "a b x y c", ErrorCounts(3, 0, 0, 2)),
        ("a", "x y z", ErrorCounts(0, 1, 0, 2)),
        ("the cell wall is very thin", "a cell is very thin today", ErrorCounts(4, 1, 1, 1)),
    ],
)
def test_counts_by_hand(reference, hypothesis, expected):
    assert error_rate.score(reference, hypothesis).counts == expected


def test_empty_reference_is_an_error_and_has_no_rate():
    with pytest.raises(ValueError, match="empty"):
        error_rate.align([], ["a"])
    assert ErrorCounts(0, 0, 0, 5).rate is None
    assert ErrorCounts(0, 0, 4, 0).rate == 1
    assert ErrorCounts(0, 1, 0, 3).rate == 4


@pytest.mark.parametrize("bad", [-1, 1.5, "1", None, True])
def test_counts_refuse_what_is_no_count(bad):
    with pytest.raises(ValueError, match="deletions"):
        ErrorCounts(deletions=bad)


@given(st.lists(counts))
def test_counts_add_up(many):
    total = sum(many, ErrorCounts())
    assert sum(many) == (total if many else 0)
    assert total.words == sum(one.words for one in many)
    assert total.errors == sum(one.errors for one in many)


def test_adding_something_else_is_refused():
    with pytest.raises(TypeError):
        ErrorCounts() + 1
    with pytest.raises(TypeError):
        1 + ErrorCounts()


@given(words.filter(bool), words)
def test_an_alignment_gives_back_both_texts(reference, hypothesis):
    alignment = error_rate.align(reference, hypothesis)
    pieces = {"equal": True, "substitute": True, "delete": False, "insert": True}
    rebuilt = [word for c in alignment if pieces[c.op] for word in hypothesis[c.hyp_start : c.hyp_end]]
    covered = [word for c in alignment for word in reference[c.ref_start : c.ref_end]]
    assert (covered, rebuilt) == (reference, hypothesis)
    for chunk in alignment:
        same = reference[chunk.ref_start : chunk.ref_end] == hypothesis[chunk.hyp_start : chunk.hyp_end]
        assert same == (chunk.op == "equal")
    counted = error_rate.count(alignment)
    assert counted.words == len(reference)
    assert counted.hits + counted.substitutions + counted.insertions == len(hypothesis)
    # the fewest errors there can be, by the textbook recursion
    assert counted.errors == edit_distance(reference, hypothesis)


def edit_distance(left, right):
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def test_without_spaces_characters_are_those_of_the_language():
    long = "天 気 は い い で す " * 10
    scored = error_rate.score(f"東 京 {long}", f"京 {long}よ", unspaced=True)
    assert scored.characters == scored.counts == error_rate.ErrorCounts(71, 0, 1, 1)
    spaced = error_rate.score(f"東 京 {long}", f"京 {long}よ").characters
    assert spaced.words == 2 * 72 - 1


@given(st.text("ab ", max_size=30), st.text("ab ", max_size=30))
def test_characters_are_counted_as_jiwer_does(reference, hypothesis):
    jiwer = pytest.importorskip("jiwer")
    counted = error_rate.count_characters(reference, hypothesis)
    assert counted.errors == edit_distance(reference, hypothesis)
    assert counted.words == len(reference)
    if reference.strip() == reference != "" and hypothesis.strip() == hypothesis:
        assert counted.rate == jiwer.cer(reference, hypothesis)


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=60), st.lists(st.sampled_from("ab "), max_size=60))
def test_pieces_of_long_texts_add_up_to_the_fewest_character_errors(reference, hypothesis):
    long_reference = " ".join(["the", "same", "old", "words", *reference, "again", "and", "then", "again", "yes"])
    long_hypothesis = " ".join(["the", "same", "old", "words", *hypothesis, "again", "and", "then", "again", "yes"])
    counted = error_rate.score(long_reference, long_hypothesis).characters
    heard = " ".join(long_hypothesis.split())
    assert counted.errors == edit_distance(long_reference, heard)
    assert counted.words == len(long_reference)
    assert counted.hits + counted.substitutions + counted.insertions == len(heard)


def test_missed_words_are_complete_and_exact():
    reference = " ".join(f"w{number}" for number in range(500)) + " w0 w0"
    assert error_rate.score(reference, "").missed == Counter(reference.split())
    assert error_rate.score("a b a c a", "a x a a").missed == Counter(b=1, c=1)


def test_fixed_and_broken_words_count_by_position():
    reference = "the p53 gene and the p53 protein"
    baseline = error_rate.align(reference.split(), ["the", "pea", "gene", "and", "the", "p53", "protein"])
    scored = error_rate.score(reference, "the p53 gene and the pea protein")
    assert scored.fixed(baseline) == scored.broken(baseline) == Counter(p53=1)
    assert scored.missed == Counter(p53=1)


@given(words.filter(bool), words, words)
def test_what_is_fixed_and_broken_explains_the_change_in_missed_words(reference, one, other):
    text = " ".join(reference)
    model, base = error_rate.score(text, " ".join(one)), error_rate.score(text, " ".join(other))
    fixed, broken = model.fixed(base.alignment), model.broken(base.alignment)
    assert base.missed - fixed + broken == model.missed
    assert (fixed, broken) == (base.broken(model.alignment), base.fixed(model.alignment))


@given(words.filter(bool), words, st.integers(1, 5))
def test_blocks_add_up_to_the_recording(reference, hypothesis, size):
    scored = error_rate.score(" ".join(reference), " ".join(hypothesis))
    blocks = error_rate.errors_by_block(scored.alignment, len(reference), size)
    assert sum(block_words for block_words, _ in blocks) == len(reference)
    assert sum(errors for _, errors in blocks) == scored.counts.errors
    assert max(block_words for block_words, _ in blocks) - min(block_words for block_words, _ in blocks) <= 1


def test_blocks_are_cut_for_long_recordings_only_and_keep_errors_in_place():
    long = [Chunk("delete", 0, 10, 0, 0), Chunk("equal", 10, 3000, 0, 2990), Chunk("insert", 3000, 3000, 2990, 2995)]
    assert error_rate.errors_by_block(long, 3000) == [(1000, 10), (1000, 0), (1000, 5)]
    assert error_rate.errors_by_block([Chunk("equal", 0, 1400, 0, 1400)], 1400) == [(1400, 0)]


def row(recording, reference, hypothesis):
    return {"recording": recording, "reference": reference, "hypothesis": hypothesis}


def test_a_folder_holds_what_wer_json_promises():
    rows = [row("b", "a b c d", "a b c x"), row("a", "e f", "e f g"), row("z", " ", "words")]
    baseline = [row("a", "e f", "e"), row("b", "a b c d", "a b c d"), row("z", " ", "words")]
    failures = {"c": codes.told("no audio in it", "replace it")}
    result = folder_score.as_json(folder_score.score_folder(rows, baseline, failures, BASIC))
    assert json.loads(json.dumps(result)) == result
    assert result["normalizer"] == {"profile": "basic", "version": 2}
    assert result["counts"] == {"hits": 5, "substitutions": 1, "deletions": 0, "insertions": 1}
    assert result["wer"] == pytest.approx(2 / 6)
    assert result["cer"] == pytest.approx(3 / 10)
    assert [recording["recording"] for recording in result["recordings"]] == ["a", "b"]
    assert result["recordings"][1]["alignment"] == [["equal", 0, 3, 0, 3], ["substitute", 3, 4, 3, 4]]
    assert result["recordings"][1]["blocks"] == [[4, 1]]
    assert (result["missed_words"], result["fixed_words"], result["broken_words"]) == ({"d": 1}, {"f": 1}, {"d": 1})
    assert [failure["recording"] for failure in result["failures"]] == ["c", "z"]
    assert result["failures"][1]["reason"] == codes.empty_reference().as_json()


def test_the_order_of_rows_does_not_matter():
    rows = [row("b", "a b", "x"), row("a", "c d", "y")]
    first, second = (folder_score.score_folder(some, None, {}, BASIC) for some in (rows, rows[::-1]))
    assert json.dumps(folder_score.as_json(first)) == json.dumps(folder_score.as_json(second))
    assert list(first.missed_words) == ["a", "b", "c", "d"]


def test_the_baseline_itself_fixes_and_breaks_nothing():
    result = folder_score.score_folder([row("a", "e f", "e")], None, {}, BASIC)
    assert (result.fixed_words, result.broken_words) == ({}, {})


def test_a_baseline_with_another_reference_is_not_compared():
    result = folder_score.score_folder([row("a", "e f", "e")], [row("a", "e f g", "e f g")], {}, BASIC)
    assert result.broken_words == {}


def test_a_folder_of_failures_has_no_rate():
    result = folder_score.score_folder([row("a", "", "")], None, {}, BASIC)
    assert (result.counts.rate, result.characters.rate, result.recordings) == (None, None, {})


def test_scores_are_read_as_they_were_written(tmp_path):
    rows = [row("b", "a b c d", "a b c x"), row("a", "e f", "e f g"), row("z", " ", "words")]
    baseline = [row("a", "e f", "e"), row("b", "a b c d", "a b c d")]
    failures = {"c": codes.told("silence; or no audio in it", "replace it")}
    scored = folder_score.score_folder(rows, baseline, failures, BASIC)
    written = replace(scored, model="m", folder="f", versions={"x": "1"}, made=("2026-01-01",), seconds=3.5)
    folder_score.write(tmp_path / "wer.json", written)
    assert folder_score.read(tmp_path / "wer.json") == written


def test_failures_of_version_0_1_0_keep_their_sentences(tmp_path):
    failure = {"recording": "c", "reason": "silence; or no audio in it", "hint": "replace it"}
    files.write_json(tmp_path / "wer.json", {"recordings": [], "failures": [failure]})
    read = folder_score.read(tmp_path / "wer.json")
    assert read.failures == {"c": codes.told("silence; or no audio in it", "replace it")}
    assert read.counts == ErrorCounts()


def test_an_hour_is_scored_without_delay():
    reference = " ".join(f"word{number % 997}" for number in range(10_000))
    hypothesis = " ".join(word for number, word in enumerate(reference.split()) if number % 7)
    assert error_rate.score(reference, hypothesis).counts == ErrorCounts(8571, 0, 1429, 0)
