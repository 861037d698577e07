"""Faults to order: of single requests by their operation, and of jobs, models and vocabularies by their names."""

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass
class Fault:
    r"""What goes wrong with requests whose operation matches.

    An operation is named like `Transcribe.StartTranscriptionJob` or `S3.GET /bucket/key`; the pattern may match
    anywhere in it. Of the matching requests the first `after` are left alone, then each `every`-th is hit until
    `first` were hit. A hit waits `delay` real seconds, then answers the error `code`, or breaks the connection:
    `reset` before any answer, `truncate` in the middle of the body.

    With `applied`, a request takes effect before its answer is lost; a truncated one always does.
    """

    operation: str
    every: int = 1
    first: int | None = None
    after: int = 0
    delay: float = 0.0
    code: str = ""
    status: int | None = None
    message: str = "injected fault"
    reset: bool = False
    truncate: bool = False
    applied: bool = False
    seen: int = field(default=0, init=False)
    hits: int = field(default=0, init=False)

    def strikes(self, operation: str) -> bool:
        """Whether this request is hit; counts it."""
        if not re.search(self.operation, operation):
            return False
        self.seen += 1
        late = self.seen - self.after
        if late <= 0 or late % self.every or (self.first is not None and self.hits >= self.first):
            return False
        self.hits += 1
        return True


@dataclass
class Failure:
    """Jobs, models or vocabularies whose name matches end as FAILED, for this reason."""

    fail: Literal["job", "model", "vocabulary"]
    name: str
    reason: str = "injected failure"


class Faults:
    """The rules in force; the first fault that strikes a request is the one it gets."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.failures: list[Failure] = []
        self.injected: Counter[str] = Counter()

    def add(self, operation: str, **details: Any) -> Fault:
        """Add a fault, see `Fault`; the returned rule counts its hits."""
        fault = Fault(operation, **details)
        self.faults.append(fault)
        return fault

    def fail(self, kind: Literal["job", "model", "vocabulary"], name: str, reason: str = "injected failure") -> None:
        """Let jobs, models or vocabularies fail whose name matches the pattern."""
        self.failures.append(Failure(kind, name, reason))

    def clear(self) -> None:
        """Back to a service without faults."""
        self.faults.clear()
        self.failures.clear()

    def load(self, rules: list[dict[str, Any]]) -> None:
        """Replace all rules by these: fields of `Fault`, or of `Failure`."""
        failures = [Failure(**rule) for rule in rules if "fail" in rule]
        faults = [Fault(**rule) for rule in rules if "fail" not in rule]
        self.faults, self.failures = faults, failures

    def dump(self) -> list[dict[str, Any]]:
        """All rules, with the hits of each fault."""
        return [dataclasses.asdict(rule) for rule in (*self.faults, *self.failures)]

    def strike(self, operation: str) -> Fault | None:
        """The fault that hits this request, if any."""
        fault = next((fault for fault in self.faults if fault.strikes(operation)), None)
        if fault:
            self.injected[operation.split(" ")[0]] += 1
        return fault

    def failure(self, kind: str, name: str) -> str:
        """Why this job, model or vocabulary fails by order; "" if it does not."""
        matching = (rule.reason for rule in self.failures if rule.fail == kind and re.search(rule.name, name))
        return next(matching, "")
