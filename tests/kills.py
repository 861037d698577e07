"""Kills Snakemake at random moments and runs it again until all is done, while the service counts what it was paid for.

A moment is random in time, or follows some call or some job, so that short phases are hit as often as long ones. In
some cases only Snakemake itself dies, and its jobs live on beside those of the next run.
"""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from cloud import Cloud

#: Calls and jobs after which a kill may come.
_CALLS = (
    "S3.PUT", "S3.GET", "Transcribe.StartTranscriptionJob", "Transcribe.ListTranscriptionJobs",
    "Transcribe.CreateLanguageModel", "Transcribe.DescribeLanguageModel",
)  # fmt: skip
_JOBS = ("Looking", "Submitting", "Transcribing", "Normalizing", "Scoring", "Planning", "Training", "Comparing")
_ALONE = 0.3
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


@dataclass(frozen=True)
class Moment:
    """When to kill: `seconds` after the `number`-th call or line of output like `event`, or after the beginning.

    `alone` spares the jobs and kills only Snakemake.
    """

    event: str = ""
    number: int = 1
    seconds: float = 0.0
    alone: bool = False

    def come(self, cloud: Cloud, log: Path) -> Callable[[], bool]:
        """A test whether the moment has come, for a run that begins now."""
        before = cloud.service.calls[self.event]
        since: list[float] = [] if self.event else [time.monotonic()]

        def happened() -> bool:
            if self.event in _CALLS:
                return cloud.service.calls[self.event] >= before + self.number
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
    orphans: int = 0
    runs: int = 0
    seconds: float = 0.0


def random_moments(chance: random.Random, typical: float) -> Iterator[Moment]:
    """Moments without end, for runs of which an undisturbed one takes `typical` seconds."""
    while True:
        alone = chance.random() < _ALONE
        kind = chance.choice(("time", "time", "call", "job"))
        if kind == "time":
            yield Moment(alone=alone, seconds=chance.uniform(0.0, _EARLY * typical))
        elif kind == "call":
            yield Moment(chance.choice(_CALLS), chance.randint(1, 6), chance.uniform(0.0, _LATEST), alone=alone)
        else:
            yield Moment(f": {chance.choice(_JOBS)} ", chance.randint(1, 4), chance.uniform(0.0, _LATEST), alone=alone)


def run_until_done(cloud: Cloud, moments: Iterator[Moment]) -> Case:
    """Run the workflow, killing it once at each of the moments until a run ends before its moment comes.

    Raises:
        AssertionError: a run that nobody killed failed, or hung.

    """
    case, began = Case(), time.monotonic()
    orphans: list[psutil.Process] = []
    log = cloud.directory / "output.txt"
    try:
        while True:
            case.runs += 1
            moment = next(moments, None)
            with log.open("w", encoding="utf-8") as output:
                process = cloud.start(output)
                killed = _watch(process, moment and moment.come(cloud, log))
            if not (killed and moment):
                assert process.returncode == 0, log.read_text(encoding="utf-8")
                break
            case.kills.append(_phase(cloud, process.pid))
            case.orphans += moment.alone
            orphans += _kill(process, alone=moment.alone)
            with log.open("w", encoding="utf-8") as output:
                assert cloud.start(output, "--unlock").wait(_MOST_SECONDS) == 0, log.read_text(encoding="utf-8")
        psutil.wait_procs(orphans, timeout=_ORPHAN_SECONDS)
    finally:
        for orphan in orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                orphan.kill()
    case.seconds = time.monotonic() - began
    return case


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


def _phase(cloud: Cloud, pid: int) -> str:
    """What a run is doing now: its busiest program; Snakemake's own work if there is none."""
    running = Counter(_programs(pid))
    if not running:
        return "snakemake"
    if "submit" not in running:
        return running.most_common(1)[0][0]
    with cloud.service.lock:
        last = next((call for _, call in reversed(cloud.service.log) if call in _PHASES), "")
    return f"submit: {_PHASES.get(last, 'begin')}"


def _programs(pid: int) -> Iterator[str]:
    """Names of our programs that run below a process."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                words = child.cmdline()
                if "python" in Path(words[0] if words else "").name and len(words) > 1:
                    yield Path(words[1]).stem


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
