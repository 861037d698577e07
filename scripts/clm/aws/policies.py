"""The IAM policies in policies/, filled in for one bucket, role and key."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.base.errors import UserError
from clm.base.s3_path import SCHEME, S3Path

DIRECTORY = Path(__file__).parents[3] / "policies"
#: Policies of the user (or group, or role) who runs the workflow, and of the role that Transcribe takes on.
USER = ("transcribe-user", "s3-user", "pass-role", "comprehend-user")
ROLE = ("role-trust", "role-s3")

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[a-zA-Z0-9_.!'()/-]*")
_ROLE = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):role/(?P<path>(?:[!-~]+/)?)(?P<name>[\w+=,.@-]+)"
)
_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_OWN_TAG = "OWN-TAG"
_TAG_KEY = re.compile(r"[\w .:/=+@-]{1,128}")
#: What a policy allows in a text (IAM's grammar), without the wildcards and variables of IAM.
_KEY_TEXT = re.compile(r"[ -)+->@-~\u00a0-\u00ff]*")


@dataclass(frozen=True)
class Values:
    """Values of the policies' placeholders, checked by `check`; prefixes without slashes at their ends."""

    bucket: str
    prefix: str
    role: str
    kms_key: str | None = None
    inputs: tuple[S3Path, ...] = ()
    input_keys: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def role_name(self) -> str:
        """Name of the role, without its path."""
        return self._role["name"]

    @property
    def role_path(self) -> str:
        """Path of the role, with a slash at both ends."""
        return f"/{self._role['path']}"

    @property
    def _role(self) -> re.Match[str]:
        match = _ROLE.fullmatch(self.role)
        if match is None:
            raise ValueError(f"{self.role} is not the ARN of a role")
        return match

    def words(self) -> dict[str, str]:
        """Placeholders and their values, except those of an input."""
        return {
            "arn:aws:": f"arn:{self._role['partition']}:",
            "ACCOUNT": self._role["account"],
            "BUCKET": self.bucket,
            "PREFIX/": f"{self.prefix}/" if self.prefix else "",
            "ROLE-ARN": self.role,
            "KMS-KEY-ARN": self.kms_key or "",
        }


def check(
    bucket: str,
    prefix: str,
    role: str,
    kms_key: str | None = None,
    inputs: tuple[str, ...] = (),
    input_keys: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
) -> Values:
    """Values for the placeholders.

    Raises:
        UserError: one of them is malformed, or would allow more than it says.

    """
    prefix = prefix.strip("/")
    _check_bucket(bucket)
    if not _PREFIX.fullmatch(prefix):
        raise UserError(f"--prefix: {prefix!r} has characters other than letters, digits and -_.!'()/", "use another")
    _check_role(role)
    keys = [("--kms-key", kms_key)] if kms_key is not None else []
    for option, key in (*keys, *(("--input-key", key) for key in input_keys)):
        if not _KEY.fullmatch(key):
            raise UserError(
                f"{option}: {key!r} is not the ARN of a key (arn:aws:kms:REGION:ACCOUNT:key/ID)",
                "policies cannot name a key by its id or alias; aws kms describe-key --key-id ... shows its ARN",
            )
    for tag in tags:
        if not _TAG_KEY.fullmatch(tag) or tag.lower().startswith("aws:"):
            raise UserError(
                f"--tag: {tag!r} is not the key of a tag of yours", "give the key alone, such as cost-center"
            )
    return Values(bucket, prefix, role, kms_key, tuple(_input(address) for address in inputs), input_keys, tags)


def fill(document: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """A policy with its placeholders replaced; statements about a missing key or input are left out."""
    statements = [filled for statement in document["Statement"] for filled in _fill_statement(statement, values)]
    return {**document, "Statement": statements}


@functools.cache
def read() -> dict[str, dict[str, Any]]:
    """All policies by name, with their placeholders."""
    return {name: json.loads((DIRECTORY / f"{name}.json").read_text(encoding="utf-8")) for name in (*USER, *ROLE)}


def actions_of(statement: Mapping[str, Any]) -> list[str]:
    """The actions of a statement, one or several."""
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def statement_of(action: str) -> tuple[str, str]:
    """The user's policy that allows an action, and the statement in it."""
    return next(
        (name, statement["Sid"])
        for name in USER
        for statement in read()[name]["Statement"]
        if action in actions_of(statement)
    )


def _fill_statement(statement: Mapping[str, Any], values: Values) -> Iterator[dict[str, Any]]:
    text = json.dumps(statement)
    if "KMS-KEY-ARN" in text and values.kms_key is None:
        return
    if "INPUT-KEY-ARN" in text:
        if values.input_keys:
            yield {**statement, "Resource": list(values.input_keys)}
        return
    if "INPUT-BUCKET" not in text:
        yield _replace(_with_tags(statement, values.tags), values.words())
        return
    for number, place in enumerate(values.inputs, start=1):
        prefix = place.key.rstrip("/")
        own = {
            "INPUT-BUCKET": place.bucket,
            "INPUT-PREFIX/": f"{prefix}/" if prefix else "",
            "INPUT-PREFIX": prefix,
        }
        filled = _replace(statement, {**values.words(), **own})
        yield {**filled, "Sid": f"{filled['Sid']}{number}"}


def _with_tags(value: Any, tags: tuple[str, ...]) -> Any:
    """The value with the user's own tags in the place of OWN-TAG."""
    if isinstance(value, Mapping):
        return {key: _with_tags(item, tags) for key, item in value.items()}
    if isinstance(value, list):
        return [new for item in value for new in (tags if item == _OWN_TAG else (item,))]
    return value


def _replace(value: Any, words: Mapping[str, str]) -> Any:
    """The value with the words replaced in all its texts."""
    if isinstance(value, Mapping):
        return {key: _replace(item, words) for key, item in value.items()}
    if isinstance(value, list):
        replaced = [_replace(item, words) for item in value]
        return [item for item in replaced if not item.endswith("/")]  # the key of an input that is a whole bucket
    longest_first = sorted(words, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda match: words[match[0]], value)


def _check_bucket(bucket: str) -> None:
    if bucket.startswith(SCHEME) or "/" in bucket:
        raise UserError(
            f"--bucket: {bucket!r} is an address", "give the name of the bucket alone; --prefix for the rest"
        )
    if bucket.startswith("arn:"):
        raise UserError(f"--bucket: {bucket!r} is an ARN", "give the name of the bucket: what follows the last colon")
    if not _BUCKET.fullmatch(bucket):
        raise UserError(
            f"--bucket: {bucket!r} is not a name of a bucket", "3 to 63 lower-case letters, digits, dots and hyphens"
        )


def _check_role(role: str) -> None:
    if ":user/" in role or ":group/" in role:
        raise UserError("--role: this is the ARN of a user or group", "Transcribe takes on a role; create one for it")
    if ":assumed-role/" in role:
        raise UserError("--role: this is the ARN of a session", "aws iam get-role --role-name ... shows the role's ARN")
    if not _ROLE.fullmatch(role):
        raise UserError(
            f"--role: {role!r} is not the ARN of a role (arn:aws:iam::ACCOUNT:role/NAME, ACCOUNT of 12 digits)",
            "it may be the ARN of a role that is still to be created; aws sts get-caller-identity shows the account",
        )


def _input(address: str) -> S3Path:
    path = S3Path.parse(address)
    if not _BUCKET.fullmatch(path.bucket):
        raise UserError(f"--input: {address}: there is no bucket of such a name", "write s3://bucket/prefix")
    if not _KEY_TEXT.fullmatch(path.key) or "${" in path.key:
        raise UserError(
            f"--input: {address}: a policy cannot name it exactly (*, ?, ${{ or characters beyond Latin-1)",
            "give the folder above it",
        )
    return path
