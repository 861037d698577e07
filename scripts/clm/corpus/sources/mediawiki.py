"""The API of a MediaWiki over HTTP: one request at a time, patient, and every answer kept on disk.

A rerun sends no request, and a kill loses no answer. The text of a page is kept by page and
revision; all other answers by their request.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clm
from clm.base import files
from clm.base.errors import UserError
from clm.corpus.source import LookupFailed
from clm.corpus.sources import no_answer

# seconds before an attempt is repeated, unless the servers name a longer time; the longest they may name
DELAYS = (2.0, 10.0, 30.0)
LONGEST_WAIT = 120.0
# failed requests in a row after which no more are sent: the next run continues from there
PATIENCE = 5
LONGEST_ANSWER = 64 * 1024 * 1024
# lag of the databases in seconds from which on a bot should stand back; the value that MediaWiki's manual recommends
_MAXLAG = 5
_MOST_REDIRECTS = 5
_BUSY = {"maxlag", "ratelimited", "readonly", "cirrussearch-too-busy-error"}
_NO_LOGIN = "use a wiki that can be read without a login"
_CLOSED = {"readapidenied", "permissiondenied", "mustbeloggedin"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect, between two pieces of an answer, and for a whole answer."""

    connect: float = 10
    silence: float = 30
    answer: float = 120


class RedirectLoopError(Exception):
    """A page redirects to itself, directly or in a circle."""


@dataclass(frozen=True)
class _Answer:
    data: dict[str, Any]

    def json(self) -> dict[str, Any]:
        return self.data


class _BusyError(Exception):
    """No answer this time; asking again after some seconds may help."""

    def __init__(self, reason: str, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.wait = no_answer.seconds_to_wait(retry_after)


class Cache:
    """Answers on disk, in files named by digests, for several wikis and several processes at once."""

    def __init__(self, directory: Path, url: str) -> None:
        self._directory = directory
        self._url = url

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from asking: two jobs, or an orphan of a killed run, still ask one after the other."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with files.locked(self._directory / ".lock"):
            yield

    def read(self, key: str) -> dict[str, Any] | None:
        """The answer to a question, or None if it is not there or damaged."""
        entry = self._load(key)
        if entry and "page" in entry:
            entry = self._load(entry["page"])
        return entry and entry.get("answer")

    def read_page(self, page_id: str, revision: str) -> dict[str, Any] | None:
        """The answer with the text of a page in this revision, or None."""
        entry = self._load(self._page_key(page_id, revision))
        return entry and entry.get("answer")

    def write(self, key: str, params: Mapping[str, Any], answer: Mapping[str, Any], *, by_revision: bool) -> None:
        """Keep an answer; the text of a page under its page and revision, to which the question then points."""
        pages = answer["query"].get("pages") if by_revision else None
        if isinstance(pages, dict) and len(pages) == 1:
            ((number, page),) = pages.items()
            if revisions := page.get("revisions"):
                about = {"api_url": self._url, "page_id": number, "revision": str(revisions[0].get("revid", ""))}
                name = self._page_key(number, about["revision"])
                files.write_json(self._path(name), {**about, "answer": answer})
                files.write_json(self._path(key), {"request": dict(params), "page": name})
                return
        files.write_json(self._path(key), {"request": dict(params), "answer": answer})

    def _page_key(self, page_id: str, revision: str) -> str:
        return files.digest({"api_url": self._url, "page_id": page_id, "revision": revision})

    def _path(self, key: str) -> Path:
        return self._directory / key[:2] / f"{key}.json"

    def _load(self, key: str) -> dict[str, Any] | None:
        try:
            return files.read_json(self._path(key))
        except (FileNotFoundError, UserError):
            return None


class Client:
    """A replacement of `requests` with its function `get`.

    `redirects` counts those followed since it was reset; `last_markup` is the HTML of the page that was asked for last.
    With `refresh` everything is requested again, except the text of pages whose revision is in the cache.
    """

    def __init__(
        self,
        url: str,
        cache: Path,
        agent: str,
        timeouts: Timeouts,
        sleep: Callable[[float], None],
        *,
        refresh: bool = False,
    ) -> None:
        import requests

        self.url = url
        self.redirects = 0
        self.last_markup = ""
        self._cache = Cache(cache, url)
        self._timeouts = timeouts
        self._sleep = sleep
        self._refresh = refresh
        self._asked: set[str] = set()
        self._revisions: dict[str, tuple[str, str]] = {}
        self._failures = 0
        self._closed: UserError | None = None
        self._session = requests.Session()
        self._session.headers["User-Agent"] = agent

    def get(self, url: str, params: Mapping[str, Any], **_: object) -> _Answer:
        """Answer from the cache, or else from the wiki.

        Raises:
            LookupFailed: no usable answer, now.
            UserError: the wiki wants a login.

        """
        key = files.digest({"api_url": url, "params": dict(params)})
        kept = self._cache.read(key)
        if kept is None or (self._refresh and key not in self._asked):
            kept = self._renewed(key, params, kept)
        self._note_pages(kept)
        if "redirects" in kept["query"]:
            self.redirects += 1
            if self.redirects > _MOST_REDIRECTS:
                raise RedirectLoopError
        return _Answer(kept)

    def _renewed(self, key: str, params: Mapping[str, Any], kept: dict[str, Any] | None) -> dict[str, Any]:
        """Ask, unless the page is in the cache in its present revision; if that fails, the kept answer serves."""
        wants_text = "extracts" in str(params.get("prop", "")).split("|")
        with self._cache.locked():
            # another process may have asked meanwhile
            answer = None if self._refresh else self._cache.read(key)
            if answer is None and wants_text and params.get("titles") in self._revisions:
                answer = self._cache.read_page(*self._revisions[params["titles"]])
            try:
                answer = answer or self._fetch(params)
            except LookupFailed as error:
                if kept is None:
                    raise
                _log.warning("%s; the answer of an earlier run is used", error)
                return kept
            self._asked.add(key)
            self._cache.write(key, params, answer, by_revision=wants_text)
        return answer

    def _note_pages(self, answer: Mapping[str, Any]) -> None:
        """Remember what answers also contain: the present revision of a page, and its markup."""
        pages = answer["query"].get("pages")
        for number, page in pages.items() if isinstance(pages, dict) else ():
            if "lastrevid" in page and "title" in page:
                self._revisions[page["title"]] = (str(number), str(page["lastrevid"]))
            for revision in page.get("revisions", ()):
                self.last_markup = str(revision.get("*", ""))

    def _fetch(self, params: Mapping[str, Any]) -> dict[str, Any]:
        if self._closed:
            raise self._closed
        if self._failures >= PATIENCE:
            raise LookupFailed(f"not asked, since {PATIENCE} requests in a row failed; the next run asks again")
        # after a request that failed despite all retries, the next ones are tried once each
        for delay in (*(() if self._failures else DELAYS), None):
            try:
                answer = self._ask(params)
            except _BusyError as error:
                if delay is None or error.wait > LONGEST_WAIT:
                    self._failures += 1
                    raise LookupFailed(str(error)) from error
                wait = max(delay, error.wait)
                _log.info("%s; asking again in %.0f s", error, wait)
                self._sleep(wait)
            except LookupFailed:
                self._failures += 1
                raise
            except UserError as error:
                self._closed = error
                raise
            else:
                self._failures = 0
                return answer
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, params: Mapping[str, Any]) -> dict[str, Any]:
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        timeouts = (self._timeouts.connect, self._timeouts.silence)
        try:
            reply = self._session.get(self.url, params={**params, "maxlag": _MAXLAG}, timeout=timeouts, stream=True)
            with closing(reply):
                body = self._body(reply.raw)
        except (RequestException, HTTPError, OSError) as error:
            raise _BusyError(f"{self.url}: no answer ({no_answer.cause(error)})") from error
        retry_after = reply.headers.get("Retry-After")
        if reply.status_code in no_answer.OF_THE_NETWORK:
            raise LookupFailed(f"{self.url}: {no_answer.OF_THE_NETWORK[reply.status_code]}")
        if reply.status_code == 429 or reply.status_code >= 500:
            raise _BusyError(f"{self.url}: busy (HTTP {reply.status_code})", retry_after)
        if reply.status_code == 401:
            raise UserError(f"corpus.wikipedia.api_url: {self.url} requires a login (HTTP 401)", _NO_LOGIN)
        if reply.status_code == 403:
            raise LookupFailed(
                f"{self.url}: refused (HTTP 403); is corpus.wikipedia.contact set, or a proxy in between?"
            )
        if reply.status_code != 200:
            raise LookupFailed(f"{self.url}: HTTP {reply.status_code}")
        try:
            answer = json.loads(body)
        except ValueError as error:
            kind = reply.headers.get("Content-Type", "something")
            raise _BusyError(
                f"{self.url}: {kind} instead of JSON; is it an api.php, or the login of a network?"
            ) from error
        return self._checked(answer, retry_after)

    def _body(self, raw: Any) -> bytes:
        """Read piece by piece: a timeout of `requests` never ends an answer that drips."""
        until = time.monotonic() + self._timeouts.answer
        parts, size = [], 0
        while part := raw.read1(65536, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > LONGEST_ANSWER or time.monotonic() > until:
                raise TimeoutError
        return b"".join(parts)

    def _checked(self, answer: object, retry_after: str | None) -> dict[str, Any]:
        error = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(error, dict):
            code, reason = error.get("code"), f"{self.url}: {error.get('info', error)}"
            if code in _BUSY or str(code).startswith("internal_api_error"):
                raise _BusyError(reason, retry_after)
            if code in _CLOSED:
                raise UserError(f"corpus.wikipedia.api_url: {reason}", _NO_LOGIN)
            raise LookupFailed(reason)
        if not isinstance(answer, dict) or not isinstance(answer.get("query"), dict):
            raise LookupFailed(f"{self.url}: not the answer of a MediaWiki")
        return answer


def user_agent(contact: str | None) -> str:
    """User agent as Wikimedia's policy asks for it: program, version, and a contact.

    >>> user_agent("jane@example.org").partition("/")[0], user_agent("jane@example.org").partition(" ")[2]
    ('clm-proof', '(jane@example.org)')
    """
    clean = " ".join((contact or "no contact given").split())
    return f"clm-proof/{clm.__version__} ({clean.encode('ascii', 'replace').decode()})"
