"""Each kind of trouble is named, and good folders are left in peace."""

import random

import pytest

import diagnose
from clm.base import files
from clm.english import words
from clm.normalization.normalizer import create_normalizer
from clm.reasons import codes, sentences
from clm.reasons.codes import Code
from clm.scoring import diagnosis, folder_score, model_diagnosis
from clm.scoring.model_diagnosis import ModelDiagnosis
from clm.scoring.word_metrics import Found

GENERATOR = random.Random(3)
KNOWN = frozenset(f"known{letter}{other}" for letter in "abcdefgh" for other in "abcdefghijklmnopqrst")
TEXT = random.Random(4).choices(sorted(KNOWN), k=300)
OTHER = random.Random(5).choices(sorted(KNOWN), k=300)


def findings(reference, hypothesis, others=None, keywords=()):
    row = {"recording": "r", "reference": " ".join(reference), "hypothesis": " ".join(hypothesis)}
    score = folder_score.score_folder([row], None, {}, create_normalizer("basic"))
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
        ([], Code.NOTHING_HEARD),
        (TEXT[:200], Code.MISSING_IN_TRANSCRIPT),
        (TEXT[100:], Code.MISSING_IN_TRANSCRIPT),
        (TEXT + OTHER[:60], Code.MISSING_IN_REFERENCE),
        ([word for pair in zip(TEXT, OTHER, strict=True) for word in pair], Code.MISSING_IN_REFERENCE),
        (random.Random(6).choices(["x", "y"], k=300), Code.MISMATCH),
        (OTHER, Code.SWAPPED),
    ],
)
def test_the_shape_of_errors_is_named(hypothesis, expected):
    found = findings(TEXT, hypothesis, {"other": OTHER, "third": list(reversed(OTHER))})
    assert found[0].code == expected
    assert found[0].arguments["recording"] == "r"
    assert sentences.describe(found[0]).hint


def test_a_cut_is_located_and_swapped_folders_are_named():
    assert findings(TEXT, TEXT[:200])[0].arguments["place"] == "end"
    assert findings(TEXT, TEXT[100:])[0].arguments["place"] == "start"
    assert findings(TEXT, OTHER, {"other": OTHER})[0] == codes.swapped("r", "other")


def test_missed_domain_words_become_a_list_without_those_that_are_keywords():
    reference = [*TEXT[:100], "kinesin", *TEXT[100:200], "kinesin", "dynein", *TEXT[200:], "dynein"]
    hypothesis = ["guess" if word in ("kinesin", "dynein") else word for word in reference]
    (found,) = findings(reference, hypothesis, keywords={"dynein"})
    assert found == codes.missed_domain_words({"kinesin": 2})


def test_typing_errors_are_words_nobody_knows_beside_the_word_that_was_heard():
    reference = [*TEXT[:100], "knonwab", *TEXT[100:]]
    (found,) = findings(reference, ["knownab" if word == "knonwab" else word for word in reference])
    assert found == codes.typing_errors({"knonwab": "knownab"})
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
    assert findings(TEXT, hypothesis)[-1].code == Code.NOT_VERBATIM


def test_short_recordings_are_left_in_peace():
    assert findings(TEXT[:5], []) == []


def test_a_diagnosis_is_read_as_it_was_written(tmp_path):
    written = ModelDiagnosis(
        "m", {"f": {"r": Found(4, 3, 2)}}, {"cell": Found(4, 3, 2)}, (3, 5), {"ece": 0.1, "bins": []},
        {"f": (codes.swapped("r", "g"), codes.missed_domain_words({"cell": 2}))},
    )  # fmt: skip
    model_diagnosis.write(tmp_path / "m.json", written)
    assert model_diagnosis.read(tmp_path / "m.json") == written
    assert files.read_json(tmp_path / "m.json")["oov"] == {"right": 3, "words": 5, "recall": 0.6}


def test_sentences_of_version_0_1_0_are_shown_as_they_are(tmp_path):
    old = {"finding": "r: nothing was heard; at all", "detail": "9 words", "next_step": "listen to r?"}
    files.write_json(tmp_path / "m.json", {"model": "m", "keywords": {}, "findings": {"f": [old]}})
    (found,) = model_diagnosis.read(tmp_path / "m.json").findings["f"]
    assert sentences.full(found) == "r: nothing was heard; at all (9 words). Hint: listen to r?"
