"""A small data set, and a finished run of it that tests copy and continue."""

from pathlib import Path

import pytest

from runner import Workflow
from workflow_data import small_data_set


@pytest.fixture
def fresh(tmp_path: Path) -> Workflow:
    """The small data set before its first run."""
    return small_data_set(tmp_path)


@pytest.fixture(scope="session")
def finished_once(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small data set after its first run; never changed."""
    workflow = small_data_set(tmp_path_factory.mktemp("finished"))
    workflow.run()
    return workflow


@pytest.fixture
def finished(finished_once: Workflow, tmp_path: Path) -> Workflow:
    """A copy of the finished run that a test may change."""
    return finished_once.copy(tmp_path)
