"""The folders that a model's verdict depends on, and those among them whose words its text does not hold."""

from dataclasses import dataclass

from clm.base.errors import UserError
from clm.evaluation import model_scores
from clm.healing.plan import Recordings
from clm.report.gather import ModelResults, Results


@dataclass(frozen=True)
class Clean:
    """WER of baseline and model on folders whose words the model's text does not hold; `words` of their references."""

    before: float
    now: float
    folders: int
    words: int


def folders(results: Results, model: ModelResults) -> list[str]:
    """Folders behind a model's verdict: held-out ones that it never learned from if it counts on those, else all."""
    if model.row.get("scope") != "heldout":
        return list(results.folders)
    try:
        audio = Recordings.read(results.directory / "inputs.json").audio
    except (UserError, OSError, LookupError, TypeError):
        audio = {}
    learned = set(model.plan.learned_folders(audio))
    return [name for name in results.heldout if name not in learned]


def is_leaked(model: ModelResults, folder: str) -> bool:
    """True if the model's text holds what is spoken in a folder."""
    found = model.leakage.get(folder)
    return found is not None and found.leaked


def clean(results: Results, model: ModelResults) -> Clean | None:
    """WER on folders whose words the model's text does not hold; None where there is none."""
    baseline = results.judged.get(results.baseline.name) if results.baseline else None
    judged = results.judged.get(model.name)
    if baseline is None or judged is None:
        return None
    names = {name for name in folders(results, model) if not is_leaked(model, name)}
    keys = sorted(key for key in results.compared if key[0] in names)
    before, now = model_scores.total(baseline, keys), model_scores.total(judged, keys)
    if before.rate is None or now.rate is None:
        return None
    return Clean(before.rate, now.rate, len({folder for folder, _ in keys}), now.words)


def seconds(results: Results, model: ModelResults) -> float:
    """Length of the audio behind a model's verdict; 0 where it is not known."""
    names = set(folders(results, model))
    lengths = (
        row.get("seconds") for row in results.runs if row.get("model") == model.name and row.get("folder") in names
    )
    return sum(float(length) for length in lengths if length)
