"""Training of a custom language model: from files of text to `lm.bin` and `lexicon.tsv`."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clm.base.errors import UserError
from clm.base.files import write_bytes
from clm.base.messages import some
from clm.base.parallel import aside
from clm.base.text_files import read_text
from clm.engines.pocketsphinx.stock import ARPA_FILE, LEXICON_FILE, LM_FILE, STOCK_DICTIONARY, STOCK_MODEL, stock_file
from clm.english.tokenizer import Text, join_spellings, tokenize
from clm.lm import arpa, harm, trie, vocabulary
from clm.lm.adapt import adapt
from clm.pronunciation import espeak
from clm.pronunciation.cmudict import Entry, read_dictionary, write_lexicon
from clm.pronunciation.user_dictionary import read_pronunciations
from clm.types import TrainingText

if TYPE_CHECKING:
    from clm.pronunciation.g2p import Phones

log = logging.getLogger(__name__)

#: A word this many times as frequent as in general speech is typical of the domain.
TIMES_TYPICAL = 30
Dictionary = dict[str, list["Phones"]]


@dataclass(frozen=True)
class Settings:
    """Users' choices: a file of `pronunciations`, to ask `espeak`, to write the language model as `arpa` too."""

    pronunciations: Path | None = None
    espeak: bool = False
    arpa: bool = False


def train(text: TrainingText, directory: Path, settings: Settings, processes: int) -> dict[str, Any]:
    """Train a CLM into `directory`, equal bytes for equal text; return the details for model.json.

    A text that earns no weight and has no new words gives the stock model, byte for byte. With two processes, one
    finds pronunciations while the other estimates the language model.

    Raises:
        UserError: the text is not UTF-8 or has no words, the file of pronunciations cannot be used, or espeak-ng is
            asked for and not installed.

    """
    asked = {"espeak": espeak.version()} if settings.espeak else {}
    sources = _read(text.sources)
    tuning = tokenize([read_text(text.tuning)]).sentences if text.tuning else ()
    stock = trie.read(stock_file(STOCK_MODEL))
    dictionary = read_dictionary(stock_file(STOCK_DICTIONARY))
    sentences = {name: source.sentences for name, source in sources.items()}
    counts = sum((source.counts() for source in sources.values()), Counter())
    words = vocabulary.choose(counts, stock, dictionary)
    path = settings.pronunciations
    own = _own_pronunciations(path, dictionary, words.words) if path else {}
    spoken = {word: counts[word] for word in words.words if word not in (trie.SENTENCE_START, trie.SENTENCE_END)}
    written = join_spellings(sources.values())
    typical = _typical(counts, stock, dictionary)
    about = (dictionary, stock.words, own, spoken, written, typical, text.still_missed, settings.espeak)
    with aside(processes, find_pronunciations, *about) as found:
        model, report = adapt(stock, sentences, tuning, words)
        _write(model, directory, as_stock=model is stock, as_arpa=settings.arpa)
        general = harm.general_perplexity(stock, model)
        lexicon = found()
    if model is stock:
        lexicon = _without_suggestions(lexicon, stock, dictionary)
    write_lexicon(directory / LEXICON_FILE, lexicon)
    return {
        **report,
        "sentences": sum(map(len, sentences.values())),
        "pronunciations": len(lexicon),
        "own_pronunciations": sum(entry.source == "user" for entry in lexicon),
        **asked,
        "general_text": general,
        "equals_stock": model is stock and all(entry.source != "user" for entry in lexicon),
        "marks": [mark.as_json() for mark in harm.marks(general["ratio"], report["weight"])],
    }


def _write(model: trie.LanguageModel, directory: Path, *, as_stock: bool, as_arpa: bool) -> None:
    """Write the language model; that of the stock model, byte for byte, if it is the same."""
    if as_stock:
        write_bytes(directory / LM_FILE, stock_file(STOCK_MODEL).read_bytes())
    else:
        trie.write(directory / LM_FILE, model)
    if as_arpa:
        arpa.write(directory / ARPA_FILE, model)


def find_pronunciations(
    dictionary: Dictionary,
    common: list[str],
    own: Dictionary,
    counts: Mapping[str, int],
    written: Mapping[str, str],
    typical: Set[str],
    still_missed: Set[str],
    with_espeak: bool,
) -> list[Entry]:
    """The lexicon of a model with the words of `counts`; see `Pronouncer` and `further` for the rest."""
    from clm.pronunciation.pronouncer import Pronouncer
    from clm.pronunciation.variants import further

    pronouncer = Pronouncer(dictionary, common, own, with_espeak=with_espeak)
    lexicon = pronouncer.pronounce(counts, written, typical)
    occurring = {word: count for word, count in counts.items() if count}
    return lexicon + further(pronouncer.dictionary, lexicon, occurring, still_missed)


def _without_suggestions(lexicon: list[Entry], stock: trie.LanguageModel, dictionary: Dictionary) -> list[Entry]:
    """The entries that the user wrote, or without which the stock model cannot be loaded."""
    common = frozenset(stock.words)
    return [
        entry for entry in lexicon if entry.word in common and (entry.source == "user" or entry.word not in dictionary)
    ]


def _read(paths: Mapping[str, Path]) -> dict[str, Text]:
    """The text of each source.

    Raises:
        UserError: a file is not UTF-8, or none of them has words.

    """
    sources = {name: tokenize([read_text(path)]) for name, path in sorted(paths.items())}
    if not any(source.sentences for source in sources.values()):
        raise UserError(
            f"no English words to train from in {', '.join(map(str, paths.values())) or 'no text'}",
            "add text about what is spoken, one sentence per line",
        )
    return sources


def _typical(counts: Mapping[str, int], stock: trie.LanguageModel, dictionary: Dictionary) -> set[str]:
    """Known words of the text that are much more frequent there than in general speech."""
    unigrams = dict(zip(stock.words, np.exp(stock.model.levels[0].logprob).tolist(), strict=True))
    floor, total = min(unigrams.values()), sum(counts.values())
    return {
        word
        for word, count in counts.items()
        if word in dictionary and count >= TIMES_TYPICAL * total * unigrams.get(word, floor)
    }


def _own_pronunciations(path: Path, dictionary: Dictionary, words: list[str]) -> Dictionary:
    phones = frozenset(phone for variants in dictionary.values() for spoken in variants for phone in spoken)
    own = read_pronunciations(path, phones)
    if unused := sorted(own.keys() - set(words)):
        log.warning("%s: %d words are not in the text: %s", path, len(unused), some(unused))
    return own
