"""A data set and an account of Amazon's on loopback, for tests of the engine transcribe."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from aws.server import Loopback
from clm.base import files
from runner import CHECKOUT, Run, Workflow

BUCKET = "team-bucket"
STOCK, FIRST, SECOND = "transcribe", "transcribe-clm-001", "transcribe-clm-002"
VOCABULARY = "transcribe-vocabulary-001"


class Team(Workflow):
    """A data set, and an account of Amazon's that knows what is said in its recordings."""

    def __init__(self, directory: Path, loopback: Loopback) -> None:
        super().__init__(directory)
        self.loopback = loopback
        self.service = loopback.service
        self.environment = loopback.environment
        self.s3 = loopback.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)
        self.role = loopback.create_role()
        self.settings = {"bucket": BUCKET, "role_arn": self.role, "poll_seconds": 0.05}

    def configure(self, **changes: object) -> None:
        """Write my.yaml."""
        top = {"input": "data/input", **changes.pop("top", {})}
        config = {"engine": "transcribe", **top, "transcribe": {**self.settings, **changes}}
        (self.directory / "my.yaml").write_text(json.dumps(config))

    def go(self, *arguments: str, status: int = 0, **changes: object) -> Run:
        """Run the workflow; `changes` are of the section `transcribe`, or of the whole with the key `top`."""
        for audio in (self.data / "input").rglob("audio.wav"):
            text = (audio.parent / "transcript.txt").read_text(encoding="utf-8")
            self.service.references.setdefault(files.sha256_of_file(audio), text)
        self.configure(**changes)
        return self.run("--configfile", "my.yaml", *arguments, status=status)

    def estimate(self, *arguments: str, **changes: object) -> str:
        """What scripts/estimate.py prints."""
        self.configure(**changes)
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "scripts" / "estimate.py"), "--configfile", "my.yaml", *arguments],
            cwd=self.directory,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    @property
    def starts(self) -> int:
        """Jobs started, and so paid, until now."""
        return len(self.service.starts)

    def board(self) -> dict[str, dict[str, str]]:
        """Leaderboard rows by model."""
        return {row["model"]: row for row in files.read_table(self.results / "leaderboard.csv")}

    def reasons(self, model: str = STOCK) -> dict[str, str]:
        """What runs.csv says about each folder of a model."""
        rows = files.read_table(self.results / "runs.csv")
        return {row["folder"]: row["reason"] for row in rows if row["model"] == model}

    def model(self, name: str = FIRST) -> dict:
        """A model.json."""
        return files.read_json(self.results / "models" / name / "model.json")

    def asked(self) -> Counter[str]:
        """Requests to Transcribe so far."""
        return Counter({name: n for name, n in self.service.calls.items() if name.startswith("Transcribe.")})
