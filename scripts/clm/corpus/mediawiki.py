"""The API of a MediaWiki over HTTP: one request at a time, patient, and every answer kept on disk.

A rerun asks nothing, and a kill loses nothing that was already answered.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import clm
from clm import files
from clm.corpus import LookupFailed
from clm.errors import UserError

# seconds before an attempt is repeated, unless the servers name a longer time; the longest they may name
DELAYS = (2.0, 10.0, 30.0)
LONGEST_WAIT = 120.0
# after so many failed requests in a row nothing more is asked: the next run goes on from there
PATIENCE = 5
LONGEST_ANSWER = 64 * 1024 * 1024
# lag of the databases in seconds from which on a bot should stand back; the value that MediaWiki's manual recommends
_MAXLAG = 5
_MOST_REDIRECTS = 5
_BUSY = {"maxlag", "ratelimited", "readonly", "cirrussearch-too-busy-error"}
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
        self.wait = _seconds(retry_after)


class Client:
    """Has the `get` of `requests`, so that it can stand in for it."""

    def __init__(self, url: str, cache: Path, agent: str, timeouts: Timeouts, sleep: Callable[[float], None]) -> None:
        import requests

        self.url = url
        self.redirects = 0
        self._cache = cache
        self._timeouts = timeouts
        self._sleep = sleep
        self._failures = 0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = agent

    def get(self, url: str, params: Mapping[str, Any], **_: object) -> _Answer:
        """Answer from the cache, or ask; counts the redirects followed since `redirects` was reset.

        Raises:
            LookupFailed: no usable answer, now.
            UserError: the wiki wants a login.

        """
        key = files.digest({"api_url": url, "params": dict(params)})
        path = self._cache / key[:2] / f"{key}.json"
        try:
            answer = files.read_json(path)["answer"]
        except (FileNotFoundError, UserError):
            # one request at a time, so nobody else is writing: a file that cannot be read is asked for again
            answer = self._fetch(params)
            files.write_json(path, {"request": dict(params), "answer": answer})
        if "redirects" in answer["query"]:
            self.redirects += 1
            if self.redirects > _MOST_REDIRECTS:
                raise RedirectLoopError
        return _Answer(answer)

    def _fetch(self, params: Mapping[str, Any]) -> dict[str, Any]:
        if self._failures >= PATIENCE:
            raise LookupFailed(f"not asked, since {PATIENCE} requests in a row failed; the next run asks again")
        for delay in (*DELAYS, None):
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
            raise _BusyError(f"{self.url}: no answer ({type(error).__name__})") from error
        retry_after = reply.headers.get("Retry-After")
        if reply.status_code == 429 or reply.status_code >= 500:
            raise _BusyError(f"{self.url}: busy (HTTP {reply.status_code})", retry_after)
        if reply.status_code == 403:
            raise LookupFailed(f"{self.url}: refused (HTTP 403); is corpus.wikipedia.contact set?")
        if reply.status_code != 200:
            raise LookupFailed(f"{self.url}: HTTP {reply.status_code}")
        try:
            answer = json.loads(body)
        except ValueError as error:
            kind = reply.headers.get("Content-Type", "something")
            raise _BusyError(f"{self.url}: {kind} instead of JSON; is it the address of an api.php?") from error
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
                raise UserError(f"corpus.wikipedia.api_url: {reason}", "use a wiki that can be read without a login")
            raise LookupFailed(reason)
        if not isinstance(answer, dict) or not isinstance(answer.get("query"), dict):
            raise LookupFailed(f"{self.url}: not the answer of a MediaWiki")
        return answer


def user_agent(contact: str | None) -> str:
    """What Wikimedia's policy asks for: the program, its version, and whom to write to.

    >>> user_agent("jane@example.org").partition("/")[0], user_agent("jane@example.org").partition(" ")[2]
    ('clm-proof', '(jane@example.org)')
    """
    clean = " ".join((contact or "no contact given").split())
    return f"clm-proof/{clm.__version__} ({clean.encode('ascii', 'replace').decode()})"


def _seconds(retry_after: str | None) -> float:
    """The waiting time a Retry-After header names, in seconds or as a date.

    >>> _seconds("7"), _seconds("Wed, 21 Oct 2015 07:28:00 GMT"), _seconds("soon"), _seconds(None)
    (7.0, 0.0, 0.0, 0.0)
    """
    if not retry_after:
        return 0.0
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return 0.0
