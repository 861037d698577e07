"""Types that all engines share: requests and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from clm.base import files
from clm.base.notices import Notice
from clm.base.s3_path import S3Path, is_address
from clm.base.text_files import read_text


@dataclass(frozen=True)
class Recording:
    """One audio file of a folder.

    `name` is the stem, unique in its folder; `sha256` is of the audio's bytes, or identifies an object in S3 that has
    none; `seconds` is its length where that is known without decoding (`exact` or estimated), and `at_most` its upper
    bound, None where nothing is known; `channels` is their number, where known; `flaw` says why the engine would
    refuse it for good. `repeats` counts requests to transcribe it again, `retries` requests to try its
    failures again.
    """

    name: str
    audio: Path | S3Path
    sha256: str
    seconds: float | None = None
    exact: bool = True
    flaw: Failure | None = None
    at_most: float | None = None
    channels: int | None = None
    repeats: int = 0
    retries: int = 0


#: Digest of the stock model.
STOCK = "stock"


@dataclass(frozen=True)
class Model:
    """A model to transcribe with: the stock model (`directory` is None) or a finished generation.

    `digest` identifies what the model was made from and enters the key of every stored result. A generation that equals
    the stock model is one under another name.
    """

    name: str
    directory: Path | None = None
    digest: str = STOCK


@dataclass(frozen=True)
class Transcript:
    """A finished recognition: `result` is in Amazon Transcribe's JSON shape, `seconds` is the audio's length.

    `notices` are remarks on the audio. The store adds the `versions` of what made it, and the day (UTC) on which it was
    `made`.
    """

    result: dict[str, Any]
    seconds: float
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)
    made: str | None = field(default=None, compare=False)
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A recording that can never be transcribed: the same call would fail again."""

    reason: str
    hint: str


@dataclass(frozen=True)
class Unfinished:
    """A recording that has no result yet for a reason that may pass; the next run continues it."""

    reason: str
    hint: str


Outcome = Transcript | Failure | Unfinished


class TrainingFailed(Exception):  # noqa: N818 - says what happened
    """A training that was carried out and failed for good; the reason is the exception's text."""


@dataclass(frozen=True)
class TrainingText:
    """Text that a CLM is trained from.

    `sources` maps the name of a source (training_data, keywords, missed_words) to a UTF-8 text file with one
    sentence per line; `tuning` is text like what will be spoken, or None. `sample_rates` maps the folders that the
    model is for to the sample rates (samples per second) of their recordings, where the engine asks for them.
    `still_missed` are words that an earlier generation learned and misses all the same: an engine may give them more
    pronunciations. `open_recordings` are those that a model may learn from, each with a function that reads its
    reference, for an engine that settles something on them; they are no part of the text.
    """

    sources: Mapping[str, Path]
    tuning: Path | None = None
    sample_rates: Mapping[str, frozenset[int]] = field(default_factory=dict)
    still_missed: Set[str] = frozenset()
    open_recordings: Sequence[tuple[Recording, Callable[[], str]]] = ()

    def content(self) -> dict[str, Any]:
        """The text itself, wherever it is from: all lines sorted, the tuning text, the words that are still missed."""
        lines = sorted(line for path in self.sources.values() for line in read_text(path).splitlines())
        content: dict[str, Any] = {"text": lines, "tuning": read_text(self.tuning) if self.tuning else ""}
        return {**content, "still_missed": sorted(self.still_missed)} if self.still_missed else content


@dataclass(frozen=True)
class Estimate:
    """Cost of transcribing: money in US dollars and CPU time in seconds."""

    dollars: float
    cpu_seconds: float


@dataclass(frozen=True)
class Phrase:
    """A word or phrase for a custom vocabulary, and where it is from ("keywords.txt line 12")."""

    text: str
    source: str


@dataclass(frozen=True)
class Dropped:
    """A phrase that an engine would not take, and why."""

    phrase: str
    source: str
    reason: str


@dataclass(frozen=True)
class Vocabulary:
    """Phrases that help a recogniser, the cheaper rival of a CLM: as the engine's `text`, and what went into it."""

    text: str
    kept: tuple[Phrase, ...]
    dropped: tuple[Dropped, ...]


class Engine(Protocol):
    """A recogniser with a trainable language model."""

    name: str
    #: True for a remote engine: one `submit` job per model starts all the work and waits for it.
    submits: bool
    #: Files of a model, besides model.json, that transcription reads.
    model_files: tuple[str, ...]
    #: Raised by hand when training changes; written to model.json, so that older models can be recognised.
    recipe: int

    def versions(self) -> dict[str, str]:
        """Versions of the engine's packages and base model, for the record."""

    def transcription_settings(self) -> dict[str, Any]:
        """Dependencies of a transcript besides audio and model; a change means transcribing anew."""

    def training_settings(self) -> dict[str, Any]:
        """Dependencies of a model besides its text; a change means a new generation."""

    def transcribe(self, recordings: Iterable[Recording], model: Model) -> Iterator[tuple[Recording, Outcome]]:
        """Transcribe the recordings; each comes once, as soon as it is done.

        Yields a `Failure` for a permanent error. Passing errors (network, memory, full disk) are raised, or yielded as
        `Unfinished` where they concern single recordings.
        """

    def train(self, text: TrainingText, directory: Path) -> dict[str, Any]:
        """Train a CLM from the stock model into `directory`; return the details for model.json.

        Among them `equals_stock` is True where the model transcribes as the stock model does.

        Raises:
            UserError: the text cannot be used; a `PassingError` where the next run may succeed.
            TrainingFailed: the engine says that the training failed, for good.

        """

    def estimate(self, lengths: Iterable[float], model: str) -> Estimate:
        """Cost of transcribing recordings of these lengths (seconds) once with the model of this name."""


def result_key(settings: Mapping[str, Any], recording: Recording, model: Model) -> str:
    """Digest of what a result depends on: the audio, the model, the settings, and which repetition it is."""
    return files.digest(
        {"audio": recording.sha256, "model": model.digest, "settings": settings, "repeats": recording.repeats}
    )


def location(text: str) -> Path | S3Path:
    """Parse the location of an audio file in a manifest."""
    return S3Path.parse(text) if is_address(text) else Path(text)
