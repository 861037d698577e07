"""What is printed at the end of a run beside the table."""

from pathlib import Path

import yaml

import show as program
from clm import files
from clm.config import load
from runner import CHECKOUT

BOARD = [{"model": "pocketsphinx"}, {"model": "pocketsphinx-clm-001"}]


def test_models_of_another_recipe_are_named(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(load({}, CHECKOUT, CHECKOUT)))
    path = tmp_path / "models" / "pocketsphinx-clm-001" / "model.json"
    files.write_json(path, {"engine": "pocketsphinx", "recipe": 1})
    assert list(program.other_recipes(tmp_path, BOARD)) == []
    files.write_json(path, {"engine": "pocketsphinx", "recipe": 0})
    (line,) = program.other_recipes(tmp_path, BOARD)
    assert "pocketsphinx-clm-001" in line


def test_a_generation_that_was_not_trained_says_why(tmp_path: Path) -> None:
    path = tmp_path / "models" / "pocketsphinx-clm-002" / "training.json"
    outcome = {"model": "pocketsphinx-clm-002", "trained": False, "reason": "no text", "hint": "add articles"}
    files.write_json(path, outcome)
    assert list(program.untrained(tmp_path, BOARD)) == ["No new model: no text. Hint: add articles"]
