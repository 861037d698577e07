"""Speech recognition engines: what the workflow asks of one, and how it finds one by name.

A new engine is one module beside this file with a function `create(config)` that returns an `Engine`;
add its name to `NAMES`. Modules are imported only when chosen, and import their heavy packages only when used.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from clm.errors import UserError

NAMES = ("pocketsphinx",)


@dataclass(frozen=True)
class Recording:
    """One audio file of a folder. `name` is the stem, unique in its folder; `sha256` is of the audio's bytes."""

    name: str
    audio: Path
    sha256: str


@dataclass(frozen=True)
class Model:
    """A model to transcribe with: the stock model (`directory` is None) or a finished generation.

    `digest` identifies what the model was made from and enters the key of every stored result.
    """

    name: str
    directory: Path | None = None
    digest: str = "stock"


@dataclass(frozen=True)
class Transcript:
    """A finished recognition: `result` is in Amazon Transcribe's JSON shape, `seconds` is the audio's length."""

    result: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class Failure:
    """A recording that cannot be transcribed, for good: the same call would fail again."""

    reason: str
    hint: str


@dataclass(frozen=True)
class TrainingText:
    """What a CLM is trained from.

    `sources` maps the name of a source (training_data, keywords, missed_words) to a UTF-8 text file with one
    sentence per line; `tuning` is text like what will be spoken, or None.
    """

    sources: Mapping[str, Path]
    tuning: Path | None = None


@dataclass(frozen=True)
class Estimate:
    """What transcribing would cost: money in US dollars and CPU time in seconds."""

    dollars: float
    cpu_seconds: float


class Engine(Protocol):
    """A recogniser with a trainable language model."""

    name: str
    #: Raised by hand when training changes; written to model.json, so that older models can be told apart.
    recipe: int

    def versions(self) -> dict[str, str]:
        """Versions of the engine's packages and base model, for the record."""

    def transcription_settings(self) -> dict[str, Any]:
        """What a transcript depends on besides audio and model; a change means transcribing anew."""

    def training_settings(self) -> dict[str, Any]:
        """What a model depends on besides its text; a change means a new generation."""

    def transcribe(
        self, recordings: Iterable[Recording], model: Model
    ) -> Iterator[tuple[Recording, Transcript | Failure]]:
        """Transcribe the recordings one after another, in order.

        Raises whatever may pass (network, memory, full disk); yields a `Failure` for what will not.
        """

    def train(self, text: TrainingText, directory: Path) -> dict[str, Any]:
        """Train a CLM from the stock model into `directory`; return what model.json should tell about it.

        Raises:
            UserError: the text cannot be used.

        """

    def estimate(self, seconds: float) -> Estimate:
        """Cost of transcribing audio of this length once."""


def create(config: Mapping[str, Any]) -> Engine:
    """Create the engine that the validated configuration names.

    Raises:
        UserError: the engine is unknown, or cannot work with this configuration (its language, say).

    """
    name = config["engine"]
    if name not in NAMES:
        raise UserError(f"config: engine: there is no engine {name!r}", f"choose one of {', '.join(NAMES)}")
    return importlib.import_module(f"clm.engines.{name}").create(config)
