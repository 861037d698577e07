"""Tables of the report: the same rows on the page, in its exports, and in results/report/tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.base import files
from clm.report.escaping import LONGEST_CELL, cell, short

MOST_ROWS = 1_000  # of one model, on the page; the file has them all


@dataclass(frozen=True)
class Column:
    """A column; `kind` says how cells are shown and sorted.

    text | word, folder (lead to places and alignments) | model | count | rate (a fraction, shown as percent) |
    figure (shown with three decimals) | links (texts that may be web addresses, divided by ` | `) |
    context (words around the row's word) | play (position of a word, from 1, in the row's recording) |
    hidden (only exported)
    """

    key: str
    label: str
    kind: str = "text"


MODEL = Column("model", "Model", "model")
FOLDER = Column("folder", "Folder", "folder")
WORD = Column("word", "Word", "word")


@dataclass(frozen=True)
class Table:
    """A table; `name` is that of its file; `facet` a column shown one value at a time, first `chosen`."""

    name: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    facet: str = ""
    chosen: str = ""

    def page_rows(self) -> list[list[Any]]:
        """Rows for the page: a limited number for each value of the facet, texts cut to a length that can be shown."""
        place = [column.key for column in self.columns].index(self.facet) if self.facet else None
        seen: dict[Any, int] = {}
        kept = []
        for row in self.rows:
            value = row[place] if place is not None else None
            seen[value] = seen.get(value, 0) + 1
            if seen[value] <= MOST_ROWS:
                kept.append([short(value, LONGEST_CELL) if isinstance(value, str) else value for value in row])
        return kept

    def for_page(self) -> dict[str, Any]:
        """Data for the script of the page."""
        rows = self.page_rows()
        return {
            "name": self.name,
            "columns": [[column.key, column.label, column.kind] for column in self.columns],
            "rows": rows,
            "facet": self.facet,
            "chosen": self.chosen,
            "total": len(self.rows),
        }

    def write(self, directory: Path) -> None:
        """Write the table as CSV."""
        import pandas as pd

        columns = [column.key for column in self.columns]
        frame = pd.DataFrame(self.rows, columns=columns, dtype=object).map(_exported)
        files.write_text(directory / f"{self.name}.csv", frame.to_csv(index=False, lineterminator="\n"))


def _exported(value: Any) -> Any:
    """A value for a file that spreadsheets open; nothing where it is not known."""
    return cell(value) if isinstance(value, str) and not _is_number(value) else "" if value is None else value


def rate(value: float | None) -> str | None:
    """A fraction as leaderboard.csv writes it."""
    return None if value is None else f"{value:.6f}"


def whole(text: str) -> int | None:
    """A count from a table, None for an empty cell."""
    return int(text) if text.strip().isdecimal() else None


def _is_number(text: str) -> bool:
    """True if a text is a plain number, which no spreadsheet takes for a formula.

    >>> _is_number("-0.308458"), _is_number("-1+cmd()"), _is_number("nan")
    (True, False, False)
    """
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()
