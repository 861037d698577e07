"""Queries, and the other forms that are tried if nothing is found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from clm.english.words import is_name, plain
from clm.results.plans import Plan

#: Each further round multiplies the articles for a word that is still missed, up to this factor.
DEEPEST = 3
_ENDINGS = (
    ("ies", ("y",)),
    ("ses", ("s", "sis")),
    ("xes", ("x",)),
    ("zes", ("z", "ze")),
    ("ches", ("ch", "che")),
    ("shes", ("sh",)),
    ("s", ("",)),
    ("ae", ("a",)),
    ("ia", ("ion", "ium")),
    ("a", ("um", "on")),
    ("i", ("us",)),
)
_SHORTEST_STEM = 3


class Kind(StrEnum):
    """Origin of a query."""

    KEYWORD = "keyword"
    NAME = "name"  # capitalised words of a reference that belong together
    RUN = "run"  # words of a reference that were missed one after the other
    WORD = "word"  # a missed word


@dataclass(frozen=True)
class Query:
    """A keyword, phrase or missed word; `depth` is the number of generations that learned it and still miss it.

    `count` is how often it was missed.
    """

    text: str
    kind: Kind = Kind.KEYWORD
    depth: int = 0
    count: int = 1

    @property
    def is_phrase(self) -> bool:
        """True if it was put together from a reference; such a query is not reported if nothing was found."""
        return self.kind in (Kind.NAME, Kind.RUN)


def of_plan(plan: Plan) -> list[Query]:
    """Queries for the missed words of a plan, phrases first."""
    phrases = [
        Query(item.word, Kind.NAME if is_name(item.word) else Kind.RUN, count=item.tokens) for item in plan.phrases
    ]
    words = [Query(item.word, Kind.WORD, item.depth, item.tokens) for item in plan.words]
    # a run of three words before the two that it begins with
    return sorted(phrases, key=lambda phrase: -len(phrase.text.split())) + words


def as_queries(items: Iterable[str | Query]) -> list[Query]:
    """Queries, where a string is a keyword."""
    return [item if isinstance(item, Query) else Query(item) for item in items]


def fallbacks(text: str) -> list[str]:
    """Other forms of a word or phrase, the likeliest first: without possessive, its last word in the singular.

    >>> fallbacks("Golgi's"), fallbacks("cell bodies"), fallbacks("mitochondria")
    (['Golgi'], ['cell body'], ['mitochondrion', 'mitochondrium'])
    >>> fallbacks("viruses"), fallbacks("genes"), fallbacks("virus")
    (['virus', 'virusis'], ['gene'], [])
    """
    bare = text.strip()
    for ending in ("'s", "\N{RIGHT SINGLE QUOTATION MARK}s", "'", "\N{RIGHT SINGLE QUOTATION MARK}"):
        if bare.endswith(ending):
            return [bare.removesuffix(ending)] if bare.removesuffix(ending) else []
    last = (plain(bare) or [""])[-1]
    if not bare.lower().endswith(last) or last.endswith(("ss", "us", "is")):
        return []
    for ending, replacements in _ENDINGS:
        if last.endswith(ending) and len(last) - len(ending) >= _SHORTEST_STEM:
            return [bare[: len(bare) - len(ending)] + replacement for replacement in replacements]
    return []
