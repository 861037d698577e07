"""A MediaWiki of ours on loopback: the JSON of the real API for the questions that the `wikipedia` package asks.

Shapes follow formatversion 1, which is what the package reads. Faults are served before the true answer, in turn.
"""

import gzip
import json
import re
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

Fault = Callable[["_Handler"], None]

HELP = "See http://127.0.0.1/w/api.php for API usage."


@dataclass
class Wiki:
    """Pages by title, what is asked of them, and the faults to serve first."""

    pages: dict[str, str]
    redirects: dict[str, str] = field(default_factory=dict)
    disambiguation: dict[str, list[str]] = field(default_factory=dict)
    described: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    suggestions: dict[str, str] = field(default_factory=dict)
    similar: dict[str, list[str]] = field(default_factory=dict)
    private: bool = False
    latency: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    url: str = ""

    def answer(self, params: dict[str, str]) -> dict[str, object] | list[object]:
        """The API's answer to one request."""
        if self.private:
            return error("readapidenied", "You need read permission to use this module.")
        if params.get("action") == "opensearch":
            return self._opensearch(params)
        if params.get("list") == "search":
            return self._search(params)
        title, query = self._resolve(params["titles"])
        if query is None:
            return {"batchcomplete": "", "query": {"interwiki": [{"title": params["titles"], "iw": "de"}]}}
        if "redirects" in params and title in self.redirects:
            query["redirects"] = [{"from": title, "to": self.redirects[title]}]
            title = self.redirects[title]
        query["pages"] = self._page(title, params)
        return {"batchcomplete": "", "query": query}

    def _resolve(self, asked: str) -> tuple[str, dict[str, object] | None]:
        if asked.startswith("de:"):
            return asked, None
        title = unicodedata.normalize("NFC", asked).split("#")[0].replace("_", " ").strip()
        title = title[:1].upper() + title[1:]
        return title, {"normalized": [{"from": asked, "to": title}]} if title != asked else {}

    def _page(self, title: str, params: dict[str, str]) -> dict[str, object]:
        if re.search(r"[<>\[\]|{}]|^\.{1,2}/|/\.{1,2}/", title) or len(title.encode()) > 255:
            reason = "The requested page title contains invalid characters."
            return {"-1": {"title": title, "invalidreason": reason, "invalid": ""}}
        if title.startswith("Special:"):
            return {"-1": {"ns": -1, "title": title, "special": ""}}
        known = [*self.pages, *self.redirects, *self.disambiguation]
        url = f"{self.url.rpartition('/w/')[0]}/wiki/{quote(title.replace(' ', '_'))}"
        if title not in known:
            return {"-1": {"ns": 0, "title": title, "missing": "", "contentmodel": "wikitext", "fullurl": url}}
        number = known.index(title) + 1
        page: dict[str, object] = {"pageid": number, "ns": 0, "title": title}
        asked = params["prop"].split("|")
        if "info" in asked:
            page |= {"contentmodel": "wikitext", "pagelanguage": "en", "fullurl": url, "canonicalurl": url}
            page |= {"lastrevid": self._revision(title, number), "length": len(self.pages.get(title, ""))}
        if "pageprops" in asked and title in self.disambiguation:
            page["pageprops"] = {"disambiguation": ""}
        if "extracts" in asked:
            page["extract"] = self.pages.get(title, "")
        if "revisions" in asked:
            page["revisions"] = [{"revid": self._revision(title, number), "parentid": 500 + number}]
            if "rvparse" in params:
                links = "".join(
                    f'<li><a href="/wiki/x" title="{sense}">{sense}</a>, {self.described.get(sense, "a sense")}</li>'
                    for sense in self.disambiguation[title]
                )
                page["revisions"] = [{"contentformat": "text/x-wiki", "*": f"<div><ul>{links}</ul></div>"}]
        return {str(number): page}

    def _revision(self, title: str, number: int) -> int:
        return self.revisions.get(title, 1000 + number)

    def _opensearch(self, params: dict[str, str]) -> list[object]:
        wanted = params["search"].lower()
        titles = [title for title in self.pages if title.lower().startswith(wanted)][: int(params.get("limit", 10))]
        return [params["search"], titles, [""] * len(titles), [f"/wiki/{quote(title)}" for title in titles]]

    def _search(self, params: dict[str, str]) -> dict[str, object]:
        wanted = params["srsearch"]
        if len(wanted) > 300:
            return error("cirrussearch-query-too-long", "Search request is longer than the maximum allowed length.")
        words = re.findall(r"\w+", wanted.lower())
        hits = [
            title
            for title, text in self.pages.items()
            if all(re.search(rf"\b{re.escape(word)}", f"{title} {text}".lower()) for word in words)
        ]
        hits = (hits + self.similar.get(wanted.lower(), []))[: int(params.get("srlimit", 10))]
        query: dict[str, object] = {"search": [{"ns": 0, "title": hit, "pageid": 1} for hit in hits]}
        if params.get("srinfo") == "suggestion" and wanted.lower() in self.suggestions:
            query["searchinfo"] = {"suggestion": self.suggestions[wanted.lower()]}
        return {"batchcomplete": "", "warnings": {"main": {"*": "Unrecognized parameter: limit."}}, "query": query}


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        wiki = self.server.wiki
        with self.server.lock:
            wiki.in_flight += 1
            self._in_flight = 1
            wiki.most_in_flight = max(wiki.most_in_flight, wiki.in_flight)
            wiki.requests.append(dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True)))
            wiki.agents.append(self.headers.get("User-Agent", ""))
            fault = wiki.faults.pop(0) if wiki.faults else None
        try:
            time.sleep(wiki.latency)
            if fault:
                fault(self)
            elif not re.match(r"(?!python|wikipedia)\S+/\S+ \(.+\)", wiki.agents[-1]):
                self.reply(b"Please set a user-agent and respect our robot policy.", 403, "text/plain")
            else:
                self.reply(json.dumps(wiki.answer(wiki.requests[-1])).encode())
        finally:
            self._answered()

    def _answered(self) -> None:
        """Count the request as answered, once: before its last byte, after which the client may ask the next one."""
        with self.server.lock:
            self.server.wiki.in_flight -= self._in_flight
            self._in_flight = 0

    def reply(
        self, body: bytes, status: int = 200, kind: str = "application/json; charset=utf-8", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self._answered()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, wiki: Wiki) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wiki = wiki
        self.lock = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """A client that gave up on a slow answer is part of the tests."""


@contextmanager
def serving(wiki: Wiki) -> Iterator[Wiki]:
    """Serve `wiki` on a free port of loopback; its `url` is the address of the API."""
    server = _Server(wiki)
    wiki.url = f"http://127.0.0.1:{server.server_port}/w/api.php"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield wiki
    finally:
        server.shutdown()
        server.server_close()


def error(code: str, info: str) -> dict[str, object]:
    """An error as the API puts it: HTTP 200, and the reason inside."""
    return {"error": {"code": code, "info": info, "*": HELP}, "servedby": "loopback"}


def status(code: int, retry_after: str | None = None) -> Fault:
    """An HTML error page of the servers in front of the wiki."""
    page = f"<!DOCTYPE html><html><title>{code}</title><p>Our servers are busy.</html>".encode()
    headers = {"Retry_After": retry_after} if retry_after else {}
    return lambda handler: handler.reply(page, code, "text/html; charset=utf-8", **headers)


def lagged(retry_after: str = "5") -> Fault:
    """The databases lag: HTTP 200, an error inside, and a time to wait in the headers."""
    answer = error("maxlag", "Waiting for db1: 7.2 seconds lagged.")
    answer["error"] |= {"host": "db1", "lag": 7.2, "type": "db"}
    body = json.dumps(answer).encode()
    return lambda handler: handler.reply(body, 200, Retry_After=retry_after, X_Database_Lag="7")


def compressed(handler: _Handler) -> None:
    """The true answer, gzipped, as Wikimedia sends it."""
    body = json.dumps(handler.server.wiki.answer(handler.server.wiki.requests[-1])).encode()
    handler.reply(gzip.compress(body), 200, Content_Encoding="gzip")


def cut(handler: _Handler) -> None:
    """The connection ends in the middle of the answer."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"batchcomplete":"","query":{"pages"')
    handler.close_connection = True


def dripping(pause: float, pieces: int) -> Fault:
    """An answer that comes byte by byte: no timeout of a single read ever strikes."""

    def drip(handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(pieces))
        handler.end_headers()
        for _ in range(pieces):
            handler.wfile.write(b" ")
            time.sleep(pause)

    return drip


def silent(seconds: float) -> Fault:
    """No answer for a while, then the connection ends."""

    def wait(handler: _Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return wait
