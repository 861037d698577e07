"""The folders that a model's verdict depends on, and those among them whose words its text does not hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clm.evaluation import bootstrap, model_scores
from clm.evaluation.bootstrap import Interval
from clm.evaluation.model_scores import Key
from clm.report.gather import ModelResults, Results


@dataclass(frozen=True)
class Clean:
    """WER of baseline and model on folders whose words the model's text does not hold.

    `keys` are the compared recordings there, `words` those of their references.
    """

    before: float
    now: float
    folders: Sequence[str]
    keys: Sequence[Key]
    words: int


def on_heldout(model: ModelResults) -> bool:
    """True if a model's verdict counts on held-out folders only."""
    return model.row.get("scope") == "heldout"


def folders(results: Results, model: ModelResults) -> list[str]:
    """Folders behind a model's verdict: held-out ones that it never learned from if it counts on those, else all."""
    if not on_heldout(model):
        return list(results.folders)
    learned = set(model.plan.learned_folders(results.audio))
    return [name for name in results.heldout if name not in learned]


def recordings(results: Results, names: Iterable[str]) -> list[Key]:
    """The compared recordings of these folders."""
    chosen = set(names)
    return sorted(key for key in results.compared if key[0] in chosen)


def leaked(results: Results, model: ModelResults) -> list[str]:
    """Folders behind a model's verdict whose words its text holds."""
    return [name for name in folders(results, model) if (found := model.leakage.get(name)) and found.leaked]


def clean(results: Results, model: ModelResults) -> Clean | None:
    """WER on folders whose words the model's text does not hold; None where there is none."""
    baseline = results.judged.get(results.baseline.name) if results.baseline else None
    judged = results.judged.get(model.name)
    if baseline is None or judged is None:
        return None
    keys = recordings(results, set(folders(results, model)) - set(leaked(results, model)))
    before, now = model_scores.total(baseline, keys), model_scores.total(judged, keys)
    if before.rate is None or now.rate is None:
        return None
    return Clean(before.rate, now.rate, sorted({folder for folder, _ in keys}), keys, now.words)


def interval(results: Results, model: ModelResults, keys: Iterable[Key]) -> Interval:
    """Confidence interval of a model's WER on these recordings, made as those of the leaderboard are."""
    judged = results.judged.get(model.name)
    settings = results.config.get("evaluation", {})
    if judged is None or not {"resamples", "confidence"} <= settings.keys():
        return bootstrap.UNKNOWN
    units = [unit for key in keys for unit in model_scores.units(key, judged, judged)]
    return bootstrap.wer_interval(units, resamples=settings["resamples"], confidence=settings["confidence"])


def seconds(results: Results, model: ModelResults, names: Iterable[str]) -> float:
    """Length of the audio of these folders as a model heard it; 0 where it is not known."""
    chosen = set(names)
    lengths = (
        row.get("seconds") for row in results.runs if row.get("model") == model.name and row.get("folder") in chosen
    )
    return sum(float(length) for length in lengths if length)
