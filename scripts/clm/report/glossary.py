"""Meanings of the terms on the first screen, for somebody who reads such a page for the first time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term and its meaning; `pattern` is how texts use it, in any case of letters."""

    name: str
    pattern: str
    meaning: str


TERMS = (
    Term(
        "Custom language model", "custom language model|\\bCLM\\b",
        "a recogniser's sense of which words are likely, retrained on your text",
    ),
    Term(
        "Word error rate (WER)", "word error rate|\\bWER\\b",
        "wrong, missing and added words per 100 words spoken: lower is better",
    ),
    Term(
        "Held out", "held[- ]out|never learned from",
        "kept back from training, to see how the model does with recordings that are new to it",
    ),
    Term(
        "Control", "\\bcontrol\\b",
        "a model made the same way from unrelated text: only what goes beyond it is owed to your text",
    ),
    Term(
        "Leak", "\\bits text holds\\b|seen the answers",
        "a model that was trained on what is spoken in the recordings knows the answers beforehand",
    ),
    Term(
        "p", "\\bp = |p-value",
        "how often chance alone would bring such a difference: proven is what is below {level}",
    ),
    Term("Between … and …", "\\bbetween \\d", "where the rate probably lies for more speech of this kind"),
    Term(
        "Heal", "\\bheal",
        "look up text about the words that are still missed, and train the next model on it as well",
    ),
    Term("Perplexity", "perplexity", "how much a text surprises a language model: lower is better"),
)  # fmt: skip


def terms(texts: Iterable[str], confidence: float = 0.95) -> list[tuple[str, str]]:
    """The terms that occur in these texts, with their meanings; `confidence` is that of the verdicts.

    >>> [name for name, _ in terms(["Heal: train the next generation", "p = 0.04"])]
    ['p', 'Heal']
    """
    everything = "\n".join(texts)
    return [
        (term.name, term.meaning.format(level=f"{1 - confidence:.2g}"))
        for term in TERMS
        if re.search(term.pattern, everything, re.IGNORECASE)
    ]
