"""A stock model of a few thousand words for tests that are about the workflow and not about recognition.

pocketsphinx looks for its model where POCKETSPHINX_PATH says. The acoustic model stays the real one; the language
model keeps the frequent words and those of the tests' texts, and the dictionary keeps their pronunciations. A job of
training takes a quarter of its CPU time, a job of transcription two thirds.
"""

import string
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from clm.base import files
from clm.english import numbers
from clm.english.tokenizer import tokenize
from clm.lm import harm, trie
from clm.lm.ngrams import BackoffModel, Ints, Level, normalize

#: The most frequent words of the stock model that are kept whatever the tests say.
FREQUENT = 1000


def make(directory: Path, texts: Iterable[str]) -> Path:
    """Write the small model below `directory`, with the words of `texts` that the stock model has; gives its path."""
    import pocketsphinx

    stock = Path(pocketsphinx.get_model_path("en-us"))
    small = directory / "en-us"
    small.mkdir(parents=True)
    (small / "en-us").symlink_to(stock / "en-us")
    large = trie.read(stock / "en-us.lm.bin")
    said = {
        *tokenize([*texts, harm.GENERAL_TEXT.read_text(encoding="utf-8")]).counts(),
        *numbers.NUMBERS,
        *numbers.ORDINALS.values(),
        *string.ascii_lowercase,
        *(f"{letter}." for letter in string.ascii_lowercase),
    }
    model = restricted(large, said)
    trie.write(small / "en-us.lm.bin", model)
    lines = (stock / "cmudict-en-us.dict").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = {*model.words, *said}
    files.write_text(
        small / "cmudict-en-us.dict", "".join(line for line in lines if line.split()[0].partition("(")[0] in kept)
    )
    return directory


def restricted(large: trie.LanguageModel, said: Iterable[str]) -> trie.LanguageModel:
    """The model over its most frequent words and those of `said`, each history summing to one again."""
    one, *longer = large.model.levels
    wanted = {trie.SENTENCE_START, trie.SENTENCE_END, *said}
    keep = np.isin(large.words, list(wanted))
    keep[np.argsort(-one.logprob)[:FREQUENT]] = True
    codes = np.where(keep, np.cumsum(keep) - 1, -1)
    size = int(keep.sum())
    levels = [Level(np.arange(size), one.logprob[keep], one.backoff[keep])]
    for order, level in enumerate(longer, start=2):
        symbols = [codes[digit] for digit in _digits(level.keys, large.model.size, order)]
        kept = np.all([symbol >= 0 for symbol in symbols], axis=0)
        keys = sum(symbol[kept] * size ** (order - 1 - place) for place, symbol in enumerate(symbols))
        levels.append(Level(keys, level.logprob[kept], level.backoff[kept]))
    words = [word for word, kept in zip(large.words, keep, strict=True) if kept]
    start = words.index(trie.SENTENCE_START)
    return trie.LanguageModel(words, normalize(BackoffModel(size, start, tuple(levels))))


def _digits(keys: Ints, size: int, order: int) -> list[Ints]:
    """The words of n-grams, first word first."""
    return [keys // size ** (order - 1 - place) % size for place in range(order)]
