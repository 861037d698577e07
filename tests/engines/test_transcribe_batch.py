"""Batches of jobs through the real boto3 while the service misbehaves: nothing is paid twice, and a rerun goes on."""

import datetime
import json
import multiprocessing
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.retries.standard import ExponentialBackoff
from hypothesis import given
from hypothesis import strategies as st

from aws import storage
from aws.moto_alone import serving_moto
from aws.server import Loopback, serving
from aws.storage import ACCOUNT
from clm import engines
from clm.aws.clients import ATTEMPTS, Aws
from clm.aws.rate_limits import Tolerance
from clm.base import files
from clm.base.s3_path import S3Path
from clm.config import load
from clm.engines.transcribe.batches import refusals
from clm.engines.transcribe.batches.uploads import Uploads
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.types import Failure, Model, Outcome, Recording, Transcript, Unfinished
from cloud import write_noise
from runner import CHECKOUT

BUCKET = "batch"
STOCK = Model("transcribe")
START, GET, LIST = (f"Transcribe.{name}TranscriptionJob" for name in ("Start", "Get", "List"))
RESULTS = r"S3.GET /batch/clm/transcripts/.*\.json"
SIGNED = "https://s3.amazonaws.com/b/k?X-Amz-Signature=0123456789abcdef&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"


class Bench:
    """Recordings, an account, and what its service was paid for."""

    def __init__(self, directory: Path, loopback: Loopback) -> None:
        self.directory = directory
        self.loopback = loopback
        self.service = loopback.service
        self.faults = loopback.service.faults
        loopback.client("s3").create_bucket(Bucket=BUCKET)

    def recordings(self, count: int) -> list[Recording]:
        """Distinct recordings with one word each."""
        found = []
        for number in range(count):
            path = self.directory / f"{number}.wav"
            if not path.exists():
                write_noise(path, random.Random(number), 0.6)
            digest = files.sha256_of_file(path)
            self.service.references[digest] = f"word{number}"
            found.append(Recording(str(number), path, digest, 0.6))
        return found

    def settings(self, **section: Any) -> TranscribeSettings:
        """The settings of a run."""
        changes = {"engine": "transcribe", "transcribe": {"bucket": BUCKET, **section}}
        return TranscribeSettings.of(load(changes, CHECKOUT, CHECKOUT))

    def run(self, recordings: list[Recording], **section: Any) -> dict[str, Outcome]:
        """Outcomes by recording, in one run of their own; each recording comes exactly once."""
        section = {"bucket": BUCKET, "poll_seconds": 0.05, "starts_per_second": 25, **section}
        config = load(
            {"engine": "transcribe", "results": str(self.directory / "results"), "transcribe": section},
            CHECKOUT,
            CHECKOUT,
        )
        done = list(engines.create(config).transcribe(recordings, STOCK))
        assert sorted(recording.name for recording, _ in done) == sorted(recording.name for recording in recordings)
        return {recording.name: outcome for recording, outcome in done}

    def finished(self, outcomes: dict[str, Outcome]) -> None:
        """All have their transcripts, and each was paid once."""
        for name, outcome in outcomes.items():
            assert isinstance(outcome, Transcript), outcome
            assert outcome.result["results"]["transcripts"][0]["transcript"] == f"word{name}"
        self.paid_once(len(outcomes))

    def paid_once(self, jobs: int) -> None:
        """So many jobs were started, each for work of its own."""
        assert set(self.service.starts_per_work().values()) <= {1}
        assert len(self.service.starts) == jobs


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    # boto3 waits up to some seconds between its attempts, and offers no clock.
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.01)
    with serving(job_seconds=0.1, error_rate=0.0) as loopback:
        for name, value in loopback.environment.items():
            monkeypatch.setenv(name, value)
        yield Bench(tmp_path, loopback)


@pytest.mark.parametrize("operation", [START, f"{LIST}s", RESULTS], ids=["start", "list", "result"])
@pytest.mark.parametrize(
    "code", ["ThrottlingException", "InternalFailureException", "reset"], ids=["throttled", "broken", "reset"]
)
def test_passing_trouble_is_waited_for(bench: Bench, operation: str, code: str) -> None:
    how = {"reset": True} if code == "reset" else {"code": code, "status": 500 if "Internal" in code else 400}
    fault = bench.faults.add(operation, first=2, **how)
    bench.finished(bench.run(bench.recordings(4)))
    assert fault.hits > 0


@pytest.mark.parametrize("operation", ["S3.PUT", f"{LIST}s", GET, RESULTS], ids=["upload", "list", "look", "result"])
def test_trouble_that_outlasts_the_retries_of_boto3_is_borne(bench: Bench, operation: str) -> None:
    recordings = bench.recordings(2)
    if operation == GET:  # which is only asked where there is no result, nor a job that runs
        hidden = bench.faults.add(RESULTS, first=2, code="NoSuchKey", status=404)
    fault = bench.faults.add(operation, first=ATTEMPTS + 4, reset=True)
    bench.finished(bench.run(recordings))
    assert fault.hits == ATTEMPTS + 4
    assert operation != GET or hidden.hits


def test_trouble_is_not_borne_for_ever(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tolerance, "MOST_SECONDS", 1.0)
    recordings = bench.recordings(2)
    bench.faults.add(f"{LIST}s", reset=True)
    outcomes = bench.run(recordings)
    for outcome in outcomes.values():
        assert isinstance(outcome, Unfinished)
        assert "listing jobs: no answer from Amazon" in outcome.reason
    bench.faults.clear()
    bench.finished(bench.run(recordings))


@pytest.mark.parametrize("status", [400, 429])
def test_a_full_quota_is_waited_for(bench: Bench, status: int) -> None:
    bench.service.settings.update({"max_jobs": 2, "limit_status": status})
    bench.finished(bench.run(bench.recordings(5)))
    assert bench.service.jobs.peak == 2


@pytest.mark.parametrize("status", [400, 429])
def test_a_quota_that_stays_full_ends_the_run_which_a_rerun_continues(bench: Bench, status: int) -> None:
    bench.service.settings.update({"max_jobs": 0, "limit_status": status})
    outcomes = bench.run(bench.recordings(2), patience_hours=3 / 3600)
    assert all(isinstance(outcome, Unfinished) for outcome in outcomes.values())
    bench.paid_once(0)
    bench.service.settings.update({"max_jobs": 250})
    bench.finished(bench.run(bench.recordings(2)))


@pytest.mark.parametrize(
    "how", [{"reset": True}, {"code": "InternalFailureException", "status": 500}, {"truncate": True}], ids=str
)
def test_a_start_whose_answer_is_lost_is_adopted(bench: Bench, how: dict[str, Any]) -> None:
    fault = bench.faults.add(START, first=2, applied=True, **how)
    bench.finished(bench.run(bench.recordings(3)))
    assert fault.hits == 2


def test_half_an_answer_is_asked_for_again(bench: Bench) -> None:
    fault = bench.faults.add(RESULTS, first=2, truncate=True)
    bench.finished(bench.run(bench.recordings(2)))
    assert fault.hits == 2


def test_one_result_that_cannot_be_read_leaves_the_others_alone(bench: Bench) -> None:
    recordings = bench.recordings(4)
    bench.run(recordings[:1])
    [name] = bench.service.jobs.all
    bench.faults.add(f"S3.GET .*{name}", truncate=True)
    outcomes = bench.run(recordings)
    assert [type(outcomes[name]) for name in "0123"] == [Unfinished, Transcript, Transcript, Transcript]
    assert outcomes["0"].hint
    bench.faults.clear()
    bench.finished(bench.run(recordings))


def test_half_a_result_in_the_bucket_is_told_and_not_trusted(bench: Bench) -> None:
    recordings = bench.recordings(2)
    bench.run(recordings)
    job = next(iter(bench.service.jobs.all.values()))
    whole = storage.read(*job.output)
    storage.write(*job.output, whole[: len(whole) // 2])
    outcomes = bench.run(recordings)
    [damaged] = [outcome for outcome in outcomes.values() if isinstance(outcome, Unfinished)]
    assert "damaged or cut off" in damaged.reason
    assert job.name in damaged.reason
    assert "pays again" in damaged.hint
    storage.write(*job.output, whole)
    bench.finished(bench.run(recordings))


def test_a_result_that_is_gone_is_not_paid_again(bench: Bench) -> None:
    recordings = bench.recordings(2)
    bench.run(recordings)
    job = next(iter(bench.service.jobs.all.values()))
    bench.loopback.client("s3").delete_object(Bucket=BUCKET, Key=job.output[1])
    outcomes = bench.run(recordings)
    [gone] = [outcome for outcome in outcomes.values() if isinstance(outcome, Unfinished)]
    assert job.name in gone.reason
    assert "repeat" in gone.hint
    bench.paid_once(2)


@pytest.mark.parametrize(
    ("operation", "code", "after"),
    [
        ("S3.PUT", "ExpiredToken", 1),
        (START, "ExpiredTokenException", 2),
        (f"{LIST}s", "ExpiredTokenException", 0),
        (RESULTS, "ExpiredToken", 1),
    ],
    ids=["upload", "start", "list", "result"],
)
def test_expired_credentials_end_the_run_which_a_rerun_continues(
    bench: Bench, operation: str, code: str, after: int
) -> None:
    recordings = bench.recordings(4)
    bench.faults.add(operation, after=after, code=code, status=400)
    outcomes = bench.run(recordings)
    left = [outcome for outcome in outcomes.values() if isinstance(outcome, Unfinished)]
    assert left
    for outcome in left:
        assert "expired" in outcome.reason
        assert "renew your credentials" in outcome.hint
    bench.faults.clear()
    bench.finished(bench.run(recordings))


def test_a_slow_service_is_left_to_the_next_run(bench: Bench) -> None:
    bench.service.settings.update({"job_seconds": 5 * 3600.0})
    recordings = bench.recordings(3)
    outcomes = bench.run(recordings, patience_hours=0.5 / 3600)
    while len(bench.service.starts) < len(recordings):  # a busy machine needs more than half a second for that
        outcomes = bench.run(recordings, patience_hours=0.5 / 3600)
    for outcome in outcomes.values():
        assert isinstance(outcome, Unfinished)
        assert "patience_hours" in outcome.reason
        assert "nothing is paid twice" in outcome.hint
    bench.service.clock.move(6 * 3600.0)
    bench.finished(bench.run(recordings))


def test_one_refused_recording_leaves_the_others_alone(bench: Bench) -> None:
    recordings = bench.recordings(3)
    bench.faults.add(START, first=1, code="BadRequestException", status=400, message=f"no access for {ACCOUNT}")
    outcomes = bench.run(recordings)
    [refused] = [outcome for outcome in outcomes.values() if isinstance(outcome, Unfinished)]
    assert ACCOUNT not in refused.reason
    bench.finished(bench.run(recordings))


def test_no_account_number_nor_signed_address_is_kept(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    recordings = bench.recordings(2)
    bench.faults.fail("job", ".", f"arn:aws:iam::{ACCOUNT}:role/x may not read {SIGNED}")
    outcomes = bench.run(recordings[:1])
    assert isinstance(outcomes["0"], Failure)
    bench.faults.clear()
    bench.faults.add(START, code="AccessDeniedException", status=400, message=f"{ACCOUNT} may not, see {SIGNED}")
    outcomes |= bench.run(recordings[1:])
    bench.faults.clear()
    outcomes |= {"2": bench.run(recordings)["1"]}
    kept = json.dumps([vars(outcome) for outcome in outcomes.values()]) + caplog.text
    kept += "".join(path.read_text() for path in (bench.directory / "results").rglob("*") if path.is_file())
    for secret in (ACCOUNT, "0123456789abcdef", "AKIAIOSFODNN7EXAMPLE"):
        assert secret not in kept


def test_bad_requests_before_the_first_success_block_nobody(bench: Bench) -> None:
    bench.faults.add(START, first=5, code="BadRequestException")
    outcomes = bench.run(bench.recordings(14))
    bad = [outcome for outcome in outcomes.values() if isinstance(outcome, Unfinished)]
    assert len(bad) == 5
    bench.paid_once(9)
    bench.finished(bench.run(bench.recordings(14)))


def test_a_cause_that_all_recordings_share_is_found_by_a_sample(bench: Bench) -> None:
    fault = bench.faults.add(START, code="BadRequestException", message="The language isn't supported for job 17")
    outcomes = bench.run(bench.recordings(30))
    assert {type(outcome) for outcome in outcomes.values()} == {Unfinished}
    assert fault.hits == refusals.SAMPLE


def test_a_file_that_is_too_long_to_be_accepted_is_given_up_alone(bench: Bench) -> None:
    bench.service.settings.max_start_seconds = 1.0
    recordings = bench.recordings(25)
    path = bench.directory / "long.wav"
    write_noise(path, random.Random("long"), 2.0)
    long = Recording("long", path, files.sha256_of_file(path), 2.0)
    outcomes = bench.run([long, *recordings])
    assert isinstance(outcomes["long"], Unfinished)
    assert "file may be too long" in outcomes["long"].reason or "LimitExceeded" in outcomes["long"].reason
    bench.finished({name: outcome for name, outcome in outcomes.items() if name != "long"})


def test_many_files_that_are_too_long_do_not_starve_the_rest(bench: Bench) -> None:
    bench.service.settings.max_start_seconds = 0.1
    assert {type(outcome) for outcome in bench.run(bench.recordings(20)).values()} == {Unfinished}
    bench.paid_once(0)
    bench.service.settings.max_start_seconds = 10.0
    bench.finished(bench.run(bench.recordings(20)))


@given(st.integers(0, 400), st.integers(1, 20))
def test_a_spread_order_has_all_and_begins_everywhere(count: int, parts: int) -> None:
    order = refusals.spread(range(count), parts)
    assert sorted(order) == list(range(count))
    stride = -(-count // parts) or 1
    assert len({at // stride for at in order[: count // stride]}) == count // stride


@pytest.mark.parametrize("size", [1000, (16 << 20) + 5])
def test_recordings_are_uploaded_once_by_whatever_number_of_models(bench: Bench, size: int) -> None:
    path = bench.directory / "a.wav"
    write_noise(path, random.Random(0), size / 32000)
    recording = Recording("a", path, files.sha256_of_file(path), 1.0)
    settings = bench.settings()
    bench.faults.add(r"S3.PUT /batch/clm/audio", delay=0.3)
    uploads = [Uploads(Aws("us-east-1"), settings, bench.directory / ".uploads.lock") for _ in range(2)]
    context = multiprocessing.get_context("fork")
    helper = context.Process(target=uploads[1].put, args=(recording,))
    helper.start()
    assert uploads[0].put(recording) == S3Path(BUCKET, f"clm/audio/{recording.sha256}.wav")
    helper.join(60)
    assert helper.exitcode == 0
    assert bench.service.calls["S3.PUT"] == 1 + 1 + (size > 16 << 20)  # the bucket, and the parts


def test_keys_with_special_characters_are_copied_to_plain_ones(bench: Bench) -> None:
    keys = ("in/a b/ü.wav", "in/50%.wav", "in/a#1.wav", "in/what?.wav", "in/c+d.wav", "in/e&f.wav")
    recordings = []
    for number, key in enumerate(keys):
        path = bench.directory / f"{number}.wav"
        write_noise(path, random.Random(number), 0.6)
        bench.loopback.client("s3").put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
        digest = files.sha256_of_file(path)
        bench.service.references[digest] = f"word{number}"
        recordings.append(Recording(str(number), S3Path(BUCKET, key), digest if number else "etag-1-2", 0.6))
    bench.finished(bench.run(recordings))
    plain = {start.media for start in bench.service.starts}
    assert plain == {f"s3://{BUCKET}/{keys[0]}", *(f"s3://{BUCKET}/clm/audio/{r.sha256}.wav" for r in recordings[1:])}


def test_our_record_decides_where_amazon_tells_no_tags(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aws.jobs.HIDDEN", ("Tags", "ModelSettings", "Settings", "Media"))
    recordings = bench.recordings(3)
    bench.run(recordings)
    starts = len(bench.service.starts)
    for path in (bench.directory / "results" / "store").rglob("*.json"):
        if not path.name.endswith(".job.json"):
            path.unlink()
    s3 = bench.loopback.client("s3")
    for key in list(storage.keys(BUCKET, "clm/transcripts/")):
        s3.delete_object(Bucket=BUCKET, Key=key)
    for outcome in bench.run(recordings).values():
        assert isinstance(outcome, Unfinished)
        assert "taken by a different job" not in outcome.reason
        assert "delete" not in outcome.hint
    assert len(bench.service.starts) == starts


def test_tags_are_asked_for_where_nothing_else_tells(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    recordings = bench.recordings(2)
    bench.run(recordings)
    monkeypatch.setattr("aws.jobs.HIDDEN", ("Tags", "ModelSettings", "Settings", "Media"))
    shutil.rmtree(bench.directory / "results")
    s3 = bench.loopback.client("s3")
    for key in list(storage.keys(BUCKET, "clm/transcripts/")):
        s3.delete_object(Bucket=BUCKET, Key=key)
    for outcome in bench.run(recordings).values():
        assert isinstance(outcome, Unfinished)
        assert "there is no result at" in outcome.reason
    assert bench.service.calls["Transcribe.ListTagsForResource"] == 2
    bench.paid_once(2)


@pytest.fixture(params=["ours", "moto"])
def account(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """An account without anything, at the service of ours and at moto alone."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.01)
    ours = request.param == "ours"
    with serving(job_seconds=0.1, error_rate=0.0) if ours else serving_moto(lambda _: "word0") as found:
        loopback = found if ours else found[0]
        for name, value in loopback.environment.items():
            monkeypatch.setenv(name, value)
        yield loopback


def test_a_result_is_of_the_day_on_which_amazon_wrote_it(account: Loopback, tmp_path: Path) -> None:
    bench = Bench(tmp_path, account)
    recordings = bench.recordings(2)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    assert {outcome.made for outcome in bench.run(recordings).values()} <= {today}
    old = datetime.datetime(2025, 3, 1, 23, 30)
    for key in storage.keys(BUCKET, "clm/transcripts/clm-"):
        storage.date(BUCKET, key, old)
    shutil.rmtree(tmp_path / "results")
    assert {outcome.made for outcome in bench.run(recordings).values()} == {"2025-03-01"}


def test_what_was_paid_for_with_another_bucket_is_not_paid_again(account: Loopback, tmp_path: Path) -> None:
    bench = Bench(tmp_path, account)
    recordings = bench.recordings(1)
    assert isinstance(bench.run(recordings)["0"], Transcript)
    keys = list(storage.keys(BUCKET, "clm/transcripts/clm-"))
    account.client("s3").create_bucket(Bucket="other")
    shutil.rmtree(tmp_path / "results")
    found = bench.run(recordings, bucket="other")["0"]
    assert isinstance(found, Transcript)
    assert found.result["results"]["transcripts"][0]["transcript"] == "word0"
    assert list(storage.keys(BUCKET, "clm/transcripts/clm-")) == keys
    assert not list(storage.keys("other", "clm/transcripts/clm-"))


def test_a_bucket_is_used_only_if_its_owner_is_the_expected_one(bench: Bench) -> None:
    recordings = bench.recordings(1)
    path = bench.directory / "large.wav"
    write_noise(path, random.Random("large"), 530.0)
    large = Recording("1", path, files.sha256_of_file(path), 530.0)
    bench.service.references[large.sha256] = "word1"
    copied = bench.directory / "copied.wav"
    write_noise(copied, random.Random("copied"), 0.6)
    bench.loopback.client("s3").put_object(Bucket=BUCKET, Key="in/50%.wav", Body=copied.read_bytes())
    bench.service.references[files.sha256_of_file(copied)] = "word2"
    everything = [*recordings, large, Recording("2", S3Path(BUCKET, "in/50%.wav"), "etag-1-2", 0.6)]
    for outcome in bench.run(everything, bucket_owner="999999999999").values():
        assert isinstance(outcome, Unfinished)
        assert "access denied" in outcome.reason
    assert list(storage.keys(BUCKET, "clm/")) == []
    bench.finished(bench.run(everything, bucket_owner=ACCOUNT))
