"""Verdicts on simulated models, and the statistics behind a verdict."""

import random
from dataclasses import replace

import pytest

from clm.base import files
from clm.evaluation import comparisons, leaderboard, summaries
from clm.evaluation.comparison import Evaluation
from clm.evaluation.comparisons import Absence, Against, Difference
from clm.reasons import codes
from summary_data import EVALUATION, FOLDERS, fail, parsed, result, summary


def hours(*rates, recordings, words, seed=1):
    """Summaries of models with these WERs on recordings whose difficulty differs, in blocks of 1,000 words."""
    generator = random.Random(seed)
    models = [summary(name, folders={}) for name in ("base", "clm")]
    folders = {f"f{number}": ["r"] for number in range(recordings)}
    for folder in folders:
        sizes = [min(1000, words)] * max(1, round(words / 1000))
        hard = [generator.lognormvariate(0, 0.3) for _ in sizes]
        for model, rate in zip(models, rates, strict=True):
            wrong = [
                sum(generator.random() < min(0.9, rate * hardness) for _ in range(size))
                for size, hardness in zip(sizes, hard, strict=True)
            ]
            scored = result(sum(wrong), sum(sizes)) | {
                "blocks": [list(pair) for pair in zip(sizes, wrong, strict=True)]
            }
            model["folders"][folder] = {"recordings": {"r": scored}, "failures": [], "seconds": 60}
    evaluation = Evaluation([*map(parsed, models)], folders, "base", replace(EVALUATION, heldout=()))
    row = next(row for row in leaderboard.tables(evaluation).rows if row["model"] == "clm")
    return row["verdict"], evaluation.comparisons()["clm"].baseline


@pytest.mark.parametrize("seed", range(5))
def test_a_point_on_twenty_minutes_is_not_proven_and_five_on_ten_hours_are(seed):
    verdict, details = hours(0.20, 0.19, recordings=8, words=375, seed=seed)
    assert verdict == "not proven"
    if details.difference:
        assert details.needed_words > details.words == 3000
    verdict, details = hours(0.20, 0.15, recordings=10, words=9000, seed=seed)
    assert verdict == "better"
    assert details.high < 0


def test_statistics_behind_a_verdict_are_complete():
    folders = {"a": ["r"], "b": ["r"]}
    models = [summary(name, folders={}) for name in ("base", "clm")]
    for model in models:
        for folder in folders:
            recordings = {"r": result(10) | {"mapsswe": [5, -3, 9]}}
            model["folders"][folder] = {"recordings": recordings, "failures": [], "seconds": 60}
        model["keywords"] = {"a": {"r": [4, 3, 2 if model is models[1] else 3]}}
    evaluation = Evaluation([*map(parsed, models)], folders, "base", replace(EVALUATION, heldout=()))
    details = evaluation.comparisons()["clm"].baseline
    assert details.mapsswe.segments == 10
    assert details.keyword_false_alarms == (1, 0)
    row = next(row for row in leaderboard.tables(evaluation).rows if row["model"] == "clm")
    assert (row["keyword_recall"], row["keyword_precision"]) == ("0.500000", "0.666667")
    assert evaluation.comparisons()["base"] == Against(None, None)


def test_comparisons_are_read_as_they_were_written_with_every_reason_whole(tmp_path):
    models = [summary("base"), fail(summary("clm", errors=10), "f2", "r5", "silence; or no audio in it")]
    found = leaderboard.comparisons(
        Evaluation([*map(parsed, models)], FOLDERS, "base", replace(EVALUATION, confidence=0.99))
    )
    assert found.absences["clm"]["f2"] == [Absence(codes.told("silence; or no audio in it", "replace it"), ("r5",))]
    assert found.absences["base"]["f2"] == [Absence(codes.left_out("clm"), ("r5",))]
    comparisons.write(tmp_path / "comparisons.json", found)
    read = comparisons.read(tmp_path / "comparisons.json")
    assert (read.models, read.fewest_units) == (found.models, 8)
    assert read.absences["clm"] == {"f2": found.absences["clm"]["f2"]}


def test_comparisons_of_version_0_1_0_are_read(tmp_path):
    old = {"baseline": {"model": "base", "words": 9, "later": 1}, "champion": None}
    files.write_json(tmp_path / "comparisons.json", {"models": {"clm": old}})
    read = comparisons.read(tmp_path / "comparisons.json")
    assert read.with_baseline("clm") == Difference(model="base", words=9)
    assert read.with_baseline("base") is None
    assert (read.absences, read.fewest_units) == (None, 6)


def test_a_summary_is_read_as_it_was_written(tmp_path):
    written = summaries.from_json(fail(summary("m"), "f2", "r5", "silence; or no audio in it"))
    summaries.write(tmp_path / "m.json", written)
    assert summaries.read(tmp_path / "m.json") == written
    assert written.folders["f2"].failures["r5"] == codes.told("silence; or no audio in it", "replace it")
