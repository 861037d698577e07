"""Fixtures for all tests."""

import os
from pathlib import Path

import hypothesis
import pytest

from runner import CHECKOUT

# How long an example takes says nothing on a busy machine; speed is measured in benchmarks/.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real speech and real results that are not part of the repository; tests that need them skip without."""
    path = Path(os.environ.get("CLM_SHARED_DATA", CHECKOUT.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"no shared data at {path}; set CLM_SHARED_DATA")
    return path
