"""The code that folders are normalized and scored by is an input of their rules, all of it."""

import ast
from pathlib import Path

from clm import files, programs
from runner import CHECKOUT

SCRIPTS = CHECKOUT / "scripts"
#: Whatever they become, texts and figures stay as they are.
PLUMBING = {"addresses", "aws", "aws.mirror", "aws.s3", "cli", "config", "errors", "lock", "privacy", "shared"}


def path_of(module: str) -> Path:
    path = SCRIPTS.joinpath("clm", *module.split("."))
    return path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"


def imported(path: Path) -> set[str]:
    """Modules of ours that a file imports, wherever in it."""
    froms = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    names = {f"{node.module}.{alias.name}" for node in froms for alias in node.names} | {node.module for node in froms}
    modules = {name.removeprefix("clm.") for name in names if name.startswith("clm.")}
    return {module for module in modules if path_of(module).exists()}


def needed(program: str) -> set[str]:
    found: set[str] = set()
    waiting = imported(SCRIPTS / f"{program}.py")
    while waiting:
        module = waiting.pop()
        found.add(module)
        waiting |= imported(path_of(module)) - found
    return found - PLUMBING


def test_every_module_that_makes_a_difference_is_listed() -> None:
    normalizing, scoring = (set(programs.MODULES[name]) for name in ("normalize", "wer"))
    assert needed("normalize") == normalizing
    assert scoring <= needed("wer") <= scoring | normalizing  # what is normalized anew is scored anew


def test_the_file_changes_with_the_code_alone(tmp_path: Path) -> None:
    programs.write_sources(tmp_path)
    written = tmp_path / "inputs" / "programs" / "wer.json"
    age = written.stat().st_mtime_ns
    programs.write_sources(tmp_path)
    assert written.stat().st_mtime_ns == age
    sources = files.read_json(written)["sha256"]
    assert sources["wer.py"] == files.sha256_of_file(SCRIPTS / "wer.py")
    files.write_json(written, {"sha256": {**sources, "wer.py": "of an older version"}})
    programs.write_sources(tmp_path)
    assert files.read_json(written)["sha256"] == sources
