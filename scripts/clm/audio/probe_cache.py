"""Cache of format, length and sample rate of recordings, by the digest of their content."""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from clm.audio.probe import Media, probe
from clm.base import files, parallel

#: Raised by hand when `probe` comes to see other things in the same file.
PROBE = 2
#: Files that a process looks at before it hands over what it found.
_SHARE = 250


class Probes:
    """Properties of audio by content, remembered between runs."""

    def __init__(self, cache: Path, copy: Path | None = None) -> None:
        """Read what is known; `copy` may be written where `cache`, which is of the results, must be left alone."""
        self._cache, self._copy = cache, copy
        self._known: dict[str, Media] = {}
        self._changed = False
        for path in (cache, copy):
            with contextlib.suppress(OSError, ValueError, TypeError):  # only a cache: else all files are probed again
                found = json.loads(path.read_text(encoding="utf-8")) if path else {}
                if found.get("probe") == PROBE:
                    self._known |= {key: Media(**entry) for key, entry in found["media"].items()}

    def has(self, identity: str) -> bool:
        """True if the audio of this digest was seen before."""
        return identity in self._known

    def get(self, identity: str, size: int, read: Callable[[], BinaryIO]) -> Media:
        """Properties of the audio of this digest; `read` opens it, or its beginning, if it was never seen."""

        def look() -> Media:
            with read() as file:
                return probe(file, size)

        return self.find(identity, look)

    def find(self, identity: str, look: Callable[[], Media]) -> Media:
        """Properties of the audio of this digest; `look` finds them out if it was never seen."""
        if identity not in self._known:
            self._known[identity] = look()
            self._changed = True
        return self._known[identity]

    def look_ahead(self, paths: Mapping[str, Path], processes: int) -> None:
        """Look at the files, by digest, that were never seen, shared out among processes if they are many.

        A file that cannot be read stays unknown.
        """
        unseen = [(identity, path) for identity, path in paths.items() if identity not in self._known]
        shares = [unseen[start : start + _SHARE] for start in range(0, len(unseen), _SHARE)]
        wanted = [[path for _, path in share] for share in shares]
        for share, (_, found) in zip(shares, parallel.in_order(_prober, wanted, processes), strict=True):
            for (identity, _), media in zip(share, found, strict=True):
                if media is not None:
                    self._known[identity] = media
                    self._changed = True

    def save(self) -> None:
        """Keep what is known."""
        if self._changed or not self._cache.exists():
            self._write(self._cache)

    def save_copy(self) -> None:
        """Keep what is known beside the results, where a run that writes none finds it."""
        if self._changed and self._copy:
            self._write(self._copy)

    def _write(self, path: Path) -> None:
        with contextlib.suppress(OSError):  # only a cache
            media = {key: asdict(media) for key, media in sorted(self._known.items())}
            files.write_text(path, json.dumps({"probe": PROBE, "media": media}))


def _prober() -> Callable[[Sequence[Path]], list[Media | None]]:
    return _probe_files


def _probe_files(paths: Sequence[Path]) -> list[Media | None]:
    return [_probe_file(path) for path in paths]


def _probe_file(path: Path) -> Media | None:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return probe(file, path.stat().st_size)
    return None
