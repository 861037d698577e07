"""What is printed at the end of a run beside the table."""

import os
from pathlib import Path

import yaml

import show as program
from clm import files
from clm.config import load
from clm.engines.pocketsphinx import PocketSphinx
from runner import CHECKOUT

BOARD = [{"model": "pocketsphinx"}, {"model": "pocketsphinx-clm-001"}]


def test_models_of_another_recipe_are_named(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(load({}, CHECKOUT, CHECKOUT)))
    path = tmp_path / "models" / "pocketsphinx-clm-001" / "model.json"
    files.write_json(path, {"engine": "pocketsphinx", "recipe": PocketSphinx.recipe})
    assert list(program.other_recipes(tmp_path, BOARD)) == []
    files.write_json(path, {"engine": "pocketsphinx", "recipe": 0})
    (line,) = program.other_recipes(tmp_path, BOARD)
    assert "pocketsphinx-clm-001" in line


def test_marks_of_training_are_read(tmp_path: Path) -> None:
    name = BOARD[1]["model"]
    assert program.training_marks(tmp_path, name) == []
    files.write_json(tmp_path / "models" / name / "model.json", {"details": {"marks": ["It forgets."]}})
    assert program.training_marks(tmp_path, name) == ["It forgets."]


def decided(results: Path, *, train: bool) -> list[str]:
    """What is printed about a generation that was planned, and not trained, since the run started."""
    (results / "config.yaml").write_text("")
    directory = results / "models" / "pocketsphinx-clm-002"
    files.write_json(directory / "plan.json", {"train": train})
    if train:
        files.write_json(directory / "training.json", {"trained": False, "reason": "no text", "hint": "add articles"})
    return list(program.untrained(results, BOARD))


def test_a_generation_that_was_not_trained_says_why(tmp_path: Path) -> None:
    assert decided(tmp_path, train=True) == ["No new model: no text. Hint: add articles"]


def test_a_heal_with_nothing_to_learn_says_so(tmp_path: Path) -> None:
    (line,) = decided(tmp_path, train=False)
    assert "no missed word to learn" in line


def test_what_an_earlier_run_decided_is_no_news(tmp_path: Path) -> None:
    decided(tmp_path, train=True)
    later = (tmp_path / "models" / "pocketsphinx-clm-002" / "training.json").stat().st_mtime_ns + 1
    os.utime(tmp_path / "config.yaml", ns=(later, later))
    assert list(program.untrained(tmp_path, BOARD)) == []
