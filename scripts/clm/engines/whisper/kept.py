"""Store of the encoder's output for each piece, so that the next model repeats only the search."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Bytes of all that is kept; the least recently used is deleted first. An hour of base takes 200 MB, of large 500 MB.
MOST_BYTES = 2 << 30
_MAKE_ROOM_EVERY = 50


class Kept:
    """Encoded pieces in a folder, by their samples; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._written = 0

    def get(self, samples: NDArray[np.int16], make: Callable[[], NDArray[np.float16]]) -> NDArray[np.float16]:
        """The encoded piece, as it is kept or from `make`."""
        if self._folder is None:
            return make()
        path = self._folder / f"{hashlib.sha256(samples.tobytes()).hexdigest()[:32]}.npy"
        with suppress(OSError, ValueError, EOFError):
            found = np.load(path)
            os.utime(path)
            return found
        made = make()
        with suppress(OSError):  # a full disk: it is encoded again
            self._write(path, made)
        return made

    def _write(self, path: Path, states: NDArray[np.float16]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            np.save(file, states)
        Path(file.name).replace(path)
        self._written += 1
        if self._written % _MAKE_ROOM_EVERY == 1:
            self._make_room(path.parent.parent)

    def _make_room(self, folder: Path) -> None:
        found = sorted((path.stat().st_atime, path.stat().st_size, path) for path in folder.glob("*/*.npy"))
        total = sum(size for _, size, _ in found)
        for _, size, path in found:
            if total <= MOST_BYTES:
                return
            path.unlink(missing_ok=True)
            total -= size
