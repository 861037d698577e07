"""Comparison of every model with the baseline and the champion, on the recordings that all finished.

Models are compared on the recordings that every complete model finished, so that all WERs are over the same words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

from clm.evaluation import bootstrap, model_scores
from clm.evaluation.bootstrap import Comparison
from clm.evaluation.comparisons import Against, Difference
from clm.evaluation.model_scores import FINISHED, Key, ModelScores
from clm.evaluation.summaries import Summary
from clm.scoring import mapsswe
from clm.settings import EvaluationSettings


class Evaluation:
    """All models, compared with the baseline and with the champion.

    Args:
        summaries: of all models, oldest first.
        folders: the recordings of every usable folder.
        baseline: the model that verdicts refer to; its own row has no change, p-value and scope.
        evaluation: how models are compared; `heldout` are names of folders.

    """

    def __init__(
        self,
        summaries: Sequence[Summary],
        folders: Mapping[str, Iterable[str]],
        baseline: str,
        evaluation: EvaluationSettings,
    ) -> None:
        self.folders = {name: sorted(set(folders[name])) for name in sorted(folders)}
        self.baseline = baseline
        self.evaluation = evaluation
        self.models = model_scores.sort_out(summaries, folders, baseline)
        self.finished = [model for model in self.models if model.status == FINISHED]
        self.left_out = model_scores.left_out(self.finished)
        self.compared = {
            folder: [(folder, name) for name in names if (folder, name) not in self.left_out]
            for folder, names in self.folders.items()
        }
        self.base = next((model for model in self.finished if model.name == baseline), None)
        self.versus = cache(self._compare)

    @cached_property
    def p_values(self) -> dict[str, float | None]:
        """p-values of the complete models against the baseline, with Holm's correction for their number."""
        return self._corrected(self.finished if self.base else [])

    def _corrected(self, models: Iterable[ModelScores]) -> dict[str, float | None]:
        versus = {model.name: self.versus(model.name, self.baseline) for model in models if model is not self.base}
        return bootstrap.holm({name: found.p_value for name, found in versus.items() if found})

    @cached_property
    def champion(self) -> ModelScores | None:
        """The champion: from the baseline on, by age, each model proven better than the champion so far takes over.

        A model is compared with the baseline among the models up to it: newer ones do not undo the result.
        """
        champion = self.base
        for number, model in enumerate(self.finished, 1):
            if champion is None or model is self.base:
                continue
            if champion is self.base:
                better = self._judge(model, self._corrected(self.finished[:number])) == bootstrap.BETTER
            else:
                comparison = self.versus(model.name, champion.name)
                better = comparison is not None and comparison.verdict == bootstrap.BETTER
            champion = model if better else champion
        return champion

    def comparisons(self) -> dict[str, Against]:
        """By model: the statistics behind its verdict, against the baseline and against the champion."""
        return {
            model.name: Against(self._details(model, self.base), self._details(model, self.champion))
            for model in self.finished
            if self.base is not None
        }

    def verdict(self, model: ModelScores) -> str:
        """Better, worse or not proven against the baseline, among all models; empty where nothing is compared."""
        return self._judge(model, self.p_values)

    def _judge(self, model: ModelScores, p_values: Mapping[str, float | None]) -> str:
        """The verdict: that of the interval, unless Holm's correction takes the proof away."""
        comparison = self.versus(model.name, self.baseline)
        p_value = p_values.get(model.name)
        if comparison is None:
            return ""
        proven = p_value is not None and p_value < 1 - self.evaluation.confidence
        return comparison.verdict if proven else bootstrap.NOT_PROVEN

    def _compare(self, name: str, other_name: str) -> Comparison | None:
        """Compare within their scope; None where no recording is left to compare."""
        model, other = self._named(name), self._named(other_name)
        units = [unit for key in self.scope(model, other)[1] for unit in model_scores.units(key, model, other)]
        return bootstrap.compare(units, **self.settings) if units else None

    def _details(self, model: ModelScores, other: ModelScores | None) -> Difference | None:
        if other is None or model is other:
            return None
        comparison = self.versus(model.name, other.name)
        if comparison is None:
            return None
        scope, keys = self.scope(model, other)
        now, before = (model_scores.keywords(one, keys).false_alarms for one in (model, other))
        difference = Difference(
            model=other.name,
            scope=scope,
            recordings=len(keys),
            words=comparison.words,
            difference=comparison.difference,
            low=comparison.interval.low,
            high=comparison.interval.high,
            p_value=comparison.p_value,
            verdict=comparison.verdict,
            needed_words=comparison.needed_words,
            keyword_false_alarms=(now, before),
        )
        if other is not self.base:
            return difference
        sums = [model.results[key].mapsswe for key in keys if key in model.results]
        test = mapsswe.matched_pairs(mapsswe.combine(part for part in sums if part is not None))
        return replace(
            difference,
            p_value_holm=self.p_values.get(model.name),
            verdict=self.verdict(model),
            mapsswe=test,
        )

    @property
    def settings(self) -> dict[str, Any]:
        """Resamples and confidence, as `clm.evaluation.bootstrap` takes them."""
        return {"resamples": self.evaluation.resamples, "confidence": self.evaluation.confidence}

    def _named(self, name: str) -> ModelScores:
        return next(model for model in self.models if model.name == name)

    def keys(self, folders: Iterable[str]) -> list[Key]:
        """The compared recordings of some folders."""
        return [key for folder in folders for key in self.compared[folder]]

    def heldout(self, model: ModelScores) -> list[str]:
        """Folders with compared recordings that are held out for this model."""
        heldout = set(self.evaluation.heldout) - set(model.summary.learned_folders)
        return [folder for folder, keys in self.compared.items() if folder in heldout and keys]

    def scope(self, model: ModelScores, other: ModelScores) -> tuple[str, list[Key]]:
        """Recordings on which two models can be compared fairly: neither may have learned from held-out ones.

        Two models that learn from no recording (stock and imported ones) need no held-out folders.
        """
        if not (model.learns or other.learns):
            return "all", self.keys(self.compared)
        theirs = set(self.heldout(other))
        heldout = [folder for folder in self.heldout(model) if folder in theirs]
        return ("heldout", self.keys(heldout)) if len(heldout) >= 2 else ("all", self.keys(self.compared))
