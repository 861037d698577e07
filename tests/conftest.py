"""Fixtures for all tests."""

import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import small_stock as stock
from once import once
from runner import ARTICLES, CHECKOUT, SAMPLE, Workflow
from workflow_data import small_data_set

# How long an example takes says nothing on a busy machine; speed is measured in benchmarks/.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Which tests go to one worker together, unless --dist names a way of its own."""
    if config.getvalue("dist") not in ("load", "loadgroup"):
        return None
    from distribution import Scheduling

    return Scheduling(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real speech and real results that are not part of the repository; tests that need them skip without."""
    path = Path(os.environ.get("CLM_SHARED_DATA", CHECKOUT.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"no shared data at {path}; set CLM_SHARED_DATA")
    return path


@pytest.fixture(scope="session")
def small_stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stock model of few words, which POCKETSPHINX_PATH may name; made once, and never changed."""
    texts = [*ARTICLES.values(), *(path.read_text(encoding="utf-8") for path in sorted(SAMPLE.rglob("*.txt")))]
    return once("small-stock", lambda directory: stock.make(directory, texts), tmp_path_factory)


@pytest.fixture
def fresh(tmp_path: Path) -> Workflow:
    """The small data set before its first run."""
    return small_data_set(tmp_path)


@pytest.fixture(scope="session")
def finished_once(small_stock: Path, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small data set after its first run; shared by all workers, and never changed."""

    def run(directory: Path) -> None:
        workflow = small_data_set(directory)
        workflow.environment["POCKETSPHINX_PATH"] = str(small_stock)
        workflow.run()

    return Workflow(once("finished", run, tmp_path_factory))


@pytest.fixture
def finished(finished_once: Workflow, tmp_path: Path) -> Workflow:
    """A copy of the finished run that a test may change."""
    return finished_once.copy(tmp_path)
