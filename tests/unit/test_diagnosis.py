"""Each kind of trouble is named, and good folders are left in peace."""

import random

import pytest

import diagnose
from clm.english import words
from clm.normalization.normalizer import create_normalizer
from clm.scoring import diagnosis, folder_score

GENERATOR = random.Random(3)
KNOWN = frozenset(f"known{letter}{other}" for letter in "abcdefgh" for other in "abcdefghijklmnopqrst")
TEXT = random.Random(4).choices(sorted(KNOWN), k=300)
OTHER = random.Random(5).choices(sorted(KNOWN), k=300)


def findings(reference, hypothesis, others=None, keywords=()):
    row = {"recording": "r", "reference": " ".join(reference), "hypothesis": " ".join(hypothesis)}
    score = folder_score.score_folder([row], None, [], create_normalizer("basic"))
    return diagnosis.diagnose(
        score,
        [row],
        others={name: (lambda text=text: diagnosis.shingles(text)) for name, text in (others or {}).items()},
        learnable=words.learnable,
        known=KNOWN,
        keywords=keywords,
    )


def test_a_good_transcript_has_no_findings():
    assert findings(TEXT, TEXT) == []
    assert findings(TEXT, [*TEXT[:50], "knownaa", *TEXT[51:]]) == []


@pytest.mark.parametrize(
    ("hypothesis", "expected"),
    [
        ([], "nothing was heard"),
        (TEXT[:200], "words are missing from the transcript"),
        (TEXT[100:], "words are missing from the transcript"),
        (TEXT + OTHER[:60], "words are missing from the reference"),
        ([word for pair in zip(TEXT, OTHER, strict=True) for word in pair], "words are missing from the reference"),
        (random.Random(6).choices(["x", "y"], k=300), "text and audio hardly fit together"),
        (OTHER, "text and audio are probably swapped"),
    ],
)
def test_the_shape_of_errors_is_named(hypothesis, expected):
    found = findings(TEXT, hypothesis, {"other": OTHER, "third": list(reversed(OTHER))})
    assert found[0]["finding"] == f"r: {expected}"
    assert found[0]["next_step"]


def test_a_cut_is_located_and_swapped_folders_are_named():
    assert "at the end" in findings(TEXT, TEXT[:200])[0]["detail"]
    assert "at the start" in findings(TEXT, TEXT[100:])[0]["detail"]
    assert "folder other" in findings(TEXT, OTHER, {"other": OTHER})[0]["detail"]


def test_missed_domain_words_become_a_list_without_those_that_are_keywords():
    reference = [*TEXT[:100], "kinesin", *TEXT[100:200], "kinesin", "dynein", *TEXT[200:], "dynein"]
    hypothesis = ["guess" if word in ("kinesin", "dynein") else word for word in reference]
    (found,) = findings(reference, hypothesis, keywords={"dynein"})
    assert found["detail"] == "kinesin 2"
    assert "keywords" in found["next_step"]


def test_typing_errors_are_words_nobody_knows_beside_the_word_that_was_heard():
    reference = [*TEXT[:100], "knonwab", *TEXT[100:]]
    (found,) = findings(reference, ["knownab" if word == "knonwab" else word for word in reference])
    assert found["detail"] == "knonwab (heard: knownab)"
    assert findings([*TEXT, "knownabs"], [*TEXT, "knownab"]) == []  # an inflection
    assert (
        findings(reference, ["knownab" if word == "knonwab" else word for word in reference], keywords={"knonwab"})
        == []
    )


def test_what_a_model_s_text_spells_is_no_typing_error(tmp_path):
    (tmp_path / "articles.txt").write_text("The NextEra-group\u2019s ribozymes, 2.\nÉtude", encoding="utf-8")
    assert diagnose.corpus_words([tmp_path / "articles.txt"]) == {
        "the",
        "nextera",
        "group",
        "s",
        "ribozymes",
        "étude",
    }
    assert diagnose.corpus_words([]) == set()


def test_tidied_references_are_told_from_missing_text():
    hypothesis = [
        word for number, text in enumerate(TEXT) for word in (["you", "know", text] if number % 15 == 0 else [text])
    ]
    assert [found["finding"] for found in findings(TEXT, hypothesis)][-1] == "the reference is probably not verbatim"


def test_short_recordings_are_left_in_peace():
    assert findings(TEXT[:5], []) == []
