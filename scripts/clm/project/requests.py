"""How often a folder is to be transcribed anew: `repeat` pays for it once more, `retry_failed` tries what failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clm.base import files
from clm.results import models

if TYPE_CHECKING:
    from clm.project.project import Project

_RECORD = Path("store", "attempts.json")
NEVER = {"repeats": 0, "retries": 0}


def asked(project: Project) -> dict[str, dict[str, int]]:
    """For each folder how often that was asked for, this run included.

    A request holds for all models. One whose run was killed goes on until every model has answered it, and is not
    counted twice.
    """
    requests = dict(models.read_if_there(project.results / _RECORD).get("folders", {}))
    repeat, retry = project.config["repeat"], project.config["retry_failed"]
    for folder in project.with_audio if retry else [repeat] if repeat else []:
        request = requests.get(folder, NEVER)
        paths = [project.run(model, folder) / "transcript.json" for model in project.running_now]
        transcripts = [models.read_if_there(path) for path in paths]
        if all(transcript.get("attempt") == request for transcript in transcripts):
            failed = any("failure" in item for transcript in transcripts for item in transcript["recordings"])
            requests[folder] = {
                "repeats": request["repeats"] + (repeat == folder),
                "retries": request["retries"] + (retry and failed),
            }
    return requests


def keep(results: Path, requests: dict[str, dict[str, int]]) -> None:
    """Note what is asked for."""
    if requests:
        files.rewrite_json(results / _RECORD, {"folders": requests})
