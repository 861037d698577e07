"""The record `runs/<model>/<folder>/transcript.json`: a model's transcripts of the recordings of a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm.base import files, notices
from clm.base.notices import Notice

if TYPE_CHECKING:  # types of engines cost a scoring job more than this module, and it meets none of them in most files
    from clm.types import Failure, Outcome, Recording, Unfinished


@dataclass(frozen=True)
class Entry:
    """One recording of a folder: a result in Amazon's JSON shape, a failure, or an unfinished recording.

    `audio` and `sha256` are of its file (None: not known, or a text without a recording), `seconds` is its length;
    `made` is the day (UTC) on which the result was made; `notices` are remarks on the audio.
    """

    recording: str
    audio: str | None = None
    sha256: str | None = None
    seconds: float | None = None
    made: str | None = None
    result: Mapping[str, Any] | None = None
    failure: Failure | None = None
    unfinished: Unfinished | None = None
    notices: tuple[Notice, ...] = ()

    @classmethod
    def of(cls, recording: Recording, outcome: Outcome) -> Entry:
        """The entry of a recording with its outcome."""
        from clm.types import Failure, Transcript

        name, audio, sha256 = recording.name, str(recording.audio), recording.sha256
        if isinstance(outcome, Transcript):
            return cls(name, audio, sha256, outcome.seconds, outcome.made, outcome.result, notices=outcome.notices)
        if isinstance(outcome, Failure):
            return cls(name, audio, sha256, failure=outcome)
        return cls(name, audio, sha256, unfinished=outcome)

    @property
    def text(self) -> str:
        """The text of the result, which must exist."""
        return " ".join(item["transcript"] for item in (self.result or {})["results"]["transcripts"])

    def as_json(self) -> dict[str, Any]:
        """The entry as its file holds it."""
        about = {"recording": self.recording, "audio": self.audio, "sha256": self.sha256, "seconds": self.seconds}
        if self.failure is not None:
            return {**about, "failure": asdict(self.failure)}
        if self.unfinished is not None:
            return {**about, "unfinished": asdict(self.unfinished)}
        said = {"notices": notices.to_json(self.notices)} if self.notices else {}
        return {**about, "made": self.made, **said, "result": self.result}


@dataclass(frozen=True)
class FolderTranscript:
    """Transcripts of the recordings of a folder.

    `versions` are of what made the results; `attempt` counts how often the folder was repeated and its failures
    retried; `created` is the day on which imported results were made.
    """

    model: str = ""
    folder: str = ""
    engine: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    recordings: tuple[Entry, ...] = ()
    attempt: Mapping[str, int] | None = None
    created: str | None = None

    @property
    def seconds(self) -> float:
        """Length of the transcribed audio."""
        return sum(entry.seconds or 0 for entry in self.recordings)

    @property
    def days(self) -> tuple[str, ...]:
        """Days on which the results were made, in order."""
        return tuple(sorted({entry.made for entry in self.recordings if entry.made}))

    @property
    def failures(self) -> dict[str, Failure]:
        """Failures by recording."""
        return {entry.recording: entry.failure for entry in self.recordings if entry.failure}


def write(path: Path, transcript: FolderTranscript) -> None:
    """Write transcript.json."""
    about = {"model": transcript.model, "folder": transcript.folder, "engine": transcript.engine}
    optional = {"attempt": transcript.attempt, "created": transcript.created}
    data = {
        **about,
        **{key: value for key, value in optional.items() if value is not None},
        "versions": transcript.versions,
        "recordings": [entry.as_json() for entry in transcript.recordings],
    }
    files.write_json(path, data, indent=None)


def read(path: Path) -> FolderTranscript:
    """Read transcript.json.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    data = files.read_json(path)
    known = {key: value for key, value in data.items() if key in FolderTranscript.__dataclass_fields__}
    return FolderTranscript(**{**known, "recordings": tuple(map(_entry, data.get("recordings", ())))})


def _entry(data: Mapping[str, Any]) -> Entry:
    known = {key: value for key, value in data.items() if key in Entry.__dataclass_fields__}
    known["notices"] = notices.from_json(data.get("notices", ()))
    if "failure" in known or "unfinished" in known:
        from clm import types

        for key, kind in (("failure", types.Failure), ("unfinished", types.Unfinished)):
            if found := data.get(key):
                known[key] = kind(found.get("reason", ""), found.get("hint", ""))
    return Entry(**known)
