"""The leaderboard: one row per model, and one row per model and folder, from the summaries of all models.

Models are compared on the recordings that every complete model finished, so that all WERs stand on the same words.
Cells are strings, ready for `files.write_table`: rates are fractions with six decimals, and a cell is empty where
something is not known or has no meaning.

A summary is a JSON object: `model`, `engine`, `created` (may be ""), `corpus_words` (may be null), `learned_folders`
(whose missed words the model learned from), `status_override` ("failed") with a `reason` if it failed as a whole, and
`folders`: for each of its folders `recordings` (by name: counts, characters, missed, fixed, broken and, for long
recordings, blocks, all as in wer.json), `failures` (recording, reason, hint) and `seconds`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from clm import significance
from clm.scoring import ErrorCounts
from clm.significance import Comparison, Unit

_BOARD = """
rank model engine champion verdict wer wer_low wer_high wer_change p_value scope cer keyword_recall keyword_precision
heldout_wer folders recordings words substitutions deletions insertions mean_folder_wer missed_words fixed_words
broken_words corpus_words created status
"""
_RUNS = """
model folder recordings words hits substitutions deletions insertions wer cer missed_words fixed_words broken_words
seconds status reason
"""
COLUMNS = tuple(_BOARD.split())
RUN_COLUMNS = tuple(_RUNS.split())

LEFT_OUT = "left out, as it failed in"
FINISHED, INCOMPLETE, FAILED = "finished", "incomplete", "failed"

Key = tuple[str, str]  # folder, recording
Row = dict[str, str]
Result = Mapping[str, Any]


class Leaderboard(NamedTuple):
    """Rows of leaderboard.csv and of runs.csv."""

    rows: list[Row]
    runs: list[Row]


@dataclass(frozen=True)
class Model:
    """A model's summary, seen against the recordings that there are now."""

    summary: Mapping[str, Any]
    results: Mapping[Key, Result]
    failures: Mapping[Key, str]
    status: str

    @property
    def name(self) -> str:
        """The model's name."""
        return self.summary["model"]


def compare(
    summaries: Sequence[Mapping[str, Any]],
    folders: Mapping[str, Iterable[str]],
    baseline: str,
    evaluation: Mapping[str, Any],
) -> Leaderboard:
    """Make the rows of both tables.

    Args:
        summaries: of all models, oldest first.
        folders: the recordings of every usable folder.
        baseline: the model that verdicts refer to; its own row has no change, p-value and scope.
        evaluation: the configuration's `heldout` (names of folders), `resamples` and `confidence`.

    """
    models = _models(summaries, folders, baseline)
    finished = [model for model in models if model.status == FINISHED]
    left_out = _left_out(finished)
    compared = {
        folder: [(folder, name) for name in sorted(set(folders[folder])) if (folder, name) not in left_out]
        for folder in sorted(folders)
    }
    base = next((model for model in finished if model.name == baseline), None)
    evaluator = _Evaluator(compared, baseline, base, evaluation)
    champion = evaluator.champion(finished)
    rows = [evaluator.row(model, champion) for model in models]
    rows.sort(key=lambda row: float(row["wer"]) if _ranks(row) else float("inf"))
    for rank, row in enumerate(filter(_ranks, rows), 1):
        row["rank"] = str(rank)
    runs = [evaluator.run(model, folder, set(folders[folder]), left_out) for model in models for folder in compared]
    return Leaderboard(rows, runs)


@dataclass(frozen=True)
class _Evaluator:
    """Makes rows and verdicts over the compared recordings, which `compared` holds by folder."""

    compared: Mapping[str, Sequence[Key]]
    baseline: str
    base: Model | None
    evaluation: Mapping[str, Any]

    def champion(self, finished: Iterable[Model]) -> Model | None:
        """Start with the baseline; by age, a model proven better than the champion so far takes over."""
        champion = self.base
        for model in finished:
            if champion and model is not self.base:
                comparison = self._versus(model, champion)
                if comparison and comparison.verdict == significance.BETTER:
                    champion = model
        return champion

    def row(self, model: Model, champion: Model | None) -> Row:
        """A row of leaderboard.csv, but for its rank."""
        corpus_words = model.summary["corpus_words"]
        row = dict.fromkeys(COLUMNS, "") | {
            "model": model.name,
            "engine": model.summary["engine"],
            "champion": "yes" if model is champion else "",
            "corpus_words": "" if corpus_words is None else str(corpus_words),
            "created": model.summary["created"],
            "status": model.status,
        }
        by_folder = {folder: _total(model, keys).rate for folder, keys in self.compared.items()}
        rates = [rate for rate in by_folder.values() if rate is not None]
        if not rates:
            return row
        keys = self._keys(self.compared)
        units = [unit for key in keys for unit in _units(key, model, model)]
        low, high = significance.wer_interval(units, **self._settings)
        figures = self._figures(model, keys)
        del figures["hits"]
        row |= figures | {
            "wer_low": _rate(low),
            "wer_high": _rate(high),
            "heldout_wer": _rate(_total(model, self._keys(self._heldout(model))).rate),
            "folders": str(len(rates)),
            "mean_folder_wer": _rate(sum(rates) / len(rates)),
        }
        return row | self._verdict(model)

    def run(self, model: Model, folder: str, names: set[str], left_out: Mapping[Key, tuple[str, str]]) -> Row:
        """A row of runs.csv; its sums over all folders are those of leaderboard.csv."""
        keys = [(folder, name) for name in sorted(names)]
        status = FINISHED if any(key in model.results for key in keys) else FAILED
        if any(key not in model.results and key not in model.failures for key in keys):
            status = INCOMPLETE
        reasons = [f"{key[1]}: {model.failures[key]}" for key in keys if key in model.failures]
        reasons += [
            f"{key[1]}: {LEFT_OUT} {left_out[key][0]}" for key in keys if key in left_out and key not in model.failures
        ]
        if model.summary.get("status_override") == FAILED:
            status, reasons = FAILED, [model.summary["reason"], *reasons]
        seconds = model.summary["folders"].get(folder, {}).get("seconds")
        row = dict.fromkeys(RUN_COLUMNS, "") | {
            "model": model.name,
            "folder": folder,
            "seconds": "" if seconds is None else f"{seconds:.3f}",
            "status": status,
            "reason": "; ".join(reasons),
        }
        done = [key for key in self.compared[folder] if key in model.results]
        return row | self._figures(model, done) if done else row

    @property
    def _settings(self) -> dict[str, Any]:
        return {name: self.evaluation[name] for name in ("resamples", "confidence")}

    def _keys(self, folders: Iterable[str]) -> list[Key]:
        return [key for folder in folders for key in self.compared[folder]]

    def _heldout(self, model: Model) -> list[str]:
        """Folders with compared recordings that are held out for this model."""
        heldout = set(self.evaluation["heldout"]) - set(model.summary["learned_folders"])
        return [folder for folder, keys in self.compared.items() if folder in heldout and keys]

    def _scope(self, model: Model, other: Model) -> tuple[str, list[Key]]:
        """Recordings on which two models can be compared fairly: neither may have learned from held-out ones."""
        theirs = set(self._heldout(other))
        heldout = [folder for folder in self._heldout(model) if folder in theirs]
        return ("heldout", self._keys(heldout)) if len(heldout) >= 2 else ("all", self._keys(self.compared))

    def _versus(self, model: Model, other: Model) -> Comparison | None:
        """Compare within their scope; None where no recording is left to compare."""
        units = [unit for key in self._scope(model, other)[1] for unit in _units(key, model, other)]
        return significance.compare(units, **self._settings) if units else None

    def _figures(self, model: Model, keys: Iterable[Key]) -> Row:
        """The columns that both tables have."""
        results = [model.results[key] for key in keys if key in model.results]
        counts, characters = _total(model, keys), _total(model, keys, "characters")
        missed, fixed, broken = (
            str(sum(sum(result[kind].values()) for result in results)) for kind in ("missed", "fixed", "broken")
        )
        unknown = model.name == self.baseline or self.base is None
        return {
            "recordings": str(len(results)),
            "words": str(counts.words),
            "hits": str(counts.hits),
            "substitutions": str(counts.substitutions),
            "deletions": str(counts.deletions),
            "insertions": str(counts.insertions),
            "wer": _rate(counts.rate),
            "cer": _rate(characters.rate),
            "missed_words": missed,
            "fixed_words": "" if unknown else fixed,
            "broken_words": "" if unknown else broken,
        }

    def _verdict(self, model: Model) -> Row:
        """Verdict, change, p-value and scope: nothing while the model or the baseline is not complete."""
        if model.status != FINISHED or self.base is None:
            return {}
        if model is self.base:
            return {"verdict": "baseline"}
        comparison = self._versus(model, self.base)
        if comparison is None:
            return {}
        scope, keys = self._scope(model, self.base)
        before = _total(self.base, keys).rate
        return {
            "verdict": comparison.verdict,
            "wer_change": _rate(comparison.difference / before if before else None),
            "p_value": _rate(comparison.p_value),
            "scope": scope,
        }


def _models(summaries: Iterable[Mapping[str, Any]], folders: Mapping[str, Iterable[str]], baseline: str) -> list[Model]:
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
            (folder, failure["recording"]): failure["reason"]
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


def _left_out(finished: Iterable[Model]) -> dict[Key, tuple[str, str]]:
    """Recordings that failed for good in a complete model: the first such model, and its reason."""
    left_out: dict[Key, tuple[str, str]] = {}
    for model in finished:
        for key, reason in model.failures.items():
            left_out.setdefault(key, (model.name, reason))
    return left_out


def _counts(result: Result, kind: str = "counts") -> ErrorCounts:
    return ErrorCounts(**result[kind])


def _total(model: Model, keys: Iterable[Key], kind: str = "counts") -> ErrorCounts:
    return sum((_counts(model.results[key], kind) for key in keys if key in model.results), ErrorCounts())


def _units(key: Key, model: Model, other: Model) -> list[Unit]:
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


def _ranks(row: Row) -> bool:
    return row["status"] == FINISHED and row["wer"] != ""


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
