"""The store of raw results by content: what was paid for, or took long, is kept for good."""

from pathlib import Path
from typing import Any

from clm import files
from clm.engines import Engine, Failure, Model, Recording, Transcript


class Store:
    """Results of one engine in `results/store/<engine>/<key>.json`.

    No Snakemake rule lists these files, so Snakemake never deletes them.
    """

    def __init__(self, directory: Path, engine: Engine) -> None:
        self._directory = directory / engine.name
        self._engine = engine
        self._settings = engine.transcription_settings()

    def key(self, recording: Recording, model: Model, repeats: int = 0) -> str:
        """Digest of what a result depends on: the audio, the model, the settings, and which repetition it is."""
        return files.digest(
            {"audio": recording.sha256, "model": model.digest, "settings": self._settings, "repeats": repeats}
        )

    def get(self, key: str, retries: int = 0) -> Transcript | Failure | None:
        """The stored result, or None; a failure counts only if it is of this retry or a later one."""
        path = self._directory / f"{key}.json"
        if not path.exists():
            return None
        entry = files.read_json(path)
        if "failure" in entry:
            return Failure(**entry["failure"]) if entry["retries"] >= retries else None
        return Transcript(entry["result"], entry["seconds"])

    def put(
        self, key: str, recording: Recording, model: Model, outcome: Transcript | Failure, retries: int = 0
    ) -> None:
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
            entry |= {"failure": {"reason": outcome.reason, "hint": outcome.hint}, "retries": retries}
        else:
            entry |= {"seconds": outcome.seconds, "result": outcome.result}
        files.write_json(self._directory / f"{key}.json", entry, indent=None)
