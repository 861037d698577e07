"""Whether a model forgets general speech: its perplexity on sixty everyday sentences that no domain has to itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clm.lm.ngrams import sequence_log_probabilities
from clm.lm.trie import SENTENCE_END, SENTENCE_START, LanguageModel
from clm.reasons import codes
from clm.reasons.codes import Reason

GENERAL_TEXT = Path(__file__).with_name("general.txt")
#: A model whose perplexity on general text grows by more than this factor is marked. Twenty megabytes of novels and
#: software manuals, at the highest weight, gave 2.3.
MOST_GROWTH = 3.0


def general_perplexity(stock: LanguageModel, adapted: LanguageModel) -> dict[str, Any]:
    """Perplexities of both models on the general text, and their ratio.

    The words of `stock` must come first in `adapted`, in the same order.
    """
    codes = {word: code for code, word in enumerate(stock.words)}
    lines = GENERAL_TEXT.read_text(encoding="utf-8").splitlines()
    words = [word for line in lines for word in (SENTENCE_START, *line.split(), SENTENCE_END)]
    symbols = np.array([codes.get(word, -1) for word in words])
    logprobs = [sequence_log_probabilities(language_model.model, symbols) for language_model in (stock, adapted)]
    known = np.isfinite(logprobs[0])
    perplexities = [float(np.exp(-logprob[known].mean())) for logprob in logprobs]
    return {
        "words": int(known.sum()),
        "stock": round(perplexities[0], 2),
        "mixed": round(perplexities[1], 2),
        "ratio": round(perplexities[1] / perplexities[0], 4),
    }


def marks(general_ratio: float) -> list[Reason]:
    """Why a model should be looked at before it is used; none if it does no harm.

    >>> marks(1.2), [mark.arguments for mark in marks(3.5)]
    ([], [{'ratio': 3.5}])
    """
    return [codes.forgets(general_ratio)] if general_ratio > MOST_GROWTH else []
