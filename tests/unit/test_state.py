"""What a job loads is what the main process decided, and deciding writes nothing."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from clm.base.digests import Digests
from clm.config import load
from clm.project import record
from clm.project.dataset import Dataset
from clm.project.decide import decide
from clm.project.state import STATE, State
from clm.reasons import codes
from clm.results import models
from clm.settings import PRIVATE_VARIABLE, Settings
from runner import CHECKOUT
from workflow_data import small_data_set

ROLE = "arn:aws:iam::111122223333:role/clm"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    workflow = small_data_set(tmp_path)
    changes = {"input": str(workflow.data / "input"), "results": str(tmp_path / "results")}
    return load({**changes, "transcribe": {"role_arn": ROLE}}, CHECKOUT, CHECKOUT)


@pytest.fixture
def dataset(settings: Settings, tmp_path: Path) -> Dataset:
    return Dataset(settings, Digests(tmp_path / "cache.json"), probed=False)


def test_deciding_writes_nothing(settings: Settings, dataset: Dataset) -> None:
    state = decide(settings, dataset, Path(settings.results))
    assert state.due
    assert not Path(settings.results).exists()


def test_a_job_loads_what_the_main_process_decided(
    settings: Settings, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = replace(decide(settings, dataset, Path(settings.results)), forced=True)
    record.write(state, dataset)
    assert ROLE not in (state.results / STATE).read_text()
    monkeypatch.setenv(PRIVATE_VARIABLE, "")
    settings.export_private()
    job = State.read(state.results)
    for item in fields(State):
        assert getattr(job, item.name) == getattr(state, item.name), item.name


def test_a_generation_that_is_finished_meanwhile_changes_nothing(settings: Settings, dataset: Dataset) -> None:
    state = decide(settings, dataset, Path(settings.results))
    record.write(state, dataset)
    made = state.results / "models" / state.next
    made.mkdir(parents=True)
    (made / "model.json").write_text('{"format": 1, "digest": "abc"}')
    job = State.read(state.results)
    assert (job.next, job.finished) == (models.generation("pocketsphinx", 1), ())


def test_heal_is_due_only_where_it_was_forced_or_there_is_text(settings: Settings, tmp_path: Path) -> None:
    silent = replace(settings, keywords=None)
    dataset = Dataset(silent, Digests(tmp_path / "cache.json"), probed=False)
    state = decide(silent, dataset, Path(settings.results))
    assert (state.due, state.coming, state.learns) == ("", (), False)
    forced = replace(state, forced=True)
    assert (codes.loads(forced.due), forced.coming, forced.learns) == (
        codes.heal_forced(),
        (state.next, state.next_control),
        True,
    )


def test_settings_cannot_be_changed(settings: Settings) -> None:
    with pytest.raises(AttributeError):
        settings.language = "de-DE"
    with pytest.raises(TypeError):
        settings.transcribe["max_cost"] = 1
    assert Settings.of(settings.as_json()) == settings
