"""The configuration's section `transcribe`, and the places of our objects in the bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clm.aws.clients import Aws
from clm.base.s3_path import S3Path
from clm.settings import Settings

#: Every job, model and vocabulary of ours has a name with this beginning, and this tag.
NAME_PREFIX = "clm-"
TAG = "clm-proof"
#: Languages that Amazon trains CLMs for (CLMLanguageCode in its API reference).
CLM_LANGUAGES = ("en-US", "hi-IN", "es-US", "en-GB", "en-AU", "de-DE", "ja-JP")


@dataclass(frozen=True)
class TranscribeSettings:
    """The section `transcribe` of a validated configuration, with the language of the recordings."""

    language: str
    region: str | None
    bucket: str
    bucket_owner: str | None
    prefix: str
    role_arn: str | None
    kms_key: str | None
    base_model: str | None
    models: tuple[str, ...]
    poll_seconds: float
    starts_per_second: float
    max_jobs: int
    patience_hours: float
    limits: Mapping[str, float]
    prices: Mapping[str, Any]
    tags: Mapping[str, str]
    channels: bool

    @classmethod
    def of(cls, settings: Settings) -> TranscribeSettings:
        """Take what the engine needs out of all settings."""
        section = settings.transcribe
        own = {key: section[key] for key in cls.__dataclass_fields__ if key in section}
        return cls(**{**own, "language": settings.language, "models": tuple(section["models"])})

    def connect(self) -> Aws:
        """The account, in the region and with the owner of the bucket that the settings name."""
        return Aws(self.region, (self.bucket, self.bucket_owner) if self.bucket_owner else None)

    def tag_list(self, value: str) -> list[dict[str, str]]:
        """Our tag with this value, then the user's own, in the API's shape."""
        own = [{"Key": key, "Value": text} for key, text in sorted(self.tags.items())]
        return [{"Key": TAG, "Value": value}, *own]

    def _place(self, *parts: str) -> S3Path:
        return S3Path(self.bucket, "/".join(part.strip("/") for part in (self.prefix, *parts) if part.strip("/")))

    @property
    def root(self) -> S3Path:
        """Prefix of all our objects."""
        return self._place()

    @property
    def audio(self) -> S3Path:
        """Uploaded recordings, named by the SHA-256 of their content."""
        return self._place("audio")

    @property
    def transcripts(self) -> S3Path:
        """Results of jobs as Amazon writes them, named like the job."""
        return self._place("transcripts")

    def training(self, model: str) -> S3Path:
        """Training text of a CLM."""
        return self._place("training", model)

    def tuning(self, model: str) -> S3Path:
        """Tuning text of a CLM."""
        return self._place("tuning", model)

    def vocabulary(self, name: str) -> S3Path:
        """Table of a custom vocabulary."""
        return self._place("vocabularies", f"{name}.txt")
