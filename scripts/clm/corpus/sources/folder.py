"""The user's own articles: files of any format that is read, in a folder, found by title and by content."""

import logging
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from clm.base.errors import UserError
from clm.base.text_files import printable
from clm.corpus.source import Article, Lookup, Outcome
from clm.documents.prose import read_prose
from clm.english.words import content_terms, plain, singular, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".odt", ".rtf", ".pdf", ".srt", ".vtt")
# endings that Latin and Greek words change in the plural: mitochondrion, bacterium, fungus, analysis, crista
_CLASSICAL = ("on", "um", "us", "is", "ae", "es", "a", "i")
_SHORTEST_STEM = 4

_log = logging.getLogger(__name__)


class FolderSource:
    """Articles as files, at any depth; the file name without its ending is the title.

    What a file name cannot hold may be written as in addresses of pages: AC%2FDC.txt is about AC/DC.
    """

    name = "folder"

    def __init__(self, folder: str | Path | None) -> None:
        """Read and index all articles.

        Raises:
            UserError: there is no such folder, or no article in it.

        """
        hint = "corpus.folder: a folder of .txt, .md, .html, .docx or .pdf files, one each; or corpus.source: wikipedia"
        if not folder or not Path(folder).is_dir():
            raise UserError(f"corpus.folder: there is no folder {str(folder or '')!r}", hint)
        self._articles = list(_read(Path(folder)))
        if not self._articles:
            raise UserError(f"corpus.folder: no article in {str(folder)!r}", hint)
        self._titles: dict[Callable[[str], str], dict[str, list[int]]] = {}
        for key in (_exact, _regular, _classical):
            index = self._titles[key] = defaultdict(list)
            for number, article in enumerate(self._articles):
                index[key(article.title)].append(number)
        self._content = _Content([f"{article.title}\n{article.text}" for article in self._articles])

    def look_up(self, query: str, limit: int) -> Lookup:
        """Articles with this title first, then those that use all its words, the most relevant first."""
        titled = self._titled(query)
        numbers = dict.fromkeys(titled + self._content.ranked(query))
        articles = tuple(self._articles[number] for number in list(numbers)[:limit])
        return Lookup(Outcome.FOUND if articles else Outcome.NOTHING, articles, min(len(titled), limit))

    def _titled(self, query: str) -> list[int]:
        for key, index in self._titles.items():
            if (wanted := key(query)) and wanted in index:
                return index[wanted]
        return []


def _read(folder: Path) -> Iterator[Article]:
    for directory, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            path = Path(directory, name)
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                continue
            if not path.is_file():
                _log.warning("left out: %s: a pipe, or a link that leads nowhere", path)
                continue
            try:
                text = read_prose(path).text
            except UserError as error:
                _log.warning("left out: %s", error.message)
            except OSError as error:
                _log.warning("left out: %s: %s", path, error.strerror)
            else:
                if text.strip():
                    yield Article(_title(path), text, printable(path.relative_to(folder).as_posix()))


def _title(path: Path) -> str:
    """The title that a file name stands for.

    >>> _title(Path("AC%2FDC.txt")), _title(Path("100% wool.md"))
    ('AC/DC', '100% wool')
    """
    return printable(unquote(path.stem, errors="surrogateescape"))


def _exact(title: str) -> str:
    return " ".join(plain(title))


def _regular(title: str) -> str:
    return " ".join(terms(title))


def _classical(title: str) -> str:
    """A key that also joins the classical plurals; imprecise, so the last resort.

    >>> _classical("Mitochondria") == _classical("mitochondrion"), _classical("fungi") == _classical("Fungus")
    (True, True)
    >>> _classical("genus") == _classical("gene"), _classical("carbon") == _classical("carbs")
    (False, False)
    """
    return " ".join(map(_stem, plain(title)))


def _stem(word: str) -> str:
    for ending in _CLASSICAL:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending) + "-"
    return singular(word)


class _Content:
    """Texts ranked by BM25 (Robertson & Zaragoza 2009, in the variant of Lucene), by the library bm25s."""

    def __init__(self, texts: list[str]) -> None:
        import bm25s

        documents = [terms(text) for text in texts]
        self._index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        self._postings: dict[str, set[int]] = defaultdict(set)
        for number, document in enumerate(documents):
            for term in set(document):
                self._postings[term].add(number)
        if self._postings:
            self._index.index(documents, show_progress=False)

    def ranked(self, query: str) -> list[int]:
        """Numbers of the texts in which every content word of the query occurs, best first."""
        wanted = sorted(content_terms(query))
        common = set.intersection(*(self._postings.get(term, set()) for term in wanted)) if wanted else set()
        if not common:
            return []
        scores: NDArray[np.float32] = self._index.get_scores(wanted)
        return sorted(common, key=lambda number: (-float(scores[number]), number))
