"""Comparable results of models: the summaries of all models, matched with the existing recordings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clm.evaluation.bootstrap import Unit
from clm.evaluation.summaries import Summary
from clm.reasons.codes import Reason
from clm.results.models import is_control
from clm.scoring import word_metrics
from clm.scoring.error_rate import ErrorCounts
from clm.scoring.folder_score import RecordingScore

FINISHED, INCOMPLETE, FAILED = "finished", "incomplete", "failed"

Key = tuple[str, str]  # folder, recording


@dataclass(frozen=True)
class ModelScores:
    """A model's summary, matched with the existing recordings."""

    summary: Summary
    results: Mapping[Key, RecordingScore]
    failures: Mapping[Key, Reason]
    status: str

    @property
    def name(self) -> str:
        """The model's name."""
        return self.summary.model

    @property
    def is_control(self) -> bool:
        """True for the control of a generation."""
        return is_control(self.name)

    @property
    def learns(self) -> bool:
        """True if the model may have learned from recordings of this data set: not a stock or an imported one."""
        return self.summary.engine not in ("imported", self.name)


def sort_out(summaries: Iterable[Summary], folders: Mapping[str, Iterable[str]], baseline: str) -> list[ModelScores]:
    """Sort out what each summary says about the expected recordings.

    A result that was scored against another version of the reference than the baseline's does not count.
    """
    expected = {(folder, name) for folder in folders for name in folders[folder]}
    results = {summary.model: _by_key(summary, expected) for summary in summaries}
    lengths = {key: result.counts.words for key, result in results.get(baseline, {}).items()}
    models = []
    for summary in summaries:
        valid = {k: r for k, r in results[summary.model].items() if lengths.get(k) in (None, r.counts.words)}
        failures = {
            (folder, name): reason for folder, part in summary.folders.items() for name, reason in part.failures.items()
        }
        failures = {key: reason for key, reason in failures.items() if key in expected}
        status = FINISHED if valid else FAILED  # a model that failed at everything must not prevent all comparisons
        if expected - valid.keys() - failures.keys():
            status = INCOMPLETE
        models.append(ModelScores(summary, valid, failures, FAILED if summary.failure else status))
    return models


def _by_key(summary: Summary, expected: set[Key]) -> dict[Key, RecordingScore]:
    results = {
        (folder, name): part for folder in summary.folders for name, part in summary.folders[folder].recordings.items()
    }
    return {key: result for key, result in results.items() if key in expected}


def left_out(finished: Iterable[ModelScores]) -> dict[Key, str]:
    """Recordings that failed for good in a complete model, with the first such model."""
    failed: dict[Key, str] = {}
    for model in finished:
        for key in model.failures:
            failed.setdefault(key, model.name)
    return failed


def total(model: ModelScores, keys: Iterable[Key]) -> ErrorCounts:
    """Sum of the word errors of these recordings."""
    return sum((model.results[key].counts for key in keys if key in model.results), ErrorCounts())


def total_characters(model: ModelScores, keys: Iterable[Key]) -> ErrorCounts:
    """Sum of the character errors of these recordings."""
    return sum((model.results[key].characters for key in keys if key in model.results), ErrorCounts())


def units(key: Key, model: ModelScores, other: ModelScores) -> list[Unit]:
    """One recording of two models, in the same blocks; none while a model has not finished it."""
    if key not in model.results or key not in other.results:
        return []
    blocks, others = _blocks(model.results[key]), _blocks(other.results[key])
    return [
        Unit("/".join(key), number, words, errors, other_errors)
        for number, ((words, errors), (_, other_errors)) in enumerate(zip(blocks, others, strict=True))
    ]


def _blocks(result: RecordingScore) -> Sequence[tuple[int, int]]:
    return result.blocks or [(result.counts.words, result.counts.errors)]


def keywords(model: ModelScores, keys: Iterable[Key]) -> word_metrics.Found:
    """Counts of keywords over these recordings."""
    counts = model.summary.keywords
    found = (counts.get(folder, {}).get(recording) for folder, recording in keys)
    return word_metrics.total(part for part in found if part is not None)
