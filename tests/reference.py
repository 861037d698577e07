"""Write the pages of reference that are made from the sources: docs/scripts.md and results/README.md.

Run it with `make docs`; tests compare. What argparse prints depends on the version of Python: the page is of 3.11.
"""

import contextlib
import fnmatch
import importlib.util
import io
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import yaml

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "scripts"))

PROGRAMS = CHECKOUT / "docs" / "scripts.md"
RESULTS = CHECKOUT / "results" / "README.md"
DESCRIPTION = CHECKOUT / "scripts" / "clm" / "results" / "results.yaml"
#: Programs with a rule that people also start themselves.
ALSO_BY_HAND = {"import_transcripts", "normalize", "report"}
_PROGRAMS_HEAD = """\
# Programs

Every program in `scripts/` with what its `--help` prints. This page is made by `make docs`, and a test keeps it so.

In a checkout they are started as `.venv/bin/python scripts/<name>.py`. All of them end with status 0, or with status 1
and a message, most often with a hint; 2 if their options are wrong. Paths count from the working directory.
"""
_RESULTS_HEAD = """\
# results/

Everything here is made by the workflow; only this page is kept in git. It is made from
`scripts/clm/results/results.yaml` by `make docs`, and tests compare it with real runs.

A results folder belongs to one data set: another one goes elsewhere with `--config results=...`. To start over without
losing what was paid for, delete everything but `store/`, `models/` and, in `results/`, this page.

`<model>` is `pocketsphinx`, `whisper` or `transcribe` (the stock models), `pocketsphinx-clm-001` and so on
(generations), `transcribe-vocabulary-001` and so on, `transcribe-<name>` (a model of
your account) or `imported-<name>`.
"""


# -- programs ----------------------------------------------------------------------------------------------------------


def programs() -> dict[str, bool]:
    """Names of all programs, and whether a rule of this name starts them."""
    rules = "".join(path.read_text(encoding="utf-8") for path in (CHECKOUT / "rules").glob("*.smk"))
    named = set(re.findall(r"^(?:rule|checkpoint) (\w+):", rules, re.MULTILINE))
    return {path.stem: path.stem in named for path in sorted((CHECKOUT / "scripts").glob("*.py"))}


def program(name: str) -> ModuleType:
    """A program as a module."""
    spec = importlib.util.spec_from_file_location(f"program_{name}", CHECKOUT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def help_of(name: str) -> str:
    """What `--help` prints."""
    module, text = program(name), io.StringIO()
    with (
        mock.patch.object(sys, "argv", [f"{name}.py"]),
        contextlib.redirect_stdout(text),
        contextlib.suppress(SystemExit),
    ):
        module.main(["--help"])
    return text.getvalue()


def programs_page() -> str:
    """docs/scripts.md."""
    found = programs()
    hand = [name for name, has_rule in found.items() if not has_rule or name in ALSO_BY_HAND]
    parts = [_PROGRAMS_HEAD, "## Started by hand\n", *map(_program, hand)]
    parts += ["## Started by the workflow\n\nOne for each rule, named like it.\n"]
    parts += [_program(name) for name in found if name not in hand]
    return "\n".join(parts)


def _program(name: str) -> str:
    return f"### {name}.py\n\n```\n{help_of(name).rstrip()}\n```\n"


# -- results -----------------------------------------------------------------------------------------------------------


@cache
def sections() -> list[dict[str, Any]]:
    """The description of all files."""
    return yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))


@cache
def described() -> dict[str, dict[str, Any]]:
    """What is said of each pattern; `like` is followed."""
    found = {pattern: about for section in sections() for pattern, about in section["files"].items()}
    return {pattern: {**found.get(about.get("like"), {}), **about} for pattern, about in found.items()}


def pattern_of(name: str) -> str | None:
    """The first pattern that fits a file, by its path below the results folder.

    >>> pattern_of("runs/pocketsphinx/one/wer.json"), pattern_of("runs/wer.json"), pattern_of("logs/a/b/c.log")
    ('runs/*/*/wer.json', None, 'logs/**/*.log')
    """
    parts = name.split("/")
    return next((pattern for pattern in described() if _fits(parts, pattern.split("/"))), None)


def _fits(parts: list[str], pattern: list[str]) -> bool:
    if not pattern or not parts:
        return not pattern and not parts
    if pattern[0] == "**":
        return len(pattern) == 1 or _fits(parts, pattern[1:]) or _fits(parts[1:], pattern)
    return fnmatch.fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def mistakes(results: Path) -> list[str]:
    """What is in a results folder and not as described: files that nothing is said of, and columns."""
    found, wrong = described(), []
    for path in sorted(path for path in results.rglob("*") if path.is_file() and not path.name.startswith(".")):
        name = path.relative_to(results).as_posix()
        if name == RESULTS.name:
            continue
        pattern = pattern_of(name)
        if pattern is None:
            wrong.append(f"{name}: not described")
        elif path.suffix in (".csv", ".tsv"):
            first = path.read_text(encoding="utf-8").partition("\n")[0]
            columns = first.split("\t" if path.suffix == ".tsv" else ",")
            expected = list(found[pattern]["columns"])
            extra = columns[len(expected) :]
            if columns[: len(expected)] != expected or (extra and "more_columns" not in found[pattern]):
                wrong.append(f"{name}: has {columns}, described are {expected}")
    return wrong


def results_page() -> str:
    """results/README.md."""
    parts = [_RESULTS_HEAD]
    for section in sections():
        parts += [f"## {section['title']}\n", *([section["text"] + "\n"] if "text" in section else [])]
        parts += ["\n".join(["| file | what |", "|---|---|", *map(_file, section["files"].items())]) + "\n"]
    parts += ["## Columns\n"]
    parts += [_columns(pattern, about) for pattern, about in described().items() if _has_own(pattern, about)]
    return "\n".join(parts)


def shown(pattern: str) -> str:
    """A pattern as people read it.

    >>> shown("runs/*/*/wer.json"), shown("models/*/lm.bin"), shown("summaries/*.json")
    ('runs/<model>/<folder>/wer.json', 'models/<model>/lm.bin', 'summaries/<model>.json')
    """
    text = re.sub(r"^runs/\*/\*/", "runs/<model>/<folder>/", pattern)
    text = re.sub(r"^(models|summaries|diagnosis|leakage)/\*", r"\1/<model>", text)
    return text.replace("inputs/*", "inputs/<folder>")


def _file(item: tuple[str, dict[str, Any]]) -> str:
    pattern, about = item
    return f"| `{shown(pattern)}` | {about['what']} |"


def _has_own(pattern: str, about: dict[str, Any]) -> bool:
    return "columns" in about and "like" not in about and pattern.endswith((".csv", ".tsv"))


def _columns(pattern: str, about: dict[str, Any]) -> str:
    alike = [other for other, said in described().items() if said.get("like") == pattern]
    rows = [f"| `{name}` | {what} |" for name, what in about["columns"].items()]
    if "more_columns" in about:
        rows.append(f"| ... | {about['more_columns']} |")
    also = f"The same in {' and '.join(f'`{shown(other)}`' for other in alike)}.\n" if alike else ""
    return "\n".join(
        [f"### `{shown(pattern)}`\n", *([also] if also else []), "| column | what |", "|---|---|", *rows, ""]
    )


if __name__ == "__main__":
    PROGRAMS.write_text(programs_page(), encoding="utf-8")
    RESULTS.write_text(results_page(), encoding="utf-8")
