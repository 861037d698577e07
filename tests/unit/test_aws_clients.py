"""What goes wrong before Amazon answers, through the real boto3: one message with a hint of its own, and no retries."""

import http.server
import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clm.aws.clients import Aws, RefusedError, explain
from clm.aws.rate_limits import Tolerance
from clm.aws.setup_errors import _RULES
from clm.base.errors import PassingError, UserError

SSO = """
[profile team]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Analyst
region = us-east-1
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.invalid/start
sso_registration_scopes = sso:account:access
"""
PROCESS = "[profile team]\nregion = us-east-1\ncredential_process = {}\n"
MFA = """
[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = x
[profile team]
region = us-east-1
role_arn = arn:aws:iam::111122223333:role/Analyst
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/ann
"""


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes an AWS configuration that a profile `team` stands in."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)

    def write(text: str) -> None:
        (tmp_path / "config").write_text(text)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_PROFILE", "team")

    return write


def trouble(region: str | None = None) -> UserError:
    """What listing a bucket ends with, and that at once."""
    began = time.monotonic()
    try:
        Aws(region).s3.list_buckets()
    except Exception as error:
        found = explain(error, "listing", "s3")
        assert time.monotonic() - began < 5
        return found
    raise AssertionError("there was no error")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (SSO, "no SSO login yet", "aws sso login --profile team"),
        (PROCESS.format("false"), "credential_process", "run it by hand"),
        (PROCESS.format("/there/is/no/such/program"), "cannot be used", "correct credential_process"),
        (PROCESS.format("echo {}"), "credential_process", "run it by hand"),
        (MFA, "MFA code", "get-session-token"),
        ("[profile team]\nregion = us-east-1\n", "no AWS credentials were found", "aws configure"),
        ("[profile other]\n", "could not be found", "AWS_PROFILE"),
        ("[profile team", "not valid", "~/.aws/config"),
    ],
    ids=["sso", "process", "no-program", "empty-process", "mfa", "none", "no-profile", "no-config"],
)
def test_each_trouble_with_credentials_has_its_hint(
    configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, text: str, message: str, hint: str
) -> None:
    configure(text)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setattr("getpass.getpass", lambda *_: input())
    found = trouble()
    assert isinstance(found, RefusedError)
    assert message in found.message
    assert hint in found.hint
    with pytest.raises(RefusedError):  # nobody waits for a quarter of an hour
        Tolerance(10.0).bear(found)


def test_a_region_that_is_none(configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    configure("[profile team]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert "no AWS region is set" in explain(_error(lambda: Aws().transcribe), "x").message
    found = trouble("us east 1")
    assert isinstance(found, RefusedError)
    assert "correct transcribe.region" in found.hint


def test_a_region_that_does_not_exist_is_no_network_that_is_down() -> None:
    from botocore.exceptions import EndpointConnectionError

    wrong = EndpointConnectionError(endpoint_url="https://transcribe.us-eats-1.amazonaws.com/")
    down = EndpointConnectionError(endpoint_url="https://s3.us-east-1.amazonaws.com")
    assert type(explain(wrong, "x")) is RefusedError
    assert type(explain(down, "x")) is PassingError


def test_what_boto3_refuses_to_send_is_no_passing_trouble(configure: Callable[[str], None]) -> None:
    configure("[profile team]\nregion = us-east-1\naws_access_key_id = a\naws_secret_access_key = b\n")
    found = explain(_error(lambda: Aws().transcribe.get_transcription_job(TranscriptionJobName=7)), "x")
    assert not isinstance(found, PassingError)
    assert "boto3 refuses the request" in found.message


class Html(http.server.BaseHTTPRequestHandler):
    """A login page instead of Amazon."""

    def do_POST(self) -> None:
        body = b"<html><body>Please log in</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def page(configure: Callable[[str], None]) -> Iterator[str]:
    configure("[profile team]\nregion = us-east-1\naws_access_key_id = a\naws_secret_access_key = b\n")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Html)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "list_buckets"),
        ("sts", "get_caller_identity"),
        ("transcribe", "list_transcription_jobs"),
        ("iam", "get_user"),
    ],
)
def test_a_page_instead_of_an_answer(page: str, monkeypatch: pytest.MonkeyPatch, service: str, operation: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{page}")
    found = explain(_error(getattr(Aws().client(service, attempts=1), operation)), "asking")
    assert isinstance(found, PassingError)
    assert "not Amazon's" in found.message


def test_a_certificate_that_is_not_accepted(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://{page}")
    found = explain(_error(Aws().client("s3", attempts=1).list_buckets), "asking")
    assert isinstance(found, RefusedError)
    assert "AWS_CA_BUNDLE" in found.hint


def test_names_of_sessions_are_kept_out_of_messages() -> None:
    from botocore.exceptions import ClientError

    text = "User: arn:aws:sts::111122223333:assumed-role/Analyst/ann@example.org may not s3:ListBucket"
    found = explain(ClientError({"Error": {"Code": "AccessDenied", "Message": text}}, "ListBuckets"), "listing", "s3")
    assert "ann@example.org" not in str(found)
    assert "111122223333" not in str(found)


def test_a_role_that_a_profile_may_not_assume() -> None:
    from botocore.exceptions import ClientError

    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")
    assert "role_arn and source_profile" in explain(error, "listing", "s3").hint


def _error(call: Callable[[], object]) -> Exception:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("there was no error")


#: Errors of botocore that another attempt may not meet, and those that only a bug of ours or of botocore's raises.
PASSING = {
    "BotoCoreError", "HTTPClientError", "ConnectionError", "EndpointConnectionError", "ConnectionClosedError",
    "ReadTimeoutError", "ConnectTimeoutError", "ResponseStreamingError", "IncompleteReadError", "ChecksumError",
    "FlexibleChecksumError", "CapacityNotAvailableError", "WaiterError", "AwsChunkedWrapperError",
}  # fmt: skip
BUGS = {
    "BaseEndpointResolverError", "MissingParametersError", "ValidationError", "ParamValidationError", "UnknownKeyError",
    "RangeError", "UnknownParameterError", "AliasConflictParameterError", "UnknownServiceStyle", "PaginationError",
    "OperationNotPageableError", "UnseekableStreamError", "InvalidExpressionError", "WaiterConfigError",
    "StubResponseError", "StubAssertionError", "UnStubbedResponseError",
}  # fmt: skip


def test_every_error_of_botocore_is_sorted() -> None:
    """What is wrong on this machine has a hint of its own, and no other error has."""
    from botocore import exceptions

    kinds = {
        name: kind
        for name, kind in vars(exceptions).items()
        if isinstance(kind, type) and issubclass(kind, exceptions.BotoCoreError)
    }
    sorted_ones = {name for classes, _, _ in _RULES for name in classes}
    of_setup = {name for name, kind in kinds.items() if sorted_ones & {base.__name__ for base in kind.__mro__}}
    assert kinds.keys() - of_setup - PASSING - BUGS == set()
    assert of_setup & (PASSING | BUGS) == set()


@pytest.mark.parametrize("bucket", ["a b", "arn:aws:s3:::talks", ""])
def test_a_bucket_that_can_be_none_is_no_network_that_is_down(
    bucket: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{page}")
    with pytest.raises(Exception) as caught:
        Aws("us-east-1").s3.list_objects_v2(Bucket=bucket)
    found = explain(caught.value, "listing", "s3")
    assert "no answer from Amazon" not in found.message
    assert "run again later" not in found.hint
