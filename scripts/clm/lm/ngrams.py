"""Back-off n-gram models as plain arrays: their shape, looking up, estimation, normalization.

An n-gram w1..wk over a vocabulary of V symbols is one integer, its digits to the base V with w1 the most
significant. Sorting the integers sorts the n-grams by history, dividing by V takes the last symbol away, and the
remainder by V^(k-1) takes the first symbol away; so everything below is sorting, counting and searching of int64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clm.base.errors import UserError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What ARPA files write for the probability of "<s>", which is never predicted: 10^-99.
NEVER = -99.0 * np.log(10.0)
#: Discounts of counts 1, 2 and 3 or more where a corpus is too small to estimate them (KenLM's choice).
FALLBACK_DISCOUNTS = (0.5, 1.0, 1.5)
#: Probability that a history keeps for symbols not seen after it, at the least. Log base 1.0001 in float32, which
#: pocketsphinx computes with, has no use for less.
LEAST_LEFTOVER = 1e-6


@dataclass(frozen=True)
class Level:
    """The n-grams of one order k.

    `keys`: int64 (n,), strictly ascending codes of w1..wk. `logprob`: float64 (n,), ln P(wk | w1..wk-1).
    `backoff`: float64 (n,), ln of the weight with which w1..wk as a history passes on to shorter ones; all 0 in
    the highest order.
    """

    keys: Ints
    logprob: Floats
    backoff: Floats


@dataclass(frozen=True)
class BackoffModel:
    """A back-off model of `size` symbols with one `Level` per order, lowest first.

    The first level lists every symbol, so its keys are 0..size-1. The first k-1 symbols of an n-gram of order k
    are an n-gram of the level below. `start` is the symbol that begins every sequence and is never predicted.
    """

    size: int
    start: int
    levels: tuple[Level, ...]

    @property
    def order(self) -> int:
        """Length of the longest n-grams."""
        return len(self.levels)


def locate(sorted_keys: Ints, keys: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Find `keys` in `sorted_keys`: positions (arbitrary but valid where absent) and whether each is there."""
    if len(sorted_keys) == 0:
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), bool)
    positions = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return positions, sorted_keys[positions] == keys


def stable_order(values: Ints) -> Ints:
    """Indices that sort non-negative integers, equal ones in their order: a radix sort by 16 bits at a time.

    numpy sorts 16-bit integers in linear time; it takes several times as long for wider ones.
    """
    order = np.argsort((values & 0xFFFF).astype(np.uint16), kind="stable")
    for shift in range(16, int(values.max(initial=0)).bit_length(), 16):
        digits = (values >> shift & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(digits[order], kind="stable")]
    return order


def log_probabilities(model: BackoffModel, keys: Ints, order: int) -> Floats:
    """Natural log P(last symbol | symbols before it) of n-grams of one order, backing off where unseen.

    Katz's recursion: P(w | h) is listed, or else backoff(h) * P(w | h without its first symbol).
    """
    level = model.levels[order - 1]
    if order == 1:
        return level.logprob[keys]
    positions, found = locate(level.keys, keys)
    result = level.logprob[positions] if len(level.keys) else np.zeros(len(keys))
    rest = keys[~found]
    below = model.levels[order - 2]
    history, known = locate(below.keys, rest // model.size)
    weight = np.where(known, below.backoff[history], 0.0) if len(below.keys) else np.zeros(len(rest))
    result[~found] = weight + log_probabilities(model, rest % model.size ** (order - 1), order - 1)
    return result


def sequence_log_probabilities(model: BackoffModel, symbols: Ints) -> Floats:
    """Natural log probability of every predicted symbol of `symbols`, NaN where there is none to predict.

    `symbols`: int64 (n,), sequences one after another, each beginning with `model.start`; -1 is an unknown symbol,
    which is not predicted and which histories do not reach across.
    """
    known = symbols >= 0
    usable = np.where(known, symbols, 0)
    result = np.full(len(symbols), np.nan)
    # reach[i] is the number of symbols right before i that its history may use.
    reach = np.zeros(len(symbols), np.int64)
    key = usable.copy()
    keys = [key]
    within = known & (symbols != model.start)
    for back in range(1, model.order):
        earlier = np.concatenate([np.zeros(back, np.int64), usable[:-back]])
        within = within & np.concatenate([np.zeros(back, bool), known[:-back]])
        reach[within] = back
        key = key + earlier * model.size**back
        keys.append(key)
        # A history ends at the start symbol.
        within = within & (earlier != model.start)
    predicted = known & (symbols != model.start)
    for back, codes in enumerate(keys):
        chosen = predicted & (reach == back)
        result[chosen] = log_probabilities(model, codes[chosen], back + 1)
    return result


def check_capacity(size: int, order: int) -> None:
    """Refuse vocabularies whose n-grams do not fit 63 bits (two million words for trigrams).

    Raises:
        UserError: there are too many different words.

    """
    if size**order >= 2**63:
        raise UserError(
            f"the text has too many different words: {size} with those of the stock model",
            "use less text, or text of one language",
        )


def estimate(symbols: Ints, size: int, start: int, order: int, base: Floats | None = None) -> BackoffModel:
    """Interpolated modified Kneser-Ney estimate.

    Chen & Goodman, "An empirical study of smoothing techniques for language modeling", TR-10-98, 1998, section 3:
    P(w|h) = (c(hw) - D(c(hw))) / c(h.) + gamma(h) P(w|h'), where lower orders count the different symbols before
    an n-gram instead of its occurrences (except at the start of a sequence, where there is nothing before it), and
    the lowest order is interpolated with `base`, float64 (size,), a distribution over all symbols but the start; the
    uniform one if none is given.

    `symbols`: int64 (n,), sequences one after another, each beginning with `start`, all other symbols in 0..size-1,
    or -1 for a symbol that is left out, with all n-grams that it would be in.

    Raises:
        UserError: the n-grams do not fit 63 bits.

    """
    check_capacity(size, order)
    counts = [_occurrences(symbols, size, start, k) for k in range(1, order + 1)]
    levels: list[Level] = []
    for k in range(1, order + 1):
        keys, occurrences = counts[k - 1]
        if k < order:
            occurrences = _continuations(keys, occurrences, counts[k][0], size, start, k)
        if k == 1:
            levels = [_lowest_level(keys, occurrences, size, start, base)]
        else:
            levels = _add_level(levels, keys, occurrences, size, start)
    return BackoffModel(size, start, tuple(levels))


def _occurrences(symbols: Ints, size: int, start: int, order: int) -> tuple[Ints, Ints]:
    """Codes (ascending) and counts of the n-grams that lie within one sequence."""
    n = len(symbols) - order + 1
    if n <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    keys = np.zeros(n, np.int64)
    within = np.ones(n, bool)
    for i in range(order):
        column = symbols[i : i + n]
        keys = keys * size + column
        within &= column >= 0
        if i or order == 1:
            within &= column != start
    return np.unique(keys[within], return_counts=True)


def _continuations(keys: Ints, occurrences: Ints, longer: Ints, size: int, start: int, order: int) -> Ints:
    """Number of different symbols before each n-gram; its occurrences where it begins with `start`."""
    ends, different = np.unique(longer % size**order, return_counts=True)
    result = np.zeros(len(keys), np.int64)
    positions, found = locate(ends, keys)
    result[found] = different[positions[found]]
    return np.where(found & (keys // size ** (order - 1) != start), result, occurrences)


def discounts(counts: Ints) -> Floats:
    """Discounts D(0..3) of Chen & Goodman (1998), equation 26; fixed ones where the counts do not allow them."""
    n = np.bincount(np.minimum(counts, 5), minlength=6)[1:5].astype(float)
    if np.all(n > 0):
        y = n[0] / (n[0] + 2 * n[1])
        found = np.array([i - (i + 1) * y * n[i] / n[i - 1] for i in (1, 2, 3)])
        if np.all((found > 0) & (found < np.array([1, 2, 3]))):
            return np.concatenate([[0.0], found])
    return np.array([0.0, *FALLBACK_DISCOUNTS])


def _lowest_level(keys: Ints, counts: Ints, size: int, start: int, base: Floats | None) -> Level:
    """Unigrams; the rest that the discounts leave is distributed like `base`."""
    if base is None:
        base = np.full(size, 1.0 / max(size - 1, 1))
        base[start] = 0.0
    taken_off = discounts(counts)[np.minimum(counts, 3)]
    total = max(int(counts.sum()), 1)
    probability = base * (taken_off.sum() / total if len(counts) else 1.0)
    probability[keys] += (counts - taken_off) / total
    with np.errstate(divide="ignore"):
        logprob = np.log(probability)
    logprob[start] = NEVER
    return Level(np.arange(size), logprob, np.zeros(size))


def _add_level(levels: list[Level], keys: Ints, counts: Ints, size: int, start: int) -> list[Level]:
    """Discount one order, interpolate it with the order below, and give that its back-off weights."""
    taken_off = discounts(counts)[np.minimum(counts, 3)]
    below = levels[-1]
    history, _ = locate(below.keys, keys // size)
    totals = np.bincount(history, counts, len(below.keys))
    gamma = np.bincount(history, taken_off, len(below.keys)) / np.maximum(totals, 1)
    backoff = np.where(totals > 0, np.log(np.where(totals > 0, gamma, 1.0)), 0.0)
    lower = BackoffModel(size, start, (*levels[:-1], Level(below.keys, below.logprob, backoff)))
    shorter = np.exp(log_probabilities(lower, keys % size ** len(levels), len(levels)))
    probability = (counts - taken_off) / totals[history] + gamma[history] * shorter
    return [*lower.levels, Level(keys, np.log(probability), np.zeros(len(keys)))]


def normalize(model: BackoffModel) -> BackoffModel:
    """Recompute all back-off weights so that the probabilities after every history sum to one.

    Listed probabilities stay as they are, as long as a history leaves `LEAST_LEFTOVER` for unlisted symbols; else
    they are scaled down to that. Works upwards, since the weights of one order need the order below.
    """
    unigram = model.levels[0]
    predicted = np.exp(unigram.logprob)
    predicted[model.start] = 0.0
    logprob = unigram.logprob - np.log(predicted.sum())
    logprob[model.start] = NEVER
    levels = [Level(unigram.keys, logprob, np.zeros(model.size))]
    for level in model.levels[1:]:
        below = levels[-1]
        history, _ = locate(below.keys, level.keys // model.size)
        order = len(levels)
        lower = BackoffModel(model.size, model.start, tuple(levels))
        shorter = np.exp(log_probabilities(lower, level.keys % model.size**order, order))
        listed = np.bincount(history, np.exp(level.logprob), len(below.keys))
        scale = np.minimum(1.0, (1.0 - LEAST_LEFTOVER) / np.maximum(listed, LEAST_LEFTOVER))
        left = 1.0 - listed * scale
        left_below = np.maximum(1.0 - np.bincount(history, shorter, len(below.keys)), LEAST_LEFTOVER)
        backoff = np.where(listed > 0, np.log(left) - np.log(left_below), 0.0)
        levels[-1] = Level(below.keys, below.logprob, backoff)
        scaled = level.logprob + np.log(scale)[history]
        levels.append(Level(level.keys, scaled, np.zeros(len(level.keys))))
    return BackoffModel(model.size, model.start, tuple(levels))


def total_probability(model: BackoffModel, history: Sequence[int]) -> float:
    """Sum of P(w | history) over all symbols; one for a sound model."""
    code = 0
    for symbol in history:
        code = code * model.size + symbol
    everything = np.arange(model.size)
    keys = code * model.size + everything[everything != model.start]
    return float(np.exp(log_probabilities(model, keys, len(history) + 1)).sum())
