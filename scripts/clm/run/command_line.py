"""The command line of a run, without what it asked for once: given again, it continues the same run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence

#: Options that are about one run only, with their values.
_ONCE = {
    "-F", "--forceall", "-f", "--force", "-R", "--forcerun", "-U", "--until", "-O", "--omit-from", "--ri",
    "--rerun-incomplete", "-P", "--prioritize", "--batch", "-t", "--touch", "-n", "--dry-run", "--dryrun", "-q",
    "--quiet", "-p", "--printshellcmds", "--verbose", "--report-after-run", "--allowed-rules", "--debug", "--debug-dag",
}  # fmt: skip
#: Options with exactly one value: what follows it is a target, which is not asked for again.
_ONE_VALUE = {
    "-s", "--snakefile", "-d", "--directory", "-c", "--cores", "-j", "--jobs", "--profile", "--workflow-profile", "-e",
    "--executor",
}  # fmt: skip
#: Configuration keys that are about one run only.
_ONCE_KEYS = ("repeat", "retry_failed")


def repeatable(arguments: Sequence[str]) -> list[str]:
    """The words of a command line (`sys.argv`) that a later run of the same results needs.

    >>> repeatable(["snakemake", "--cores", "4", "all", "-s", "x/Snakefile", "-F", "--config", "input=a", "repeat=b"])
    ['snakemake', '--cores', '4', '-s', 'x/Snakefile', '--config', 'input=a']
    """
    words = _program(arguments[0])
    for option, values in _options(arguments[1:]):
        name = option.partition("=")[0]
        if name in _ONCE:
            continue
        if name in ("-C", "--config"):
            values = [value for value in values if value.partition("=")[0] not in _ONCE_KEYS]
            if not values:
                continue
        elif name in _ONE_VALUE:
            values = values[: 0 if "=" in option else 1]
        words += [option, *values]
    return words


def _program(path: str) -> list[str]:
    """The program as it was started; Python itself where that ran a module."""
    return [sys.executable, "-m", "snakemake"] if os.path.basename(path) == "__main__.py" else [path]  # noqa: PTH119


def _options(arguments: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Options, each with the words up to the next one; words before the first are targets."""
    option = ""
    values: list[str] = []
    for word in arguments:
        if word.startswith("-") and len(word) > 1:
            if option:
                yield option, values
            option, values = word, []
        else:
            values.append(word)
    if option:
        yield option, values
