"""The leaderboard: one row per model, and one row per model and folder, from the summaries of all models.

Models are compared on the recordings that every complete model finished, so that all WERs stand on the same words.
Cells are strings, ready for `files.write_table`: rates are fractions with six decimals, and a cell is empty where
something is not known or has no meaning.

What a summary holds is described in `clm.compared`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

from clm import compared, segments, significance
from clm.compared import FAILED, FINISHED, INCOMPLETE, Key, Model
from clm.significance import Comparison

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

Row = dict[str, str]


class Leaderboard(NamedTuple):
    """Rows of leaderboard.csv and of runs.csv."""

    rows: list[Row]
    runs: list[Row]


def compare(
    summaries: Sequence[Mapping[str, Any]],
    folders: Mapping[str, Iterable[str]],
    baseline: str,
    evaluation: Mapping[str, Any],
) -> Leaderboard:
    """Make the rows of both tables; the arguments are those of `Evaluation`."""
    return Evaluation(summaries, folders, baseline, evaluation).leaderboard()


class Evaluation:
    """All models, compared with the baseline and with the champion.

    Args:
        summaries: of all models, oldest first.
        folders: the recordings of every usable folder.
        baseline: the model that verdicts refer to; its own row has no change, p-value and scope.
        evaluation: the configuration's `heldout` (names of folders), `resamples` and `confidence`.

    """

    def __init__(
        self,
        summaries: Sequence[Mapping[str, Any]],
        folders: Mapping[str, Iterable[str]],
        baseline: str,
        evaluation: Mapping[str, Any],
    ) -> None:
        self.folders = {name: sorted(set(folders[name])) for name in sorted(folders)}
        self.baseline = baseline
        self.evaluation = evaluation
        self.models = compared.sort_out(summaries, folders, baseline)
        self.finished = [model for model in self.models if model.status == FINISHED]
        self.left_out = compared.left_out(self.finished)
        self.compared = {
            folder: [(folder, name) for name in names if (folder, name) not in self.left_out]
            for folder, names in self.folders.items()
        }
        self.base = next((model for model in self.finished if model.name == baseline), None)
        self._versus = cache(self._compare)

    def leaderboard(self) -> Leaderboard:
        """The rows of both tables."""
        rows = [self._row(model) for model in self.models]
        rows.sort(key=lambda row: float(row["wer"]) if _ranks(row) else float("inf"))
        for rank, row in enumerate(filter(_ranks, rows), 1):
            row["rank"] = str(rank)
        return Leaderboard(rows, [self._run(model, folder) for model in self.models for folder in self.compared])

    # -- comparisons ---------------------------------------------------------------------------------------------

    @cached_property
    def p_values(self) -> dict[str, float | None]:
        """p-values of the complete models against the baseline, with Holm's correction for their number."""
        return self._corrected(self.finished if self.base else [])

    def _corrected(self, models: Iterable[Model]) -> dict[str, float | None]:
        versus = {model.name: self._versus(model.name, self.baseline) for model in models if model is not self.base}
        return significance.holm({name: found.p_value for name, found in versus.items() if found})

    @cached_property
    def champion(self) -> Model | None:
        """Start with the baseline; by age, a model proven better than the champion so far takes over.

        Whether it is better than the baseline is judged among the models up to it: newer ones do not undo it.
        """
        champion = self.base
        for number, model in enumerate(self.finished, 1):
            if champion is None or model is self.base:
                continue
            if champion is self.base:
                better = self._judge(model, self._corrected(self.finished[:number])) == significance.BETTER
            else:
                comparison = self._versus(model.name, champion.name)
                better = comparison is not None and comparison.verdict == significance.BETTER
            champion = model if better else champion
        return champion

    def comparisons(self) -> dict[str, Any]:
        """By model: the statistics behind its verdict, against the baseline and against the champion."""
        return {
            model.name: {
                "baseline": self._details(model, self.base),
                "champion": self._details(model, self.champion),
            }
            for model in self.finished
            if self.base is not None
        }

    def _judge(self, model: Model, p_values: Mapping[str, float | None]) -> str:
        """The verdict: that of the interval, unless Holm's correction takes the proof away."""
        comparison = self._versus(model.name, self.baseline)
        p_value = p_values.get(model.name)
        if comparison is None:
            return ""
        proven = p_value is not None and p_value < 1 - self.evaluation["confidence"]
        return comparison.verdict if proven else significance.NOT_PROVEN

    def _compare(self, name: str, other_name: str) -> Comparison | None:
        """Compare within their scope; None where no recording is left to compare."""
        model, other = self._named(name), self._named(other_name)
        units = [unit for key in self._scope(model, other)[1] for unit in compared.units(key, model, other)]
        return significance.compare(units, **self._settings) if units else None

    def _details(self, model: Model, other: Model | None) -> dict[str, Any] | None:
        if other is None or model is other:
            return None
        comparison = self._versus(model.name, other.name)
        if comparison is None:
            return None
        scope, keys = self._scope(model, other)
        details = {
            "model": other.name,
            "scope": scope,
            "recordings": len(keys),
            "words": comparison.words,
            "difference": comparison.difference,
            "low": comparison.interval.low,
            "high": comparison.interval.high,
            "p_value": comparison.p_value,
            "verdict": comparison.verdict,
            "needed_words": comparison.needed_words,
            "keyword_false_alarms": [compared.keywords(m, keys).false_alarms for m in (model, other)],
        }
        if other is not self.base:
            return details
        sums = [model.results[key].get("mapsswe") for key in keys if key in model.results]
        test = segments.matched_pairs(segments.combine(part for part in sums if part is not None))
        return details | {
            "p_value_holm": self.p_values.get(model.name),
            "verdict": self._judge(model, self.p_values),
            "mapsswe": test._asdict(),
        }

    # -- rows ----------------------------------------------------------------------------------------------------

    def _row(self, model: Model) -> Row:
        """A row of leaderboard.csv, but for its rank."""
        corpus_words = model.summary["corpus_words"]
        row = dict.fromkeys(COLUMNS, "") | {
            "model": model.name,
            "engine": model.summary["engine"],
            "champion": "yes" if model is self.champion else "",
            "corpus_words": "" if corpus_words is None else str(corpus_words),
            "created": model.summary["created"],
            "status": model.status,
        }
        by_folder = {folder: compared.total(model, keys).rate for folder, keys in self.compared.items()}
        rates = [rate for rate in by_folder.values() if rate is not None]
        if not rates:
            return row
        keys = self._keys(self.compared)
        units = [unit for key in keys for unit in compared.units(key, model, model)]
        low, high = significance.wer_interval(units, **self._settings)
        found = compared.keywords(model, keys)
        figures = self._figures(model, keys)
        del figures["hits"]
        row |= figures | {
            "wer_low": _rate(low),
            "wer_high": _rate(high),
            "keyword_recall": _rate(found.recall),
            "keyword_precision": _rate(found.precision),
            "heldout_wer": _rate(compared.total(model, self._keys(self._heldout(model))).rate),
            "folders": str(len(rates)),
            "mean_folder_wer": _rate(sum(rates) / len(rates)),
        }
        return row | self._verdict(model)

    def _run(self, model: Model, folder: str) -> Row:
        """A row of runs.csv; its sums over all folders are those of leaderboard.csv."""
        keys = [(folder, name) for name in self.folders[folder]]
        status = FINISHED if any(key in model.results for key in keys) else FAILED
        if any(key not in model.results and key not in model.failures for key in keys):
            status = INCOMPLETE
        reasons = [f"{key[1]}: {model.failures[key]}" for key in keys if key in model.failures]
        reasons += [
            f"{key[1]}: {LEFT_OUT} {self.left_out[key][0]}"
            for key in keys
            if key in self.left_out and key not in model.failures
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

    def _figures(self, model: Model, keys: Iterable[Key]) -> Row:
        """The columns that both tables have."""
        keys = list(keys)
        results = [model.results[key] for key in keys if key in model.results]
        counts, characters = compared.total(model, keys), compared.total(model, keys, "characters")
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
        comparison = self._versus(model.name, self.baseline)
        if comparison is None:
            return {}
        scope, keys = self._scope(model, self.base)
        before = compared.total(self.base, keys).rate
        return {
            "verdict": self._judge(model, self.p_values),
            "wer_change": _rate(comparison.difference / before if before else None),
            "p_value": _rate(self.p_values.get(model.name)),
            "scope": scope,
        }

    # -- what is compared ----------------------------------------------------------------------------------------

    @property
    def _settings(self) -> dict[str, Any]:
        return {name: self.evaluation[name] for name in ("resamples", "confidence")}

    def _named(self, name: str) -> Model:
        return next(model for model in self.models if model.name == name)

    def _keys(self, folders: Iterable[str]) -> list[Key]:
        return [key for folder in folders for key in self.compared[folder]]

    def _heldout(self, model: Model) -> list[str]:
        """Folders with compared recordings that are held out for this model."""
        heldout = set(self.evaluation["heldout"]) - set(model.summary["learned_folders"])
        return [folder for folder, keys in self.compared.items() if folder in heldout and keys]

    def _scope(self, model: Model, other: Model) -> tuple[str, list[Key]]:
        """Recordings on which two models can be compared fairly: neither may have learned from held-out ones.

        Between two that learn from no recording, stock models and imported ones, nothing need be held out.
        """
        if not (model.learns or other.learns):
            return "all", self._keys(self.compared)
        theirs = set(self._heldout(other))
        heldout = [folder for folder in self._heldout(model) if folder in theirs]
        return ("heldout", self._keys(heldout)) if len(heldout) >= 2 else ("all", self._keys(self.compared))


def _ranks(row: Row) -> bool:
    return row["status"] == FINISHED and row["wer"] != ""


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
