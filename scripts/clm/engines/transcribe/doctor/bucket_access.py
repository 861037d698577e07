"""Checks of the bucket: its region, permission to list, read and write, and its encryption."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clm.aws import encryption
from clm.aws.clients import code_of, is_denied
from clm.aws.s3 import ARCHIVES, OLD_REGIONS, Uploader
from clm.base.s3_path import S3Path
from clm.engines.transcribe.doctor.findings import NOT_OK, OK, UNKNOWN, Case, Finding, failed, missing, permission

#: The one object that is written to try it, and deleted again where that is allowed.
PROBE = "doctor.txt"
_CONTENT = b"Written by scripts/doctor.py to try whether it may; it can be deleted.\n"
#: An upload that does not exist; S3 looks at permissions first.
_NO_UPLOAD = "clm-doctor"
_NO_BUCKET = "there is no such bucket"
#: Objects of an input that are listed, and number of these that are checked.
_LISTED, _SAMPLE = 1000, 8


def check(case: Case) -> Iterator[Finding]:
    """Place, permissions and settings of the bucket."""
    bucket = case.settings.bucket
    if not bucket:
        yield Finding(NOT_OK, "bucket", "transcribe.bucket is not set", "name a bucket of yours; docs/aws.md makes one")
        return
    s3 = case.client("s3")
    found = _location(case, s3, bucket)
    yield found
    if found.detail == _NO_BUCKET:
        return
    yield permission(
        f"listing {case.settings.root}",
        "s3:ListBucket",
        lambda: s3.list_objects_v2(Bucket=bucket, Prefix=case.settings.root.folder, MaxKeys=1),
    )
    yield from _objects(case, s3)
    yield from _uploads(case, s3)
    yield from _keeping(case, s3)


def check_inputs(case: Case) -> Iterator[Finding]:
    """Check inputs that are read from their own place on S3."""
    s3 = case.client("s3")
    for key, place in case.inputs.items():
        yield from _input(case, s3, key, place)


def _input(case: Case, s3: Any, key: str, place: S3Path) -> Iterator[Finding]:
    """Check that an input exists and can be read; Amazon itself reads only recordings, in its own region."""
    if key == "input" and place.bucket != case.settings.bucket:
        yield _location(case, s3, place.bucket)
    what, action = f"{key} {place}", "s3:ListBucket"
    try:
        found = s3.list_objects_v2(Bucket=place.bucket, Prefix=place.folder, MaxKeys=_LISTED).get("Contents", ())
        action = "s3:GetObject"
        for object_key in _sample([entry["Key"] for entry in found]) or [place.key]:
            s3.head_object(Bucket=place.bucket, Key=object_key)
        cold = [entry["Key"] for entry in found if entry.get("StorageClass") in ARCHIVES]
    except Exception as error:
        trouble = failed(error, what, action)
        if code_of(error) in ("404", "NoSuchKey"):
            yield Finding(NOT_OK, what, "nothing is there", f"correct {key}")
        elif is_denied(error):
            hint = (
                f"fill in policies/s3-user.json again (FindInput, ReadInput): scripts/policies.py --input {place} ..."
            )
            yield Finding(trouble.status, what, trouble.detail, hint)
        else:
            yield trouble
    else:
        yield Finding(OK, what)
        if cold:
            detail = f"{len(cold)} of the first {len(found)} objects are archived, {cold[0]} for one"
            yield Finding(NOT_OK, what, detail, "their folders are left out unless restored (aws s3api restore-object)")


def _sample(keys: list[str]) -> list[str]:
    """Some of many keys, from all over: keys and permissions may differ by folder."""
    count = min(_SAMPLE, len(keys))
    return [keys[at * len(keys) // count] for at in range(count)]


def _location(case: Case, s3: Any, bucket: str) -> Finding:
    what = f"bucket {bucket}"
    try:
        answer = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint")
    except Exception as error:
        if code_of(error) in ("NoSuchBucket", "404"):
            hint = f"correct transcribe.bucket, or create it: aws s3 mb s3://{bucket} --region {case.region}"
            return Finding(NOT_OK, what, _NO_BUCKET, hint)
        trouble = failed(error, what, "s3:GetBucketLocation")
        if is_denied(error) and case.settings.bucket_owner and bucket == case.settings.bucket:
            hint = f"correct transcribe.bucket_owner, which S3 compares. If it is right: {trouble.hint}"
            return Finding(trouble.status, what, trouble.detail, hint)
        return trouble
    region = OLD_REGIONS.get(answer, answer)
    if region != case.region:
        hint = (
            f"set transcribe.region: {region}, or use a bucket in {case.region}; Amazon reads audio of its region only"
        )
        return Finding(NOT_OK, what, f"it is in {region}, but the region is {case.region}", hint)
    return Finding(OK, what, f"in {region}")


def _objects(case: Case, s3: Any) -> Iterator[Finding]:
    """Write, read and delete one small object."""
    place = S3Path(case.settings.bucket, f"{case.settings.root.folder}{PROBE}")
    where = {"Bucket": place.bucket, "Key": place.key}
    what = f"writing {place}"
    try:
        Uploader(s3, case.settings.kms_key).put(_CONTENT, place)
        yield Finding(OK, what)
        written = True
    except Exception as error:
        yield _object_trouble(error, what, "s3:PutObject", case)
        written = False
    what = f"reading {place}"
    try:
        content = s3.get_object(**where)["Body"].read()
        changed = written and content != _CONTENT
        yield Finding(NOT_OK if changed else OK, what, "it is not what was written" if changed else "")
    except Exception as error:
        if code_of(error) != "NoSuchKey" or written:
            yield _object_trouble(error, what, "s3:GetObject", case)
        else:
            yield Finding(OK, what)
    yield _deletion(s3, where, f"deleting {place}")


def _deletion(s3: Any, where: dict[str, str], what: str) -> Finding:
    try:
        s3.delete_object(**where)
    except Exception as error:
        trouble = failed(error, what, "s3:DeleteObject")
        # Runs never delete: it stays, and is written over next time.
        return Finding(OK, what, "not allowed, and not needed but for scripts/clean.py", trouble.hint)
    return Finding(OK, what)


def _uploads(case: Case, s3: Any) -> Iterator[Finding]:
    """Check permissions for large files, which are uploaded in parts."""
    bucket, folder = case.settings.bucket, case.settings.root.folder
    upload = {"Bucket": bucket, "Key": f"{folder}{PROBE}", "UploadId": _NO_UPLOAD}
    calls = {
        "s3:ListBucketMultipartUploads": lambda: s3.list_multipart_uploads(Bucket=bucket, Prefix=folder, MaxUploads=1),
        "s3:ListMultipartUploadParts": lambda: s3.list_parts(**upload),
        "s3:AbortMultipartUpload": lambda: s3.abort_multipart_upload(**upload),
    }
    for action, call in calls.items():
        yield permission(f"large uploads ({action})", action, call, absent=("NoSuchUpload",))


def _keeping(case: Case, s3: Any) -> Iterator[Finding]:
    bucket = case.settings.bucket
    try:
        status = s3.get_bucket_versioning(Bucket=bucket).get("Status", "off")
        yield Finding(OK, "versioning", status.lower())
    except Exception as error:
        yield _not_told(error, "versioning", "s3:GetBucketVersioning")
    yield from _encryption(case, s3, bucket)


def _encryption(case: Case, s3: Any, bucket: str) -> Iterator[Finding]:
    """Check the bucket's encryption, and that Amazon may write there without a key of the user's."""
    key = case.settings.kms_key
    own = "transcribe.kms_key for what we write; " if key else ""
    default = encryption.default(s3, bucket)
    if default is None:
        yield Finding(UNKNOWN, "encryption", "access denied", missing("s3:GetEncryptionConfiguration"))
    elif default.startswith("aws:kms") and not key:
        detail = f"by default {default}, but transcripts get S3's own key (SSE-S3)"
        yield Finding(OK, "encryption", detail, "set transcribe.kms_key if that is not enough for you")
    else:
        yield Finding(OK, "encryption", f"{own}by default {default}")
    demands = encryption.policy_demands_key(s3, bucket)
    what = "policy of the bucket"
    if demands is None:
        yield Finding(UNKNOWN, what, "it may demand a KMS key", missing("s3:GetBucketPolicy"))
    elif demands and not key:
        detail = "it refuses what is written without a KMS key"
        yield Finding(NOT_OK, what, detail, "set transcribe.kms_key to the ARN of that key")
    if key and not key.startswith("arn:"):
        detail = "an id or alias: models and vocabularies take only the ARN of a key, and are kept with Amazon's own"
        yield Finding(OK, "transcribe.kms_key", detail, "aws kms describe-key --key-id ... shows the ARN")


def _not_told(error: Exception, what: str, action: str) -> Finding:
    """No run needs it."""
    trouble = failed(error, what, action)
    return Finding(UNKNOWN, what, trouble.detail, trouble.hint)


def _object_trouble(error: Exception, what: str, action: str, case: Case) -> Finding:
    """Access to an object may be denied for the sake of its key, too."""
    trouble = failed(error, what, action)
    if not (case.settings.kms_key and is_denied(error)):
        return trouble
    hint = f"{trouble.hint}. If it is there, the key is missing: {missing('kms:GenerateDataKey')}"
    return Finding(trouble.status, what, trouble.detail, hint)
