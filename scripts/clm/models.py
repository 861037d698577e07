"""Models by name, and what is on disk about them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clm import files
from clm.engines import Model

GENERATION = re.compile(r"(?P<engine>[a-z]+)-clm-(?P<number>\d{3,})")


def generation(engine: str, number: int) -> str:
    """Name of an engine's generation.

    >>> generation("pocketsphinx", 7)
    'pocketsphinx-clm-007'
    """
    return f"{engine}-clm-{number:03d}"


def number(name: str) -> int:
    """Number of a generation; 0 for any other model.

    >>> number("pocketsphinx-clm-012"), number("pocketsphinx")
    (12, 0)
    """
    match = GENERATION.fullmatch(name)
    return int(match["number"]) if match else 0


def finished(directory: Path, engine: str) -> list[str]:
    """Finished generations of an engine, oldest first: those whose model.json exists."""
    names = [path.parent.name for path in directory.glob(f"{engine}-clm-*/model.json")]
    return sorted((name for name in names if number(name)), key=number)


def following(names: Iterable[str], engine: str) -> str:
    """Name of the generation after the finished ones."""
    return generation(engine, 1 + max((number(name) for name in names), default=0))


def load(directory: Path, name: str, engine: str) -> Model:
    """The model of this name: stock if it is named like its engine, else a finished generation."""
    if name == engine:
        return Model(name)
    return Model(name, directory / name, files.read_json(directory / name / "model.json")["digest"])


def read_if_there(path: Path) -> dict[str, Any]:
    """A JSON file of ours, or an empty dict if there is none."""
    return files.read_json(path) if path.exists() else {}
