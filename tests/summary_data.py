"""Summaries of models with made-up results, small enough to reckon by hand."""

from dataclasses import replace

from clm.evaluation import summaries
from clm.evaluation.summaries import Summary
from clm.reasons import codes
from clm.scoring.word_metrics import Found
from clm.settings import EvaluationSettings

EVALUATION = EvaluationSettings(heldout=("f0", "f1"), baseline=None, resamples=1000, confidence=0.95)
FOLDERS = {f"f{folder}": [f"r{recording}" for recording in range(6)] for folder in range(4)}


def result(errors, words=100):
    counts = {"hits": words - errors, "substitutions": errors, "deletions": 0, "insertions": 0}
    characters = {"hits": 5 * words - errors, "substitutions": 0, "deletions": errors, "insertions": 0}
    return {"counts": counts, "characters": characters, "missed": {"x": errors}, "fixed": {"y": 2}, "broken": {"z": 1}}


def summary(name, errors=30, folders=FOLDERS, **more):
    """A model whose recording number n has `errors` + n errors in 100 words; `errors` may depend on the folder."""
    of = errors if callable(errors) else lambda _: errors
    parts = {
        folder: {
            "recordings": {recording: result(of(folder) + int(recording[1:])) for recording in folders[folder]},
            "failures": [],
            "seconds": 60,
        }
        for folder in folders
    }
    about = {"model": name, "engine": "pocketsphinx", "created": "", "corpus_words": None, "learned_folders": []}
    return about | {"folders": parts} | more


def fail(model, folder, recording, reason="no audio in it"):
    part = model["folders"][folder]
    part["recordings"].pop(recording, None)
    part["failures"].append({"recording": recording, "reason": reason, "hint": "replace it"})
    return model


def parsed(model) -> Summary:
    """A summary as programs have it, from an object of the shape above."""
    counts = model.get("keywords", {})
    keywords = {folder: {name: Found(*found) for name, found in parts.items()} for folder, parts in counts.items()}
    failure = codes.told(model["reason"]) if "reason" in model else None
    about = {key: model[key] for key in ("engine", "created", "corpus_words", "learned_folders")}
    about["procedure"] = model.get("procedure")
    return replace(summaries.from_json(model), failure=failure, keywords=keywords, **about)
