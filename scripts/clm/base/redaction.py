"""Redaction of secrets in logs and results: account numbers, access keys, signed addresses, names of sessions."""

import re

_RULES = (
    # A signed address is worth the object behind it until it expires.
    (re.compile(r"\?\S*(?:X-Amz-|Signature=)\S*", re.IGNORECASE), "?<signature>"),
    # A session is named by whoever began it, mostly with an e-mail address.
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}:[\w+=,.@-]+"), "<access key>:<session>"),
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b"), "<access key>"),
    (re.compile(r"(\b(?:assumed-role/[^/\s]+|federated-user)/)[\w+=,.@-]+"), r"\1<session>"),
    (re.compile(r"(?<![a-zA-Z0-9.])\d{12}(?!\.\d|[a-zA-Z0-9])"), "<account>"),
)


def scrub(text: str) -> str:
    """The text without account numbers, access keys and signatures.

    >>> scrub("arn:aws:iam::123456789012:role/clm may not read https://x.example/a?X-Amz-Signature=1f&y=2 now")
    'arn:aws:iam::<account>:role/clm may not read https://x.example/a?<signature> now'
    >>> scrub("1234567890123 samples, 12.123456789012 seconds, key AKIAIOSFODNN7EXAMPLE")
    '1234567890123 samples, 12.123456789012 seconds, key <access key>'
    >>> scrub("User: arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_x/ann@example.org is not authorized")
    'User: arn:aws:sts::<account>:assumed-role/AWSReservedSSO_x/<session> is not authorized'
    >>> scrub("AROAEXAMPLEEXAMPLE:ann@example.org of arn:aws:sts::123456789012:federated-user/bob@example.org")
    '<access key>:<session> of arn:aws:sts::<account>:federated-user/<session>'
    >>> scrub("https://b.example/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=1f&Expires=2 of role_123456789012")
    'https://b.example/k?<signature> of role_<account>'
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
