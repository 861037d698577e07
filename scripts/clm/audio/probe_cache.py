"""Cache of format, length and sample rate of recordings, by the digest of their content."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from clm.audio.probe import Media, probe
from clm.base import files

#: Raised by hand when `probe` comes to see other things in the same file.
PROBE = 2


class Probes:
    """Properties of audio by content, remembered between runs."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._known: dict[str, Media] = {}
        self._changed = False
        with contextlib.suppress(OSError, ValueError, TypeError):  # only a cache: else all files are probed again
            found = json.loads(cache.read_text(encoding="utf-8"))
            if found.get("probe") == PROBE:
                self._known = {key: Media(**entry) for key, entry in found["media"].items()}

    def get(self, identity: str, size: int, read: Callable[[], BinaryIO]) -> Media:
        """Properties of the audio of this digest; `read` opens it, or its beginning, if it was never seen."""
        if identity not in self._known:
            with read() as file:
                self._known[identity] = probe(file, size)
            self._changed = True
        return self._known[identity]

    def save(self) -> None:
        """Keep what is known."""
        if self._changed:
            with contextlib.suppress(OSError):  # only a cache
                media = {key: asdict(media) for key, media in self._known.items()}
                files.write_text(self._cache, json.dumps({"probe": PROBE, "media": media}))
