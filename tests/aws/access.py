"""Who may do what, by the users, roles and policies in moto's IAM.

moto checks S3, IAM and STS itself once its enforcement is on (POST 0 to /moto-api/reset-auth); the same switch
makes us check the operations of Transcribe and Comprehend. Signatures are not verified.
"""

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moto import settings as moto_settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.iam.access_control import CreateAccessKeyFailure, create_access_key
from moto.iam.exceptions import NoSuchEntity, NotFoundException
from moto.iam.models import IAMBackend, Policy, iam_backends

from aws.errors import AwsError
from aws.storage import ACCOUNT

SERVICE = "transcribe.amazonaws.com"
#: Keys of a request's context and their values, for conditions and variables.
Context = Mapping[str, str | list[str]]
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")


@dataclass(frozen=True)
class Caller:
    """The signer of a request. Policies are None while moto's enforcement is off: everything is allowed."""

    arn: str
    region: str
    policies: tuple[Mapping[str, Any], ...] | None

    def may(self, action: str, resource: str, context: Context | None = None) -> bool:
        """Whether the caller's policies allow the action on the resource."""
        own = {"aws:username": self.arn.rpartition("/")[2]} if ":user/" in self.arn else {}
        return self.policies is None or allows(self.policies, action, resource, {**own, **(context or {})})

    def require(self, action: str, resource: str, context: Context | None = None) -> None:
        """Raise AwsError where the caller may not."""
        if not self.may(action, resource, context):
            message = f"User: {self.arn} is not authorized to perform: {action} on resource: {resource}"
            raise AwsError("AccessDeniedException", message)


def caller(authorization: str, session_token: str | None) -> Caller:
    """Who signed a request with this Authorization header.

    Raises:
        AwsError: the request is not signed, or enforcement is on and its key is unknown.

    """
    match = _CREDENTIAL.search(authorization)
    if not match:
        raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    key, region, _ = match.groups()
    if ActionAuthenticatorMixin.request_count < moto_settings.INITIAL_NO_AUTH_ACTION_COUNT:
        return Caller(f"arn:aws:iam::{ACCOUNT}:root", region, None)
    headers = {"X-Amz-Security-Token": session_token} if session_token else {}
    try:
        found = create_access_key(ACCOUNT, "aws", key, headers)
    except CreateAccessKeyFailure as error:
        message = "The security token included in the request is invalid."
        raise AwsError("UnrecognizedClientException", message) from error
    return Caller(found.arn, region, tuple(_document(policy) for policy in found.collect_policies()))


def role_problem(arn: str, objects: Iterable[tuple[str, str]]) -> str:
    """Why Transcribe cannot read these objects (bucket and key) in this role; "" if it can."""
    try:
        role = _backend().get_role_by_arn(arn)
    except NotFoundException:
        return f"The role {arn} doesn't exist or can't be assumed."
    if not _trusts_transcribe(json.loads(role.assume_role_policy_document)):
        return f"Transcribe isn't allowed to assume the role {arn}. Check its trust policy."
    policies = policies_of(arn)
    for bucket, key in objects:
        bucket_arn = f"arn:aws:s3:::{bucket}"
        for action, resource in (("s3:ListBucket", bucket_arn), ("s3:GetObject", f"{bucket_arn}/{key}")):
            if not allows(policies, action, resource, {"s3:prefix": key, "aws:ResourceAccount": ACCOUNT}):
                return f"The role {arn} isn't allowed to perform {action} on {resource}."
    return ""


def policies_of(arn: str) -> list[Mapping[str, Any]]:
    """The policies of a user or role.

    Raises:
        AwsError: there is none such.

    """
    try:
        if ":user/" in arn:
            user = _backend().get_user(arn.rpartition("/")[2])
            holders = [user, *_backend().get_groups_for_user(user.name)]
        else:
            holders = [_backend().get_role_by_arn(arn)]
    except (NoSuchEntity, NotFoundException) as error:
        raise AwsError("NoSuchEntity", f"There is no {arn}.", 404) from error
    policies = [
        policy for holder in holders for policy in (*holder.policies.values(), *holder.managed_policies.values())
    ]
    return [_document(policy) for policy in policies]


def allows(policies: Iterable[Mapping[str, Any]], action: str, resource: str, context: Context | None = None) -> bool:
    """IAM's rule: something allows it and nothing denies it."""
    context = context or {}
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in _list(policy["Statement"])
        if _concerns(statement, action, resource, context) and _holds(statement.get("Condition", {}), context)
    }
    return effects == {"Allow"}


def _concerns(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    actions = _list(statement.get("Action", statement.get("NotAction")))
    named = any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in actions)
    resources = _list(statement.get("Resource", statement.get("NotResource", "*")))
    meant = any(fnmatch.fnmatchcase(resource, _with_variables(pattern, context)) for pattern in resources)
    return named == ("Action" in statement) and meant == ("NotResource" not in statement)


def _with_variables(pattern: str, context: Context) -> str:
    """The pattern with ${key} replaced; what is not in the context stays, and matches nothing."""
    return re.sub(r"\$\{([^}]+)\}", lambda match: str(context.get(match[1], match[0])), pattern)


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    return all(
        _operator_holds(operator, context.get(key), _list(values))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _operator_holds(operator: str, actual: str | list[str] | None, expected: list[str]) -> bool:
    if operator.startswith("ForAllValues:"):  # true of no values
        plain = operator.removeprefix("ForAllValues:")
        return all(_operator_holds(plain, value, expected) for value in _list(actual or []))
    if actual is None:
        return operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    if operator in ("StringEquals", "ArnEquals"):
        return actual in expected
    if operator in ("StringLike", "ArnLike"):
        return any(fnmatch.fnmatchcase(actual, pattern) for pattern in expected)
    raise NotImplementedError(f"conditions with {operator} are not modelled; add it to tests/aws/access.py")


def _trusts_transcribe(document: Mapping[str, Any]) -> bool:
    context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": f"arn:aws:transcribe:us-east-1:{ACCOUNT}:*"}
    return any(
        statement["Effect"] == "Allow"
        and "sts:AssumeRole" in _list(statement["Action"])
        and SERVICE in _list(statement["Principal"].get("Service", []))
        and _holds(statement.get("Condition", {}), context)
        for statement in _list(document["Statement"])
    )


def _document(policy: Any) -> Mapping[str, Any]:
    """The JSON of a policy in any of the forms in which moto keeps them."""
    if isinstance(policy, Policy):
        policy = next(version.document for version in policy.versions if version.is_default)
    elif isinstance(policy, tuple):
        policy = policy[1]
    elif isinstance(policy, dict):
        policy = policy["policy_document"]
    return json.loads(policy)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _backend() -> IAMBackend:
    return iam_backends[ACCOUNT]["aws"]
