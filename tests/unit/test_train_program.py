"""What killed trainings leave in a model's directory."""

import shutil
from pathlib import Path

import pytest

import train_clm


def test_a_training_that_goes_on_loses_all_of_its_files_at_once(tmp_path: Path, monkeypatch) -> None:
    """Also if whoever clears them away is killed before it has deleted anything."""
    working = tmp_path / ".training-abc"
    working.mkdir()
    (working / "lexicon.tsv").touch()
    (tmp_path / "plan.json").touch()
    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", lambda *_, **__: None)
        train_clm.clear(tmp_path)
    with pytest.raises(FileNotFoundError):
        list(working.iterdir())
    with pytest.raises(FileNotFoundError):
        (working / "lm.bin").touch()
    train_clm.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
