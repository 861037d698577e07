"""Interface of a corpus source, which finds articles of training text for a keyword or phrase."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    pass


class Outcome(StrEnum):
    """Result of a look-up; the values are those of status.csv."""

    FOUND = "found"
    REDIRECTED = "redirected"
    DISAMBIGUATED = "disambiguated"
    NOTHING = "nothing"
    ERROR = "error"
    TOO_COMMON = "too common"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Article:
    """One article as its source gave it, markup and all.

    `source` is its URL or its path in the folder; `page_id`, `revision` and `licence` are empty where a source does not
    have them.
    """

    title: str
    text: str
    source: str
    page_id: str = ""
    revision: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Lookup:
    """The answer to one query, the best article first.

    The first `about` articles are about the query itself, by their title; the others only use its words.
    """

    status: Outcome
    articles: tuple[Article, ...] = ()
    about: int = 0


class LookupFailed(Exception):  # noqa: N818 - says what happened, as FileNotFoundError does not
    """A look-up failed for a reason that may pass or that concerns this query only."""


class Source(Protocol):
    """Interface of a source of articles."""

    name: str

    def look_up(self, query: str, limit: int) -> Lookup:
        """Find at most `limit` articles about a keyword or phrase.

        Raises:
            LookupFailed: no answer was received; the next run may ask again.
            UserError: the source as a whole is unusable until the user changes something.

        """
        ...
