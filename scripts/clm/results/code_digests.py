"""Digests of the code of cheap programs, as one input and one parameter of the rule of each program.

A rule runs again when one of its inputs changed. As inputs, a program and its modules would be ten files and more,
which Snakemake would check for every job, and other files for another checkout. One file in the results, which holds
their digests, replaces them all. It counts by age, which clocks and copies get wrong, so its digest is a parameter as
well; the parameter is lost with Snakemake's records, the file is not.
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
#: Data that modules read: files, or whole directories.
_DATA = {"english.words": "english/stopwords.txt", "report.render": "report/templates"}
#: Read at the start of every run, and ten times as quick as by Python's own parser.
_IMPORT = re.compile(r"^[ \t]*from (clm[\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)
_SCRIPTS = Path(__file__).parents[2]
_LIBRARY = _SCRIPTS / "clm"


def records() -> dict[str, dict[str, Any]]:
    """Files below the results folder with the digests of each program's sources, by name."""
    return {f"inputs/programs/{program}.json": {"sha256": sha256} for program, sha256 in _sha256().items()}


def digests() -> dict[str, str]:
    """Digest of the sources of each program."""
    return {program: files.digest(sha256) for program, sha256 in _sha256().items()}


@cache
def _sha256() -> dict[str, dict[str, str]]:
    """Digest of each source, by program."""
    digest = cache(files.sha256_of_file)
    return {
        program: {path.relative_to(_SCRIPTS).as_posix(): digest(path) for path in sources(program)} for program in CHEAP
    }


def sources(program: str) -> list[Path]:
    """Files that affect the output of a program: itself, its modules, theirs, and their data."""
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
