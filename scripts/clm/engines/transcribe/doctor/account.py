"""Credentials, region and clock."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from clm.engines.transcribe.doctor.findings import NOT_OK, OK, UNKNOWN, Caller, Case, Finding, failed

#: Requests whose time is off by more are refused, by most services (S3 is more patient).
_MOST_SKEW = 300
_TRANSCRIBE = "transcribe"


def check(case: Case) -> Iterator[Finding]:
    """Check caller, region and clock; afterwards `case.caller` is known if the rest can be checked."""
    from botocore.exceptions import BotoCoreError

    try:
        case.aws  # noqa: B018 - reads the user's AWS configuration
    except BotoCoreError as error:  # a profile that is not there
        yield failed(error, "credentials", "sts:GetCallerIdentity")
        return
    headers: Mapping[str, str] = {}
    try:
        answer = case.client("sts").get_caller_identity()
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        case.caller = Caller(answer["Arn"])
        note = "no policy restricts the root user; a user of its own is safer" if case.caller.is_root else ""
        yield Finding(OK, "credentials", case.caller.name, note)
    except Exception as error:
        headers = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPHeaders", {})
        yield failed(error, "credentials", "sts:GetCallerIdentity")
    yield _clock(headers)
    yield from _regions(case)


def skew(date: str) -> float:
    """Seconds by which the local clock is ahead of a Date header."""
    return time.time() - parsedate_to_datetime(date).timestamp()


def _clock(headers: Mapping[str, str]) -> Finding:
    if "date" not in headers:
        return Finding(UNKNOWN, "clock", "there was no answer to compare with")
    seconds = skew(headers["date"])
    detail = f"{abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'} Amazon's"
    if abs(seconds) > _MOST_SKEW:
        return Finding(NOT_OK, "clock", detail, "set it (timedatectl set-ntp true): Amazon refuses what is off by more")
    return Finding(OK, "clock", detail)


def _regions(case: Case) -> Iterator[Finding]:
    if case.region is None:
        yield Finding(NOT_OK, "region", "none is set", "set transcribe.region, or AWS_DEFAULT_REGION")
        case.caller = None
        return
    services = {"region": _TRANSCRIBE}
    if case.comprehend:
        services["region for Comprehend"] = "comprehend"
    for what, service in services.items():
        known = regions(case.aws.session, service)
        if case.region in known:
            yield Finding(OK, what, case.region)
            continue
        close = difflib.get_close_matches(case.region, known)
        hint = f"did you mean {' or '.join(close)}?" if close else f"it is in {', '.join(known)}"
        if service == "comprehend":
            hint = f"transcribe.comprehend: false does without; Comprehend is in {', '.join(known)}"
        else:
            case.caller = None
        yield Finding(NOT_OK, what, f"no {service.capitalize()} is known in {case.region}", hint)


def regions(session: Any, service: str) -> list[str]:
    """All regions in which boto3 knows a service, in any partition."""
    names = (
        name
        for partition in session.get_available_partitions()
        for name in session.get_available_regions(service, partition_name=partition)
    )
    return sorted(names)
