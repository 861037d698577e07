"""Results made elsewhere stand on the leaderboard, without audio, and the files they came from are no references."""

import subprocess
import sys

import pytest

import reference
from clm.base import files
from cloud import CLM, quick_cloud
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


def test_a_forced_heal_without_audio_leaves_a_model_from_before_alone(imports: Workflow) -> None:
    """The recordings are elsewhere for a while; what the model learned from decides where it may be judged."""
    frozen = imports.results / "models" / "pocketsphinx-clm-001"
    plan = {"words": [], "phrases": [], "recordings": {"call 0": ["audio x"]}, "evidence": ["audio x"], "train": True}
    files.write_json(frozen / "plan.json", {"model": frozen.name, "reason": "", "learn": True, **plan})
    files.write_json(frozen / "model.json", {"model": frozen.name, "engine": "pocketsphinx", "digest": "x"})
    before = {path.name: path.read_bytes() for path in frozen.iterdir()}
    imports.run("--forcerun", "heal", "--config", "evaluation={baseline: imported-old}")
    assert {path.name: path.read_bytes() for path in frozen.iterdir()} == before


@pytest.mark.long
def test_a_folder_without_audio_costs_no_other_at_amazon(tmp_path) -> None:
    with quick_cloud(tmp_path, folders=2) as cloud:
        files.write_text(cloud.input / "text only" / "reference.txt", WORDS)
        files.write_text(cloud.input / "text only" / "vendor.txt", WORDS)
        program = [sys.executable, str(CHECKOUT / "scripts" / "import_transcripts.py"), "vendor", "data/input"]
        subprocess.run([*program, "--file", "vendor.txt"], cwd=tmp_path, check=True, capture_output=True)
        first, second = cloud.run(), cloud.run()
        assert {row["folder"] for row in cloud.outcome()[1]} == {"talk 000", "talk 001", "text only"}
        rows = {row["folder"]: row for row in cloud.outcome()[1] if row["model"] == CLM}
        assert [rows[name]["status"] for name in sorted(rows)] == ["finished", "finished", "failed"]
        assert rows["text only"]["reason"] == "reference: there is no audio"
        assert "4 jobs for" in first.output
        assert cloud.paid() == {"jobs": 4, "models": 1}
        assert second.jobs.total() == 0


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
