"""Decision on what a run does, as one value, from settings, inputs and results; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from clm import engines
from clm.base.text_files import read_text
from clm.english.words import learnable
from clm.healing.plan import History, phrases_digest
from clm.normalization.normalizer import create_normalizer
from clm.project import checks, requests, submissions
from clm.project.dataset import Dataset
from clm.project.lineup import Lineup, control_inputs
from clm.project.state import FolderState, State
from clm.reasons import codes
from clm.results import code_digests, controls, models, training
from clm.settings import FROM_REFERENCES, Settings
from clm.types import Engine, Recording


def decide(settings: Settings, dataset: Dataset, results: Path) -> State:
    """Decide what a run does, as far as that is known before `--forcerun` is (see `State.forced`).

    Raises:
        UserError: the run as a whole cannot succeed.

    """
    engine = engines.create(settings)
    lineup = Lineup.read(settings, dataset, results, engine)
    checks.check(settings, dataset, lineup)
    asked = requests.asked(settings, lineup)
    history = History.read(results / "models", lineup.finished, lineup.next)
    training_inputs = _training_inputs(dataset, engine)
    judged = {name: lineup.folders_of(name) for name in lineup.all if name not in lineup.running}
    return State(
        settings=_effective(settings, dataset, lineup),
        folders={name: _folder(dataset, name, asked.get(name, requests.NEVER)) for name in dataset.folders},
        left_out=dataset.left_out,
        unusable_keywords=dataset.unusable_keywords,
        normalizer=_normalizer(settings, dataset),
        code=code_digests.digests(),
        keywords_digest=dataset.keywords_digest,
        references_digest=dataset.references_digest,
        training_inputs=training_inputs,
        attempt=history.attempt,
        models=lineup.all,
        finished=lineup.finished,
        vocabularies=lineup.vocabularies,
        trained=lineup.trained,
        running=lineup.running,
        accounts=lineup.accounts,
        next=lineup.next,
        next_vocabulary=lineup.next_vocabulary,
        combinations=lineup.combinations,
        possible_combinations=lineup.possible_combinations,
        partial=judged,
        imported=_imported(dataset, lineup),
        model_digests={name: lineup.model(name).digest for name in lineup.running},
        unfinished={name: lineup.unfinished(name) for name in (*lineup.running, *lineup.making)},
        reason=_reason(settings, dataset, history, training_inputs),
        continues=bool(history.plan and history.plan.learn and history.pending),
        new_phrases=_has_new_phrases(lineup, history, training_inputs["keywords"]),
        latest_plan=_latest_plan(lineup, history),
        controls=lineup.controls,
        due_controls={name: lineup.procedures[name].words for name in lineup.due_controls},
        next_control=lineup.next_control,
        control_words=_control_words(lineup, engine),
        controlled=lineup.controlled,
        control_inputs=control_inputs(dataset, engine),
        submissions=_submissions(settings, dataset, lineup, engine, asked) if engine.submits else None,
    )


def _effective(settings: Settings, dataset: Dataset, lineup: Lineup) -> Settings:
    """The settings with every `auto` replaced by what was found."""
    paths = {key: getattr(dataset, key) for key in ("keywords", "training_data", "tuning_data")}
    baseline = None if lineup.baseline == lineup.stock else lineup.baseline
    evaluation = replace(settings.evaluation, heldout=dataset.heldout, baseline=baseline)
    found = {key: None if path is None else str(path) for key, path in paths.items()}
    found["tuning_data"] = FROM_REFERENCES if settings.tuning_data == FROM_REFERENCES else found["tuning_data"]
    return replace(settings, **found, evaluation=evaluation)


def _folder(dataset: Dataset, name: str, request: Mapping[str, int]) -> FolderState:
    folder = dataset.folders[name]
    return FolderState(dataset.audio_digest(name), dataset.text_digest(name), folder.has_audio, **request)


def _normalizer(settings: Settings, dataset: Dataset) -> dict[str, str]:
    """Dependencies of normalized texts besides the texts: arguments of normalize.py, and a digest of equivalents."""
    equivalents = settings.normalizer.equivalents
    return {
        "profile": settings.normalizer.profile,
        "without": " ".join(settings.normalizer.without),
        "equivalents": equivalents or "",
        "digest": dataset.digests.sha256(Path(equivalents))[:16] if equivalents else "",
    }


def _imported(dataset: Dataset, lineup: Lineup) -> dict[str, dict[str, str]]:
    """Digests of the results that were imported, by model and folder of the input."""
    return {
        model: {folder: dataset.digests.sha256(paths[folder]) for folder in lineup.imported_folders(model)}
        for model, paths in lineup.imported.items()
    }


# -- generations -------------------------------------------------------------------------------------------------


def _training_inputs(dataset: Dataset, engine: Engine) -> dict[str, Any]:
    """Material of a generation besides missed words; a change asks for a new generation."""
    paths = {
        "keywords": dataset.keywords,
        "training_data": dataset.training_data,
        "tuning_data": dataset.tuning_data,
    }
    digests = {key: dataset.path_digest(path) for key, path in paths.items()}
    if dataset.settings.tuning_data == FROM_REFERENCES:  # a folder more must not train anew by itself
        digests["tuning_data"] = FROM_REFERENCES
    return {**digests, "settings": engine.training_settings()}


def _reason(settings: Settings, dataset: Dataset, history: History, training_inputs: Mapping[str, Any]) -> str:
    """Reason for which a new generation is due by itself, in the form of `clm.reasons.codes.dumps`, or an empty string.

    Keywords and own text give one; missed words do if `self_heal` allows it.
    """
    has_text = any(training_inputs[key] for key in ("keywords", "training_data"))
    new_evidence = settings.self_heal and bool(dataset.evidence - history.evidence)
    inputs = training_inputs
    if dataset.unusable_keywords:  # one badly saved file must not lead to a generation without keywords
        inputs = (history.last and history.last.training_inputs) or inputs
    reason = history.due(inputs, has_text=has_text, new_evidence=new_evidence)
    return codes.dumps(reason) if reason else ""


def _control_words(lineup: Lineup, engine: Engine) -> dict[str, int]:
    """Words of the controls that could serve the next generation."""
    present = controls.settings_digest(engine.training_settings())
    alike = {
        name: found
        for name, found in lineup.procedures.items()
        if (found.settings == present and found.recipe >= engine.recipe) or name in lineup.due_controls
    }
    return {name: found.words for name, found in alike.items()}


def _has_new_phrases(lineup: Lineup, history: History, keywords: str | None) -> bool:
    """True if the latest plan has phrases that are in no vocabulary yet."""
    directory = lineup.results / "models"
    outcome = training.read_if_there(directory / lineup.next_vocabulary / "training.json")
    if not history.last or (outcome and outcome.retry):
        return bool(history.last)
    made = [models.read_record(directory / name / "model.json").made_from for name in lineup.vocabularies]
    return phrases_digest(history.last, keywords) not in (*made, outcome and outcome.made_from)


def _latest_plan(lineup: Lineup, history: History) -> str:
    """File of the latest plan, below the results folder; empty if there is none."""
    if not history.plan and not lineup.finished:
        return ""
    return f"models/{lineup.next if history.plan else lineup.finished[-1]}/plan.json"


# -- remote engines ----------------------------------------------------------------------------------------------


def _submissions(
    settings: Settings, dataset: Dataset, lineup: Lineup, engine: Engine, asked: requests.Requests
) -> submissions.Submissions:
    recordings = {name: _recordings(dataset, name, asked.get(name, requests.NEVER)) for name in dataset.with_audio}
    words = _words_to_learn(settings, dataset) if settings.transcribe["comprehend"] else []
    return submissions.look(settings, lineup, engine, recordings, words)


def _recordings(dataset: Dataset, folder: str, request: Mapping[str, int]) -> list[Recording]:
    """The recordings of a folder, with what a remote engine needs to know of them before it starts."""
    return [
        Recording(pair.name, pair.audio, dataset.audio_id(pair), **dataset.looks(pair), **request)
        for pair in dataset.folders[folder].pairs
        if pair.audio is not None
    ]


def _words_to_learn(settings: Settings, dataset: Dataset) -> list[str]:
    """All learnable words of the references that a generation may learn from."""
    normalizer = create_normalizer(settings.normalizer.profile, settings.language, settings.normalizer.without)
    names = [name for name in dataset.with_audio if name not in dataset.heldout]
    pairs = [pair for name in names for pair in dataset.folders[name].pairs]
    return sorted({word for pair in pairs for word in normalizer(read_text(pair.text)).split() if learnable(word)})
