"""The Python interpreter of the jobs, and the place of our programs."""

import os
import sys
from pathlib import Path


def put_first_on_path() -> None:
    """Make `python` in a shell command mean the running interpreter, whatever the caller's PATH is.

    `.venv/bin/snakemake` is to work without activating the environment first.
    """
    own = os.path.dirname(sys.executable)  # noqa: PTH120 - the path as it was started, symbolic links kept
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if directories[0] != own:
        os.environ["PATH"] = os.pathsep.join([own, *directories])


def name_programs() -> None:
    """Set CLM_SCRIPTS, the variable for the folder of our programs in shell commands.

    With it, the commands are the same from any directory and for any checkout: a path in them, or among the inputs,
    would make rules run again for results that were moved.
    """
    os.environ["CLM_SCRIPTS"] = str(Path(__file__).parents[2])
