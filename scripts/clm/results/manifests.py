"""The manifests in `<results>/inputs/` and their index: the recordings of each folder as the main process saw them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm.base import files
from clm.base.text_files import check_content, read_text

if TYPE_CHECKING:
    from clm.types import Recording


def recordings(items: Iterable[Mapping[str, Any]], *, repeats: int = 0, retries: int = 0) -> list[Recording]:
    """The recordings of a folder that have audio; `repeats` and `retries` as requested."""
    from clm.types import Failure, Recording, location  # not needed where only references are read

    return [
        Recording(
            name=item["recording"],
            audio=location(item["audio"]),
            sha256=item["audio_sha256"],
            seconds=item.get("seconds"),
            exact=item.get("exact", True),
            flaw=Failure(**item["flaw"]) if item.get("flaw") else None,
            at_most=item.get("at_most"),
            channels=item.get("channels"),
            repeats=repeats,
            retries=retries,
        )
        for item in items
        if item["audio"] is not None
    ]


def read_index(index: Path) -> dict[str, list[dict[str, Any]]]:
    """Entries of all recordings by folder, from `<results>/inputs.json`; version 0.1.0 kept them beside it only."""
    found = files.read_json(index)
    if "manifests" in found:
        return found["manifests"]
    paths = {folder: index.with_suffix("") / f"{folder}.json" for folder in found["folders"]}
    return {folder: files.read_json(path)["recordings"] for folder, path in paths.items()}


def sample_rates(index: Path) -> dict[str, frozenset[int]]:
    """Sample rates of each folder's recordings, where the engine had them looked up; 0 is one that is unknown."""
    return {
        folder: frozenset(item["rate"] or 0 for item in items if "rate" in item)
        for folder, items in read_index(index).items()
    }


def open_recordings(index: Path, heldout: Collection[str]) -> list[tuple[Recording, Callable[[], str]]]:
    """Recordings of the folders that are not held out, with what reads their references; no audio that is held out."""
    manifest = read_index(index)
    closed = {item["audio_sha256"] for folder in heldout for item in manifest.get(folder, ())}
    return [
        (recording, partial(reference, item))
        for folder, items in sorted(manifest.items())
        for item in items
        if folder not in heldout and item.get("audio_sha256") not in closed
        for recording in recordings([item])
    ]


def check_unchanged(recording: Recording) -> None:
    """Refuse a file that has changed since the run was planned.

    Raises:
        PassingError: it changed meanwhile, or cannot be read any more.

    """
    if isinstance(recording.audio, Path):
        check_content(recording.audio, recording.sha256)


def reference(item: Mapping[str, Any]) -> str:
    """The text of a reference, an entry of a manifest.

    Raises:
        PassingError: the file has changed since the run was planned, or cannot be read any more.
        UserError: it is not UTF-8.

    """
    path = Path(item["text"])
    check_content(path, item["text_sha256"])
    return read_text(path)
