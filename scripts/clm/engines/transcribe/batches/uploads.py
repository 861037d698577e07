"""Recordings on their way into the bucket: each once, under the SHA-256 of its content."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import re
import time
from collections.abc import Iterator
from pathlib import Path

from clm.aws.clients import Aws, explain
from clm.aws.s3 import ARCHIVES, Uploader, has, listing
from clm.base import files
from clm.base.errors import PassingError
from clm.base.s3_path import S3Path
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.types import Recording, Unfinished

#: Keys that need no escaping wherever an address is parsed ("safe characters" in S3's user guide, blanks and letters of
#: all languages). Nothing documents how MediaFileUri is parsed, and `#`, `?`, `%` and `+` mean something else in a URI.
_PLAIN_KEY = re.compile(r"[\w!\-.*'()/ ]+")
_CLAIM_SECONDS = 0.2
_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}


class Claims:
    """Claims of uploads among the processes that use a results folder: locks of single bytes of one file.

    The kernel releases them when the process ends. They say nothing to another thread of the same process, nor to
    another machine without a common file system.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")  # never closed before the process ends: that would release all of them

    @contextlib.contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Wait until nobody else uploads this, and keep others from it meanwhile."""
        place = int(files.digest(name)[:12], 16)
        while not self._try(place):
            time.sleep(_CLAIM_SECONDS)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

    def _try(self, place: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError as error:
            if error.errno in _UNSUPPORTED:
                return True
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            return False
        return True


class Uploads:
    """Recordings in the bucket; `put` adds missing ones and may be called from several threads."""

    def __init__(self, aws: Aws, settings: TranscribeSettings, claims: Path) -> None:
        self._aws = aws
        self._settings = settings
        self._uploader = Uploader(aws.s3, settings.kms_key)
        self._claims = Claims(claims)
        self._there: dict[str, int] | None = None
        self.done_bytes = self.total_bytes = 0

    def expect(self, recording: Recording) -> None:
        """Count a recording into the total, unless it is in the bucket; the first call lists what is there."""
        if isinstance(recording.audio, S3Path):
            return
        if self._there is None:
            entries = listing(self._aws.s3, self._settings.audio)
            self._there = {entry.path.name: entry.size for entry in entries if entry.storage not in ARCHIVES}
        if self.address(recording).name not in self._there and recording.audio.exists():
            self.total_bytes += recording.audio.stat().st_size

    def put(self, recording: Recording) -> S3Path:
        """Address of a recording in S3, after uploading it if it is a file here.

        A recording in S3 whose key has special characters is copied there to a key without.

        Raises:
            PassingError: the file has changed since the run was planned.
            OSError: it cannot be read.

        """
        audio, path = recording.audio, self.address(recording)
        if audio == path:
            return path
        if isinstance(audio, S3Path):
            with self._claims.hold(path.key):
                if not has(self._aws.s3, path):
                    self._uploader.copy(audio, path)
            return path
        size = audio.stat().st_size
        if (self._there or {}).get(path.name) == size:
            return path
        if files.sha256_of_file(audio) != recording.sha256:
            raise PassingError(f"{audio}: changed during the run", "run again")
        with self._claims.hold(path.key):
            if has(self._aws.s3, path, size):  # by the submission of another model, meanwhile
                self._count(size)
            else:
                self._uploader.put_file(audio, path, self._count)
        return path

    def address(self, recording: Recording) -> S3Path:
        """Address from which Amazon reads a recording."""
        audio = recording.audio
        if isinstance(audio, S3Path) and _PLAIN_KEY.fullmatch(audio.key):
            return audio
        folder = self._settings.audio
        suffix = Path(audio.name).suffix.lower()
        suffix = suffix if re.fullmatch(r"\.[a-z0-9]+", suffix) else ""
        return S3Path(folder.bucket, f"{folder.folder}{recording.sha256}{suffix}")

    def _count(self, size: int) -> None:
        self.done_bytes += size


def failure(recording: Recording, error: Exception) -> Unfinished | PassingError:
    """What an upload's exception means: an end for this recording in this run, or an error that may pass for all."""
    if isinstance(error, PassingError):
        return Unfinished(error.message, error.hint)
    if isinstance(error, OSError) and error.filename == str(recording.audio):  # our file, not the network
        return Unfinished(f"{recording.audio}: not readable ({error.strerror})", "put it back and run again")
    trouble = explain(error, f"uploading {recording.audio}", "s3")
    return trouble if isinstance(trouble, PassingError) else Unfinished(trouble.message, trouble.hint)
