"""Models and vocabularies as Amazon keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from clm.aws.clients import Aws
from clm.engines.transcribe.transcribe_settings import TranscribeSettings

#: The only form of a key that EncryptionConfiguration takes (API reference).
_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")

_ACCESS = re.compile(
    r"\b(?:roles?|access|permissions?|(?:un)?authori[sz]ed|denied|forbidden|regions?|assumed?|credentials?|kms)\b",
    re.IGNORECASE,
)


def encryption(aws: Aws, operation: str, settings: TranscribeSettings) -> dict[str, Any]:
    """Arguments by which an operation encrypts its output with the user's key.

    Empty without one, for a key that is named otherwise than by its ARN, and with a botocore that does not know them.
    """
    members = aws.transcribe.meta.service_model.operation_model(operation).input_shape.members
    if "EncryptionConfiguration" not in members or not _KEY_ARN.fullmatch(settings.kms_key or ""):
        return {}
    return {"EncryptionConfiguration": {"KMSKey": settings.kms_key}}


def may_pass(failed: Mapping[str, Any]) -> bool:
    """True if a model or vocabulary failed for role, access or region, which somebody can fix.

    Amazon has no codes for that, only FailureReason, whose texts are documented nowhere; addresses in it are
    not its words.

    >>> may_pass({"FailureReason": "The role arn:aws:iam::1:role/x can't be assumed."})
    True
    >>> may_pass({"FailureReason": "No training data was found at s3://region/role/access."}), may_pass({})
    (False, False)
    """
    reason = re.sub(r"\b(?:s3://|https?://|arn:)\S+", "", failed.get("FailureReason") or "")
    return bool(_ACCESS.search(reason))
