"""What the workflow costs on top of the recogniser: FOLDERS folders of one short clip with three models.

All folders hold the same recording, so the store answers for all but the first few, and what is left is our overhead:
Snakemake and the programs that it starts. First the stock model and a CLM, then a second CLM by `--forcerun heal`, then
the same again, which does nothing. A Snakefile with as many trivial jobs is run beside it, first and again.

Figures are CPU seconds of all processes but for the training of the CLMs and for the recogniser, whose loading and
decoding is what jobs that need it cost more than the others; and the largest memory of a single process.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import cpu_split
from figures import Figure

from runner import ARTICLES, Run, Workflow

MODELS = 3
STEPS = 3  # transcribe, normalize, wer


@dataclass(frozen=True)
class Overhead:
    """Figures of one data set: CPU seconds, wall-clock seconds, and MiB of memory."""

    folders: int
    jobs: int
    cpu: float
    seconds: float
    bare_cpu: float
    rerun_cpu: float
    bare_rerun_cpu: float
    peak_mib: float

    @property
    def per_folder_and_model(self) -> float:
        """CPU seconds of our own for one folder and model."""
        return self.cpu / self.folders / MODELS

    @property
    def rerun_ratio(self) -> float:
        """CPU time of a rerun that does nothing, against that of the bare Snakefile."""
        return self.rerun_cpu / self.bare_rerun_cpu

    @property
    def figures(self) -> list[Figure]:
        """What the workflow promises."""
        each = f"{self.folders} folders x {MODELS} models"
        return [
            Figure(f"{each}: CPU time per folder and model", self.per_folder_and_model, unit=" s"),
            Figure(f"{each}: a bare Snakefile of as many jobs, per folder and model", self.bare_each, unit=" s"),
            Figure(f"{each}: the difference, our own", self.per_folder_and_model - self.bare_each, "<=", 0.3, " s"),
            Figure(f"{each}: rerun that does nothing, against the bare one", self.rerun_ratio, "<=", 2.0),
            Figure(f"{each}: the rerun, CPU time", self.rerun_cpu, unit=" s"),
            Figure(f"{each}: largest memory of a process", self.peak_mib, unit=" MiB"),
            Figure(f"{each}: wall-clock time for {self.jobs} jobs", self.seconds, unit=" s"),
        ]

    @property
    def bare_each(self) -> float:
        """CPU seconds of the bare Snakefile for one folder and model."""
        return self.bare_cpu / self.folders / MODELS


def measure(folders: int) -> Overhead:
    """Run the workflow on so many folders, and the bare Snakefile."""
    with tempfile.TemporaryDirectory(prefix="clm-overhead-") as name:
        workflow = Workflow(Path(name))
        for number in range(folders):
            workflow.add(f"{number:05d}", seconds=2, text="good morning a lecture about power")
        workflow.write("keywords/keywords.txt", "osmosis")
        for title, text in ARTICLES.items():
            workflow.write(f"articles/{title}.txt", text)
        runs = [_run(workflow, *arguments) for arguments in ((), ("--forcerun", "heal"), ())]
        models = len(list((workflow.results / "models").glob("*/model.json"))) + 1
        assert (models, runs[-1].jobs) == (MODELS, 0), f"{models} models, {runs[-1].jobs} jobs in a rerun"
    bare, bare_rerun = cpu_split.bare(folders * MODELS, STEPS, runs=2)
    jobs, cpu, seconds = (sum(values) for values in zip(*runs[:-1], strict=True))
    return Overhead(folders, jobs, cpu, seconds, bare, runs[-1].cpu, bare_rerun, cpu_split.peak_mib())


class _Run(NamedTuple):
    jobs: int
    cpu: float  # without training and recogniser, which are no overhead
    seconds: float


def _run(workflow: Workflow, *arguments: str) -> _Run:
    runs: list[Run] = []

    def run(variables: dict[str, str]) -> None:
        workflow.environment = variables
        runs.append(workflow.run(*arguments))

    spent, seconds = cpu_split.measured(run)
    return _Run(runs[0].jobs.total(), spent.total - spent.programs["train_clm"] - spent.recogniser, seconds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=int, nargs="*", default=[300])
    print("folders   jobs   seconds    CPU s  per folder and model     bare  rerun CPU s    bare  ratio  peak MiB")
    for folders in parser.parse_args().folders:
        found = measure(folders)
        print(
            f"{found.folders:7} {found.jobs:6} {found.seconds:9.1f} {found.cpu:8.1f} {found.per_folder_and_model:21.3f}"
            f" {found.bare_cpu:8.1f} {found.rerun_cpu:12.1f} {found.bare_rerun_cpu:7.1f} {found.rerun_ratio:6.2f}"
            f" {found.peak_mib:9.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
