"""IAM's SimulatePrincipalPolicy, which moto lacks: what a user or role would be allowed to do."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from aws.access import Caller, Context, allows, policies_of
from aws.errors import AwsError

ACTION = "SimulatePrincipalPolicy"
_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


def is_meant(body: bytes) -> bool:
    """Whether the body of a request to IAM asks for a simulation."""
    return re.search(rb"(?:^|&)Action=" + ACTION.encode() + rb"(?:&|$)", body) is not None


def simulate(body: bytes, caller: Caller) -> str:
    """Answer the request, in IAM's XML.

    Raises:
        AwsError: the caller may not ask, or there is no such user or role.

    """
    form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
    source = form["PolicySourceArn"]
    if not caller.may(f"iam:{ACTION}", source):
        raise AwsError("AccessDenied", f"User: {caller.arn} is not authorized to perform: iam:{ACTION}", 403)
    policies = policies_of(source)
    context = _context(form)
    results = [
        f"<member><EvalActionName>{escape(action)}</EvalActionName>"
        f"<EvalResourceName>{escape(resource)}</EvalResourceName><EvalDecision>{decision}</EvalDecision></member>"
        for action in _members(form, "ActionNames")
        for resource in list(_members(form, "ResourceArns")) or ["*"]
        for decision in ("allowed" if allows(policies, action, resource, context) else "implicitDeny",)
    ]
    return (
        f'<{ACTION}Response xmlns="{_NAMESPACE}"><{ACTION}Result><IsTruncated>false</IsTruncated>'
        f"<EvaluationResults>{''.join(results)}</EvaluationResults></{ACTION}Result>"
        f"<ResponseMetadata><RequestId>simulation</RequestId></ResponseMetadata></{ACTION}Response>"
    )


def _members(form: Mapping[str, str], name: str) -> Iterator[str]:
    number = 1
    while (key := f"{name}.member.{number}") in form:
        yield form[key]
        number += 1


def _context(form: Mapping[str, str]) -> Context:
    """The context entries; one of a list type keeps its list."""
    context = {}
    number = 1
    while (entry := f"ContextEntries.member.{number}") + ".ContextKeyName" in form:
        values = list(_members(form, f"{entry}.ContextKeyValues"))
        is_list = form[f"{entry}.ContextKeyType"].endswith("List")
        context[form[f"{entry}.ContextKeyName"]] = values if is_list else values[0]
        number += 1
    return context
