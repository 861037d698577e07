"""The record `summaries/<model>.json`: a model's scores over all folders, and facts about the model."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clm.base import files
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.results import controls, models, plans
from clm.results.controls import Procedure
from clm.results.models import ModelRecord
from clm.results.plans import Plan
from clm.scoring import folder_score
from clm.scoring.folder_score import FolderScore, RecordingScore
from clm.scoring.word_metrics import Found


@dataclass(frozen=True)
class FolderSummary:
    """The scores of a folder, without alignments.

    `failures` are the reasons of recordings that failed for good; `seconds` is the length of the audio, `made` are the
    days on which the transcripts were made, `normalizer` is what made the texts comparable.
    """

    recordings: Mapping[str, RecordingScore] = field(default_factory=dict)
    failures: Mapping[str, Reason] = field(default_factory=dict)
    seconds: float | None = None
    made: tuple[str, ...] = ()
    normalizer: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, score: FolderScore) -> "FolderSummary":
        """The part of a folder's scores that the leaderboard and healing need."""
        recordings = {name: replace(recording, alignment=()) for name, recording in score.recordings.items()}
        return cls(recordings, score.failures, score.seconds, score.made, score.normalizer)


@dataclass(frozen=True)
class Summary:
    """A model's scores by folder.

    The file holds `model` and `folders`. `describe` adds what model.json and plan.json say: `engine`, `created` (may be
    empty), `corpus_words`, `procedure` (by which a generation finds its control), `learned_folders` (whose missed words
    the model learned from) and `failure`, if the model failed as a whole; `keywords` are the counts of every recording
    by folder, from the diagnosis.
    """

    model: str
    folders: Mapping[str, FolderSummary] = field(default_factory=dict)
    engine: str = ""
    created: str = ""
    corpus_words: int | None = None
    learned_folders: Sequence[str] = ()
    failure: Reason | None = None
    procedure: Procedure | None = None
    keywords: Mapping[str, Mapping[str, Found]] = field(default_factory=dict)


def write(path: Path, summary: Summary) -> None:
    """Write a model's summary."""
    folders = {
        name: {
            "recordings": {key: folder_score.recording_as_json(score) for key, score in part.recordings.items()},
            "failures": folder_score.failures_as_json(part.failures),
            "seconds": part.seconds,
            "made": list(part.made),
            "normalizer": part.normalizer,
        }
        for name, part in summary.folders.items()
    }
    files.write_json(path, {"model": summary.model, "folders": folders}, indent=None, number=files.CODES_FORMAT)


def read(path: Path) -> Summary:
    """Read a model's summary.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    return from_json({"model": path.stem, **files.read_json(path)})


def from_json(data: Mapping[str, Any]) -> Summary:
    """A summary from what its file holds."""
    return Summary(data["model"], {name: _folder(part) for name, part in data.get("folders", {}).items()})


def _folder(data: Mapping[str, Any]) -> FolderSummary:
    return FolderSummary(
        recordings={name: folder_score.read_recording(item) for name, item in data.get("recordings", {}).items()},
        failures=folder_score.read_failures(data.get("failures", ())),
        seconds=data.get("seconds"),
        made=tuple(data.get("made", ())),
        normalizer=data.get("normalizer", {}),
    )


def describe(summary: Summary, directory: Path, audio: Mapping[str, Set[str]]) -> Summary:
    """A model's summary with what its model.json and plan.json in `directory` say about it.

    Folders it learned from are identified by name and by their `audio`, since one may have been renamed.
    """
    name = summary.model
    model = models.read_record_if_there(directory / name / "model.json") or ModelRecord(name, models.engine_of(name))
    plan = plans.read_if_there(directory / name / "plan.json") or Plan()
    return replace(
        summary,
        engine=model.engine,
        created=model.created,
        corpus_words=model.corpus_words,
        learned_folders=plan.learned_folders(audio),
        failure=failure(model),
        procedure=controls.procedure(directory, name),
    )


def failure(model: ModelRecord | None) -> Reason | None:
    """Reason for which a model failed as a whole, by its model.json; None if it did not."""
    return codes.told(model.failed) if model and model.failed else None


def without_audio(summary: Summary, folders: Mapping[str, Sequence[str]], text_only: Sequence[str]) -> Summary:
    """The summary of a model that transcribes, in which recordings without audio have failed for good."""
    if summary.engine == "imported":
        return summary
    absent = {name: FolderSummary(failures=dict.fromkeys(folders[name], codes.no_audio())) for name in text_only}
    return replace(summary, folders={**summary.folders, **absent})
