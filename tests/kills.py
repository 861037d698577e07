"""Kills Snakemake or its jobs at random moments and runs it again until all is done.

A moment is random in time, or follows some call or some job, so that short phases are hit as often as long ones. In
some cases only Snakemake itself dies, and its jobs live on beside those of the next run; in others a job dies alone.
"""

import contextlib
import itertools
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

import psutil

#: Whom a kill hits: Snakemake and all of its jobs (as if the power failed), Snakemake alone, one job alone.
BOTH, SNAKEMAKE, JOB = "both", "snakemake", "job"

#: Calls and jobs after which a kill may come.
_CALLS = (
    "S3.PUT", "S3.GET", "Transcribe.StartTranscriptionJob", "Transcribe.ListTranscriptionJobs",
    "Transcribe.CreateLanguageModel", "Transcribe.DescribeLanguageModel",
)  # fmt: skip
_JOBS = ("Looking", "Submitting", "Transcribing", "Normalizing", "Scoring", "Planning", "Training", "Comparing")
_ALONE = 0.3
#: Where a job is killed, Snakemake lets the others end.
_AFTER_JOB = "Hint: fix the problem and rerun"
_LATEST = 0.3
#: A run that goes on with another one is shorter, and most moments should come.
_EARLY = 0.7
_LOOK_SECONDS = 0.01
#: No run takes longer, whatever happens.
_MOST_SECONDS = 300.0
_ORPHAN_SECONDS = 60.0
#: What a submit process does, by its last call.
_PHASES = {
    "S3.PUT": "uploads",
    "Transcribe.StartTranscriptionJob": "starts",
    "Transcribe.ListTranscriptionJobs": "polling",
    "Transcribe.GetTranscriptionJob": "polling",
    "S3.GET": "results",
}


class Target(Protocol):
    """What is run and killed: a working directory; with an engine that works elsewhere, also its `service`."""

    directory: Path

    def start(self, log: IO[str], *arguments: str) -> subprocess.Popen[str]:
        """Start Snakemake as the leader of a new process group."""


@dataclass(frozen=True)
class Moment:
    """When to kill: `seconds` after the `number`-th call or line of output like `event`, or after the beginning."""

    event: str = ""
    number: int = 1
    seconds: float = 0.0
    victim: str = BOTH

    def come(self, target: Target, log: Path) -> Callable[[], bool]:
        """A test whether the moment has come, for a run that begins now."""
        calls: Counter[str] = target.service.calls if self.event in _CALLS else Counter()
        before = calls[self.event]
        since: list[float] = [] if self.event else [time.monotonic()]

        def happened() -> bool:
            if self.event in _CALLS:
                return calls[self.event] >= before + self.number
            return log.read_text(encoding="utf-8", errors="replace").count(self.event) >= self.number

        def late() -> bool:
            if not since and happened():
                since.append(time.monotonic())
            return bool(since) and time.monotonic() >= since[0] + self.seconds

        return late


@dataclass
class Case:
    """One data set, killed and run again until it was done."""

    kills: list[str] = field(default_factory=list)
    victims: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    seconds: float = 0.0


def random_moments(chance: random.Random, typical: float, *victims: str, calls: bool = True) -> Iterator[Moment]:
    """Moments without end, for runs of which an undisturbed one takes `typical` seconds.

    `victims` are hit in turn; without any, Snakemake dies alone in some cases and with its jobs in the others.
    """
    for turn in itertools.count():
        alone = SNAKEMAKE if chance.random() < _ALONE else BOTH
        victim = victims[turn % len(victims)] if victims else alone
        kind = chance.choice(("time", "time", "call" if calls else "job", "job"))
        if kind == "time":
            yield Moment(victim=victim, seconds=chance.uniform(0.0, _EARLY * typical))
        elif kind == "call":
            yield Moment(chance.choice(_CALLS), chance.randint(1, 6), chance.uniform(0.0, _LATEST), victim)
        else:
            event = f": {chance.choice(_JOBS)} "
            yield Moment(event, chance.randint(1, 4), chance.uniform(0.0, _LATEST), victim)


def run_until_done(target: Target, moments: Iterator[Moment], after_kill: Callable[[], None] = lambda: None) -> Case:
    """Run the workflow, killing it once at each of the moments until a run ends before its moment comes.

    Raises:
        AssertionError: a run that nobody killed failed, or hung; a run whose job was killed did not say so.

    """
    case, began = Case(), time.monotonic()
    left: list[psutil.Process] = []
    log = target.directory / "output.txt"
    try:
        while True:
            case.runs += 1
            moment = next(moments, None)
            with log.open("w", encoding="utf-8") as output:
                process = target.start(output, "--printshellcmds")  # moments are found in Snakemake's own lines
                killed = _kill_at(target, process, moment, log, left)
            if not killed:
                assert process.returncode == 0, log.read_text(encoding="utf-8")
                break
            case.kills.append(killed)
            case.victims[moment.victim] += 1
            after_kill()
            if moment.victim == JOB:
                _check_told(process, log)
                continue
            with log.open("w", encoding="utf-8") as output:
                assert target.start(output, "--unlock").wait(_MOST_SECONDS) == 0, log.read_text(encoding="utf-8")
        _, alive = psutil.wait_procs(left, timeout=_ORPHAN_SECONDS)
        assert not alive, "processes of killed runs go on"
    finally:
        for orphan in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                orphan.kill()
    case.seconds = time.monotonic() - began
    return case


def _kill_at(
    target: Target, process: subprocess.Popen[str], moment: Moment | None, log: Path, left: list[psutil.Process]
) -> str:
    """Kill at the moment, and say what the run was doing; nothing if it ended before. `left` gets what lives on."""
    come = moment and moment.come(target, log)
    while _watch(process, come):
        phase = _phase(target, process.pid)
        if moment.victim != JOB:
            left += _kill(process, alone=moment.victim == SNAKEMAKE)
            return phase
        for program in _programs(process.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                left += [program, *program.children(recursive=True)]
                name = Path(program.cmdline()[1]).stem
                program.kill()
                _watch(process, None)
                return name
    return ""


def _check_told(process: subprocess.Popen[str], log: Path) -> None:
    """A run whose job was killed ends with an error that names the job, unless the job had done its work."""
    text = log.read_text(encoding="utf-8")
    if process.returncode == 0:
        return
    assert process.returncode == 1, text
    assert "Traceback" not in text, text
    assert text.strip().splitlines()[-1].startswith(_AFTER_JOB), text


def _watch(process: subprocess.Popen[str], moment: Callable[[], bool] | None) -> bool:
    """Whether the moment came before the process ended; the process still runs then."""
    deadline = time.monotonic() + _MOST_SECONDS
    while process.poll() is None:
        if moment and moment():
            return True
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"a run did not end within {_MOST_SECONDS:g} s")
        time.sleep(_LOOK_SECONDS)
    return False


def _phase(target: Any, pid: int) -> str:
    """What a run is doing now: its busiest program; Snakemake's own work if there is none."""
    running: Counter[str] = Counter()
    for program in _programs(pid):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess, IndexError):
            running[Path(program.cmdline()[1]).stem] += 1
    if not running:
        return "snakemake"
    if "submit" not in running:
        return running.most_common(1)[0][0]
    with target.service.lock:
        last = next((call for _, call in reversed(target.service.log) if call in _PHASES), "")
    return f"submit: {_PHASES.get(last, 'begin')}"


def _programs(pid: int) -> Iterator[psutil.Process]:
    """Our programs that run below a process."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                words = child.cmdline()
                if len(words) > 1 and "python" in Path(words[0]).name and words[1].endswith(".py"):
                    yield child


def _kill(process: subprocess.Popen[str], *, alone: bool) -> list[psutil.Process]:
    """Kill Snakemake, alone or with its whole process group; gives the children that are left."""
    orphans: list[psutil.Process] = []
    if alone:
        with contextlib.suppress(psutil.NoSuchProcess):
            orphans = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return orphans
