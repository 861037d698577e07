"""Amazon Transcribe as an engine: the stock model, custom language models and custom vocabularies, through boto3.

model.json names a model's counterpart at Amazon: `amazon_model` names a CLM, `vocabulary` a custom vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm.aws.clients import Aws
from clm.base.errors import UserError
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.results import models
from clm.settings import Settings
from clm.types import Estimate, Model, Outcome, Phrase, Recording, TrainingText, Vocabulary, result_key

if TYPE_CHECKING:
    from clm.engines.transcribe.jobs import Helper

_LANGUAGE = re.compile(r"[a-z]{2,3}-[A-Z]{2}")


def create(settings: Settings) -> Transcribe:
    """Create the engine.

    Raises:
        UserError: language or bucket cannot be right.

    """
    if not _LANGUAGE.fullmatch(settings.language):
        raise UserError(f"config: language: {settings.language!r} is not a language code", "such as en-US")
    section = TranscribeSettings.of(settings)
    for name in section.models:
        if models.is_own(f"{Transcribe.name}-{name}"):
            raise UserError(
                f"config: transcribe.models: {name!r} would be named like a generation of ours",
                "give the model another name in the account, or take it out of the list",
            )
    return Transcribe(section, Path(settings.results), retry_failed=settings.retry_failed)


class Transcribe:
    """Amazon Transcribe; see `clm.types.Engine`. `share` is the part of the account's quotas to be used."""

    name = "transcribe"
    submits = True
    model_files: tuple[str, ...] = ()
    recipe = 1

    def __init__(
        self, settings: TranscribeSettings, results: Path, *, retry_failed: bool = False, share: float = 1.0
    ) -> None:
        self.settings = settings
        self.share = share
        self._results = results
        self._retry_failed = retry_failed

    @cached_property
    def aws(self) -> Aws:
        """The account."""
        return self.settings.connect()

    def versions(self) -> dict[str, str]:
        """The client's version; Amazon does not publish those of its models."""
        from importlib import metadata

        return {"boto3": metadata.version("boto3"), "service": "Amazon Transcribe 2017-10-26"}

    def transcription_settings(self) -> dict[str, Any]:
        """The language, and whether channels are separate; the places of audio and results do not matter."""
        channels = {"channels": True} if self.settings.channels else {}
        return {"language": self.settings.language, **channels}

    def training_settings(self) -> dict[str, Any]:
        """Language and base model."""
        return {"language": self.settings.language, "base_model": self.settings.base_model}

    def transcribe(self, recordings: Iterable[Recording], model: Model) -> Iterator[tuple[Recording, Outcome]]:
        """Start new jobs, adopt existing ones, and wait for all; recordings come as they finish."""
        recordings = list(recordings)
        if not recordings:
            return
        # Imported here: programs that only read the store must not pay for them.
        from clm.engines.transcribe.batches.batch import Batch
        from clm.engines.transcribe.jobs import Records, Task

        helper = self._helper(model)
        tasks: dict[str, list[Recording]] = {}
        for recording in recordings:
            if recording.flaw:
                yield recording, recording.flaw  # nobody pays for a job that must fail
                continue
            tasks.setdefault(result_key(self.transcription_settings(), recording, model), []).append(recording)
        records, claims = Records(self._results / "store" / self.name), self._results / ".uploads.lock"
        batch = Batch(self.aws, self.settings, records, claims, share=self.share)
        for task, outcome in batch.run(Task(same[0], key, helper) for key, same in tasks.items()):
            for recording in tasks[task.key]:  # the same audio in two folders is one job
                yield recording, outcome

    def train(self, text: TrainingText, directory: Path) -> dict[str, Any]:
        """Let Amazon train a CLM; nothing is written to `directory`."""
        from clm.engines.transcribe.language_models import Trainer

        del directory
        return Trainer(self.aws, self.settings).train(text, retry=self._retry_failed)

    def vocabulary(self, phrases: Iterable[Phrase]) -> Vocabulary:
        """The table of a custom vocabulary."""
        from clm.engines.transcribe.phrases.phrase_table import build

        return build(phrases, self.settings.language)

    def make_vocabulary(self, vocabulary: Vocabulary, directory: Path) -> dict[str, Any]:
        """Let Amazon make a custom vocabulary; nothing is written to `directory`."""
        from clm.engines.transcribe.phrases.custom_vocabulary import VocabularyMaker

        del directory
        return VocabularyMaker(self.aws, self.settings).make(vocabulary.text, retry=self._retry_failed)

    def estimate(self, lengths: Iterable[float], model: str) -> Estimate:
        """The price by the table in the configuration; every job costs at least the minimum."""
        from clm.engines.transcribe import prices

        table = self.settings.prices
        billed = sum(max(seconds, table["least_seconds"]) for seconds in lengths) / 60
        stock = model == self.name or models.number(model, "vocabulary")
        rows = prices.tiers(table, self.settings.region)
        return Estimate(prices.dollars(rows, table["month_minutes"], billed, clm=not stock), cpu_seconds=0.0)

    def _helper(self, model: Model) -> Helper:
        """Additions of jobs with this model to the stock model.

        Raises:
            UserError: the model is for another language, and Amazon would silently ignore it.

        """
        from clm.engines.transcribe.jobs import Helper
        from clm.engines.transcribe.language_models import check_language

        if model.directory is None:
            return Helper("stock")
        about = models.read_record(model.directory / "model.json").details
        language = about.get("language", self.settings.language)
        if language != self.settings.language:
            raise UserError(
                f"{model.name} is a model for {language}, but language is {self.settings.language}: Amazon would "
                "silently not use it",
                "correct language, or use another results folder: --config results=...",
            )
        vocabulary, name = about.get("vocabulary"), about.get("amazon_model")
        if not name:
            return Helper("vocabulary", vocabulary=vocabulary)
        check_language(language)
        slug = "clm-vocabulary" if vocabulary else "clm" if models.is_own(model.name) else name
        return Helper(slug, language_model=name, vocabulary=vocabulary)
