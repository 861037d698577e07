"""Fixtures of the workflow's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import runner
from aws.server import serving
from team import Team
from workflow_data import small_data_set


@pytest.fixture(autouse=True)
def small_words(small_stock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of Snakemake recognise and learn few words, but for those of tests that take the real model."""
    monkeypatch.setitem(runner.VARIABLES, "POCKETSPHINX_PATH", str(small_stock))


@pytest.fixture
def real_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of Snakemake have the stock model that comes with pocketsphinx."""
    monkeypatch.delitem(runner.VARIABLES, "POCKETSPHINX_PATH")


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with serving(error_rate=100.0) as loopback:
        team = Team(tmp_path, loopback)
        small_data_set(tmp_path)
        yield team
        assert set(team.service.starts_per_work().values()) <= {1}
