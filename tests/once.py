"""Things that a whole test session makes once, whichever of its workers asks first."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def once(name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory) -> Path:
    """The directory `name`, filled by `make` in the first worker that asks while the others wait; never changed."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each worker has a directory of its own below that of the session
        root = root.parent
    directory, made = root / name, root / f"{name}.made"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(directory, ignore_errors=True)  # an attempt that failed
            directory.mkdir()
            make(directory)
            made.touch()
    return directory
