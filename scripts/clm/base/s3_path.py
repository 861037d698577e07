"""Addresses in S3, apart from their use, so that programs that never go there need not load boto3."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from clm.base.errors import UserError

SCHEME = "s3://"
#: Where texts from S3 are kept, below the results folder.
TEXTS = PurePosixPath("store", "s3")


@dataclass(frozen=True, order=True)
class S3Path:
    """Address of an object or of a common prefix, with the few properties of a `Path` that the workflow uses."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, address: str) -> S3Path:
        """The address in an `s3://bucket/key`.

        Raises:
            UserError: there is no bucket in it.

        """
        bucket, _, key = address.removeprefix(SCHEME).partition("/")
        if not address.startswith(SCHEME) or not bucket:
            raise UserError(f"{address}: not an address in S3", "write s3://bucket/prefix")
        return cls(bucket, key)

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rstrip("/").rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The ending of the name, with its dot."""
        return PurePosixPath(self.name).suffix

    @property
    def folder(self) -> str:
        """The key as a prefix: ends in a slash unless it is empty."""
        return f"{self.key.rstrip('/')}/" if self.key else ""

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"


def is_address(value: object) -> bool:
    """True if a configuration value is an address in S3."""
    return isinstance(value, str) and value.startswith(SCHEME)
