"""Own CPU time of the workflow: FOLDERS folders of one short clip, stock model and one CLM, then a rerun.

All folders hold the same recording, so the store answers for all but the first few and what is left is our overhead:
Snakemake and the programs it starts. Figures are CPU seconds of all processes.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from runner import Workflow

MODELS = 2


def timed(workflow: Workflow) -> tuple[float, float, int]:
    """CPU seconds, seconds and jobs of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = workflow.run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - start, run.jobs.total()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=int, nargs="?", default=300)
    count = parser.parse_args().folders
    with tempfile.TemporaryDirectory() as name:
        workflow = Workflow(Path(name))
        for number in range(count):
            workflow.add(f"{number:04d}", seconds=2)
        workflow.write("keywords/keywords.txt", "morning")
        workflow.write("articles/Morning.txt", "Good morning and welcome to the first lecture.")
        print("run     jobs   seconds   CPU s   CPU s per folder and model")
        for title in ("first", "rerun"):
            cpu, seconds, jobs = timed(workflow)
            print(f"{title:6} {jobs:5} {seconds:9.1f} {cpu:7.1f} {cpu / count / MODELS:10.3f}")


if __name__ == "__main__":
    main()
