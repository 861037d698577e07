"""Reading of text files that users give."""

from pathlib import Path

from clm.base import files
from clm.base.errors import PassingError, UserError


def read_text(path: Path) -> str:
    """A UTF-8 text without its byte order mark.

    Raises:
        UserError: the text is not UTF-8, or holds zero bytes; names the file and the byte.

    """
    offset = invalid_utf8(path)
    if offset is not None:
        raise UserError(f"{path}: not UTF-8 (byte {offset})", "save the file as UTF-8")
    text = path.read_text(encoding="utf-8-sig")
    if "\0" in text:
        raise UserError(f"{path}: not text, it contains zero bytes", "save the file as UTF-8")
    return text


def check_content(path: Path, sha256: str) -> None:
    """Refuse a file that has changed since the run was planned.

    Raises:
        PassingError: it changed meanwhile, or cannot be read any more.

    """
    try:
        found = files.sha256_of_file(path)
    except OSError as error:
        raise PassingError(f"{path}: not readable ({error.strerror})", "put it back and run again") from error
    if found != sha256:
        raise PassingError(f"{path}: changed during the run", "run again")


def printable(name: str) -> str:
    r"""A file's name as it may be written in UTF-8: bytes that are not UTF-8 are escaped.

    >>> print(printable("caf\udce9"), printable("café"))
    caf\udce9 café
    """
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def text_files(path: Path) -> list[Path]:
    """The file itself, or the `.txt` files of a folder in order of their names.

    Folders and pipes of such a name, and broken links, do not count.
    """
    if path.is_dir():
        found = (p for p in path.rglob("*") if p.suffix.lower() == ".txt" and not p.name.startswith("."))
        return sorted(p for p in found if p.is_file())
    return [path]


def invalid_utf8(path: Path) -> int | None:
    """Offset of the first byte of the file that is not UTF-8, or None."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None
