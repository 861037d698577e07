"""CPU time of a run of Snakemake by program, and of a bare Snakefile with as many trivial jobs."""

import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
#: Every Python program that finds this on its path leaves a note of its CPU time when it ends. It imports only what
#: Python has loaded anyway: it is itself part of the time that it measures.
_NOTE = """
import atexit, os, sys, time

def note():
    path = os.path.join(os.environ["CLM_CPU_NOTES"], f"{os.getpid()}-{time.time_ns()}")
    with open(path, "w") as file:
        file.write(f"{time.process_time()} {'pocketsphinx' in sys.modules} {sys.argv[0]}")

if "CLM_CPU_NOTES" in os.environ:
    atexit.register(note)
"""
_BARE = """
rule all:
    input: expand("{number}.{step}", number=range(JOBS), step=STEPS)
rule first:
    output: "{number}.1"
    shell: "touch {output}"
rule next:
    input: lambda w: f"{w.number}.{int(w.step) - 1}"
    output: "{number}.{step,[2-9]}"
    shell: "touch {output}"
"""


@dataclass(frozen=True)
class Spent:
    """CPU seconds: all of them, those of each program, and of each job of `transcribe` with and without recogniser."""

    total: float
    programs: Counter[str]
    decoding: tuple[float, ...] = ()
    reading: tuple[float, ...] = ()

    @property
    def recogniser(self) -> float:
        """What loading the recogniser and decoding cost: by how much such jobs are dearer than those without."""
        if not self.reading:
            return 0.0
        return sum(self.decoding) - len(self.decoding) * sum(self.reading) / len(self.reading)

    @property
    def parts(self) -> list[tuple[str, float]]:
        """The programs, the dearest first; what is left is of the shells around them."""
        shells = max(0.0, self.total - self.programs.total())
        return [*self.programs.most_common(), ("shells", shells)]


def measured(run: Callable[[dict[str, str]], object]) -> tuple[Spent, float]:
    """CPU time and seconds of what `run` starts and waits for; it is given variables for the environment."""
    with tempfile.TemporaryDirectory(prefix="clm-cpu-") as name:
        notes, modules = Path(name, "notes"), Path(name, "modules")
        notes.mkdir()
        modules.mkdir()
        (modules / "sitecustomize.py").write_text(_NOTE, encoding="utf-8")
        cpu, began = children(), time.perf_counter()
        # As for a user: modules are compiled once, which the Makefile switches off for tests.
        run({"CLM_CPU_NOTES": str(notes), "PYTHONPATH": str(modules), "PYTHONDONTWRITEBYTECODE": ""})
        cpu, seconds = children() - cpu, time.perf_counter() - began
        programs: Counter[str] = Counter()
        transcribing: dict[str, list[float]] = {"True": [], "False": []}
        for note in notes.iterdir():
            spent, recogniser, program = note.read_text(encoding="utf-8").split(" ", 2)
            path = Path(program)
            programs[path.parent.name if path.stem == "__main__" else path.stem] += float(spent)
            if path.stem == "transcribe":
                transcribing[recogniser].append(float(spent))
        return Spent(cpu, programs, tuple(transcribing["True"]), tuple(transcribing["False"])), seconds


def bare(chains: int, steps: int, runs: int = 1) -> list[float]:
    """CPU seconds of each run of a Snakefile with so many chains of trivial jobs, under our profile.

    From the second run on nothing is left to do.
    """
    with tempfile.TemporaryDirectory(prefix="clm-bare-") as name:
        snakefile = Path(name, "Snakefile")
        head = f"JOBS, STEPS = {chains}, {list(range(1, steps + 1))}\n"
        snakefile.write_text(head + _BARE, encoding="utf-8")
        command = [sys.executable, "-m", "snakemake", "-s", str(snakefile), "-d", name, "--cores", "4"]
        command += ["--profile", str(CHECKOUT / "profiles" / "default")]
        spent = []
        for _ in range(runs):
            before = children()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            spent.append(children() - before)
        return spent


def peak_mib() -> float:
    """The largest memory, in MiB, that one of the processes took that this one has waited for."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def children() -> float:
    """CPU seconds of all processes that this one has waited for, with theirs."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
