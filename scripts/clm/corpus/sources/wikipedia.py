"""Wikipedia, or a private MediaWiki, through the `wikipedia` package.

The package builds the requests and reads the answers; `mediawiki.Client` sends the requests.
"""

import importlib
import logging
import re
import time
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clm.base.errors import UserError
from clm.corpus.domain import Domain
from clm.corpus.source import Article, Lookup, LookupFailed, Outcome
from clm.corpus.sources import disambiguation
from clm.corpus.sources.mediawiki import Client, RedirectLoopError, Timeouts, user_agent
from clm.documents.formats.html import linked_entries
from clm.english.words import content_terms, terms

# search hits that are examined beyond the articles wanted
_SPARE = 3
_HITS = (10, 20, 50)
_LONGEST_TITLE, _LONGEST_SEARCH = 255, 300
_NO_TITLE = re.compile(r"[#<>\[\]|{}\x00-\x1f\x7f\ufffd]|%[0-9A-Fa-f]{2}|&#?\w+;|~~~|^[:/.]|^https?:", re.I)

_log = logging.getLogger(__name__)


class WikipediaSource:
    """Articles of one MediaWiki: the page of this title first, then what the search finds."""

    name = "wikipedia"

    def __init__(
        self,
        cache: Path,
        language: str = "en",
        *,
        contact: str | None = None,
        api_url: str | None = None,
        licence: str | None = None,
        domain: Domain | None = None,
        refresh: bool = False,
        timeouts: Timeouts | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; no request is sent yet.

        Raises:
            UserError: the language or the address cannot be one.

        """
        if not re.fullmatch(r"[a-z][a-z0-9-]*", language):
            raise UserError(
                f"corpus.wikipedia.language: {language!r} is not a language code", "for example: en, de, simple"
            )
        if api_url and not re.match(r"https?://[^/\s]+/", api_url):
            hint = "for example: https://wiki.example.org/w/api.php"
            raise UserError(f"corpus.wikipedia.api_url: {api_url!r} is not an address", hint)
        if not (contact or api_url):
            _log.warning("corpus.wikipedia.contact is not set; Wikipedia asks for a contact address, and may refuse")
        self._package: Any = importlib.import_module("wikipedia")
        self._licence = licence or ""
        self._domain = domain or Domain()
        url = api_url or f"https://{language}.wikipedia.org/w/api.php"
        self._client = Client(url, cache, user_agent(contact), timeouts or Timeouts(), sleep, refresh=refresh)

    def look_up(self, query: str, limit: int) -> Lookup:
        """Find the page of this title or the sense of it that fits the domain, then pages that use the words.

        Raises:
            LookupFailed: the wiki cannot be reached, is busy, or refuses this query.
            UserError: the wiki as a whole wants a login.

        """
        with _asking_through(self._client):
            return self._look_up(" ".join(unicodedata.normalize("NFC", query).split()), limit)

    def _look_up(self, title: str, limit: int) -> Lookup:
        status, titled, understood = self._titled(title, limit)
        found = {article.source: article for article in titled}
        about = len(found)
        if understood:
            hits = self._hits(titled[0].title if status is Outcome.DISAMBIGUATED else title, limit)
            for article in hits if about < limit else ():
                if article.source in found:
                    continue
                if terms(article.title) == terms(title):
                    found = {article.source: article, **found}
                    about += 1
                else:
                    found[article.source] = article
                if len(found) >= limit:
                    break
        if not found:
            return Lookup(Outcome.NOTHING)
        return Lookup(status, tuple(found.values())[:limit], min(about, limit))

    def _titled(self, title: str, limit: int) -> tuple[Outcome, list[Article], bool]:
        """Pages of this title, how they were reached, and whether the title is unambiguous."""
        try:
            article = self._article(title)
        except self._package.DisambiguationError as error:
            described = dict(linked_entries(self._client.last_markup)) or dict.fromkeys(error.options, "")
            chosen, understood = disambiguation.choose(title, described, self._sense, self._domain, limit)
            return (Outcome.DISAMBIGUATED if chosen else Outcome.FOUND), chosen, understood or not chosen
        if article is None:
            return Outcome.FOUND, [], True
        return (Outcome.REDIRECTED if self._client.redirects else Outcome.FOUND), [article], True

    def _hits(self, title: str, limit: int) -> Iterator[Article]:
        """Pages that use all the words of a title, the best first; only those asked for are fetched."""
        wanted = content_terms(title)
        words = " ".join(re.findall(r"\w+(?:['\u2019-]\w+)*", title))[:_LONGEST_SEARCH]
        # always one of a few numbers, so that a search for more articles than last time is in the cache as well
        number = next((number for number in _HITS if number >= limit + _SPARE), _HITS[-1])
        for hit in self._package.search(words, results=number)[: limit + _SPARE] if wanted else ():
            article = self._sense(hit)
            # a search may find a similar word: never take iron for moon
            if article and wanted.issubset(terms(f"{article.title} {article.text}")):
                yield article

    def _sense(self, title: str) -> Article | None:
        try:
            return self._article(title)
        except self._package.DisambiguationError:
            return None

    def _article(self, title: str) -> Article | None:
        """The page of this very title, redirects followed; None if there is none or it is empty."""
        self._client.redirects = 0
        if not title or _NO_TITLE.search(title) or len(title.encode()) > _LONGEST_TITLE:
            return None
        try:
            with warnings.catch_warnings():
                # the package does not choose an HTML parser
                warnings.simplefilter("ignore")
                page = self._package.page(title, auto_suggest=False)
        except (self._package.PageError, RedirectLoopError, KeyError, AssertionError):
            # the last two: answers for special, interwiki and invalid titles, which the package does not know
            return None
        try:
            text = page.content
        except KeyError as error:
            reason = f"{self._client.url} gives no plain text of {page.title!r} (extension TextExtracts)"
            raise LookupFailed(reason) from error
        if not text.strip():
            return None
        return Article(page.title, text, page.url, str(page.pageid), str(page.revision_id), self._licence)


@contextmanager
def _asking_through(client: Client) -> Iterator[None]:
    """Let the package ask through a client, and leave it as it was before.

    Nothing else does. Whatever it is asked, the package calls `requests.get`, with neither a timeout nor a session, and
    reads the body as JSON: a wiki that hangs, is busy, refuses or redirects in a circle would stop the run or look like
    one without the page. And it has a function for the language of Wikipedia, but none for the address of another wiki,
    or for HTTPS.
    """
    package: Any = importlib.import_module("wikipedia.wikipedia")
    before = package.requests, package.API_URL
    package.requests, package.API_URL = client, client.url
    package.search.clear_cache()  # remembers answers whatever the wiki
    try:
        yield
    finally:
        package.requests, package.API_URL = before
        package.search.clear_cache()
