"""Decoding with pocketsphinx: a decoder for each model, recordings in pieces, and results in Amazon's shape."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from clm.base.errors import UserError
from clm.engines.pocketsphinx.stock import LEXICON_FILE, LM_FILE, STOCK_DICTIONARY, STOCK_MODEL, stock_file
from clm.types import Failure, Model, Recording, Transcript

if TYPE_CHECKING:
    import pocketsphinx

#: Seconds of audio decoded at once; longer recordings are divided at pauses, which bounds memory.
LONGEST_UTTERANCE = 60.0
_VARIANT = re.compile(r"\(\d+\)$")
_MARKUP = ("<", "[", "+")


def decoder(model: Model, settings: Mapping[str, Any]) -> pocketsphinx.Decoder:
    """A decoder with the model's files, silent on stderr.

    Raises:
        UserError: the model's files are missing or damaged, or do not go with the settings.

    """
    dictionary = stock_file(STOCK_DICTIONARY)
    if model.directory is None:
        return _load(stock_file(STOCK_MODEL), dictionary, settings)
    with tempfile.TemporaryDirectory(prefix="clm-") as temporary:
        merged = Path(temporary) / "merged.dict"
        merged.write_text(_merged_dictionary(model.directory, dictionary), encoding="utf-8")
        return _load(model.directory / LM_FILE, merged, settings)


def _load(language_model: Path, dictionary: Path, settings: Mapping[str, Any]) -> pocketsphinx.Decoder:
    import pocketsphinx

    try:
        return pocketsphinx.Decoder(
            hmm=str(stock_file("en-us")),
            lm=str(language_model),
            dict=str(dictionary),
            logfn=os.devnull,
            loglevel="FATAL",
            **settings,
        )
    except (RuntimeError, ValueError) as error:
        raise UserError(
            f"{language_model}: pocketsphinx cannot start with this model and the decoder settings "
            f"{settings} ({error})",
            "correct pocketsphinx: decoder in the config; else restore the model's folder, or train a new one",
        ) from error


def _merged_dictionary(directory: Path, stock_dictionary: Path) -> str:
    """The stock dictionary with a CLM's lexicon, after checking that every word of its language model is in it.

    Raises:
        UserError: a file is missing or damaged, or the two do not belong together.

    """
    from clm.lm import trie
    from clm.pronunciation.cmudict import merge, read_lexicon, words_and_phones

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


class Piece(NamedTuple):
    """A stretch of a recording that is decoded by itself: its offset in seconds, and its 16-bit samples.

    `outcome` comes with the last piece of a recording: why it failed, or its transcript, still without words. Until
    then it is None, and `seconds` is the length of the recording.
    """

    recording: Recording
    offset: float = 0.0
    samples: bytes = b""
    seconds: float = 0.0
    outcome: Transcript | Failure | None = None


class Recognizer:
    """Decoder of pieces of recordings; it loads the model when the first piece comes."""

    def __init__(self, model: Model, settings: Mapping[str, Any]) -> None:
        self._model, self._settings = model, dict(settings)
        self._decoder: pocketsphinx.Decoder | None = None

    def __call__(self, piece: Piece) -> list[dict[str, Any]]:
        """Words of a piece; none if it has no samples."""
        if not piece.samples:
            return []
        if self._decoder is None:
            self._decoder = decoder(self._model, self._settings)
        # A new front end, which takes no time: what it remembers of the last piece would change scores, and now
        # and then words.
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        # The whole piece at once, so that the mean of its own cepstra is subtracted.
        self._decoder.process_raw(piece.samples, full_utt=True)
        self._decoder.end_utt()
        return list(_items(self._decoder, piece.offset))


def result(items: list[dict[str, Any]]) -> dict[str, Any]:
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
