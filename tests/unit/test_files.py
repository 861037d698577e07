"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from clm.base import files
from clm.base.errors import UserError


def write_half(path: Path) -> None:
    with files.replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError


def test_a_failed_write_leaves_the_old_file_and_no_remains(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    files.write_json(path, {"value": 1})
    with pytest.raises(TypeError):
        files.write_json(path, {"value": object()})
    with pytest.raises(RuntimeError):
        write_half(path)
    assert files.read_json(path)["value"] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_name_at_the_length_limit_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250 + ".json")
    files.write_json(path, {})
    assert files.read_json(path) == {"format": files.FORMAT}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}', "{}"])
def test_what_is_not_ours_is_a_message(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"file\.json"):
        files.read_json(path)


def test_tables_round_trip_long_and_odd_cells(tmp_path: Path) -> None:
    rows = [{"a": "x" * 1_000_000, "b": 'tab\t"quote"'}, {"a": "", "b": "größe"}]
    path = tmp_path / "table.tsv"
    files.write_table(path, ("a", "b"), rows, delimiter="\t")
    assert files.read_table(path, delimiter="\t") == rows
