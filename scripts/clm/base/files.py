"""Reading and writing of result files: atomic, deterministic, with a format number in every JSON file."""

import csv
import io
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from clm.base.errors import UserError

#: The format of most files. A record whose fields change their meaning is written with the next number, and its reader
#: takes the old one as well.
FORMAT = 1
#: Since 0.2.0: reasons and findings are codes with arguments, where format 1 has sentences.
CODES_FORMAT = 2
READABLE = (FORMAT, CODES_FORMAT)

# The reference of a long recording is one cell; the csv module refuses more than 128 KiB by default.
csv.field_size_limit(2**31 - 1)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time into the block, by an empty file; without locks in the file system, all of them."""
    import fcntl

    with path.open("w") as file:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` that takes its place when the block ends without an error.

    A killed process, or an orphan that goes on writing, never leaves half a file under the real name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{zlib.crc32(path.name.encode()):08x}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    r"""Write `text` as UTF-8 with `\n` line ends, atomically."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, data: Mapping[str, Any], *, indent: int | None = 1, number: int = FORMAT) -> None:
    """Write `data` with the format number that `read_json` checks."""
    text = json.dumps({"format": number, **data}, ensure_ascii=False, indent=indent)
    write_text(path, text + "\n")


def rewrite_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON file unless it holds the same already, so that it keeps its age."""
    if not holds(path, data):
        write_json(path, data, indent=None)


def holds(path: Path, data: Mapping[str, Any]) -> bool:
    """True if a JSON file of ours holds exactly this."""
    try:
        return read_json(path) == {"format": FORMAT, **data}
    except (UserError, FileNotFoundError):
        return False


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of ours.

    Raises:
        UserError: the file is not JSON, or was written by another version with another format.
        FileNotFoundError: there is no such file.

    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path}: not readable as JSON ({error})", "delete the file and run again") from error
    found = data.get("format") if isinstance(data, dict) else None
    if found not in READABLE:
        raise UserError(
            f"{path}: written in format {found!r}, this version reads format {' or '.join(map(str, READABLE))}",
            "use the version that wrote it, or another folder: --config results=...",
        )
    return data


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, delimiter: str = ",") -> None:
    """Write rows as CSV (or TSV) with just these columns; `None` becomes an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_table(path: Path, *, delimiter: str = ",") -> list[dict[str, str]]:
    """Read a table that `write_table` wrote; every cell is a string."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def sha256_of_file(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(data: object) -> str:
    """SHA-256 of a JSON-serializable value; equal values give equal digests, in any order of keys.

    >>> digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    True
    """
    import hashlib  # its import takes a tenth of a short job's time

    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
