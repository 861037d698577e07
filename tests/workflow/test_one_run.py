"""One run at a time for each results folder, and what a run that failed says last."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from clm.base import files, lock
from runner import Workflow


@contextmanager
def under_way(workflow: Workflow) -> Iterator[subprocess.Popen[str]]:
    """A real run that has just begun and is halted there."""
    with (workflow.directory / "first.txt").open("w") as output:
        process = workflow.start(output)
    try:
        deadline = time.monotonic() + 120
        while f"process {process.pid} " not in lock.holder(workflow.results):  # it says so soon after it holds it
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        while psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:  # it may be in the middle of a write
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield process
    finally:
        process.kill()
        process.wait()


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Sizes and ages of all files."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def test_a_second_run_is_refused_from_anywhere_and_changes_nothing(finished: Workflow, tmp_path: Path) -> None:
    other = Workflow(tmp_path / "elsewhere")
    shutil.copytree(finished.data, other.data)
    (other.data / "input" / "one" / "transcript.txt").write_text("Good morning.")
    with under_way(finished) as process:
        before = snapshot(finished.results)
        refused = other.run("--config", f"results={finished.results}", status=1)
        looked = other.run("-n", "--config", f"results={finished.results}")
        assert snapshot(finished.results) == before
    holder = f"process {process.pid} on "
    *_, message, hint = refused.output.strip().splitlines()
    assert f"another run is using {finished.results} ({holder}" in message
    assert f"in {finished.directory}" in message
    assert hint.startswith("Hint: wait until it has ended")
    assert f"Another run is using {finished.results} ({holder}" in looked.output
    assert not refused.jobs
    # The lock has gone with the process that was killed.
    assert other.run("-n", "--config", f"results={finished.results}").jobs["normalize"]


def test_failed_jobs_are_the_last_lines(fresh: Workflow) -> None:
    files.write_text(fresh.results / "store" / "pocketsphinx", "in the way")
    *_, headline, first, second, hint = fresh.run(status=1).output.strip().splitlines()
    assert headline == "2 jobs failed; everything that does not depend on it is done:"
    for name, line in zip(("one", "two"), sorted((first, second)), strict=True):
        assert line.startswith(f"  transcribe pocketsphinx/{name}: ")
        assert "File exists: 'results/store/pocketsphinx'" in line
        assert line.endswith(f"(results/logs/transcribe/pocketsphinx/{name}.log)")
    assert hint.startswith("Hint: fix the problem and rerun")
