"""A made-up data set for the engine transcribe, and the real Snakemake on it against the loopback service.

The recordings are distinct noise, so the service tells their texts by their content. Words of the domain are often
misheard; a CLM, trained from an article with all of them, hears them right.
"""

import random
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import yaml

from aws.server import Loopback, serving
from clm.base import files
from runner import CHECKOUT, Run, completed, variables

STOCK, CLM = "transcribe", "transcribe-clm-001"
BUCKET = "talks"
#: Stands for the secret key of an account; it must never show up anywhere.
SECRET = "kPz7sEcReT0loopback0/nEvEr+ShOwN0q9Tj4"  # pragma: allowlist secret
_RATE = 16_000
_COMMON = ("the", "of", "and", "to", "in", "is", "that", "for", "was", "with", "as", "on", "are", "this", "have")
_SYLLABLES = ("ba", "dor", "fen", "gul", "ka", "lim", "mo", "nar", "pes", "ri", "sto", "tal", "vu", "zen")
_DOMAIN_WORDS, _WORDS = 60, 24


class Cloud:
    """A working directory with a data set and a configuration, and the service that it is run against."""

    def __init__(self, directory: Path, loopback: Loopback, **section: Any) -> None:
        """Create bucket and role; `section` holds settings below `transcribe:`."""
        self.directory = directory
        self.loopback = loopback
        self.service = loopback.service
        self.input = directory / "data" / "input"
        self.results = directory / "results"
        loopback.client("s3").create_bucket(Bucket=BUCKET)
        self._section = {"bucket": BUCKET, "role_arn": loopback.create_role(), **section}
        self.configure()

    def configure(self, **section: Any) -> None:
        """Write the user's configuration, with these changes below `transcribe:`."""
        self._section.update(section)
        config = {
            "engine": "transcribe",
            "input": "data/input",
            "evaluation": {"heldout": []},
            "transcribe": self._section,
        }
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "my.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")

    def fill(self, folders: int, *, clm: bool = True, seconds: float = 0.6, first: int = 0) -> None:
        """Add so many folders with a recording each; with `clm` also a keyword and the article that it leads to."""
        domain = _domain_words()
        for number in range(first, first + folders):
            path = self.input / f"talk {number:03d}"
            path.mkdir(parents=True)
            chance = random.Random(number)
            words = [chance.choice(domain if chance.random() < 0.4 else _COMMON) for _ in range(_WORDS)]
            write_noise(path / "audio.wav", chance, seconds)
            (path / "audio.txt").write_text(" ".join(words).capitalize() + ".\n", encoding="utf-8")
            self.service.references[files.sha256_of_file(path / "audio.wav")] = " ".join(words)
        if clm:
            sentences = [f"The word {word} is one that a lecture like this one has." for word in domain]
            files.write_text(self.input.parent / "articles" / "Lecture.txt", "\n".join(sentences) + "\n")
            files.write_text(self.input.parent / "keywords" / "keywords.txt", "lecture\n")

    # -- runs --------------------------------------------------------------------------------------------------------

    def command(self, *arguments: str) -> list[str]:
        """The command line of Snakemake."""
        snakemake = [sys.executable, "-m", "snakemake", "-s", str(CHECKOUT / "Snakefile"), "-d", str(self.directory)]
        return [*snakemake, "--configfile", str(self.directory / "my.yaml"), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """Variables of Snakemake and its jobs."""
        return variables({**self.loopback.environment, "AWS_SECRET_ACCESS_KEY": SECRET})

    def start(self, log: IO[str], *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start Snakemake as the leader of a new process group; its output goes to `log`."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.directory,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )

    def run(self, *arguments: str, status: int = 0, **environment: str) -> Run:
        """Run Snakemake and expect this exit status."""
        run = completed(self.command(*arguments), self.directory, {**self.environment, **environment})
        assert run.status == status, run.output
        return run

    # -- what came of it -----------------------------------------------------------------------------------------------

    def board(self) -> list[dict[str, str]]:
        """The leaderboard without dates."""
        rows = files.read_table(self.results / "leaderboard.csv")
        return [{key: value for key, value in row.items() if key != "created"} for row in rows]

    def outcome(self) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        """All that two runs on the same data have in common: leaderboard and runs, without dates."""
        return self.board(), files.read_table(self.results / "runs.csv")

    def paid(self) -> dict[str, int]:
        """How often the service took a job or a model."""
        with self.service.lock:
            return {"jobs": len(self.service.starts), "models": len(self.service.models.all)}

    def calls(self) -> dict[str, int]:
        """Requests to S3 and Transcribe so far, by operation."""
        with self.service.lock:
            return {name: count for name, count in self.service.calls.items() if name.startswith(("S3", "Transcribe"))}

    def leaks(self, *outputs: str) -> list[str]:
        """Where the account's number, the secret key or a signed address shows up: files of ours, and outputs."""
        account = self._section["role_arn"].split(":")[4]
        marks = (account, SECRET, "X-Amz-Signature", "Credential=")
        places = {str(path.relative_to(self.directory)): path.read_bytes() for path in self._files()}
        places |= {f"output {number}": output.encode() for number, output in enumerate(outputs, 1)}
        return [f"{mark} in {place}" for place, data in places.items() for mark in marks if mark.encode() in data]

    def _files(self) -> Iterator[Path]:
        for folder in (self.results, self.directory / ".snakemake"):
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _domain_words() -> list[str]:
    chance = random.Random("domain")
    words = {"".join(chance.choices(_SYLLABLES, k=3)) for _ in range(2 * _DOMAIN_WORDS)}
    return sorted(words)[:_DOMAIN_WORDS]


def write_noise(path: Path, chance: random.Random, seconds: float) -> None:
    """Write a recording that no other has."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(chance.randbytes(2 * int(seconds * _RATE)))


@contextmanager
def quick_cloud(directory: Path, folders: int) -> Iterator[Cloud]:
    """An empty account whose jobs and trainings take a second, and the same data set each time."""
    with serving(scale=40, job_seconds=40.0, model_seconds=40.0, error_rate=40.0) as loopback:
        found = Cloud(directory, loopback, poll_seconds=0.2)
        found.fill(folders)
        yield found
