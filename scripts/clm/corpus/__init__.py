"""Where training text comes from: a corpus source finds articles for a keyword or phrase."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol


class Outcome(StrEnum):
    """What a look-up came to; the values stand in status.csv."""

    FOUND = "found"
    REDIRECTED = "redirected"
    DISAMBIGUATED = "disambiguated"
    NOTHING = "nothing"
    ERROR = "error"


@dataclass(frozen=True)
class Article:
    """One article as its source gave it, markup and all; `source` is its URL or its path in the folder."""

    title: str
    text: str
    source: str


@dataclass(frozen=True)
class Finding:
    """The answer to one query, the best article first."""

    status: Outcome
    articles: tuple[Article, ...] = ()


class LookupFailed(Exception):  # noqa: N818 - says what happened, as FileNotFoundError does not
    """A look-up failed for a reason that may pass or that concerns this query only."""


class Source(Protocol):
    """What a new kind of source has to offer."""

    name: str

    def look_up(self, query: str, limit: int) -> Finding:
        """Find at most `limit` articles about a keyword or phrase.

        Raises:
            LookupFailed: no answer this time; the next run may ask again.
            UserError: the source as a whole is unusable until the user changes something.

        """
        ...


def create(config: Mapping[str, Any], cache: Path) -> Source:
    """The source that a resolved configuration names; `cache` is a folder for what was fetched.

    Raises:
        UserError: the source cannot work with these settings.

    """
    corpus = config["corpus"]
    if corpus["source"] == "folder":
        from clm.corpus.folder import FolderSource

        return FolderSource(corpus["folder"])
    from clm.corpus.wikipedia import WikipediaSource

    wiki = corpus["wikipedia"]
    return WikipediaSource(cache, wiki["language"], contact=wiki["contact"], api_url=wiki["api_url"])
