"""Collected text, with its status and origins, and the files that hold them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from clm.base import files
from clm.corpus.source import Article, Outcome

COLUMNS = ("keyword", "status", "articles", "words", "source")
SOURCE_COLUMNS = ("title", "page_id", "revision", "url", "licence", "words", "note")


@dataclass(frozen=True)
class Status:
    """Result for one keyword: the articles that gave text, their words and their source."""

    keyword: str
    status: Outcome
    articles: int = 0
    words: int = 0
    source: str = ""


@dataclass(frozen=True)
class Origin:
    """One article of the corpus: which page in which revision, under which licence; `note` says why it is not used."""

    title: str
    page_id: str
    revision: str
    url: str
    licence: str
    words: int
    note: str = ""

    @classmethod
    def of(cls, article: Article, words: int, note: str) -> "Origin":
        """The origin of an article that gave this number of words."""
        return cls(article.title, article.page_id, article.revision, article.source, article.licence, words, note)


@dataclass(frozen=True)
class Collection:
    """Text without repeated sentences, one status per keyword in the order asked, and the articles by title."""

    sentences: list[str]
    statuses: list[Status]
    origins: list[Origin] = field(default_factory=list)


def in_words(status: Status) -> str:
    """A status for the log.

    >>> in_words(Status("cell", Outcome.FOUND, 1, 250)), in_words(Status("zzz", Outcome.NOTHING))
    ('found, 1 article', 'nothing')
    """
    if not status.articles:
        return str(status.status)
    return f"{status.status}, {status.articles} article{'' if status.articles == 1 else 's'}"


def write(collection: Collection, text_path: Path, status_path: Path, sources_path: Path | None = None) -> None:
    """Write the text, one sentence per line, what each keyword brought (CSV), and where the text is from (TSV)."""
    files.write_text(text_path, "".join(f"{sentence}\n" for sentence in collection.sentences))
    if sources_path:
        files.write_table(sources_path, SOURCE_COLUMNS, map(asdict, collection.origins), delimiter="\t")
    files.write_table(status_path, COLUMNS, map(asdict, collection.statuses))


def counts(rows: Iterable[Mapping[str, str]]) -> str:
    """Frequency of each status in status.csv, the most frequent first.

    >>> counts([{"status": "found"}, {"status": "nothing"}, {"status": "found"}])
    '2 found, 1 nothing'
    """
    number = Counter(row["status"] for row in rows)
    return ", ".join(f"{count} {status}" for status, count in sorted(number.items(), key=lambda i: (-i[1], i[0])))
