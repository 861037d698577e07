"""Refused starts: the cause, recording or account, and the order of starts that reveals it."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

#: Jobs that are refused as bad before any was accepted, all with one message: the cause is not in the recordings.
SAMPLE = 10
#: Refusals in a row, none of our jobs running meanwhile, after which no more is tried.
MOST_IN_A_ROW = 12
#: Refusals of a recording, each followed at once by an accepted one, after which it alone is given up.
MOST_ALONE = 3


def spread(items: Sequence[T], parts: int = SAMPLE) -> list[T]:
    """The items in an order whose first `parts` are from all over; the beginning is random.

    >>> sorted(spread(range(7), 3)) == list(range(7))
    True
    """
    if not items:
        return []
    stride = -(-len(items) // parts)
    first = random.randrange(stride)
    return [items[at] for turn in range(stride) for at in range((first + turn) % stride, len(items), stride)]


class Refusals:
    """Jobs that Amazon refused to start, and conclusions from them.

    LimitExceededException has two meanings in botocore's model, "too many requests" and "your input file is too long".
    So the next recording is tried at once: where that one is accepted, the first alone is to blame.
    """

    def __init__(self) -> None:
        self.accepted = 0
        self._in_a_row = 0
        self._exhausted = False
        self._suspect = ""
        self._alone: Counter[str] = Counter()
        self._limited: set[str] = set()
        self._bad: list[str] = []

    def accept(self) -> None:
        """Note that a job was started."""
        self.accepted += 1
        self._in_a_row = 0
        self._exhausted = False
        if self._suspect:
            self._alone[self._suspect] += 1
            self._suspect = ""

    def busy(self) -> None:
        """Note that Amazon is busy."""
        self._in_a_row += 1
        self._suspect = ""

    def limit(self, name: str, others: int) -> bool:
        """Note a job refused for a limit; return True if one of the `others` is to be tried without a pause."""
        self._in_a_row += 1
        self._limited.add(name)
        self._suspect = name if others and not self._suspect else ""
        return bool(self._suspect)

    def is_to_blame(self, name: str) -> bool:
        """True if a job is refused repeatedly while others are accepted."""
        return self._alone[name] >= MOST_ALONE

    def is_limited(self, name: str) -> bool:
        """True if a job was refused for a limit."""
        return name in self._limited

    @property
    def too_many(self) -> bool:
        """True if nothing was accepted for so long that waiting is useless."""
        return self._in_a_row > MOST_IN_A_ROW

    def start_over(self) -> bool:
        """Try with other jobs after `too_many`; return True if that was tried before without success."""
        again, self._exhausted, self._in_a_row = self._exhausted, True, 0
        return again

    def bad(self, name: str, message: str) -> bool:
        """Note a job refused as bad; return True if every job is."""
        # Names, addresses and numbers differ between messages that say the same.
        self._bad.append(re.sub(r"s3://\S+|[\w.-]*\d[\w.-]*", "", message.replace(name, "")))
        return not self.accepted and len(self._bad) >= SAMPLE and len(set(self._bad)) == 1
