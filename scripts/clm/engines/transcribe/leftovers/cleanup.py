"""Deletion of our items in the account and in the bucket, and of nothing else or outside the prefix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from clm.aws.clients import Aws, explain
from clm.base.errors import UserError
from clm.base.s3_path import S3Path
from clm.engines.transcribe.leftovers.holdings import (
    CHAMPION,
    IN_USE,
    JOBS,
    MODELS,
    PARTS,
    TRANSCRIPTS,
    UPLOADS,
    VOCABULARIES,
    Item,
)
from clm.engines.transcribe.transcribe_settings import TranscribeSettings

#: Kinds that the next run makes again for free. Jobs and transcripts were paid for, and models took hours.
SAFE = (VOCABULARIES, UPLOADS, PARTS)


def choose(items: Iterable[Item], kinds: Iterable[str], *, in_use: bool) -> list[Item]:
    """The items with a reason to keep those of other kinds; with `in_use`, what is in use may go, too."""
    chosen = []
    for item in items:
        keep = "" if in_use and item.keep.startswith(IN_USE) else item.keep
        chosen.append(replace(item, keep=keep or ("" if item.kind in kinds else f"--only {item.kind} deletes it")))
    return chosen


def could_go(models: Iterable[Item]) -> list[str]:
    """Names of the models that could go, the best candidates first: failed, unused, then the oldest in use.

    Neither a champion nor a model in the making is among them.
    """
    candidates = [
        model
        for model in models
        if (not model.keep or model.keep.startswith(IN_USE)) and not model.keep.endswith(CHAMPION)
    ]
    candidates.sort(key=lambda model: (model.state != "FAILED", bool(model.keep), model.created, model.name))
    return [model.name for model in candidates]


class Cleaner:
    """Deletion of listed items."""

    def __init__(self, aws: Aws, settings: TranscribeSettings) -> None:
        self._aws = aws
        self._settings = settings

    def delete(self, items: Iterable[Item]) -> Iterator[tuple[Item, str]]:
        """Delete listed items; yield each with an error message, "" on success."""
        transcribe, s3 = self._aws.transcribe, self._aws.s3
        calls: dict[str, Callable[[Item], Any]] = {
            JOBS: lambda item: transcribe.delete_transcription_job(TranscriptionJobName=item.name),
            MODELS: lambda item: transcribe.delete_language_model(ModelName=item.name),
            VOCABULARIES: lambda item: transcribe.delete_vocabulary(VocabularyName=item.name),
            TRANSCRIPTS: lambda item: s3.delete_object(**self._place(item)),
            UPLOADS: lambda item: s3.delete_object(**self._place(item)),
            PARTS: lambda item: s3.abort_multipart_upload(**self._place(item), UploadId=item.upload),
        }
        for item in items:
            trouble = ""
            try:
                calls[item.kind](item)
            except Exception as error:
                service = "s3" if item.kind in (TRANSCRIPTS, UPLOADS, PARTS) else "transcribe"
                trouble = str(explain(error, f"deleting {item.name}", service))
            yield item, trouble

    def _place(self, item: Item) -> dict[str, str]:
        """Bucket and key, checked again to be ours to delete."""
        place = S3Path.parse(item.name)
        if place.bucket != self._settings.bucket or not place.key.startswith(self._settings.root.folder):
            raise UserError(f"{item.name} is outside of {self._settings.root}", "nothing there is ever deleted")
        return {"Bucket": place.bucket, "Key": place.key}
