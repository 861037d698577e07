"""What jobs, models and vocabularies have in common: names, tags, lists in pages, and the world around them."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aws import storage
from aws.access import Caller
from aws.clock import Clock
from aws.errors import AwsError, bad_request
from aws.faults import Faults
from aws.recognition import Recognizer
from aws.settings import Settings

Request = dict[str, Any]
Answer = dict[str, Any]

_DEFAULT_PAGE = 5


@dataclass
class World:
    """What all parts of the service share."""

    settings: Settings
    clock: Clock
    faults: Faults
    recognizer: Recognizer
    _made: int = 0

    def next_number(self) -> int:
        """Counts the resources made, so that lists and pages have a firm order."""
        self._made += 1
        return self._made


@dataclass
class Resource:
    """A job, model or vocabulary; `number` grows with each one made."""

    name: str
    request: Request
    created: float
    number: int
    region: str
    tags: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.tags = {tag["Key"]: tag["Value"] for tag in self.request.get("Tags", [])}

    def tag_list(self) -> list[dict[str, str]]:
        """The tags in the API's shape."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]


R = TypeVar("R", bound=Resource)


class Collection(dict[str, R]):
    """Resources of a kind by name."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def refuse_taken(self, name: str) -> None:
        """Raise AwsError if there is one of this name; case matters."""
        if name in self:
            raise AwsError("ConflictException", f"The requested {self._kind} name already exists.")

    def find(self, name: str) -> R:
        """The one of this name, AwsError if there is none."""
        if name not in self:
            raise AwsError("NotFoundException", f"The requested {self._kind} couldn't be found.")
        return self[name]

    def page(self, request: Request, chosen: Callable[[R], bool], contains: str) -> tuple[list[R], Answer]:
        """The next page of those chosen by state and by a part of the name, newest first, and how to go on."""
        below = _number(request.get("NextToken"))
        part = request.get(contains, "").lower()
        rows = [
            entry for entry in self.values() if entry.number < below and part in entry.name.lower() and chosen(entry)
        ]
        rows.sort(key=lambda entry: -entry.number)
        size = request.get("MaxResults", _DEFAULT_PAGE)
        page = rows[:size]
        return page, {"NextToken": _token(page[-1].number)} if len(rows) > size else {}


def readable_object(uri: str, caller: Caller) -> tuple[str, str]:
    """Bucket and key of an object that the caller may read, in the region of the request.

    Raises:
        AwsError: there is none such.

    """
    bucket, key = storage.split_uri(uri)
    readable = caller.may("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
    if not bucket or not key or not readable or storage.read(bucket, key) is None:
        raise bad_request(
            "The S3 URI that you provided can't be accessed. Make sure that you have read permission and try again."
        )
    refuse_other_region(bucket, caller.region)
    return bucket, key


def refuse_other_region(bucket: str, region: str) -> None:
    """Raise AwsError unless the bucket exists, in this region."""
    found = storage.region_of(bucket)
    if found is None:
        raise bad_request(f"The S3 bucket {bucket} can't be accessed. Make sure that it exists.")
    if found != region:
        raise bad_request(f"The S3 URI points to the incorrect region. Make sure that the bucket is in {region}.")


def _token(number: int) -> str:
    return base64.urlsafe_b64encode(f"below {number}".encode()).decode()


def _number(token: str | None) -> float:
    if token is None:
        return float("inf")
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("below "))
    except (binascii.Error, ValueError) as error:
        raise bad_request("The NextToken is invalid.") from error
