"""Results made elsewhere stand on the leaderboard, without audio, and the files they came from are no references."""

import subprocess
import sys

import pytest

import reference
from clm import files
from runner import CHECKOUT, Workflow

WORDS = "the membrane of a cell decides which molecules may pass and which have to stay outside of it for good"


@pytest.fixture
def imports(tmp_path) -> Workflow:
    """Eight folders of text, and the results of two vendors of which the second makes fewer errors."""
    workflow = Workflow(tmp_path)
    for number in range(8):
        words = [f"{word}{number}" if place == number else word for place, word in enumerate(WORDS.split() * 5)]
        workflow.write(f"input/call {number}/reference.txt", " ".join(words))
        workflow.write(f"input/call {number}/old.txt", " ".join(words[: -20 - number]))
        workflow.write(f"input/call {number}/new.txt", " ".join(words[: -2 - number % 2]))
        workflow.write(f"input/call {number}/keywords.txt", "membrane, molecules")
    for name in ("old", "new"):
        program = [sys.executable, str(CHECKOUT / "scripts" / "import_transcripts.py"), name, "data/input"]
        subprocess.run([*program, "--file", f"{name}.txt"], cwd=tmp_path, check=True, capture_output=True)
    return workflow


def test_imported_models_are_compared_without_audio(imports: Workflow) -> None:
    run = imports.run("--config", "evaluation={baseline: imported-old}")
    assert run.jobs["transcribe"] == run.jobs["train_clm"] == 0
    rows = {row["model"]: row for row in files.read_table(imports.results / "leaderboard.csv")}
    assert sorted(rows) == ["imported-new", "imported-old"]
    new = rows["imported-new"]
    assert (new["verdict"], new["engine"], new["recordings"], new["folders"]) == ("better", "imported", "8", "8")
    assert float(new["keyword_recall"]) > float(rows["imported-old"]["keyword_recall"])
    assert "imported-new makes" in run.output
    assert reference.mistakes(imports.results) == []
    assert imports.run("--config", "evaluation={baseline: imported-old}").jobs.total() == 0


def test_equivalents_and_profile_are_applied_and_never_silently(imports: Workflow) -> None:
    imports.write("equal.txt", "for good = for ever\n")
    settings = "normalizer={profile: spoken, equivalents: data/equal.txt}"
    imports.run("--config", settings)
    score = files.read_json(imports.results / "runs" / "imported-new" / "call 0" / "wer.json")
    assert score["normalizer"]["profile"] == "spoken"
    assert score["normalizer"]["equivalents"]
    imports.write("equal.txt", "for good\n")
    run = imports.run("--config", settings, status=1)
    assert "line 1" in run.output
    run = imports.run("--config", "normalizer={profile: spoken, without: [no_such_rule]}", status=1)
    assert "no_such_rule" in run.output
