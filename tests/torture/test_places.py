"""Results and inputs in odd places: moved, copied to another machine, of another version, behind looping links."""

import html
import json
import os
import shutil
from pathlib import Path

import pytest

from clm.base import files
from runner import Workflow
from torture.counts import count
from torture.older import age
from workflow_data import small_data_set

pytestmark = pytest.mark.torture


def ages(results: Path) -> dict[str, int]:
    """What cost time or money, and when it was made."""
    paths = [*results.glob("store/*/*.json"), *results.glob("models/*/model.json"), *results.glob("models/*/lm.bin")]
    return {str(path.relative_to(results)): path.stat().st_mtime_ns for path in paths}


@pytest.fixture
def done(finished_once: Workflow, tmp_path: Path) -> Workflow:
    """A copy that a test may change."""
    return finished_once.copy(tmp_path / "done")


def test_moved_with_its_working_directory(done: Workflow, tmp_path: Path) -> None:
    expected, before = done.outcome(), ages(done.results)
    place = tmp_path / "another place; $(touch canary)" / "deeper" / "with 'quotes'"
    shutil.move(done.directory, place)
    moved = Workflow(place)
    assert not moved.run().jobs
    assert moved.outcome() == expected
    assert ages(moved.results) == before
    assert not list(tmp_path.rglob("canary"))
    count("results moved")


@pytest.mark.parametrize("with_metadata", [True, False])
def test_copied_to_another_machine(done: Workflow, tmp_path: Path, *, with_metadata: bool) -> None:
    """All files are as young as the copy, in any order; the recordings are elsewhere."""
    expected = done.outcome()
    place = Workflow(tmp_path / "machine")
    place.directory.mkdir()
    shutil.copytree(done.results, place.results, copy_function=shutil.copyfile)
    if with_metadata:
        shutil.copytree(done.directory / ".snakemake", place.directory / ".snakemake")
    elsewhere = tmp_path / "recordings" / "of others"
    shutil.copytree(done.data, elsewhere)
    before = ages(place.results)
    arguments = ("--config", f"input={elsewhere / 'input'}")
    run = place.run(*arguments)
    assert not run.jobs["train_clm"]
    assert not run.jobs["heal"]
    assert ages(place.results) == before
    assert place.outcome() == expected
    assert not place.run(*arguments).jobs
    count("results copied to another machine")


def test_a_store_that_was_lost_is_made_anew(done: Workflow) -> None:
    expected = done.outcome()
    shutil.rmtree(done.results / "store")
    for name in ("leaderboard.csv", "runs.csv"):
        (done.results / name).unlink()
    done.run()
    assert done.outcome() == expected
    count("store lost")


@pytest.mark.parametrize("with_metadata", [True, False])
def test_results_of_an_older_version_are_gone_on_with(done: Workflow, *, with_metadata: bool) -> None:
    expected = done.outcome()
    age(done.results)
    if not with_metadata:
        shutil.rmtree(done.directory / ".snakemake")
    before = ages(done.results)
    run = done.run()
    assert not run.jobs["train_clm"]
    assert ages(done.results) == before
    assert done.outcome() == expected
    assert (done.results / "report.html").exists()
    assert not done.run().jobs
    # A new folder is run with the old generation as well, which is marked.
    done.add("three", source=2, seconds=1.0)
    run = done.run()
    assert {model for _, model in run.transcribed} == {"pocketsphinx", "pocketsphinx-clm-001"}
    assert "1 remark on input and results: see Warnings in the report." in run.output
    page = html.unescape((done.results / "report.html").read_text(encoding="utf-8"))
    assert "Trained with a recipe other than this version's: pocketsphinx-clm-001" in page
    count("results of an older version")


@pytest.mark.parametrize("name", ["inputs.json", "store", "models", "config.json"])
def test_files_of_a_newer_version_are_not_misread(done: Workflow, name: str) -> None:
    """Formats that this version does not know: a message with the file's name, and the file stays as it is."""
    path = done.results / name
    found = [path] if path.suffix else sorted(path.rglob("model.json" if name == "models" else "pocketsphinx/*.json"))
    for file in found:
        content = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**content, "format": max(files.READABLE) + 1}), encoding="utf-8")
    kept = {file: file.read_bytes() for file in found}
    rewritten = bool(path.suffix)  # what a run writes itself it may write anew
    # A changed recording has to be looked up; an unchanged one would not be.
    audio = done.data / "input" / "two" / "audio.wav"
    shutil.copyfile(done.data / "input" / "one" / "audio.wav", audio)
    run = done.run(status=0 if rewritten else 1)
    assert "Traceback" not in run.output
    if not rewritten:
        assert "this version reads format " in run.output
        assert {file: file.read_bytes() for file in found} == kept
    count("results of a newer version")


def test_links_that_loop_cost_nobody_a_folder(tmp_path: Path) -> None:
    workflow = small_data_set(tmp_path / "small")
    workflow.write("own/text.txt", "The power of osmosis moves a lecture.")
    for folder in (
        workflow.data / "input",
        workflow.data / "input" / "one",
        workflow.data / "articles",
        workflow.data / "own",
    ):
        (folder / "itself").symlink_to("itself")
        (folder / "itself.txt").symlink_to("itself.txt")
        (folder / "itself.wav").symlink_to("itself.wav")
        (folder / "up").symlink_to("..")
        (folder / "nowhere.txt").symlink_to("/nonexistent/file.txt")
        os.mkfifo(folder / "pipe.txt")
    run = workflow.run("--config", "training_data=data/own")
    assert {row["folder"] for row in workflow.outcome()[1]} == {"one", "two"}
    assert len(workflow.outcome()[0]) == 2
    assert "Traceback" not in run.output
    count("looping links and pipes")
