"""What a person should know before a run starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clm import engines
from clm.base import files
from clm.base.messages import some
from clm.config import load_yaml
from clm.healing.plan import corpus_settings
from clm.results import models

if TYPE_CHECKING:
    from clm.project.project import Project


def notes(project: Project) -> list[str]:
    """What a person should know before the run starts."""
    found = [project.submissions.announce(forced=False), *_base_notes(project)] if project.engine.submits else []
    found += [f"Input folder {name!r} is left out: {why}." for name, why in project.left_out.items()]
    absent = [name for name in project.config["evaluation"]["heldout"] if name not in project.folders]
    if absent:
        names = some([repr(name) for name in absent])
        found.append(f"Held out, but not in the input: {names}. A name such as 007 needs quotes in YAML.")
    if project.unusable_keywords:
        found.append(f"Going on without keywords: {project.unusable_keywords}")
    saved = project.results / "config.yaml"
    former = load_yaml(saved) if saved.exists() else None
    if former and former["engine"] == project.engine.name:
        settings = engines.create(former).transcription_settings()
        if settings != project.engine.transcription_settings():
            found.append(_price_note(project))
    if project.finished and project.history.corpus not in (None, corpus_settings(project.config)):
        found.append(
            "The corpus settings changed: finished models stay as they are, the next generation uses them."
            " Hint: snakemake --forcerun heal makes one now."
        )
    return found


def _price_note(project: Project) -> str:
    runs = project.results / "runs.csv"
    rows = files.read_table(runs) if runs.exists() else []
    lengths = {
        name: [float(row["seconds"] or 0) for row in rows if row["model"] == name] for name in project.running_now
    }
    seconds = sum(map(sum, lengths.values()))
    estimates = [project.engine.estimate(items, name) for name, items in lengths.items()]
    return (
        "Settings that transcription uses have changed:"
        f" at most {seconds / 60:.0f} minutes of audio (all models together) are transcribed anew,"
        f" for ${sum(estimate.dollars for estimate in estimates):.2f}"
        f" and about {sum(estimate.cpu_seconds for estimate in estimates) / 60:.0f} minutes of CPU time."
    )


def _base_notes(project: Project) -> list[str]:
    """Where a CLM's base model does not suit the recordings: Amazon says nothing, the results are just worse."""
    from clm.engines.transcribe.language_models import BORDER_HZ, NARROW_BAND

    notes = []
    for model in (name for name in project.finished if name in project.running_now):
        base = models.read_if_there(project.results / "models" / model / "model.json")["details"].get("base_model")
        odd = sorted(
            name
            for name in project.with_audio
            if any(
                (rate := project.data.media(pair).rate) and (rate < BORDER_HZ) != (base == NARROW_BAND)
                for pair in project.folders[name].pairs
            )
        )
        if odd:
            rates = "of 16,000 samples per second or more" if base == NARROW_BAND else "of less than 16,000"
            notes.append(
                f"{model} has the base model {base}, which does not suit recordings {rates}: {some(odd)}."
                " Expect worse results there."
            )
    return notes
