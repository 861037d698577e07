"""The record `invocation.json`: the command that started the last run, which starts it again."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from clm.base import files
from clm.base.errors import UserError
from clm.base.redaction import scrub

NAME = "invocation.json"
#: For results of an older version, which do not say.
USUAL = ("snakemake", "--cores", "4")


def write(results: Path, words: Sequence[str]) -> None:
    """Keep the words of a command; account numbers and keys are taken out."""
    files.rewrite_json(results / NAME, {"command": [scrub(word) for word in words]})


def read(results: Path) -> tuple[str, ...]:
    """The words of the command, the usual ones where they are not known."""
    try:
        words = files.read_json(results / NAME)["command"]
    except (OSError, UserError, LookupError, TypeError, ValueError):
        return USUAL
    return tuple(map(str, words)) if isinstance(words, list) and words else USUAL


def command(words: Sequence[str], *more: str) -> str:
    """A command for a shell.

    >>> command(["snakemake", "-d", "my talks"], "--forcerun", "heal")
    "snakemake -d 'my talks' --forcerun heal"
    """
    return shlex.join([*words, *more])


def with_config(words: Sequence[str], *settings: str) -> str:
    """The command with more settings: Snakemake takes the last `--config` only, so they join the one that is there.

    >>> with_config(["snakemake", "--config", "input=a", "keywords=b", "--cores", "4"], "keywords=terms.txt")
    'snakemake --config input=a keywords=terms.txt --cores 4'
    """
    keys = {setting.partition("=")[0] for setting in settings}
    start = next((place for place, word in enumerate(words) if word in ("-C", "--config")), None)
    if start is None:
        return command(words, "--config", *settings)
    following = (place for place in range(start + 1, len(words)) if words[place].startswith("-"))
    end = next(following, len(words))
    kept = [word for word in words[start + 1 : end] if word.partition("=")[0] not in keys]
    return command([*words[: start + 1], *kept, *settings, *words[end:]])
