"""The record `models/<model>/training.json`: the outcome of a training, also where nothing was trained."""

from __future__ import annotations

import datetime
import logging
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm import __version__
from clm.base import files
from clm.base.errors import UserError, passing
from clm.base.text_files import read_text
from clm.normalization.profiles import number_of_words
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.results import models
from clm.results.models import ModelRecord
from clm.types import Engine, TrainingFailed, TrainingText

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingOutcome:
    """The outcome of a training.

    `retry` says that the next run tries again, `unfinished` that this run misses something because of it; `twin` is the
    older generation that the model would equal; `plan` is the digest of the plan that was carried out, `attempt` the
    number of the attempt; `made_from` is the digest of the phrases of a custom vocabulary, or of what a control is made
    from; `words` are those of the text that a model was trained from.
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
    words: int = 0

    @classmethod
    def of_error(cls, error: UserError) -> TrainingOutcome:
        """Outcome of a training that an error prevented; an error that may pass is tried again."""
        again = passing(error)
        reason = codes.told(error.message, error.hint)
        return cls(False, reason, retry=again.get("retry", False), unfinished=again.get("unfinished", False))


def write(path: Path, outcome: TrainingOutcome) -> None:
    """Write an outcome, without fields that do not apply."""
    data = {"model": outcome.model, "trained": outcome.trained, "reason": outcome.reason.as_json()}
    rest = {key: getattr(outcome, key) for key in ("twin", "retry", "unfinished", "plan", "made_from", "words")}
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


def count_words(text: TrainingText, language: str) -> dict[str, int]:
    """Words of each source; letters in languages without spaces, as when errors are counted."""
    return {name: number_of_words(read_text(path), language) for name, path in sorted(text.sources.items())}


def digest(text: TrainingText, engine: Engine) -> str:
    """Digest of everything that determines the model, whatever the source of the text; equal digests mean twins."""
    return files.digest({**text.content(), "settings": engine.training_settings(), "recipe": engine.recipe})


def carry_out(
    engine: Engine, text: TrainingText, directory: Path, language: str, *, made_from: str = ""
) -> ModelRecord:
    """Train a model into `directory`, model.json last, and return that; a training that failed for good is one, too.

    Raises:
        UserError: the text cannot be used; a `PassingError` where the next run may succeed.

    """
    own = f"{models.UNFINISHED}{time.time_ns():020}-"
    failure = ""
    details: dict[str, Any] = {}
    try:
        with tempfile.TemporaryDirectory(dir=directory, prefix=own) as name:
            details = engine.train(text, Path(name))
            for path in Path(name).iterdir():
                path.replace(directory / path.name)
    except TrainingFailed as error:
        log.error("%s", error)
        failure = str(error)
    words = count_words(text, language)
    record = ModelRecord(
        model=directory.name,
        engine=engine.name,
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        digest=digest(text, engine),
        recipe=engine.recipe,
        made_from=made_from,
        versions={"clm-proof": __version__, **engine.versions()},
        corpus_words=sum(words.values()),
        sources=words,
        details={key: value for key, value in details.items() if key != "equals_stock"},
        failed=failure,
        equals_stock=bool(details.get("equals_stock")),
    )
    models.write_record(directory / "model.json", record)
    models.clear(directory, before=own)
    return record
