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
        "CLM, custom language model", "custom language model|\\bclm\\b",
        "what a recogniser expects to hear, learned from your text",
    ),
    Term(
        "Word error rate (WER)", "word error rate|\\bWER\\b",
        "wrong, missing and added words per 100 words spoken",
    ),
    Term(
        "Held out", "held[- ]out|never learned from",
        "kept back from training, to judge the model on speech that is new to it",
    ),
    Term(
        "Control", "\\bcontrol\\b",
        "a model made the same way from unrelated text; only a gain over it is due to your text",
    ),
    Term("Has seen the answers", "seen the answers", "was trained on text that is spoken in the recordings"),
    Term(
        "p", "\\bp = |p-value",
        "how often chance alone would show such a difference; less than {level} counts as proven",
    ),
    Term("Between", "\\bbetween \\d", "where the rate probably lies for more speech of this kind"),
    Term("Fixed, broken", "\\bbroken\\b", "wrong with the baseline and right with the model; the other way round"),
    Term("Heal", "\\bheal", "find text about the words still missed, and train the next model on it too"),
    Term("Perplexity", "perplexity", "how much a text surprises a language model; lower is better"),
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
