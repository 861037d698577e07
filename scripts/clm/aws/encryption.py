"""Demand of a bucket for a KMS key on everything written to it."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from typing import Any

from clm.aws.clients import code_of, explain

_HEADER = "s3:x-amz-server-side-encryption"
_KMS = ("aws:kms", "aws:kms:dsse")


def default(client: Any, bucket: str) -> str | None:
    """The default encryption of a bucket (AES256, aws:kms, ...); None where we may not know."""
    try:
        rules = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        return str(rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"])
    except Exception as error:
        if code_of(error) == "ServerSideEncryptionConfigurationNotFoundError":
            return "AES256"
        explain(error, "reading encryption")  # a bug of ours is raised on
        return None


def policy_demands_key(client: Any, bucket: str) -> bool | None:
    """True if the bucket's policy refuses objects without a KMS key; None where we may not read it."""
    try:
        document = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])
    except Exception as error:
        if code_of(error) == "NoSuchBucketPolicy":
            return False
        if not isinstance(error, ValueError):
            explain(error, "reading the bucket's policy")
        return None
    return demands_key(document)


def demands_key(document: Mapping[str, Any]) -> bool:
    """True if a bucket policy denies writing without a KMS key.

    >>> deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}
    >>> condition = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    >>> demands_key({"Statement": [{**deny, "Condition": condition}]}), demands_key({"Statement": deny})
    (True, False)
    """
    return any(_denies(statement) for statement in _list(document.get("Statement", [])))


def _denies(statement: Mapping[str, Any]) -> bool:
    actions = _list(statement.get("Action", []))
    writes = any(fnmatch.fnmatchcase("s3:putobject", str(action).lower()) for action in actions)
    if statement.get("Effect") != "Deny" or not writes:
        return False
    return any(
        _asks_for_key(operator, key.lower(), _list(values))
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def _asks_for_key(operator: str, key: str, values: list[Any]) -> bool:
    if not key.startswith(_HEADER):
        return False
    if operator == "Null":  # the header is absent: S3's own encryption sends one, but names no key
        return key != _HEADER and str(values[0]).lower() == "true"
    negated = operator.removesuffix("IfExists") in ("StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike")
    return negated and (key != _HEADER or not set(map(str, values)).isdisjoint(_KMS))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
