"""Custom vocabularies at Amazon: made once from a table of phrases, adopted for every later request with it."""

from __future__ import annotations

from typing import Any

from clm.aws.clients import Aws, code_of, explain, is_busy
from clm.aws.rate_limits import Patience
from clm.aws.s3 import Uploader
from clm.base import files
from clm.base.errors import PassingError
from clm.base.progress import Progress
from clm.base.redaction import scrub
from clm.engines.transcribe.artifacts import encryption, may_pass
from clm.engines.transcribe.transcribe_settings import NAME_PREFIX, TranscribeSettings
from clm.types import TrainingFailed


class VocabularyMaker:
    """Creation of one vocabulary, or adoption of an existing one."""

    def __init__(self, aws: Aws, settings: TranscribeSettings, progress: Progress | None = None) -> None:
        self._aws = aws
        self._settings = settings
        self._patience = Patience(settings.poll_seconds, settings.patience_hours, progress)

    def make(self, table: str, *, retry: bool = False) -> dict[str, Any]:
        """Make a vocabulary from the text of its table; return the details for model.json.

        With `retry`, a vocabulary that failed is made again under another name.

        Raises:
            UserError: Amazon does not accept it; a `PassingError` if another run may succeed.
            TrainingFailed: Amazon says so, for good.

        """
        settings = self._settings
        content = files.digest({"table": table, "language": settings.language})
        name = f"{NAME_PREFIX}{settings.language.lower()}-vocabulary-{content[:20]}"
        found = self._find(name)
        for attempt in range(2, 100):
            if not (found and found["VocabularyState"] == "FAILED" and (retry or may_pass(found))):
                break
            name = f"{NAME_PREFIX}{settings.language.lower()}-vocabulary-{content[:20]}-r{attempt}"
            found = self._find(name)
        if found is None:
            self._create(name, table, content)
            found = self._find(name)
        while found is None or found["VocabularyState"] == "PENDING":
            self._patience.pause(f"Amazon is making the vocabulary {name}")
            found = self._find(name)
        if found["VocabularyState"] == "FAILED":
            reason = scrub(found.get("FailureReason") or "Amazon gave no reason")
            if may_pass(found):
                raise PassingError(
                    f"Amazon could not make the vocabulary {name}: {reason}",
                    "scripts/doctor.py checks region and permissions; the next run makes it once more, under another "
                    "name (scripts/clean.py --only vocabularies deletes what failed)",
                )
            raise TrainingFailed(f"Amazon could not make the vocabulary {name}: {reason}")
        return {"vocabulary": name, "language": settings.language}

    def _find(self, name: str) -> dict[str, Any] | None:
        try:
            return self._aws.transcribe.get_vocabulary(VocabularyName=name)
        except Exception as error:
            if code_of(error) in ("NotFoundException", "BadRequestException"):
                return None
            raise explain(error, f"looking at vocabulary {name}", "transcribe") from error

    def _create(self, name: str, table: str, content: str) -> None:
        place = self._settings.vocabulary(name)
        try:
            Uploader(self._aws.s3, self._settings.kms_key).put(table.encode("utf-8"), place)
        except Exception as error:
            raise explain(error, f"uploading {place}", "s3") from error
        try:
            self._aws.impatient.create_vocabulary(
                VocabularyName=name,
                LanguageCode=self._settings.language,
                VocabularyFileUri=str(place),
                Tags=self._settings.tag_list(content),
                **encryption(self._aws, "CreateVocabulary", self._settings),
            )
        except Exception as error:
            if code_of(error) == "ConflictException":  # it was accepted although its answer was lost
                return
            if is_busy(error):
                raise PassingError(
                    f"Amazon makes no more vocabularies now ({code_of(error)}): too many, or too many at once",
                    "run again later; scripts/clean.py --only vocabularies shows which could go",
                ) from error
            raise explain(error, f"creating vocabulary {name}", "transcribe") from error
