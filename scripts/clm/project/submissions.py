"""What an engine that does its work elsewhere has still to do for us, what that will cost, and what it left undone.

The main process of Snakemake builds one `Submissions`; jobs read and write the files it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm.base import files
from clm.base.errors import UserError
from clm.base.messages import counted
from clm.base.progress import duration
from clm.results import models
from clm.results.store import Store
from clm.types import Recording

if TYPE_CHECKING:
    from clm.project.project import Project


#: Round of the folders of a model that were never submitted apart from the others.
_REST = ""

#: Name of Comprehend among the costs.
COMPREHEND = "comprehend"

Left = Mapping[str, Mapping[str, Mapping[str, str]]]


def unfinished_path(results: Path, engine: str, model: str) -> Path:
    """Where a submit job keeps what it left unfinished; an output of no rule."""
    return results / "store" / engine / "unfinished" / f"{model}.json"


def read_unfinished(results: Path, engine: str, model: str) -> Left:
    """Folder, recording, and the `reason` and `hint` why it is not finished."""
    return models.read_if_there(unfinished_path(results, engine, model)).get("folders", {})


def write_unfinished(results: Path, engine: str, model: str, left: Left) -> None:
    """Keep what is not finished, or that all is."""
    files.write_json(unfinished_path(results, engine, model), {"model": model, "folders": left})


def round_of(rounds: Mapping[str, Any], model: str, folder: str) -> int:
    """The number of the run that submits a folder to a model.

    >>> rounds = {"number": 3, "rounds": {"transcribe": {"": 1, "new folder": 2}}}
    >>> [round_of(rounds, "transcribe", folder) for folder in ("a folder", "new folder")]
    [1, 2]
    """
    known = rounds["rounds"].get(model, {})
    return known.get(folder, known.get(_REST, rounds["number"]))


@dataclass(frozen=True)
class Cost:
    """What a run will do at the engine: jobs, seconds of audio and those billed, US dollars.

    `rough` tells that some lengths are estimates; `unknown` counts recordings whose length cannot be told at all, which
    are taken for shortest.
    """

    jobs: int = 0
    seconds: float = 0.0
    billed: float = 0.0
    dollars: float = 0.0
    rough: bool = False
    unknown: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.jobs + other.jobs,
            self.seconds + other.seconds,
            self.billed + other.billed,
            self.dollars + other.dollars,
            self.rough or other.rough,
            self.unknown + other.unknown,
        )


class Submissions:
    """Everything is looked up once, when Snakemake reads the Snakefile."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._results = project.results
        self._store = Store(project.results / "store", project.engine)

    @cached_property
    def missing(self) -> dict[str, list[Recording]]:
        """By model that exists already: the recordings without a result, each audio once."""
        project = self._project
        missing = {}
        for name in project.running_now:
            model = models.load(self._results / "models", name, project.engine.name)
            recordings = {
                recording.sha256: recording
                for folder in project.folders_of(name)
                for recording in project.recordings(folder)
                if not self._store.has(recording, model)
            }
            missing[name] = list(recordings.values())
        return missing

    # A folder that changes makes one submit job run, and that must not touch the other folders. So every run has a
    # number, and each folder depends on the record of the run that submitted it last. (An input that is `ancient` would
    # not do: Snakemake overlooks all that depends on it where the job that makes it runs.)

    @cached_property
    def number(self) -> int:
        """The number of this run, if it submits anything."""
        done = (path.parent.name for path in self._results.glob("submitted/*/preflight.json"))
        return 1 + max((int(name) for name in done if name.isdigit()), default=0)

    @cached_property
    def _rounds(self) -> dict[str, dict[str, int]]:
        """By model and folder: the run that submits it."""
        recorded = models.read_if_there(self._rounds_path).get("rounds", {})
        rounds = {name: dict(folders) for name, folders in recorded.items()}
        for name, recordings in self.missing.items():
            known = rounds.setdefault(name, {_REST: self.number})
            waiting = {recording.sha256 for recording in recordings}
            for folder in self._project.folders if recordings else ():
                # A submission that was killed is not made up for by one of its own beside that of this run.
                killed = not self._submitted(name, known.get(folder, known[_REST])).exists()
                if killed or not waiting.isdisjoint(item.sha256 for item in self._project.recordings(folder)):
                    known[folder] = self.number
        return rounds

    def _submitted(self, model: str, number: int) -> Path:
        return self._results / "submitted" / str(number) / f"{model}.json"

    @property
    def _rounds_path(self) -> Path:
        return self._results / "store" / self._project.engine.name / "rounds.json"

    def round(self, model: str, folder: str) -> int:
        """The number of the run that submits a folder to a model; of this one for a model that it makes."""
        return round_of(self.rounds, model, folder)

    @cached_property
    def rounds(self) -> dict[str, Any]:
        """The number of this run, and those by model and folder; the models that it makes are submitted by itself."""
        coming = {name: {_REST: self.number} for name in self._project.making}
        return {"number": self.number, "rounds": {**self._rounds, **coming}}

    def record(self, *, forced: bool) -> None:
        """Keep the numbers when the run starts, for the next ones."""
        if any(self.missing.values()) or self._project.coming(forced=forced):
            files.write_json(self._rounds_path, self.rounds)

    @cached_property
    def share(self) -> float:
        """The part of the quotas for each of the models that are submitted at the same time."""
        return 1.0 / max(1, sum(map(bool, self.missing.values())))

    # -- money ---------------------------------------------------------------------------------------------------

    def cost(self, model: str, recordings: Iterable[Recording]) -> Cost:
        """What transcribing these recordings with a model costs."""
        usable = [recording for recording in recordings if recording.flaw is None]
        known = [recording.seconds for recording in usable if recording.seconds is not None]
        unknown = len(usable) - len(known)
        least = self._project.config["transcribe"]["prices"]["least_seconds"]
        billed = [max(seconds, least) for seconds in known] + [least] * unknown
        dollars = self._project.engine.estimate(billed, model).dollars
        rough = any(not recording.exact for recording in usable)
        return Cost(len(usable), sum(known), sum(billed), dollars, rough, unknown)

    def costs(self, *, forced: bool) -> dict[str, Cost]:
        """By model: what this run will cost; with the models that it is going to make, and with Comprehend."""
        project = self._project
        costs = {name: self.cost(name, recordings) for name, recordings in self.missing.items()}
        folders = project.with_audio
        everything = {recording.sha256: recording for name in folders for recording in project.recordings(name)}
        for name in project.coming(forced=forced):
            costs[name] = self.cost(name, everything.values())
        if project.config["transcribe"]["comprehend"] and project.due(forced=forced) and project.learns(forced=forced):
            costs[COMPREHEND] = self._syntax_cost()
        return costs

    def _syntax_cost(self) -> Cost:
        """What Comprehend costs at most: if every word of the references that it was never asked about is missed."""
        from clm.aws.comprehend import SyntaxFilter

        config = self._project.config
        known = SyntaxFilter(None, config["language"], self._results / "store" / "comprehend")
        units = known.price_units(sorted(self._project.words_to_learn()))
        return Cost(dollars=units * config["transcribe"]["prices"]["comprehend_unit"])

    def announce(self, *, forced: bool) -> str:
        """One line on what this run will do and cost."""
        costs = self.costs(forced=forced)
        total = sum(costs.values(), Cost())
        coming = self._project.coming(forced=forced)
        if not total.jobs and not total.dollars:
            return "Amazon Transcribe: nothing to pay for, all results are there."
        about = "about " if total.rough or total.unknown else ""
        extra = f" and {total.unknown} recordings of unknown length" if total.unknown else ""
        training = f"; up to {counted(len(coming), 'model')} to make" if coming else ""
        date = self._project.config["transcribe"]["prices"]["date"]
        return (
            f"Amazon Transcribe: {total.jobs} jobs for {about}{duration(total.seconds)} of audio{extra} "
            f"(billed: {duration(total.billed)}), about ${total.dollars:.2f} by transcribe.prices ({date}){training}."
        )

    def check_budget(self, *, forced: bool) -> None:
        """Stop before spending more than the user allows.

        Raises:
            UserError: the estimate is above `max_cost`, or nothing can be said about some lengths.

        """
        limit = self._project.config["transcribe"]["max_cost"]
        total = sum(self.costs(forced=forced).values(), Cost())
        if limit is not None and total.dollars > limit:
            raise UserError(
                f"config: transcribe.max_cost: this run would cost about ${total.dollars:.2f} for {total.jobs} jobs, "
                f"more than the ${limit:.2f} that it may",
                "raise max_cost, or spend less: models: [...] chooses models, scripts/estimate.py shows what costs how "
                "much",
            )
