"""A model's summary, completed with what else is known about the model, as `clm.evaluation.model_scores` wants it."""

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from clm.evaluation.model_scores import FAILED
from clm.reasons import codes
from clm.results import models, plans
from clm.results.models import ModelRecord
from clm.results.plans import Plan


def describe(summary: dict[str, Any], directory: Path, audio: Mapping[str, Set[str]]) -> dict[str, Any]:
    """A model's summary with what its model.json and plan.json say about it.

    Whether it learned from a folder is told by name and by the `audio` of the folders: one may have been renamed.
    """
    name = summary["model"]
    model = models.read_record_if_there(directory / name / "model.json") or ModelRecord(name, models.engine_of(name))
    plan = plans.read_if_there(directory / name / "plan.json") or Plan()
    return {
        **summary,
        "engine": model.engine,
        "created": model.created,
        "corpus_words": model.corpus_words,
        "learned_folders": plan.learned_folders(audio),
        **failure(model),
    }


def failure(model: ModelRecord) -> dict[str, str]:
    """What a summary says of a model that failed as a whole, by its model.json."""
    return {"status_override": FAILED, "reason": model.failed} if model.failed else {}


def without_audio(summary: dict[str, Any], folders: Mapping[str, list[str]], text_only: list[str]) -> dict[str, Any]:
    """The summary of a model that transcribes, in which what has no audio has failed for good."""
    if summary["engine"] == "imported":
        return summary
    absent = {
        folder: {
            "recordings": {},
            "failures": [{"recording": name, "reason": codes.no_audio().as_json()} for name in folders[folder]],
            "seconds": None,
        }
        for folder in text_only
    }
    return {**summary, "folders": {**summary["folders"], **absent}}
