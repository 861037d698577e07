"""Checks that abort a run before any job starts."""

from __future__ import annotations

from pathlib import Path

from clm.base.errors import UserError
from clm.base.messages import nearest, some
from clm.normalization.normalizer import create_normalizer
from clm.project.dataset import Dataset
from clm.project.lineup import Lineup
from clm.results import models
from clm.scoring import equivalents
from clm.settings import Settings


def check(settings: Settings, dataset: Dataset, lineup: Lineup) -> None:
    """Raise a `UserError` where the run as a whole cannot succeed."""
    _check_normalizer(settings)
    _check_folders(settings, dataset)
    _ = lineup.running  # raises where a named model does not exist
    _check_languages(settings, lineup)
    former = {path.name for path in lineup.results.glob("runs/*/*") if path.is_dir()}
    if former and not former & (dataset.folders.keys() | dataset.left_out.keys()):
        raise UserError(
            f"results: {lineup.results} holds results of other recordings ({some(sorted(former))})",
            "--config results=... names a folder for this data set",
        )


def _check_folders(settings: Settings, dataset: Dataset) -> None:
    reasons = "".join(f"\n  {name}: {why}" for name, why in dataset.left_out.items())
    if not dataset.folders:
        raise UserError(
            f"input: no folder of {settings.input} can be used:{reasons}",
            "each folder needs one audio file and one .txt, or several pairs with equal stems",
        )
    if dataset.left_out and settings.on_bad_folder == "error":
        raise UserError(
            f"input: folders of {settings.input} cannot be used:{reasons}",
            "fix them, or leave them out with --config on_bad_folder=warn",
        )
    if settings.repeat is not None and settings.repeat not in dataset.folders:
        hint = nearest(settings.repeat, list(dataset.folders))
        raise UserError(f"config: repeat: there is no usable folder {settings.repeat!r}", hint)


def _check_languages(settings: Settings, lineup: Lineup) -> None:
    """Refuse models for another language, which an engine might silently not use."""
    for name in (*lineup.finished, *lineup.vocabularies, *lineup.controls):
        about = models.read_if_there(lineup.results / "models" / name / "model.json").get("details", {})
        language = about.get("language", settings.language)
        if language != settings.language:
            raise UserError(
                f"config: language: {name} in {lineup.results} is a model for {language}, not for "
                f"{settings.language}: it would be silently ignored",
                "correct language, or name another folder: --config results=...",
            )


def _check_normalizer(settings: Settings) -> None:
    normalizer = create_normalizer(settings.normalizer.profile, settings.language, settings.normalizer.without)
    if settings.normalizer.equivalents:
        equivalents.read(Path(settings.normalizer.equivalents), normalizer)
