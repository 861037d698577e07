"""The store of raw results by content: results that cost money or time are kept for good."""

import time
from pathlib import Path
from typing import Any

from clm.base import files, notices
from clm.bucket import sync
from clm.types import Engine, Failure, Model, Recording, Transcript, result_key


class Store:
    """Results of one engine in `results/store/<engine>/<key>.json`.

    No Snakemake rule lists these files, so Snakemake never deletes them.
    """

    def __init__(self, directory: Path, engine: Engine) -> None:
        self._directory = directory / engine.name
        self._engine = engine
        self._settings = engine.transcription_settings()

    def _path(self, recording: Recording, model: Model) -> Path:
        return self._directory / f"{result_key(self._settings, recording, model)}.json"

    def has(self, recording: Recording, model: Model) -> bool:
        """True if there is a result; the file is read only where a failure could be too old to count."""
        if recording.retries:
            return self.get(recording, model) is not None
        return self._path(recording, model).exists()

    def get(self, recording: Recording, model: Model) -> Transcript | Failure | None:
        """The stored result, or None; a failure counts only if it is of this retry or a later one."""
        path = self._path(recording, model)
        sync.fetch(path)
        if not path.exists():
            return None
        entry = files.read_json(path)
        if "failure" in entry:
            return Failure(**entry["failure"]) if entry["retries"] >= recording.retries else None
        said = notices.from_json(entry.get("notices", []))
        return Transcript(entry["result"], entry["seconds"], entry["versions"], entry.get("made"), said)

    def put(self, recording: Recording, model: Model, outcome: Transcript | Failure) -> None:
        """Keep a result or a failure for good."""
        entry: dict[str, Any] = {
            "engine": self._engine.name,
            "versions": self._engine.versions(),
            "audio_sha256": recording.sha256,
            "model": model.name,
            "model_digest": model.digest,
            "settings": self._settings,
        }
        if isinstance(outcome, Failure):
            entry |= {"failure": {"reason": outcome.reason, "hint": outcome.hint}, "retries": recording.retries}
        else:
            made = outcome.made or time.strftime("%Y-%m-%d", time.gmtime())
            entry |= {"made": made, "seconds": outcome.seconds, "result": outcome.result}
            if outcome.notices:
                entry["notices"] = notices.to_json(outcome.notices)
        path = self._path(recording, model)
        files.write_json(path, entry, indent=None)
        sync.send(path)
