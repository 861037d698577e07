"""pyproject.toml, the lock file and environment.yml name the same packages; programs start fast."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

import licences
from runner import CHECKOUT

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
LOCK = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", (CHECKOUT / "requirements.txt").read_text(), re.MULTILINE))
PROGRAMS = sorted(path.name for path in (CHECKOUT / "scripts").glob("*.py"))
#: Programs that people run by hand.
WITHOUT_RULE = {"check.py", "clean.py", "doctor.py", "estimate.py", "policies.py", "show.py"}


def name(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9_-]+", requirement)[0].lower()


def test_lock_covers_every_dependency_with_hashes() -> None:
    for requirement in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]:
        assert name(requirement) in LOCK
    text = (CHECKOUT / "requirements.txt").read_text()
    assert "://" not in text
    for block in re.split(r"\n(?=[a-z])", text):
        assert "--hash=sha256:" in block


def test_conda_environment_agrees_with_the_lock() -> None:
    *conda, pip = yaml.safe_load((CHECKOUT / "environment.yml").read_text())["dependencies"]
    pinned = dict(item.split("=") for item in conda if "=" in item)
    pinned |= dict(item.split("==") for item in pip["pip"])
    python = pinned.pop("python")
    assert python in ("3.11", "3.12", "3.13")
    assert {name(key) for key in pinned} == {name(item) for item in PROJECT["project"]["dependencies"]}
    for package, version in pinned.items():
        locked = re.findall(rf"^{name(package)}==([^ ]+)", (CHECKOUT / "requirements.txt").read_text(), re.MULTILINE)
        assert any(f"{item}.".startswith(f"{version}.") for item in locked), package


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_is_helpful_and_loads_nothing_heavy(program: str) -> None:
    code = (
        f"import runpy, sys; sys.argv = ['{program}', '--help']; sys.path.insert(0, 'scripts')\n"
        f"try: runpy.run_path('scripts/{program}', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'boto3', 'jiwer', 'pocketsphinx', 'wikipedia', 'requests', 'yaml'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    process = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    assert len(process.stdout) > 200


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_are_named_like_their_rules(program: str) -> None:
    rules = "".join(path.read_text() for path in (CHECKOUT / "rules").glob("*.smk"))
    has_rule = re.search(rf"^(rule|checkpoint) {program.removesuffix('.py')}:", rules, re.MULTILINE) is not None
    assert has_rule == (program not in WITHOUT_RULE)


def test_ci_runs_the_whole_of_make_test() -> None:
    assert (CHECKOUT / ".ci" / "run").read_text().rstrip().endswith("\nmake test")


@pytest.mark.skipif(sys.platform != "linux" or sys.version_info[:2] != (3, 11), reason="the page is of Linux, 3.11")
@pytest.mark.skipif(
    (sys.platform, sys.version_info[:2]) != ("linux", (3, 11)),
    reason="the page is of Linux and Python 3.11: elsewhere a few other packages are needed",
)
def test_the_page_of_licences_is_up_to_date() -> None:
    assert licences.PAGE.read_text(encoding="utf-8") == licences.page(), "run `make docs`"


def test_nobody_needs_a_package_whose_licence_binds_programs() -> None:
    bound = {
        purpose: [name for name in names if not licences.is_free(licences.licence(name))]
        for purpose, names in licences.parts().items()
    }
    assert {purpose: names for purpose, names in bound.items() if names} == {"extra `zim`": ["libzim"]}
