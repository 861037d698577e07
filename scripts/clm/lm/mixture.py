"""Linear interpolation of back-off models: finding the weights and merging the models into one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clm.lm.ngrams import NEVER, BackoffModel, Floats, Ints, Level, log_probabilities, normalize

#: Imagined observations in favour of each model: they keep a weight off 0 and 1 when there is little to learn from.
PRIOR = 1.0
_ROUNDS = 200
_PRECISE_ENOUGH = 1e-6


def widen(model: BackoffModel, size: int) -> BackoffModel:
    """The same model over a vocabulary of `size` symbols, in which the additional ones have probability zero."""
    added = size - model.size
    levels = []
    for order, level in enumerate(model.levels, start=1):
        if order == 1:
            padded = [np.pad(level.logprob, (0, added), constant_values=-np.inf), np.pad(level.backoff, (0, added))]
            levels.append(Level(np.arange(size), *padded))
            continue
        keys, rest = np.zeros(len(level.keys), np.int64), level.keys
        for digit in range(order):
            keys += rest % model.size * size**digit
            rest = rest // model.size
        levels.append(Level(keys, level.logprob, level.backoff))
    return BackoffModel(size, model.start, tuple(levels))


def em_weights(log_probability: Floats, prior: Floats | float = PRIOR) -> Floats:
    """Interpolation weights of K models that make a text most probable.

    Expectation-maximization for deleted interpolation (Jelinek & Mercer 1980), as SRILM's compute-best-mix does
    it, with `prior` imagined observations per model, so that a text of a few words cannot rule a model out: the mode
    under a Dirichlet prior with parameters `prior` + 1.

    `log_probability`: (K, n), ln P of each of n words under each model, -inf for zero; words that are impossible
    under all models do not count. Returns (K,), positive, with sum one.
    """
    count = len(log_probability)
    best = log_probability.max(axis=0, initial=-np.inf)
    possible = np.isfinite(best)
    likelihood = np.exp(log_probability[:, possible] - best[possible])
    weights = np.full(count, 1.0 / count)
    for _ in range(_ROUNDS):
        joint = weights[:, None] * likelihood
        expected = (joint / joint.sum(axis=0)).sum(axis=1) + prior
        updated = expected / expected.sum()
        done = np.abs(updated - weights).max() < _PRECISE_ENOUGH
        weights = updated
        if done:
            break
    return weights


def shares(weights: Floats) -> Floats:
    """Non-negative weights scaled to a sum of one; equal ones if all are zero.

    >>> shares(np.array([1.0, 3.0])).tolist(), shares(np.zeros(2)).tolist()
    ([0.25, 0.75], [0.5, 0.5])
    """
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(weights), 1.0 / len(weights))


def mixed_log_probability(log_probability: Floats, weights: Floats) -> Floats:
    """Ln of the weighted mean of probabilities; (K, n) and (K,) give (n,)."""
    with np.errstate(divide="ignore"):
        return np.logaddexp.reduce(log_probability + np.log(weights)[:, None], axis=0)


def interpolate(models: Sequence[BackoffModel], weights: Floats) -> BackoffModel:
    """Merge models over one vocabulary into one back-off model.

    It lists every n-gram that any of the models lists, with its interpolated probability; back-off weights are
    computed again so that every history sums to one. (What no model lists backs off in the merged model, which is
    close to, but not the same as, interpolating the models word for word: SRILM's `-mix-lm` does the same.)
    """
    size, start = models[0].size, models[0].start
    levels = []
    for order in range(1, max(model.order for model in models) + 1):
        keys = models[0].levels[order - 1].keys
        for model in models[1:]:
            keys = _union(keys, model.levels[order - 1].keys)
        each = np.stack([log_probabilities(model, keys, order) for model in models])
        logprob = np.maximum(mixed_log_probability(each, weights), NEVER)
        levels.append(Level(keys, logprob, np.zeros(len(keys))))
    return normalize(BackoffModel(size, start, tuple(levels)))


def _union(first: Ints, second: Ints) -> Ints:
    """Ascending keys that are in either; stable sorting just merges two ascending runs, which `union1d` does not."""
    both = np.sort(np.concatenate([first, second]), kind="stable")
    return both[np.concatenate([[True], both[1:] != both[:-1]])] if len(both) else both
