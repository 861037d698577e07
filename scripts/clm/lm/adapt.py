"""From sentences of a domain to a language model: vocabulary, estimates, weights, mixture, and what justifies them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import numpy as np

from clm.lm import heldout, vocabulary
from clm.lm.mixture import em_weights, interpolate, widen
from clm.lm.ngrams import BackoffModel, Floats, Ints, check_capacity
from clm.lm.trie import SENTENCE_END, SENTENCE_START, LanguageModel
from clm.lm.vocabulary import Vocabulary

log = logging.getLogger(__name__)

#: Bounds of the domain models' weight. Text that repeats itself in slightly different words predicts itself so well
#: that its weight would come near one, and the model would forget general speech.
LOWEST_WEIGHT, HIGHEST_WEIGHT = 0.05, 0.9
#: The source that is nearest to what will be spoken: parts of it stand in for tuning text.
OWN_TEXT = "training_data"

Sentences = Collection[Sequence[str]]


@dataclass(frozen=True)
class Mixture:
    """Models of a domain over `words`, and their `weights` (that of the stock model first), with a report."""

    words: Vocabulary
    domain: list[BackoffModel]
    weights: Floats
    report: dict[str, Any]


def adapt(
    stock: LanguageModel, sources: Mapping[str, Sentences], tuning: Sentences = (), words: Vocabulary | None = None
) -> tuple[LanguageModel, dict[str, Any]]:
    """Mix Kneser-Ney models of `sources` with the stock model into one; return it and the report of `weigh`."""
    mixture = weigh(stock, sources, tuning, words)
    model = widen(stock.model, len(mixture.words.words))
    mixed = interpolate((model, *mixture.domain), mixture.weights)
    return LanguageModel(mixture.words.words, mixed), mixture.report


def weigh(
    stock: LanguageModel, sources: Mapping[str, Sentences], tuning: Sentences = (), words: Vocabulary | None = None
) -> Mixture:
    """Estimate Kneser-Ney models of `sources`, and the weights with which they complement the stock model.

    The weights come from EM on `tuning` where given; else on held-out parts of `OWN_TEXT`, if there are other sources
    besides; else from cross-validation on everything. Several sources count both together and each on its own.
    `words`: what to train with; by default what `vocabulary.choose` makes of the sources and the stock model.

    The report: `weight` of all domain models together; `weights` of each; `weighted_by` ("tuning text", "held-out
    training_data" or "cross-validation"); `words` of text; numbers of words: `vocabulary`, `new_words` from the text,
    `relatives` of its words that are new as well, `dropped_words` without enough evidence; `evaluation` on the text
    that settled the weights (see `Scores.report`), and with tuning text also `held_out`, the same by
    cross-validation.
    """
    sources = {name: sentences for name, sentences in sources.items() if sentences}
    counts = Counter(chain.from_iterable(chain.from_iterable(sources.values())))
    words = words or vocabulary.choose(counts, stock)
    check_capacity(len(words.words), heldout.ORDER)
    model = widen(stock.model, len(words.words))
    encoded = [encode(sentences, words.codes) for sentences in sources.values()]
    domain = heldout.estimate_sources(encoded, model, words)
    names = ["stock", "all", *(sources if len(sources) > 1 else ())]

    def validate() -> heldout.Scores:
        # Repeated sentences are held out once only: a copy that stays in the training text predicts itself.
        if len(sources) > 1 and OWN_TEXT in sources:
            unique = [
                encode(found, words.codes) if len(found := dict.fromkeys(map(tuple, part))) < len(part) else whole
                for part, whole in zip(sources.values(), encoded, strict=True)
            ]
            return heldout.cross_validate(unique, list(sources).index(OWN_TEXT), model, words)
        found = dict.fromkeys(map(tuple, chain.from_iterable(sources.values())))
        repeated = len(found) < sum(map(len, sources.values()))
        text = encode(found, words.codes) if repeated else np.concatenate(encoded)
        return heldout.cross_validate([text], 0, model, words)

    if tuning:
        weighted_by = "tuning text"
        scores = heldout.score(encode(tuning, words.codes), np.concatenate(encoded), (model, *domain))
    else:
        weighted_by = f"held-out {OWN_TEXT}" if len(sources) > 1 and OWN_TEXT in sources else "cross-validation"
        scores = validate()
    weights = bounded(em_weights(scores.possible()))
    log.info("%s; weights: %s", weighted_by, dict(zip(names, weights.round(3).tolist(), strict=False)))
    report = {
        "weight": round(1.0 - float(weights[0]), 6),
        "weights": {name: round(float(weight), 6) for name, weight in zip(names, weights, strict=False)},
        "weighted_by": weighted_by,
        "words": sum(counts.values()),
        "vocabulary": len(words.words),
        "new_words": sum(word in counts for word in words.new),
        "relatives": sum(word not in counts for word in words.new),
        "dropped_words": sum(word not in words.codes for word in counts),
        "evaluation": scores.report(weights),
    }
    if tuning:
        held_out = validate()
        report["held_out"] = held_out.report(_merged(weights, len(held_out.logprob)))
    return Mixture(words, domain[: len(weights) - 1], weights, report)


def bounded(weights: Floats) -> Floats:
    """Weights, the stock model's first, with that of all others together within the bounds."""
    domain = float(weights[1:].sum())
    scaled = weights.copy()
    scaled[1:] *= np.clip(domain, LOWEST_WEIGHT, HIGHEST_WEIGHT) / domain
    scaled[0] = 1.0 - scaled[1:].sum()
    return scaled


def _merged(weights: Floats, count: int) -> Floats:
    """The weights for `count` models, where all domain models may have been made one."""
    return weights if len(weights) == count else np.array([weights[0], weights[1:].sum()])


def encode(sentences: Sentences, codes: Mapping[str, int]) -> Ints:
    """All sentences as one array of codes, each between start and end; -1 for an unknown word."""
    start, end = (SENTENCE_START,), (SENTENCE_END,)
    words = chain.from_iterable(chain.from_iterable((start, sentence, end) for sentence in sentences))
    return np.fromiter(map(codes.get, words, repeat(-1)), np.int64)
