"""British spellings as American ones, whose pronunciation the stock dictionary may know.

The rules are the regular differences (Webster's reforms); a result is used only if it is a known word, so they may
be bold.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"is(e|ed|es|er|ers|ing|able|ation|ations)$", r"iz\1"),
        (r"ys(e|ed|es|er|ers|ing)$", r"yz\1"),
        (r"our(?=$|s|ed|ing|al|able|ite|less|er|ful)", "or"),
        (r"(?<=[bcdhtv])re(?=$|s$|d$)", "er"),
        (r"ae|oe", "e"),
        (r"ll(?=ed$|ing$|er$|ers$)", "l"),
        (r"ogue(?=$|s$)", "og"),
        (r"ence(?=$|s$)", "ense"),
        (r"mme$", "m"),
        (r"ph(?=ur)", "f"),
        (r"(?<=alumin)ium$", "um"),
    )
)


def american(word: str, known: Container[str]) -> str | None:
    """The first known American spelling of a word, or None.

    >>> [american(word, {"neutralizing", "leukemia", "tumors"}) for word in ("neutralising", "leukaemia", "tumours")]
    ['neutralizing', 'leukemia', 'tumors']
    """
    return next((spelling for spelling in _spellings(word) if spelling in known and spelling != word), None)


def _spellings(word: str) -> Iterator[str]:
    """The word with one rule applied, then with all of them."""
    changed = word
    for pattern, replacement in _RULES:
        yield pattern.sub(replacement, word)
        changed = pattern.sub(replacement, changed)
    yield changed
