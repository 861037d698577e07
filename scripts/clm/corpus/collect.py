"""Collect training text for keywords and missed words, and say what each of them brought."""

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from clm import files
from clm.corpus import Article, LookupFailed, Outcome, Source
from clm.corpus.clean import sentences

COLUMNS = ("keyword", "status", "articles", "words", "source")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Status:
    """What one keyword brought: articles that gave text, their words, and where they are from."""

    keyword: str
    status: Outcome
    articles: int = 0
    words: int = 0
    source: str = ""


@dataclass(frozen=True)
class Collection:
    """Text without repeated sentences, and one status per keyword in the order asked."""

    sentences: list[str]
    statuses: list[Status]


def collect(queries: Iterable[str], source: Source, limit: int) -> Collection:
    """Look up every query, clean what was found, and put it together.

    The text depends on the articles only, not on the order of the queries: an article that several queries
    lead to counts once, and articles come in the order of their titles. A look-up that fails is recorded and
    costs the others nothing.

    Raises:
        UserError: the source as a whole cannot be used.

    """
    queries = list(queries)
    texts: dict[Article, list[str]] = {}
    statuses = []
    for number, query in enumerate(queries, start=1):
        try:
            finding = source.look_up(query, limit)
        except LookupFailed as error:
            status = Status(query, Outcome.ERROR)
            _log.warning("%d of %d: %s: %s", number, len(queries), query, error)
        else:
            for article in finding.articles:
                if article not in texts:
                    texts[article] = sentences(article.text)
            status = _status(query, finding.status, [(a, texts[a]) for a in finding.articles if texts[a]])
            _log.info("%d of %d: %s: %s", number, len(queries), query, _in_words(status))
        statuses.append(status)
    ordered = sorted(texts, key=lambda article: (article.title, article.source))
    unique = dict.fromkeys(sentence for article in ordered for sentence in texts[article])
    return Collection(list(unique), statuses)


def _status(query: str, outcome: Outcome, used: list[tuple[Article, list[str]]]) -> Status:
    if not used:
        return Status(query, Outcome.NOTHING)
    words = sum(len(sentence.split()) for _, text in used for sentence in text)
    return Status(query, outcome, len(used), words, " | ".join(article.source for article, _ in used))


def _in_words(status: Status) -> str:
    """A status for the log.

    >>> _in_words(Status("cell", Outcome.FOUND, 1, 250)), _in_words(Status("zzz", Outcome.NOTHING))
    ('found, 1 article', 'nothing')
    """
    if not status.articles:
        return str(status.status)
    return f"{status.status}, {status.articles} article{'' if status.articles == 1 else 's'}"


def write(collection: Collection, text_path: Path, status_path: Path) -> None:
    """Write the text, one sentence per line, and what each keyword brought as CSV."""
    files.write_text(text_path, "".join(f"{sentence}\n" for sentence in collection.sentences))
    files.write_table(status_path, COLUMNS, map(asdict, collection.statuses))
