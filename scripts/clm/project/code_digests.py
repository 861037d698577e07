"""The code of the programs whose work is cheap, as one input and one parameter of their rules for each of them.

A rule runs again when one of its inputs changed. As inputs, a program and its modules would be ten files and more,
which Snakemake would look at for every job, and they would be other files for a checkout elsewhere. One file in the
results that says what is in them stands for all of them. It counts by age, which clocks and copies get wrong, so there
is its digest as a parameter as well; that one is lost with Snakemake's records, where the file is not.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from clm.base import files

#: Programs whose work is done again when their code changes. Not those whose work takes long, or costs money.
CHEAP = ("normalize", "wer", "import_transcripts", "summarize", "diagnose", "leakage", "leaderboard", "report")
#: Modules that find, read, write and report: whatever they become, texts and figures stay as they are.
PLUMBING = frozenset(
    {
        "aws.clients", "aws.s3", "base.errors", "base.lock", "base.progress", "base.s3_path", "bucket.mirror",
        "bucket.sync", "cli", "config", "settings",
    }
)  # fmt: skip
#: What modules read beside themselves: files, or directories with all that is in them.
_DATA = {"english.words": "english/stopwords.txt", "report.render": "report/templates"}
#: Read at the start of every run, and ten times as quick as by Python's own parser.
_IMPORT = re.compile(r"^[ \t]*from (clm[\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)
_SCRIPTS = Path(__file__).parents[2]
_LIBRARY = _SCRIPTS / "clm"


def records() -> dict[str, dict[str, Any]]:
    """Files below the results folder that say what the sources of each program are, by name."""
    return {f"inputs/programs/{program}.json": {"sha256": sha256} for program, sha256 in _sha256().items()}


def digests() -> dict[str, str]:
    """By program: a digest of its sources."""
    return {program: files.digest(sha256) for program, sha256 in _sha256().items()}


@cache
def _sha256() -> dict[str, dict[str, str]]:
    """By program and source: the digest of what is in it."""
    digest = cache(files.sha256_of_file)
    return {
        program: {path.relative_to(_SCRIPTS).as_posix(): digest(path) for path in sources(program)} for program in CHEAP
    }


def sources(program: str) -> list[Path]:
    """The files that make a difference to what a program writes: itself, its modules, theirs, and their data."""
    path = _SCRIPTS / f"{program}.py"
    modules: set[str] = set()
    waiting = _imported(path) - PLUMBING
    while waiting:
        modules |= waiting
        waiting = frozenset().union(*(_imported(_path(module)) for module in waiting)) - modules - PLUMBING
    data = [_LIBRARY / _DATA[module] for module in modules & set(_DATA)]
    read = [file for found in data for file in (found.glob("[!.]*") if found.is_dir() else [found])]
    return sorted([path, *map(_path, modules), *read])


@cache
def _imported(path: Path) -> frozenset[str]:
    """Modules of ours that a file imports, wherever in it, as `lm.trie`."""
    found = _IMPORT.findall(path.read_text(encoding="utf-8"))
    named = [package for package, _ in found]
    named += [f"{package}.{name}" for package, names in found for name in re.findall(r"\w+", names)]
    modules = {name.removeprefix("clm.") for name in named if name.startswith("clm.")}
    return frozenset(module for module in modules if _path(module).exists())


def _path(module: str) -> Path:
    path = _LIBRARY.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
