"""Pronunciations guessed from spelling: a joint n-gram model trained on a pronunciation dictionary in seconds.

Each letter of a word goes with a chunk of no, one or two phones; letter and chunk together are one symbol, a
word is a sequence of such symbols, and a Kneser-Ney n-gram model over them (clm.lm.ngrams) says how likely a
spelling and a pronunciation go together (Bisani & Ney, "Joint-sequence models for grapheme-to-phoneme conversion",
Speech Communication 50, 2008; here with one letter per symbol). All words are aligned, and all new words decoded,
side by side in arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clm.lm.ngrams import Floats, Ints, estimate, log_probabilities

Phones = tuple[str, ...]

#: Longer words are spelled out: nobody pronounces them.
LONGEST = 40
ORDER = 6
_LETTERS = 26
_BEAM = 12
#: Symbols rarer than this are mistakes of the dictionary or of the alignment.
_RAREST = 8
_ALIGNMENT_ROUNDS = 4
#: The alignment is learned from about this many words, evenly spread, and then applied to all.
_ALIGNMENT_WORDS = 8000
#: Words of similar length are aligned together, to waste little time on padding.
_ALIGNMENT_BATCH = 4000
_IMPOSSIBLE = -1e6
_START, _END = 0, 1


@dataclass(frozen=True)
class Guess:
    """A pronunciation and its probability among the pronunciations considered for its word."""

    phones: Phones
    probability: float


class Entries(NamedTuple):
    """Spellings and pronunciations as codes from 1, padded with 0: `letters` (n, l) and `phones` (n, p)."""

    letters: Ints
    phones: Ints


def can_guess(word: str) -> bool:
    """True if the model can read a word's spelling: up to `LONGEST` letters a-z."""
    return word.isascii() and word.isalpha() and word.islower() and len(word) <= LONGEST


class Aligner:
    """Letter-to-phone alignment by Viterbi training over chunks of no, one or two phones per letter."""

    def __init__(self, entries: Sequence[tuple[str, Phones]]) -> None:
        self.phones = sorted({phone for _, phones in entries for phone in phones})
        self._code = {phone: code for code, phone in enumerate(self.phones, start=1)}
        #: Phone codes including the padding: the base of a chunk's code, first phone * base + second phone.
        self.base = len(self.phones) + 1
        sample = self.encode(entries[:: max(1, len(entries) // _ALIGNMENT_WORDS)])
        # ln score of [letter, first phone, second phone], 0 for no phone.
        self._score = self._first_guess(sample)
        for _ in range(_ALIGNMENT_ROUNDS):
            self._score = self._reestimate(sample.letters, self.align(sample))

    def encode(self, entries: Sequence[tuple[str, Phones]]) -> Entries:
        """Entries as arrays; all words must pass `can_guess`, unknown phones become padding."""
        words = np.array([word.encode("ascii") for word, _ in entries])
        letters = words.view(np.uint8).reshape(len(entries), -1).astype(np.int64)
        lengths = np.array([len(phones) for _, phones in entries])
        phones = np.zeros((len(entries), max(int(lengths.max()), 2)), np.int64)
        inside = np.arange(phones.shape[1]) < lengths[:, None]
        phones[inside] = [self._code.get(phone, 0) for _, spoken in entries for phone in spoken]
        return Entries(np.where(letters > 0, letters - ord("a") + 1, 0), phones)

    def chunk(self, code: int) -> Phones:
        """The phones of a chunk's code."""
        return tuple(self.phones[part - 1] for part in divmod(code, self.base) if part)

    def align(self, entries: Entries) -> Ints:
        """Code of each letter's chunk, (n, l), in the best alignment; -1 in all of a row that has none."""
        lengths = np.zeros(entries.letters.shape, np.int64)
        by_length = np.argsort((entries.letters > 0).sum(axis=1), kind="stable")
        for batch in np.array_split(by_length, -(-len(by_length) // _ALIGNMENT_BATCH)):
            letters = (entries.letters[batch] > 0).any(axis=0).sum()
            phones = max(int((entries.phones[batch] > 0).any(axis=0).sum()), 2)
            part = Entries(entries.letters[batch, :letters], entries.phones[batch, :phones])
            lengths[batch, :letters] = self._best_lengths(part)
        lengths[lengths[:, 0] < 0] = -1
        padded = np.pad(entries.phones, ((0, 0), (0, 2)))
        used = np.maximum(lengths, 0)
        begin = np.cumsum(used, axis=1) - used
        first = np.where(lengths > 0, np.take_along_axis(padded, begin, axis=1), 0)
        second = np.where(lengths > 1, np.take_along_axis(padded, begin + 1, axis=1), 0)
        return np.where(lengths < 0, -1, first * self.base + second)

    def _first_guess(self, sample: Entries) -> Floats:
        """Scores from how often letters and phones are in the same words."""
        letters, phones = sample
        has_letter = np.stack([(letters == code).any(axis=1) for code in range(_LETTERS + 1)]).astype(float)
        has_phone = np.stack([(phones == code).any(axis=1) for code in range(self.base)]).astype(float)
        by_chance = np.outer(has_letter.sum(axis=1) + 1, has_phone.sum(axis=1) + 1) / len(letters)
        single = np.log((has_letter @ has_phone.T + 0.1) / by_chance)
        score = np.full((_LETTERS + 1, self.base, self.base), _IMPOSSIBLE)
        score[1:, 0, 0] = -1.0
        score[1:, 1:, 0] = single[1:, 1:]
        score[1:, 1:, 1:] = np.minimum(single[1:, 1:, None], single[1:, None, 1:]) - 2.0
        return score

    def _reestimate(self, letters: Ints, chunks: Ints) -> Floats:
        """Ln P(chunk | letter) from alignments."""
        usable = (letters > 0) & (chunks >= 0)
        size = self.base**2
        counts = np.bincount(letters[usable] * size + chunks[usable], minlength=(_LETTERS + 1) * size) + 0.01
        counts = counts.reshape(_LETTERS + 1, self.base, self.base)
        return np.log(counts / counts.sum(axis=(1, 2), keepdims=True))

    def _best_lengths(self, entries: Entries) -> Ints:
        """Number of phones of each letter's chunk, (n, l), by dynamic programming over letters; -1 if impossible."""
        letters, phones = entries
        count, longest = letters.shape
        best = np.full((count, phones.shape[1] + 1), 2 * _IMPOSSIBLE)
        best[:, 0] = 0.0
        choices = np.zeros((count, longest, best.shape[1]), np.int8)
        for i in range(longest):
            letter = letters[:, i, None]
            updated = best + self._score[letter, 0, 0]
            options = (
                (1, best[:, :-1] + self._score[letter, phones, 0]),
                (2, best[:, :-2] + self._score[letter, phones[:, :-1], phones[:, 1:]]),
            )
            for length, option in options:
                better = option > updated[:, length:]
                updated[:, length:][better] = option[better]
                choices[:, i, length:][better] = length
            inside = letter > 0
            best = np.where(inside, updated, best)
            choices[:, i][~inside[:, 0]] = 0
        rows = np.arange(count)
        position = (phones > 0).sum(axis=1)
        possible = best[rows, position] > _IMPOSSIBLE / 2
        lengths = np.zeros((count, longest), np.int64)
        for i in reversed(range(longest)):
            lengths[:, i] = choices[rows, i, position]
            position = position - lengths[:, i]
        lengths[~possible] = -1
        return lengths


class JointModel:
    """A grapheme-to-phoneme model of the words of a dictionary."""

    def __init__(self, dictionary: Mapping[str, Sequence[Phones]]) -> None:
        entries = [(word, phones) for word, variants in dictionary.items() if can_guess(word) for phones in variants]
        self.aligner = Aligner(entries)
        encoded = self.aligner.encode(entries)
        chunks = self.aligner.align(encoded)
        # A symbol is a letter and the code of its chunk; those that occur often enough are numbered from 2.
        size = self.aligner.base**2
        symbols = np.where(encoded.letters > 0, encoded.letters * size + chunks, -1)
        counts = np.bincount(symbols[(symbols >= 0) & (chunks >= 0)])
        listed = np.flatnonzero(counts >= _RAREST)
        self._chunks = [(), (), *(self.aligner.chunk(int(symbol % size)) for symbol in listed)]
        number = np.full(len(counts) + 1, -1)
        number[listed] = np.arange(2, len(listed) + 2)
        numbered = number[symbols]
        inside = encoded.letters > 0
        usable = ((numbered >= 0) | ~inside).all(axis=1) & (chunks[:, 0] >= 0)
        self._model = estimate(_as_sequences(numbered[usable], inside[usable]), len(self._chunks), _START, ORDER)
        # Symbols of each letter, (27, most), padded with 0, which is never predicted.
        of_letter = [np.flatnonzero(listed // size == letter) + 2 for letter in range(_LETTERS + 1)]
        self._candidates = np.zeros((_LETTERS + 1, max(map(len, of_letter))), np.int64)
        for letter, candidates in enumerate(of_letter):
            self._candidates[letter, : len(candidates)] = candidates

    def guess(self, words: Sequence[str], count: int) -> dict[str, list[Guess]]:
        """Up to `count` pronunciations of each word that passes `can_guess`, best first."""
        result: dict[str, list[Guess]] = {}
        readable = sorted({word for word in words if can_guess(word)}, key=lambda word: (len(word), word))
        start = 0
        while start < len(readable):
            length = len(readable[start])
            group = [word for word in readable[start : start + 1000] if len(word) == length]
            result.update(zip(group, self._decode(group, count), strict=True))
            start += len(group)
        return result

    def _decode(self, words: Sequence[str], count: int) -> list[list[Guess]]:
        """Beam search, letter by letter, over all words (of one length) at once."""
        size = len(self._chunks)
        letters = np.array([[ord(letter) - ord("a") + 1 for letter in word] for word in words])
        history = np.full((len(words), 1), _START)
        score = np.zeros((len(words), 1))
        path = np.zeros((len(words), 1, 0), np.int64)
        for i in range(letters.shape[1] + 1):
            last = i == letters.shape[1]
            candidates = np.full((len(words), 1), _END) if last else self._candidates[letters[:, i]]
            keys = history[:, :, None] * size + candidates[:, None, :]
            order = min(i + 2, ORDER)
            different, back = np.unique(keys, return_inverse=True)
            logprob = log_probabilities(self._model, different, order)[back].reshape(keys.shape)
            logprob = np.where(candidates[:, None, :] == _START, -np.inf, logprob)
            total = (score[:, :, None] + logprob).reshape(len(words), -1)
            best = np.argsort(-total, axis=1, kind="stable")[:, :_BEAM]
            parent, choice = np.divmod(best, candidates.shape[1])
            rows = np.arange(len(words))[:, None]
            path = np.concatenate([path[rows, parent], candidates[rows, choice][:, :, None]], axis=2)
            score = np.take_along_axis(total, best, axis=1)
            history = keys.reshape(len(words), -1)[rows, best] % size ** (ORDER - 1)
        return [self._merge(*word, count) for word in zip(path.tolist(), np.exp(score).tolist(), strict=True)]

    def _merge(self, paths: list[list[int]], probabilities: list[float], count: int) -> list[Guess]:
        """Add up the alignments of one pronunciation, and scale to a sum of one."""
        found: dict[Phones, float] = {}
        for path, probability in zip(paths, probabilities, strict=True):
            phones = tuple(phone for symbol in path for phone in self._chunks[symbol])
            if phones and probability > 0:
                found[phones] = found.get(phones, 0.0) + probability
        total = sum(found.values())
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return [Guess(phones, probability / total) for phones, probability in ranked[:count]]


def _as_sequences(numbered: Ints, inside: NDArray[np.bool_]) -> Ints:
    """Rows of symbols as one array, each row between start and end."""
    rows = len(numbered)
    columns = [np.full((rows, 1), _START), numbered, np.full((rows, 1), _END)]
    kept = [np.ones((rows, 1), bool), inside, np.ones((rows, 1), bool)]
    return np.concatenate(columns, axis=1)[np.concatenate(kept, axis=1)]
