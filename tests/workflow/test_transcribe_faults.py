"""Amazon misbehaves during a run of the real Snakemake: what is there is compared, and the next run goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aws import storage
from aws.server import serving
from aws.storage import ACCOUNT
from cloud import CLM, STOCK, Cloud
from runner import Run

FOLDERS = 3
SIGNED = "https://talks.s3.amazonaws.com/x.json?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE&X-Amz-Signature=0f0f0f0f0f0f"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with serving(job_seconds=0.2, error_rate=40.0) as loopback:
        cloud = Cloud(tmp_path, loopback, poll_seconds=0.1)
        cloud.fill(FOLDERS)
        yield cloud


def statuses(cloud: Cloud) -> dict[str, str]:
    """What the leaderboard says about each model."""
    return {row["model"]: row["status"] for row in cloud.board()}


def goes_on(cloud: Cloud, *before: Run) -> None:
    """The next run finishes everything; nothing was paid twice, and nothing secret was kept or shown."""
    cloud.service.faults.clear()
    run = cloud.run()
    assert statuses(cloud) == {STOCK: "finished", CLM: "finished"}
    assert cloud.paid() == {"jobs": 2 * FOLDERS, "models": 1}
    assert set(cloud.service.starts_per_work().values()) == {1}
    assert cloud.leaks(run.output, *(run.output for run in before)) == []
    assert "Nothing to be done" in cloud.run().output


@pytest.mark.long
def test_credentials_that_expire_among_the_starts(cloud: Cloud) -> None:
    cloud.service.faults.add("StartTranscriptionJob", after=2, code="ExpiredTokenException", status=400)
    run = cloud.run(status=1)
    assert "recordings are not finished" in run.output
    assert "the AWS credentials have expired" in run.output
    assert "Hint: renew your credentials" in run.output
    assert statuses(cloud)[STOCK] == "incomplete"
    goes_on(cloud, run)


@pytest.mark.long
def test_credentials_that_expire_before_anything_is_started(cloud: Cloud) -> None:
    cloud.service.faults.add(r"S3.GET", code="ExpiredToken", status=400)
    run = cloud.run(status=1)
    assert "the AWS credentials have expired" in run.output
    assert "Hint: renew your credentials" in run.output
    assert cloud.paid() == {"jobs": 0, "models": 0}
    goes_on(cloud, run)


@pytest.mark.long
def test_jobs_that_take_hours_more_than_the_patience(cloud: Cloud) -> None:
    cloud.service.settings.update({"job_seconds": 4 * 3600.0})
    cloud.configure(patience_hours=1 / 3600)
    run = cloud.run(status=1)
    assert "jobs were not done after" in run.output
    assert "run again later to fetch their results, nothing is paid twice" in run.output
    assert statuses(cloud)[STOCK] == "incomplete"
    cloud.service.clock.move(5 * 3600.0)
    cloud.service.settings.update({"job_seconds": 0.2})
    cloud.configure(patience_hours=1)
    goes_on(cloud, run)


@pytest.mark.long
def test_half_a_result_in_the_bucket(cloud: Cloud) -> None:
    cloud.service.faults.add(r"S3.GET .*/transcripts/clm-stock", first=1, code="ExpiredToken", status=400)
    first = cloud.run(status=1)
    cloud.service.advance()
    output = next(job.output for job in cloud.service.jobs.all.values() if job.status == "COMPLETED")
    whole = storage.read(*output)
    storage.write(*output, whole[: len(whole) // 2])
    second = cloud.run(status=1)
    assert "1 recording is not finished" in second.output
    assert "damaged or cut off" in second.output
    assert statuses(cloud)[STOCK] == "incomplete"
    storage.write(*output, whole)
    goes_on(cloud, first, second)


@pytest.mark.long
def test_a_training_whose_answers_are_lost(cloud: Cloud) -> None:
    lost = cloud.service.faults.add("CreateLanguageModel", first=1, reset=True, applied=True)
    refused = cloud.service.faults.add("DescribeLanguageModel", every=2, first=2, code="ThrottlingException")
    run = cloud.run()
    assert lost.hits == 1
    assert refused.hits > 0
    goes_on(cloud, run)


@pytest.mark.long
def test_a_training_that_takes_more_than_the_patience(cloud: Cloud) -> None:
    cloud.service.settings.update({"model_seconds": 4 * 3600.0})
    cloud.configure(patience_hours=2 / 3600)
    run = cloud.run(status=1)
    assert "longer than patience_hours" in run.output
    assert "nothing is paid twice" in run.output
    assert statuses(cloud) == {STOCK: "finished"}
    cloud.service.clock.move(5 * 3600.0)
    goes_on(cloud, run)


def test_refusals_that_tell_secrets(cloud: Cloud) -> None:
    message = f"User: arn:aws:iam::{ACCOUNT}:user/me is not authorized to perform this, see {SIGNED}"
    cloud.service.faults.add("StartTranscriptionJob", code="AccessDeniedException", status=400, message=message)
    cloud.service.faults.add("CreateLanguageModel", code="AccessDeniedException", status=400, message=message)
    run = cloud.run(status=1)
    assert "access denied" in run.output
    assert "policies/transcribe-user.json" in run.output
    assert "AKIAIOSFODNN7EXAMPLE" not in run.output
    goes_on(cloud, run)
