"""The record `models/<model>/training.json`: the outcome of a training, also where nothing was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.errors import UserError, passing
from clm.reasons import codes
from clm.reasons.codes import Reason


@dataclass(frozen=True)
class TrainingOutcome:
    """The outcome of a training.

    `retry` says that the next run tries again, `unfinished` that this run misses something because of it; `twin` is the
    older generation that the model would equal; `plan` is the digest of the plan that was carried out, `attempt` the
    number of the attempt; `made_from` is the digest of the phrases of a custom vocabulary.
    """

    trained: bool
    reason: Reason
    model: str = ""
    twin: str = ""
    retry: bool = False
    unfinished: bool = False
    attempt: int = 0
    plan: str = ""
    made_from: str = ""

    @classmethod
    def of_error(cls, error: UserError) -> TrainingOutcome:
        """Outcome of a training that an error prevented; an error that may pass is tried again."""
        again = passing(error)
        reason = codes.told(error.message, error.hint)
        return cls(False, reason, retry=again.get("retry", False), unfinished=again.get("unfinished", False))


def write(path: Path, outcome: TrainingOutcome) -> None:
    """Write an outcome, without fields that do not apply."""
    data = {"model": outcome.model, "trained": outcome.trained, "reason": outcome.reason.as_json()}
    rest = {key: getattr(outcome, key) for key in ("twin", "retry", "unfinished", "plan", "made_from")}
    more = {key: value for key, value in rest.items() if value}
    files.write_json(path, {**data, **more, "attempt": outcome.attempt}, number=files.CODES_FORMAT)


def read(path: Path) -> TrainingOutcome:
    """Read an outcome.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    data: Mapping[str, Any] = files.read_json(path)
    known = {key: value for key, value in data.items() if key in TrainingOutcome.__dataclass_fields__}
    reason = codes.read(data.get("reason", ""), data.get("hint", ""))
    return TrainingOutcome(**{"trained": False, **known, "reason": reason})


def read_if_there(path: Path) -> TrainingOutcome | None:
    """An outcome, or None if there is no such file."""
    return read(path) if path.exists() else None
