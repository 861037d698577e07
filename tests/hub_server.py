"""A model hub on loopback, as far as its client asks: what a repository has, and its files, by byte ranges."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

COMMIT = 5 * "01234567"


@dataclass
class Hub:
    """`files` of the one repository; those of `wrong` are named by another digest than theirs.

    `cut`: for a file, the byte at which connections break, while it is listed. `ranges`: first bytes asked for.
    """

    repository: str
    files: dict[str, bytes]
    wrong: set[str] = field(default_factory=set)
    address: str = ""
    asked: list[str] = field(default_factory=list)
    cut: dict[str, int] = field(default_factory=dict)
    ranges: list[int] = field(default_factory=list)

    def digest(self, name: str) -> str:
        """What the hub says a file is."""
        return "f" * 64 if name in self.wrong else hashlib.sha256(self.files[name]).hexdigest()


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            path = self.path.partition("?")[0]
            hub.asked.append(f"{self.command} {path}")
            if re.fullmatch(f"/api/models/{hub.repository}(/revision/[^/]+)?", path):
                siblings = [{"rfilename": name} for name in hub.files]
                about = {"id": hub.repository, "sha": COMMIT, "siblings": siblings, "private": False, "tags": []}
                self._send(200, json.dumps(about).encode(), {"Content-Type": "application/json"}, body=body)
                return
            if re.fullmatch(f"/api/models/{hub.repository}/tree/[^/]+", path):
                tree = [{"type": "file", "path": n, "size": len(c), "oid": "0" * 40} for n, c in hub.files.items()]
                self._send(200, json.dumps(tree).encode(), {"Content-Type": "application/json"}, body=body)
                return
            found = re.fullmatch(f"/{hub.repository}/resolve/[^/]+/(.+)", path)
            if not found or found[1] not in hub.files:
                code = "EntryNotFound" if found else "RepoNotFound"
                self._send(404, b"", {"X-Error-Code": code}, body=body)
                return
            name = found[1]
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{hub.digest(name)}"', "Accept-Ranges": "bytes"}
            content, status, start = hub.files[name], 200, 0
            if span := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
                start, end = int(span[1]), int(span[2] or len(content) - 1)
                headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
                content, status = content[start : end + 1], 206
                hub.ranges.append(start)
            self._send(
                status, content, headers, body=body, most=max(0, hub.cut[name] - start) if name in hub.cut else None
            )

        def _send(
            self, status: int, content: bytes, headers: dict[str, str], *, body: bool, most: int | None = None
        ) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content[:most])
                self.close_connection = most is not None or self.close_connection

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
