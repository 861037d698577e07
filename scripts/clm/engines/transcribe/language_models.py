"""Custom language models at Amazon: made once from a text, adopted for every later request with the same text."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clm.aws.clients import Aws, code_of, explain, is_busy
from clm.aws.rate_limits import Patience, Tolerance
from clm.aws.s3 import Uploader, listing
from clm.base import files
from clm.base.errors import NotSetUpError, PassingError, UserError
from clm.base.messages import some
from clm.base.progress import Progress, duration
from clm.base.redaction import scrub
from clm.base.s3_path import S3Path
from clm.engines.transcribe.artifacts import encryption, may_pass
from clm.engines.transcribe.base_models import choose_base
from clm.engines.transcribe.inventory import explained, language_models
from clm.engines.transcribe.transcribe_settings import CLM_LANGUAGES, NAME_PREFIX, TranscribeSettings
from clm.types import TrainingFailed, TrainingText

log = logging.getLogger(__name__)

#: Shorter lines ("Thank you.") may be in both texts.
_SHORTEST_SENTENCE = 4
MOST_BYTES, MOST_TUNING_BYTES = 2 << 30, 200 << 20
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|<\?xml")
#: Pause between checks of a training, as a multiple of that for jobs: it takes hours.
_SLOWER = 3


def check_language(language: str) -> None:
    """Refuse a language that Amazon trains no CLMs for.

    Raises:
        UserError: names the available languages.

    """
    if language not in CLM_LANGUAGES:
        raise UserError(
            f"config: language: Amazon trains no custom language models for {language}",
            f"it does for {', '.join(CLM_LANGUAGES)}; for other languages try transcribe.vocabulary: true",
        )


def check_text(path: Path) -> bool:
    """Refuse a text that Amazon would refuse; return True if it has any word.

    Raises:
        UserError: names the file and the line.

    """
    words = False
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UserError(
                f"{path}, line {number}: not UTF-8 (byte {error.start} of the line)", "save the text as UTF-8"
            ) from error
        if match := _MARKUP.search(text):
            raise UserError(
                f"{path}, line {number}: markup ({match[0][:40]!r}); Amazon wants plain text", "take the markup out"
            )
        words = words or any(map(str.isalpha, text))
    return words


def check_overlap(text: TrainingText) -> None:
    """Refuse tuning text that is in the training text, too: training text cannot show a model's weight.

    Raises:
        UserError: names the lines of both.

    """
    if text.tuning is None:
        return
    wanted = {
        line.strip().lower(): number for number, line in _lines(text.tuning) if len(line.split()) >= _SHORTEST_SENTENCE
    }
    shared = [
        f"line {wanted[line.strip().lower()]} is line {number} of {path.name}"
        for path in text.sources.values()
        for number, line in _lines(path)
        if line.strip().lower() in wanted
    ]
    if shared:
        raise UserError(
            f"{text.tuning}: {len(shared)} lines of the tuning text are in the training text, too: {some(shared)}",
            "take them out of one of the two",
        )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    yield from enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


class Trainer:
    """Creation of one model, or adoption of an existing one; a killed process loses only time."""

    def __init__(self, aws: Aws, settings: TranscribeSettings, progress: Progress | None = None) -> None:
        self._aws = aws
        self._settings = settings
        self._patience = Patience(settings.poll_seconds * _SLOWER, settings.patience_hours, progress)

    def train(self, text: TrainingText, *, retry: bool = False) -> dict[str, Any]:
        """Train a model from a text; return the details for model.json.

        With `retry`, a model that failed is made again under another name.

        Raises:
            UserError: text, language, sample rates or settings do not allow it; a `PassingError` if another run may.
            TrainingFailed: Amazon says so, for good.

        """
        settings = self._settings
        check_language(settings.language)
        if not settings.role_arn:
            raise NotSetUpError(
                "transcribe.role_arn is not set: Amazon needs a role in which it may read the training text",
                "docs/aws.md shows how to make one; keywords: null works without a CLM",
            )
        base = choose_base(text.sample_rates, settings.base_model)
        self._check_size(text)
        content = files.digest({**text.content(), "language": settings.language, "base": base})
        name = f"{NAME_PREFIX}{settings.language.lower()}-{content[:20]}"
        model = self._find(name)
        for attempt in range(2, 100):
            if not (model and model["ModelStatus"] == "FAILED" and (retry or may_pass(model))):
                break
            name = f"{NAME_PREFIX}{settings.language.lower()}-{content[:20]}-r{attempt}"
            model = self._find(name)
        if model is None:
            self._upload(text, name)
            model = self._create(name, base, content, tuning=text.tuning is not None)
        model = self._wait(name, base, model)
        if model["ModelStatus"] == "FAILED":
            reason = scrub(model.get("FailureReason") or "Amazon gave no reason")
            if may_pass(model):
                raise PassingError(
                    f"Amazon could not train {name}: {reason}",
                    "scripts/doctor.py checks role, region and permissions; the next run trains it once more, under "
                    "another name (scripts/clean.py --only models deletes what failed)",
                )
            raise TrainingFailed(f"Amazon could not train {name}: {reason}")
        return {"amazon_model": name, "base_model": base, "language": settings.language}

    def _check_size(self, text: TrainingText) -> None:
        size = sum(path.stat().st_size for path in text.sources.values())
        have_words = [check_text(path) for path in text.sources.values()]
        if not any(have_words):
            raise UserError("the training text has no words", "add articles, keywords or training_data")
        if size > MOST_BYTES:
            raise UserError(f"the training text has {size} bytes; Amazon takes {MOST_BYTES}", "shorten training_data")
        if text.tuning is not None:
            check_text(text.tuning)
            check_overlap(text)
            if text.tuning.stat().st_size > MOST_TUNING_BYTES:
                raise UserError(
                    f"the tuning text has more than the {MOST_TUNING_BYTES} bytes that Amazon takes",
                    "shorten tuning_data",
                )

    def _find(self, name: str) -> dict[str, Any] | None:
        """The model of this name at Amazon, or None."""
        try:
            return self._aws.transcribe.describe_language_model(ModelName=name)["LanguageModel"]
        except Exception as error:
            if code_of(error) in ("NotFoundException", "BadRequestException"):
                return None
            raise explain(error, f"looking at model {name}", "transcribe") from error

    def _upload(self, text: TrainingText, name: str) -> None:
        """Put the text where Amazon reads it, in place of that of an earlier attempt."""
        uploader = Uploader(self._aws.s3, self._settings.kms_key)
        places = [(path, self._settings.training(name), f"{source}.txt") for source, path in text.sources.items()]
        if text.tuning is not None:
            places.append((text.tuning, self._settings.tuning(name), "tuning_data.txt"))
        try:
            for path, folder, file in places:
                uploader.put_file(path, S3Path(folder.bucket, folder.folder + file))
            there = {entry.path.name for entry in listing(self._aws.s3, self._settings.training(name))}
        except Exception as error:
            raise explain(error, f"uploading the training text of {name}", "s3") from error
        if extra := there - {f"{source}.txt" for source in text.sources}:
            raise UserError(
                f"{self._settings.training(name)} holds other files, which Amazon would train from: "
                f"{some(sorted(extra))}",
                "delete them",
            )

    def _create(self, name: str, base: str, content: str, *, tuning: bool) -> dict[str, Any]:
        """Ask Amazon for the model; waits while too many are in training."""
        settings = self._settings
        data = {"S3Uri": f"{settings.training(name)}/", "DataAccessRoleArn": settings.role_arn}
        if tuning:
            data["TuningDataS3Uri"] = f"{settings.tuning(name)}/"
        wanted = {
            "ModelName": name,
            "LanguageCode": settings.language,
            "BaseModelName": base,
            "InputDataConfig": data,
            "Tags": settings.tag_list(content),
            **encryption(self._aws, "CreateLanguageModel", settings),
        }
        while True:
            try:
                self._aws.impatient.create_language_model(**wanted)
            except Exception as error:
                if code_of(error) == "ConflictException":  # it was accepted although its answer was lost
                    break
                trouble = explain(error, f"creating model {name}", "transcribe")
                if code_of(error) == "BadRequestException":  # the text was checked: it is role, bucket or region
                    raise PassingError(trouble.message, trouble.hint) from error
                if not is_busy(error):
                    raise trouble from error
                self._check_quota()
                self._patience.pause(f"{name}: waiting, as Amazon trains no more models at once")
                continue
            break
        return self._find(name) or {"ModelStatus": "IN_PROGRESS", "LanguageCode": settings.language}

    def _check_quota(self) -> None:
        """Stop where the account is full; only a person can decide which model goes."""
        models = explained(language_models(self._aws.transcribe), "listing language models")
        if len(models) >= self._settings.limits["models"]:
            ours = sorted(
                (model for model in models if model["ModelName"].startswith(NAME_PREFIX)),
                key=lambda model: model["CreateTime"],
            )
            names = some([model["ModelName"] for model in ours]) or "none"
            raise PassingError(
                f"the account holds {len(models)} custom language models, as many as it may; ours, oldest first: "
                f"{names}",
                "scripts/clean.py --only models shows which could go; or ask Amazon for more (Service Quotas)",
            )

    def _wait(self, name: str, base: str, model: dict[str, Any]) -> dict[str, Any]:
        """Wait until the model is COMPLETED or FAILED."""
        began, tolerance = time.monotonic(), Tolerance(self._settings.poll_seconds)
        while True:
            found = (model.get("LanguageCode"), model.get("BaseModelName", base))
            uri = model.get("InputDataConfig", {}).get("S3Uri", name)
            if found != (self._settings.language, base) or name not in uri:
                raise UserError(
                    f"the name of the model, {name}, is taken by a different one ({found[0]}, {found[1]}, {uri})",
                    "delete that model in the account, then run again",
                )
            if model["ModelStatus"] in ("COMPLETED", "FAILED"):
                return model
            self._patience.pause(
                f"Amazon is training {name}, for {duration(time.monotonic() - began)} so far; it takes hours"
            )
            try:
                again = self._find(name)
            except UserError as error:
                tolerance.bear(error)
                continue
            tolerance.calm()
            if again is None:
                raise PassingError(f"the model {name} disappeared during its training", "run again")
            model = again
