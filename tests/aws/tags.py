"""Tags of jobs, models and vocabularies by their ARNs."""

from collections.abc import Mapping

from aws.access import Caller
from aws.errors import AwsError
from aws.resources import Answer, Collection, Request, Resource
from aws.storage import ACCOUNT


class Tags:
    """List, add and remove tags."""

    def __init__(self, collections: Mapping[str, Collection]) -> None:
        self._collections = collections

    def list_for(self, request: Request, _: Caller) -> Answer:
        """ListTagsForResource."""
        return {"ResourceArn": request["ResourceArn"], "Tags": self._find(request["ResourceArn"]).tag_list()}

    def add(self, request: Request, _: Caller) -> Answer:
        """TagResource."""
        self._find(request["ResourceArn"]).tags.update({tag["Key"]: tag["Value"] for tag in request["Tags"]})
        return {}

    def remove(self, request: Request, _: Caller) -> Answer:
        """UntagResource."""
        tags = self._find(request["ResourceArn"]).tags
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _find(self, arn: str) -> Resource:
        _, _, _, region, account, place = arn.split(":", 5)
        kind, _, name = place.partition("/")
        resource = self._collections.get(kind, {}).get(name)
        if resource is None or account != ACCOUNT or region != resource.region:
            raise AwsError("NotFoundException", f"There is no resource {arn}.")
        return resource
