"""Warnings before a run starts."""

from __future__ import annotations

from pathlib import Path

from clm import engines
from clm.base import files
from clm.base.errors import UserError
from clm.base.messages import counted
from clm.config import load_yaml
from clm.healing.plan import History, corpus_settings
from clm.project import overview, record, submissions
from clm.project.dataset import Dataset
from clm.project.state import State
from clm.reasons import sentences
from clm.results import models, training
from clm.settings import Settings
from clm.types import Engine


def notes(state: State, dataset: Dataset) -> list[str]:
    """Warnings to show before the run starts."""
    settings = state.settings
    engine = engines.create(settings)
    found = []
    if state.submissions:
        found = [submissions.announcement(settings, state.costs, state.coming), *_base_notes(state, dataset)]
    found += _failed_notes(state)
    found += [*_text_notes(state, dataset), *overview.about(dataset)]
    if state.unusable_keywords:
        found.append(f"Continuing without keywords: {state.unusable_keywords}")
    former = _former_settings(state.results)
    if former and former.engine == engine.name and _transcribes_otherwise(former, engine):
        found.append(_price_note(state, engine))
    history = History.read(state.results / "models", state.finished, state.next)
    if state.finished and history.corpus not in (None, corpus_settings(settings.corpus)):
        found.append(
            "The corpus settings changed: finished models stay as they are, the next generation uses them."
            " Hint: snakemake --forcerun heal makes one now."
        )
    return found


def _former_settings(results: Path) -> Settings | None:
    """The settings of the last run, unless there was none or it was of a version whose settings lack something."""
    saved = results / record.READABLE_SETTINGS
    try:
        return Settings.of(load_yaml(saved)) if saved.exists() else None
    except TypeError:
        return None


def _transcribes_otherwise(former: Settings, engine: Engine) -> bool:
    try:
        return engines.create(former).transcription_settings() != engine.transcription_settings()
    except UserError:  # the schema may have changed since
        return False


def _price_note(state: State, engine: Engine) -> str:
    runs = state.results / "runs.csv"
    rows = files.read_table(runs) if runs.exists() else []
    lengths = {name: [float(row["seconds"] or 0) for row in rows if row["model"] == name] for name in state.running}
    seconds = sum(map(sum, lengths.values()))
    estimates = [engine.estimate(items, name) for name, items in lengths.items()]
    return (
        "Settings that transcription uses have changed:"
        f" at most {seconds / 60:.0f} minutes of audio (all models together) are transcribed again,"
        f" for ${sum(estimate.dollars for estimate in estimates):.2f}"
        f" and about {sum(estimate.cpu_seconds for estimate in estimates) / 60:.0f} minutes of CPU time."
    )


def _text_notes(state: State, dataset: Dataset) -> list[str]:
    """Warning where a model is due from so little text that it can prove nothing, before anything is spent on it."""
    words = dataset.training_words
    if not state.due or state.learns or dataset.keywords or words is None:
        return []
    if words >= models.FEWEST_WORDS:
        return []
    return [
        f"training_data has {counted(words, 'word')}, and a model from fewer than {models.FEWEST_WORDS} is never proven"
        " better. Hint: more text, or keywords, which articles are looked up for"
    ]


def _failed_notes(state: State) -> list[str]:
    """Models that could not be made, and how to try again."""
    directory = state.results / "models"
    failures = {
        name: models.failed(directory, name) for name in (*state.finished, *state.vocabularies, *state.controls)
    }
    notes = [
        f"{name} could not be made: {reason.rstrip('.')}."
        " Hint: snakemake --forcerun heal --config retry_failed=True tries once more."
        for name, reason in failures.items()
        if reason
    ]
    for name in state.making:
        outcome = training.read_if_there(directory / name / "training.json")
        if outcome and not (outcome.trained or outcome.twin or outcome.retry):
            notes.append(sentences.full(outcome.reason, f"{name} was not made: "))
    return notes


def _base_notes(state: State, dataset: Dataset) -> list[str]:
    """Warnings where a CLM's base model does not suit the recordings: Amazon accepts it, with worse results."""
    from clm.engines.transcribe import base_models

    directory = state.results / "models"
    clms = [name for name in (*state.finished, *state.accounts) if name in state.running]
    records = {name: models.read_record_if_there(directory / name / "model.json") for name in clms}
    details = {name: record.details for name, record in records.items() if record}
    if state.next in state.coming and (wanted := state.settings.transcribe["base_model"]):
        details[state.next] = {"base_model": wanted}
    rates = {
        name: frozenset(dataset.media(pair).rate or 0 for pair in dataset.folders[name].pairs if pair.audio)
        for name in (state.with_audio if details else ())
    }
    found = base_models.marks(details, rates)
    return [sentences.full(mark, f"{name}: ") for name, marks in found.items() for mark in marks]
