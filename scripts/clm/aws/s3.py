"""Objects in S3: listing, reading, and uploads that resume where they were cut off."""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.aws.clients import code_of, is_denied
from clm.base.s3_path import S3Path

#: Larger files go up in parts of this size; it must stay the same, or an upload cut off earlier starts again.
PART_BYTES = 16 << 20
_MOST_PARTS = 10_000
#: Error codes for an upload in parts that another process has completed or given up.
_UPLOAD_GONE = {"NoSuchUpload", "InvalidPart", "InvalidPartOrder", "404"}
_ATTEMPTS = 3
#: Answers of GetBucketLocation in place of the names of the oldest regions.
OLD_REGIONS = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}
#: Storage classes whose objects must be restored first (S3's user guide, "Working with archived objects").
ARCHIVES = {"GLACIER", "DEEP_ARCHIVE"}
_TIERED = "INTELLIGENT_TIERING"
#: Transcribe writes this file to test its permission.
ACCESS_FILE = ".write_access_check_file.temp"


@dataclass(frozen=True)
class Object:
    """An object as a listing shows it.

    `hashed` means that S3 keeps a SHA-256 of it, `modified` is its age (POSIX), `storage` its storage class.
    """

    path: S3Path
    size: int
    etag: str
    hashed: bool = False
    modified: float = 0.0
    storage: str = ""


def listing(client: Any, below: S3Path, begin: str = "") -> Iterator[Object]:
    """All objects below a prefix whose further key begins so, in the order of their keys, a thousand at a call."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=below.bucket, Prefix=below.folder + begin)
    for page in pages:
        for entry in page.get("Contents", ()):
            if not entry["Key"].endswith(("/", ACCESS_FILE)):
                yield Object(
                    S3Path(below.bucket, entry["Key"]),
                    entry["Size"],
                    entry["ETag"].strip('"'),
                    "SHA256" in entry.get("ChecksumAlgorithm", ()),
                    entry["LastModified"].timestamp(),
                    entry.get("StorageClass", ""),
                )


def bucket_region(client: Any, bucket: str) -> str:
    """The region of a bucket; HeadBucket shows it where GetBucketLocation is not allowed."""
    try:
        answer = client.get_bucket_location(Bucket=bucket).get("LocationConstraint")
    except Exception as error:
        if not is_denied(error):
            raise
        return client.head_bucket(Bucket=bucket)["BucketRegion"]
    return OLD_REGIONS.get(answer, answer)


def archived(client: Any, entry: Object) -> str:
    """The storage class of an object that must be restored before anybody can read it; "" for any other.

    Only the object itself shows whether it is restored, and where "intelligent tiering" has moved it.
    """
    if entry.storage not in ARCHIVES and entry.storage != _TIERED:
        return ""
    head = client.head_object(Bucket=entry.path.bucket, Key=entry.path.key)
    if 'ongoing-request="false"' in head.get("Restore", ""):
        return ""
    return entry.storage if entry.storage in ARCHIVES or head.get("ArchiveStatus") else ""


def sha256(client: Any, path: S3Path) -> str | None:
    """Hexadecimal SHA-256 of an object's content, or None where S3 has none of the whole (an upload in parts)."""
    return whole_sha256(client.head_object(Bucket=path.bucket, Key=path.key, ChecksumMode="ENABLED"))


def whole_sha256(head: Mapping[str, Any]) -> str | None:
    """The SHA-256 in the answer to HeadObject, unless it is one of the parts' checksums.

    >>> whole_sha256({"ChecksumSHA256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "ChecksumType": "FULL_OBJECT"})
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    >>> whole_sha256({"ChecksumSHA256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "ChecksumType": "COMPOSITE"})
    >>> whole_sha256({"ChecksumSHA256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=-3"})
    >>> whole_sha256({"ETag": "d41d8cd98f00b204e9800998ecf8427e"})
    """
    if head.get("ChecksumType", "FULL_OBJECT") != "FULL_OBJECT":
        return None
    try:
        digest = base64.b64decode(head.get("ChecksumSHA256", ""), validate=True)
    except binascii.Error:  # "...-3": of three parts
        return None
    return digest.hex() if len(digest) == hashlib.sha256().digest_size else None


def has(client: Any, path: S3Path, size: int | None = None) -> bool:
    """True if an object exists, can be read, and is of this size in bytes."""
    try:
        head = client.head_object(Bucket=path.bucket, Key=path.key)
    except Exception as error:
        if code_of(error) in ("404", "NoSuchKey"):
            return False
        raise
    readable = head.get("StorageClass") not in ARCHIVES or 'ongoing-request="false"' in head.get("Restore", "")
    return readable and (size is None or head["ContentLength"] == size)


def read(client: Any, path: S3Path, first: int | None = None) -> bytes:
    """The content of an object, or its first bytes."""
    part = {"Range": f"bytes=0-{first - 1}"} if first else {}
    return client.get_object(Bucket=path.bucket, Key=path.key, **part)["Body"].read()


def read_dated(client: Any, path: S3Path) -> tuple[bytes, datetime.datetime]:
    """The content of an object, and when it was written (UTC)."""
    answer = client.get_object(Bucket=path.bucket, Key=path.key)
    return answer["Body"].read(), answer["LastModified"].astimezone(datetime.UTC)


def read_range(client: Any, path: S3Path, offset: int, count: int) -> bytes:
    """Bytes of an object from an offset on, fewer where it ends."""
    part = f"bytes={offset}-{offset + count - 1}"
    return client.get_object(Bucket=path.bucket, Key=path.key, Range=part)["Body"].read()


@dataclass(frozen=True)
class Uploader:
    """Puts files and texts into a bucket, encrypted as the user or the bucket's defaults say."""

    client: Any
    kms_key: str | None = None

    def put(self, data: bytes, to: S3Path) -> None:
        """Upload bytes in one call; S3 verifies and keeps their SHA-256."""
        self.client.put_object(Bucket=to.bucket, Key=to.key, Body=data, ChecksumAlgorithm="SHA256", **self._common(to))

    def put_file(self, path: Path, to: S3Path, progress: Callable[[int], None] = lambda _: None) -> None:
        """Upload a file, in parts if it is large; `progress` is called with the number of bytes of each finished part.

        The name of the object must depend on the file's content: parts that an earlier call left behind are kept. Where
        another process continues the same upload and completes it, its object is taken.
        """
        size = path.stat().st_size
        if size <= PART_BYTES:
            self.put(path.read_bytes(), to)
            progress(size)
            return
        for attempt in range(_ATTEMPTS):
            done = 0

            def told(count: int) -> None:
                nonlocal done
                done += count
                progress(count)

            try:
                upload = (self._open_upload(to) if attempt == 0 else None) or self._new_upload(to)
                self._put_parts(path, to, upload, told)
            except Exception as error:
                if code_of(error) not in _UPLOAD_GONE or attempt == _ATTEMPTS - 1:
                    raise
                progress(-done)
                if has(self.client, to, size):
                    progress(size)
                    return
            else:
                return

    def _put_parts(self, path: Path, to: S3Path, upload: str, progress: Callable[[int], None]) -> None:
        part_size = max(PART_BYTES, -(-path.stat().st_size // _MOST_PARTS))
        there = self._parts(to, upload)
        parts = []
        with path.open("rb") as file:
            for number, data in enumerate(iter(lambda: file.read(part_size), b""), 1):
                checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
                known = there.get(number, {})
                if known.get("Size") != len(data) or known.get("ChecksumSHA256", checksum) != checksum:
                    known = self.client.upload_part(
                        Bucket=to.bucket,
                        Key=to.key,
                        UploadId=upload,
                        PartNumber=number,
                        Body=data,
                        ChecksumSHA256=checksum,
                    )
                parts.append({"PartNumber": number, "ETag": known["ETag"], "ChecksumSHA256": checksum})
                progress(len(data))
        self.client.complete_multipart_upload(
            Bucket=to.bucket, Key=to.key, UploadId=upload, MultipartUpload={"Parts": parts}
        )

    def copy(self, of: S3Path, to: S3Path) -> None:
        """Copy an object within S3, of 5 GB at most, with our mark."""
        source = {"Bucket": of.bucket, "Key": of.key}
        self.client.copy_object(
            Bucket=to.bucket, Key=to.key, CopySource=source, MetadataDirective="REPLACE", **self._common(to)
        )

    def _common(self, to: S3Path) -> dict[str, Any]:
        import mimetypes

        kind = mimetypes.guess_type(to.name)[0] or "application/octet-stream"
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.kms_key} if self.kms_key else {}
        return {**encryption, "ContentType": kind, "Metadata": {"clm-proof": "yes"}}

    def _new_upload(self, to: S3Path) -> str:
        answer = self.client.create_multipart_upload(
            Bucket=to.bucket, Key=to.key, ChecksumAlgorithm="SHA256", **self._common(to)
        )
        return answer["UploadId"]

    def _open_upload(self, to: S3Path) -> str | None:
        """An upload of the same object that was cut off, if there is one."""
        answer = self.client.list_multipart_uploads(Bucket=to.bucket, Prefix=to.key)
        return next((entry["UploadId"] for entry in answer.get("Uploads", ()) if entry["Key"] == to.key), None)

    def _parts(self, to: S3Path, upload: str) -> dict[int, dict[str, Any]]:
        pages = self.client.get_paginator("list_parts").paginate(Bucket=to.bucket, Key=to.key, UploadId=upload)
        return {part["PartNumber"]: part for page in pages for part in page.get("Parts", ())}
