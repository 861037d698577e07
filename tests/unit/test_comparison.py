"""Verdicts on simulated models, and the statistics behind a verdict."""

import random
from dataclasses import replace

import pytest

from clm.evaluation import leaderboard
from clm.evaluation.comparison import Evaluation
from summary_data import EVALUATION, result, summary


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
    evaluation = Evaluation(models, folders, "base", replace(EVALUATION, heldout=()))
    row = next(row for row in leaderboard.tables(evaluation).rows if row["model"] == "clm")
    return row["verdict"], evaluation.comparisons()["clm"]["baseline"]


@pytest.mark.parametrize("seed", range(5))
def test_a_point_on_twenty_minutes_is_not_proven_and_five_on_ten_hours_are(seed):
    verdict, details = hours(0.20, 0.19, recordings=8, words=375, seed=seed)
    assert verdict == "not proven"
    if details["difference"]:
        assert details["needed_words"] > details["words"] == 3000
    verdict, details = hours(0.20, 0.15, recordings=10, words=9000, seed=seed)
    assert verdict == "better"
    assert details["high"] < 0


def test_statistics_behind_a_verdict_are_complete():
    folders = {"a": ["r"], "b": ["r"]}
    models = [summary(name, folders={}) for name in ("base", "clm")]
    for model in models:
        for folder in folders:
            recordings = {"r": result(10) | {"mapsswe": [5, -3, 9]}}
            model["folders"][folder] = {"recordings": recordings, "failures": [], "seconds": 60}
        model["keywords"] = {"a": {"r": [4, 3, 2 if model is models[1] else 3]}}
    evaluation = Evaluation(models, folders, "base", replace(EVALUATION, heldout=()))
    details = evaluation.comparisons()["clm"]["baseline"]
    assert details["mapsswe"]["segments"] == 10
    assert details["keyword_false_alarms"] == [1, 0]
    row = next(row for row in leaderboard.tables(evaluation).rows if row["model"] == "clm")
    assert (row["keyword_recall"], row["keyword_precision"]) == ("0.500000", "0.666667")
    assert evaluation.comparisons()["base"] == {"baseline": None, "champion": None}
