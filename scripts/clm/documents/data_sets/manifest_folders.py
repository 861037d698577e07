"""The recordings of a manifest as folders: by a column, by directory, or in hundreds."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clm.base.errors import UserError
from clm.base.messages import nearest
from clm.documents.data_sets.manifest import Manifest, Row

#: Recordings of a folder, where nothing else divides them.
HUNDRED = 100
_LONGEST_NAME = 120
_UNUSABLE = re.compile(r"[{}<>/\\\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Entry:
    """A recording of a folder; `name` is unique in it."""

    name: str
    row: Row


def folders(manifest: Manifest, column: str | None = None) -> dict[str, list[Entry]]:
    """Recordings by folder, in the order of the manifest; names can be used in paths.

    Args:
        manifest: what is listed.
        column: `speaker`, or a column of the table, by whose values recordings are grouped.

    Raises:
        UserError: there is no such column.

    """
    if column is not None:
        keys = _by_column(manifest, column)
    else:
        directories = [str(row.audio.parent) for row in manifest.rows]
        several = len(set(directories)) > 1
        root = os.path.commonpath(directories) if several else ""
        keys = [os.path.relpath(directory, root) if several else "" for directory in directories]
        keys = ["" if key == "." else key.replace(os.sep, "-") for key in keys]
        if not any(keys):
            keys = [f"part-{place // HUNDRED + 1:03}" for place in range(len(keys))]
    rows: dict[str, list[Row]] = {}
    for key, row in zip(keys, manifest.rows, strict=True):
        rows.setdefault(usable(key) or "other", []).append(row)
    return {name: _named(of_folder) for name, of_folder in rows.items()}


def _by_column(manifest: Manifest, column: str) -> list[str]:
    known = list(dict.fromkeys(name for row in manifest.rows for name in row.cells))
    found = next((name for name in known if name.lower() == column.lower()), None)
    if found:
        return [row.cells.get(found, "") for row in manifest.rows]
    if column == "speaker" and any(row.speaker for row in manifest.rows):
        return [row.speaker for row in manifest.rows]
    raise UserError(
        f"config: input_groups: {manifest.path} has no column {column!r}", nearest(column, [*known, "speaker"])
    )


def usable(name: str) -> str:
    """A name as a folder of results can have it.

    >>> usable("a/b {c}"), usable("  "), usable("..")
    ('a_b _c_', '', '')
    """
    name = _UNUSABLE.sub("_", name.strip()).strip(". ")
    if len(name.encode()) > _LONGEST_NAME:
        import hashlib

        name = f"{name[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return name


def _named(rows: Sequence[Row]) -> list[Entry]:
    """Names of recordings: their ids, else those of their files, with a suffix where they are equal."""
    names = [usable(row.id) or _stem(row) for row in rows]
    twice = {name for name, count in Counter(names).items() if count > 1}
    names = [
        f"{usable(row.audio.parent.name)}-{name}" if name in twice else name
        for name, row in zip(names, rows, strict=True)
    ]
    seen: Counter[str] = Counter()
    entries = []
    for name, row in zip(names, rows, strict=True):
        seen[name] += 1
        entries.append(Entry(name if seen[name] == 1 else f"{name}-{seen[name]}", row))
    return entries


def _stem(row: Row) -> str:
    stem = usable(Path(row.audio.name).stem)
    if row.offset is None:
        return stem
    start, end = (round(100 * seconds) for seconds in (row.offset, row.offset + (row.duration or 0)))
    return f"{stem}-{start:07}-{end:07}"
