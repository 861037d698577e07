"""Findings of the checks before a run on Amazon; nothing here calls a paid operation.

A permission is tried where trying is free: by asking for something that does not exist, which IAM refuses or lets
through first. Operations that would start or create something are checked with IAM's simulator instead.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clm.aws import policies
from clm.aws.clients import Aws, code_of, explain, is_broken, is_busy, is_denied
from clm.base.errors import UserError
from clm.base.s3_path import S3Path
from clm.engines.transcribe.transcribe_settings import TranscribeSettings

OK, NOT_OK, UNKNOWN = "ok", "not ok", "unknown"
#: Attempts of one call: a person waits.
_ATTEMPTS = 3
#: A name that no job, model or vocabulary of ours has: theirs end in a digest.
NOBODY = "clm-doctor"


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    status: str
    what: str
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Caller:
    """Owner of the credentials, by the ARN that STS returns."""

    arn: str

    @property
    def account(self) -> str:
        """Number of the account."""
        return self.arn.split(":")[4]

    @property
    def partition(self) -> str:
        """The part of AWS: aws, aws-cn, aws-us-gov."""
        return self.arn.split(":")[1]

    @property
    def name(self) -> str:
        """Name within the account, such as `user/ann`."""
        return self.arn.split(":", 5)[5]

    @property
    def is_root(self) -> bool:
        """True for the owner of the account, whom no policy restricts."""
        return self.name == "root"

    @property
    def role(self) -> str:
        """Name of the role that was assumed, without its path, which STS omits; "" for a user."""
        return self.name.split("/")[1] if self.name.startswith("assumed-role/") else ""


@dataclass
class Case:
    """The setup under examination; `caller` is known once the credentials were checked, `inputs` are on S3, by key."""

    settings: TranscribeSettings
    comprehend: bool = False
    vocabulary: bool = False
    inputs: Mapping[str, S3Path] = field(default_factory=dict)
    caller: Caller | None = None
    _clients: dict[str, Any] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)

    @property
    def known_caller(self) -> Caller:
        """The caller, for checks that come after that of the credentials."""
        if self.caller is None:
            raise RuntimeError("the credentials have not been checked")
        return self.caller

    @functools.cached_property
    def aws(self) -> Aws:
        """The account. Where no region is set, any will do to ask who the caller is."""
        own = self.settings.connect()
        return own if own.session.region_name else Aws("us-east-1")

    @functools.cached_property
    def region(self) -> str | None:
        """The region to work in, or None if none is set."""
        return self.settings.region or Aws().session.region_name or None

    def client(self, service: str) -> Any:
        """A client that gives up soon."""
        if service not in self._clients:
            self._clients[service] = self.aws.client(service, attempts=_ATTEMPTS)
        return self._clients[service]

    def simulate(
        self,
        actions: Iterable[str],
        resource: str,
        context: Mapping[str, str | Sequence[str]],
        *,
        source: str | None = None,
    ) -> dict[str, bool] | None:
        """Ask IAM if the caller (or `source`) may do these actions; None where it does not let us ask."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        if self.caller is None:
            return None
        if self.caller.is_root and source is None:
            return dict.fromkeys(actions, True)
        entries = [
            {"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": [value]}
            if isinstance(value, str)
            else {"ContextKeyName": key, "ContextKeyType": "stringList", "ContextKeyValues": value}
            for key, value in context.items()
        ]
        try:
            answer = self.client("iam").simulate_principal_policy(
                PolicySourceArn=source or self.policy_source(),
                ActionNames=list(actions),
                ResourceArns=[resource],
                ContextEntries=entries,
            )
            results = answer["EvaluationResults"]
        # Not allowed, a caller that IAM does not know, or a page of a proxy in the place of an answer.
        except (BotoCoreError, ClientError, ResponseParserError, KeyError):
            return None
        return {entry["EvalActionName"]: entry["EvalDecision"] == "allowed" for entry in results}

    def policy_source(self) -> str:
        """The ARN of the user or role that holds the caller's policies, as IAM has it."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        if self.caller is None or not self.caller.role:
            return self.caller.arn if self.caller else ""
        role = self.caller.role
        if role not in self._sources:
            self._sources[role] = f"arn:{self.caller.partition}:iam::{self.caller.account}:role/{role}"
            # STS leaves out the path, which SSO's roles have; without it this is right for roles that have none.
            with contextlib.suppress(BotoCoreError, ClientError, ResponseParserError, KeyError):
                self._sources[role] = self.client("iam").get_role(RoleName=role)["Role"]["Arn"]
        return self._sources[role]


def missing(action: str) -> str:
    """Hint for a missing permission: the statement of our policies that gives it."""
    name, statement = policies.statement_of(action)
    return f"attach policies/{name}.json (statement {statement}); policies/README.md shows how"


def failed(error: Exception, what: str, action: str) -> Finding:
    """Finding for the failed call of an operation that needs `action`."""
    if is_denied(error):
        return Finding(NOT_OK, what, f"access denied: {action}", missing(action))
    problem = error if isinstance(error, UserError) else explain(error, what)
    status = UNKNOWN if is_busy(error) or is_broken(error) else NOT_OK
    hint = (
        problem.hint if "doctor" not in problem.hint else _HINTS.get(code_of(error), "docs/aws.md lists what is needed")
    )
    return Finding(status, what, problem.message.removeprefix(f"{what}: "), hint)


_HINTS = {
    "NoSuchBucket": "correct transcribe.bucket, or create it: aws s3 mb s3://<bucket> --region <region>",
    "KMS.NotFoundException": "correct transcribe.kms_key; the key must be in transcribe.region",
    "KMS.DisabledException": "enable the key of transcribe.kms_key, or set it to null",
}


def permission(what: str, action: str, call: Any, *, absent: Iterable[str] = ()) -> Finding:
    """Try an action by a call that changes nothing; the codes `absent` mean that it was let through."""
    try:
        call()
    except Exception as error:
        if code_of(error) not in absent:
            return failed(error, what, action)
    return Finding(OK, what)
