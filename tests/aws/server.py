"""The service on a port of loopback, in front of moto's S3, IAM and STS, for the real boto3."""

import functools
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from moto import settings as moto_settings
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from aws import access
from aws.app import App
from aws.recognition import Recognizer
from aws.service import Service, TextMode
from aws.settings import Settings

REGION = "us-east-1"
ROLE = "loopback-transcribe"


@dataclass
class Loopback:
    """A running server."""

    url: str
    service: Service

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead a boto3 in another process here, and away from the user's own account."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "loopback",
            "AWS_SECRET_ACCESS_KEY": "loopback",  # pragma: allowlist secret
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client for this server; `options` as for boto3.client."""
        defaults = {
            "endpoint_url": self.url,
            "region_name": REGION,
            "aws_access_key_id": "loopback",
            "aws_secret_access_key": "loopback",  # pragma: allowlist secret
        }
        return _session().client(service, **{**defaults, **options})

    def create_role(self, name: str = ROLE) -> str:
        """Create a role that Transcribe may assume and that may read all of S3; gives its ARN."""
        iam = self.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": access.SERVICE}, "Action": "sts:AssumeRole"}
        reading = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=_policy(reading))
        return role["Role"]["Arn"]

    @contextmanager
    def enforcing_iam(self) -> Iterator[None]:
        """Check all requests against the policies of their signers meanwhile."""
        previous = moto_settings.INITIAL_NO_AUTH_ACTION_COUNT
        moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        try:
            yield
        finally:
            moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = previous


@contextmanager
def serving(
    *,
    port: int = 0,
    scale: float = 1.0,
    text: TextMode | Recognizer = "reference",
    references: dict[str, str] | None = None,
    cache: Path | None = None,
    **settings: Any,
) -> Iterator[Loopback]:
    """Serve an empty account on a free port of loopback; see `Service` and `Settings` for the arguments.

    moto's state belongs to the process: one server at a time. A bug that the service ran into is raised at the end.
    """
    moto_api_backend.reset()
    service = Service(Settings(**settings), scale=scale, text=text, references=references, cache=cache)
    server = make_app_server(service, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_port}", service)
    finally:
        server.shutdown()
        server.server_close()
        moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
    if service.crashes:
        raise ExceptionGroup("the loopback service crashed", service.crashes)


def make_app_server(service: Service, port: int) -> BaseWSGIServer:
    """A server of the service that is not started yet; port 0 takes a free one."""
    handler = type("Handler", (_QuietHandler,), {"service": service})
    return make_server("127.0.0.1", port, App(service), threaded=True, request_handler=handler)


class _QuietHandler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header Date, by the service's clock: moved, it looks like a client with a wrong clock."""
        return super().date_time_string(self.service.clock.now() if timestamp is None else timestamp)

    def log_request(self, *_: object) -> None:
        """Tests read counters, not logs."""

    def connection_dropped(self, *_: object) -> None:
        """Faults order it, or a client was killed: nothing to log, and no next request to wait for."""
        self.close_connection = True


@functools.cache
def _session() -> boto3.session.Session:
    """Reading botocore's data is most of the cost of a client: done once."""
    return boto3.session.Session()


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
