"""clean.py: what it lists, what it keeps, and that it deletes nothing else."""

import datetime
import hashlib
import io
import json
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import clean
from aws.server import serving
from aws.settings import DAY
from aws.team import BUCKET, ROLE, Team
from clm import config
from clm.aws.clients import Aws
from clm.aws.s3 import Uploader
from clm.base import files
from clm.base.s3_path import S3Path
from clm.engines.transcribe.leftovers.cleanup import Cleaner, could_go
from clm.engines.transcribe.leftovers.holdings import CHAMPION, IN_USE, MODELS, UPLOADS, Item
from clm.engines.transcribe.transcribe_settings import TranscribeSettings

PREFIX = "clm"
#: When every upload in parts began, if one asks moto.
MOTO_INITIATED = datetime.datetime(2010, 11, 10, 20, 48, 33, tzinfo=datetime.UTC)


class Account:
    """A team's account with things of ours and of others."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.service = team.loopback.service
        self.s3 = team.loopback.client("s3")
        self.transcribe = team.loopback.client("transcribe")

    def upload(self, key: str, data: bytes = b"x") -> None:
        """As the workflow uploads."""
        Uploader(self.s3).put(data, S3Path(BUCKET, key))

    def job(self, name: str, key: str = "", *, folder: str = f"{PREFIX}/transcripts") -> None:
        """A job; with a key it is ours."""
        self.transcribe.start_transcription_job(
            TranscriptionJobName=name,
            LanguageCode="en-US",
            Media={"MediaFileUri": f"s3://{BUCKET}/{PREFIX}/audio/one.wav"},
            OutputBucketName=BUCKET,
            OutputKey=f"{folder}/{name}.json",
            **({"Tags": [{"Key": "clm-proof", "Value": key}]} if key else {}),
        )

    def model(self, name: str, *, ours: bool = True) -> None:
        self.transcribe.create_language_model(
            ModelName=name,
            LanguageCode="en-US",
            BaseModelName="WideBand",
            InputDataConfig={"S3Uri": f"s3://{BUCKET}/{PREFIX}/training/x/", "DataAccessRoleArn": ROLE},
            **({"Tags": [{"Key": "clm-proof", "Value": "1"}]} if ours else {}),
        )

    def vocabulary(self, name: str, *, ours: bool = True) -> None:
        self.transcribe.create_vocabulary(
            VocabularyName=name,
            LanguageCode="en-US",
            Phrases=["osmosis"],
            **({"Tags": [{"Key": "clm-proof", "Value": "1"}]} if ours else {}),
        )

    def parts(self, key: str, size: int = 5) -> str:
        """An upload that was cut off."""
        where = {"Bucket": BUCKET, "Key": key}
        upload = self.s3.create_multipart_upload(**where)["UploadId"]
        self.s3.upload_part(**where, UploadId=upload, PartNumber=1, Body=b"z" * size)
        return upload

    def objects(self) -> set[str]:
        return {entry["Key"] for entry in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())}

    def state(self) -> tuple[Any, ...]:
        """All there is, to compare."""
        service = self.service
        uploads = self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ())
        names = (sorted(service.jobs.all), sorted(service.models.all), sorted(service.vocabularies.all))
        return self.objects(), *names, [entry["Key"] for entry in uploads]


def silence() -> bytes:
    """A second of it, as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(32_000))
    return buffer.getvalue()


@pytest.fixture
def account() -> Iterator[Account]:
    with serving(references={hashlib.sha256(silence()).hexdigest(): "words"}) as loopback:
        account = Account(Team(loopback))
        account.upload(f"{PREFIX}/audio/one.wav", silence())
        account.upload(f"{PREFIX}/training/x/text.txt", b"words of a model")
        yield account


Clean = Callable[..., str]


@pytest.fixture
def run(account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Clean:
    """Run the program in a working directory of its own; gives what it printed."""

    def call(*arguments: str, **section: Any) -> str:
        for name, value in account.team.loopback.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        settings = {"bucket": BUCKET, "role_arn": ROLE} | section
        clean.main([*arguments, "--config", "engine=transcribe", f"transcribe={json.dumps(settings)}"])
        output = capsys.readouterr().out
        assert "123456789012" not in output
        return output

    return call


def results(folder: Path, models: dict[str, str], champion: str = "", stored: tuple[str, ...] = ()) -> None:
    """A results folder that uses these models: their names here and at Amazon."""
    for ours, amazon in models.items():
        key = "vocabulary" if "vocabulary" in ours else "amazon_model"
        files.write_json(folder / "models" / ours / "model.json", {"details": {key: amazon}})
    rows = [{"model": ours, "champion": "yes" if ours == champion else ""} for ours in ("transcribe", *models)]
    files.write_table(folder / "leaderboard.csv", ("model", "champion"), rows)
    for key in stored:
        files.write_json(folder / "store" / "transcribe" / f"{key}.json", {"result": {}})


def verdicts(output: str) -> dict[str, str]:
    """What would become of each thing."""
    lines = [line.split() for line in output.splitlines() if line.startswith("  ")]
    words = {part: line[0] for line in lines for part in line if part.startswith(("clm-", "s3://"))}
    return {name.rpartition("/")[2] if name.startswith("s3://") else name: word for name, word in words.items()}


def test_without_delete_nothing_happens(account: Account, run: Clean) -> None:
    account.job("clm-a", "k1")
    account.model("clm-m")
    account.vocabulary("clm-v")
    account.parts(f"{PREFIX}/audio/two.wav")
    before = account.state()
    output = run()
    assert "Nothing was deleted" in output
    for kind in ("jobs: 1", "transcripts: 2", "models: 1", "vocabularies: 1", "uploads: 2", "parts: 1, 5 B"):
        assert kind in output
    assert account.state() == before


def test_default_takes_what_costs_nothing_to_make_again(account: Account, run: Clean, tmp_path: Path) -> None:
    account.job("clm-a", "k1")
    account.model("clm-m")
    account.vocabulary("clm-v")
    results(tmp_path / "results", {}, stored=("k1",))
    output = run("--delete")
    assert "deleted clm-v" in output
    keys, jobs, models, vocabularies, _ = account.state()
    assert (jobs, models, vocabularies) == (["clm-a"], ["clm-m"], [])
    assert keys == {f"{PREFIX}/transcripts/clm-a.json", f"{PREFIX}/transcripts/.write_access_check_file.temp"}


def test_nothing_that_is_not_ours(account: Account, run: Clean) -> None:
    for key in (f"{PREFIX}/audio/foreign.wav", f"{PREFIX}/input/one/a.wav", "other/x", f"{PREFIX}-other/x"):
        account.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    account.upload("other/ours.wav")
    account.upload(f"{PREFIX}-other/ours.wav")
    account.job("clm-untagged")
    account.job("tagged", "k2")
    account.job("clm-outside", "k3", folder="other/transcripts")
    account.model("clm-untagged", ours=False)
    account.model("prod", ours=True)
    account.vocabulary("clm-untagged", ours=False)
    account.parts("other/big.wav")
    account.parts(f"{PREFIX}/input/one/big.wav")
    account.s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}/transcripts/mine/clm-outside.json", Body=b"x")
    account.s3.delete_object(Bucket=BUCKET, Key=f"{PREFIX}/training/x/text.txt")
    before = account.state()
    output = run("--delete", "--in-use", "--only", "jobs,transcripts,models,vocabularies,uploads,parts")
    keys, jobs, models, vocabularies, parts = account.state()
    # Ours are the recording and a job, whose result lies outside the prefix; the access check is Amazon's for it.
    assert before[0] - keys == {f"{PREFIX}/audio/one.wav", f"{PREFIX}/transcripts/.write_access_check_file.temp"}
    assert set(before[1]) - set(jobs) == {"clm-outside"}
    assert (models, vocabularies, parts) == before[2:]
    assert "5 objects below the prefix are not ours" in output


def test_models_in_use_are_named_and_stay(account: Account, run: Clean, tmp_path: Path) -> None:
    for name in ("clm-old", "clm-champion", "clm-unused", "clm-listed"):
        account.model(name)
        account.service.clock.move(DAY)
    account.service.faults.fail("model", "clm-bad")
    account.model("clm-bad")
    account.vocabulary("clm-v")
    results(
        tmp_path / "results",
        {"transcribe-clm-001": "clm-old", "transcribe-clm-002": "clm-champion", "transcribe-vocabulary-001": "clm-v"},
        champion="transcribe-clm-002",
    )
    output = run("--only", "models,vocabularies", models=["clm-listed"])
    assert "clm-old  (in use: transcribe-clm-001)" in output
    assert "clm-champion  (in use: transcribe-clm-002, the champion)" in output
    assert "clm-v  (in use: transcribe-vocabulary-001)" in output
    assert "the best candidates first: clm-bad, clm-unused, clm-old, clm-listed." in output
    assert "Models in the account: 5 of 10, ours 5." in output
    run("--only", "models,vocabularies", "--delete", models=["clm-listed"])
    assert account.state()[2:4] == (["clm-champion", "clm-listed", "clm-old"], ["clm-v"])
    run("--only", "models,vocabularies", "--delete", "--in-use")
    assert account.state()[2:4] == ([], [])


def test_several_results_folders(account: Account, run: Clean, tmp_path: Path) -> None:
    account.model("clm-a")
    account.model("clm-b")
    results(tmp_path / "one", {"transcribe-clm-001": "clm-a"})
    results(tmp_path / "two", {"transcribe-clm-001": "clm-b"})
    found = verdicts(run("--only", "models", "--results", str(tmp_path / "one"), str(tmp_path / "two")))
    assert found == {"clm-a": "keep", "clm-b": "keep"}
    assert verdicts(run("--only", "models")) == {"clm-a": "delete", "clm-b": "delete"}


def test_paid_results_that_are_not_here_stay(account: Account, run: Clean, tmp_path: Path) -> None:
    account.job("clm-here", "k1")
    account.job("clm-elsewhere", "k2")
    account.service.faults.fail("job", "clm-failed")
    account.job("clm-failed", "k3")
    results(tmp_path / "results", {}, stored=("k1",))
    run("--delete", "--only", "transcripts,jobs")
    keys, jobs, *_ = account.state()
    assert jobs == ["clm-elsewhere"]
    assert {key for key in keys if key.endswith(".json")} == {f"{PREFIX}/transcripts/clm-elsewhere.json"}
    run("--delete", "--only", "transcripts,jobs", "--in-use")
    assert account.state()[1] == []


def test_transcripts_of_jobs_that_amazon_has_forgotten(account: Account, run: Clean, tmp_path: Path) -> None:
    for name, key in (("clm-recorded", "k1"), ("clm-unsaved", "k2"), ("clm-unknown", "k3")):
        account.job(name, key)
    store = tmp_path / "results" / "store" / "transcribe"
    for name, key in (("clm-recorded", "k1"), ("clm-unsaved", "k2")):
        files.write_json(store / f"{key}.job.json", {"job": name, "state": "started"})
    files.write_json(store / "k1.json", {"result": {}})
    account.service.clock.move(91 * DAY)
    output = run("--only", "transcripts", "--delete")
    assert verdicts(output) == {"clm-recorded.json": "delete", "clm-unsaved.json": "keep"}
    assert f"{PREFIX}/transcripts/clm-unknown.json" in account.objects()
    assert f"{PREFIX}/transcripts/clm-recorded.json" not in account.objects()


def test_what_is_running_stays_whatever_is_said(account: Account, run: Clean) -> None:
    account.service.settings.job_seconds = account.service.settings.model_seconds = 3600
    account.service.settings.vocabulary_seconds = 3600
    account.job("clm-a", "k1")
    account.model("clm-m")
    account.vocabulary("clm-v")
    before = account.state()
    output = run("--delete", "--in-use", "--only", "jobs,models,vocabularies,uploads,transcripts")
    assert "a job is running" in output
    assert "it is being made" in output
    after = account.state()
    assert after[1:] == before[1:]
    assert {f"{PREFIX}/audio/one.wav", f"{PREFIX}/training/x/text.txt"} <= after[0]


def test_uploads_stay_while_a_model_is_in_training(account: Account, run: Clean) -> None:
    account.service.settings.model_seconds = 3600
    account.model("clm-m")
    assert "a model is in training" in run("--only", "uploads", "--delete", "--in-use")
    assert f"{PREFIX}/training/x/text.txt" in account.objects()


def test_parts_go_after_a_day(account: Account, run: Clean, monkeypatch: pytest.MonkeyPatch) -> None:
    account.parts(f"{PREFIX}/audio/big.wav", size=1000)
    monkeypatch.setattr(
        "clm.engines.transcribe.leftovers.holdings._now", lambda: MOTO_INITIATED + datetime.timedelta(hours=23)
    )
    assert verdicts(run("--only", "parts", "--delete")) == {"big.wav": "keep"}
    assert account.state()[-1] == [f"{PREFIX}/audio/big.wav"]
    monkeypatch.setattr(
        "clm.engines.transcribe.leftovers.holdings._now", lambda: MOTO_INITIATED + datetime.timedelta(hours=25)
    )
    output = run("--only", "parts", "--delete")
    assert "parts: 1, 1.0 kB" in output
    assert account.state()[-1] == []


def test_parts_in_a_bucket_without_a_prefix_stay(account: Account, run: Clean) -> None:
    account.parts("audio/big.wav")
    assert "the prefix is empty" in run("--only", "parts", "--delete", "--in-use", prefix="")
    assert account.state()[-1] == ["audio/big.wav"]


def test_versions_that_stay_are_told(account: Account, run: Clean) -> None:
    assert "versions" not in run("--only", "uploads")
    account.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    assert "as an older version" in run("--only", "uploads", "--delete")
    assert account.objects() == set()


def test_many_pages(account: Account, run: Clean) -> None:
    for number in range(105):
        account.job(f"clm-{number:03d}", f"k{number}")
    output = run("--only", "jobs", "--delete", "--in-use")
    assert "jobs: 105" in output
    assert account.state()[1] == []


def test_empty_account(account: Account, run: Clean) -> None:
    for key in account.objects():
        account.s3.delete_object(Bucket=BUCKET, Key=key)
    assert run("--delete") == "The workflow has left nothing there.\n"


def test_failures_are_told_and_the_others_go_on(account: Account, run: Clean, capsys: Any) -> None:
    for name in ("clm-a", "clm-b", "clm-c"):
        account.vocabulary(name)
    account.service.faults.add("Transcribe.DeleteVocabulary", first=1, code="AccessDeniedException")
    with pytest.raises(Exception, match="1 could not be deleted") as caught:
        run("--only", "vocabularies", "--delete")
    assert "see above" in caught.value.hint
    assert "policies/transcribe-user.json" in capsys.readouterr().out
    assert len(account.state()[3]) == 1


def test_all_of_it_with_our_policies(account: Account, run: Clean, monkeypatch: pytest.MonkeyPatch) -> None:
    account.job("clm-a", "k1")
    account.model("clm-m")
    account.vocabulary("clm-v")
    account.parts(f"{PREFIX}/audio/big.wav")
    user = account.team.user()
    monkeypatch.setattr(type(account.team.loopback), "environment", user.environment)
    with account.team.loopback.enforcing_iam():
        run("--only", "jobs,transcripts,models,vocabularies,uploads,parts", "--delete", "--in-use")
    assert account.state() == (set(), [], [], [], [])


def test_wrong_kind_and_no_bucket(account: Account, run: Clean, capsys: Any) -> None:
    with pytest.raises(SystemExit):
        run("--only", "everything")
    assert "unknown kind: everything" in capsys.readouterr().err
    with pytest.raises(Exception, match="bucket"):
        run(bucket=None)
    assert account.objects()


def test_deletion_itself_refuses_what_is_outside(account: Account) -> None:
    settings = TranscribeSettings.of(config.load({"engine": "transcribe", "transcribe": {"bucket": BUCKET}}, *places()))
    created = datetime.datetime.now(datetime.UTC)
    items = [Item(UPLOADS, f"s3://{bucket}/x", created) for bucket in (BUCKET, "another")]
    for _, trouble in Cleaner(Aws("us-east-1"), settings).delete(items):
        assert "is outside of s3://team-talks/clm" in trouble
    assert account.objects()


def places() -> tuple[Path, Path]:
    return clean.cli.CHECKOUT, Path.cwd()


def test_candidates_leave_out_champion_and_running() -> None:
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    models = [
        Item(MODELS, "champion", day, keep=f"{IN_USE}: transcribe-clm-001{CHAMPION}"),
        Item(MODELS, "running", day, "IN_PROGRESS", keep="it is being made"),
        Item(MODELS, "young", day + datetime.timedelta(days=1), "COMPLETED"),
        Item(MODELS, "old", day, "COMPLETED"),
        Item(MODELS, "used", day - datetime.timedelta(days=1), keep=f"{IN_USE}: transcribe-clm-002"),
    ]
    assert could_go(models) == ["old", "young", "used"]
