"""Each way of not reaching Wikipedia is told by its cause, without waiting for it in vain."""

import contextlib
import datetime
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

import mediawiki_server as server
from clm.base.errors import UserError
from clm.corpus.source import LookupFailed
from clm.corpus.sources.mediawiki import Timeouts
from clm.corpus.sources.wikipedia import WikipediaSource

PORTAL = b"<!DOCTYPE html><html><title>Guest network</title><form action='/login'>Room number</form></html>"


def asked(url: str, cache: Path) -> str:
    """The message after looking up a word at an address."""
    source = WikipediaSource(
        cache, contact="tests@example.org", api_url=url, sleep=lambda _: None, timeouts=Timeouts(0.5, 0.2, 0.5)
    )
    with pytest.raises((LookupFailed, UserError)) as error:
        source.look_up("moon", 1)
    assert url in str(error.value)
    return str(error.value)


def redirected(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/portal/login")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda handler: handler.reply(PORTAL, 200, "text/html"), "text/html instead of JSON.*login of a network"),
        (lambda handler: handler.reply(b"", 200, "text/plain"), "text/plain instead of JSON"),
        (lambda handler: handler.reply(b"[]"), "not the answer of a MediaWiki"),
        (lambda handler: handler.reply(b'{"query": []}'), "not the answer of a MediaWiki"),
        (lambda handler: handler.reply(PORTAL, 511, "text/html"), "network wants a login"),
        (lambda handler: handler.reply(b"", 407), "proxy wants a login"),
        (server.status(403), "refused .HTTP 403.*proxy in between"),
        (server.status(404), "HTTP 404"),
        (server.status(410), "HTTP 410"),
        (server.status(429, "86400"), "busy .HTTP 429"),
        (server.status(451), "HTTP 451"),
        (server.status(500), "busy .HTTP 500"),
        (server.status(502), "busy .HTTP 502"),
        (server.status(504), "busy .HTTP 504"),
        (server.status(401), "requires a login"),
        (server.silent(0.4), "none in time"),
        (reset, "no answer"),
        (server.cut, "no answer"),
        (redirected, "it redirects in a circle"),
    ],
)
def test_what_answers_instead(tmp_path: Path, fault: server.Fault, said: str) -> None:
    wiki = server.Wiki({"Moon": "The Moon."}, faults=[fault] * 200)
    with server.serving(wiki):
        message = asked(wiki.url, tmp_path)
    assert re.search(said, message), message


@contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of loopback at which `talk` has each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def self_signed(folder: Path) -> ssl.SSLContext:
    """TLS of a server whose certificate nobody signed but itself."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(1))
    (folder / "pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    return context


def test_nobody_listens(tmp_path: Path) -> None:
    assert "connection refused" in asked("http://127.0.0.1:9/w/api.php", tmp_path)


def test_a_name_that_there_is_not(tmp_path: Path) -> None:
    assert "its name is not found" in asked("https://wiki.invalid/w/api.php", tmp_path)


def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    context = self_signed(tmp_path)
    with listening(lambda connection: context.wrap_socket(connection, server_side=True).close()) as port:
        assert "REQUESTS_CA_BUNDLE" in asked(f"https://localhost:{port}/w/api.php", tmp_path)


def test_https_of_a_server_without_it(tmp_path: Path) -> None:
    with listening(lambda connection: connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as port:
        assert "TLS fails" in asked(f"https://127.0.0.1:{port}/w/api.php", tmp_path)


def test_a_proxy_that_lets_nothing_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(lambda connection: connection.sendall(b"HTTP/1.0 403 Forbidden\r\n\r\n")) as port:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        assert "the proxy does not let it through" in asked("https://wiki.invalid/w/api.php", tmp_path)


def test_what_is_no_http(tmp_path: Path) -> None:
    with listening(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")) as port:
        assert "no answer" in asked(f"http://127.0.0.1:{port}/w/api.php", tmp_path)
