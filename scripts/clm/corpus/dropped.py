"""Sentences and lines that cleaning dropped from a text, for the report on the user's own text."""

from collections.abc import Iterator

COLUMNS = ("reason", "pieces", "characters", "example")
_LONGEST_EXAMPLE = 120


class Dropped:
    """Counts of omitted text by reason, with the first example of each."""

    def __init__(self) -> None:
        self._pieces: dict[str, int] = {}
        self._characters: dict[str, int] = {}
        self._examples: dict[str, str] = {}

    def note(self, reason: str, text: str, characters: int | None = None) -> None:
        """Count one piece of text, with all or some of its characters."""
        size = len(text.strip()) if characters is None else characters
        if size > 0:
            self._pieces[reason] = self._pieces.get(reason, 0) + 1
            self._characters[reason] = self._characters.get(reason, 0) + size
            self._examples.setdefault(reason, " ".join(text[: 4 * _LONGEST_EXAMPLE].split())[:_LONGEST_EXAMPLE])

    def rows(self) -> Iterator[dict[str, object]]:
        """Rows of the report, the reason that dropped most text first."""
        for reason in sorted(self._pieces, key=lambda reason: (-self._characters[reason], reason)):
            values = (reason, self._pieces[reason], self._characters[reason], self._examples[reason])
            yield dict(zip(COLUMNS, values, strict=True))

    def summary(self) -> str:
        """One line for the log.

        >>> dropped = Dropped()
        >>> dropped.note("headings", "= Cells =")
        >>> dropped.summary()
        'dropped 1 headings'
        """
        counts = ", ".join(f"{row['pieces']} {row['reason']}" for row in self.rows())
        return f"dropped {counts}" if counts else "nothing dropped"
