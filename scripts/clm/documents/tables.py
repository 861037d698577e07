"""Users' tables: csv and tsv with any delimiter, with or without a header, and the first sheet of an xlsx."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from clm.base.errors import UserError
from clm.documents.encoding import BinaryError, decode

DELIMITERS = "\t,;|"
_GZIP = b"\x1f\x8b"
_XLSX = b"PK\x03\x04"


@dataclass(frozen=True)
class Table:
    """`rows`: cells of each row that is not empty, and its number in the file, from 1."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str = "utf-8"

    @property
    def width(self) -> int:
        """Cells of the widest row."""
        return max((len(cells) for _, cells in self.rows), default=0)


def read_text(path: Path) -> tuple[str, str]:
    """A text and its encoding.

    Raises:
        UserError: the file cannot be read, or is not text; names the byte.

    """
    try:
        data = path.read_bytes()
        return decode(gzip.decompress(data) if data.startswith(_GZIP) and path.suffix == ".gz" else data)
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{path}: not readable ({why})", "check that it is there and may be read") from error
    except BinaryError as error:
        raise UserError(f"{path}: not UTF-8 (byte {error.offset})", "save the file as UTF-8") from None


def is_workbook(path: Path) -> bool:
    """True if a file is zipped, as an .xlsx is."""
    with path.open("rb") as file:
        return file.read(4) == _XLSX


def read_workbook(path: Path) -> Table:
    """The first sheet of an .xlsx that has something in it.

    Raises:
        UserError: it cannot be read.

    """
    import openpyxl

    try:
        # as bytes, since the library would refuse a file with another ending
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = [
                (number, tuple(_cell(value) for value in cells))
                for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
            ]
            if rows := [(number, cells) for number, cells in rows if any(cells)]:
                return Table(tuple(rows))
        return Table(())
    except Exception as error:  # the library raises what its parts raise
        raise UserError(
            f"{path}: not readable as a workbook (.xlsx): {error}", "save it as .xlsx or as .csv (UTF-8)"
        ) from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def delimiter_of(text: str) -> str | None:
    """The sign that divides the lines of a text into equally many cells, or None if none does.

    >>> delimiter_of("a;b\\n1;2,5\\n"), delimiter_of("one, two\\nthree")
    (';', None)
    """
    lines = [line for line in text.split("\n")[:50] if line.strip()]
    best: tuple[float, int, str] | None = None
    for mark in DELIMITERS:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=mark, quoting=_quoting(mark)))
        width, number = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and number >= 0.9 * sum(counts.values()):
            found = (number / sum(counts.values()), -DELIMITERS.index(mark), mark)
            best = max(best, found) if best else found
    return best[2] if best else None


def _quoting(delimiter: str) -> Literal[0, 3]:
    """Quotes hold cells together in csv; among tabs and bars they are part of the text."""
    return 3 if delimiter in "\t|" else 0  # csv.QUOTE_NONE, csv.QUOTE_MINIMAL


def rows_of(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Cells of the rows that are not empty, with the numbers of their lines."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, quoting=_quoting(delimiter))
    for cells in reader:
        stripped = tuple(" ".join(_unquoted(cell, delimiter).split()) for cell in cells)
        if any(stripped):
            yield reader.line_num, stripped


def _unquoted(cell: str, delimiter: str) -> str:
    """A cell without the quotes that a spreadsheet put around all of it."""
    cell = cell.strip()
    if delimiter == "\t" and len(cell) > 1 and cell[0] == cell[-1] == '"' and '""' in cell[1:-1] + '""':
        inner = cell[1:-1]
        if inner.count('"') == 2 * inner.count('""'):
            return inner.replace('""', '"')
    return cell


def header_of(table: Table, known: Sequence[str]) -> tuple[str, ...] | None:
    """The first row, if one of its cells is a name that columns have and none is a number."""
    if not table.rows:
        return None
    first = table.rows[0][1]
    names = [cell.strip().lower().rstrip(":") for cell in first]
    is_header = any(name in known for name in names) and not any(name.replace(".", "").isdigit() for name in names)
    return tuple(names) if is_header else None
