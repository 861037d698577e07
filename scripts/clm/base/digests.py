"""Digests of input files, remembered between runs."""

import contextlib
import json
from pathlib import Path
from typing import Any

from clm.base import files


class Digests:
    """Content digests of files, remembered by path and file status, so that a rerun reads only what changed.

    The status includes the change time: a file replaced by one of equal size and modification time
    (`cp -p`, `unzip`) is read again all the same.
    """

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self._known: dict[str, list[Any]] = {}
        self._used: dict[str, list[Any]] = {}
        with contextlib.suppress(OSError, ValueError):  # only a cache: else everything is read again
            self._known = json.loads(cache.read_text(encoding="utf-8"))

    def sha256(self, path: Path) -> str:
        """Hexadecimal SHA-256 of the content."""
        key = str(path)
        if key not in self._used:
            status = path.stat()
            seen = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
            entry = self._known.get(key)
            if entry is None or entry[0] != seen:
                entry = [seen, self._digest(path, seen)]
            self._used[key] = entry
        return str(self._used[key][1])

    def _digest(self, path: Path, _seen: list[int]) -> str:
        return files.sha256_of_file(path)

    def save(self) -> None:
        """Keep the digests of the files seen this time."""
        if self._used != self._known:
            with contextlib.suppress(OSError):  # only a cache
                files.write_text(self.cache, json.dumps(self._used))


class Glances(Digests):
    """Identities of files by path and status, for a look at gigabytes of audio that keeps nothing.

    They cannot be compared with digests of contents.
    """

    def _digest(self, path: Path, seen: list[int]) -> str:
        with path.open("rb"):  # a file that cannot be read is to be found here, as with digests
            return files.digest([str(path), *seen])
