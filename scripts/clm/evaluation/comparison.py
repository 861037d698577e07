"""Comparison of every model with the baseline, its control and the champion, on the recordings that all finished.

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
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.results import controls
from clm.results.models import FEWEST_WORDS
from clm.scoring import mapsswe
from clm.settings import EvaluationSettings

#: The verdict on a control.
CONTROL = "control"

Pair = tuple[str, str]  # a model, and the one that it is compared with


class Evaluation:
    """All models, compared with the baseline, with their controls and with the champion.

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
    def p_values(self) -> dict[Pair, float | None]:
        """p-values of complete models against the baseline and their controls, by both names, corrected (Holm)."""
        return self._corrected(self.finished if self.base else [])

    def _corrected(self, models: Iterable[ModelScores]) -> dict[Pair, float | None]:
        """Holm's correction over all comparisons that could make one of these models better; controls cannot be.

        A control that has the results of the baseline makes no second comparison of the same one.
        """
        found: dict[Pair, Comparison] = {}
        same: dict[Pair, Pair] = {}
        for model in models:
            if model is self.base or model.is_control:
                continue
            for other in self._rivals(model):
                pair, with_baseline = (model.name, other), (model.name, self.baseline)
                comparison = self.versus(*pair)
                if comparison and pair != with_baseline and comparison == found.get(with_baseline):
                    same[pair] = with_baseline
                elif comparison:
                    found[pair] = comparison
        adjusted = bootstrap.holm({pair: comparison.p_value for pair, comparison in found.items()})
        return adjusted | {pair: adjusted[other] for pair, other in same.items()}

    def _rivals(self, model: ModelScores) -> list[str]:
        """Models than which a better one is proven better: the baseline, and its control where it has one."""
        control = self.control(model)
        return [self.baseline, *([control.name] if control else [])]

    def control(self, model: ModelScores) -> ModelScores | None:
        """The complete control of a generation; None if it has none, or for any other model."""
        wanted = model.summary.procedure
        if wanted is None or model.is_control:
            return None
        engine = model.summary.engine
        alike = {item.name: item for item in self.finished if item.is_control and item.summary.engine == engine}
        made = {name: item.summary.procedure for name, item in alike.items()}
        return alike.get(controls.choose(wanted, {name: found for name, found in made.items() if found}))

    @cached_property
    def champion(self) -> ModelScores | None:
        """The champion: from the baseline on, by age, each model proven better than the champion so far takes over.

        A model is compared with the baseline among the models up to it: newer ones do not undo the result.
        """
        champion = self.base
        for number, model in enumerate(self.finished, 1):
            if champion is None or model is self.base or model.is_control:
                continue
            if champion is self.base:
                better = self._judge(model, self._corrected(self.finished[:number]))[0] == bootstrap.BETTER
            else:
                control = self.control(model)
                better = not self._flaw(model) and all(
                    found is not None and found.verdict == bootstrap.BETTER
                    for found in (self.versus(model.name, rival.name) for rival in (champion, control) if rival)
                )
            champion = model if better else champion
        return champion

    def comparisons(self) -> dict[str, Against]:
        """By model: the statistics behind its verdict, against the baseline, the champion and its control."""
        return {
            model.name: Against(
                self._details(model, self.base),
                None if model.is_control else self._details(model, self.champion),
                self._details(model, self.control(model)),
            )
            for model in self.finished
            if self.base is not None
        }

    def verdict(self, model: ModelScores) -> str:
        """Better, worse or not proven, among all models; control for one; empty where nothing is compared."""
        if model.is_control:
            return CONTROL
        return self._judge(model, self.p_values)[0]

    def _judge(self, model: ModelScores, p_values: Mapping[Pair, float | None]) -> tuple[str, Reason | None]:
        """The verdict, and why a model with proven fewer errors than the baseline is not better."""
        found = self._proven(model, self.baseline, p_values)
        if found != bootstrap.BETTER:
            return found, None
        control = self.control(model)
        why = self._flaw(model)
        if why is None and control and self._proven(model, control.name, p_values) != bootstrap.BETTER:
            why = codes.control_does_as_well(control.name)
        return (bootstrap.NOT_PROVEN, why) if why else (found, None)

    def _proven(self, model: ModelScores, other: str, p_values: Mapping[Pair, float | None]) -> str:
        """The verdict against one other model: that of the interval, unless Holm's correction takes the proof away."""
        comparison, p_value = self.versus(model.name, other), p_values.get((model.name, other))
        if comparison is None:
            return ""
        proven = p_value is not None and p_value < 1 - self.evaluation.confidence
        return comparison.verdict if proven else bootstrap.NOT_PROVEN

    def _flaw(self, model: ModelScores) -> Reason | None:
        """Reason for which a model is never better, whatever its errors: too little text, as much harm as good."""
        words = model.summary.corpus_words
        if words is not None and words < FEWEST_WORDS:
            return codes.few_words(words, FEWEST_WORDS)
        for keys in (self.scope(model, self._named(self.baseline))[1], self.keys(self.compared)):
            results = [model.results[key] for key in keys if key in model.results]
            fixed, broken = (sum(sum(getattr(item, kind).values()) for item in results) for kind in ("fixed", "broken"))
            if broken >= fixed:
                return codes.breaks_words(fixed, broken)
        return None

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
            return replace(difference, p_value_holm=self.p_values.get((model.name, other.name)))
        sums = [model.results[key].mapsswe for key in keys if key in model.results]
        test = mapsswe.matched_pairs(mapsswe.combine(part for part in sums if part is not None))
        return replace(
            difference,
            p_value_holm=self.p_values.get((model.name, self.baseline)),
            verdict=self.verdict(model),
            mapsswe=test,
            why=None if model.is_control else self._judge(model, self.p_values)[1],
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
