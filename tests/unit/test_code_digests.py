"""The code of each cheap program is an input of its rule, all of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from clm.base import files
from clm.results import code_digests
from runner import CHECKOUT

SCRIPTS = CHECKOUT / "scripts"
#: Loads a program with all that it imports at once, and says which files of ours that were.
_LOADED = """
import runpy, sys
from pathlib import Path
scripts = Path(sys.path[0] or ".").resolve()
runpy.run_path(sys.argv[1], run_name="loaded")
files = [getattr(module, "__file__", None) for module in sys.modules.values()]
print(*[Path(file).resolve() for file in [sys.argv[1], *files] if file], sep="\\n")
"""


@pytest.mark.parametrize("program", code_digests.CHEAP)
def test_whatever_a_program_loads_is_among_its_sources(program: str) -> None:
    command = [sys.executable, "-c", _LOADED, str(SCRIPTS / f"{program}.py")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(SCRIPTS)}).stdout
    loaded = {path for path in map(Path, said.splitlines()) if path.is_relative_to(SCRIPTS)}
    packages = {path for path in loaded if path.name == "__init__.py"}
    # Redaction is for messages.
    plumbing = {code_digests._path(module) for module in (*code_digests.PLUMBING, "base.redaction")}
    assert SCRIPTS / f"{program}.py" in loaded
    assert loaded - plumbing - packages <= set(code_digests.sources(program))


def test_modules_that_are_loaded_late_and_their_data_are_among_them() -> None:
    found = {path.relative_to(SCRIPTS).as_posix() for path in code_digests.sources("report")}
    assert {
        "clm/english/stopwords.txt",
        "clm/base/redaction.py",
        "clm/report/templates/core.js",
        "clm/report/templates/base.html",
    } <= found
    assert "clm/english/numbers.py" in {
        path.relative_to(SCRIPTS).as_posix() for path in code_digests.sources("normalize")
    }


def test_the_cheap_programs_are_those_whose_rules_name_their_code() -> None:
    rules = "".join(path.read_text(encoding="utf-8") for path in (CHECKOUT / "rules").glob("*.smk"))
    named = {part.split('"')[0] for part in rules.split('code=code_of("')[1:]}
    assert named == set(code_digests.CHEAP)


def write(results: Path) -> None:
    for name, content in code_digests.records().items():
        files.rewrite_json(results / name, content)


def test_the_file_changes_with_the_code_alone(tmp_path: Path) -> None:
    write(tmp_path)
    written = tmp_path / "inputs" / "programs" / "wer.json"
    age = written.stat().st_mtime_ns
    write(tmp_path)
    assert written.stat().st_mtime_ns == age
    sources = files.read_json(written)["sha256"]
    assert sources["wer.py"] == files.sha256_of_file(SCRIPTS / "wer.py")
    files.write_json(written, {"sha256": {**sources, "wer.py": "of an older version"}})
    write(tmp_path)
    assert files.read_json(written)["sha256"] == sources
