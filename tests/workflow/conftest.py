"""A small data set, and a finished run of it that tests copy and continue."""

from pathlib import Path

import pytest

from runner import ARTICLES, Workflow


def small_data_set(directory: Path) -> Workflow:
    """Two folders, one keyword, and articles of which one is led to by missed words only."""
    workflow = Workflow(directory)
    # The references go on where the clips end, so that every model misses words.
    workflow.add("one", source=0, text="Good morning, and welcome to the first lecture on osmosis.")
    workflow.add("two", source=1, text="Where does a cell get its power? From mitochondria.")
    workflow.write("keywords/keywords.txt", "osmosis\n")
    for title, text in ARTICLES.items():
        workflow.write(f"articles/{title}.txt", text)
    return workflow


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
