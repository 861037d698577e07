"""The embedded engine: pocketsphinx with its stock US English model, and CLMs made from text in seconds.

A CLM is two files in its directory: `lm.bin`, the stock trigram model mixed with one of the domain, and
`lexicon.tsv`, pronunciations of the words that the stock dictionary lacks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from clm.base.errors import UserError
from clm.base.files import sha256_of_file
from clm.base.progress import Progress
from clm.engines.pocketsphinx import decoder_settings, decoding
from clm.engines.pocketsphinx.stock import LEXICON_FILE, LM_FILE
from clm.settings import Settings
from clm.types import Estimate, Failure, Model, Recording, TrainingText, Transcript

if TYPE_CHECKING:
    import pocketsphinx

LANGUAGE = "en-US"
#: CPU seconds for one second of audio; measured at 0.08 to 0.2 on different machines.
CPU_PER_SECOND = 0.2
#: Seconds between the progress lines of a long recording.
_LONG_SECONDS = 90.0
_PROGRESS_SECONDS = 30.0


def create(settings: Settings) -> PocketSphinx:
    """Create the engine.

    Raises:
        UserError: the language is not US English, or a decoder parameter is unknown, reserved or of a wrong type.

    """
    if settings.language != LANGUAGE:
        raise UserError(
            f"config: language: the pocketsphinx engine supports only {LANGUAGE}, not {settings.language!r}",
            f"set language: {LANGUAGE}",
        )
    section = settings.pocketsphinx
    pronunciations = section.get("pronunciations")
    return PocketSphinx(
        decoder_settings.checked(section.get("decoder") or {}),
        Path(pronunciations) if pronunciations else None,
        espeak=bool(section.get("espeak")),
        arpa=bool(section.get("arpa")),
    )


class PocketSphinx:
    """The embedded engine; see `clm.types.Engine`."""

    name = "pocketsphinx"
    submits = False
    model_files: tuple[str, ...] = (LM_FILE, LEXICON_FILE)
    recipe = 6

    def __init__(
        self,
        decoder_settings: Mapping[str, Any],
        pronunciations: Path | None = None,
        *,
        espeak: bool = False,
        arpa: bool = False,
    ) -> None:
        self._settings = dict(decoder_settings)
        self._pronunciations, self._espeak, self._arpa = pronunciations, espeak, arpa

    def versions(self) -> dict[str, str]:
        """Versions of the packages that transcripts and models depend on; the base model comes with pocketsphinx."""
        from importlib import metadata

        packages = ("av", "g2p2", "numpy", "pocketsphinx", "soundfile", "soxr")
        return {"base_model": "en-us", **{package: metadata.version(package) for package in packages}}

    def transcription_settings(self) -> dict[str, Any]:
        """Language, decoder parameters that differ from the defaults, and how long audio is divided."""
        return {
            "language": LANGUAGE,
            "decoder": self._settings,
            "longest_utterance": decoding.LONGEST_UTTERANCE,
        }

    def training_settings(self) -> dict[str, Any]:
        """Language, a digest of the user's pronunciations, whether espeak-ng is asked; the text decides the rest."""
        settings: dict[str, Any] = {"language": LANGUAGE}
        if self._pronunciations:
            settings["pronunciations"] = sha256_of_file(self._pronunciations)
        return {**settings, "espeak": True} if self._espeak else settings

    def transcribe(
        self, recordings: Iterable[Recording], model: Model
    ) -> Iterator[tuple[Recording, Transcript | Failure]]:
        """Transcribe the recordings one after another, each as if it were the only one.

        Pieces of a minute at most are decoded side by side, in as many processes as Snakemake gives the job threads
        (it says so in OMP_NUM_THREADS); a piece does not depend on others, so their number changes no result.

        Raises:
            UserError: the model's files are missing or damaged.

        """
        from clm.base.parallel import in_order

        items: list[dict[str, Any]] = []
        progress = Progress(_PROGRESS_SECONDS)
        recognizer = partial(decoding.Recognizer, model, self._settings)
        for piece, found in in_order(recognizer, _pieces(recordings), _threads()):
            recording, outcome = piece.recording, piece.outcome
            items += found
            if isinstance(outcome, Failure):
                yield recording, outcome
            elif outcome:
                yield recording, replace(outcome, result=decoding.result(items))
                items = []
            elif piece.seconds > _LONG_SECONDS:
                progress.audio(str(recording.audio), piece.offset, piece.seconds)

    def train(self, text: TrainingText, directory: Path) -> dict[str, Any]:
        """Train a CLM into `directory`: `lm.bin` and `lexicon.tsv`, equal bytes for equal text.

        Raises:
            UserError: the text is not UTF-8 or has no words.

        """
        from clm.engines.pocketsphinx.clm_training import Settings, train

        chosen = Settings(self._pronunciations, espeak=self._espeak, arpa=self._arpa)
        return train(text, directory, chosen, _threads())

    def estimate(self, lengths: Iterable[float], model: str) -> Estimate:
        """No money, and about a fifth of the audio's length in CPU time, with any model."""
        del model
        return Estimate(dollars=0.0, cpu_seconds=CPU_PER_SECOND * sum(lengths))

    def decoder(self, model: Model) -> pocketsphinx.Decoder:
        """A decoder with the model's files, silent on stderr."""
        return decoding.decoder(model, self._settings)


def _threads() -> int:
    """Number of threads that Snakemake allows this job."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return max(int(given), 1) if given.isdecimal() else 1


def _pieces(recordings: Iterable[Recording]) -> Iterator[decoding.Piece]:
    """Pieces of all recordings in order; one that cannot be read is a single piece without samples."""
    from clm.audio import pauses
    from clm.audio.decode import RATE, AudioError, read_audio

    for recording in recordings:
        try:
            audio = read_audio(cast(Path, recording.audio))  # fetched from S3 before
        except AudioError as error:
            # Stored by content: the same file may stand elsewhere tomorrow.
            reason = error.message.removeprefix(f"{recording.audio}: ")
            yield decoding.Piece(recording, outcome=Failure(reason, error.hint))
            continue
        finished = Transcript({}, audio.seconds, notices=audio.notices)
        start = 0
        for utterance in pauses.pieces(audio.samples, decoding.LONGEST_UTTERANCE):
            end = start + len(utterance)
            offset, last = start / RATE, end == len(audio.samples)
            yield decoding.Piece(recording, offset, utterance.tobytes(), audio.seconds, finished if last else None)
            start = end
