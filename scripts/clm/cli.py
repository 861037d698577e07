"""What the command-line programs share: logging to standard error, and errors as messages."""

import argparse
import logging
import sys
from collections.abc import Callable

from clm import __version__
from clm.errors import UserError


def parser(description: str | None) -> argparse.ArgumentParser:
    """An argument parser for a program that is described by its module's docstring."""
    arguments = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    arguments.add_argument("--version", action="version", version=__version__)
    return arguments


def run(main: Callable[[], None]) -> None:
    """Run a program's `main`; an error for the user ends it with status 1 and the message, without a traceback."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        main()
    except UserError as error:
        sys.exit(f"Error: {error}")
    except OSError as error:
        # Full disks and lost network drives pass; the traceback would hide which file it was.
        sys.exit(f"Error: {error}\nHint: mend it and run again; what is finished is kept")
