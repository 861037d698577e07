"""Transcribe and Comprehend in memory; their state is a function of a clock and of the requests so far."""

import dataclasses
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from aws import comprehend
from aws.access import Caller
from aws.clock import Clock
from aws.errors import AwsError
from aws.faults import Faults
from aws.jobs import Jobs, Start
from aws.models import Models
from aws.recognition import Decoder, Recognizer, ReferenceReader
from aws.resources import Answer, Request, World
from aws.settings import Settings
from aws.shapes import check_request
from aws.storage import ACCOUNT
from aws.tags import Tags
from aws.vocabularies import Vocabularies

TextMode = Literal["reference", "decode"]
Handler = Callable[[Request, Caller], Answer]


class Service:
    """All operations of ours. Hold `lock` while calling or reading from another thread than the server's.

    `text` chooses where transcripts come from, see `aws.recognition`; `references` are texts by the SHA-256 of the
    audio, and may be added to at any time; `cache` keeps the models that the mode `decode` trains.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        scale: float = 1.0,
        text: TextMode | Recognizer = "reference",
        references: dict[str, str] | None = None,
        cache: Path | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.clock = Clock(scale)
        self.faults = Faults()
        self.references = references if references is not None else {}
        self.lock = threading.RLock()
        if text == "reference":
            text = ReferenceReader(self.settings, self.references)
        elif text == "decode":
            text = Decoder(cache)
        self._recognizer = text
        self.reset()

    def reset(self) -> None:
        """Forget all jobs, models, vocabularies, faults and counts; the settings stay."""
        world = World(self.settings, self.clock, self.faults, self._recognizer)
        self.faults.clear()
        #: Requests by operation, whether they succeeded or not; and each with the real time of its arrival.
        self.calls: Counter[str] = Counter()
        self.log: list[tuple[float, str]] = []
        #: Exceptions that are bugs of the service itself.
        self.crashes: list[Exception] = []
        self.models = Models(world)
        self.vocabularies = Vocabularies(world)
        self.jobs = Jobs(world, self.models, self.vocabularies)
        parts = (self.jobs, self.models, self.vocabularies)
        self._tags = Tags({part.kind: part.all for part in parts})
        self._handlers = self._operations()

    def arrive(self, operation: str) -> None:
        """Count a request to any service, and let happen what is due by now."""
        name = operation.split(" ")[0]
        self.calls[name] += 1
        self.log.append((time.monotonic(), name))
        self.advance()

    def advance(self) -> None:
        """Let happen what is due by now."""
        now = self.clock.now()
        self.models.advance(now)
        self.vocabularies.advance(now)
        self.jobs.advance(now)

    def answer(self, service: str, operation: str, request: Any, caller: Caller) -> Answer:
        """Answer a request to Transcribe or Comprehend.

        Raises:
            AwsError: what the service answers instead.

        """
        handler = self._handlers.get(operation)
        if handler is None:
            message = f"loopback service: {service} {operation} is not modelled"
            raise AwsError("UnknownOperationException", message)
        check_request(service, operation, request)
        _require(caller, service, operation, request)
        try:
            return handler(_without_nulls(request), caller)
        except AwsError as error:
            if error.code == "LimitExceededException":
                error.status = self.settings.limit_status
            raise

    @property
    def starts(self) -> list[Start]:
        """All jobs ever started, in order."""
        return self.jobs.starts

    def starts_per_work(self) -> Counter[tuple[str, str, str, str, str]]:
        """How often the same work was started: nothing is paid twice if all are 1."""
        return Counter(start.work for start in self.starts)

    def summary(self) -> dict[str, Any]:
        """What GET /_calls shows."""
        self.advance()
        return {
            "calls": dict(sorted(self.calls.items())),
            "injected": dict(self.faults.injected),
            "starts": [dataclasses.asdict(start) for start in self.starts],
            "jobs": {job.name: job.status for job in self.jobs.all.values()},
            "models": {model.name: model.status for model in self.models.all.values()},
            "vocabularies": {entry.name: entry.state for entry in self.vocabularies.all.values()},
            "peak": self.jobs.peak,
        }

    def _operations(self) -> dict[str, Handler]:
        return {
            "StartTranscriptionJob": self.jobs.start,
            "GetTranscriptionJob": self.jobs.get,
            "ListTranscriptionJobs": self.jobs.page,
            "DeleteTranscriptionJob": self.jobs.delete,
            "CreateLanguageModel": self.models.create,
            "DescribeLanguageModel": self.models.describe,
            "ListLanguageModels": self.models.page,
            "DeleteLanguageModel": self.models.delete,
            "CreateVocabulary": self.vocabularies.create,
            "GetVocabulary": self.vocabularies.get,
            "ListVocabularies": self.vocabularies.page,
            "DeleteVocabulary": self.vocabularies.delete,
            "ListTagsForResource": self._tags.list_for,
            "TagResource": self._tags.add,
            "UntagResource": self._tags.remove,
            "DetectSyntax": comprehend.detect_syntax,
            "BatchDetectSyntax": comprehend.batch_detect_syntax,
        }


def _require(caller: Caller, service: str, operation: str, request: Request) -> None:
    """Raise AwsError unless the caller may do this; tags that come with a new resource need TagResource, too."""
    context = {"aws:TagKeys": [tag["Key"] for tag in request.get("Tags") or []]}
    if request.get("OutputBucketName"):
        context["transcribe:OutputBucketName"] = request["OutputBucketName"]
    resource = _resource(service, request, caller.region)
    caller.require(f"{service}:{operation}", resource, context)
    if request.get("Tags"):
        caller.require(f"{service}:TagResource", resource, context)


def _resource(service: str, request: Request, region: str) -> str:
    """The ARN that policies for a request are checked against; "*" for lists and for Comprehend."""
    if "ResourceArn" in request:
        return request["ResourceArn"]
    names = {
        "TranscriptionJobName": Jobs.kind,
        "ModelName": Models.kind,
        "VocabularyName": Vocabularies.kind,
    }
    for key, kind in names.items():
        if key in request:
            return f"arn:aws:{service}:{region}:{ACCOUNT}:{kind}/{request[key]}"
    return "*"


def _without_nulls(request: Request) -> Request:
    """JSON null is an absent member, at all depths."""
    return {
        key: _without_nulls(value) if isinstance(value, dict) else value
        for key, value in request.items()
        if value is not None
    }
