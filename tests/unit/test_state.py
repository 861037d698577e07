"""What a job reads is what the main process decided."""

from pathlib import Path

import pytest
from clm.project.project import Project

from clm.config import load
from clm.project import state
from clm.project.state import Decided
from clm.results import models
from runner import CHECKOUT
from workflow_data import small_data_set

ROLE = "arn:aws:iam::111122223333:role/clm"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    workflow = small_data_set(tmp_path)
    results = tmp_path / "results"
    changes = {"input": str(workflow.data / "input"), "results": str(results), "transcribe": {"role_arn": ROLE}}
    return Project(load(changes, CHECKOUT, CHECKOUT), results / "cache.json")


def test_a_job_knows_what_the_main_process_decided(project: Project) -> None:
    state.write(project, forced=False)
    job = Decided(project.results)
    for name in (
        "results", "models", "finished", "running", "next", "next_vocabulary", "baseline", "normalizer",
        "training_inputs",
    ):  # fmt: skip
        assert getattr(job, name) == getattr(project, name), name
    assert job.history.attempt == project.history.attempt
    assert job.data.keywords_digest == project.data.keywords_digest
    assert job.data.references_digest == project.data.references_digest
    assert job.folders_of("pocketsphinx") == project.folders_of("pocketsphinx")
    for folder in project.folders:
        assert job.run("pocketsphinx", folder) == project.run("pocketsphinx", folder)
        assert job.attempt(folder) == project.attempt(folder)
        assert job.data.audio_digest(folder) == project.data.audio_digest(folder)
        assert job.data.text_digest(folder) == project.data.text_digest(folder)
    assert job.due(forced=False) == project.due(forced=False) != ""
    assert job.learns(forced=False) == project.learns(forced=False)
    assert job.config["keywords"] == project.config["keywords"]
    assert ROLE not in (project.results / state.STATE).read_text()


def test_a_generation_that_is_finished_meanwhile_changes_nothing(project: Project) -> None:
    state.write(project, forced=False)
    made = project.results / "models" / project.next
    made.mkdir(parents=True)
    (made / "model.json").write_text('{"format": 1, "digest": "abc"}')
    job = Decided(project.results)
    assert (job.next, job.finished) == (models.generation("pocketsphinx", 1), [])
    assert job.model_digest(job.next) == "abc"
