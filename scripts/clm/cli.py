"""Shared parts of the command-line programs: logging to standard error, errors as messages, configuration.

Every job pays for these imports: classes that only some programs need are imported where they are used.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm import SHARED, __version__
from clm.base.errors import UserError
from clm.base.redaction import scrub

if TYPE_CHECKING:
    from clm.settings import Settings

CHECKOUT = Path(__file__).parents[2]

_HELP_WIDTH = 100


def parser(description: str | None) -> argparse.ArgumentParser:
    """An argument parser for a program that is described by its module's docstring."""
    arguments = argparse.ArgumentParser(description=description, formatter_class=_help_formatter, allow_abbrev=False)
    arguments.add_argument("--version", action="version", version=__version__)
    return arguments


def add_config_options(arguments: argparse.ArgumentParser) -> None:
    """Add Snakemake's options for a user's configuration, for programs that are run by hand."""
    arguments.add_argument(
        "--configfile", type=Path, nargs="+", default=[], metavar="FILE", help="your configuration, as for snakemake"
    )
    arguments.add_argument(
        "--config", nargs="+", default=[], metavar="KEY=VALUE", help="settings that win over the file, as for snakemake"
    )


def read_config(args: argparse.Namespace) -> Settings:
    """The settings that the workflow would have, given the same options.

    Raises:
        UserError: a file is missing or not a mapping, an entry of --config is malformed, a key or value is wrong.

    """
    from clm import config  # not needed by jobs

    changes: dict[str, Any] = {}
    for path in args.configfile:
        changes = config.merge(changes, _read_changes(path))
    changes = config.merge(changes, _parse_changes(args.config))
    return config.load(changes, CHECKOUT, Path.cwd())


def _help_formatter(prog: str) -> argparse.HelpFormatter:
    """A formatter of fixed width: finding the terminal's would cost every job another import."""
    return argparse.RawDescriptionHelpFormatter(prog, width=_HELP_WIDTH)


def add_settings_option(arguments: argparse.ArgumentParser) -> None:
    """Add the option that passes the settings of a run to its job."""
    arguments.add_argument(
        "--settings", type=Path, required=True, metavar="FILE", help="settings of the run (config.json of the results)"
    )


def run(main: Callable[[], None]) -> None:
    """Run a program's `main`; an error for the user ends it with status 1 and the message, without a traceback."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Scrubbing("%(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    try:
        if SHARED in os.environ:  # needed by few; its import would slow every job
            from clm.bucket import sync

            sync.refresh()
        main()
    except UserError as error:
        sys.exit(scrub(f"Error: {error}"))
    except OSError as error:
        # Full disks and lost network drives pass; the traceback would hide which file it was.
        sys.exit(scrub(f"Error: {error}\nHint: fix the problem and rerun; finished results are kept"))
    except Exception:
        sys.exit(scrub(traceback.format_exc()))
    _leave()


def _leave() -> None:
    """End the process without taking down every module first, which costs a tenth of a short job's time."""
    if threading.active_count() > 1:
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read it has gone
        os._exit(1)
    os._exit(0)


class _Scrubbing(logging.Formatter):
    """Redaction of account numbers, keys and signatures, also in tracebacks, since logs are passed on."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one text."""
        return scrub(super().format(record))


def _read_changes(path: Path) -> dict[str, Any]:
    import yaml

    from clm import config

    if not path.is_file():
        raise UserError(f"--configfile: there is no file {path}", "paths count from the working directory")
    try:
        changes = config.load_yaml(path)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not readable as YAML ({error})", "compare it with config/config.yaml") from error
    if not isinstance(changes, dict | None):
        raise UserError(f"{path}: holds no settings", "write one 'key: value' a line, as in config/config.yaml")
    return changes or {}


def _parse_changes(entries: Iterable[str]) -> dict[str, Any]:
    """Entries of --config; a value is YAML, or else a text, as Snakemake takes it.

    >>> _parse_changes(["input=a b", "transcribe={bucket: talks, max_jobs: 5}", "keywords="])
    {'input': 'a b', 'transcribe': {'bucket': 'talks', 'max_jobs': 5}, 'keywords': None}
    """
    import yaml

    from clm import config

    changes: dict[str, Any] = {}
    for entry in entries:
        key, separator, text = entry.partition("=")
        if not separator or not key:
            raise UserError(f"--config: {entry!r} is not KEY=VALUE", "for example --config engine=transcribe")
        value: Any = text
        with contextlib.suppress(yaml.YAMLError):
            value = yaml.safe_load(text)
        changes = config.merge(changes, {key: value})
    return changes
