"""Record of a run's decisions for its jobs: manifests, settings, state."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clm import settings as settings_file
from clm.base import files, lock
from clm.project import requests, submissions
from clm.project.dataset import Dataset
from clm.project.state import State
from clm.results import code_digests, models

#: Files in the results folder that jobs read.
SETTINGS, READABLE_SETTINGS, INDEX = "config.json", "config.yaml", "inputs.json"


def write(state: State, dataset: Dataset) -> None:
    """Write the files that jobs read; a file with equal content is kept with its age.

    Raises:
        UserError: the results folder cannot be written.

    """
    results = state.results
    try:
        results.mkdir(parents=True, exist_ok=True)
        if not os.access(results, os.W_OK):
            raise PermissionError(13, "Permission denied")
        for name, content in _contents(state, dataset):
            files.rewrite_json(results / name, content)
        for model in (*state.finished, *state.controls):
            models.clear(results / "models" / model)
        _write_settings(state)
        state.write(results)
        dataset.save()
    except OSError as error:
        raise lock.unwritable(results, error) from error


def _contents(state: State, dataset: Dataset) -> Iterator[tuple[str, dict[str, Any]]]:
    """Files whose age shows jobs that something has changed, by name below the results folder."""
    index = dataset.index()
    for folder, recordings in index["manifests"].items():
        yield f"inputs/{folder}.json", {"folder": folder, "recordings": recordings}
    yield INDEX, index
    yield from code_digests.records().items()
    for model in state.combinations:
        for file, content in models.combined(state.results / "models", model).items():
            yield f"models/{model}/{file}", content
    for model, name in state.accounts.items():
        yield f"models/{model}/model.json", models.account_model(state.results / "models", model, name)


def preview(state: State, dataset: Dataset, directory: Path) -> None:
    """Write the files that a run would rewrite to another directory, so that a dry run shows the consequences."""
    shutil.rmtree(directory, ignore_errors=True)
    for name, content in _contents(state, dataset):
        if not files.holds(state.results / name, content):
            files.write_json(directory / name, content)


def write_requests(state: State) -> None:
    """Keep requests and submissions before anything is paid, so that they survive a killed run."""
    store = state.results / "store"
    if state.submissions and (any(state.submissions.missing.values()) or state.coming):
        state.submissions.write(store, state.settings.engine)
    asked = {name: folder.attempt for name, folder in state.folders.items() if folder.attempt != requests.NEVER}
    requests.write(store, {**requests.read(store), **asked})


def check_budget(state: State) -> None:
    """Stop before spending more than the user allows.

    Raises:
        UserError: the estimate is above `max_cost`.

    """
    if state.submissions:
        submissions.check_budget(state.settings, state.costs)


def _write_settings(state: State) -> None:
    """As YAML to be read, and as JSON for the jobs."""
    import yaml

    text = yaml.safe_dump(state.settings.public(), allow_unicode=True, sort_keys=True)
    files.write_text(state.results / READABLE_SETTINGS, text)
    settings_file.write(state.settings, state.results / SETTINGS)
