"""Whether a model forgets general speech: its perplexity on sixty everyday sentences that no domain has to itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clm.lm.ngrams import sequence_log_probabilities
from clm.lm.trie import SENTENCE_END, SENTENCE_START, LanguageModel

GENERAL_TEXT = Path(__file__).with_name("general.txt")
#: A model whose perplexity on general text grows by more than this factor is marked. Models of related text that did
#: no harm in benchmarks/clm_gain.py stay below two.
MOST_GROWTH = 3.0
#: A model that breaks more than this share of the words that it fixes is marked.
MOST_BROKEN = 0.5


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


def marks(general_ratio: float, fixed: int | None = None, broken: int | None = None) -> list[str]:
    """Why a model should be looked at before it is used, as sentences; none if it does no harm.

    >>> marks(1.2, fixed=100, broken=20)
    []
    >>> marks(1.2, fixed=10, broken=9)
    ['It breaks 9 words that the stock model got right, and fixes 10.']
    """
    found = []
    if general_ratio > MOST_GROWTH:
        found.append(f"Its perplexity on general text is {general_ratio:.1f} times that of the stock model.")
    if fixed is not None and broken is not None and broken > MOST_BROKEN * fixed:
        found.append(f"It breaks {broken} words that the stock model got right, and fixes {fixed}.")
    return found
