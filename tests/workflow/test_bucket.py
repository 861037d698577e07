"""Results in S3 by the profile that we ship, against moto's S3 on loopback."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aws.server import Loopback, serving
from clm.base import files
from cloud import BUCKET as TALKS
from cloud import quick_cloud
from runner import CHECKOUT, Workflow, log_of
from workflow_data import small_data_set

BUCKET = "results-bucket"
PREFIX = f"s3://{BUCKET}/project"
S3 = ("--profile", str(CHECKOUT / "profiles" / "s3"), "--default-storage-prefix", PREFIX)
COPIES = Path(".snakemake", "storage", "s3", BUCKET, "project", "results")
#: Jobs by Snakemake's own commands, as on a cluster whose nodes share nothing.
ELSEWHERE = (
    "--executor", "cluster-generic", "--jobs", "2", "--shared-fs-usage", "none",
    "--cluster-generic-status-cmd", "sh data/status", "--cluster-generic-submit-cmd",
)  # fmt: skip
#: Starts a job in a directory of its own; its number is that directory.
SUBMIT = """\
directory=$(mktemp -d "{machines}/machine-XXXXXX")
cp "$1" "$directory/job.sh"
cd "$directory"
(sh job.sh > output 2>&1; echo $? > status) > /dev/null 2>&1 &
echo "$directory"
"""
STATUS = """\
if [ ! -e "$1/status" ]; then echo running
elif [ "$(cat "$1/status")" = 0 ]; then echo success
else cat "$1/output" >&2; echo failed; fi
"""


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving() as loopback:
        loopback.client("s3").create_bucket(Bucket=BUCKET)
        yield loopback


def in_bucket(loopback: Loopback, workflow: Workflow) -> Workflow:
    """The same workflow, with its results in the bucket."""
    workflow.environment = loopback.environment
    workflow.results = workflow.directory / COPIES
    return workflow


class Unplaced(Workflow):
    """Not told its directory, which jobs on other machines would be told too."""

    def command(self, *arguments: str) -> list[str]:
        command = super().command(*arguments)
        at = command.index("-d")
        return command[:at] + command[at + 2 :]


def elsewhere(loopback: Loopback, workflow: Workflow, directory: Path) -> Workflow:
    """The data set of a workflow in another directory, without any results."""
    shutil.copytree(workflow.data, directory / "data")
    return in_bucket(loopback, Workflow(directory))


def keys(loopback: Loopback) -> set[str]:
    pages = loopback.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return {entry["Key"].removeprefix("project/results/") for page in pages for entry in page.get("Contents", ())}


@pytest.mark.long
def test_a_bucket_comes_to_the_same_leaderboard(loopback: Loopback, tmp_path: Path, finished_once: Workflow) -> None:
    workflow = in_bucket(loopback, small_data_set(tmp_path / "one"))
    workflow.run(*S3)
    for name in ("leaderboard.csv", "runs.csv", "comparisons.json"):
        assert (workflow.results / name).read_text() == (finished_once.results / name).read_text()
    assert not (workflow.directory / "results").exists()
    assert {"leaderboard.csv", "models/pocketsphinx-clm-001/model.json", "store/snakemake.json"} <= keys(loopback)
    assert workflow.run(*S3).jobs.total() == 0


@pytest.mark.long
def test_the_bucket_is_all_that_another_machine_needs(loopback: Loopback, tmp_path: Path) -> None:
    """Reruns, a new folder, a new generation and a changed setting, each from a directory without results."""
    first = in_bucket(loopback, small_data_set(tmp_path / "one"))
    first.run(*S3)
    board = (first.results / "leaderboard.csv").read_text()

    again = elsewhere(loopback, first, tmp_path / "two")
    assert again.run(*S3).jobs.total() == 0
    assert (again.results / "leaderboard.csv").read_text() == board

    more = elsewhere(loopback, first, tmp_path / "three")
    more.add("three", source=2)
    assert more.run(*S3).transcribed == {("three", "pocketsphinx"), ("three", "pocketsphinx-clm-001")}

    healed = elsewhere(loopback, more, tmp_path / "four")
    run = healed.run(*S3, "--forcerun", "heal")
    assert run.transcribed == {(folder, "pocketsphinx-clm-002") for folder in ("one", "three", "two")}
    former = (more.results / "models" / "pocketsphinx-clm-001" / "corpus" / "keywords.txt").read_text()
    assert former in (healed.results / "models" / "pocketsphinx-clm-002" / "corpus" / "keywords.txt").read_text()

    changed = elsewhere(loopback, more, tmp_path / "five")
    jobs = changed.run(*S3, "--config", "normalizer={profile: spoken}").jobs
    assert jobs["normalize"] == 9
    assert jobs["transcribe"] == jobs["train_clm"] == 0


@pytest.mark.long
def test_jobs_on_other_machines_scan_nothing(loopback: Loopback, tmp_path: Path, finished_once: Workflow) -> None:
    """Each job that may run elsewhere runs in an empty directory of its own, with input in S3."""
    here = small_data_set(tmp_path / "data set")
    for path in (path for path in here.data.rglob("*") if path.is_file()):
        loopback.client("s3").upload_file(str(path), BUCKET, f"data/{path.relative_to(here.data)}")
    workflow = in_bucket(loopback, Unplaced(tmp_path / "main"))
    (workflow.directory / "articles").mkdir(parents=True)
    for path in (here.data / "articles").iterdir():
        (workflow.directory / "articles" / path.name).write_text(path.read_text())
    submit = workflow.write("submit", SUBMIT.format(machines=tmp_path))
    workflow.write("status", STATUS)
    settings = (f"input=s3://{BUCKET}/data/input", "corpus={source: folder, folder: articles}")
    run = workflow.run(*S3, *ELSEWHERE, f"sh {submit}", "--config", *settings)
    machines = [path for path in tmp_path.iterdir() if path.name.startswith("machine-")]
    # Of two folders: transcripts with two models, their normalized texts and scores; and a model.
    assert len(machines) == 2 * 2 * 3 + 1, run.output
    for name in ("leaderboard.csv", "runs.csv"):
        assert (workflow.results / name).read_text() == (finished_once.results / name).read_text()


@pytest.mark.long
def test_jobs_in_a_shared_folder_scan_nothing_either(tmp_path: Path, finished_once: Workflow) -> None:
    workflow = small_data_set(tmp_path)
    submit = workflow.write("submit", '(sh "$1" > /dev/null 2>&1) & echo $!\n')
    command = ("--executor", "cluster-generic", "--jobs", "2", "--cluster-generic-submit-cmd", f"sh {submit}")
    workflow.run(*command)
    assert log_of(tmp_path).count("with external jobid") == 2 * 2 * 3 + 1
    for name in ("leaderboard.csv", "runs.csv"):
        assert (workflow.results / name).read_text() == (finished_once.results / name).read_text()


@pytest.mark.long
def test_what_waits_for_amazon_does_not_wait_on_a_node(tmp_path: Path) -> None:
    """Neither training nor transcripts go to a cluster: nodes may have no network, and jobs there a time limit."""
    with quick_cloud(tmp_path, folders=1) as cloud:
        files.write_text(tmp_path / "submit", '(sh "$1" > /dev/null 2>&1) & echo $!\n')
        command = ("--executor", "cluster-generic", "--jobs", "2", "--cluster-generic-submit-cmd", "sh submit")
        cloud.run(*command)
        assert {row["status"] for row in cloud.outcome()[1]} == {"finished"}
        # Normalized texts and scores of two models.
        assert log_of(cloud.directory).count("with external jobid") == 2 * 2


@pytest.mark.long
def test_paid_results_in_a_bucket_are_never_paid_twice(tmp_path: Path) -> None:
    """Amazon Transcribe with results in S3: the bucket is all that another machine needs, and it starts no job."""
    with quick_cloud(tmp_path / "one", folders=2) as cloud:
        at = f"s3://{TALKS}/project"
        s3 = ("--profile", str(CHECKOUT / "profiles" / "s3"), "--default-storage-prefix", at)
        copies = Path(".snakemake", "storage", "s3", TALKS, "project", "results")
        cloud.results = cloud.directory / copies
        cloud.run(*s3)
        paid, outcome = cloud.paid(), cloud.outcome()
        assert {row["status"] for row in outcome[0]} == {"finished"}
        assert paid == {"jobs": 4, "models": 1}
        assert cloud.run(*s3).jobs.total() == 0

        shutil.copytree(cloud.input.parent, tmp_path / "two" / "data")
        shutil.copy(cloud.directory / "my.yaml", tmp_path / "two")
        cloud.directory = tmp_path / "two"
        cloud.results = cloud.directory / copies
        assert cloud.run(*s3).jobs.total() == 0
        assert cloud.outcome() == outcome
        cloud.run(*s3, "--forceall")
        assert cloud.outcome() == outcome
        assert cloud.paid() == paid
        assert cloud.leaks() == []
