"""Record of unfinished recordings of a submit job, with reasons: a file of the store, not the output of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clm.base import files
from clm.results import models

Left = Mapping[str, Mapping[str, Mapping[str, str]]]


def path_of(store: Path, engine: str, model: str) -> Path:
    """Path of the record, below the store."""
    return store / engine / "unfinished" / f"{model}.json"


def read(store: Path, engine: str, model: str) -> Left:
    """By folder and recording: the `reason` why it is not finished, and a `hint`."""
    return models.read_if_there(path_of(store, engine, model)).get("folders", {})


def write(store: Path, engine: str, model: str, left: Left) -> None:
    """Write the record; an empty one says that all is finished."""
    files.write_json(path_of(store, engine, model), {"model": model, "folders": left})
