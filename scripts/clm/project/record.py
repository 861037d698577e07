"""Writing down what a run has decided, for its jobs: manifests, settings, state."""

from __future__ import annotations

import os

from clm import settings as settings_file
from clm.base import files, lock
from clm.project import code_digests, requests, submissions
from clm.project.dataset import Dataset
from clm.project.state import State
from clm.results import models

#: What jobs read, in the results folder.
SETTINGS, READABLE_SETTINGS, INDEX = "config.json", "config.yaml", "inputs.json"


def write(state: State, dataset: Dataset) -> None:
    """Write what the jobs read; a file that says the same already is kept with its age.

    Raises:
        UserError: the results folder cannot be written.

    """
    results = state.results
    try:
        results.mkdir(parents=True, exist_ok=True)
        if not os.access(results, os.W_OK):
            raise PermissionError(13, "Permission denied")
        index = dataset.index()
        for folder, recordings in index["manifests"].items():
            files.rewrite_json(results / "inputs" / f"{folder}.json", {"folder": folder, "recordings": recordings})
        files.rewrite_json(results / INDEX, index)
        code_digests.write_sources(results)
        for name in state.finished:
            models.clear(results / "models" / name)
        for name in state.combinations:
            models.write_combination(results / "models", name)
        for model, name in state.accounts.items():
            files.rewrite_json(results / "models" / model / "model.json", models.account_model(model, name))
        _write_settings(state)
        state.write(results)
        dataset.save()
    except OSError as error:
        raise lock.unwritable(results, error) from error


def write_requests(state: State) -> None:
    """Keep what is asked for and submitted before anything is paid: if the run is killed, the next one still knows."""
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
