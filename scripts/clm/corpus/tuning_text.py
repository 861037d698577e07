"""Tuning text out of the data set: references of a few folders that are not held out (`tuning_data: references`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from clm.base import files
from clm.results import manifests

#: Share of the references that Amazon advises to keep for tuning (developer guide, "Custom language models").
LEAST, MOST = 0.10, 0.25


def choose(words: Mapping[str, int]) -> list[str]:
    """Folders that hold between a tenth and a quarter of all words, the same ones each time; none if none do.

    >>> choose({f"talk {number}": 100 for number in range(10)})
    ['talk 8']
    >>> choose({"one": 100, "two": 100})
    []
    """
    total = sum(words.values())
    chosen: list[str] = []
    taken = 0
    for name in sorted(words, key=files.digest):
        if words[name] and taken + words[name] <= MOST * total and taken < LEAST * total:
            chosen.append(name)
            taken += words[name]
    return sorted(chosen) if taken >= LEAST * total else []


def references(index: Path, heldout: Collection[str]) -> dict[str, list[str]]:
    """Texts of the chosen folders, by folder; `index` holds the recordings of all."""
    items = {name: found for name, found in manifests.read_index(index).items() if name not in heldout}
    return chosen({name: [manifests.reference(item) for item in found] for name, found in items.items()})


def chosen(texts: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Of texts by folder, those of the chosen folders."""
    return {name: texts[name] for name in choose({name: count(found) for name, found in texts.items()})}


def count(texts: Iterable[str]) -> int:
    """Words of some texts."""
    return sum(len(text.split()) for text in texts)


def apart(text: str, training: Iterable[str]) -> str:
    """The lines of a tuning text that are in none of the training texts.

    >>> apart("It rains.\\nWater moves.\\n", ["water moves.\\n"])
    'It rains.\\n'
    """
    known = {line.strip().lower() for other in training for line in other.splitlines()}
    return "".join(line for line in text.splitlines(keepends=True) if line.strip().lower() not in known)
