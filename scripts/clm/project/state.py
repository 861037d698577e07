"""What the main process decided when a run started, as jobs read it: they look for nothing themselves.

Without it a job on another machine would have to look through inputs and results, and one that starts after a model is
finished would number the next one differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm import config, engines
from clm.base import files
from clm.project import submissions
from clm.results import models

if TYPE_CHECKING:
    from clm.project.project import Project

#: The record in the results folder.
STATE = "state.json"


def write(project: Project, *, forced: bool) -> None:
    """Keep what jobs need to know of a project; `forced` tells that this run was told to heal."""
    attempts = {name: project.attempt(name) for name in project.folders}
    state = {
        "config": config.without_private(project.config),
        "folders": {
            name: [project.data.audio_digest(name), project.data.text_digest(name), attempts[name]]
            for name in project.folders
        },
        "keywords_digest": project.data.keywords_digest,
        "references_digest": project.data.references_digest,
        "normalizer": project.normalizer,
        "code": project.code,
        "training_inputs": project.training_inputs,
        "attempt": project.history.attempt,
        "models": project.models,
        "finished": project.finished,
        "running": project.running,
        "next": project.next,
        "next_vocabulary": project.next_vocabulary,
        "baseline_folders": project.folders_of(project.baseline),
        "due": project.due(forced=forced),
        "learns": project.learns(forced=forced),
        "vocabulary_due": project.vocabulary_due(forced=forced),
        "rounds": project.submissions.rounds if project.engine.submits else {},
    }
    files.write_json(project.results / STATE, state, indent=None)


class Decided:
    """Stands for the `Project` in a job: what rules that may run elsewhere ask of it, by the same names."""

    def __init__(self, results: Path) -> None:
        state = files.read_json(results / STATE)
        self.config = config.with_private(state["config"])
        self.results = results
        self.engine = engines.create(self.config)
        self.normalizer: dict[str, str] = state["normalizer"]
        self.code: dict[str, str] = state["code"]
        self.training_inputs: dict[str, Any] = state["training_inputs"]
        self.models: list[str] = state["models"]
        self.finished: list[str] = state["finished"]
        self.running: list[str] = state["running"]
        self.next: str = state["next"]
        self.next_vocabulary: str = state["next_vocabulary"]
        self.baseline: str = self.config["evaluation"]["baseline"] or self.engine.name
        self.data = Data(state)
        self.history = History(state["attempt"])
        self.submissions = Rounds(state["rounds"])
        self._state = state

    def folders_of(self, model: str) -> list[str]:
        """Folders on which a model is judged, as far as jobs ask: those of the baseline."""
        return self._state["baseline_folders"] if model == self.baseline else list(self._state["folders"])

    def run(self, model: str, folder: str) -> Path:
        """Directory of the results of one model on one folder."""
        return self.results / "runs" / model / folder

    def model_digest(self, model: str) -> str:
        """What a model was made from."""
        return models.load(self.results / "models", model, self.engine.name).digest

    def attempt(self, folder: str) -> dict[str, int]:
        """How often the folder was to be repeated or retried."""
        return self._state["folders"][folder][2]

    def due(self, *, forced: bool) -> str:
        """Why a new generation is due, or an empty string; whether one was forced is known already."""
        del forced
        return self._state["due"]

    def learns(self, *, forced: bool) -> bool:
        """Whether a generation that is due learns from missed words."""
        del forced
        return self._state["learns"]

    def vocabulary_due(self, *, forced: bool) -> bool:
        """Whether a custom vocabulary is to be made."""
        del forced
        return self._state["vocabulary_due"]

    def threads(self, model: str, cores: int) -> int:
        """One: a job elsewhere must not reckon otherwise than the run that sent it."""
        del model, cores
        return 1


class Data:
    """Digests of the data set."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._folders = state["folders"]
        self.keywords_digest: str = state["keywords_digest"]
        self.references_digest: str = state["references_digest"]

    def audio_digest(self, folder: str) -> str:
        """Digest of the names and contents of a folder's audio files."""
        return self._folders[folder][0]

    def text_digest(self, folder: str) -> str:
        """Digest of the names and contents of a folder's references."""
        return self._folders[folder][1]


@dataclass(frozen=True)
class History:
    """Number of the attempt to collect the corpus of the generation that is next."""

    attempt: int


class Rounds:
    """Numbers of the runs that submit folders to an engine that works elsewhere."""

    def __init__(self, rounds: Mapping[str, Any]) -> None:
        self._rounds = rounds

    def round(self, model: str, folder: str) -> int:
        """The number of the run that submits a folder to a model."""
        return submissions.round_of(self._rounds, model, folder)
