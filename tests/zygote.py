"""Snakemake with its imports done, which forks for each run: importing it costs more than most of the tests' runs.

Reads requests from its input, a line of JSON each, and writes the exit status of each to its output. A run gets a
process, an environment and a working directory of its own, and nothing of our library is imported before the fork; so
what runs is what `python -m snakemake` runs. Only for Linux: elsewhere libraries do not bear a fork after their import.
"""

import gc
import importlib
import json
import os
import runpy
import sys
from typing import Any

#: What a run of the workflow imports, whatever it has to do.
MODULES = (
    "snakemake.cli", "snakemake.api", "snakemake.workflow", "snakemake.dag", "snakemake.scheduling.job_scheduler",
    "snakemake.scheduling.greedy", "snakemake.executors.local", "snakemake.parser", "snakemake.report.html_reporter",
    "boto3", "smart_open", "jsonschema", "pandas", "yaml",
)  # fmt: skip


def serve() -> dict[str, Any] | None:
    """Fork for each request and report how it ended; in the fork, give the request."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            return json.loads(line)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    return None


def become(request: dict[str, Any]) -> None:
    """Run Snakemake as if this process had been started for it."""
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(output)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["directory"])
    sys.path[0] = request["directory"]
    sys.argv = ["snakemake", *request["arguments"]]
    runpy.run_module("snakemake", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for module in MODULES:
        importlib.import_module(module)
    gc.freeze()
    if request := serve():
        become(request)
