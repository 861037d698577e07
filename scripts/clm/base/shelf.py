"""Files that are made once and kept, and where a dry run puts those that are not there yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shelf:
    """A folder of files named by what they are made from.

    Args:
        folder: where they are kept.
        instead: folder for those that `folder` lacks, which then stays as it is; None to make them in `folder`.

    """

    folder: Path
    instead: Path | None = None

    def path(self, name: str | Path) -> Path:
        """Path of the file or folder of this name: the kept one, or where it is to be made."""
        kept = self.folder / name
        return kept if self.instead is None or kept.exists() else self.instead / name

    def below(self, name: str) -> Shelf:
        """The part of it in the subfolder of this name."""
        return Shelf(self.folder / name, self.instead / name if self.instead else None)
