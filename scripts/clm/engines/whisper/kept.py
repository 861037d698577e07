"""Store of what all models have in common for a piece, so that the next one repeats only the search with fusion.

That is the encoder's output, and the tokens that the stock search finds.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clm.audio import log_mel

#: Bytes of all that is kept; the least recently used is deleted first. An hour of base takes 200 MB, of large 500 MB.
MOST_BYTES = 2 << 30
_MAKE_ROOM_EVERY = 50


class Kept:
    """Arrays in a folder, by the samples of their piece; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._written = 0

    def get(self, samples: NDArray[np.int16], make: Callable[[], NDArray[np.float16]]) -> NDArray[np.float16]:
        """The encoded piece, as it is kept or from `make`."""
        found = self.find(samples)
        if found is None:
            found = make()
            self.put(samples, found)
        return found

    def find(self, samples: NDArray[np.int16], name: str = "") -> NDArray[Any] | None:
        """The array of this name, None where it is missing or damaged."""
        if self._folder is not None:
            path = self._folder / _name(samples, name)
            with suppress(OSError, ValueError, EOFError):
                found = np.load(path)
                os.utime(path)
                return found
        return None

    def put(self, samples: NDArray[np.int16], array: NDArray[Any], name: str = "") -> None:
        """Keep an array under this name; on a full disk it is computed again next time."""
        if self._folder is not None:
            with suppress(OSError):
                self._write(self._folder / _name(samples, name), array)

    def _write(self, path: Path, array: NDArray[Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            np.save(file, array)
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


def _name(samples: NDArray[np.int16], name: str) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(samples).data).hexdigest()[:32]
    return f"{digest}-{log_mel.VERSION}{name}.npy"
