"""Fixtures of the workflow's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aws.server import serving
from team import Team
from workflow_data import small_data_set


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with serving(error_rate=100.0) as loopback:
        team = Team(tmp_path, loopback)
        small_data_set(tmp_path)
        yield team
        assert set(team.service.starts_per_work().values()) <= {1}
