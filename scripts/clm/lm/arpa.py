"""Language models as text in Doug Paul's ARPA format, for other tools; nothing here reads it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from clm.base.files import replacing
from clm.lm.ngrams import BackoffModel
from clm.lm.trie import LanguageModel

_LN_10 = np.log(10.0)
_AT_ONCE = 1 << 16


def write(path: Path, language_model: LanguageModel) -> None:
    """Write a model of any order atomically, probabilities and back-off weights as log10 with six decimals."""
    words, model = language_model
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\\data\\\n")
        file.writelines(f"ngram {order}={len(level.keys)}\n" for order, level in enumerate(model.levels, start=1))
        for order in range(1, model.order + 1):
            file.write(f"\n\\{order}-grams:\n")
            file.writelines(_entries(words, model, order))
        file.write("\n\\end\\\n")


def _entries(words: list[str], model: BackoffModel, order: int) -> Iterator[str]:
    level = model.levels[order - 1]
    last = order == model.order
    for start in range(0, len(level.keys), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        keys = level.keys[part]
        columns = [(keys // model.size**place % model.size).tolist() for place in reversed(range(order))]
        logprobs = (level.logprob[part] / _LN_10).tolist()
        backoffs = (level.backoff[part] / _LN_10).tolist()
        for logprob, backoff, *codes in zip(logprobs, backoffs, *columns, strict=True):
            ngram = " ".join(words[code] for code in codes)
            yield f"{logprob:.6f}\t{ngram}\n" if last else f"{logprob:.6f}\t{ngram}\t{backoff:.6f}\n"
