"""Everything the report shows, read from the results folder; missing files are reported, and not fatal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from clm.base import files
from clm.base.errors import UserError
from clm.config import load_yaml
from clm.evaluation import comparisons, model_scores, summaries
from clm.evaluation.comparisons import Comparisons
from clm.evaluation.model_scores import ModelScores
from clm.evaluation.summaries import Summary
from clm.healing.plan import Recordings
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.results import invocation, models, plans, training
from clm.results.models import ModelRecord
from clm.results.plans import Plan
from clm.scoring import leakage, model_diagnosis
from clm.scoring.leakage import Leakage
from clm.scoring.model_diagnosis import ModelDiagnosis

Row = dict[str, str]
Record = TypeVar("Record")
Empty = TypeVar("Empty")


@dataclass(frozen=True)
class ModelResults:
    """Files on disk about one model; an empty value, or None, where there is nothing."""

    row: Row
    about: ModelRecord | None
    plan: Plan
    summary: Summary | None
    diagnosis: ModelDiagnosis
    leakage: Leakage
    statuses: list[Row]
    sources: list[Row]
    lexicon: list[Row]

    @property
    def name(self) -> str:
        """The model's name."""
        return self.row["model"]

    @property
    def complete(self) -> bool:
        """True if it is compared with the others."""
        return bool(self.row.get("verdict"))

    @property
    def leaked(self) -> bool:
        """True if its text holds what is spoken in the recordings."""
        return any(found.leaked for found in self.leakage.values())


@dataclass
class Results:
    """A results folder.

    `models` are in the order of the leaderboard; `notices` are those on files by folder, as JSON, "" for those of none;
    `unusable_keywords` says why a keywords file is not used; `untrained` why the latest generation that was planned
    does not exist; `command` are the words that started the run; `problems` say what could not be read.
    """

    directory: Path
    config: dict[str, Any]
    board: list[Row]
    runs: list[Row]
    comparisons: Comparisons
    folders: dict[str, list[str]]
    left_out: dict[str, str]
    text_only: list[str]
    models: dict[str, ModelResults]
    keyword_statuses: list[Row]
    keyword_sources: list[Row]
    notices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    unusable_keywords: str = ""
    untrained: Reason | None = None
    command: tuple[str, ...] = invocation.USUAL
    problems: list[str] = field(default_factory=list)

    @cached_property
    def baseline(self) -> ModelResults | None:
        """The model that the others are compared with, if it is complete."""
        return next((model for model in self.models.values() if model.row.get("verdict") == "baseline"), None)

    @cached_property
    def first_scored(self) -> ModelResults | None:
        """The first model with a WER, where there is no complete baseline."""
        return next((model for model in self.models.values() if model.row.get("wer")), None)

    @cached_property
    def champion(self) -> ModelResults | None:
        """The champion: the best of several models. One that nothing is compared with is none."""
        if not self.challengers:
            return None
        return next((model for model in self.models.values() if model.row.get("champion")), self.baseline)

    @cached_property
    def challengers(self) -> list[ModelResults]:
        """Complete models except baseline and controls, the oldest first."""
        candidates = (model for model in self.models.values() if not models.is_control(model.name))
        judged = [model for model in candidates if model.complete and model is not self.baseline]
        return sorted(judged, key=lambda model: (model.row.get("created", ""), model.name))

    @cached_property
    def subject(self) -> ModelResults | None:
        """The model that the report is about: a champion that beat the baseline, else the newest one."""
        if self.champion and self.champion is not self.baseline:
            return self.champion
        return self.challengers[-1] if self.challengers else None

    @cached_property
    def by_age(self) -> list[ModelResults]:
        """The baseline, then the other models, the oldest first: what was before stands before what came after."""
        others = [model for model in self.models.values() if model is not self.baseline]
        others.sort(key=lambda model: (model.row.get("created", ""), model.name))
        return [*([self.baseline] if self.baseline else []), *others]

    @property
    def topic(self) -> str:
        """The name of the model that tables show at first."""
        return self.subject.name if self.subject else next(iter(self.models), "")

    @cached_property
    def generations(self) -> list[ModelResults]:
        """The stock model and the generations of the engine that has most of them, in order."""
        engine = self.baseline.row.get("engine") if self.baseline else None
        found = [
            model
            for model in self.models.values()
            if models.number(model.name) and model.row.get("wer") and model.row.get("engine") in (engine, None)
        ]
        stock = [model for model in self.models.values() if model.name == engine and model.row.get("wer")]
        return [*stock, *sorted(found, key=lambda model: models.number(model.name))]

    @cached_property
    def judged(self) -> dict[str, ModelScores]:
        """Summaries matched with the existing recordings, by model."""
        known = [model.summary for model in self.models.values() if model.summary]
        baseline = self.baseline.name if self.baseline else ""
        return {model.name: model for model in model_scores.sort_out(known, self.folders, baseline)}

    @cached_property
    def compared(self) -> set[model_scores.Key]:
        """Recordings behind the figures of the leaderboard."""
        finished = [model for model in self.judged.values() if model.status == model_scores.FINISHED]
        everything = {(folder, name) for folder, names in self.folders.items() for name in names}
        return everything - model_scores.left_out(finished).keys()

    @cached_property
    def audio(self) -> Mapping[str, frozenset[str]]:
        """By folder: the names under which plans list its recordings; empty if inputs.json cannot be read."""
        try:
            return Recordings.read(self.directory / "inputs.json").audio
        except (UserError, OSError, LookupError, TypeError):
            return {}

    @property
    def heldout(self) -> list[str]:
        """Folders that no model may learn from."""
        names = self.config.get("evaluation", {}).get("heldout")
        return [name for name in self.folders if name in names] if isinstance(names, list) else []


class _Reader:
    """Reader of files that collects problems."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.problems: list[str] = []

    def record(self, name: str, read: Callable[[Path], Record], empty: Empty, *, wanted: bool = True) -> Record | Empty:
        """A record below the results folder, by its reader; an empty one if there is none, or it cannot be read."""
        found: Record | None = self._try(name, read, wanted=wanted)
        return empty if found is None else found

    def json(self, name: str, *, wanted: bool = True) -> dict[str, Any]:
        """A JSON file below the results folder; empty if there is none, or it cannot be read."""
        return self._try(name, files.read_json, wanted=wanted) or {}

    def table(self, name: str, *, delimiter: str = ",", wanted: bool = False) -> list[Row]:
        """Rows of a table; none if there is no such file."""

        def read(path: Path) -> list[Row]:
            rows = files.read_table(path, delimiter=delimiter)
            return [{key: value or "" for key, value in row.items() if isinstance(key, str)} for row in rows]

        return self._try(name, read, wanted=wanted) or []

    def yaml(self, name: str) -> dict[str, Any]:
        """The configuration of the run."""
        return self._try(name, load_yaml, wanted=True) or {}

    def _try(self, name: str, read: Callable[[Path], Any], *, wanted: bool) -> Any:
        path = self.directory / name
        try:
            return read(path)
        except FileNotFoundError:
            if wanted:
                self.problems.append(f"{name} is missing, and its content with it.")
        except UserError as error:
            self.problems.append(f"{name} is left out: {error.message}")
        except (ValueError, TypeError, AttributeError, LookupError, OSError) as error:
            self.problems.append(f"{name} is left out: it cannot be read ({type(error).__name__})")
        return None


def read(directory: Path) -> Results:
    """Read a results folder.

    Raises:
        UserError: there is no leaderboard.

    """
    if not (directory / "leaderboard.csv").exists():
        raise UserError(f"{directory / 'leaderboard.csv'}: not there yet", "snakemake --cores 4 makes it")
    reader = _Reader(directory)
    board = [row for row in reader.table("leaderboard.csv", wanted=True) if row.get("model")]
    index = reader.json("inputs.json")
    folders = index.get("folders", {})
    text_only = index.get("text_only", [])
    found = {row["model"]: _read_model(reader, row, folders, text_only) for row in board}
    return Results(
        directory=directory,
        config=reader.yaml("config.yaml"),
        board=board,
        runs=reader.table("runs.csv", wanted=True),
        comparisons=reader.record("comparisons.json", comparisons.read, Comparisons()),
        folders=folders,
        left_out=index.get("left_out", {}),
        text_only=text_only,
        models=found,
        keyword_statuses=reader.table("corpus/keywords/status.csv"),
        keyword_sources=reader.table("corpus/keywords/sources.tsv", delimiter="\t"),
        notices=index.get("notices", {}),
        unusable_keywords=str(reader.json("state.json", wanted=False).get("unusable_keywords") or ""),
        untrained=_untrained(reader, {row["model"] for row in board}),
        command=invocation.read(directory),
        problems=reader.problems,
    )


def _read_model(reader: _Reader, row: Row, folders: dict[str, list[str]], text_only: list[str]) -> ModelResults:
    name = row["model"]
    trained = bool(models.number(name))
    home = f"models/{name}"
    summary = reader.record(f"summaries/{name}.json", summaries.read, None)
    about = reader.record(f"{home}/model.json", models.read_record, None, wanted=trained and summary is not None)
    if summary is not None:
        described = replace(summary, engine=row.get("engine", ""), failure=summaries.failure(about))
        summary = summaries.without_audio(described, folders, text_only)
    return ModelResults(
        row=row,
        about=about,
        plan=reader.record(f"{home}/plan.json", plans.read, Plan(), wanted=False),
        summary=summary,
        diagnosis=reader.record(f"diagnosis/{name}.json", model_diagnosis.read, ModelDiagnosis()),
        leakage=reader.record(f"leakage/{name}.json", leakage.read, {}, wanted=False),
        statuses=reader.table(f"{home}/corpus/status.csv"),
        sources=reader.table(f"{home}/corpus/sources.tsv", delimiter="\t"),
        lexicon=reader.table(f"{home}/lexicon.tsv", delimiter="\t"),
    )


def _untrained(reader: _Reader, known: set[str]) -> Reason | None:
    """Why the latest generation that was planned, and is not on the leaderboard, was not trained."""
    names = [path.parent.name for path in reader.directory.glob("models/*/plan.json")]
    planned = [name for name in names if models.number(name) and name not in known]
    if not planned:
        return None
    name = max(planned, key=lambda name: (models.number(name), name))
    plan = reader.record(f"models/{name}/plan.json", plans.read, Plan())
    if not plan.train:
        return codes.nothing_to_learn()
    outcome = reader.record(f"models/{name}/training.json", training.read, None, wanted=False)
    return outcome.reason if outcome else None
