"""pocketsphinx's binary trie (`*.lm.bin`), read and written directly with numpy, trigram models only.

The file, little-endian throughout (pocketsphinx 5, src/lm/ngram_model_trie.c and lm_trie.c, after KenLM):

    "Trie Language Model"; order (byte); number of n-grams of each order (uint32 each);
    kind of quantization (int32, 1: 16 bits)
    tables (float32): 65536 probabilities and 65536 back-offs of bigrams, 65536 probabilities of trigrams
    unigrams: (float32 probability, float32 back-off, uint32 first bigram), one more than there are words
    bigrams: bit-packed (word, back-off index, probability index, first trigram), one more than there are bigrams
    trigrams: bit-packed (word, probability index), with room for one more
    words: size (int32), then each ended by a zero byte

The tree is reversed: under the last word of an n-gram comes the one before it, and so on; the entries under one
node are sorted by word. Each bit-packed array is followed by eight bytes. A word takes as many bits as the number
of words has, a pointer as many as the *header's* number of trigrams has. Values are logarithms to the base 1.0001.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clm.base.errors import UserError
from clm.base.files import replacing
from clm.lm.ngrams import NEVER, BackoffModel, Floats, Ints, Level, locate, log_probabilities, stable_order

MAGIC = b"Trie Language Model"
LOG_BASE = np.log(1.0001)
BINS = 65536
PADDING = 8
SENTENCE_START = "<s>"
SENTENCE_END = "</s>"
_UNIGRAM = np.dtype([("logprob", "<f4"), ("backoff", "<f4"), ("next", "<u4")])
# 16 bits of back-off, below 16 bits of probability.
_QUANTIZED_BITS = 16


class LanguageModel(NamedTuple):
    """Words and the back-off model over them: the code of a word is its place in `words`."""

    words: list[str]
    model: BackoffModel


def read(path: Path) -> LanguageModel:
    """Read a trigram model.

    A bigram that is the history of a trigram but not listed itself is added with its backed-off probability, so
    that histories are complete.

    Raises:
        UserError: the file is missing, cut short, or not a trigram model in this format.

    """
    with _explained(path):
        return _parse(np.fromfile(path, np.uint8))


def read_words(path: Path) -> list[str]:
    """Read only the words of a model; also a quick check that the file is whole.

    Raises:
        UserError: as `read`.

    """
    with _explained(path):
        return _File(np.memmap(path, np.uint8, "r")).words


def read_unigrams(path: Path) -> dict[str, float]:
    """Read only the words of a model, with the probability of each on its own.

    Raises:
        UserError: as `read`.

    """
    with _explained(path):
        file = _File(np.memmap(path, np.uint8, "r"))
        logprob = file.unigrams.view(_UNIGRAM)["logprob"][:-1].astype(float) * LOG_BASE
        return dict(zip(file.words, np.exp(logprob).tolist(), strict=True))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(f"{path}: the language model is missing", "train it again, or reinstall") from error
    except (ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: not a readable trigram model in pocketsphinx's binary format ({error})",
            "it is cut short or was made by another tool: train it again, or reinstall",
        ) from error


def _parse(data: NDArray[np.uint8]) -> LanguageModel:
    file = _File(data)
    words, size = file.words, len(file.words)
    tables = file.tables.view("<f4").reshape(3, BINS).astype(float) * LOG_BASE
    unigrams = file.unigrams.view(_UNIGRAM)
    middle = _unpack(file.middle, file.bigrams + 1, file.middle_bits)
    longest = _unpack(file.longest, file.trigrams + 1, file.longest_bits)

    # The header of the stock model counts six bigrams more than the tree holds: the pointers are right.
    starts: Ints = unigrams["next"].astype(np.int64)
    last_word = np.repeat(np.arange(size), starts[1:] - starts[:-1])
    listed = len(last_word)
    previous_word, backoff_index, probability_index, pointer = (column[: listed + 1] for column in middle)
    parent = np.repeat(np.arange(listed), np.diff(pointer))
    first_word, trigram_index = (column[: len(parent)] for column in longest)

    # The tree has n-grams by their last word, then the one before it; the arrays have them by their first word.
    bigram_keys = previous_word[:-1] * size + last_word
    trigram_keys = first_word * size**2 + bigram_keys[parent]
    two_order = stable_order(previous_word[:-1])
    three_order = stable_order(previous_word[parent])
    three_order = three_order[stable_order(first_word[three_order])]
    one = Level(
        np.arange(size),
        unigrams["logprob"][:-1].astype(float) * LOG_BASE,
        unigrams["backoff"][:-1].astype(float) * LOG_BASE,
    )
    two = Level(bigram_keys[two_order], tables[0][probability_index[two_order]], tables[1][backoff_index[two_order]])
    three = Level(trigram_keys[three_order], tables[2][trigram_index[three_order]], np.zeros(len(trigram_keys)))
    start = words.index(SENTENCE_START)
    two = _with_histories(BackoffModel(size, start, (one, two)), three.keys // size)
    return LanguageModel(words, BackoffModel(size, start, (one, two, three)))


def _with_histories(model: BackoffModel, histories: Ints) -> Level:
    """Highest level of `model` with the missing ones of the ascending `histories` added as they back off."""
    level = model.levels[-1]
    different = histories[np.diff(histories, prepend=-1) > 0]
    missing = different[~locate(level.keys, different)[1]]
    places = np.searchsorted(level.keys, missing)
    return Level(
        np.insert(level.keys, places, missing),
        np.insert(level.logprob, places, log_probabilities(model, missing, model.order)),
        np.insert(level.backoff, places, 0.0),
    )


def write(path: Path, language_model: LanguageModel) -> None:
    """Write a trigram model atomically; equal models give equal bytes.

    Each probability and back-off weight of bigrams and trigrams moves by at most half a step of 65536 between the
    smallest and the largest of its kind, and not at all where there are no more than 65536 different ones.
    """
    words, model = language_model
    size = model.size
    one, two, three = model.levels
    # Sorted as the tree has it: last word first.
    two_order = stable_order(two.keys % size)
    two_keys = two.keys[two_order]
    three_order = stable_order(three.keys // size % size)
    three_order = three_order[stable_order(three.keys[three_order] % size)]
    three_keys = three.keys[three_order]
    word_bits, pointer_bits = size.bit_length(), len(three_keys).bit_length()

    two_table, two_index = _quantize(two.logprob[two_order])
    backoff_table, backoff_index = _quantize(two.backoff[two_order])
    three_table, three_index = _quantize(three.logprob[three_order])
    unigrams = np.zeros(size + 1, _UNIGRAM)
    unigrams["logprob"][:-1] = np.maximum(one.logprob, NEVER) / LOG_BASE
    unigrams["backoff"][:-1] = one.backoff / LOG_BASE
    unigrams["next"] = np.searchsorted(two_keys % size, np.arange(size + 1))
    pointers = np.searchsorted(_reversed(three_keys % size**2, size), _reversed(two_keys, size))
    middle = [
        (np.append(two_keys // size, 0), word_bits),
        (np.append(backoff_index, 0), _QUANTIZED_BITS),
        (np.append(two_index, 0), _QUANTIZED_BITS),
        (np.append(pointers, len(three_keys)), pointer_bits),
    ]
    longest = [
        (np.append(three_keys // size**2, 0), word_bits),
        (np.append(three_index, 0), _QUANTIZED_BITS),
    ]
    names = b"".join(word.encode("utf-8") + b"\0" for word in words)
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(MAGIC + struct.pack("<B3Ii", 3, size, len(two_keys), len(three_keys), 1))
        for table in (two_table, backoff_table, three_table):
            file.write((table / LOG_BASE).astype("<f4").tobytes())
        file.write(unigrams.tobytes())
        for fields in (middle, longest):
            file.write(_pack(fields) + bytes(PADDING))
        file.write(struct.pack("<i", len(names)) + names)


def _reversed(bigram_keys: Ints, size: int) -> Ints:
    return bigram_keys % size * size + bigram_keys // size


def _quantize(values: Floats) -> tuple[Floats, Ints]:
    """Table of `BINS` ascending values, and for each of `values` the index of the nearest."""
    single = (values / LOG_BASE).astype("<f4")
    steps = np.unique(single)
    different = steps.astype(float) * LOG_BASE
    if len(different) > BINS:
        table = np.linspace(different[0], different[-1], BINS)
        step = (different[-1] - different[0]) / (BINS - 1)
        return table, np.rint((single.astype(float) * LOG_BASE - different[0]) / step).astype(np.int64)
    table = np.full(BINS, different[-1] if len(different) else 0.0)
    table[: len(different)] = different
    return table, np.searchsorted(steps, single)


def _packed_size(count: int, bits: int) -> int:
    return (count * bits + 7) // 8


def _pack(fields: list[tuple[Ints, int]]) -> bytes:
    """Records of the given (values, bits) fields as a bit stream, lowest bit first.

    Eight records fill whole bytes, so the records of each of eight phases are columns of one byte matrix.
    """
    count, bits = len(fields[0][0]), sum(width for _, width in fields)
    groups = -(-count // 8)
    stream = np.zeros((groups, bits), np.uint8)
    for phase in range(8):
        position = phase * bits
        for values, width in fields:
            part = values[phase::8].astype(np.uint64) << np.uint64(position % 8)
            for byte in range((position % 8 + width + 7) // 8):
                stream[: len(part), position // 8 + byte] |= (part >> np.uint64(8 * byte)).astype(np.uint8)
            position += width
    return stream.tobytes()[: _packed_size(count, bits)]


def _unpack(data: NDArray[np.uint8], count: int, widths: list[int]) -> list[Ints]:
    """Undo `_pack`."""
    bits = sum(widths)
    groups = -(-count // 8)
    stream = np.zeros(groups * bits, np.uint8)
    stream[: len(data)] = data
    rows = stream.reshape(groups, bits)
    columns = [np.zeros(groups * 8, np.int64) for _ in widths]
    for phase in range(8):
        position = phase * bits
        for column, width in zip(columns, widths, strict=True):
            part = np.zeros(groups, np.uint64)
            for byte in range((position % 8 + width + 7) // 8):
                part |= rows[:, position // 8 + byte].astype(np.uint64) << np.uint64(8 * byte)
            part = (part >> np.uint64(position % 8)) & np.uint64((1 << width) - 1)
            column[phase::8] = part.astype(np.int64)
            position += width
    return [column[:count] for column in columns]


class _File:
    """The parts of a file, as bytes, and its words.

    Raises:
        ValueError: it is not such a file, or it is cut short.

    """

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = data
        self._position = 0
        if self._take(len(MAGIC)).tobytes() != MAGIC:
            raise ValueError("it does not begin like one")
        header = struct.unpack("<B3Ii", self._take(struct.calcsize("<B3Ii")).tobytes())
        order, size, self.bigrams, self.trigrams, quantization = header
        if order != 3 or quantization != 1:
            raise ValueError(f"its order is {order} and its kind of quantization {quantization}")
        word_bits = size.bit_length()
        self.middle_bits = [word_bits, _QUANTIZED_BITS, _QUANTIZED_BITS, self.trigrams.bit_length()]
        self.longest_bits = [word_bits, _QUANTIZED_BITS]
        self.tables = self._take(3 * BINS * np.dtype("<f4").itemsize)
        self.unigrams = self._take((size + 1) * _UNIGRAM.itemsize)
        self.middle = self._take_packed(self.bigrams + 1, self.middle_bits)
        self.longest = self._take_packed(self.trigrams + 1, self.longest_bits)
        (length,) = struct.unpack("<i", self._take(4).tobytes())
        self.words = self._take(length).tobytes().decode("utf-8").split("\0")[:-1]
        if len(self.words) != size or SENTENCE_START not in self.words:
            raise ValueError("its word list does not fit")

    def _take(self, count: int) -> NDArray[np.uint8]:
        if count < 0 or self._position + count > len(self._data):
            raise ValueError("it is cut short")
        self._position += count
        return self._data[self._position - count : self._position]

    def _take_packed(self, count: int, bits: list[int]) -> NDArray[np.uint8]:
        packed = _packed_size(count, sum(bits))
        return self._take(packed + PADDING)[:packed]
