"""Pending work and cost of a remote engine, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from clm.base import files
from clm.base.errors import UserError
from clm.base.messages import counted, some
from clm.base.progress import duration
from clm.project.lineup import Lineup
from clm.results import models
from clm.results.store import Store
from clm.settings import Settings
from clm.types import Engine, Recording

#: Key of the folders of a model that were never submitted separately.
_REST = ""

#: Name of Comprehend among the costs.
COMPREHEND = "comprehend"

#: Channels that Amazon identifies at most.
_CHANNELS = 2

Rounds = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Cost:
    """Cost of a run at the engine: jobs, seconds of audio and those billed, US dollars.

    `most` is what it costs if every recording is as long as it can be, with `loose` recordings whose length is not
    exact. `unknown` names recordings of which not even that can be told; they are billed as the shortest.
    """

    jobs: int = 0
    seconds: float = 0.0
    billed: float = 0.0
    dollars: float = 0.0
    most: float = 0.0
    loose: int = 0
    unknown: tuple[str, ...] = ()

    @property
    def rough(self) -> bool:
        """True if some lengths are not exact."""
        return bool(self.loose or self.unknown)

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.jobs + other.jobs,
            self.seconds + other.seconds,
            self.billed + other.billed,
            self.dollars + other.dollars,
            self.most + other.most,
            self.loose + other.loose,
            (*self.unknown, *other.unknown),
        )


def _cost(plain: Mapping[str, Any]) -> Cost:
    return Cost(**{**plain, "unknown": tuple(plain["unknown"])})


@dataclass(frozen=True)
class Submissions:
    """Pending work of a remote engine in this run.

    A folder that changes makes one submit job run, and that must not touch the other folders. So every run has a
    `number`, and each folder depends on the record of the run that submitted it last: `rounds`, by model and folder.
    (An `ancient` input would not do: Snakemake overlooks all that depends on it where the job that makes it runs.)

    `missing` counts recordings without a result by model; `pending` is what they cost, `new` what each model costs that
    this run may make, `comprehend` what choosing missed words costs at most.
    """

    number: int
    rounds: Rounds
    missing: Mapping[str, int]
    pending: Mapping[str, Cost]
    new: Mapping[str, Cost]
    comprehend: Cost | None

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` made."""
        costs = {key: {name: _cost(cost) for name, cost in plain[key].items()} for key in ("pending", "new")}
        comprehend = plain["comprehend"] and _cost(plain["comprehend"])
        return cls(plain["number"], plain["rounds"], plain["missing"], **costs, comprehend=comprehend)

    def round(self, model: str, folder: str) -> int:
        """The number of the run that submits a folder to a model; this one for a model that it makes."""
        known = self.rounds.get(model, {})
        return known.get(folder, known.get(_REST, self.number))

    @property
    def share(self) -> float:
        """The part of the quotas for each of the models that are submitted at the same time."""
        return 1.0 / max(1, sum(map(bool, self.missing.values())))

    def costs_with(self, coming: Iterable[str], *, learns: bool) -> dict[str, Cost]:
        """Cost by model, including these new ones, and of Comprehend if the run learns from missed words."""
        costs = {**self.pending, **{name: self.new[name] for name in coming}}
        return {**costs, COMPREHEND: self.comprehend} if learns and self.comprehend else costs

    def write(self, store: Path, engine: str) -> None:
        """Keep the numbers when the run starts, for the next ones."""
        files.write_json(_rounds_path(store, engine), {"number": self.number, "rounds": self.rounds})


def look(
    settings: Settings,
    lineup: Lineup,
    engine: Engine,
    recordings: Mapping[str, list[Recording]],
    unknown_words: list[str],
) -> Submissions:
    """Compare the store with what the models of a run need.

    Args:
        settings: of the run.
        lineup: its models.
        engine: the remote engine.
        recordings: of every folder, with their lengths, flaws and requested repetitions.
        unknown_words: words that a generation may learn, for Comprehend's price.

    """
    store = Store(lineup.results / "store", engine)
    missing: dict[str, dict[str, Recording]] = {}
    for name in lineup.running:
        model = lineup.model(name)
        pending = (item for folder in lineup.folders_of(name) for item in recordings[folder])
        missing[name] = {item.sha256: item for item in pending if not store.has(item, model)}
    number = _next_number(lineup.results)
    everything = {item.sha256: item for items in recordings.values() for item in items}.values()
    return Submissions(
        number=number,
        rounds=_rounds(lineup, engine.name, number, missing, recordings),
        missing={name: len(found) for name, found in missing.items()},
        pending={name: cost(settings, engine, name, found.values()) for name, found in missing.items()},
        new={name: cost(settings, engine, name, everything) for name in lineup.making},
        comprehend=_syntax_cost(settings, lineup.results, unknown_words) if settings.transcribe["comprehend"] else None,
    )


def _next_number(results: Path) -> int:
    """The number of this run, if it submits anything."""
    done = (path.parent.name for path in results.glob("submitted/*/preflight.json"))
    return 1 + max((int(name) for name in done if name.isdigit()), default=0)


def _rounds(
    lineup: Lineup,
    engine: str,
    number: int,
    missing: Mapping[str, Mapping[str, Recording]],
    recordings: Mapping[str, list[Recording]],
) -> dict[str, dict[str, int]]:
    recorded = models.read_if_there(_rounds_path(lineup.results / "store", engine)).get("rounds", {})
    rounds = {name: dict(folders) for name, folders in recorded.items()}
    for name, waiting in missing.items():
        known = rounds.setdefault(name, {_REST: number})
        for folder in recordings if waiting else ():
            # A killed submission is made up for by that of this run, not by a separate one.
            former = lineup.results / "submitted" / str(known.get(folder, known[_REST])) / f"{name}.json"
            if not former.exists() or any(item.sha256 in waiting for item in recordings[folder]):
                known[folder] = number
    return rounds | {name: {_REST: number} for name in lineup.making}


def _rounds_path(store: Path, engine: str) -> Path:
    return store / engine / "rounds.json"


def cost(settings: Settings, engine: Engine, model: str, recordings: Iterable[Recording]) -> Cost:
    """Cost of transcribing these recordings with a model."""
    usable = [recording for recording in recordings if recording.flaw is None]
    section = settings.transcribe
    least, longest = section["prices"]["least_seconds"], section["limits"]["audio_hours"] * 3600
    seconds, billed, most = [], [], []
    for recording in usable:
        # Amazon fails what is longer than the limit, and identifies no more than two channels.
        bound = min(recording.at_most or longest, longest)
        exact = recording.exact and recording.seconds is not None
        length = recording.seconds if recording.seconds is not None else bound if recording.at_most else 0.0
        streams = _streams(section, recording, 1)
        seconds.append(length)
        billed.append(max(length, least) * streams)
        most.append(max(length if exact else bound, length, least) * _streams(section, recording, _CHANNELS))
    return Cost(
        jobs=len(usable),
        seconds=sum(seconds),
        billed=sum(billed),
        dollars=engine.estimate(billed, model).dollars,
        most=engine.estimate(most, model).dollars,
        loose=sum(not (recording.exact and recording.seconds is not None) for recording in usable),
        unknown=tuple(str(item.audio) for item in usable if item.seconds is None and item.at_most is None),
    )


def _streams(section: Mapping[str, Any], recording: Recording, otherwise: int) -> int:
    """Number of times that the length of a recording is billed: for each channel that is recognised by itself."""
    if not section["channels"]:
        return 1
    return min(_CHANNELS, recording.channels) if recording.channels else otherwise


def _syntax_cost(settings: Settings, results: Path, words: list[str]) -> Cost:
    """Cost of Comprehend at most: every word of the references that it was never asked about is missed."""
    from clm.aws.comprehend import SyntaxFilter

    known = SyntaxFilter(None, settings.language, results / "store" / "comprehend")
    dollars = known.price_units(words) * settings.transcribe["prices"]["comprehend_unit"]
    return Cost(dollars=dollars, most=dollars)


def announcement(settings: Settings, costs: Mapping[str, Cost], coming: tuple[str, ...]) -> str:
    """One line on what this run will do and cost."""
    from clm.engines.transcribe import prices

    total = sum(costs.values(), Cost())
    if not total.jobs and not total.dollars:
        return "Amazon Transcribe: nothing to pay, all results already exist."
    about = "about " if total.rough else ""
    extra = f" and {counted(len(total.unknown), 'recording')} of unknown length" if total.unknown else ""
    most = f" (${total.most:.2f} at most)" if total.most > total.dollars + 0.005 else ""
    training = f"; up to {counted(len(coming), 'model')} to make" if coming else ""
    return (
        f"Amazon Transcribe: {counted(total.jobs, 'job')} for {about}{duration(total.seconds)} of audio{extra} "
        f"(billed: {duration(total.billed)}), about ${total.dollars:.2f}{most} by transcribe.prices "
        f"({prices.describe(settings.transcribe, total.billed)}){training}."
    )


def check_budget(settings: Settings, costs: Mapping[str, Cost]) -> None:
    """Stop before spending more than the user allows.

    Raises:
        UserError: what it costs at most is above `max_cost`, or cannot be told.

    """
    limit = settings.transcribe["max_cost"]
    total = sum(costs.values(), Cost())
    if limit is None:
        return
    if total.unknown:
        names = sorted(set(total.unknown))
        raise UserError(
            f"config: transcribe.max_cost: the length of {counted(len(names), 'recording')} cannot be told, so that "
            f"nobody knows what this run would cost: {some(names)}",
            "convert them (to flac, say), take them out, or set max_cost to null",
        )
    if total.dollars <= limit < total.most:
        raise UserError(
            f"config: transcribe.max_cost: this run would cost about ${total.dollars:.2f}, but up to ${total.most:.2f}"
            f", more than the ${limit:.2f} allowed: {counted(total.loose, 'length')} can only be estimated",
            f"set max_cost to {total.most:.2f}, or convert these recordings to a format that tells its length (flac, "
            "wav, m4a)",
        )
    if total.dollars > limit:
        raise UserError(
            f"config: transcribe.max_cost: this run would cost about ${total.dollars:.2f} for "
            f"{counted(total.jobs, 'job')}, more than the ${limit:.2f} allowed",
            "raise max_cost, or spend less: models: [...] chooses models; scripts/estimate.py shows the cost of each",
        )
