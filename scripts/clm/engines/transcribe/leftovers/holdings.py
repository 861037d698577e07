"""The workflow's items in the account and in the bucket, and reasons not to delete them.

Ours is what carries our tag (jobs, models, vocabularies) or our metadata (uploads), and transcripts that are named like
a job of ours.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clm.aws.clients import Aws, code_of, explain
from clm.aws.s3 import ACCESS_FILE
from clm.base import files
from clm.base.errors import UserError
from clm.base.s3_path import S3Path
from clm.engines.transcribe import inventory
from clm.engines.transcribe.jobs import ask_tag, tag_of
from clm.engines.transcribe.transcribe_settings import NAME_PREFIX, TAG, TranscribeSettings
from clm.results import models

JOBS, TRANSCRIPTS, MODELS, VOCABULARIES, UPLOADS, PARTS = KINDS = (
    "jobs", "transcripts", "models", "vocabularies", "uploads", "parts",
)  # fmt: skip
#: An upload may be under way as long as this.
_UPLOAD_TIME = datetime.timedelta(days=1)
_RUNNING = ("QUEUED", "IN_PROGRESS", "PENDING")
_THREADS = 8
#: Beginning of `Item.keep` where only the user knows whether it is still needed.
IN_USE = "in use"
CHAMPION = ", the champion"


@dataclass(frozen=True)
class Item:
    """One thing of ours; `keep` says why it is not to be deleted."""

    kind: str
    name: str
    created: datetime.datetime
    state: str = ""
    size: int | None = None
    keep: str = ""
    upload: str = ""


@dataclass(frozen=True)
class Results:
    """Content of results folders: our names of models, and keys of jobs, by their names at Amazon; keys of results."""

    models: Mapping[str, str] = field(default_factory=dict)
    champions: Set[str] = frozenset()
    jobs: Mapping[str, str] = field(default_factory=dict)
    stored: Set[str] = frozenset()

    @classmethod
    def read(cls, folders: Iterable[Path]) -> Results:
        """Read results folders; a missing one adds nothing."""
        models: dict[str, str] = {}
        jobs: dict[str, str] = {}
        champions, stored = set(), set()
        for folder in folders:
            own = dict(_names(folder))
            models |= {amazon: ours for ours, amazon in own.items()}
            board = folder / "leaderboard.csv"
            rows = files.read_table(board) if board.exists() else []
            champions |= {own.get(row["model"], "") for row in rows if row["champion"]}
            store = folder / "store" / "transcribe"
            for path in store.glob("*.json"):
                key, _, record = path.name.removesuffix(".json").partition(".")
                if record == "job":
                    jobs[files.read_json(path)["job"]] = key
                else:
                    stored.add(key)
        return cls(models, champions, jobs, stored)


def _names(folder: Path) -> Iterator[tuple[str, str]]:
    """Models of a results folder, and their names at Amazon."""
    for path in sorted(folder.glob("models/*/model.json")):
        details = models.read_record(path).details or {}
        name = details.get("amazon_model") or details.get("vocabulary")
        if isinstance(name, str):
            yield path.parent.name, name


class Holdings:
    """Listing of our items."""

    def __init__(self, aws: Aws, settings: TranscribeSettings, results: Results) -> None:
        self._aws = aws
        self._settings = settings
        self._results = results
        self._jobs: list[Item] | None = None
        #: Objects below the prefix that are not ours.
        self.foreign = 0
        #: Models in the account, whoever made them.
        self.all_models = 0

    def items(self, kinds: Iterable[str]) -> list[Item]:
        """All that is ours of some kinds, oldest first within a kind; `keep` is set where there is a reason for it.

        Raises:
            UserError: Amazon does not let us see it.

        """
        readers: dict[str, Callable[[], Iterable[Item]]] = {
            JOBS: self._list_jobs,
            TRANSCRIPTS: self._list_transcripts,
            MODELS: self._list_models,
            VOCABULARIES: self._list_vocabularies,
            UPLOADS: self._list_uploads,
            PARTS: self._list_parts,
        }
        found = []
        for kind in kinds:
            service = "s3" if kind in (TRANSCRIPTS, UPLOADS, PARTS) else "transcribe"
            try:
                found += sorted(readers[kind](), key=lambda item: (item.created, item.name))
            except UserError:
                raise
            except Exception as error:
                raise explain(error, f"listing {kind}", service) from error
        return found

    def keeps_versions(self) -> bool:
        """True if the bucket keeps deleted objects as older versions, as far as we may know."""
        try:
            return "Status" in self._aws.s3.get_bucket_versioning(Bucket=self._settings.bucket)
        except Exception as error:
            explain(error, "reading versioning")  # a bug of ours is raised on
            return False

    def _list_jobs(self) -> list[Item]:
        """Jobs with our tag; only Get returns tags."""
        if self._jobs is None:
            summaries = list(inventory.jobs(self._aws.transcribe, NAME_PREFIX))
            found = (self._job(entry) for entry in summaries if entry["TranscriptionJobName"].startswith(NAME_PREFIX))
            self._jobs = [item for item in found if item is not None]
        return self._jobs

    def _job(self, entry: Mapping[str, Any]) -> Item | None:
        name, state = entry["TranscriptionJobName"], entry["TranscriptionJobStatus"]
        try:
            job = self._aws.transcribe.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
        except Exception as error:
            if code_of(error) in ("NotFoundException", "BadRequestException"):  # it has just gone
                return None
            raise
        key = tag_of(job.get("Tags"))
        if key is None:  # an answer need not hold the tags
            key = ask_tag(self._aws, name)
        if key is None:
            return None
        keep = "it is running" if state in _RUNNING else self._unsaved(key) if state == "COMPLETED" else ""
        return Item(JOBS, name, entry["CreationTime"], state, keep=keep)

    def _unsaved(self, key: str) -> str:
        return "" if key in self._results.stored else f"{IN_USE}: its result is in no results folder named here"

    def _list_models(self) -> Iterator[Item]:
        for model in inventory.language_models(self._aws.transcribe):
            self.all_models += 1
            name, state = model["ModelName"], model["ModelStatus"]
            if self._is_tagged("language-model", name):
                yield Item(MODELS, name, model["CreateTime"], state, keep=self._keep_model(name, state))

    def _list_vocabularies(self) -> Iterator[Item]:
        for entry in inventory.vocabularies(self._aws.transcribe):
            name, state = entry["VocabularyName"], entry["VocabularyState"]
            if self._is_tagged("vocabulary", name):
                yield Item(VOCABULARIES, name, entry["LastModifiedTime"], state, keep=self._keep_model(name, state))

    def _keep_model(self, name: str, state: str) -> str:
        if state in _RUNNING:
            return "it is being made"
        if name in self._results.champions:
            return f"{IN_USE}: {self._results.models[name]}{CHAMPION}"
        if name in self._results.models:
            return f"{IN_USE}: {self._results.models[name]}"
        return f"{IN_USE}: transcribe.models" if name in self._settings.models else ""

    def _is_tagged(self, kind: str, name: str) -> bool:
        if not name.startswith(NAME_PREFIX):
            return False
        arn = f"{self._aws.transcribe_arn}:{kind}/{name}"
        return tag_of(self._aws.transcribe.list_tags_for_resource(ResourceArn=arn).get("Tags", ())) is not None

    def _list_transcripts(self) -> Iterator[Item]:
        """Results that Amazon wrote for jobs of ours, known by the account or by a results folder."""
        jobs = {job.name: job for job in self._list_jobs()}
        for entry in self._objects(self._settings.transcripts):
            name = entry["Key"].removeprefix(self._settings.transcripts.folder)
            job, _, suffix = name.rpartition(".")
            if suffix == "json" and job in jobs:
                yield self._object(TRANSCRIPTS, entry, jobs[job].keep)
            elif suffix == "json" and job in self._results.jobs:  # Amazon forgets jobs after 90 days
                yield self._object(TRANSCRIPTS, entry, self._unsaved(self._results.jobs[job]))
            elif name == ACCESS_FILE and jobs:
                yield self._object(TRANSCRIPTS, entry, "")
            else:
                self.foreign += 1

    def _list_uploads(self) -> Iterator[Item]:
        """Objects with our metadata; they stay while something may be reading them."""
        transcripts = self._settings.transcripts.folder
        entries = [entry for entry in self._objects(self._settings.root) if not entry["Key"].startswith(transcripts)]
        with ThreadPoolExecutor(_THREADS) as pool:
            ours = list(pool.map(lambda entry: self._has_metadata(entry["Key"]), entries))
        self.foreign += ours.count(False)
        keep = self._reader() if any(ours) else ""
        for entry, is_ours in zip(entries, ours, strict=True):
            if is_ours:
                yield self._object(UPLOADS, entry, keep)

    def _has_metadata(self, key: str) -> bool:
        try:
            head = self._aws.s3.head_object(Bucket=self._settings.bucket, Key=key)
        except Exception as error:
            if code_of(error) in ("404", "NoSuchKey", "403"):  # gone, or encrypted with somebody else's key
                return False
            raise
        return head["Metadata"].get(TAG) == "yes"

    def _reader(self) -> str:
        """Work at Amazon that may be reading uploads now, as a clause."""
        transcribe = self._aws.transcribe
        for state in ("QUEUED", "IN_PROGRESS"):
            if transcribe.list_transcription_jobs(Status=state, JobNameContains=NAME_PREFIX, MaxResults=1)[
                "TranscriptionJobSummaries"
            ]:
                return "a job is running"
        if transcribe.list_language_models(StatusEquals="IN_PROGRESS", NameContains=NAME_PREFIX)["Models"]:
            return "a model is in training"
        return ""

    def _list_parts(self) -> Iterator[Item]:
        """Uploads that were cut off; S3 keeps, and bills, their parts until somebody gives them up."""
        bucket, folder = self._settings.bucket, self._settings.root.folder
        # They have no metadata yet: only these folders are written by nobody else.
        settings = self._settings
        written = tuple(place.folder for place in (settings.audio, settings.training(""), settings.tuning("")))
        pages = self._aws.s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=folder)
        for page in pages:
            for entry in page.get("Uploads", ()):
                if not entry["Key"].startswith(written):
                    continue
                parts = self._aws.s3.get_paginator("list_parts").paginate(
                    Bucket=bucket, Key=entry["Key"], UploadId=entry["UploadId"]
                )
                size = sum(part["Size"] for page in parts for part in page.get("Parts", ()))
                young = _now() - entry["Initiated"] < _UPLOAD_TIME
                keep = f"{IN_USE}: it may be under way, for less than a day" if young else ""
                if not folder:
                    keep = "the prefix is empty, so that it may be somebody else's"
                address = str(S3Path(bucket, entry["Key"]))
                yield Item(PARTS, address, entry["Initiated"], "", size, keep, entry["UploadId"])

    def _objects(self, below: S3Path) -> Iterator[dict[str, Any]]:
        pages = self._aws.s3.get_paginator("list_objects_v2").paginate(Bucket=below.bucket, Prefix=below.folder)
        for page in pages:
            yield from page.get("Contents", ())

    def _object(self, kind: str, entry: Mapping[str, Any], keep: str) -> Item:
        address = str(S3Path(self._settings.bucket, entry["Key"]))
        return Item(kind, address, entry["LastModified"], "", entry["Size"], keep)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
