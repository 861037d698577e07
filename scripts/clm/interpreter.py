"""Which Python the jobs run with."""

import os
import sys


def put_first_on_path() -> None:
    """Make `python` in a shell command mean the interpreter that runs now, whatever the caller's PATH says.

    `.venv/bin/snakemake` is to work without activating the environment first.
    """
    own = os.path.dirname(sys.executable)  # noqa: PTH120 - the path as it was started, symbolic links kept
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if directories[0] != own:
        os.environ["PATH"] = os.pathsep.join([own, *directories])
