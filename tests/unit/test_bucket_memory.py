"""What a client of S3 remembers, and when it must not."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws.server import Loopback, serving
from clm.bucket.memory import remember

BUCKET = "results-bucket"


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving() as loopback:
        yield loopback


@pytest.fixture
def client(loopback: Loopback) -> Any:
    client = loopback.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key="a/one", Body=b"1")
    remember(client)
    return client


def size(client: Any, key: str) -> int:
    return client.head_object(Bucket=BUCKET, Key=key)["ContentLength"]


def below(client: Any, prefix: str) -> list[str]:
    answer = client.list_objects(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for entry in answer.get("Contents", ())]


def test_an_object_is_asked_for_once(loopback: Loopback, client: Any) -> None:
    assert [size(client, "a/one") for _ in range(3)] == [1, 1, 1]
    assert [below(client, "a/") for _ in range(3)] == [["a/one"]] * 3
    for _ in range(3):
        client.head_bucket(Bucket=BUCKET)
    assert (loopback.service.calls["S3.HEAD"], loopback.service.calls["S3.GET"]) == (2, 1)


def test_what_is_written_is_asked_for_again(client: Any) -> None:
    assert (size(client, "a/one"), below(client, "a/"), below(client, "a/b/")) == (1, ["a/one"], [])
    client.put_object(Bucket=BUCKET, Key="a/one", Body=b"12")
    client.put_object(Bucket=BUCKET, Key="a/b/two", Body=b"2")
    assert (size(client, "a/one"), below(client, "a/b/")) == (2, ["a/b/two"])
    assert below(client, "a/") == ["a/b/two", "a/one"]
    client.delete_object(Bucket=BUCKET, Key="a/one")
    assert below(client, "a/") == ["a/b/two"]
    with pytest.raises(ClientError, match="404"):
        size(client, "a/one")


def test_what_is_not_there_may_come(loopback: Loopback, client: Any) -> None:
    with pytest.raises(ClientError, match="404"):
        size(client, "a/late")
    loopback.client("s3").put_object(Bucket=BUCKET, Key="a/late", Body=b"123")
    assert size(client, "a/late") == 3


def test_questions_with_more_to_them_are_not_mixed_up(client: Any) -> None:
    assert below(client, "a/") == ["a/one"]
    assert "Contents" not in client.list_objects(Bucket=BUCKET, Prefix="a/", Marker="a/one")
    assert below(client, "") == ["a/one"]
    client.put_object(Bucket=BUCKET, Key="two", Body=b"2")
    assert below(client, "") == ["a/one", "two"]
