"""The workflow on a real Slurm cluster of one node, by the profile that we ship."""

import os
from pathlib import Path

import pytest

from runner import ARTICLES, CHECKOUT, Workflow
from slurm import cluster

pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(cluster.missing()), reason=cluster.missing() or "-")]

SLURM = (
    "--profile", str(CHECKOUT / "profiles" / "slurm"),
    "--slurm-no-account", "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2",
)  # fmt: skip


def data_set(directory: Path) -> Workflow:
    workflow = Workflow(directory)
    for number in range(3):
        workflow.add(f"talk {number}", source=number, seconds=2.5)
    workflow.write("keywords/keywords.txt", "osmosis")
    for title, text in ARTICLES.items():
        workflow.write(f"articles/{title}.txt", text)
    return workflow


def test_a_cluster_comes_to_the_same_leaderboard(tmp_path: Path) -> None:
    here, there = data_set(tmp_path / "here"), data_set(tmp_path / "there")
    here.run("--cores", "2")
    with cluster.cluster() as environment:
        there.environment = {**environment, "PATH": os.environ["PATH"]}
        run = there.run(*SLURM)
        assert run.output.count("has been submitted with SLURM jobid") >= 2 * 3  # transcribe; scoring in groups
        again = there.run(*SLURM)
    for name in ("leaderboard.csv", "runs.csv"):
        assert (there.results / name).read_text() == (here.results / name).read_text()
    assert again.jobs.total() == 0
