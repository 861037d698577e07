"""The README says what is true: its commands run, and its leaderboard is the demo's."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from runner import CHECKOUT, Workflow

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if re.match(r"make |\.venv/", line)]
COMMANDS += re.findall(r"`(\.venv/bin/snakemake [^`]+)`", README)


def newcomer(directory: Path) -> Path:
    """A checkout as git gives it, with the environment that is there already, and recordings as the README shows."""
    checkout = directory / "checkout"
    subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(checkout)], check=True)
    (checkout / ".venv").symlink_to(CHECKOUT / ".venv")
    # As old as the lock file that the environment was made from; a newer one would make it anew, behind the link.
    shutil.copystat(CHECKOUT / "requirements.txt", checkout / "requirements.txt")
    recordings = Workflow(directory)
    for name in ("monday", "tuesday"):
        recordings.add(name, source=len(name))
    recordings.write("keywords/keywords.txt", "membrane")
    recordings.write("articles/Membrane.txt", "The membrane surrounds the cell. A membrane has two layers.")
    recordings.data.rename(checkout / "recordings")
    return checkout


def test_readme_is_one_screen_and_its_links_lead_somewhere() -> None:
    assert len(README.splitlines()) < 80
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (CHECKOUT / target).exists(), target


@pytest.mark.skipif(not (CHECKOUT / ".venv").exists(), reason="needs .venv, made by make")
@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_commands_are_understood(tmp_path: Path) -> None:
    checkout = newcomer(tmp_path)
    assert len(COMMANDS) == 4
    for command in COMMANDS:
        subprocess.run(["bash", "-ec", f"{command} -n"], cwd=checkout, check=True, capture_output=True)


@pytest.mark.long
@pytest.mark.skipif(not (CHECKOUT / ".venv").exists(), reason="needs .venv, made by make")
def test_commands_do_what_the_readme_says(tmp_path: Path) -> None:
    checkout = newcomer(tmp_path)
    for command in COMMANDS:
        done = subprocess.run(
            ["bash", "-ec", command],
            cwd=checkout,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if command.endswith("snakemake --forcerun heal"):
            (table,) = [block for block in BLOCKS if block.startswith("#  model")]
            assert table in done.stdout
