"""Texts that nobody should have, and that somebody has: each is scored, or refused with a reason."""

import time

import pytest

import diagnose
from clm.base import files
from clm.normalization.normalizer import create_normalizer
from clm.reasons import codes
from clm.scoring import folder_score
from clm.scoring.error_rate import ErrorCounts

PROFILES = ("basic", "spoken")


def scored(profile, reference, hypothesis):
    normalizer = create_normalizer(profile)
    row = {"recording": "r", "reference": normalizer(reference), "hypothesis": normalizer(hypothesis)}
    return folder_score.score_folder([row], [row], {}, normalizer)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "reference", ["", " \n\t", "[inaudible]\n<noise>\n(laughter)", "...!?", "um, uh", "👍 ❤️", "\u200d\ufeff"]
)
def test_what_is_empty_after_normalization_is_a_failure_and_no_rate(profile, reference):
    result = scored(profile, reference, "some words")
    assert (result.counts.rate, result.recordings) == (None, {})
    assert result.failures == {"r": codes.empty_reference()}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "text",
    [
        "שלום עולם, מה שלומך",
        "\u202bمرحبا بالعالم\u202c",
        "e\u0301te\u0301 nai\u0308ve",
        "٣٫٥ و ١٬٠٠٠",
        "हिन्दी में क्षमता",
        "日本語 テスト",
        "ok 👍🏽 fine",
    ],
)
def test_any_script_is_right_against_itself_and_wrong_against_nothing(profile, text):
    assert scored(profile, text, text).counts.rate == 0
    assert scored(profile, text, "").counts.rate == 1


def test_composed_and_decomposed_letters_are_the_same():
    assert scored("basic", "e\u0301te\u0301", "été").counts.rate == 0


@pytest.mark.parametrize("profile", PROFILES)
def test_a_reference_a_hundred_times_longer_is_scored(profile):
    result = scored(profile, "the cell divides " * 100, "the cell divides")
    assert result.counts == ErrorCounts(3, 0, 297, 0)


def test_a_line_of_a_hundred_thousand_words_is_scored_in_time(tmp_path):
    words = [f"word{number % 5000}" for number in range(100_000)]
    heard = words[:-500]
    start = time.perf_counter()
    result = folder_score.score_folder(
        [{"recording": "r", "reference": " ".join(words), "hypothesis": " ".join(heard)}],
        None,
        {},
        create_normalizer("basic"),
    )
    assert result.counts.deletions == 500
    assert time.perf_counter() - start < 60
    row = {"recording": "r", "reference": " ".join(words), "hypothesis": ""}
    files.write_table(tmp_path / "t.tsv", ("recording", "reference", "hypothesis"), [row], delimiter="\t")
    assert files.read_table(tmp_path / "t.tsv", delimiter="\t") == [row]


def test_keywords_that_are_nothing_or_equal_after_normalization(tmp_path, caplog):
    path = tmp_path / "keywords.txt"
    path.write_text("Cell, cell!, ..., U.S., US\n", encoding="utf-8")
    assert diagnose.phrases(str(path), create_normalizer("basic")) == {"cell": [("cell",)], "us": [("us",)]}
    assert "empty" in caplog.text
    path.write_bytes(b"\x81\xff")
    assert diagnose.phrases(str(path), create_normalizer("basic")) == {}
    assert "UTF-8" in caplog.text
    assert diagnose.phrases(None, create_normalizer("basic")) == {}
