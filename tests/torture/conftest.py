"""Torture is done with the stock model that comes with pocketsphinx: sizes, times and words are those of users."""

from pathlib import Path

import pytest

from once import once
from runner import Workflow
from workflow_data import small_data_set


@pytest.fixture(scope="session")
def finished_once(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small data set after its first run; shared by all workers, and never changed."""

    def run(directory: Path) -> None:
        small_data_set(directory).run()

    return Workflow(once("finished-torture", run, tmp_path_factory))
