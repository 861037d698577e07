"""An offline Wikipedia in a ZIM file (openzim.org), read by libzim.

libzim is under GPL-3: it is an optional package, imported only if `corpus.source` is `zim`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clm.base.errors import UserError
from clm.corpus.domain import Domain
from clm.corpus.source import Article, Lookup, LookupFailed, Outcome
from clm.corpus.sources import disambiguation
from clm.documents.formats.html import linked_entries, text_of
from clm.english.words import content_terms, terms

# what marks a page that lists the senses of a word
_AMBIGUOUS = re.compile(r"""(?:id|class)=["'][^"']*\b(?:disambigbox|mw-disambig|dmbox-disambig|disambig)\b""", re.I)
# search hits that are examined beyond the articles wanted
_SPARE = 3


class ZimSource:
    """Articles of one ZIM file: the page of this title first, then what the full-text index finds."""

    name = "zim"

    def __init__(self, path: str | Path | None, domain: Domain | None = None) -> None:
        """Open the file.

        Raises:
            UserError: libzim is not installed, or the file is missing, cut, or not a ZIM file.

        """
        if not path:
            raise UserError("corpus.zim: no file is named for corpus.source: zim", "--config corpus='{zim: FILE}'")
        try:
            from libzim.reader import Archive
        except ImportError as error:
            hint = "install it beside the workflow: .venv/bin/pip install libzim (its licence is GPL-3)"
            raise UserError("corpus.source: zim needs the package libzim, which is not installed", hint) from error
        try:
            self._archive = Archive(Path(path))
        except RuntimeError as error:
            hint = "name a .zim file, for example one of a Kiwix library; fetch it again if it is cut"
            raise UserError(f"corpus.zim: {path} is not a readable ZIM file ({error})", hint) from error
        self._name = Path(path).name
        self._domain = domain or Domain()
        self._licence = self._metadata("License")
        self._date = self._metadata("Date")

    def look_up(self, query: str, limit: int) -> Lookup:
        """The page of this title or the sense of it that fits the domain, then pages that use the words.

        Raises:
            LookupFailed: the file is damaged at the article.

        """
        try:
            return self._look_up(" ".join(query.split()), limit)
        except RuntimeError as error:
            raise LookupFailed(f"{self._name}: damaged ({error})") from error

    def _look_up(self, query: str, limit: int) -> Lookup:
        status, titled, understood = self._titled(query, limit)
        found = {article.page_id: article for article in titled}
        about = len(found)
        if understood and about < limit:
            for article in self._hits(titled[0].title if status is Outcome.DISAMBIGUATED else query, limit):
                found.setdefault(article.page_id, article)
                if len(found) >= limit:
                    break
        if not found:
            return Lookup(Outcome.NOTHING)
        return Lookup(status, tuple(found.values())[:limit], min(about, limit))

    def _titled(self, query: str, limit: int) -> tuple[Outcome, list[Article], bool]:
        entry = self._entry(query)
        if entry is None:
            return Outcome.FOUND, [], True
        html, article = self._read(entry)
        if article is None:
            return Outcome.FOUND, [], True
        if _AMBIGUOUS.search(html) or article.title.endswith("(disambiguation)"):
            described = dict(linked_entries(html))
            chosen, understood = disambiguation.choose(query, described, self._sense, self._domain, limit)
            return (Outcome.DISAMBIGUATED if chosen else Outcome.FOUND), chosen, understood or not chosen
        return (Outcome.REDIRECTED if entry.is_redirect else Outcome.FOUND), [article], True

    def _entry(self, query: str) -> Any | None:
        """The entry of this title: as given, with a capital, as the index of titles has it in another case."""
        for title in dict.fromkeys((query, query[:1].upper() + query[1:], query.title())):
            if title and self._archive.has_entry_by_title(title):
                return self._archive.get_entry_by_title(title)
        if not (self._archive.has_title_index and content_terms(query)):
            return None
        from libzim.suggestion import SuggestionSearcher

        for path in SuggestionSearcher(self._archive).suggest(query).getResults(0, 10):
            entry = self._archive.get_entry_by_path(path)
            if terms(entry.title) == terms(query):
                return entry
        return None

    def _hits(self, query: str, limit: int) -> Iterator[Article]:
        wanted = content_terms(query)
        if not (wanted and self._archive.has_fulltext_index):
            return
        from libzim.search import Query, Searcher

        # only words: the index would take the rest for operators
        words = " ".join(re.findall(r"\w+", query))
        search = Searcher(self._archive).search(Query().set_query(words))
        for path in search.getResults(0, limit + _SPARE):
            html, article = self._read(self._archive.get_entry_by_path(path))
            # the index compares stems: never take a similar word
            if article and not _AMBIGUOUS.search(html) and wanted.issubset(terms(f"{article.title} {article.text}")):
                yield article

    def _sense(self, title: str) -> Article | None:
        if not self._archive.has_entry_by_title(title):
            return None
        html, article = self._read(self._archive.get_entry_by_title(title))
        return None if _AMBIGUOUS.search(html) else article

    def _read(self, entry: Any) -> tuple[str, Article | None]:
        """HTML and article of an entry, redirects followed; None for an empty page, or anything but a page."""
        item = entry.get_item()
        if not item.mimetype.startswith("text/html"):
            return "", None
        html = bytes(item.content).decode("utf-8", "replace")
        text = text_of(html)
        if not text.strip():
            return html, None
        return html, Article(item.title, text, f"{self._name}/{item.path}", item.path, self._date, self._licence)

    def _metadata(self, key: str) -> str:
        if key not in self._archive.metadata_keys:
            return ""
        return " ".join(self._archive.get_metadata(key).decode("utf-8", "replace").split())
