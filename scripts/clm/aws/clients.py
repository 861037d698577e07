"""Amazon Web Services: clients that retry within bounds, and what their errors mean to a user.

boto3 takes most of a second to import, so it is imported where a client is made, and never while Snakemake only
checks for work.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from clm.aws.setup_errors import of_setup
from clm.base.errors import PassingError, UserError
from clm.base.redaction import scrub

#: Attempts of one call, with growing pauses between them; what still fails then is left to the next run.
ATTEMPTS = 8
_CONNECT_SECONDS, _READ_SECONDS = 10, 60

_RERUN = "run again later: finished results are kept, and nothing is paid twice"
_RENEW = "renew your credentials (aws configure, aws sso login), then run again: nothing is paid twice"
#: Error codes that mean the same, whatever the service, and what to do.
_CREDENTIALS = {
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidToken", "TokenRefreshRequired",
}  # fmt: skip
_WRONG_KEYS = {
    "InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch", "InvalidSignatureException",
    "UnrecognizedClientException", "IncompleteSignature", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "AuthFailure",
}  # fmt: skip
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403", "AllAccessDisabled"}
_BUSY = {
    "Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "TooManyRequestsException",
    "LimitExceededException", "SlowDown", "BandwidthLimitExceeded", "RequestThrottled",
}  # fmt: skip
_BROKEN = {
    "InternalFailure", "InternalFailureException", "InternalError", "InternalServerError", "InternalServerException",
    "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout", "500", "502", "503", "504",
}  # fmt: skip
_WRONG_BUCKET = {"NoSuchBucket", "PermanentRedirect", "301", "AuthorizationHeaderMalformed"}
#: Which of our policies allows the operations of a service.
_POLICIES = {
    "transcribe": "policies/transcribe-user.json",
    "comprehend": "policies/comprehend-user.json",
    "s3": "policies/s3-user.json",
    "iam": "policies/pass-role.json",
}


@dataclass(frozen=True)
class Aws:
    """The account and region to work in; clients are made when first used."""

    region: str | None = None
    #: A bucket, and the account that must own it, or S3 refuses to touch it.
    owned: tuple[str, str] | None = None

    @functools.cached_property
    def session(self) -> Any:
        """The boto3 session, with the user's own configuration and credentials."""
        import logging

        import boto3

        logging.getLogger("botocore").setLevel(logging.WARNING)  # it logs where it found credentials
        return boto3.session.Session(region_name=self.region)

    def client(self, service: str, *, attempts: int = ATTEMPTS, connections: int = 10) -> Any:
        """A client of a service.

        Raises:
            UserError: there is no region.

        """
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=connections,
        )
        try:
            client = self.session.client(service, config=config)
        except BotoCoreError as error:
            raise explain(error, f"connecting to {service}") from error
        client.meta.events.register("before-parse", _refuse_page)
        if service == "s3" and self.owned:
            client.meta.events.register("before-parameter-build.s3", self._expect_owner)
        return client

    def _expect_owner(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        bucket, owner = self.owned or ("", "")
        if params.get("Bucket") == bucket and "ExpectedBucketOwner" in model.input_shape.members:
            params.setdefault("ExpectedBucketOwner", owner)

    @functools.cached_property
    def s3(self) -> Any:
        """S3."""
        return self.client("s3", connections=20)

    @functools.cached_property
    def transcribe(self) -> Any:
        """Transcribe."""
        return self.client("transcribe")

    @functools.cached_property
    def impatient(self) -> Any:
        """Transcribe for calls that a full quota refuses: the caller waits for a free place itself."""
        return self.client("transcribe", attempts=3)

    @functools.cached_property
    def caller(self) -> dict[str, str]:
        """The caller by STS: Account and Arn.

        Raises:
            UserError: STS gave no answer.

        """
        try:
            return self.client("sts", attempts=3).get_caller_identity()
        except Exception as error:
            raise explain(error, "asking who calls") from error

    @property
    def transcribe_arn(self) -> str:
        """The beginning of the ARNs of Transcribe's resources in this account and region."""
        partition = self.caller["Arn"].split(":")[1]
        return f"arn:{partition}:transcribe:{self.transcribe.meta.region_name}:{self.caller['Account']}"

    @functools.cached_property
    def comprehend(self) -> Any:
        """Comprehend."""
        return self.client("comprehend")


def _refuse_page(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Raise where a page was sent in the place of Amazon's answer: botocore's parser would find nothing in it."""
    from botocore.parsers import ResponseParserError

    if operation_model.has_streaming_output:
        return
    begin = (response_dict.get("body") or b"")[:200].lstrip().lower()
    if begin.startswith((b"<html", b"<!doctype html")):
        raise ResponseParserError(f"HTTP {response_dict.get('status_code')} with a page of HTML")


class RefusedError(PassingError):
    """Amazon will refuse until the user changes something: credentials, permissions, region, bucket."""


def code_of(error: Exception) -> str:
    """The error code of a ClientError, or an empty string; texts of errors change, codes do not."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def is_busy(error: Exception) -> bool:
    """True if a call was refused because of a rate limit or quota."""
    return code_of(error) in _BUSY


def is_denied(error: Exception) -> bool:
    """True if a permission is missing."""
    return code_of(error) in _DENIED


def is_broken(error: Exception) -> bool:
    """True for an internal error at Amazon."""
    return code_of(error) in _BROKEN


def explain(error: Exception, doing: str, service: str = "") -> UserError:
    """Translate an error of botocore or boto3: a `PassingError` where the next run may succeed.

    `doing` says what was tried ("starting job x"); `service` helps to name the policy that is missing. An error that
    is not Amazon's (a bug of ours) is raised as it is.
    """
    from boto3.exceptions import Boto3Error
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    if isinstance(error, UserError):
        return error
    if isinstance(error, Boto3Error) and isinstance(error.__context__, exceptions.ClientError):
        error = error.__context__  # what an upload failed of
    code, text = code_of(error), scrub(str(error))
    if setup := of_setup(error):
        what, hint = setup
        return RefusedError(f"{doing}: {what.format(text=text)}", hint)
    if isinstance(error, ResponseParserError):
        return PassingError(f"{doing}: the answer is not Amazon's, perhaps a proxy's or a login page", _RERUN)
    if not isinstance(error, exceptions.BotoCoreError | exceptions.ClientError | Boto3Error | OSError):
        raise error
    if isinstance(error, exceptions.ParamValidationError):
        return UserError(f"{doing}: boto3 refuses the request: {text}", "correct the value in the configuration")
    if isinstance(error, exceptions.ClientError):
        return _explain_code(code, text, doing, service, getattr(error, "operation_name", ""))
    return PassingError(f"{doing}: no answer from Amazon ({text})", _RERUN)


def _explain_code(code: str, text: str, doing: str, service: str, operation: str) -> UserError:
    """Translate an error code of Amazon's."""
    if operation.startswith("AssumeRole") and (code in _DENIED or code in _WRONG_KEYS):
        return RefusedError(
            f"{doing}: the profile may not assume its role ({text})",
            "correct role_arn and source_profile in ~/.aws/config, or that role's trust policy",
        )
    if code in _CREDENTIALS:
        return RefusedError(f"{doing}: the AWS credentials have expired", _RENEW)
    if code in _WRONG_KEYS:
        return RefusedError(f"{doing}: AWS does not accept the credentials ({code})", _RENEW)
    if code == "RequestTimeTooSkewed":
        return RefusedError(f"{doing}: the clock of this machine is wrong", "set it (timedatectl set-ntp true)")
    if code in _DENIED:
        policy = _POLICIES.get(service, "policies/README.md")
        hint = f"add {policy} to your user or role; scripts/doctor.py finds everything that is missing"
        return RefusedError(f"{doing}: access denied ({text})", hint)
    if code in _WRONG_BUCKET:
        return RefusedError(f"{doing}: {text}", "check bucket and region; scripts/doctor.py compares the two")
    if code in _BUSY:
        return PassingError(f"{doing}: Amazon is busy or a quota is used up ({code})", _RERUN)
    if code in _BROKEN:
        return PassingError(f"{doing}: internal error at Amazon ({code})", _RERUN)
    return UserError(f"{doing}: {text}", "scripts/doctor.py checks bucket, region, role and permissions")
