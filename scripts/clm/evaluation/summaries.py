"""A model's summary, completed with what else is known about the model, as `clm.evaluation.model_scores` wants it."""

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from clm.evaluation.model_scores import FAILED
from clm.reasons import codes
from clm.results import models


def describe(summary: dict[str, Any], directory: Path, audio: Mapping[str, Set[str]]) -> dict[str, Any]:
    """A model's summary with what its model.json and plan.json say about it.

    Whether it learned from a folder is told by name and by the `audio` of the folders: one may have been renamed.
    """
    name = summary["model"]
    model = models.read_if_there(directory / name / "model.json")
    plan = models.read_if_there(directory / name / "plan.json")
    learned = {folder for item in plan.get("words", []) for folder in item["folders"]}
    heard = {item for items in plan.get("recordings", {}).values() for item in items}
    learned |= {folder for folder, items in audio.items() if not items.isdisjoint(heard)}
    return {
        **summary,
        "engine": model.get("engine", name.split("-")[0]),
        "created": model.get("created", ""),
        "corpus_words": model.get("corpus_words"),
        "learned_folders": sorted(learned),
        **failure(model),
    }


def failure(model: Mapping[str, Any]) -> dict[str, str]:
    """What a summary says of a model that failed as a whole, by its model.json."""
    return {"status_override": FAILED, "reason": model["failed"]} if model.get("failed") else {}


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
