"""The user's own articles: text and Markdown files in a folder, found by title and by content."""

import logging
import math
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from clm.corpus import Article, Finding, Outcome
from clm.errors import UserError
from clm.inputs import read_text
from clm.words import content_terms, plain, singular, terms

SUFFIXES = (".txt", ".md")
# endings that Latin and Greek words change in the plural: mitochondrion, bacterium, fungus, analysis, crista
_CLASSICAL = ("on", "um", "us", "is", "ae", "es", "a", "i")
_SHORTEST_STEM = 4
# the usual constants of BM25: how fast repetition saturates, how much long articles are discounted
_K1, _B = 1.2, 0.75

_log = logging.getLogger(__name__)


class FolderSource:
    """Articles as UTF-8 files, at any depth; the file name without its ending is the title."""

    name = "folder"

    def __init__(self, folder: str | Path | None) -> None:
        """Read and index all articles.

        Raises:
            UserError: there is no such folder, or no article in it.

        """
        hint = "corpus.folder: a folder of .txt or .md files, one article each; or corpus.source: wikipedia"
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

    def look_up(self, query: str, limit: int) -> Finding:
        """Articles with this title first, then those that use all its words, the most relevant first."""
        numbers = dict.fromkeys(self._titled(query) + self._content.ranked(query))
        articles = tuple(self._articles[number] for number in list(numbers)[:limit])
        return Finding(Outcome.FOUND if articles else Outcome.NOTHING, articles)

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
            try:
                text = read_text(path)
            except UserError as error:
                _log.warning("left out: %s", error.message)
            except OSError as error:
                _log.warning("left out: %s: %s", path, error.strerror)
            else:
                if text.strip():
                    yield Article(path.stem, text, path.relative_to(folder).as_posix())


def _exact(title: str) -> str:
    return " ".join(plain(title))


def _regular(title: str) -> str:
    return " ".join(terms(title))


def _classical(title: str) -> str:
    """A key that also joins the classical plurals; loose, so the last resort.

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
    """An inverted index ranked by BM25 (Robertson & Zaragoza 2009)."""

    def __init__(self, texts: list[str]) -> None:
        self._postings: dict[str, dict[int, int]] = defaultdict(dict)
        self._lengths = []
        for number, text in enumerate(texts):
            counts = Counter(plain(text))
            self._lengths.append(counts.total())
            for word, count in counts.items():
                posting = self._postings[singular(word)]
                posting[number] = posting.get(number, 0) + count
        self._mean = sum(self._lengths) / len(self._lengths) or 1.0

    def ranked(self, query: str) -> list[int]:
        """Numbers of the texts in which every content word of the query occurs, best first."""
        postings = [self._postings.get(word, {}) for word in sorted(content_terms(query))]
        if not postings:
            return []
        common = set.intersection(*(set(posting) for posting in postings))
        return sorted(common, key=lambda number: (-self._score(number, postings), number))

    def _score(self, number: int, postings: list[dict[int, int]]) -> float:
        norm = _K1 * (1 - _B + _B * self._lengths[number] / self._mean)
        return sum(
            math.log(1 + (len(self._lengths) - len(posting) + 0.5) / (len(posting) + 0.5))
            * (posting[number] * (_K1 + 1) / (posting[number] + norm))
            for posting in postings
        )
