"""Runs the real Snakemake on a small data set and counts the jobs by rule."""

import atexit
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from clm.base import files

CHECKOUT = Path(__file__).parents[1]
SAMPLE = CHECKOUT / "sample-data" / "input"

#: A small corpus: one article that a keyword leads to, and two that words of the small data set lead to.
ARTICLES = {
    "Osmosis": "Osmosis moves water through a membrane. The membrane decides what osmosis can do.",
    "Lecture": "A lecture about the membrane begins in the morning. Welcome to the lecture.",
    "Power": "Where does the power of a cell come from? The power comes from mitochondria.",
}

#: Variables of the environment that every run of Snakemake gets, whatever its test says.
VARIABLES: dict[str, str] = {}

#: First words of a job's message, by rule.
MESSAGES = {
    "Looking at the AWS account": "preflight",
    "Submitting": "submit",
    "Transcribing": "transcribe",
    "Normalizing": "normalize",
    "Scoring": "wer",
    "Summarizing": "summarize",
    "Planning": "heal",
    "Collecting text about the keywords": "keyword_corpus",
    "Collecting text about missed words": "missed_word_corpus",
    "Training": "train_clm",
    "Preparing the control": "train_control",
    "Making": "train_vocabulary",
    "Checking that everything": "complete",
    "Comparing": "leaderboard",
    "Writing the report": "report",
}


@dataclass(frozen=True)
class Run:
    """What one call of Snakemake did: its exit status, what stood in the terminal, and Snakemake's own log."""

    status: int
    output: str
    log: str = ""

    @property
    def jobs(self) -> Counter[str]:
        """Number of jobs by rule; a dry run has no log."""
        started = re.findall(r"^Job \d+: (.*)$", self.log or self.output, re.MULTILINE)
        return Counter(rule for line in started for words, rule in MESSAGES.items() if line.startswith(words))

    @property
    def transcribed(self) -> set[tuple[str, str]]:
        """Folders and models that were transcribed."""
        return set(re.findall(r"^Job \d+: Transcribing (.*) with (\S+)$", self.log or self.output, re.MULTILINE))

    @property
    def end(self) -> str:
        """What stands in the terminal after the last stage: the table, and what needs attention."""
        return self.output.rpartition("Comparing and reporting: ")[2]


def log_of(directory: Path, after: frozenset[Path] = frozenset()) -> str:
    """Snakemake's log of the latest run in a directory; empty if there is none but those named."""
    logs = sorted(set((directory / ".snakemake" / "log").glob("*.log")) - after)
    return logs[-1].read_text(encoding="utf-8", errors="replace") if logs else ""


def variables(further: Mapping[str, str]) -> dict[str, str]:
    """The environment of a run: that of the tests without what pytest and a user's AWS account put there."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "AWS_"))}
    return {**inherited, **VARIABLES, **further}


def completed(command: list[str], directory: Path, environment: Mapping[str, str]) -> Run:
    """Run a command line of Snakemake to its end, in a fork of a process that has imported it where forks work."""
    before = frozenset((directory / ".snakemake" / "log").glob("*.log"))
    # Benchmarks start it as a user does: what they measure must include the imports.
    if sys.platform == "linux" and "PYTEST_VERSION" in os.environ:
        with tempfile.NamedTemporaryFile(prefix="clm-", suffix=".txt") as output:
            _, _, _, *arguments = command  # the interpreter, -m, snakemake
            request = {"arguments": arguments, "directory": str(directory), "environment": dict(environment)}
            server = _zygote()
            server.stdin.write(json.dumps({**request, "output": output.name}) + "\n")
            server.stdin.flush()
            status = int(server.stdout.readline())
            return Run(status, Path(output.name).read_text(encoding="utf-8"), log_of(directory, before))
    done = subprocess.run(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Run(done.returncode, done.stdout, log_of(directory, before))


@functools.cache
def _zygote() -> subprocess.Popen[str]:
    """One for all tests of this process; it ends with its input."""
    program = [sys.executable, str(Path(__file__).with_name("zygote.py"))]
    server = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
    atexit.register(server.communicate)
    return server


class Workflow:
    """A working directory outside the checkout, with recordings of a few seconds in `data/`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.results = directory / "results"
        self.checkout = CHECKOUT
        #: Further variables of the environment.
        self.environment: dict[str, str] = {}
        #: Whether generations get controls, which most tests are not about; a configfile decides by itself.
        self.control = "false"

    def add(self, folder: str, *, source: int = 0, start: float = 0.0, seconds: float = 2.5, text: str = "") -> Path:
        """Add a folder with a stretch of one of the demo's recordings; gives its path."""
        import soundfile

        recordings = sorted(SAMPLE.iterdir())
        audio = next(path for path in recordings[source % len(recordings)].iterdir() if path.suffix != ".txt")
        rate = soundfile.info(audio).samplerate
        samples, rate = soundfile.read(audio, start=int(start * rate), frames=int(seconds * rate))
        path = self.data / "input" / folder
        path.mkdir(parents=True)
        soundfile.write(path / "audio.wav", samples, rate)
        words = (audio.parent / "transcript.txt").read_text(encoding="utf-8").split()
        (path / "transcript.txt").write_text(text or " ".join(words[: int(3 * seconds)]), encoding="utf-8")
        return path

    def write(self, name: str, text: str) -> Path:
        """Write a text file below `data/`."""
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def command(self, *arguments: str) -> list[str]:
        """The command line of Snakemake."""
        snakefile = str(self.checkout / "Snakefile")
        snakemake = [sys.executable, "-m", "snakemake", "-s", snakefile, "-d", str(self.directory)]
        given = " ".join(arguments)
        if "--configfile" in arguments:
            return [*snakemake, *arguments]
        control = f"control: {self.control}"
        arguments = tuple(item.replace("evaluation={", f"evaluation={{{control}, ") for item in arguments)
        config = [] if "input=" in given else ["input=data/input"]
        config += [] if "evaluation=" in given else [f"evaluation={{{control}}}"]
        at = arguments.index("--config") + 1 if "--config" in arguments else len(arguments)
        head = [] if "--config" in arguments else ["--config"]
        return [*snakemake, *arguments[:at], *head, *config, *arguments[at:]]

    def run(self, *arguments: str, status: int = 0) -> Run:
        """Run Snakemake and expect this exit status."""
        run = completed(self.command(*arguments), self.directory, variables(self.environment))
        assert run.status == status, run.output
        return run

    def start(self, log: IO[str], *arguments: str) -> subprocess.Popen[str]:
        """Start Snakemake as the leader of a new process group; its output goes to `log`."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.directory,
            env=variables(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )

    def outcome(self) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        """All that two runs on the same data have in common: leaderboard and runs, without dates."""
        board, runs = (files.read_table(self.results / name) for name in ("leaderboard.csv", "runs.csv"))
        return [{key: value for key, value in row.items() if key != "created"} for row in board], runs

    def copy(self, directory: Path) -> "Workflow":
        """A copy with all ages kept, as if it had always stood there."""
        shutil.copytree(self.directory, directory, dirs_exist_ok=True, symlinks=True)
        return Workflow(directory)
