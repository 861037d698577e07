"""Checks of the role in which Transcribe reads training text: existence, trust, passing, and read access."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any

from clm.aws.clients import code_of, is_denied
from clm.engines.transcribe.doctor.findings import NOBODY, NOT_OK, OK, UNKNOWN, Case, Finding, failed, missing

SERVICE = "transcribe.amazonaws.com"
#: An account that is surely not the user's.
_STRANGER = "000000000000"
_TRUST = "give it the trust policy policies/role-trust.json: aws iam update-assume-role-policy --role-name {}"
_COMPARED = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")


def check(case: Case) -> Iterator[Finding]:
    """All about the role; without one, no CLM can be trained."""
    arn = case.settings.role_arn
    if not arn:
        # A comparison with existing models or vocabularies needs none.
        rivals = bool(case.settings.models or case.vocabulary)
        hint = "policies/README.md shows how to make the role; then set transcribe.role_arn"
        yield Finding(UNKNOWN if rivals else NOT_OK, "role", "transcribe.role_arn is not set: no CLM is trained", hint)
        return
    name = arn.rpartition("/")[2]
    if arn.split(":")[4] != case.known_caller.account:
        hint = "make one in the account of your credentials; roles cannot be passed between accounts"
        yield Finding(NOT_OK, f"role {name}", "it belongs to another account", hint)
        return
    yield from _existing(case, name)
    yield _passable(case, arn)
    yield _reading(case, arn)


def trusts(document: Mapping[str, Any], account: str, partition: str = "aws") -> bool | None:
    """True if a trust policy lets Transcribe assume its role for an account; None if unknown."""
    statements = _list(document["Statement"])
    if any(statement["Effect"] != "Allow" for statement in statements):
        return None
    answers = {_admits(statement, account, partition) for statement in statements if _concerns_transcribe(statement)}
    return True if True in answers else None if None in answers else False


def _existing(case: Case, name: str) -> Iterator[Finding]:
    what = f"role {name}"
    try:
        role = case.client("iam").get_role(RoleName=name)["Role"]
    except Exception as error:
        if code_of(error) == "NoSuchEntity":
            yield Finding(
                NOT_OK, what, "there is no such role", "correct transcribe.role_arn; policies/README.md makes one"
            )
        elif is_denied(error):
            yield Finding(UNKNOWN, what, "IAM does not let you ask", missing("iam:GetRole"))
        else:
            yield failed(error, what, "iam:GetRole")
        return
    if role["Arn"] != case.settings.role_arn:
        yield Finding(
            NOT_OK, what, "its ARN has another path", "correct transcribe.role_arn: aws iam get-role shows it"
        )
        return
    yield Finding(OK, what)
    document, caller, what = role["AssumeRolePolicyDocument"], case.known_caller, f"trust of role {name}"
    trusted = trusts(document, caller.account, caller.partition)
    if trusted is None:
        yield Finding(UNKNOWN, what, "its conditions are beyond this check", _TRUST.format(name))
    elif not trusted:
        yield Finding(NOT_OK, what, "Transcribe may not take it on for this account", _TRUST.format(name))
    elif trusts(document, _STRANGER, caller.partition):
        yield Finding(OK, what, "but for any other account, too (confused deputy)", _TRUST.format(name))
    else:
        yield Finding(OK, what, "Transcribe, for this account only")


def _passable(case: Case, arn: str) -> Finding:
    what, action = "passing the role to Transcribe", "iam:PassRole"
    allowed = case.simulate([action], arn, {"iam:PassedToService": SERVICE})
    if allowed is None:
        hint = f"{missing('iam:SimulatePrincipalPolicy')}; passing itself is {missing(action)}"
        return Finding(UNKNOWN, what, "IAM does not let you ask", hint)
    if allowed.get(action):
        return Finding(OK, what)
    return Finding(NOT_OK, what, f"access denied: {action}", missing(action))


def _reading(case: Case, arn: str) -> Finding:
    """Check that the role may read the training text that we upload."""
    what = "training text, read by the role"
    place = case.settings.training(NOBODY)
    bucket = f"arn:{case.known_caller.partition}:s3:::{place.bucket}"
    hint = "attach policies/role-s3.json to the role; policies/README.md shows how"
    for action, resource in (("s3:ListBucket", bucket), ("s3:GetObject", f"{bucket}/{place.folder}text.txt")):
        allowed = case.simulate([action], resource, {}, source=arn)
        if allowed is None:
            return Finding(UNKNOWN, what, "IAM does not let you ask", missing("iam:SimulatePrincipalPolicy"))
        if not allowed.get(action):
            return Finding(NOT_OK, what, f"access denied: {action}", hint)
    return Finding(OK, what)


def _concerns_transcribe(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = ["*"] if principal == "*" else _list(principal.get("Service", []))
    actions = _list(statement.get("Action", []))
    return bool({SERVICE, "*"} & set(services)) and any(
        fnmatch.fnmatchcase("sts:assumerole", action.lower()) for action in actions
    )


def _admits(statement: Mapping[str, Any], account: str, partition: str) -> bool | None:
    """True if the conditions of a statement hold for Transcribe at work for an account."""
    context = {
        "aws:sourceaccount": account,
        "aws:sourcearn": f"arn:{partition}:transcribe:us-east-1:{account}:language-model/any",
    }
    conditions = [
        (operator.removesuffix("IfExists"), key.lower(), _list(values))
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    if any(operator not in _COMPARED or key not in context for operator, key, _ in conditions):
        return None
    return all(
        any(fnmatch.fnmatchcase(_any_region(context[key]), _any_region(value)) for value in values)
        for _, key, values in conditions
    )


def _any_region(arn: str) -> str:
    """The ARN without its region; the workflow may be used in any."""
    parts = arn.split(":")
    return ":".join([*parts[:3], "", *parts[4:]]) if len(parts) > 5 else arn


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
