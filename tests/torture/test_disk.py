"""Disks that are full or cannot be written: a message, nothing lost, and the next run ends like an undisturbed one."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from runner import Run, Workflow
from torture.counts import count
from workflow_data import small_data_set

Mount = Callable[[Path, str], None]
DISK_MB = 48
#: Kilobytes that are left when a run starts: too few to start; for some jobs; up to the middle of training.
ROOM = (0, 500, 1_030, 1_060, 1_100, 1_150, 1_200, 1_300, 1_500, 2_000, 6_000, 12_000, 24_000)


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Mounts a file system of its own, as root; unmounted when the test ends."""
    with ExitStack() as stack:

        def mounted(path: Path, options: str) -> None:
            path.mkdir(parents=True, exist_ok=True)
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"a small disk needs root's mount: {done.stderr.strip()}")
            stack.callback(subprocess.run, ["umount", "--lazy", str(path)], check=True)

        yield mounted


@contextmanager
def almost_full(disk: Path, kilobytes: int) -> Iterator[None]:
    """Leave only so much room on a disk."""
    status = os.statvfs(disk)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - 1024 * kilobytes)))
    yield
    ballast.unlink()


def check_says_full(run: Run) -> None:
    """The last lines say that the disk is full; with a traceback only where Snakemake itself cannot go on."""
    last = "\n".join(run.output.strip().splitlines()[-8:])
    assert "No space left on device" in last or "no room" in last, run.output
    if "Traceback" in run.output:
        assert "site-packages/snakemake" in run.output.split("Traceback")[-1], run.output


def test_no_room_at_all(mount: Mount, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    mount(disk, f"size={DISK_MB}m")
    workflow = small_data_set(disk)
    with almost_full(disk, 0):
        run = workflow.run(status=1)
    check_says_full(run)
    assert run.output.strip().splitlines()[-1].startswith("Hint: free some space and run again")
    count("disk full")


@pytest.mark.torture
def test_full_at_any_moment_then_mended(mount: Mount, tmp_path: Path) -> None:
    (tmp_path / "undisturbed").mkdir()
    undisturbed = small_data_set(tmp_path / "undisturbed")
    undisturbed.run()
    full = 0
    for kilobytes in ROOM:
        disk = tmp_path / f"disk {kilobytes}"
        mount(disk, f"size={DISK_MB}m")
        workflow = small_data_set(disk)
        with almost_full(disk, kilobytes):
            process = subprocess.run(
                workflow.command(), cwd=disk, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
        run = Run(process.returncode, process.stdout)
        if run.status:
            check_says_full(run)
            full += 1
            count("disk full")
        workflow.run()
        assert workflow.outcome() == undisturbed.outcome(), kilobytes
        assert not workflow.run().jobs
    assert full >= len(ROOM) - 3


@pytest.mark.torture
def test_results_on_a_read_only_disk(mount: Mount, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    workflow = small_data_set(tmp_path / "work")
    mount(workflow.results, "ro")
    run = workflow.run(status=1)
    *_, message, hint = run.output.strip().splitlines()
    assert message == "results: cannot write to results (Read-only file system)"
    assert hint.startswith("Hint: make it writable")
    assert not run.jobs
    count("read-only results")


@pytest.mark.torture
def test_input_on_a_read_only_disk(mount: Mount, tmp_path: Path) -> None:
    workflow = Workflow(tmp_path / "work")
    workflow.directory.mkdir()
    mount(workflow.data, "size=8m")
    small_data_set(workflow.directory)
    subprocess.run(["mount", "-o", "remount,ro", str(workflow.data)], check=True)
    workflow.run()
    assert [row["status"] for row in workflow.outcome()[0]] == ["finished", "finished"]
    count("read-only input")
