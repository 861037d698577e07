"""Which results of which models can be compared: the summaries of all models, seen against the recordings there are.

A summary is a JSON object: `model`, `engine`, `created` (may be ""), `corpus_words` (may be null), `learned_folders`
(whose missed words the model learned from), `status_override` ("failed") with a `reason` if it failed as a whole, and
`folders`: for each of its folders `recordings` (by name: counts, characters, missed, fixed, broken and, where there are
some, blocks and mapsswe, all as in wer.json), `failures` (recording, reason, hint) and `seconds`. It may have
`keywords`: for each folder the counts of every recording (`clm.scoring.word_metrics.Found`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clm.evaluation.bootstrap import Unit
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.scoring import word_metrics
from clm.scoring.error_rate import ErrorCounts

FINISHED, INCOMPLETE, FAILED = "finished", "incomplete", "failed"

Key = tuple[str, str]  # folder, recording
Result = Mapping[str, Any]


@dataclass(frozen=True)
class Model:
    """A model's summary, seen against the recordings that there are now."""

    summary: Mapping[str, Any]
    results: Mapping[Key, Result]
    failures: Mapping[Key, Reason]
    status: str

    @property
    def name(self) -> str:
        """The model's name."""
        return self.summary["model"]

    @property
    def learns(self) -> bool:
        """Whether the model may have learned from recordings of this data set: a stock or an imported one has not."""
        return self.summary["engine"] not in ("imported", self.name)


def sort_out(
    summaries: Iterable[Mapping[str, Any]], folders: Mapping[str, Iterable[str]], baseline: str
) -> list[Model]:
    """Sort out what each summary says about the expected recordings.

    A result that was scored against another version of the reference than the baseline's does not count.
    """
    expected = {(folder, name) for folder in folders for name in folders[folder]}
    results = {summary["model"]: _by_key(summary, expected) for summary in summaries}
    lengths = {key: _counts(result).words for key, result in results.get(baseline, {}).items()}
    models = []
    for summary in summaries:
        valid = {k: r for k, r in results[summary["model"]].items() if lengths.get(k) in (None, _counts(r).words)}
        failures = {
            (folder, failure["recording"]): codes.read(failure["reason"], failure.get("hint", ""))
            for folder, part in summary["folders"].items()
            for failure in part["failures"]
        }
        failures = {key: reason for key, reason in failures.items() if key in expected}
        status = FINISHED if valid else FAILED  # who failed at everything must not leave the others nothing to compare
        if expected - valid.keys() - failures.keys():
            status = INCOMPLETE
        models.append(Model(summary, valid, failures, summary.get("status_override") or status))
    return models


def _by_key(summary: Mapping[str, Any], expected: set[Key]) -> dict[Key, Result]:
    results = {
        (folder, name): result
        for folder, part in summary["folders"].items()
        for name, result in part["recordings"].items()
    }
    return {key: result for key, result in results.items() if key in expected}


def left_out(finished: Iterable[Model]) -> dict[Key, str]:
    """Recordings that failed for good in a complete model, with the first such model."""
    failed: dict[Key, str] = {}
    for model in finished:
        for key in model.failures:
            failed.setdefault(key, model.name)
    return failed


def _counts(result: Result, kind: str = "counts") -> ErrorCounts:
    """Sum of the counts of these recordings; `kind` may be characters."""
    return ErrorCounts(**result[kind])


def total(model: Model, keys: Iterable[Key], kind: str = "counts") -> ErrorCounts:
    """Sum of the counts of these recordings; `kind` may be characters."""
    return sum((_counts(model.results[key], kind) for key in keys if key in model.results), ErrorCounts())


def units(key: Key, model: Model, other: Model) -> list[Unit]:
    """One recording of two models, in the same blocks; none while a model has not finished it."""
    if key not in model.results or key not in other.results:
        return []
    blocks, others = _blocks(model.results[key]), _blocks(other.results[key])
    return [
        Unit("/".join(key), number, words, errors, other_errors)
        for number, ((words, errors), (_, other_errors)) in enumerate(zip(blocks, others, strict=True))
    ]


def _blocks(result: Result) -> list[list[int]]:
    counts = _counts(result)
    return result.get("blocks") or [[counts.words, counts.errors]]


def keywords(model: Model, keys: Iterable[Key]) -> word_metrics.Found:
    """Counts of keywords over these recordings."""
    counts = model.summary.get("keywords") or {}
    found = (counts.get(folder, {}).get(recording) for folder, recording in keys)
    return word_metrics.total(part for part in found if part is not None)
