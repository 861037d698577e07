"""The loopback service, driven by the real boto3."""

import dataclasses
import hashlib
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
import soundfile
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ResponseStreamingError

from aws import access, jobs
from aws.recognition import Corpus, Item, Speech
from aws.server import Loopback, serving
from aws.settings import DAY, Settings
from runner import CHECKOUT, SAMPLE

BUCKET = "loopback-audio"
ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})
REFERENCE = "Good morning, today mitochondria and chloroplasts make energy for the living cell."
AUDIO = "talks/one/audio.wav"


def wav(seconds: float = 2.0, rate: int = 16_000, channels: int = 1, kind: str = "WAV") -> bytes:
    """A tone."""
    tone = 0.3 * np.sin(np.arange(int(seconds * rate)) * 0.05)
    buffer = io.BytesIO()
    soundfile.write(buffer, np.stack([tone] * channels, axis=1), rate, format=kind)
    return buffer.getvalue()


class Account:
    """Clients of one account, with a bucket, a recording with its text, and a role for Transcribe."""

    def __init__(self, loopback: Loopback) -> None:
        self.loopback = loopback
        self.service = loopback.service
        self.s3 = loopback.client("s3", config=ONCE)
        self.transcribe = loopback.client("transcribe", config=ONCE)
        self.role = loopback.create_role()
        self.s3.create_bucket(Bucket=BUCKET)
        self.put(AUDIO, wav())
        self.put("talks/one/transcript.txt", REFERENCE)

    def put(self, key: str, data: bytes | str) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=data)

    def start(self, name: str = "job", **changes: Any) -> dict[str, Any]:
        request = {
            "TranscriptionJobName": name,
            "Media": {"MediaFileUri": f"s3://{BUCKET}/{AUDIO}"},
            "LanguageCode": "en-US",
            "OutputBucketName": BUCKET,
            "OutputKey": f"out/{name}.json",
        } | changes
        given = {key: value for key, value in request.items() if value is not None}
        return self.transcribe.start_transcription_job(**given)["TranscriptionJob"]

    def job(self, name: str = "job") -> dict[str, Any]:
        return self.transcribe.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]

    def result(self, name: str = "job") -> dict[str, Any]:
        return json.loads(self.s3.get_object(Bucket=BUCKET, Key=f"out/{name}.json")["Body"].read())

    def text(self, name: str = "job") -> str:
        self.job(name)
        return self.result(name)["results"]["transcripts"][0]["transcript"]

    def train(self, name: str = "clm", text: bytes | str | None = "mitochondria make energy", **changes: Any) -> dict:
        if text is not None:
            self.put(f"training/{name}/text.txt", text)
        request = {
            "ModelName": name,
            "LanguageCode": "en-US",
            "BaseModelName": "WideBand",
            "InputDataConfig": {"S3Uri": f"s3://{BUCKET}/training/{name}/", "DataAccessRoleArn": self.role},
        } | changes
        return self.transcribe.create_language_model(**request)

    def model(self, name: str = "clm") -> dict[str, Any]:
        return self.transcribe.describe_language_model(ModelName=name)["LanguageModel"]

    def vocabulary(self, name: str = "vocabulary") -> dict[str, Any]:
        return self.transcribe.get_vocabulary(VocabularyName=name)


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A service whose clock stands still until it is moved."""
    with serving(scale=0, job_seconds=60, model_seconds=3600, vocabulary_seconds=60) as loopback:
        yield loopback


@pytest.fixture
def account(loopback: Loopback) -> Account:
    return Account(loopback)


def refused(code: str, status: int = 400) -> Any:
    """Expect a ClientError of this code and status."""

    def matches(error: ClientError) -> bool:
        response = error.response
        return (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)

    return pytest.raises(ClientError, check=matches)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def post(loopback: Loopback, path: str, body: object) -> Any:
    response = requests.post(f"{loopback.url}/{path}", data=json.dumps(body), timeout=10)
    response.raise_for_status()
    return response.json()


def get(url: str) -> Any:
    return requests.get(url, timeout=10).json()


class TestJobs:
    def test_runs_as_long_as_set_and_writes_a_result_of_amazons_shape(self, account: Account) -> None:
        tags = [{"Key": "clm", "Value": "abc"}]
        assert account.start(Tags=tags)["TranscriptionJobStatus"] == "IN_PROGRESS"
        account.service.clock.move(59.9)
        assert account.job()["TranscriptionJobStatus"] == "IN_PROGRESS"
        account.service.clock.move(0.2)
        job = account.job()
        assert job["TranscriptionJobStatus"] == "COMPLETED"
        assert job["Tags"] == tags
        assert (job["MediaFormat"], job["MediaSampleRateHertz"]) == ("wav", 16_000)
        assert (job["CompletionTime"] - job["StartTime"]).total_seconds() == 60
        assert job["Transcript"]["TranscriptFileUri"] == f"https://s3.us-east-1.amazonaws.com/{BUCKET}/out/job.json"
        result = account.result()
        assert (result["jobName"], result["status"]) == ("job", "COMPLETED")
        first, comma = next(
            (first, second)
            for first, second in zip(result["results"]["items"], result["results"]["items"][1:], strict=False)
            if second["type"] == "punctuation"
        )
        assert isinstance(first["start_time"], str)
        assert isinstance(first["alternatives"][0]["confidence"], str)
        assert "start_time" not in comma
        segment = result["results"]["audio_segments"][0]
        assert segment["transcript"] == result["results"]["transcripts"][0]["transcript"]
        assert segment["items"] == [item["id"] for item in result["results"]["items"]]
        keys = {entry["Key"] for entry in account.s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]}
        assert keys == {"out/job.json", "out/.write_access_check_file.temp"}

    def test_latency_may_depend_on_the_audio(self, account: Account) -> None:
        account.service.settings.update({"job_seconds": 1, "job_seconds_per_audio_second": 10})
        account.start()
        account.service.clock.move(20.9)
        assert account.job()["TranscriptionJobStatus"] == "IN_PROGRESS"
        account.service.clock.move(0.2)
        assert account.job()["TranscriptionJobStatus"] == "COMPLETED"

    def test_output_key_may_be_a_folder_and_alternatives_come_as_segments(self, account: Account) -> None:
        account.start(OutputKey="some/folder/", Settings={"ShowAlternatives": True, "MaxAlternatives": 2})
        account.service.clock.move(60)
        uri = account.job()["Transcript"]["TranscriptFileUri"]
        assert uri.endswith("/some/folder/job.json")
        result = json.loads(account.s3.get_object(Bucket=BUCKET, Key="some/folder/job.json")["Body"].read())
        assert result["results"]["segments"][0]["alternatives"][0]["transcript"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"TranscriptionJobName": "my job"},
            {"TranscriptionJobName": "j" * 201},
            {"LanguageCode": "xx-XX"},
            {"LanguageCode": None},
            {"IdentifyLanguage": True},
            {"OutputKey": "ä.json"},
            {"OutputBucketName": "Not_A_Bucket"},
            {"OutputBucketName": "no-such-bucket"},
            {"OutputBucketName": None},
            {"MediaSampleRateHertz": 96_000},
            {"MediaFormat": "opus"},
            {"Media": {"MediaFileUri": "ftp://x/y"}},
            {"Media": {"MediaFileUri": f"s3://{BUCKET}/missing.wav"}},
            {"Media": {"MediaFileUri": "s3://no-such-bucket/audio.wav"}},
            {"Media": {}},
            {"Settings": {"ShowAlternatives": True}},
            {"Settings": {"ShowAlternatives": True, "MaxAlternatives": 11}},
            {"Settings": {"VocabularyName": "missing"}},
            {"ModelSettings": {"LanguageModelName": "missing"}},
            {"JobExecutionSettings": {"AllowDeferredExecution": True}},
            {"Tags": [{"Key": "k" * 129, "Value": ""}]},
        ],
    )
    def test_refuses_bad_requests(self, shared: Account, changes: dict[str, Any]) -> None:
        with refused("BadRequestException"):
            shared.start(changes.pop("TranscriptionJobName", "bad"), **changes)
        assert not shared.service.starts

    def test_validation_names_every_wrong_member(self, shared: Account) -> None:
        with pytest.raises(ClientError, match=r"2 validation errors.*'transcriptionJobName'.*'tags\.1\.member\.key'"):
            shared.start("my job", OutputKey="out/", Tags=[{"Key": "k" * 129, "Value": ""}])

    def test_taken_name_is_a_conflict_until_deleted_and_case_matters(self, account: Account) -> None:
        account.start()
        account.start("JOB")
        with refused("ConflictException", 409):
            account.start()
        with refused("BadRequestException"):
            account.transcribe.delete_transcription_job(TranscriptionJobName="job")
        account.service.clock.move(60)
        account.transcribe.delete_transcription_job(TranscriptionJobName="job")
        with refused("NotFoundException", 404):
            account.job()
        account.start()
        with refused("BadRequestException"):
            account.transcribe.delete_transcription_job(TranscriptionJobName="missing")

    def test_bucket_of_another_region_is_refused(self, account: Account) -> None:
        other = account.loopback.client("transcribe", region_name="eu-west-1", config=ONCE)
        account.transcribe, here = other, account.transcribe
        with refused("BadRequestException"):
            account.start()
        account.transcribe = here
        account.start()

    def test_pages_by_hand(self, account: Account) -> None:
        assert not account.transcribe.can_paginate("list_transcription_jobs")
        for number in range(7):
            account.start(f"part-{number}")
        account.start("other")
        found, token, pages = [], {}, 0
        while True:
            page = account.transcribe.list_transcription_jobs(JobNameContains="PART", MaxResults=3, **token)
            found += [job["TranscriptionJobName"] for job in page["TranscriptionJobSummaries"]]
            pages += 1
            # A job that comes meanwhile must not shift the pages.
            account.start(f"part-late-{pages}")
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}
        assert found == [f"part-{number}" for number in reversed(range(7))]
        assert pages == 3
        assert len(account.transcribe.list_transcription_jobs()["TranscriptionJobSummaries"]) == 5
        assert account.transcribe.list_transcription_jobs(Status="FAILED")["TranscriptionJobSummaries"] == []
        with refused("BadRequestException"):
            account.transcribe.list_transcription_jobs(NextToken="nonsense")
        with refused("BadRequestException"):
            account.transcribe.list_transcription_jobs(MaxResults=101)

    def test_records_are_forgotten_after_90_days_but_starts_and_results_stay(self, account: Account) -> None:
        account.start()
        account.service.clock.move(89 * DAY)
        assert account.job()["TranscriptionJobStatus"] == "COMPLETED"
        account.service.clock.move(1.1 * DAY)
        with refused("NotFoundException", 404):
            account.job()
        assert account.result()["jobName"] == "job"
        account.start()
        assert list(account.service.starts_per_work().values()) == [2]

    def test_waiter_of_boto3_works_on_a_fast_clock(self) -> None:
        with serving(scale=600, job_seconds=60) as loopback:
            account = Account(loopback)
            account.start()
            waiter = account.transcribe.get_waiter("transcription_job_completed")
            waiter.wait(TranscriptionJobName="job", WaiterConfig={"Delay": 0.05, "MaxAttempts": 40})
            assert account.job()["TranscriptionJobStatus"] == "COMPLETED"

    def test_result_is_encrypted_as_asked(self, account: Account) -> None:
        account.start(OutputEncryptionKMSKeyId="alias/ours")
        account.service.clock.move(60)
        account.job()
        head = account.s3.head_object(Bucket=BUCKET, Key="out/job.json")
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/ours")


@pytest.fixture(scope="class")
def shared() -> Iterator[Account]:
    """For tests that change nothing."""
    with serving(scale=0) as loopback:
        yield Account(loopback)


class TestQuota:
    def test_refuses_more_than_the_quota_with_either_status(self, account: Account) -> None:
        account.service.settings.update({"max_jobs": 2})
        account.start("a")
        account.start("b")
        with refused("LimitExceededException", 429):
            account.start("c")
        account.service.settings.update({"limit_status": 400})
        with refused("LimitExceededException", 400):
            account.start("c")
        account.service.clock.move(60)
        account.start("c")

    def test_deferred_jobs_wait_in_order_and_leave_a_tenth_free(self, account: Account) -> None:
        account.service.settings.update({"max_jobs": 10})
        deferred = {"AllowDeferredExecution": True, "DataAccessRoleArn": account.role}
        states = [
            account.start(f"job-{number:02}", JobExecutionSettings=deferred)["TranscriptionJobStatus"]
            for number in range(22)
        ]
        assert states == ["IN_PROGRESS"] * 10 + ["QUEUED"] * 12
        assert "StartTime" not in account.job("job-10")
        account.service.clock.move(60)
        assert account.job("job-18")["TranscriptionJobStatus"] == "IN_PROGRESS"
        assert account.job("job-19")["TranscriptionJobStatus"] == "QUEUED"
        assert account.start("at-once")["TranscriptionJobStatus"] == "IN_PROGRESS"
        # What happened between two requests happened at its time.
        account.service.clock.move(1000)
        last = account.job("job-21")
        assert last["TranscriptionJobStatus"] == "COMPLETED"
        assert (last["CompletionTime"] - last["CreationTime"]).total_seconds() == pytest.approx(180)
        assert account.service.jobs.peak == 10


class TestSlowRecognition:
    def test_is_spread_over_requests_and_keeps_its_times(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Slow:
            def train(self, _: Corpus) -> str:
                return ""

            def recognize(self, _: Speech) -> list[Item]:
                time.sleep(0.1)
                return []

        monkeypatch.setattr(jobs, "PATIENCE", 0.05)
        with serving(scale=0, text=Slow(), job_seconds=60) as loopback:
            account = Account(loopback)
            for name in "abc":
                account.start(name)
            account.service.clock.move(1000)
            states = [account.job("c")["TranscriptionJobStatus"] for _ in range(3)]
            assert states == ["IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
            job = account.job("c")
            assert (job["CompletionTime"] - job["StartTime"]).total_seconds() == 60


class TestMedia:
    @pytest.mark.parametrize(
        ("data", "changes", "reason"),
        [
            (b"", {}, "at least 0.5 seconds"),
            (wav(0.4), {}, "at least 0.5 seconds"),
            (wav(6), {}, "longer than"),
            (b"no audio at all", {}, "Unsupported media format"),
            (wav(), {"MediaFormat": "mp3"}, "format provided does not match"),
            (wav(), {"MediaSampleRateHertz": 8000}, "sample rate provided does not match"),
            (wav(rate=96_000), {}, "Invalid sample rate"),
            (wav(channels=3), {}, "number of channels too large"),
            (wav(4), {}, "file size too large"),
        ],
    )
    def test_fails_the_job(self, account: Account, data: bytes, changes: dict[str, Any], reason: str) -> None:
        account.service.settings.update({"max_audio_seconds": 5, "max_audio_bytes": len(wav(4)) - 1})
        if reason == "longer than":
            account.service.settings.update({"max_audio_bytes": 1 << 30})
        elif reason in ("Invalid sample rate", "number of channels too large"):
            account.service.settings.update({"max_audio_bytes": 1 << 20})
        account.put(AUDIO, data)
        account.start(**changes)
        account.service.clock.move(60)
        job = account.job()
        assert job["TranscriptionJobStatus"] == "FAILED"
        assert reason in job["FailureReason"]
        assert "Transcript" not in job
        assert account.s3.list_objects_v2(Bucket=BUCKET, Prefix="out/job")["KeyCount"] == 0

    @pytest.mark.parametrize(("kind", "name"), [("FLAC", "flac"), ("OGG", "ogg"), ("MP3", "mp3")])
    def test_knows_formats(self, account: Account, kind: str, name: str) -> None:
        account.put(AUDIO, wav(kind=kind))
        account.start(MediaFormat=name, MediaSampleRateHertz=16_000)
        account.service.clock.move(60)
        assert account.job()["TranscriptionJobStatus"] == "COMPLETED"

    def test_quotas_of_real_size_are_the_default(self) -> None:
        settings = Settings()
        assert (settings.max_jobs, settings.max_models, settings.max_training) == (250, 10, 3)
        assert (settings.max_audio_seconds, settings.max_audio_bytes) == (14_400, 2 << 30)


class TestReferenceText:
    def test_errors_are_deterministic_and_in_proportion(self, account: Account) -> None:
        words = " ".join(f"word{number}" for number in range(1000))
        account.put("talks/one/transcript.txt", words)
        account.service.settings.update({"error_rate": 20})
        account.start("a")
        account.start("b")
        account.service.clock.move(60)
        assert account.text("a") == account.text("b")
        kept = set(account.text("a").split()) & set(words.split())
        # Every fourth error puts a word in and keeps the right one.
        assert 800 <= len(kept) <= 900

    def test_texts_come_by_digest_or_by_stem_or_the_only_one(self, account: Account) -> None:
        account.service.settings.update({"error_rate": 0})
        account.put("talks/one/audio.txt", "By stem.")
        account.put("elsewhere/audio.wav", wav(1))
        account.start("beside")
        elsewhere = {"MediaFileUri": f"s3://{BUCKET}/elsewhere/audio.wav"}
        account.start("unknown", Media=elsewhere)
        account.service.clock.move(60)
        assert account.text("beside") == "By stem."
        assert "no reference text" in account.job("unknown")["FailureReason"]
        account.service.references[hashlib.sha256(wav(1)).hexdigest()] = ""
        account.start("known", Media=elsewhere)
        account.service.clock.move(60)
        assert account.text("known") == ""

    def test_model_repairs_its_words_unless_its_language_is_another(self, account: Account) -> None:
        account.service.settings.update({"error_rate": 100})
        account.train(text="Mitochondria, energy!")
        account.train("british", text="mitochondria energy", LanguageCode="en-GB")
        account.service.clock.move(3600)
        account.start("stock")
        account.start("adapted", ModelSettings={"LanguageModelName": "clm"})
        account.start("trapped", ModelSettings={"LanguageModelName": "british"})
        account.service.clock.move(60)
        assert "energy" not in account.text("stock").split()
        assert {"mitochondria", "energy"} <= set(account.text("adapted").split())
        assert "chloroplasts" not in account.text("adapted").split()
        assert account.text("trapped") == account.text("stock")
        assert account.job("trapped")["ModelSettings"] == {"LanguageModelName": "british"}


class TestModels:
    def test_lives_from_training_to_deletion(self, account: Account) -> None:
        created = account.train()
        assert created["ModelStatus"] == "IN_PROGRESS"
        assert created["InputDataConfig"]["DataAccessRoleArn"] == account.role
        with refused("BadRequestException"):
            account.start(ModelSettings={"LanguageModelName": "clm"})
        with refused("ConflictException", 409):
            account.train()
        with refused("BadRequestException"):
            account.transcribe.delete_language_model(ModelName="clm")
        account.service.clock.move(3600)
        model = account.model()
        assert (model["ModelStatus"], model["UpgradeAvailability"]) == ("COMPLETED", False)
        account.service.settings.update({"upgradable": "^clm$"})
        assert account.model()["UpgradeAvailability"]
        account.transcribe.delete_language_model(ModelName="clm")
        with refused("NotFoundException", 404):
            account.model()
        with refused("BadRequestException"):
            account.transcribe.delete_language_model(ModelName="clm")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (None, "No training data"),
            ("", "No training data"),
            ("ähm".encode("latin-1"), "not encoded in UTF-8"),
            ("<p>markup</p>", "markup"),
            ("... !", "no words"),
        ],
    )
    def test_unusable_text_fails_the_model(self, account: Account, text: bytes | str | None, reason: str) -> None:
        account.train(text=text)
        account.service.clock.move(3600)
        model = account.model()
        assert model["ModelStatus"] == "FAILED"
        assert reason in model["FailureReason"]
        with refused("BadRequestException"):
            account.start(ModelSettings={"LanguageModelName": "clm"})

    def test_tuning_text_has_its_own_limit(self, account: Account) -> None:
        account.put("tuning/text.txt", "tuning text that is too long")
        account.service.settings.update({"max_tuning_bytes": 10})
        config = {"S3Uri": f"s3://{BUCKET}/training/clm/", "DataAccessRoleArn": account.role}
        account.train(InputDataConfig={**config, "TuningDataS3Uri": f"s3://{BUCKET}/tuning/"})
        account.service.clock.move(3600)
        assert "larger than 10 bytes" in account.model()["FailureReason"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"LanguageCode": "fr-FR"},
            {"BaseModelName": "MediumBand"},
            {"InputDataConfig": {"S3Uri": "s3://no-such-bucket/x/", "DataAccessRoleArn": "ROLE"}},
            {"InputDataConfig": {"S3Uri": f"s3://{BUCKET}/", "DataAccessRoleArn": "arn:aws:iam::xxxxxxxxx:role/r"}},
            {
                "InputDataConfig": {
                    "S3Uri": f"s3://{BUCKET}/",
                    "DataAccessRoleArn": "arn:aws:iam::123456789012:role/none",
                }
            },
        ],
    )
    def test_refuses_bad_requests(self, shared: Account, changes: dict[str, Any]) -> None:
        request = json.loads(json.dumps(changes).replace("ROLE", shared.role))
        with refused("BadRequestException"):
            shared.train(**request)
        assert not shared.transcribe.list_language_models()["Models"]

    def test_quotas_of_training_and_of_models(self, account: Account) -> None:
        for number in range(3):
            account.train(f"clm-{number}")
        with refused("LimitExceededException", 429):
            account.train("fourth")
        for number in range(3, 10):
            account.service.clock.move(3600)
            account.train(f"clm-{number}")
        with refused("LimitExceededException", 429):
            account.train("eleventh")
        first = account.transcribe.list_language_models(MaxResults=6, NameContains="clm")
        second = account.transcribe.list_language_models(MaxResults=6, NextToken=first["NextToken"])
        found = [model["ModelName"] for page in (first, second) for model in page["Models"]]
        assert found == [f"clm-{number}" for number in reversed(range(10))]
        assert "NextToken" not in second
        running = account.transcribe.list_language_models(StatusEquals="IN_PROGRESS")["Models"]
        assert [model["ModelName"] for model in running] == ["clm-9"]

    def test_role_must_trust_transcribe_and_read_the_text(self, account: Account) -> None:
        iam = account.loopback.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        wrong = iam.create_role(RoleName="wrong", AssumeRolePolicyDocument=policy(trust))
        config = {"S3Uri": f"s3://{BUCKET}/training/clm/", "DataAccessRoleArn": wrong["Role"]["Arn"]}
        with pytest.raises(ClientError, match="trust policy"):
            account.train(InputDataConfig=config)
        trust |= {"Principal": {"Service": "transcribe.amazonaws.com"}}
        for source, problem in (("999999999999", "trust policy"), ("123456789012", "s3:ListBucket")):
            trust |= {"Condition": {"StringEquals": {"aws:SourceAccount": source}}}
            iam.update_assume_role_policy(RoleName="wrong", PolicyDocument=policy(trust))
            with pytest.raises(ClientError, match=problem):
                account.train(InputDataConfig=config)
        account.service.settings.update({"check_roles": False})
        account.train(InputDataConfig=config)


class TestVocabularies:
    TABLE = "Phrase\tSoundsLike\tIPA\tDisplayAs\nLos-Angeles\t\t\tLos Angeles\nC.L.I.\t\t\tCLI 2\n"

    def create(self, account: Account, data: bytes | str, name: str = "vocabulary", language: str = "en-US") -> None:
        account.put("vocabulary.txt", data)
        uri = f"s3://{BUCKET}/vocabulary.txt"
        account.transcribe.create_vocabulary(VocabularyName=name, LanguageCode=language, VocabularyFileUri=uri)

    def test_lives_from_a_table_to_deletion(self, account: Account) -> None:
        self.create(account, self.TABLE)
        assert account.vocabulary()["VocabularyState"] == "PENDING"
        with refused("BadRequestException"):
            account.start(Settings={"VocabularyName": "vocabulary"})
        with refused("BadRequestException"):
            account.transcribe.delete_vocabulary(VocabularyName="vocabulary")
        with refused("ConflictException", 409):
            self.create(account, self.TABLE)
        account.service.clock.move(60)
        assert account.vocabulary()["VocabularyState"] == "READY"
        listed = account.transcribe.list_vocabularies(StateEquals="READY")["Vocabularies"]
        assert [entry["VocabularyName"] for entry in listed] == ["vocabulary"]
        account.transcribe.delete_vocabulary(VocabularyName="vocabulary")
        with refused("NotFoundException", 404):
            account.vocabulary()
        with refused("NotFoundException", 404):
            account.transcribe.delete_vocabulary(VocabularyName="vocabulary")

    def test_repairs_its_phrases(self, account: Account) -> None:
        account.service.settings.update({"error_rate": 100})
        phrases = ["Mitochondria", "living-cell"]
        account.transcribe.create_vocabulary(VocabularyName="v", LanguageCode="en-US", Phrases=phrases)
        account.service.clock.move(60)
        account.start(Settings={"VocabularyName": "v"})
        account.service.clock.move(60)
        heard = account.text()
        assert "mitochondria" in heard
        assert "living cell." in heard
        assert "energy" not in heard.split()

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ("", "no phrases"),
            (TABLE.replace("\n", "\r\n"), "LF"),
            (TABLE.replace("Los-Angeles", "Los Angeles"), "Phrase 1"),
            (TABLE.replace("C.L.I.", "CLI2"), "Phrase 2"),
            (TABLE.replace("C.L.I.", "na\u00efve"), "Phrase 2"),
            (TABLE.replace("C.L.I.", "x" * 257), "256"),
            (TABLE.replace("\t\t\tCLI 2", "\tCLI 2"), "Line 3 has 2 columns"),
            (TABLE.replace("SoundsLike\t", ""), "columns must be"),
            (TABLE + "x\t\t\ty\n" * 9000, "51200 bytes"),
            (TABLE.encode() + b"\xff\t\t\t\n", "UTF-8"),
            ("Los-Angeles\n3M\n", "Phrase 2"),
        ],
    )
    def test_flaws_fail_it(self, account: Account, data: bytes | str, reason: str) -> None:
        self.create(account, data)
        account.service.clock.move(60)
        found = account.vocabulary()
        assert found["VocabularyState"] == "FAILED"
        assert reason in found["FailureReason"]

    def test_other_languages_have_other_letters(self, account: Account) -> None:
        self.create(account, self.TABLE.replace("C.L.I.", "Köln"), language="de-DE")
        self.create(account, self.TABLE.replace("C.L.I.", "Köln4"), "digit", language="de-DE")
        account.service.clock.move(60)
        assert account.vocabulary()["VocabularyState"] == "READY"
        assert account.vocabulary("digit")["VocabularyState"] == "FAILED"

    @pytest.mark.parametrize("source", [{}, {"Phrases": ["a"], "VocabularyFileUri": f"s3://{BUCKET}/vocabulary.txt"}])
    def test_needs_one_source(self, shared: Account, source: dict[str, Any]) -> None:
        with refused("BadRequestException"):
            shared.transcribe.create_vocabulary(VocabularyName="v", LanguageCode="en-US", **source)

    def test_quota(self, account: Account) -> None:
        account.service.settings.update({"max_vocabularies": 1})
        self.create(account, self.TABLE)
        with refused("LimitExceededException", 429):
            self.create(account, self.TABLE, "second")


def test_tags_of_models_and_vocabularies_come_by_arn(account: Account) -> None:
    tags = [{"Key": "made-by", "Value": "clm"}]
    account.train(Tags=tags)
    account.transcribe.create_vocabulary(VocabularyName="v", LanguageCode="en-US", Phrases=["a"], Tags=tags)
    prefix = "arn:aws:transcribe:us-east-1:123456789012"
    for arn in (f"{prefix}:language-model/clm", f"{prefix}:vocabulary/v"):
        assert account.transcribe.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags
        account.transcribe.tag_resource(ResourceArn=arn, Tags=[{"Key": "x", "Value": "y"}])
        account.transcribe.untag_resource(ResourceArn=arn, TagKeys=["made-by"])
        found = account.transcribe.list_tags_for_resource(ResourceArn=arn)["Tags"]
        assert found == [{"Key": "x", "Value": "y"}]
    assert "Tags" not in account.model()
    with refused("NotFoundException", 404):
        account.transcribe.list_tags_for_resource(ResourceArn=f"{prefix}:language-model/missing")


class TestComprehend:
    @pytest.fixture
    def comprehend(self, loopback: Loopback) -> Any:
        return loopback.client("comprehend", config=ONCE)

    def test_tags_words_with_offsets_in_characters(self, comprehend: Any) -> None:
        text = "The naïve cell slowly makes energy in Köln."
        tokens = comprehend.detect_syntax(Text=text, LanguageCode="en")["SyntaxTokens"]
        assert all(text[token["BeginOffset"] : token["EndOffset"]] == token["Text"] for token in tokens)
        tags = {token["Text"]: token["PartOfSpeech"]["Tag"] for token in tokens}
        assert (tags["The"], tags["slowly"]) == ("DET", "ADV")
        assert (tags["cell"], tags["Köln"], tags["."]) == ("NOUN", "PROPN", "PUNCT")

    def test_limits(self, comprehend: Any) -> None:
        assert comprehend.detect_syntax(Text="é" * 2500, LanguageCode="en")["SyntaxTokens"]
        with refused("TextSizeLimitExceededException"):
            comprehend.detect_syntax(Text="é" * 2501, LanguageCode="en")
        with refused("ValidationException"):
            comprehend.detect_syntax(Text="a", LanguageCode="ja")
        with refused("BatchSizeLimitExceededException"):
            comprehend.batch_detect_syntax(TextList=["a"] * 26, LanguageCode="en")
        answer = comprehend.batch_detect_syntax(TextList=["a"] * 24 + ["b" * 5001], LanguageCode="en")
        assert [entry["Index"] for entry in answer["ResultList"]] == list(range(24))
        assert [entry["Index"] for entry in answer["ErrorList"]] == [24]


class TestFaults:
    def test_retries_of_the_real_client_are_counted(self, account: Account) -> None:
        patient = account.loopback.client("transcribe", config=Config(retries={"mode": "standard", "max_attempts": 3}))
        fault = account.service.faults.add("ListTranscription", code="ThrottlingException", first=2)
        patient.list_transcription_jobs()
        assert fault.hits == 2
        assert account.service.calls["Transcribe.ListTranscriptionJobs"] == 3
        assert account.service.faults.injected == {"Transcribe.ListTranscriptionJobs": 2}

    @pytest.mark.parametrize(
        ("code", "status"), [("ThrottlingException", 400), ("InternalFailureException", 500), ("ExpiredToken", 400)]
    )
    def test_errors_have_their_status(self, account: Account, code: str, status: int) -> None:
        account.service.faults.add("StartTranscriptionJob", code=code)
        with refused(code, status):
            account.start()
        assert not account.service.starts

    def test_every_after_and_first(self, account: Account) -> None:
        account.service.faults.add("GetTranscriptionJob", code="ThrottlingException", every=2, after=1, first=2)
        account.start()
        outcomes = []
        for _ in range(8):
            try:
                account.job()
                outcomes.append("ok")
            except ClientError:
                outcomes.append("throttled")
        assert outcomes == ["ok", "ok", "throttled", "ok", "throttled", "ok", "ok", "ok"]

    def test_connection_resets_before_or_after_the_job_started(self, account: Account) -> None:
        account.service.faults.add("StartTranscriptionJob", reset=True, first=1)
        with pytest.raises(ConnectionClosedError):
            account.start()
        assert not account.service.starts
        account.service.faults.add("StartTranscriptionJob", reset=True, applied=True, first=1)
        with pytest.raises(ConnectionClosedError):
            account.start()
        assert len(account.service.starts) == 1
        with refused("ConflictException", 409):
            account.start()

    def test_requests_to_s3_fail_and_break_off_by_key(self, account: Account) -> None:
        account.service.faults.add(r"S3\.GET .*\.json", code="SlowDown", first=1)
        account.service.faults.add(r"S3\.GET .*\.json", truncate=True, first=1)
        account.start()
        account.service.clock.move(60)
        account.job()
        with refused("SlowDown", 503):
            account.result()
        with pytest.raises(ResponseStreamingError):
            account.result()
        assert account.result()["status"] == "COMPLETED"
        assert account.service.calls["S3.GET"] == 3

    def test_delays(self, account: Account) -> None:
        account.service.faults.add("ListTranscriptionJobs", delay=0.3)
        before = time.monotonic()
        account.transcribe.list_transcription_jobs()
        assert time.monotonic() - before >= 0.3

    def test_jobs_models_and_vocabularies_fail_by_name(self, account: Account) -> None:
        for kind in ("job", "model", "vocabulary"):
            account.service.faults.fail(kind, "^doomed", "by order")
        account.start("doomed")
        account.start("fine")
        account.train("doomed")
        phrases = {"LanguageCode": "en-US", "Phrases": ["a"]}
        account.transcribe.create_vocabulary(VocabularyName="doomed", **phrases)
        account.service.clock.move(3600)
        assert account.job("doomed")["FailureReason"] == "by order"
        assert account.job("fine")["TranscriptionJobStatus"] == "COMPLETED"
        assert account.model("doomed")["FailureReason"] == "by order"
        assert account.vocabulary("doomed")["FailureReason"] == "by order"

    def test_crash_of_the_service_itself_fails_the_test(self) -> None:
        with pytest.raises(ExceptionGroup, match="crashed"), serving() as loopback:  # noqa: PT012
            loopback.service.faults.failure = None  # type: ignore[method-assign, assignment]
            account = Account(loopback)
            account.start()
            with pytest.raises(ClientError):
                account.job()

    def test_operations_that_are_not_modelled_say_so(self, account: Account) -> None:
        with refused("UnknownOperationException"):
            account.transcribe.list_call_analytics_jobs()


class TestControlPlane:
    def test_starts_are_counted_by_work(self, account: Account) -> None:
        account.put("copy/audio.wav", wav())
        account.start("a")
        account.start("b", Media={"MediaFileUri": f"s3://{BUCKET}/copy/audio.wav"})
        account.start("c", LanguageCode="en-GB")
        account.start("d", Settings={"ShowAlternatives": True, "MaxAlternatives": 2})
        assert sorted(account.service.starts_per_work().values()) == [1, 1, 2]
        seen = get(f"{account.loopback.url}/_calls")
        assert seen["starts"] == [dataclasses.asdict(start) for start in account.service.starts]
        assert seen["calls"]["Transcribe.StartTranscriptionJob"] == 4
        assert seen["jobs"] == dict.fromkeys("abcd", "IN_PROGRESS")

    def test_faults_clock_settings_references_and_reset_over_http(self, account: Account) -> None:
        loopback = account.loopback
        rules = [{"operation": "StartTranscriptionJob", "code": "ThrottlingException", "first": 1}]
        post(loopback, "_faults", [*rules, {"fail": "job", "name": "doomed"}])
        with refused("ThrottlingException"):
            account.start()
        account.start("doomed")
        post(loopback, "_references", {hashlib.sha256(wav()).hexdigest(): "Given."})
        post(loopback, "_settings", {"error_rate": 0})
        account.start()
        before = post(loopback, "_clock", {})["now"]
        assert post(loopback, "_clock", {"move": 60})["now"] == before + 60
        assert account.job("doomed")["TranscriptionJobStatus"] == "FAILED"
        assert account.text() == "Given."
        account.start("unseen")
        post(loopback, "_clock", {"move": 60})
        assert get(f"{loopback.url}/_calls")["jobs"]["unseen"] == "COMPLETED"
        post(loopback, "_reset", None)
        assert account.service.summary()["jobs"] == {}
        for path, body in (("_settings", {"typo": 1}), ("_faults", [{"typo": 1}]), ("_nothing", None)):
            with pytest.raises(requests.HTTPError, match="400"):
                post(loopback, path, body)

    def test_clock_keeps_its_time_when_its_pace_changes(self, account: Account) -> None:
        now = account.service.clock.now()
        account.service.clock.scale = 1000
        time.sleep(0.02)
        account.service.clock.scale = 0
        assert 20 <= account.service.clock.now() - now < 2000
        assert account.service.clock.now() == account.service.clock.now()


class TestIam:
    ALLOW = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("statements", "expected"),
        [
            ([], False),
            ([ALLOW], True),
            ([ALLOW | {"Action": ["s3:PutObject", "S3:getobject"]}], True),
            ([ALLOW | {"Action": "s3:Put*"}], False),
            ([ALLOW | {"Resource": "arn:aws:s3:::c/*"}], False),
            ([ALLOW, {"Effect": "Deny", "Action": "*", "Resource": "*"}], False),
            ([ALLOW, {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"}], True),
            ([ALLOW, {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"}], True),
            ([ALLOW | {"Condition": {"StringLike": {"aws:who": "m*"}}}], True),
            ([ALLOW | {"Condition": {"StringEquals": {"aws:who": "m*"}}}], False),
            ([ALLOW | {"Condition": {"StringEquals": {"aws:where": "here"}}}], False),
            ([ALLOW | {"Condition": {"StringEqualsIfExists": {"aws:where": "here"}}}], True),
        ],
    )
    def test_policies_are_evaluated_as_iam_does(self, statements: list[dict[str, Any]], expected: bool) -> None:
        policies = [{"Statement": statements}]
        assert access.allows(policies, "s3:GetObject", "arn:aws:s3:::b/key", {"aws:who": "me"}) is expected

    @pytest.fixture
    def user(self, account: Account) -> Iterator[Any]:
        """Gives clients of a user with just these statements."""
        iam = account.loopback.client("iam")
        iam.create_user(UserName="user")
        key = iam.create_access_key(UserName="user")["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

        def client(service: str, *statements: dict[str, Any]) -> Any:
            if statements:
                iam.put_user_policy(UserName="user", PolicyName="all", PolicyDocument=policy(*statements))
            return account.loopback.client(service, config=ONCE, **keys)

        return client

    def test_moto_checks_s3_once_its_switch_is_set_over_http(self, account: Account, user: Any) -> None:
        s3 = user("s3", {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/talks/*"})
        account.put("secret", "x")
        url = f"{account.loopback.url}/moto-api/reset-auth"
        requests.post(url, data="0", headers={"Content-Type": "text/plain"}, timeout=10).raise_for_status()
        assert s3.get_object(Bucket=BUCKET, Key="talks/one/transcript.txt")["Body"].read().decode() == REFERENCE
        with refused("AccessDenied", 403):
            s3.get_object(Bucket=BUCKET, Key="secret")
        with refused("InvalidAccessKeyId", 403):
            account.s3.get_object(Bucket=BUCKET, Key="secret")

    def test_transcribe_and_comprehend_follow_the_same_policies(self, account: Account, user: Any) -> None:
        listing = {"Effect": "Allow", "Action": "transcribe:List*", "Resource": "*"}
        transcribe = user("transcribe", listing)
        comprehend = user("comprehend")
        with account.loopback.enforcing_iam():
            transcribe.list_transcription_jobs()
            with refused("AccessDeniedException"):
                transcribe.get_transcription_job(TranscriptionJobName="x")
            with refused("AccessDeniedException"):
                comprehend.detect_syntax(Text="a", LanguageCode="en")
            with refused("UnrecognizedClientException"):
                account.transcribe.list_transcription_jobs()

    def test_jobs_read_and_write_with_the_permissions_of_the_caller(self, account: Account, user: Any) -> None:
        starting = {"Effect": "Allow", "Action": "transcribe:*", "Resource": "*"}
        reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        writing = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/out/*"}
        for statements in ((starting,), (starting, reading), (starting, writing)):
            account.transcribe = user("transcribe", *statements)
            with account.loopback.enforcing_iam(), refused("BadRequestException"):
                account.start()
        account.transcribe = user("transcribe", starting, reading, writing)
        with account.loopback.enforcing_iam():
            assert account.start()["TranscriptionJobStatus"] == "IN_PROGRESS"

    def test_passing_a_role_needs_permission(self, account: Account, user: Any) -> None:
        everything = {"Effect": "Allow", "Action": "transcribe:*", "Resource": "*"}
        passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": account.role}
        passing["Condition"] = {"StringEquals": {"iam:PassedToService": "transcribe.amazonaws.com"}}
        account.put("training/clm/text.txt", "words")
        account.transcribe = user("transcribe", everything)
        with account.loopback.enforcing_iam(), refused("AccessDeniedException"):
            account.train(text=None)
        account.transcribe = user("transcribe", everything, passing)
        with account.loopback.enforcing_iam():
            account.train(text=None)

    def test_identity_comes_from_moto(self, account: Account) -> None:
        sts = account.loopback.client("sts")
        assert re.fullmatch(r"\d{12}", sts.get_caller_identity()["Account"])


class TestDecode:
    @pytest.mark.long
    def test_really_decodes_and_a_model_really_helps(self, tmp_path: Path) -> None:
        recording = next(path for path in sorted(SAMPLE.iterdir())[0].iterdir() if path.suffix != ".txt")
        samples, rate = soundfile.read(recording, frames=int(22.5 * 16_000))
        buffer = io.BytesIO()
        soundfile.write(buffer, samples[int(5.5 * rate) :], rate, format="WAV")
        reference = (recording.parent / "transcript.txt").read_text(encoding="utf-8")
        with serving(scale=0, text="decode", cache=tmp_path) as loopback:
            account = Account(loopback)
            account.put(AUDIO, buffer.getvalue())
            account.train(text=reference)
            assert account.model()["ModelStatus"] == "COMPLETED"
            account.start("stock")
            account.start("adapted", ModelSettings={"LanguageModelName": "clm"})
            known = {re.sub(r"\W", "", word).lower() for word in reference.split()}
            right = {
                name: sum(word in known for word in account.text(name).split()) / len(account.text(name).split())
                for name in ("stock", "adapted")
            }
        assert 0.3 < right["stock"] < right["adapted"]


def test_hands_on_program_serves_and_tells_how_to_reach_it() -> None:
    command = [sys.executable, str(CHECKOUT / "tests" / "aws_server.py"), "--port", "0", "--set", "max_jobs=3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = iter(process.stdout.readline, "")
            url = next(line for line in lines if "AWS_ENDPOINT_URL" in line).strip().partition("=")[2]
            assert get(f"{url}/_settings")["max_jobs"] == 3
        finally:
            process.terminate()
