"""Progress of long waits: occasional lines on standard output (logs go to standard error), or messages to a terminal.

A run that shows the progress of all its jobs names a file in the environment (CHANNEL). Jobs then append their messages
to it, a line of JSON each, so that the run can show them without two programs writing over each other.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Variable with the path of the file that takes the messages of jobs; not set where nobody reads them.
CHANNEL = "CLM_PROGRESS"

_job = ""


def name_job(name: str) -> None:
    """Name the job of this process in its messages about audio: model and folder, as `model/folder`."""
    global _job
    _job = name


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
        if not _send({"line": line}):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def audio(self, recording: str, done: float, total: float) -> None:
        """Tell how much of a long recording is transcribed, in seconds: as a message where they are read, else a line.

        Messages are small and read by a program, so there may be more of them than lines.
        """
        if not _send({"job": _job, "recording": recording, "done": round(done, 1)}):
            self.show(f"{recording}: {duration(done)} of {duration(total)} transcribed")


def finished_audio(recording: str, seconds: float) -> None:
    """Tell a run that a recording of this length is transcribed; nothing is shown where nobody reads it."""
    _send({"job": _job, "recording": recording, "done": round(seconds, 1)})


def _send(message: dict[str, Any]) -> bool:
    """Append a message to the channel; False if there is none."""
    path = os.environ.get(CHANNEL)
    if not path:
        return False
    line = json.dumps(message, ensure_ascii=False) + "\n"
    try:
        # One write of a small text at the end of a file is not torn apart by those of other jobs.
        with open(path, "ab", buffering=0) as file:  # noqa: PTH123 - Path.open reads the same, slower
            file.write(line.encode())
    except OSError:
        return False
    return True


class Channel:
    """The reading side: messages that have arrived since the last look. `close` removes the file."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"")
        self._read = 0
        os.environ[CHANNEL] = str(self.path)

    def messages(self) -> Iterator[dict[str, Any]]:
        """New messages; a line that is not whole yet is left for the next look."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except OSError:
            return
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                yield message

    def close(self) -> None:
        """Remove the file, and let jobs that still run print their lines."""
        os.environ.pop(CHANNEL, None)
        self.path.unlink(missing_ok=True)


def duration(seconds: float) -> str:
    """A length of time in words.

    >>> duration(42), duration(600), duration(9000)
    ('42 s', '10 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
