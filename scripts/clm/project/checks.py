"""What stops a run before anything is done, because all of it would be in vain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clm.base.errors import UserError
from clm.base.messages import nearest, some
from clm.normalization.normalizer import create_normalizer
from clm.results import models
from clm.scoring import equivalents

if TYPE_CHECKING:
    from clm.project.project import Project


def check(project: Project) -> None:
    """Stop before anything runs where the whole run would be in vain."""
    _check_normalizer(project)
    reasons = "".join(f"\n  {name}: {why}" for name, why in project.left_out.items())
    if not project.folders:
        raise UserError(
            f"input: no folder of {project.config['input']} can be used:{reasons}",
            "each folder needs one audio file and one .txt, or several pairs with equal stems",
        )
    if project.left_out and project.config["on_bad_folder"] == "error":
        raise UserError(
            f"input: folders of {project.config['input']} cannot be used:{reasons}",
            "mend them, or leave them out with --config on_bad_folder=warn",
        )
    repeat = project.config["repeat"]
    if repeat is not None and repeat not in project.folders:
        hint = nearest(repeat, list(project.folders))
        raise UserError(f"config: repeat: there is no usable folder {repeat!r}", hint)
    known = [*project.own, *project.imported]
    for name in project.config["models"] if project.config["models"] != "all" else []:
        if name not in known:
            raise UserError(f"config: models: there is no model {name!r}", nearest(name, known))
    if project.baseline not in project.models:
        raise UserError(
            f"config: evaluation.baseline: there is no model {project.baseline!r}",
            nearest(project.baseline, project.models),
        )
    _check_languages(project)
    former = {path.name for path in project.results.glob("runs/*/*") if path.is_dir()}
    if former and not former & (project.folders.keys() | project.left_out.keys()):
        raise UserError(
            f"results: {project.results} holds results of other recordings ({some(sorted(former))})",
            "--config results=... names a folder for this data set",
        )


def _check_languages(project: Project) -> None:
    """Refuse models for another language, which an engine might silently not use."""
    for name in (*project.finished, *project.vocabularies):
        about = models.read_if_there(project.results / "models" / name / "model.json").get("details", {})
        language = about.get("language", project.config["language"])
        if language != project.config["language"]:
            raise UserError(
                f"config: language: {name} in {project.results} is a model for {language}, "
                f"not for {project.config['language']}: it would silently not be used",
                "correct language, or name another folder: --config results=...",
            )


def _check_normalizer(project: Project) -> None:
    settings = project.config["normalizer"]
    normalizer = create_normalizer(settings["profile"], project.config["language"], settings["without"])
    if settings["equivalents"]:
        equivalents.read(Path(settings["equivalents"]), normalizer)
