"""The view of a running workflow in a terminal: a line for each stage at work with a bar, and the time left."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import RenderableType

#: Widest and narrowest bar, in characters; where there is no room for that, there is none.
_WIDEST, _NARROWEST = 30, 6


@dataclass(frozen=True)
class Row:
    """A stage at work: its title, the part that is done (0 to 1), and its counts in words."""

    title: str
    share: float
    counts: str


class LiveView:
    """Draws rows at the end of the terminal, which lines above push down; gone once it is closed."""

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        self._console = Console(file=stream, highlight=False, markup=False, emoji=False, no_color=not color)
        self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False,
                          redirect_stderr=False)  # fmt: skip
        self._spinner = Spinner("dots")
        self._live.start()

    def write(self, line: str, style: str = "") -> None:
        """Write a line above the view, where it stays."""
        self._console.print(line, style=style or None, soft_wrap=True)

    def draw(self, rows: Sequence[Row], last: str) -> None:
        """Draw the rows, and a last line."""
        self._live.update(self._table(rows, last), refresh=True)

    def close(self) -> None:
        """Remove the view, and show the cursor again."""
        self._live.stop()

    def _table(self, rows: Sequence[Row], last: str) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        titles, counts = (max((len(text) for text in column), default=0) for column in _columns(rows))
        room = min(_WIDEST, self._console.width - titles - counts - 5)
        table = Table.grid(padding=(0, 1))
        for row in rows:
            bar = [ProgressBar(1.0, row.share, width=room)] if room >= _NARROWEST else []
            table.add_row(self._spinner, Text(row.title, no_wrap=True, overflow="ellipsis"), *bar,
                          Text(row.counts, no_wrap=True, overflow="ellipsis"))  # fmt: skip
        return Group(table, Text(last)) if last else table


def _columns(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    return [row.title for row in rows], [row.counts for row in rows]


def usable(stream: TextIO) -> bool:
    """True if a view can be drawn: the stream is a terminal that can move its cursor, and the package rich is there."""
    from importlib.util import find_spec

    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb" and find_spec("rich") is not None
