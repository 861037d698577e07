"""Recordings on their way into the bucket: each once, under the SHA-256 of its content."""

from __future__ import annotations

from pathlib import Path

from clm.aws.clients import Aws
from clm.aws.s3 import Uploader, listing
from clm.base import files
from clm.base.errors import PassingError
from clm.base.s3_path import S3Path
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.types import Recording


class Uploads:
    """Knows what the bucket has, and adds what it lacks; `put` may be called from several threads."""

    def __init__(self, aws: Aws, settings: TranscribeSettings) -> None:
        self._aws = aws
        self._settings = settings
        self._uploader = Uploader(aws.s3, settings.kms_key)
        self._there: dict[str, int] | None = None
        self.done_bytes = self.total_bytes = 0

    def expect(self, recording: Recording) -> None:
        """Count a recording into the total, unless it is in the bucket; the first call lists what is there."""
        if isinstance(recording.audio, S3Path):
            return
        if self._there is None:
            self._there = {entry.path.name: entry.size for entry in listing(self._aws.s3, self._settings.audio)}
        if self._path(recording).name not in self._there and recording.audio.exists():
            self.total_bytes += recording.audio.stat().st_size

    def put(self, recording: Recording) -> S3Path:
        """Address of a recording in S3, after uploading it if it is a file here.

        Raises:
            PassingError: the file is not the one that the run was planned with.
            OSError: it cannot be read.

        """
        audio = recording.audio
        if isinstance(audio, S3Path):
            return audio
        path = self._path(recording)
        if (self._there or {}).get(path.name) == audio.stat().st_size:
            return path
        if files.sha256_of_file(audio) != recording.sha256:
            raise PassingError(f"{audio}: changed during the run", "run again")
        self._uploader.put_file(audio, path, self._count)
        return path

    def _path(self, recording: Recording) -> S3Path:
        folder = self._settings.audio
        suffix = Path(recording.audio.name).suffix.lower()
        return S3Path(folder.bucket, f"{folder.folder}{recording.sha256}{suffix}")

    def _count(self, size: int) -> None:
        self.done_bytes += size
