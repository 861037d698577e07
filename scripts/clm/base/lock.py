"""One run at a time for each results folder, whatever its working directory.

Snakemake's own lock is of the working directory. This one is a lock of the kernel on `<results>/.lock`, which ends
with the process that holds it, killed or not: nothing needs cleaning up afterwards. What the file says about its
holder is for messages only.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import socket
import time
from pathlib import Path
from typing import IO, Any

from clm.base.errors import UserError

NAME = ".lock"
#: Bytes that have to be free for a run to start.
LEAST_FREE = 1 << 20

#: A dry run looks at the lock for a moment.
_PATIENCE_SECONDS = 1.0
#: Errors of file systems without locks; there only Snakemake's own lock helps.
_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}

#: Locks of this process, by real path; they are held until it ends.
_held: dict[str, IO[str]] = {}


def stamp(results: Path) -> str:
    """Text of the lock about its last holder: it changes when another run takes the results folder."""
    with contextlib.suppress(OSError):
        return (results / NAME).read_text(encoding="utf-8")
    return ""


def take(results: Path, seen: str | None = None) -> None:
    """Hold the results folder until this process ends; `seen` is the stamp when this run looked at the results.

    Raises:
        UserError: another run holds it or has held it since, or it cannot be written.

    """
    path = results / NAME
    where = os.path.realpath(path)
    if where in _held:
        return
    try:
        results.mkdir(parents=True, exist_ok=True)
        _check_room(results, Path.cwd())
        file = path.open("a+", encoding="utf-8")
        if not _lock(file, fcntl.LOCK_EX, time.monotonic() + _PATIENCE_SECONDS):
            found = _holder(file)
            file.close()
            raise UserError(
                f"results: another run is using {results} ({found}); nothing was changed",
                "wait until it has ended, stop it, or name another folder: --config results=...",
            )
        if seen is not None and seen != stamp(results):
            file.close()
            raise UserError(
                f"results: another run has changed {results} while this one was starting; nothing was done",
                "run again",
            )
        _describe(file)
    except OSError as error:
        raise unwritable(results, error) from error
    _held[where] = file


def holder(results: Path) -> str:
    """Name of the run that holds the results folder, or an empty string; nothing is held or changed."""
    path = results / NAME
    if os.path.realpath(path) in _held:
        return ""
    with contextlib.suppress(OSError), path.open(encoding="utf-8") as file:
        if not _lock(file, fcntl.LOCK_SH, 0.0):
            return _holder(file)
    return ""


def unwritable(results: Path, error: OSError) -> UserError:
    """Error for a results folder that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(
            f"results: no room left to write to {results} ({error.strerror})",
            "free some space and run again: finished results are kept",
        )
    return UserError(
        f"results: cannot write to {results} ({error.strerror})",
        "make it writable, or name another folder: --config results=...",
    )


def _check_room(*folders: Path) -> None:
    """Refuse disks that are nearly full, where Snakemake itself would fail before it runs anything.

    Raises:
        UserError: less is free than a run writes before its first job.

    """
    for folder in folders:
        if shutil.disk_usage(folder).free < LEAST_FREE:
            raise unwritable(folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))


def _lock(file: IO[str], kind: int, deadline: float) -> bool:
    """Take a lock; return False if that did not succeed before the deadline."""
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        except OSError as error:
            if error.errno in _UNSUPPORTED:
                return True
            raise
        else:
            return True


def _describe(file: IO[str]) -> None:
    """Write down who holds the lock."""
    about = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "directory": str(Path.cwd()),
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
    }
    file.truncate(0)
    file.write(json.dumps(about) + "\n")
    file.flush()


def _holder(file: IO[str]) -> str:
    """Holder named in the file."""
    file.seek(0)
    try:
        about: dict[str, Any] = json.loads(file.read())
        return f"process {about['pid']} on {about['host']}, in {about['directory']}, since {about['since']}"
    except (ValueError, KeyError, TypeError):  # it has only just begun
        return "a process that has just begun"
