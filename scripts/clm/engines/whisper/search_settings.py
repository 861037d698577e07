"""Settings of the engine whisper: its part of the run's settings, and constants."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clm.settings import Settings

#: Seconds of audio decoded at once; Whisper hears 30, and the rest is room for what the cut takes too much.
LONGEST_PIECE = 28.0
#: Raised by hand when recordings are divided in another way, or when speech that was lost is looked for in another way.
PIECES_VERSION = 2
#: Weights among which `weight: auto` chooses, on folders that are not held out.
CANDIDATES = (0.0, 0.15, 0.3, 0.45)
DEFAULT_WEIGHT = 0.3
DEFAULT_COMPUTE = "float32"
#: Largest share and number of words that fusion may remove or add; beyond both, the stock text is taken.
SLACK, SLACK_WORDS = 0.1, 3
#: Windows of 32 ms in which somebody speaks, two seconds, and one word at most: speech was lost. In English, German and
#: French talks that were heard well, it was 1.5 seconds at most.
UNHEARD_WINDOWS = 63
#: So often a piece is divided where speech was lost, and its parts once more.
TRIES = 2
#: Whisper's own thresholds: mean ln P of a text that is to be believed, and, below it, P that nobody speaks (Radford et
#: al. 2022, 4.5).
LEAST_LOG_PROBABILITY, NO_SPEECH = -1.0, 0.6
#: Probability from which on the model is sure of the language that somebody speaks.
SURE = 0.95
#: An n-gram of this many words, this many times in a row, is a loop.
LOOP_WORDS, LOOP_TIMES = 4, 3


@dataclass(frozen=True)
class Chosen:
    """`model`: folder, size or repository of a hub; `revision` of it; `weight` of the language model, None for auto.

    `device`: auto, cpu or cuda; `compute`: format of numbers, so far float32 in any case; `beam`: hypotheses of a
    search; `results`: folder in which encoded audio is kept.
    """

    model: str
    revision: str | None
    device: str
    compute: str
    beam: int
    weight: float | None
    language: str
    results: Path


def chosen(settings: Settings) -> Chosen:
    """The run's settings of this engine."""
    section = settings.whisper
    weight = section["weight"]
    return Chosen(
        model=section["model"],
        revision=section["revision"],
        device=section["device"],
        compute=DEFAULT_COMPUTE if section["compute"] == "auto" else section["compute"],
        beam=section["beam"],
        weight=None if weight == "auto" else float(weight),
        language=settings.language,
        results=Path(settings.results),
    )
