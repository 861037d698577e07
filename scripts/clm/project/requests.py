"""Requests to transcribe a folder again: `repeat` pays for all of it, `retry_failed` tries what failed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clm.base import files
from clm.project.lineup import Lineup
from clm.results import models
from clm.settings import Settings

#: Requests so far, below the store: by folder the number of `repeats` and `retries`.
RECORD = "attempts.json"
NEVER: Mapping[str, int] = {"repeats": 0, "retries": 0}

Requests = Mapping[str, Mapping[str, int]]


def read(store: Path) -> dict[str, Mapping[str, int]]:
    """Requests of earlier runs by folder."""
    return dict(models.read_if_there(store / RECORD).get("folders", {}))


def write(store: Path, requests: Requests) -> None:
    """Keep the requests before anything is paid, so that they survive a killed run."""
    if requests:
        files.rewrite_json(store / RECORD, {"folders": requests})


def asked(settings: Settings, lineup: Lineup) -> Requests:
    """Requests by folder, including those of this run.

    A request holds for all models. One whose run was killed goes on until every model has answered it, and is not
    counted twice.
    """
    requests = read(lineup.results / "store")
    repeat, retry = settings.repeat, settings.retry_failed
    for folder in lineup.dataset.with_audio if retry else [repeat] if repeat else []:
        request = requests.get(folder, NEVER)
        transcripts = [models.read_if_there(lineup.run(model, folder) / "transcript.json") for model in lineup.running]
        if all(transcript.get("attempt") == request for transcript in transcripts):
            failed = any("failure" in item for transcript in transcripts for item in transcript["recordings"])
            requests[folder] = {
                "repeats": request["repeats"] + (repeat == folder),
                "retries": request["retries"] + (retry and failed),
            }
    return requests
