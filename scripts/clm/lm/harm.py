"""Harm to general speech: a model's perplexity on sixty everyday sentences that belong to no domain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clm.lm.mixture import mixed_log_probability
from clm.lm.ngrams import BackoffModel, Floats, sequence_log_probabilities
from clm.lm.trie import SENTENCE_END, SENTENCE_START, LanguageModel
from clm.reasons import codes
from clm.reasons.codes import Reason

GENERAL_TEXT = Path(__file__).with_name("general.txt")
#: A model whose perplexity on general text grows by more than this factor is marked.
MOST_GROWTH = 3.0
#: Text that is not known to be like the speech gets a weight that makes general text at most this much more perplexing.
#: Text that earns its weight stays below: 1.9 for articles about cell biology (docs/control.md).
BEARABLE_GROWTH = 2.0
_HALVINGS = 20


def general_perplexity(stock: LanguageModel, adapted: LanguageModel) -> dict[str, Any]:
    """Perplexities of both models on the general text, and their ratio.

    The words of `stock` must come first in `adapted`, in the same order.
    """
    logprobs = _general_scores(stock.words, (stock.model, adapted.model))
    perplexities = np.exp(-logprobs.mean(axis=1)).tolist()
    return {
        "words": logprobs.shape[1],
        "stock": round(perplexities[0], 2),
        "mixed": round(perplexities[1], 2),
        "ratio": round(perplexities[1] / perplexities[0], 4),
    }


def bearable(weights: Floats, words: Sequence[str], models: Sequence[BackoffModel]) -> Floats:
    """Weights of the models, the stock model's first, with the others lowered until they do general speech no harm.

    Those of the others keep their proportions; perplexity on the general text grows by `BEARABLE_GROWTH` at the most.
    `words`: those of the stock model, the first in all models.
    """
    logprobs = _general_scores(words, models)
    least = logprobs[0].mean() - np.log(BEARABLE_GROWTH)

    def lowered(factor: float) -> Floats:
        others = factor * weights[1:]
        return np.concatenate([[1.0 - others.sum()], others])

    def harmless(factor: float) -> bool:
        return bool(mixed_log_probability(logprobs, lowered(factor)).mean() >= least)

    if harmless(1.0):
        return weights
    # The mean is concave in the factor and high enough at zero.
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if harmless(middle) else (low, middle)
    return lowered(low)


def _general_scores(words: Sequence[str], models: Sequence[BackoffModel]) -> Floats:
    """Ln P of the words of the general text that the first model knows, (models, words)."""
    codes = {word: code for code, word in enumerate(words)}
    lines = GENERAL_TEXT.read_text(encoding="utf-8").splitlines()
    text = [word for line in lines for word in (SENTENCE_START, *line.split(), SENTENCE_END)]
    symbols = np.array([codes.get(word, -1) for word in text])
    logprobs = np.stack([sequence_log_probabilities(model, symbols) for model in models])
    return logprobs[:, np.isfinite(logprobs[0])]


def marks(general_ratio: float, weight: float) -> list[Reason]:
    """Warnings about a model with this weight, before it is used; none if it does no harm.

    >>> marks(1.2, 0.4), [mark.arguments for mark in marks(3.5, 0.4)], [str(mark.code) for mark in marks(1.0, 0.0)]
    ([], [{'ratio': 3.5}], ['says_nothing'])
    """
    if not weight:
        return [codes.says_nothing()]
    return [codes.forgets(general_ratio)] if general_ratio > MOST_GROWTH else []
