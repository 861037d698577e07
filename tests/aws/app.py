"""The WSGI application: our operations, the control plane, and moto for all else.

Control plane, JSON in and out: GET /_calls; GET and POST /_faults (a list of `Fault` and `Failure` fields, replaces
all); POST /_clock {"move": seconds, "scale": x}; POST /_settings; POST /_references {sha256: text}; POST /_reset.
"""

import io
import json
import re
import socket
import struct
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from aws import access, quotas, simulation, storage
from aws.errors import AwsError
from aws.faults import Fault
from aws.service import Service

_TARGET = re.compile(r"(Transcribe|Comprehend)(?:_\d+)?\.(\w+)")
_QUOTAS = "ServiceQuotasV20190624.ListServiceQuotas"
_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")
_JSON = "application/x-amz-json-1.1"

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True)
class Response:
    """A whole answer."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def send(self, start_response: StartResponse) -> list[bytes]:
        """Answer with it."""
        start_response(self.status, self.headers)
        return [self.body]

    def send_half(self, start_response: StartResponse) -> Iterator[bytes]:
        """Answer with a body that ends before the length that the headers promise."""
        start_response(self.status, self.headers)
        yield self.body[: len(self.body) // 2]
        # Not `_reset`: what was sent so far must arrive.
        raise ConnectionAbortedError("ordered by a fault")


class App:
    """Answers every request to the server."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path.startswith("/_"):
            return self._control(path[2:], environ).send(start_response)
        operation = _operation(environ)
        with self._service.lock:
            try:
                self._service.arrive(operation)
            except Exception as error:
                self._service.crashes.append(error)
                raise
            fault = self._service.faults.strike(operation)
        if fault is None:
            return self._serve(environ, start_response)
        return self._serve_faulty(fault, environ, start_response)

    def _serve(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if _TARGET.fullmatch(environ.get("HTTP_X_AMZ_TARGET", "")):
            return self._answer(environ).send(start_response)
        if environ.get("HTTP_X_AMZ_TARGET") == _QUOTAS:
            return self._list_quotas(environ).send(start_response)
        if _operation(environ) == "IAM.POST /":
            body = _read_body(environ)
            if simulation.is_meant(body):
                return self._simulate(body, environ).send(start_response)
            environ["wsgi.input"] = io.BytesIO(body)
        if environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER", storage.ACCOUNT) != storage.ACCOUNT:
            _read_body(environ)
            return _error(AwsError("AccessDenied", "Access Denied", 403), environ).send(start_response)
        return self._moto(environ, start_response)

    def _serve_faulty(self, fault: Fault, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(fault.delay)
        if not (fault.code or fault.reset or fault.truncate):
            return self._serve(environ, start_response)
        response = None
        if fault.applied or fault.truncate:
            response = self._whole(environ)
        else:
            _read_body(environ)
        if fault.reset:
            _reset(environ)
        if fault.truncate and response:
            return response.send_half(start_response)
        return _error(AwsError(fault.code, fault.message, fault.status), environ).send(start_response)

    def _whole(self, environ: Environ) -> Response:
        """Serve a request, and keep the answer."""
        kept: list[tuple[str, list[tuple[str, str]]]] = []
        chunks = self._serve(environ, lambda status, headers, *_: kept.append((status, headers)))
        body = b"".join(chunks)
        [(status, headers)] = kept
        return Response(status, headers, body)

    def _list_quotas(self, environ: Environ) -> Response:
        try:
            request = _parse(_read_body(environ))
            return _json("200 OK", quotas.list_quotas(request, _caller(environ), self._service.settings), _JSON)
        except AwsError as error:
            return _error(error, environ)

    def _simulate(self, body: bytes, environ: Environ) -> Response:
        try:
            text = simulation.simulate(body, _caller(environ))
        except AwsError as error:
            return _error(error, environ)
        return Response(
            "200 OK", [("Content-Type", "text/xml"), ("Content-Length", str(len(text.encode())))], text.encode()
        )

    def _answer(self, environ: Environ) -> Response:
        service, operation = _TARGET.fullmatch(environ["HTTP_X_AMZ_TARGET"]).groups()
        try:
            caller = _caller(environ)
            request = _parse(_read_body(environ))
            with self._service.lock:
                return _json("200 OK", self._service.answer(service.lower(), operation, request, caller), _JSON)
        except AwsError as error:
            return _error(error, environ)
        except Exception as error:
            # A bug of ours must fail the test that met it, not look like a fault of Amazon's.
            self._service.crashes.append(error)
            return _error(AwsError("InternalFailureException", f"loopback service crashed: {error!r}"), environ)

    def _control(self, what: str, environ: Environ) -> Response:
        service = self._service
        try:
            given = json.loads(_read_body(environ) or b"null")
            with service.lock:
                if what == "faults" and given is not None:
                    service.faults.load(given)
                elif what == "clock":
                    service.clock.scale = (given or {}).get("scale", service.clock.scale)
                    service.clock.move((given or {}).get("move", 0.0))
                elif what == "settings":
                    service.settings.update(given or {})
                elif what == "references":
                    service.references.update(given or {})
                elif what == "reset":
                    service.reset()
                shown = {
                    "calls": service.summary,
                    "faults": service.faults.dump,
                    "clock": lambda: {"now": service.clock.now(), "scale": service.clock.scale},
                    "settings": lambda: vars(service.settings),
                    "references": lambda: sorted(service.references),
                    "reset": dict,
                }[what]()
        except (KeyError, TypeError, ValueError, re.error) as error:
            return _json("400 Bad Request", {"error": repr(error)}, "application/json")
        return _json("200 OK", shown, "application/json")


def _caller(environ: Environ) -> access.Caller:
    return access.caller(environ.get("HTTP_AUTHORIZATION", ""), environ.get("HTTP_X_AMZ_SECURITY_TOKEN"))


def _operation(environ: Environ) -> str:
    """What faults and counters call a request: Transcribe.GetTranscriptionJob, S3.GET /bucket/key, IAM.POST /."""
    if match := _TARGET.fullmatch(environ.get("HTTP_X_AMZ_TARGET", "")):
        return ".".join(match.groups())
    path = environ.get("PATH_INFO", "/")
    match = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    # Without a signature in the header, it is moto's own control plane or a presigned address of S3.
    service = match[1].upper() if match else "MOTO" if path.startswith("/moto-api") else "S3"
    return f"{service}.{environ['REQUEST_METHOD']} {path}"


def _read_body(environ: Environ) -> bytes:
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", "The request is not JSON.") from error


def _error(error: AwsError, environ: Environ) -> Response:
    """An error in the wire format of the service that was asked."""
    status = f"{error.status} Error"
    if environ.get("HTTP_X_AMZ_TARGET"):
        return _json(status, {"__type": error.code, "Message": error.message}, _JSON)
    body = f"<Error><Code>{error.code}</Code><Message>{error.message}</Message></Error>"
    if not _operation(environ).startswith("S3."):  # services with the query protocol wrap it
        body = f"<ErrorResponse>{body}</ErrorResponse>"
    body = "" if environ["REQUEST_METHOD"] == "HEAD" else f"<?xml version='1.0' encoding='UTF-8'?>{body}"
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body.encode())))]
    return Response(status, headers, body.encode())


def _json(status: str, answer: Any, content_type: str) -> Response:
    body = json.dumps(answer).encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return Response(status, [*headers, ("x-amzn-RequestId", str(uuid.uuid4()))], body)


def _reset(environ: Environ) -> None:
    """End the connection without a word."""
    connection = environ["werkzeug.socket"]
    # A lingering time of zero sends RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionResetError("ordered by a fault")
