"""The service's clock: real time, stretched, and moved on request."""

import time


class Clock:
    """Runs `scale` times as fast as real time; with scale 0 it stands still until it is moved."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._base = time.time()
        self._since = time.monotonic()

    @property
    def scale(self) -> float:
        """Seconds of this clock in one real second."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        self._base, self._since = self.now(), time.monotonic()
        self._scale = scale

    def now(self) -> float:
        """Seconds since the epoch, by this clock."""
        return self._base + (time.monotonic() - self._since) * self._scale

    def move(self, seconds: float) -> None:
        """Let this much time pass at once."""
        self._base += seconds
