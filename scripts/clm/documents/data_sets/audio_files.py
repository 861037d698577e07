"""Look-up of audio files by their names in lists."""

import os
from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
from pathlib import Path, PurePosixPath

from clm.audio.formats import AUDIO_SUFFIXES

#: Folders beside a list in which data sets keep their audio.
_PLACES = ("", "clips", "wavs", "wav", "audio", "data")
_MOST_WALKED = 200_000


class AudioFinder:
    """Files below the folder of a list, found by path, by name, or by name without ending."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, name: str) -> Path | None:
        """The file that a list means, or None; a name that fits several files fits none."""
        name = name.strip().removeprefix("file://")
        if not name or "\0" in name:
            return None
        path = Path(name.replace("\\", "/"))
        if path.is_absolute():
            return path if path.is_file() else self._by_name(path)
        for place in _PLACES:
            if path.suffix and (self.root / place / path).is_file():
                return self.root / place / path
        if found := self._by_name(path):
            return found
        return path.resolve() if path.suffix and path.is_file() else None

    def others(self, used: Collection[Path | None]) -> list[Path]:
        """Audio below the folder that is not among these, if the list names most of the audio there."""
        if not self._known:
            return []
        # Path.resolve would ask the disk about every folder of every path.
        known = {os.path.abspath(path) for path in used if path}  # noqa: PTH100
        return sorted(path for path in self._known if os.path.abspath(path) not in known)  # noqa: PTH100

    def _by_name(self, path: Path) -> Path | None:
        found = self._names.get(path.name) or self._stems.get(path.name) or (
            self._stems.get(path.stem) if path.suffix.lower() in AUDIO_SUFFIXES else None
        )  # fmt: skip
        if not found:
            return None
        if len(found) == 1:
            return found[0]
        # of several files of this name, that whose folders agree with the path in the list
        parts = [part for part in PurePosixPath(path.as_posix()).with_suffix("").parts if part not in ("/", "..", ".")]
        fitting = (
            [item for item in found if item.with_suffix("").parts[-len(parts) :] == tuple(parts)]
            if len(parts) > 1
            else []
        )
        return fitting[0] if len(fitting) == 1 else None

    @cached_property
    def _known(self) -> list[Path]:
        found: list[Path] = []
        for directory, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            found += [Path(directory, name) for name in sorted(names) if Path(name).suffix.lower() in AUDIO_SUFFIXES]
            if len(found) > _MOST_WALKED:
                break
        return [path for path in found if not path.name.startswith(".")]

    @cached_property
    def _names(self) -> dict[str, list[Path]]:
        names: dict[str, list[Path]] = defaultdict(list)
        for path in self._known:
            names[path.name].append(path)
        return names

    @cached_property
    def _stems(self) -> dict[str, list[Path]]:
        stems: dict[str, list[Path]] = defaultdict(list)
        for path in self._known:
            stems[path.stem].append(path)
        return stems
