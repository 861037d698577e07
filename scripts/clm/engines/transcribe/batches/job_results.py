"""Results of jobs in the bucket: where Amazon wrote them, and what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from clm.aws.clients import Aws, code_of, explain
from clm.aws.s3 import read_dated
from clm.base.redaction import scrub
from clm.base.s3_path import S3Path
from clm.engines.transcribe import channels
from clm.engines.transcribe.jobs import Task, result_path
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.types import Transcript, Unfinished

_READ_ATTEMPTS = 3


def stated_place(job: Mapping[str, Any]) -> S3Path | None:
    """Place of the result of a finished job by its TranscriptFileUri: a run with another bucket may have started it.

    >>> str(stated_place({"Transcript": {"TranscriptFileUri": "https://s3.us-east-1.amazonaws.com/talks/a/b%20c.json"}}))
    's3://talks/a/b c.json'
    >>> str(stated_place({"Transcript": {"TranscriptFileUri": "https://talks.s3.eu-west-1.amazonaws.com/a.json"}}))
    's3://talks/a.json'
    >>> stated_place({}), stated_place({"Transcript": {"TranscriptFileUri": "https://x.example/a.json"}})
    (None, None)
    """
    address = urlsplit((job.get("Transcript") or {}).get("TranscriptFileUri") or "")
    host = re.fullmatch(r"(?:(?P<bucket>[a-z0-9.-]+)\.)?s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?", address.netloc)
    bucket, key = host and host["bucket"], unquote(address.path.lstrip("/"))
    if host and not bucket:
        bucket, _, key = key.partition("/")
    return S3Path(bucket, key) if bucket and key else None


class Results:
    """Results of jobs in the bucket."""

    def __init__(self, aws: Aws, settings: TranscribeSettings) -> None:
        self._aws = aws
        self._settings = settings

    def fetch(self, task: Task, place: S3Path | None = None) -> Transcript | Unfinished | None:
        """The result of a job, or None if there is none (yet); made on the day when Amazon wrote it (UTC).

        It is looked for at `place`, by default where this run would let Amazon write it.

        Raises:
            UserError: the bucket cannot be read.

        """
        from botocore.exceptions import IncompleteReadError, ResponseStreamingError

        path = place or result_path(task, self._settings)
        damage = (ValueError, IncompleteReadError, ResponseStreamingError)
        trouble: Exception | None = None
        for _ in range(_READ_ATTEMPTS):
            try:
                data, written = read_dated(self._aws.s3, path)
                return replace(parse(data, task), made=written.date().isoformat())
            except damage as error:  # cut off on its way, or damaged where it lies
                trouble = error
            except Exception as error:
                if code_of(error) in ("NoSuchKey", "404"):
                    return None
                trouble = error
                if code_of(error):
                    break
        if isinstance(trouble, damage):
            return Unfinished(
                f"the result at {path} is damaged or cut off ({scrub(str(trouble))})",
                "run again; if it stays so, delete it and set repeat to the folder, which pays again",
            )
        raise explain(trouble or LookupError(path), f"reading {path}", "s3") from trouble


def parse(data: bytes, task: Task) -> Transcript:
    """A result as Amazon wrote it, without the account's number.

    The length of the audio is that of the recording if known, else the end of the last word.

    Raises:
        ValueError: this is not the whole result of this job.

    """
    result = json.loads(data)
    if not isinstance(result, dict) or not isinstance(result.get("results"), dict):
        raise ValueError("it is not a transcript")
    results = result["results"]
    if not isinstance(results.get("transcripts"), list) or not isinstance(results.get("items"), list):
        raise ValueError("it has no transcripts or no items")
    if result.get("jobName", task.name) != task.name:
        raise ValueError("it is of another job")
    result.pop("accountId", None)
    channels.merge(results)
    ends = [float(item["end_time"]) for item in results["items"] if "end_time" in item]
    seconds = task.recording.seconds
    return Transcript(result, max(ends, default=0.0) if seconds is None else seconds)
