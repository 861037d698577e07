"""What killed trainings leave in a model's directory."""

from pathlib import Path

from clm.results import models


def test_a_finished_training_clears_away_older_ones_and_lets_newer_ones_work(tmp_path: Path) -> None:
    """A newer one would call the model finished without the files that it had lost."""
    for name in (".training-1-killed", ".training-2-own", ".training-3-newer"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lm.bin").touch()
    (tmp_path / "plan.json").touch()
    models.clear(tmp_path, before=".training-2-own")
    assert {path.name for path in tmp_path.iterdir()} == {".training-2-own", ".training-3-newer", "plan.json"}
    models.clear(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"plan.json"}
