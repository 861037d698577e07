"""The service's own access to moto's S3, past HTTP and IAM."""

import datetime
import re
from collections.abc import Iterator
from urllib.parse import unquote

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import ServiceException
from moto.s3.models import FakeBucket, S3Backend, s3_backends

ACCOUNT = DEFAULT_ACCOUNT_ID
_URI = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<key>.*)")
_URL = re.compile(r"https?://(?:s3[^/]*\.amazonaws\.com|127\.0\.0\.1:\d+)/(?P<bucket>[^/]+)/(?P<key>[^?]*)")


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an s3:// or path-style http(s):// address; ("", "") if it is neither."""
    if match := _URI.fullmatch(uri):
        return match["bucket"], match["key"]
    if match := _URL.fullmatch(uri):
        return match["bucket"], unquote(match["key"])
    return "", ""


def region_of(bucket: str) -> str | None:
    """The region of a bucket, None if there is no such bucket."""
    found = _bucket(bucket)
    return found.region_name if found else None


def read(bucket: str, key: str) -> bytes | None:
    """The bytes of an object, None if there is none."""
    if not _bucket(bucket):
        return None
    found = _backend().get_object(bucket, key)
    return found.value if found else None


def keys(bucket: str, prefix: str) -> Iterator[str]:
    """Keys of the objects below a prefix, sorted."""
    found = _bucket(bucket)
    if found:
        # Copied in one step: other threads may be uploading. A deleted object of a versioned bucket leaves a marker.
        below = sorted(key for key in list(dict.keys(found.keys)) if key.startswith(prefix))
        yield from (key for key in below if _backend().get_object(bucket, key))


def write(bucket: str, key: str, data: bytes, kms_key: str | None = None) -> None:
    """Write an object; without a key of its own it gets the bucket's default encryption."""
    _backend().put_object(bucket, key, data, encryption="aws:kms" if kms_key else None, kms_key_id=kms_key)


def date(bucket: str, key: str, written: datetime.datetime) -> None:
    """Give an object another LastModified."""
    found = _backend().get_object(bucket, key)
    if found is None:
        raise KeyError(f"s3://{bucket}/{key}")
    found.last_modified = written


def _backend() -> S3Backend:
    return s3_backends[ACCOUNT]["aws"]


def _bucket(name: str) -> FakeBucket | None:
    try:
        return _backend().get_bucket(name)
    except ServiceException:
        return None
