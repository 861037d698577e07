"""Objects in S3 through the real boto3: addresses, checksums, and uploads that go on where they were cut off."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aws.moto_alone import serving_moto
from aws.server import Loopback, serving
from clm.aws import s3
from clm.aws.s3 import Uploader
from clm.base.errors import UserError
from clm.base.s3_path import S3Path

BUCKET = "objects"
TO = S3Path(BUCKET, "clm/audio/x.wav")


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving() as loopback:
        loopback.client("s3").create_bucket(Bucket=BUCKET)
        yield loopback


@pytest.fixture
def client(loopback: Loopback) -> Any:
    return loopback.client("s3")


@pytest.fixture(params=["ours", "moto"])
def either(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Behind our service and without it."""
    with serving() if request.param == "ours" else serving_moto(str) as found:
        client = (found if request.param == "ours" else found[0]).client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


PARTS = 3


def large(path: Path) -> bytes:
    """A file of three parts."""
    data = bytes(range(256)) * (2 * s3.PART_BYTES // 256 + 10)
    path.write_bytes(data)
    return data


def test_addresses() -> None:
    path = S3Path.parse("s3://bucket/a/b c.tar.wav")
    assert (path.bucket, path.key, path.name, path.stem, path.suffix) == (
        "bucket", "a/b c.tar.wav", "b c.tar.wav", "b c.tar", ".wav",
    )  # fmt: skip
    assert str(path) == "s3://bucket/a/b c.tar.wav"
    assert S3Path.parse("s3://bucket").folder == ""
    assert S3Path.parse("s3://bucket/a/").folder == S3Path.parse("s3://bucket/a").folder == "a/"
    for wrong in ("s3://", "bucket/key", "http://bucket/key"):
        with pytest.raises(UserError, match="not an address"):
            S3Path.parse(wrong)


def test_small_objects_tell_their_sha256(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")
    Uploader(client).put_file(path, TO)
    assert s3.read(client, TO) == b"sound"
    assert s3.read(client, TO, first=3) == b"sou"
    assert s3.sha256(client, TO) == hashlib.sha256(b"sound").hexdigest()
    [found] = s3.listing(client, S3Path(BUCKET, "clm"))
    assert (found.path, found.size, found.hashed) == (TO, 5, True)


def test_an_object_without_a_checksum_tells_none(client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="plain.wav", Body=b"sound")
    assert s3.sha256(client, S3Path(BUCKET, "plain.wav")) is None


def test_listings_leave_out_folders_and_what_transcribe_leaves_behind(client: Any) -> None:
    for key in ("in/", "in/a.wav", "in/.write_access_check_file.temp", "inside.wav"):
        client.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    assert [entry.path.key for entry in s3.listing(client, S3Path(BUCKET, "in"))] == ["in/a.wav"]


def test_an_upload_that_was_cut_off_goes_on(loopback: Loopback, client: Any, tmp_path: Path) -> None:
    data = large(tmp_path / "large.wav")
    sizes: list[int] = []

    def killed(size: int) -> None:
        sizes.append(size)
        if len(sizes) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Uploader(client).put_file(tmp_path / "large.wav", TO, killed)
    before = loopback.service.calls["S3.PUT"]
    sizes = []
    Uploader(client).put_file(tmp_path / "large.wav", TO, sizes.append)
    assert loopback.service.calls["S3.PUT"] - before == 1  # two of the three parts were there
    assert sum(sizes) == len(data)
    assert hashlib.sha256(s3.read(client, TO)).digest() == hashlib.sha256(data).digest()
    assert not client.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def test_uploads_carry_our_mark_and_the_users_key(client: Any, tmp_path: Path) -> None:
    Uploader(client, "alias/mine").put(b"text", TO)
    head = client.head_object(Bucket=BUCKET, Key=TO.key)
    assert head["Metadata"] == {"clm-proof": "yes"}
    assert head["ServerSideEncryption"] == "aws:kms"
    assert "alias/mine" in head["SSEKMSKeyId"]
    large(tmp_path / "large.wav")
    Uploader(client, "alias/mine").put_file(tmp_path / "large.wav", TO)
    assert client.head_object(Bucket=BUCKET, Key=TO.key)["ServerSideEncryption"] == "aws:kms"


def test_an_upload_that_another_machine_completes_is_taken(either: Any, tmp_path: Path) -> None:
    data = large(tmp_path / "a.wav")
    told: list[int] = []

    def progress(count: int) -> None:
        told.append(count)
        if len(told) == PARTS:  # earlier ones moto answers with a fault of its own
            Uploader(either).put_file(tmp_path / "a.wav", TO)  # finds the same upload, and ends first

    Uploader(either).put_file(tmp_path / "a.wav", TO, progress)
    assert sum(told) == len(data)
    assert s3.read(either, TO) == data


@pytest.mark.parametrize("code", ["NoSuchUpload", "InvalidPart"])
def test_a_part_of_an_upload_that_is_gone_is_no_failure(
    loopback: Loopback, client: Any, tmp_path: Path, code: str
) -> None:
    data = large(tmp_path / "a.wav")
    fault = loopback.service.faults.add(r"S3.PUT /objects/clm", after=1, first=1, code=code, status=404)
    Uploader(client).put_file(tmp_path / "a.wav", TO)
    assert fault.hits == 1
    assert s3.read(client, TO) == data
