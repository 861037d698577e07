"""Predictions of held-out text by several models, which decide the interpolation weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clm.lm.mixture import mixed_log_probability, shares
from clm.lm.ngrams import BackoffModel, Floats, Ints, estimate, sequence_log_probabilities
from clm.lm.vocabulary import Vocabulary

ORDER = 3
#: Parts of the text that take turns being held out.
FOLDS = 10
#: Words of held-out text that determine a weight to less than 0.01. A longer text holds out that many once, in runs
#: from everywhere, instead of all of it in turns.
ENOUGH_WORDS = 50_000


@dataclass(frozen=True)
class Scores:
    """Probabilities that K models, the stock model first, give to each of n words.

    `logprob`: float64 (K, n), ln P, -inf for an impossible word, NaN for one that is in no vocabulary.
    `seen`: bool (n,), whether the training text has the word.
    """

    logprob: Floats
    seen: NDArray[np.bool_]

    @classmethod
    def join(cls, parts: Sequence[Scores]) -> Scores:
        """All words of several texts."""
        logprob = np.concatenate([part.logprob for part in parts], axis=1)
        return cls(logprob, np.concatenate([part.seen for part in parts]))

    def possible(self) -> Floats:
        """`logprob` of the words that a model trained from text can predict."""
        with np.errstate(invalid="ignore"):
            return self.logprob[:, np.isfinite(self.logprob[1:]).any(axis=0)]

    def report(self, weights: Floats) -> dict[str, Any]:
        """Perplexities and out-of-vocabulary rates of the stock, domain and mixed models.

        The domain model is the mixture of all but the stock model. Perplexities are over the words that the stock
        model knows, so that they can be compared.
        """
        stock = self.logprob[0]
        words = len(stock)
        by_stock = np.isfinite(stock)
        by_any = by_stock | np.isfinite(self.logprob[1:]).any(axis=0)
        known = self.logprob[:, by_stock]
        domain = mixed_log_probability(known[1:], shares(weights[1:]))
        rows = (
            ("stock", known[0], by_stock),
            ("domain", domain, self.seen),
            ("mixed", mixed_log_probability(known, weights), by_any),
        )
        return {"words": words, **{name: _entry(logprob, covered) for name, logprob, covered in rows}}


def _entry(logprob: Floats, covered: NDArray[np.bool_]) -> dict[str, float | None]:
    perplexity = round(float(np.exp(-logprob.mean())), 2) if len(logprob) else None
    return {
        "perplexity": perplexity,
        "oov_rate": round(1.0 - float(covered.mean()), 6) if len(covered) else None,
    }


def score(held_out: Ints, training: Ints, models: Sequence[BackoffModel]) -> Scores:
    """Score every word of `held_out` except starts of sentences; `training` is what the models have seen."""
    seen = np.bincount(training[training >= 0], minlength=models[0].size) > 0
    predicted = held_out != models[0].start
    logprob = np.stack([sequence_log_probabilities(model, held_out)[predicted] for model in models])
    return Scores(logprob, np.where(held_out >= 0, seen[held_out], False)[predicted])


def estimate_sources(sources: Sequence[Ints], stock: BackoffModel, vocabulary: Vocabulary) -> list[BackoffModel]:
    """Kneser-Ney models of all sources together and, if there are several, of each."""
    together = np.concatenate(sources)
    texts = [together, *(sources if len(sources) > 1 else [])]
    return [estimate(text, stock.size, stock.start, ORDER, vocabulary.base(stock.start, text)) for text in texts]


def cross_validate(sources: Sequence[Ints], own: int, stock: BackoffModel, vocabulary: Vocabulary) -> Scores:
    """Hold out parts of source number `own` in turns, and score each by models of all the rest.

    Copies of held-out sentences in the other sources are held out as well; a source of which nothing is left is
    replaced by all of the rest.
    """
    found: list[Scores] = []
    numbers = np.cumsum(sources[own] == stock.start) - 1
    copies = {
        number: _copies(source, sources[own], stock.start) for number, source in enumerate(sources) if number != own
    }
    for fold in folds(sources[own], stock.start):
        held = np.unique(numbers[fold])
        rest = [
            source[~fold if number == own else ~np.isin(copies[number], held)] for number, source in enumerate(sources)
        ]
        training = np.concatenate(rest)
        rest = [part if len(part) else training for part in rest]
        models = estimate_sources(rest, stock, vocabulary)
        held_out = sources[own][fold]
        # A new word that only the held-out part has is unknown there.
        known = vocabulary.base(stock.start, training) > 0
        known[training[training >= 0]] = True
        found.append(score(np.where(known[held_out], held_out, -1), training, (stock, *models)))
    return Scores.join(found)


def _copies(source: Ints, own: Ints, start: int) -> Ints:
    """For each symbol of a source the number of the equal sentence in `own`, or -1."""
    numbers = {sentence: number for number, sentence in enumerate(_sentences(own, start))}
    found = [numbers.get(sentence, -1) for sentence in _sentences(source, start)]
    return np.array(found, np.int64)[np.cumsum(source == start) - 1]


def _sentences(symbols: Ints, start: int) -> Iterator[bytes]:
    data, size = symbols.tobytes(), symbols.itemsize
    for begin, end in pairwise([*np.flatnonzero(symbols == start).tolist(), len(symbols)]):
        yield data[begin * size : end * size]


def folds(symbols: Ints, start: int) -> Iterator[NDArray[np.bool_]]:
    """Masks of what is held out: runs of whole sentences.

    Neighbouring sentences share their topic, so runs show more honestly than single sentences how well a model predicts
    text that it has not seen. A single sentence is its own only fold.
    """
    sentence = np.cumsum(symbols == start) - 1
    number = int(sentence[-1]) + 1
    count = min(FOLDS, number)
    if len(symbols) > FOLDS * ENOUGH_WORDS:
        runs = max(len(symbols) // ENOUGH_WORDS, 1)
        # Of every stretch of the text the first part, about ENOUGH_WORDS words together.
        place = np.arange(number) * runs * count % (number * count) / number
        yield (place < count / runs)[sentence]
        return
    fold_of_sentence = np.arange(number) * count // number
    for fold in range(count):
        yield fold_of_sentence[sentence] == fold
