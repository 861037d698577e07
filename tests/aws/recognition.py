"""Where the words of a finished job come from: the reference with errors, or a real recogniser."""

import functools
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aws import storage
from aws.media import Media
from aws.settings import Settings

Item = dict[str, Any]

_PUNCTUATED = re.compile(r"(.*?)([.,?!]?)")


class RecognitionError(Exception):
    """A recording that gives no transcript; the text becomes the job's FailureReason."""


@dataclass(frozen=True)
class Corpus:
    """Text that adapts a recogniser: of a language model, or a vocabulary's phrases."""

    text: str
    tuning: str = ""

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """The distinct words, bare."""
        return frozenset(_bare(word) for word in self.text.replace("-", " ").split()) - {""}


@dataclass(frozen=True)
class Speech:
    """A recording, and what helps to recognise it."""

    data: bytes
    media: Media
    bucket: str
    key: str
    language: str
    corpora: tuple[Corpus, ...]


class Recognizer(Protocol):
    """A text mode."""

    def train(self, corpus: Corpus) -> str:
        """Train a model; gives the reason if that fails, else ""."""

    def recognize(self, speech: Speech) -> list[Item]:
        """Words and punctuation in Transcribe's item shape, without ids.

        Raises:
            RecognitionError: there is no transcript to be had.

        """


class ReferenceReader:
    """The right words, with errors that depend on the word alone, so that every run makes the same.

    A word in the text of an applied model or vocabulary is always right.
    """

    def __init__(self, settings: Settings, references: Mapping[str, str]) -> None:
        self._settings = settings
        self._references = references

    def train(self, corpus: Corpus) -> str:
        """Any text will do."""
        return "" if corpus.words else "The training text has no words."

    def recognize(self, speech: Speech) -> list[Item]:
        """The words of the reference, spread evenly over the recording."""
        known = frozenset[str]().union(*(corpus.words for corpus in speech.corpora))
        words = list(self._misheard(self._reference(speech), known))
        pace = (speech.media.seconds or 0.4 * len(words)) / max(1, len(words))
        return [item for number, word in enumerate(words) for item in _items(word, number * pace, (number + 1) * pace)]

    def _reference(self, speech: Speech) -> str:
        """The text given for these bytes, else the .txt of the same stem, else the only .txt beside them."""
        if speech.media.sha256 in self._references:
            return self._references[speech.media.sha256]
        folder = speech.key.rpartition("/")[0]
        prefix = f"{folder}/" if folder else ""
        beside = [
            key for key in storage.keys(speech.bucket, prefix) if "/" not in key[len(prefix) :] and key.endswith(".txt")
        ]
        same_stem = speech.key.rpartition(".")[0] + ".txt"
        chosen = same_stem if same_stem in beside else beside[0] if len(beside) == 1 else None
        if chosen is None:
            raise RecognitionError(
                f"loopback service: no reference text beside {speech.key}, none for sha256 {speech.media.sha256}"
            )
        return (storage.read(speech.bucket, chosen) or b"").decode("utf-8")

    def _misheard(self, reference: str, known: frozenset[str]) -> Iterator[str]:
        for word in reference.split():
            bare = _bare(word)
            number = int(hashlib.md5(bare.encode(), usedforsecurity=False).hexdigest(), 16)
            if len(bare) <= 3 or number % 1000 >= self._settings.error_rate * 10 or bare in known:
                yield word
                continue
            kind = number // 1000 % 4
            if kind == 0:
                continue
            if kind == 1:
                yield "the"
                yield word
            else:
                yield bare[:3] + ("er" if bare.endswith("ing") else "ing") + (word[-1] if word[-1] in ".,?!" else "")


class Decoder:
    """The project's own pocketsphinx engine: real errors, really repaired by training.

    Models are cached by the text that they are trained from. Phrases of a vocabulary are trained as text too, which
    is cruder than what Amazon does.
    """

    def __init__(self, directory: Path | None = None) -> None:
        # Imported here: the other mode must not pay for numpy and the engine.
        from clm.engines.pocketsphinx import decoder_settings
        from clm.engines.pocketsphinx.sphinx_engine import PocketSphinx

        self._engine = PocketSphinx(decoder_settings.checked({}))
        self._temporary = None if directory else tempfile.TemporaryDirectory(prefix="aws-decode-")
        self._directory = directory or Path(self._temporary.name)
        self._heard: dict[tuple[str, str], list[Item]] = {}

    def train(self, corpus: Corpus) -> str:
        """Really train, unless it was done before."""
        from clm.base.errors import UserError

        try:
            self._model(corpus)
        except UserError as error:
            return str(error)
        return ""

    def recognize(self, speech: Speech) -> list[Item]:
        """Really decode, unless it was done before."""
        if speech.language != "en-US":
            raise RecognitionError(f"loopback service: pocketsphinx decodes en-US only, not {speech.language}")
        texts = [corpus.text for corpus in speech.corpora]
        corpus = Corpus("\n".join(texts), "\n".join(corpus.tuning for corpus in speech.corpora)) if texts else None
        key = (speech.media.sha256, _digest(corpus) if corpus else "")
        if key not in self._heard:
            self._heard[key] = self._decode(speech, self._model(corpus) if corpus else None)
        return [dict(item) for item in self._heard[key]]

    def _decode(self, speech: Speech, model: Path | None) -> list[Item]:
        from clm.types import Failure, Model, Recording

        with tempfile.TemporaryDirectory(prefix="aws-audio-") as temporary:
            audio = Path(temporary) / f"audio.{speech.media.format}"
            audio.write_bytes(speech.data)
            recording = Recording("audio", audio, speech.media.sha256)
            [(_, outcome)] = self._engine.transcribe([recording], Model("loopback", model))
        if isinstance(outcome, Failure):
            # Our engine refuses silence; Transcribe answers with an empty transcript.
            if "silent" in outcome.reason:
                return []
            raise RecognitionError(outcome.reason)
        return outcome.result["results"]["items"]

    def _model(self, corpus: Corpus) -> Path:
        from clm.types import TrainingText

        directory = self._directory / _digest(corpus)
        if not (directory / "lexicon.tsv").exists():
            directory.mkdir(parents=True, exist_ok=True)
            (directory / "text.txt").write_text(corpus.text, encoding="utf-8")
            (directory / "tuning.txt").write_text(corpus.tuning, encoding="utf-8")
            tuning = directory / "tuning.txt" if corpus.tuning.strip() else None
            self._engine.train(TrainingText({"training_data": directory / "text.txt"}, tuning), directory)
        return directory


def _items(word: str, start: float, end: float) -> Iterator[Item]:
    content, punctuation = _PUNCTUATED.fullmatch(word).groups()
    if content:
        yield {
            "type": "pronunciation",
            "start_time": f"{start:.3f}",
            "end_time": f"{end:.3f}",
            "alternatives": [{"confidence": "0.99", "content": content}],
        }
    if punctuation:
        yield {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": punctuation}]}


def _bare(word: str) -> str:
    return re.sub(r"\W", "", word.lower())


def _digest(corpus: Corpus) -> str:
    return hashlib.sha256(f"{corpus.text}\0{corpus.tuning}".encode()).hexdigest()[:16]
