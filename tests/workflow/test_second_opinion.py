"""The workflow against moto as it is: whatever it needs beyond the documented shapes is a fault of ours."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aws import storage
from aws.moto_alone import MotoAlone, serving_moto
from clm.base import files
from runner import Workflow
from workflow_data import small_data_set

BUCKET = "second-opinion"
MODELS = ["transcribe", "transcribe-clm-001", "transcribe-old-one", "transcribe-vocabulary-001"]


class Account:
    """The small data set, and an account that moto keeps; the stock model mishears every word with an s."""

    def __init__(self, directory: Path) -> None:
        self.workflow: Workflow = small_data_set(directory)
        self.texts = {
            files.sha256_of_file(path): (path.parent / "transcript.txt").read_text(encoding="utf-8")
            for path in (directory / "data" / "input").rglob("audio.wav")
        }

    s3: Any = None

    def speak(self, request: dict[str, Any]) -> str:
        """What Amazon would hear."""
        data = storage.read(*storage.split_uri(request["Media"]["MediaFileUri"]))
        text = self.texts[hashlib.sha256(data).hexdigest()]
        helped = "ModelSettings" in request or "Settings" in request
        return text if helped else " ".join("hm" if "s" in word else word for word in text.split())

    def configure(self, role: str, **changes: Any) -> None:
        """Write my.yaml."""
        section = {"bucket": BUCKET, "role_arn": role, "poll_seconds": 0.05, "models": ["old-one"], "vocabulary": True}
        config = {"engine": "transcribe", "input": "data/input", "transcribe": {**section, **changes}}
        (self.workflow.directory / "my.yaml").write_text(json.dumps(config))

    def go(self, *arguments: str, status: int = 0) -> Any:
        """Run the workflow."""
        return self.workflow.run("--configfile", "my.yaml", *arguments, status=status)

    def board(self) -> dict[str, dict[str, str]]:
        """Leaderboard rows by model."""
        rows = files.read_table(self.workflow.results / "leaderboard.csv")
        return {row["model"]: row for row in rows}


@pytest.fixture
def moto(tmp_path: Path) -> Iterator[tuple[Account, MotoAlone]]:
    account = Account(tmp_path)
    with serving_moto(account.speak) as (loopback, app):
        account.workflow.environment = loopback.environment
        account.s3 = loopback.client("s3")
        account.s3.create_bucket(Bucket=BUCKET)
        role = loopback.create_role()
        loopback.client("transcribe").create_language_model(
            ModelName="old-one",
            LanguageCode="en-US",
            BaseModelName="WideBand",
            InputDataConfig={"S3Uri": f"s3://{BUCKET}/old/", "DataAccessRoleArn": role},
        )
        account.configure(role)
        yield account, app


def test_stock_clms_and_vocabulary_against_moto_alone(moto: tuple[Account, MotoAlone]) -> None:
    account, app = moto
    account.go()
    board = account.board()
    assert sorted(board) == MODELS
    assert {row["status"] for row in board.values()} == {"finished"}
    assert int(board["transcribe-clm-001"]["fixed_words"]) > 0
    assert app.calls["StartTranscriptionJob"] == 8
    uploads = [count for request, count in app.s3.items() if request.startswith(f"PUT /{BUCKET}/clm/audio/")]
    assert uploads == [1, 1]  # of each recording, for four models
    assert not account.go().jobs.keys() & {"submit", "transcribe", "train_clm", "train_vocabulary"}
    assert app.calls["StartTranscriptionJob"] == 8


def test_jobs_of_ours_that_come_back_without_tags_and_models_are_adopted(moto: tuple[Account, MotoAlone]) -> None:
    account, app = moto
    account.go()
    before = {name: row["wer"] for name, row in account.board().items()}
    for name in ("store", "runs", "submitted", "summaries"):
        shutil.rmtree(account.workflow.results / name)
    for key in list(storage.keys(BUCKET, "clm/transcripts/")):
        account.s3.delete_object(Bucket=BUCKET, Key=key)
    run = account.go("--forcerun", "submit")
    assert "taken by a different job" not in run.output
    assert {name: row["wer"] for name, row in account.board().items()} == before
    assert app.calls["StartTranscriptionJob"] == 8 * 2  # asked for, and found to be there
    assert len({request["TranscriptionJobName"] for request in app.requests}) == 8


def test_a_bucket_that_demands_a_key_is_refused_and_named_owners_are_sent(moto: tuple[Account, MotoAlone]) -> None:
    account, app = moto
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    demand = {**deny, "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}
    account.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [demand]}))
    account.configure("arn:aws:iam::123456789012:role/clm", models=[], bucket_owner=storage.ACCOUNT)
    run = account.go(status=1)
    assert f"the policy of {BUCKET} refuses what is written without a KMS key" in run.output
    assert "set transcribe.kms_key to the ARN of that key" in run.output
    assert app.calls["StartTranscriptionJob"] == 0
    assert app.owners[storage.ACCOUNT] > 0
    assert storage.ACCOUNT not in (account.workflow.results / "config.yaml").read_text()
