"""Rates of calls and of repeated calls: below Amazon's limits, and not all at the same moment."""

import logging
import random
import time

from clm.aws.clients import RefusedError
from clm.base.errors import PassingError, UserError
from clm.base.progress import Progress

log = logging.getLogger(__name__)


class Limiter:
    """Limit on the number of calls in a second."""

    def __init__(self, per_second: float) -> None:
        self._pause = 1.0 / per_second
        self._next = 0.0

    def ready(self) -> bool:
        """True if a call may go now; if so, it counts."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = max(self._next, now - self._pause) + self._pause
        return True

    def wait(self) -> None:
        """Wait until a call may go."""
        while not self.ready():
            time.sleep(max(0.0, min(self._next - time.monotonic(), self._pause)))


class Pauses:
    """Pauses that grow from `first` to six times as long, with a tenth of jitter; `reset` starts again from `first`."""

    GROWTH, LONGEST, JITTER = 1.3, 6.0, 0.1

    def __init__(self, first: float) -> None:
        self._first = first
        self._factor = 1.0

    def next(self) -> float:
        """Seconds to wait now."""
        pause = self._first * self._factor * random.uniform(1 - self.JITTER, 1 + self.JITTER)
        self._factor = min(self.LONGEST, self._factor * self.GROWTH)
        return pause

    def reset(self) -> None:
        """Shorten the pauses again because something happened."""
        self._factor = 1.0


class Patience:
    """Long wait with progress lines, limited by the patience that the settings allow."""

    def __init__(self, first_pause: float, hours: float, progress: Progress | None = None) -> None:
        self._pauses = Pauses(first_pause)
        self._hours = hours
        self._deadline = time.monotonic() + hours * 3600
        self._progress = progress or Progress(60.0)

    def pause(self, line: str) -> None:
        """Wait a while; `line` says for what.

        Raises:
            PassingError: it took too long.

        """
        if time.monotonic() > self._deadline:
            raise PassingError(
                f"{line} (longer than patience_hours: {self._hours:g})",
                "run again later: it continues at Amazon, and nothing is paid twice",
            )
        self._progress.show(line)
        time.sleep(self._pauses.next())


class Tolerance:
    """Tolerance for passing errors during a long wait; boto3's own retries end within seconds."""

    MOST_SECONDS = 900.0

    def __init__(self, first_pause: float) -> None:
        self._pauses = Pauses(first_pause)
        self._since: float | None = None

    def calm(self) -> None:
        """A call succeeded."""
        self._since = None
        self._pauses.reset()

    def bear(self, *errors: UserError) -> None:
        """Wait a while because of errors that came together, if there are any.

        Raises:
            UserError: one of them cannot pass, or errors went on for too long.

        """
        if not errors:
            return
        now = time.monotonic()
        self._since = self._since or now
        for error in errors:
            if isinstance(error, RefusedError) or not isinstance(error, PassingError):
                raise error
        if now - self._since > self.MOST_SECONDS:
            raise errors[0]
        log.warning("%s; trying again", errors[0].message)
        time.sleep(self._pauses.next())
