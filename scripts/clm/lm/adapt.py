"""Adaptation of a language model to sentences of a domain: vocabulary, estimates, weights, mixture, evaluation."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import numpy as np

from clm.lm import harm, heldout, vocabulary
from clm.lm.mixture import PRIOR, em_weights, interpolate, mixed_log_probability, shares, widen
from clm.lm.ngrams import BackoffModel, Floats, Ints, check_capacity
from clm.lm.trie import SENTENCE_END, SENTENCE_START, LanguageModel
from clm.lm.vocabulary import Vocabulary

log = logging.getLogger(__name__)

#: Text that repeats itself in slightly different words predicts itself so well that its weight would come near one, and
#: the model would forget general speech.
HIGHEST_WEIGHT = 0.9
#: Imagined words of general speech that the stock model alone predicts. Two hundred words of text get at most half of
#: their weight, twenty-five a ninth, thousands nearly all of it.
GENERAL_WORDS = 200.0
#: Weight of a text that earns none and has words that the stock model lacks: without a weight nobody could say them.
#: A short text has less, by `GENERAL_WORDS`.
NEW_WORDS_WEIGHT = 0.05
#: The source that is nearest to what will be spoken: parts of it replace missing tuning text.
OWN_TEXT = "training_data"

Sentences = Collection[Sequence[str]]


@dataclass(frozen=True)
class Mixture:
    """Models of a domain over `words`, and their `weights` (that of the stock model first), with a report.

    A text that has no new words and does not predict such text better than the stock model has no weight.
    """

    words: Vocabulary
    domain: list[BackoffModel]
    weights: Floats
    report: dict[str, Any]


def adapt(
    stock: LanguageModel, sources: Mapping[str, Sentences], tuning: Sentences = (), words: Vocabulary | None = None
) -> tuple[LanguageModel, dict[str, Any]]:
    """Mix Kneser-Ney models of `sources` with the stock model into one; return it and the report of `weigh`.

    A text that earns no weight gives the stock model itself.
    """
    mixture = weigh(stock, sources, tuning, words)
    if not mixture.weights[1:].any():
        return stock, mixture.report
    model = widen(stock.model, len(mixture.words.words))
    mixed = interpolate((model, *mixture.domain), mixture.weights)
    return LanguageModel(mixture.words.words, mixed), mixture.report


def weigh(
    stock: LanguageModel, sources: Mapping[str, Sentences], tuning: Sentences = (), words: Vocabulary | None = None
) -> Mixture:
    """Estimate Kneser-Ney models of `sources`, and the weights with which they complement the stock model.

    The weights come from EM on `tuning` where given; else on held-out parts of `OWN_TEXT`, if there are other sources
    besides; else from cross-validation on everything. Several sources have a common model and one each.
    Without tuning text nothing shows that the text is like the speech: then weights do general speech no harm.
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
    general = widen(stock.model, len(words.words))
    text = DomainText.of(sources, words)
    domain = heldout.estimate_sources(text.encoded, general, words)
    if tuning:
        scores = heldout.score(encode(tuning, words.codes), text.together, (general, *domain))
    else:
        scores = text.cross_validate(general)
    weights = bounded(earned_weights(scores.possible()), least_weight(counts, words))
    models = (general, *domain[: len(weights) - 1])
    if not tuning:
        weights = harm.bearable(weights, stock.words, models)
    weighted_by = "tuning text" if tuning else "cross-validation" if text.own is None else f"held-out {OWN_TEXT}"
    named = dict(zip(("stock", "all", *sources), weights.tolist(), strict=False))
    log.info("%s; weights: %s", weighted_by, {name: round(weight, 3) for name, weight in named.items()})
    report = {
        "weight": round(1.0 - float(weights[0]), 6),
        "weights": {name: round(weight, 6) for name, weight in named.items()},
        "weighted_by": weighted_by,
        **word_counts(counts, words, len(words.words) if weights[1:].any() else words.stock_size),
        "evaluation": scores.report(weights),
    }
    if tuning:
        held_out = text.cross_validate(general)
        report["held_out"] = held_out.report(_merged(weights, len(held_out.logprob)))
    return Mixture(words, domain[: len(weights) - 1], weights, report)


@dataclass(frozen=True)
class DomainText:
    """The sentences of every source that has some, and the same as arrays of the codes of `words`."""

    sources: Mapping[str, Sentences]
    words: Vocabulary
    encoded: list[Ints]

    @classmethod
    def of(cls, sources: Mapping[str, Sentences], words: Vocabulary) -> DomainText:
        """Encode the sentences."""
        return cls(sources, words, [encode(sentences, words.codes) for sentences in sources.values()])

    @property
    def together(self) -> Ints:
        """All sources as one array."""
        return np.concatenate(self.encoded)

    @property
    def own(self) -> int | None:
        """The place of `OWN_TEXT` among several sources; None if it is not there, or there is no other."""
        return list(self.sources).index(OWN_TEXT) if len(self.sources) > 1 and OWN_TEXT in self.sources else None

    def cross_validate(self, stock: BackoffModel) -> heldout.Scores:
        """Score held-out parts of `OWN_TEXT` where there are other sources besides, else of all sources together."""
        if self.own is not None:
            unique = list(map(self._unique, self.sources.values(), self.encoded))
            return heldout.cross_validate(unique, self.own, stock, self.words)
        sentences = list(chain.from_iterable(self.sources.values()))
        return heldout.cross_validate([self._unique(sentences, self.together)], 0, stock, self.words)

    def _unique(self, sentences: Sentences, encoded: Ints) -> Ints:
        """Encoded sentences without repeated ones: a copy that stays in the training text would predict itself."""
        found = dict.fromkeys(map(tuple, sentences))
        return encode(found, self.words.codes) if len(found) < len(sentences) else encoded


def least_weight(counts: Counter[str], words: Vocabulary) -> float:
    """The weight that a text gets for its new words alone, however badly it predicts; 0 if it has none."""
    total = counts.total()
    return NEW_WORDS_WEIGHT * total / (total + GENERAL_WORDS) if any(word in counts for word in words.new) else 0.0


def word_counts(counts: Counter[str], words: Vocabulary, size: int) -> dict[str, int]:
    """Counts of words for the report of `weigh`; `size` is that of the vocabulary that comes of it."""
    new_words = sum(word in counts for word in words.new)
    return {
        "words": counts.total(),
        "vocabulary": size,
        "new_words": new_words,
        "relatives": size - words.stock_size - new_words,
        "dropped_words": sum(word not in words.codes for word in counts),
    }


def earned_weights(log_probability: Floats) -> Floats:
    """Weights that held-out words give to K models, the stock model first; all to that one if they prove nothing.

    The most probable weights under the prior of `GENERAL_WORDS` have to explain the words better than the stock model
    alone does, by half the logarithm of the number of words for each further model: the Bayesian information criterion
    (Schwarz, *Estimating the dimension of a model*, 1978).

    `log_probability`: (K, n), as for `em_weights`. Returns (K,), with sum one.
    """
    count, words = log_probability.shape
    prior = np.full(count, PRIOR)
    prior[0] += GENERAL_WORDS
    weights = em_weights(log_probability, prior)
    gain = np.sum(mixed_log_probability(log_probability, weights) - log_probability[0])
    gain += GENERAL_WORDS * np.log(weights[0])
    if words and gain > 0.5 * np.log(words) * (count - 1):
        return weights
    return np.eye(count)[0]


def bounded(weights: Floats, least: float) -> Floats:
    """Weights, the stock model's first, with that of all others together between `least` and `HIGHEST_WEIGHT`."""
    domain = shares(weights[1:]) * np.clip(weights[1:].sum(), least, HIGHEST_WEIGHT)
    return np.concatenate([[1.0 - domain.sum()], domain])


def _merged(weights: Floats, count: int) -> Floats:
    """The weights for `count` models, where all domain models may have been made one."""
    return weights if len(weights) == count else np.array([weights[0], weights[1:].sum()])


def encode(sentences: Sentences, codes: Mapping[str, int]) -> Ints:
    """All sentences as one array of codes, each between start and end; -1 for an unknown word."""
    start, end = (SENTENCE_START,), (SENTENCE_END,)
    words = chain.from_iterable(chain.from_iterable((start, sentence, end) for sentence in sentences))
    return np.fromiter(map(codes.get, words, repeat(-1)), np.int64)
