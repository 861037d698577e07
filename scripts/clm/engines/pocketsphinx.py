"""The embedded engine: pocketsphinx with its stock US English model, and CLMs made from text in seconds.

A CLM is two files in its directory: `lm.bin`, the stock trigram model mixed with one of the domain, and
`lexicon.tsv`, pronunciations of the words that the stock dictionary lacks.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm.engines import Estimate, Failure, Model, Recording, TrainingText, Transcript
from clm.errors import UserError
from clm.files import sha256_of_file
from clm.inputs import some

if TYPE_CHECKING:
    import numpy as np
    import pocketsphinx
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

LANGUAGE = "en-US"
LM_FILE = "lm.bin"
LEXICON_FILE = "lexicon.tsv"
ARPA_FILE = "lm.arpa"
#: Decoder parameters that are not the user's to set: the files of a model, and what its acoustic part was trained with.
RESERVED = ("hmm", "lm", "dict", "logfn", "samprate", "frate", "nfft", "nfilt", "ncep", "ceplen", "ldadim", "logbase")
#: CPU seconds for one second of audio; measured at 0.08 to 0.2 on different machines.
CPU_PER_SECOND = 0.2
#: Seconds of audio decoded at once; longer recordings are divided at pauses, which bounds memory.
LONGEST_UTTERANCE = 60.0
_SAMPLE_RATE = 16_000
_PAUSE_SECONDS = 0.2
_VARIANT = re.compile(r"\(\d+\)$")
_MARKUP = ("<", "[", "+")
_STOCK = "en-us/"


def create(config: Mapping[str, Any]) -> PocketSphinx:
    """Create the engine.

    Raises:
        UserError: the language is not US English, or a decoder parameter is unknown, reserved or of a wrong type.

    """
    if config["language"] != LANGUAGE:
        raise UserError(
            f"config: language: the pocketsphinx engine speaks {LANGUAGE} only, not {config['language']!r}",
            f"set language: {LANGUAGE}",
        )
    section = config.get("pocketsphinx") or {}
    pronunciations = section.get("pronunciations")
    return PocketSphinx(
        _checked_settings(section.get("decoder") or {}),
        Path(pronunciations) if pronunciations else None,
        arpa=bool(section.get("arpa")),
    )


def _checked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Decoder parameters in pocketsphinx's own types."""
    if not settings:
        return {}
    import pocketsphinx

    types = {parameter.name: parameter.type for parameter in pocketsphinx.Config().describe()}
    checked = {}
    for key, value in sorted(settings.items()):
        where = f"config: pocketsphinx: decoder: {key}"
        if key not in types:
            raise UserError(
                f"{where}: pocketsphinx has no such parameter", "names as in its manual, such as lw or beam"
            )
        # Text parameters name files and methods; pocketsphinx crashes where they do not fit its acoustic model.
        if key in RESERVED or types[key] is str:
            raise UserError(f"{where}: the engine sets this itself", "take the key out")
        try:
            checked[key] = _converted(value, types[key])
        except ValueError as error:
            raise UserError(f"{where}: {value!r} is not of type {types[key].__name__}", "correct the value") from error
    return checked


def _converted(value: object, expected: type) -> object:
    """The value in the expected type.

    YAML 1.1 reads 1e-60, without a point, as a string: for a float that is a number too.

    Raises:
        ValueError: it is of another type.

    """
    if type(value) is expected:
        return value
    if expected is float and type(value) in (int, str):
        return float(value)
    raise ValueError


class PocketSphinx:
    """The embedded engine; see `clm.engines.Engine`."""

    name = "pocketsphinx"
    submits = False
    recipe = 2

    def __init__(
        self, decoder_settings: Mapping[str, Any], pronunciations: Path | None = None, *, arpa: bool = False
    ) -> None:
        self._settings = dict(decoder_settings)
        self._pronunciations = pronunciations
        self._arpa = arpa

    def versions(self) -> dict[str, str]:
        """Versions of the packages that transcripts and models depend on; the base model comes with pocketsphinx."""
        from importlib import metadata

        packages = ("g2p2", "numpy", "pocketsphinx", "soundfile", "soxr")
        return {"base_model": "en-us", **{package: metadata.version(package) for package in packages}}

    def transcription_settings(self) -> dict[str, Any]:
        """Language, decoder parameters that differ from the defaults, and how long audio is divided."""
        return {
            "language": LANGUAGE,
            "decoder": self._settings,
            "longest_utterance": LONGEST_UTTERANCE,
        }

    def training_settings(self) -> dict[str, Any]:
        """Language, and a digest of the user's pronunciations if there are any; all else comes from the text."""
        settings = {"language": LANGUAGE}
        if self._pronunciations:
            settings["pronunciations"] = sha256_of_file(self._pronunciations)
        return settings

    def transcribe(
        self, recordings: Iterable[Recording], model: Model
    ) -> Iterator[tuple[Recording, Transcript | Failure]]:
        """Transcribe the recordings one after another, each as if it were the only one.

        Pieces of a minute at most are decoded side by side, in as many processes as Snakemake gives the job threads
        (it says so in OMP_NUM_THREADS); a piece does not depend on others, so their number changes no result.

        Raises:
            UserError: the model's files are missing or damaged.

        """
        from clm.audio import AudioError, read_audio
        from clm.parallel import in_order

        def pieces() -> Iterator[tuple[Recording, float, bytes, Transcript | Failure | None]]:
            """Pieces with their offset in seconds; the outcome so far stands at the last piece of each recording."""
            for recording in recordings:
                try:
                    audio = read_audio(recording.audio)
                except AudioError as error:
                    # Stored by content: the same file may stand elsewhere tomorrow.
                    reason = error.message.removeprefix(f"{recording.audio}: ")
                    yield recording, 0.0, b"", Failure(reason, error.hint)
                    continue
                start = 0
                for utterance in _utterances(audio.samples):
                    end = start + len(utterance)
                    last = Transcript({}, audio.seconds) if end == len(audio.samples) else None
                    yield recording, start / _SAMPLE_RATE, utterance.tobytes(), last
                    start = end

        items: list[dict[str, Any]] = []
        recognizer = partial(_Recognizer, self, model)
        for (recording, _, _, outcome), found in in_order(recognizer, pieces(), _threads()):
            if isinstance(outcome, Failure):
                yield recording, outcome
                continue
            items += found
            if outcome is not None:
                yield recording, Transcript(_result(items), outcome.seconds)
                items = []

    def train(self, text: TrainingText, directory: Path) -> dict[str, Any]:
        """Train a CLM into `directory`: `lm.bin` and `lexicon.tsv`, equal bytes for equal text.

        Raises:
            UserError: the text is not UTF-8 or has no words.

        """
        from clm.dictionary import read_dictionary, write_lexicon
        from clm.lexicon import Pronouncer
        from clm.lm import arpa, harm, trie
        from clm.lm.adapt import adapt
        from clm.pronunciations import read_pronunciations
        from clm.tokens import join_spellings, read_text, tokenize
        from clm.variants import further

        paths = dict(sorted(text.sources.items()))
        sources = {name: tokenize([read_text(path)]) for name, path in paths.items()}
        if not any(source.sentences for source in sources.values()):
            raise UserError(
                f"no English words to train from in {', '.join(map(str, paths.values())) or 'no text'}",
                "give it text about what is spoken, one sentence per line",
            )
        tuning = tokenize([read_text(text.tuning)]).sentences if text.tuning else ()
        stock = trie.read(_stock_file("en-us.lm.bin"))
        dictionary = read_dictionary(_stock_file("cmudict-en-us.dict"))
        sentences = {name: source.sentences for name, source in sources.items()}
        model, report = adapt(stock, sentences, tuning, dictionary)
        counts = sum((source.counts() for source in sources.values()), Counter())
        phones = frozenset(phone for variants in dictionary.values() for spoken in variants for phone in spoken)
        own = read_pronunciations(self._pronunciations, phones) if self._pronunciations else {}
        if unused := sorted(own.keys() - set(model.words)):
            log.warning("%s: %d words are not in the text: %s", self._pronunciations, len(unused), some(unused))
        pronouncer = Pronouncer(dictionary, stock.words, own)
        spoken = [word for word in model.words if word not in (trie.SENTENCE_START, trie.SENTENCE_END)]
        lexicon = pronouncer.pronounce({word: counts[word] for word in spoken}, join_spellings(sources.values()))
        lexicon += further(pronouncer.dictionary, lexicon, counts, text.still_missed)
        trie.write(directory / LM_FILE, model)
        if self._arpa:
            arpa.write(directory / ARPA_FILE, model)
        general = harm.general_perplexity(stock, model)
        write_lexicon(directory / LEXICON_FILE, lexicon)
        return {
            **report,
            "sentences": sum(map(len, sentences.values())),
            "pronunciations": len(lexicon),
            "own_pronunciations": sum(entry.source == "user" for entry in lexicon),
            "general_text": general,
            "marks": harm.marks(general["ratio"]),
        }

    def estimate(self, lengths: Iterable[float], model: str) -> Estimate:
        """No money, and about a fifth of the audio's length in CPU time, with any model."""
        del model
        return Estimate(dollars=0.0, cpu_seconds=CPU_PER_SECOND * sum(lengths))

    def decoder(self, model: Model) -> pocketsphinx.Decoder:
        """A decoder with the model's files, silent on stderr."""
        dictionary = _stock_file("cmudict-en-us.dict")
        if model.directory is None:
            return self._load(_stock_file("en-us.lm.bin"), dictionary)
        with tempfile.TemporaryDirectory(prefix="clm-") as temporary:
            merged = Path(temporary) / "merged.dict"
            merged.write_text(_merged_dictionary(model.directory, dictionary), encoding="utf-8")
            return self._load(model.directory / LM_FILE, merged)

    def _load(self, language_model: Path, dictionary: Path) -> pocketsphinx.Decoder:
        import pocketsphinx

        try:
            return pocketsphinx.Decoder(
                hmm=str(_stock_file("en-us")),
                lm=str(language_model),
                dict=str(dictionary),
                logfn=os.devnull,
                loglevel="FATAL",
                **self._settings,
            )
        except (RuntimeError, ValueError) as error:
            raise UserError(
                f"{language_model}: pocketsphinx cannot start with this model and the decoder settings "
                f"{self._settings} ({error})",
                "correct pocketsphinx: decoder in the config; else restore the model's folder, or train a new one",
            ) from error


def _stock_file(name: str) -> Path:
    import pocketsphinx

    return Path(pocketsphinx.get_model_path(_STOCK + name))


def _merged_dictionary(directory: Path, stock_dictionary: Path) -> str:
    """The stock dictionary with a CLM's lexicon, after checking that every word of its language model is in it.

    Raises:
        UserError: a file is missing or damaged, or the two do not belong together.

    """
    from clm.dictionary import merge, read_lexicon, words_and_phones
    from clm.lm import trie

    words = trie.read_words(directory / LM_FILE)
    stock_words, phones = words_and_phones(stock_dictionary)
    lexicon = read_lexicon(directory / LEXICON_FILE, phones)
    spoken = stock_words | {entry.word for entry in lexicon} | {trie.SENTENCE_START, trie.SENTENCE_END}
    unspoken = [word for word in words if word not in spoken]
    if unspoken:
        raise UserError(
            f"{directory}: {len(unspoken)} words of {LM_FILE} have no pronunciation in {LEXICON_FILE}, "
            f"such as {unspoken[0]!r}",
            "restore the folder, or train a new model",
        )
    return merge(stock_dictionary, lexicon)


class _Recognizer:
    """Decodes pieces of recordings; loads the model when the first piece comes."""

    def __init__(self, engine: PocketSphinx, model: Model) -> None:
        self._engine, self._model = engine, model
        self._decoder: pocketsphinx.Decoder | None = None

    def __call__(self, piece: tuple[Recording, float, bytes, object]) -> list[dict[str, Any]]:
        _, offset, samples, _ = piece
        if not samples:
            return []
        if self._decoder is None:
            self._decoder = self._engine.decoder(self._model)
        # The front end anew, which takes no time: what it remembers of the last piece would change scores, and now
        # and then words.
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        # The whole piece at once, so that the mean of its own cepstra is subtracted.
        self._decoder.process_raw(samples, full_utt=True)
        self._decoder.end_utt()
        return list(_items(self._decoder, offset))


def _threads() -> int:
    """What Snakemake allows this job."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return max(int(given), 1) if given.isdecimal() else 1


def _result(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A recognition in Amazon Transcribe's shape, as described in its API reference."""
    transcript = " ".join(item["alternatives"][0]["content"] for item in items)
    return {"results": {"transcripts": [{"transcript": transcript}], "items": items}}


def _items(decoder: pocketsphinx.Decoder, offset: float) -> Iterator[dict[str, Any]]:
    """The words of the last utterance, without fillers and variant numbers; `offset` in seconds."""
    logmath = decoder.logmath
    frames_per_second = decoder.config["frate"]
    for segment in decoder.seg() or ():
        if segment.word.startswith(_MARKUP):
            continue
        confidence = min(1.0, logmath.exp(segment.prob))
        yield {
            "type": "pronunciation",
            "start_time": f"{offset + segment.start_frame / frames_per_second:.2f}",
            "end_time": f"{offset + (segment.end_frame + 1) / frames_per_second:.2f}",
            "alternatives": [{"confidence": f"{confidence:.4f}", "content": _VARIANT.sub("", segment.word)}],
        }


def _utterances(samples: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """The samples in pieces of at most `LONGEST_UTTERANCE`, cut in the quietest moment of each piece's second half."""
    import numpy as np

    longest = int(LONGEST_UTTERANCE * _SAMPLE_RATE)
    pause = int(_PAUSE_SECONDS * _SAMPLE_RATE)
    while len(samples) > longest:
        window = np.square(samples[longest // 2 : longest], dtype=np.float64)
        energy = np.cumsum(np.concatenate([[0.0], window]))
        quietest = int(np.argmin(energy[pause:] - energy[:-pause]))
        cut = longest // 2 + quietest + pause // 2
        yield samples[:cut]
        samples = samples[cut:]
    yield samples
