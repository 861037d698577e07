"""From sentences of a domain to a language model: vocabulary, estimate, weight, mixture, and what justifies it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clm.lm.mixture import em_weights, interpolate, mixed_log_probability, widen
from clm.lm.ngrams import BackoffModel, Floats, Ints, check_capacity, estimate, sequence_log_probabilities
from clm.lm.trie import SENTENCE_END, SENTENCE_START, LanguageModel

log = logging.getLogger(__name__)

ORDER = 3
#: Parts of the text that take turns being held out.
FOLDS = 10
#: Words of held-out text that settle the weight to less than 0.01; a large corpus needs only a few of its folds.
ENOUGH_WORDS = 50_000

#: Bounds of the domain model's weight. Text that repeats itself in slightly different words predicts itself so well
#: that its weight would come near one, and the model would forget general speech.
LOWEST_WEIGHT, HIGHEST_WEIGHT = 0.05, 0.9

Sentences = Sequence[Sequence[str]]


def adapt(stock: LanguageModel, sentences: Sentences, tuning: Sentences = ()) -> tuple[LanguageModel, dict[str, Any]]:
    """Mix a Kneser-Ney model of `sentences` with the stock model; return the model and a report.

    The weight comes from EM on `tuning` where given; else from cross-validation: each tenth of the text is scored
    by a model of the other nine (repeated sentences are held out once only), and EM runs over all scores.
    The weight stays within `LOWEST_WEIGHT` and `HIGHEST_WEIGHT`.

    The report: `weight` of the domain model; `weighted_by` ("tuning text" or "cross-validation"); `words` of text;
    `vocabulary` and `new_words` (numbers of words); and for the text that settled the weight `evaluation`: number of
    words, and perplexity and out-of-vocabulary rate of the stock, domain and mixed models. All three perplexities
    are over the words that the stock model knows, so that they can be compared.
    """
    new_words = sorted({word for sentence in sentences for word in sentence}.difference(stock.words))
    words = stock.words + new_words
    check_capacity(len(words), ORDER)
    codes = {word: code for code, word in enumerate(words)}
    stock_model = widen(stock.model, len(words))
    symbols = encode(sentences, codes)
    domain_model = estimate(symbols, len(words), stock_model.start, ORDER)
    if tuning:
        scores = _score(encode(tuning, codes), symbols, (stock_model, domain_model))
    else:
        unique = list(dict.fromkeys(map(tuple, sentences)))
        scores = _cross_validate(encode(unique, codes), stock_model, len(stock.words))
    found = em_weights(scores[:2, np.isfinite(scores[1])])[1]
    weight = np.clip(found, LOWEST_WEIGHT, HIGHEST_WEIGHT)
    weights = np.array([1.0 - weight, weight])
    log.info("weight of the domain model: %.3f (by EM: %.3f)", weight, found)
    mixed = interpolate((stock_model, domain_model), weights)
    report = {
        "weight": round(float(weight), 6),
        "weighted_by": "tuning text" if tuning else "cross-validation",
        "words": sum(map(len, sentences)),
        "vocabulary": len(words),
        "new_words": len(new_words),
        "evaluation": _evaluate(scores, weights),
    }
    return LanguageModel(words, mixed), report


def encode(sentences: Sentences, codes: dict[str, int]) -> Ints:
    """All sentences as one array of codes, each between start and end; -1 for an unknown word."""
    start, end = codes[SENTENCE_START], codes[SENTENCE_END]
    lookup = codes.get

    def symbols() -> Iterator[int]:
        for sentence in sentences:
            yield start
            for word in sentence:
                yield lookup(word, -1)
            yield end

    return np.fromiter(symbols(), np.int64)


def _score(held_out: Ints, training: Ints, models: tuple[BackoffModel, BackoffModel]) -> Floats:
    """Rows: ln P under the stock and the domain model, and whether the training text has the word.

    Shape (3, n) for the n words to predict; -inf for an impossible word, NaN in both models for an unknown one.
    """
    size, start = models[0].size, models[0].start
    seen = np.bincount(training, minlength=size) > 0
    predicted = held_out != start
    rows = [sequence_log_probabilities(model, held_out)[predicted] for model in models]
    return np.stack([*rows, np.where(held_out >= 0, seen[held_out], False)[predicted]])


def _cross_validate(symbols: Ints, stock: BackoffModel, stock_size: int) -> Floats:
    """Score every tenth of the text by a model of the other nine; see `_score`."""
    found: list[Floats] = []
    for fold in _folds(symbols, stock.start):
        training, held_out = symbols[~fold], symbols[fold]
        known = np.arange(stock.size) < stock_size
        known[training] = True
        domain = estimate(training, stock.size, stock.start, ORDER)
        found.append(_score(np.where(known[held_out], held_out, -1), training, (stock, domain)))
        if sum(scores.shape[1] for scores in found) >= ENOUGH_WORDS:
            break
    return np.concatenate(found, axis=1)


def _folds(symbols: Ints, start: int) -> Iterator[NDArray[np.bool_]]:
    """Masks of runs of whole sentences, about a tenth of the text each.

    Neighbouring sentences share their topic, so runs tell more honestly than single sentences what the model is
    worth for text that it has not seen. A single sentence is its own only fold.
    """
    sentence = np.cumsum(symbols == start) - 1
    number = int(sentence[-1]) + 1
    folds = min(FOLDS, number)
    fold_of_sentence = np.arange(number) * folds // number
    for fold in range(folds):
        yield fold_of_sentence[sentence] == fold


def _evaluate(scores: Floats, weights: Floats) -> dict[str, Any]:
    """Perplexities and out-of-vocabulary rates of the stock, domain and mixed models."""
    stock, domain, in_domain = scores
    words = len(stock)
    by_stock = np.isfinite(stock)
    mixed = mixed_log_probability(scores[:2, by_stock], weights)

    def entry(log_probability: Floats, known: NDArray[np.bool_]) -> dict[str, float | None]:
        perplexity = float(np.exp(-log_probability.mean())) if len(log_probability) else None
        return {
            "perplexity": None if perplexity is None else round(perplexity, 2),
            "oov_rate": round(1.0 - float(known.mean()), 6) if words else None,
        }

    return {
        "words": words,
        "stock": entry(stock[by_stock], by_stock),
        "domain": entry(domain[by_stock], in_domain > 0),
        "mixed": entry(mixed, np.isfinite(domain)),
    }
