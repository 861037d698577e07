"""The models of a run: the existing ones, those run on new recordings, and those that may be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from clm.base.errors import UserError
from clm.base.messages import nearest
from clm.project import imported
from clm.project.dataset import Dataset
from clm.results import controls, models, training
from clm.results.controls import Procedure
from clm.settings import Settings
from clm.types import Engine, Model


@dataclass(frozen=True)
class Lineup:
    """The models as they are on disk when a run starts.

    `finished` and `vocabularies` are the generations of the active engine, oldest first, `controls` their controls;
    `accounts` maps models that the account has already to their names there; `imported` maps imported models to their
    folders. `controlled` says whether generations have controls in this run; `due_controls` are those that existing
    ones lack, and `procedures` tells how all of them are made.
    """

    settings: Settings
    dataset: Dataset
    results: Path
    finished: tuple[str, ...]
    vocabularies: tuple[str, ...]
    accounts: Mapping[str, str]
    imported: Mapping[str, Mapping[str, Path]]
    next: str
    next_vocabulary: str
    remote: bool = False
    controls: tuple[str, ...] = ()
    controlled: bool = False
    due_controls: tuple[str, ...] = ()
    procedures: Mapping[str, Procedure] = field(default_factory=dict)

    @classmethod
    def read(cls, settings: Settings, dataset: Dataset, results: Path, recognizer: Engine) -> Lineup:
        """Read the results folder; a remote engine keeps models in an account."""
        engine, directory, remote = settings.engine, results / "models", recognizer.submits
        generations = models.finished(directory, engine)
        vocabularies = models.finished(directory, engine, models.VOCABULARY)
        names = settings.transcribe["models"] if remote else ()
        made = models.finished(directory, engine, models.CONTROL)
        wanted = bool(settings.evaluation.control is True or (settings.evaluation.control and not remote))
        controlled = wanted and bool(settings.is_english or settings.evaluation.control_text)
        procedures = _procedures(directory, made, failed_too=not settings.retry_failed)
        due = _due_controls(settings, dataset, directory, recognizer, generations, procedures) if controlled else {}
        return cls(
            settings=settings,
            dataset=dataset,
            results=results,
            finished=tuple(generations if dataset.with_audio else ()),
            vocabularies=tuple(vocabularies),
            accounts={f"{engine}-{name}": name for name in names},
            imported=imported.folders(results / "store"),
            next=models.following(generations, engine),
            next_vocabulary=models.following(vocabularies, engine, models.VOCABULARY),
            remote=remote,
            controls=tuple(made),
            controlled=controlled,
            due_controls=tuple(due),
            procedures={**procedures, **due},
        )

    @property
    def next_control(self) -> str:
        """Name of the control that the next generation gets, if none of the others serves it."""
        return models.following((*self.controls, *self.due_controls), self.stock, models.CONTROL)

    @property
    def stock(self) -> str:
        """The stock model, which is named like its engine."""
        return self.settings.engine

    @property
    def making(self) -> tuple[str, ...]:
        """The models that this run would make, with the combinations that they may come to be part of."""
        return (self.next, self.next_vocabulary, *self.possible_combinations, *self.due_controls, self.next_control)

    @cached_property
    def combinations(self) -> tuple[str, ...]:
        """The newest CLM and the newest vocabulary in one job, if that is wanted and both are there."""
        pair = self._newest(self.finished), self._newest(self.vocabularies)
        return (models.combination(*pair),) if self._combines and all(pair) else ()

    @property
    def possible_combinations(self) -> tuple[str, ...]:
        """Combinations that this run may make."""
        if not self._combines:
            return ()
        pairs = (
            (self.next, self.next_vocabulary),
            (self.next, self._newest(self.vocabularies)),
            (self._newest(self.finished), self.next_vocabulary),
        )
        return tuple(models.combination(*pair) for pair in pairs if all(pair))

    @property
    def _combines(self) -> bool:
        section = self.settings.transcribe
        return bool(self.remote and section["vocabulary"] and section["combine"])

    def _newest(self, names: tuple[str, ...]) -> str:
        directory = self.results / "models"
        return next((name for name in reversed(names) if not models.failed(directory, name)), "")

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Models of the active engine that exist, failed ones included; none where there is no audio."""
        if not self.dataset.with_audio:
            return ()
        return (self.stock, *self.finished, *self.vocabularies, *self.combinations, *self.accounts, *self.controls)

    @cached_property
    def all(self) -> tuple[str, ...]:
        """Every model of the leaderboard that exists: stock, generations, then those of other engines.

        Imported models come last; those without a folder that is still in the input do not count.
        """
        others = {path.name for path in self.results.glob("runs/*") if path.is_dir()} - {*self.own, self.stock}
        unborn = {name for name in others if models.is_own(name) and name.startswith(f"{self.stock}-")}
        others = {name for name in others - unborn if not name.startswith(imported.PREFIX)}
        return (*self.own, *sorted(others), *(name for name in self.imported if self.imported_folders(name)))

    @cached_property
    def trained(self) -> tuple[str, ...]:
        """Models of the leaderboard, of any engine, that were trained here from users' text: those with a corpus."""
        directories = ((name, self.results / "models" / name) for name in self.all if not models.is_control(name))
        return tuple(
            name for name, path in directories if (path / "corpus").is_dir() and (path / "model.json").exists()
        )

    @cached_property
    def baseline(self) -> str:
        """The model that others are compared with.

        Raises:
            UserError: the settings name one that is not there.

        """
        name = self.settings.evaluation.baseline
        if name is None:
            return self.stock if self.dataset.with_audio or not self.all else self.all[0]
        if name not in self.all:
            raise UserError(f"config: evaluation.baseline: there is no model {name!r}", nearest(name, self.all))
        return name

    @cached_property
    def running(self) -> tuple[str, ...]:
        """Models that exist and are run on new recordings in this run.

        Raises:
            UserError: the settings name one that is not there.

        """
        wanted = {self.stock, self.baseline, *self.accounts, *self._chosen()}
        # A generation that was never summarized is not done with its first run.
        wanted |= {name for name in self.own if not (self.results / "summaries" / f"{name}.json").exists()}
        if not self.settings.vocabulary:
            wanted -= set(self.vocabularies)
        wanted = {*wanted, *self._controls_of(wanted)} if self.controlled else wanted - set(self.controls)
        failed = {name for name in self.own if models.failed(self.results / "models", name)}
        return tuple(name for name in self.own if name in wanted and name not in failed)

    def _controls_of(self, names: Iterable[str]) -> set[str]:
        """The controls of these models."""
        directory = self.results / "models"
        usable = _procedures(directory, self.controls)
        return {controls.choose(wanted, usable) for wanted in _procedures(directory, names).values()} - {""}

    def _chosen(self) -> tuple[str, ...]:
        """The models that the settings choose."""
        if self.settings.models == "all":
            return self.own
        known = (*self.own, *self.imported)
        for name in self.settings.models:
            if name not in known:
                raise UserError(f"config: models: there is no model {name!r}", nearest(name, known))
        return tuple(self.settings.models)

    def model(self, name: str) -> Model:
        """A model that exists; one of the account is known by its name alone."""
        if name in self.accounts:
            return Model(name, self.results / "models" / name, models.account_digest(self.accounts[name]))
        return models.load(self.results / "models", name, self.stock)

    def run(self, model: str, folder: str) -> Path:
        """Directory of the results of one model on one folder."""
        return self.results / "runs" / model / folder

    def imported_folders(self, model: str) -> tuple[str, ...]:
        """Folders of the input for which transcripts were imported."""
        return tuple(name for name in self.dataset.folders if name in self.imported[model])

    def folders_of(self, model: str) -> tuple[str, ...]:
        """Folders on which a model is judged: all, or for a model that is not run (any more) those it has finished."""
        if model in self.imported:
            return self.imported_folders(model)
        if model in self.running or model in self.making:
            return self.dataset.with_audio
        return tuple(name for name in self.dataset.folders if (self.run(model, name) / "transcript.json").exists())

    def unfinished(self, model: str) -> int:
        """Number of folders that a model has not finished."""
        paths = (self.run(model, name) / "transcript.json" for name in self.dataset.with_audio)
        return sum(not path.exists() for path in paths)


def control_inputs(dataset: Dataset, engine: Engine) -> str:
    """Digest of what controls are made from, but for the number of words."""
    path = dataset.settings.evaluation.control_text
    text = dataset.path_digest(Path(path)) if path else None
    return controls.inputs_digest(controls.settings_digest(engine.training_settings()), engine.recipe, text)


def _procedures(directory: Path, names: Iterable[str], *, failed_too: bool = False) -> dict[str, Procedure]:
    found = {name: controls.procedure(directory, name, failed_too=failed_too) for name in names}
    return {name: procedure for name, procedure in found.items() if procedure}


def _due_controls(
    settings: Settings,
    dataset: Dataset,
    directory: Path,
    engine: Engine,
    generations: Iterable[str],
    procedures: Mapping[str, Procedure],
) -> dict[str, Procedure]:
    """Controls to make for existing generations that are run and were made with the present settings.

    What could not be made is not tried again before what it is made from changes.
    """
    if not dataset.with_audio:
        return {}
    chosen = (name for name in generations if settings.models == "all" or name in settings.models)
    present = controls.settings_digest(engine.training_settings())
    wanted = [found for found in _procedures(directory, chosen).values() if found.settings == present]
    taken = models.finished(directory, engine.name, models.CONTROL)
    inputs = control_inputs(dataset, engine)
    due = {}
    for name, procedure in controls.due(wanted, procedures, taken, engine.name).items():
        outcome = training.read_if_there(directory / name / "training.json")
        if outcome is None or outcome.trained or outcome.retry or outcome.made_from != inputs:
            due[name] = procedure
    return due
