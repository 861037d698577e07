"""Progress of long waits, for the terminal: occasional lines on standard output (logs go to standard error)."""

import sys
import time


class Progress:
    """Shows the latest line at most every `seconds`, and never the same line twice in a row."""

    def __init__(self, seconds: float = 5.0) -> None:
        self._seconds = seconds
        self._shown_at = float("-inf")
        self._shown = ""

    def show(self, line: str, *, now: bool = False) -> None:
        """Show a line, unless one was shown just before; `now` shows it all the same."""
        moment = time.monotonic()
        if line == self._shown or (moment - self._shown_at < self._seconds and not now):
            return
        self._shown, self._shown_at = line, moment
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def duration(seconds: float) -> str:
    """A length of time in words.

    >>> duration(42), duration(600), duration(9000)
    ('42 s', '10 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
