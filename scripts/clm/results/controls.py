"""Controls: models made as a generation is, from as many words that have nothing to say.

A control shows what the procedure alone does to a recogniser. One serves all generations of about its size that were
made with the same settings; it has none of the user's text, no tuning text either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.base import files
from clm.results import models, plans
from clm.results.models import CONTROL

#: Numbers of words within this factor of each other are about the same.
ABOUT = 2


@dataclass(frozen=True)
class Procedure:
    """How a model was made: number of words of its text, digest of the training settings, the engine's recipe."""

    words: int
    settings: str
    recipe: int

    def controls(self, other: Procedure) -> bool:
        """True if a control made like this serves a model made like the other.

        A model of an older recipe is served by a control of a newer one: nobody can make it as it was made.
        """
        alike = self.settings == other.settings and self.recipe >= other.recipe
        return alike and about_equal(self.words, other.words)


def about_equal(words: int, others: int) -> bool:
    """True for sizes of about the same text.

    >>> about_equal(100, 200), about_equal(201, 100)
    (True, False)
    """
    return words <= ABOUT * others and others <= ABOUT * words


def settings_digest(training_settings: Mapping[str, Any]) -> str:
    """Digest of an engine's training settings, by which a control is compared with a generation."""
    return files.digest({"training_settings": training_settings})


def procedure(directory: Path, name: str, *, failed_too: bool = False) -> Procedure | None:
    """How a finished control or generation in `directory` was made; None for any other model, or if it failed."""
    record = models.read_record_if_there(directory / name / "model.json")
    if record is None or not record.corpus_words or (record.failed and not failed_too):
        return None
    if models.is_control(name):
        return Procedure(record.corpus_words, record.made_from, record.recipe or 0)
    plan = plans.read_if_there(directory / name / "plan.json") if models.number(name) else None
    if plan is None or plan.training_inputs is None:
        return None
    settings = settings_digest(plan.training_inputs.get("settings", {}))
    return Procedure(record.corpus_words, settings, record.recipe or 0)


def choose(wanted: Procedure, controls: Mapping[str, Procedure]) -> str:
    """The oldest control that serves a model, so that a newer one takes no verdict back; "" if none does.

    >>> three = {f"x-control-00{n}": Procedure(words, "", 6) for n, words in ((1, 100), (2, 300), (3, 150))}
    >>> choose(Procedure(200, "", 6), three), choose(Procedure(601, "", 6), three), choose(Procedure(90, "s", 6), three)
    ('x-control-001', '', '')
    """
    serving = (name for name, found in controls.items() if found.controls(wanted))
    return min(serving, key=lambda name: models.number(name, CONTROL), default="")


def due(
    generations: Iterable[Procedure], controls: Mapping[str, Procedure], taken: Collection[str], engine: str
) -> dict[str, Procedure]:
    """Controls to make for existing generations, by name: for each that none serves, one of its size.

    `taken`: names of all controls of this engine, those that failed included.
    """
    found: dict[str, Procedure] = {}
    for wanted in generations:
        if not choose(wanted, {**controls, **found}):
            found[models.following((*taken, *found), engine, CONTROL)] = wanted
    return found


def inputs_digest(settings: str, recipe: int, text: str | None) -> str:
    """Digest of what a control is made from besides the number of words; `text` is that of the user's text."""
    return files.digest({"settings": settings, "recipe": recipe, "text": text})
