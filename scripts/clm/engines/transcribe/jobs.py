"""Transcription jobs by deterministic names: starting, adoption and outcomes.

A job's name is made from all that its result depends on. So a job that exists already, because an earlier run was
killed, another results folder needs the same, or a call took effect although its answer was lost, is found by its name
and never paid again. Records on disk and results in the bucket outlive Amazon's memory of 90 days.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.aws.clients import Aws, code_of, explain
from clm.base import files
from clm.base.redaction import scrub
from clm.base.s3_path import S3Path
from clm.engines.transcribe import channels
from clm.engines.transcribe.transcribe_settings import NAME_PREFIX, TAG, TranscribeSettings
from clm.types import Failure, Recording, Unfinished

log = logging.getLogger(__name__)

LONGEST_SLUG = 60
_KEY_LENGTH = 20
_GONE = ("NotFoundException", "BadRequestException")


@dataclass(frozen=True)
class Helper:
    """Additions of a job to the stock model; `slug` names the kind of model in job names."""

    slug: str
    language_model: str | None = None
    vocabulary: str | None = None


@dataclass(frozen=True)
class Task:
    """One recording to be transcribed; `key` is the digest of all that its result depends on."""

    recording: Recording
    key: str
    helper: Helper

    @property
    def name(self) -> str:
        """Name of the job; a retry of a failure has another one."""
        slug = re.sub(r"[^0-9a-zA-Z._-]", "-", self.helper.slug)[:LONGEST_SLUG]
        retry = f"-r{self.recording.retries + 1}" if self.recording.retries else ""
        return f"{NAME_PREFIX}{slug}-{self.key[:_KEY_LENGTH]}{retry}"


class Records:
    """Records of started jobs, in `<store>/<key>.job.json`; they outlive Amazon's memory of 90 days."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def _path(self, task: Task) -> Path:
        return self._directory / f"{task.key}.job.json"

    def state(self, task: Task) -> str:
        """`""`, `starting` (it may or may not have been accepted) or `started`."""
        path = self._path(task)
        if not path.exists():
            return ""
        record = files.read_json(path)
        return record["state"] if record["job"] == task.name else ""

    def write(self, task: Task, state: str, media: S3Path | None) -> None:
        """Note the state of a job; `starting` is written before the call that may cost."""
        record = {"job": task.name, "state": state, "audio_sha256": task.recording.sha256}
        files.write_json(self._path(task), {**record, "media": str(media) if media else None})

    def settle(self, task: Task) -> None:
        """Note that a job was paid for whose result another run had asked for."""
        if self.state(task) != "started":
            self.write(task, "started", None)


def request(task: Task, media: S3Path, settings: TranscribeSettings) -> dict[str, Any]:
    """Arguments of StartTranscriptionJob."""
    helper, extra = task.helper, {}
    if helper.language_model:
        extra["ModelSettings"] = {"LanguageModelName": helper.language_model}
    chosen: dict[str, Any] = {"VocabularyName": helper.vocabulary} if helper.vocabulary else {}
    if settings.channels and task.recording.channels == channels.MOST:
        chosen["ChannelIdentification"] = True
    if chosen:
        extra["Settings"] = chosen
    if settings.kms_key:
        extra["OutputEncryptionKMSKeyId"] = settings.kms_key
    return {
        "TranscriptionJobName": task.name,
        "LanguageCode": settings.language,
        "Media": {"MediaFileUri": str(media)},
        "OutputBucketName": settings.bucket,
        "OutputKey": result_path(task, settings).key,
        "Tags": settings.tag_list(task.key),
        **extra,
    }


def result_path(task: Task, settings: TranscribeSettings) -> S3Path:
    """Path to which Amazon writes the result."""
    return S3Path(settings.bucket, f"{settings.transcripts.folder}{task.name}.json")


def difference(
    job: Mapping[str, Any],
    task: Task,
    media: S3Path,
    settings: TranscribeSettings,
    aws: Aws,
    *,
    recorded: bool,
) -> str:
    """Difference between a job of this name and the one that we would start; "" if they are the same.

    The tag holds the digest of audio, model, language and settings, so that the same recording may meanwhile lie at
    another address. No document promises that GetTranscriptionJob returns tags, model or settings (botocore's shape has
    no required members), so what is absent says nothing. Without a tag our own record decides (`recorded`), then the
    address of the recording, or its name if that is its digest, then the tag that another call tells.
    """
    found = job.get("Media", {}).get("MediaFileUri")
    key = tag_of(job.get("Tags"))
    by_content = media.name.startswith(task.recording.sha256) and str(found).endswith(f"/{media.name}")
    if key is None and not recorded and found != str(media) and not by_content:
        key = ask_tag(aws, task.name)
        if key is None:
            return "another recording"
    if key is not None:
        uploads = str(settings.audio) + "/"
        addressed_by_content = str(media).startswith(uploads) and str(found).startswith(uploads)
        if key != task.key or (found != str(media) and addressed_by_content):
            return "another recording"
    helper = task.helper
    answers = (
        ("language", job.get("LanguageCode"), settings.language),
        ("language model", _member(job, "ModelSettings", "LanguageModelName"), helper.language_model),
        ("vocabulary", _member(job, "Settings", "VocabularyName"), helper.vocabulary),
    )
    return next((f"{what} {is_}" for what, is_, wanted in answers if is_ not in (None, wanted)), "")


def _member(job: Mapping[str, Any], part: str, name: str) -> str | None:
    return (job.get(part) or {}).get(name)


def tag_of(tags: Iterable[Mapping[str, str]] | None) -> str | None:
    """The value of our tag, None without it."""
    return next((tag["Value"] for tag in tags or () if tag["Key"] == TAG), None)


def ask_tag(aws: Aws, name: str) -> str | None:
    """The value of our tag on a job by ListTagsForResource; None where it has none or we may not know."""
    try:
        arn = f"{aws.transcribe_arn}:transcription-job/{name}"
        return tag_of(aws.impatient.list_tags_for_resource(ResourceArn=arn).get("Tags"))
    except Exception as error:
        explain(error, f"looking at the tags of {name}")  # a bug of ours is raised on
        return None


def taken(task: Task, what: str, *, recorded: bool) -> Unfinished:
    """The name belongs to a different job; one that our record knows is never to be deleted for that."""
    hint = "delete that job in the account (aws transcribe delete-transcription-job), then run again"
    if recorded:
        hint = (
            "it was paid for by this results folder: compare region, bucket and settings with the run that started it; "
            "--config repeat=<folder> pays again under another name"
        )
    return Unfinished(f"the name of its job, {task.name}, is taken by a different job ({what})", hint)


def over_limit(task: Task) -> Unfinished:
    """The job was refused repeatedly while others were accepted."""
    return Unfinished(
        f"Amazon refuses to start its job {task.name} (LimitExceededException) while it accepts others: the file may "
        "be too long",
        "split recording and text, or run again later: nothing was paid for it",
    )


def forgotten(task: Task, settings: TranscribeSettings) -> Unfinished:
    """The job was paid for, but neither the job nor its result can be found any more."""
    return Unfinished(
        f"its job {task.name} was started, but there is no result at {result_path(task, settings)} (any more)",
        "check region, bucket and account; --config repeat=<folder> transcribes the folder again and pays for it again",
    )


def failed(job: Mapping[str, Any]) -> Failure:
    """A job that ended as FAILED, with Amazon's reason."""
    reason = scrub(job.get("FailureReason") or "Amazon gave no reason")
    return Failure(f"Amazon Transcribe failed: {reason}", "fix the recording, or try again: retry_failed=True")


def describe(aws: Aws, name: str) -> dict[str, Any] | None:
    """The job of this name, or None if Amazon knows none.

    Raises:
        UserError: Amazon gave no answer.

    """
    try:
        return aws.transcribe.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
    except Exception as error:
        if code_of(error) in _GONE:
            return None
        raise explain(error, f"looking at job {name}", "transcribe") from error
