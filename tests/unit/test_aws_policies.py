"""The IAM policies: valid, filled in without leftovers, and allowing what is needed and nothing else."""

import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws.server import serving
from aws.team import BUCKET, ROLE, Team, User
from clm.aws import policies
from clm.base.errors import UserError
from runner import CHECKOUT

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own use of pkg_resources
    import parliament

KEY = "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-1111-2222-3333-444455556666"
NAMES = (*policies.USER, *policies.ROLE)
FULL = policies.check(BUCKET, "clm", ROLE, KEY, ("s3://other/talks/input", "s3://third"))
BARE = policies.check(BUCKET, "", ROLE)
ALL_RESOURCES = ("ListAndCreate", "StartJobs", "TagOnlyAsOurs", "QuotasOnlyForDoctor", "DetectSyntax")
PLACEHOLDER = re.compile(r"[A-Z]+-?(?:ARN|BUCKET|PREFIX)|ACCOUNT|BUCKET|PREFIX")


def findings(document: dict[str, Any]) -> list[str]:
    """What the linter says; it knows no trust policies, so the role that one belongs to is added as a resource."""
    statements = [
        statement if "Resource" in statement else {**statement, "Resource": ROLE} for statement in document["Statement"]
    ]
    policy = parliament.analyze_policy_string(json.dumps({**document, "Statement": statements}))
    return [str(finding) for finding in policy.findings]


class TestDocuments:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("values", [FULL, BARE], ids=["full", "bare"])
    def test_linter_has_nothing_to_say(self, name: str, values: policies.Values) -> None:
        document = policies.fill(policies.read()[name], values)
        assert findings(document) == []
        assert not PLACEHOLDER.search(json.dumps(document))

    @pytest.mark.parametrize(
        ("change", "issue"),
        [
            ({"Action": "s3:GetObjekt"}, "UNKNOWN_ACTION"),
            ({"Resource": "arn:aws:s3:::talks"}, "RESOURCE_MISMATCH"),
            ({"Resource": "KMS-KEY-ARN"}, "INVALID_ARN"),
            ({"Condition": {"StringEquals": {"transcribe:OutputBucketName": "x"}}}, "UNKNOWN_CONDITION_FOR_ACTION"),
        ],
    )
    def test_linter_would_notice(self, change: dict[str, Any], issue: str) -> None:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::talks/*"}
        assert findings({"Version": "2012-10-17", "Statement": [statement]}) == []
        [finding] = findings({"Version": "2012-10-17", "Statement": [statement | change]})
        assert issue in finding

    def test_every_file_is_listed_and_explained(self) -> None:
        folder = CHECKOUT / "policies"
        assert {path.stem for path in folder.glob("*.json")} == set(NAMES)
        readme = (folder / "README.md").read_text()
        for name in NAMES:
            assert f"`{name}.json`" in readme
            for statement in policies.read()[name]["Statement"]:
                assert f"`{statement['Sid']}`" in readme, statement["Sid"]

    def test_they_fit_into_the_inline_policies_of_a_group(self) -> None:
        """AWS counts 5,120 characters without white space."""
        documents = [policies.fill(policies.read()[name], FULL) for name in policies.USER]
        assert sum(len(re.sub(r"\s", "", json.dumps(document))) for document in documents) < 5120

    @pytest.mark.parametrize("name", policies.USER)
    def test_what_iam_cannot_narrow_is_for_all_resources_and_nothing_else(self, name: str) -> None:
        for statement in policies.fill(policies.read()[name], FULL)["Statement"]:
            if statement["Resource"] == "*":
                assert statement["Sid"] in ALL_RESOURCES

    def test_whole_bucket_as_prefix_and_as_input(self) -> None:
        text = json.dumps(policies.fill(policies.read()["s3-user"], BARE))
        assert f'"arn:aws:s3:::{BUCKET}/*"' in text
        assert "//" not in text
        text = json.dumps(policies.fill(policies.read()["s3-user"], FULL))
        assert '["arn:aws:s3:::third/*"]' in text
        assert '["arn:aws:s3:::other/talks/input", "arn:aws:s3:::other/talks/input/*"]' in text

    def test_statements_about_an_absent_key_or_input_are_left_out(self) -> None:
        sids = {
            statement["Sid"] for name in NAMES for statement in policies.fill(policies.read()[name], BARE)["Statement"]
        }
        assert not {sid for sid in sids if "Key" in sid or "Input" in sid}

    def test_keys_of_inputs_and_own_tags(self) -> None:
        key = "arn:aws:kms:us-east-1:111122223333:key/in"
        values = policies.check("b-1", "clm", ROLE, input_keys=(key,), tags=("cost-center",))
        [own] = [
            item for item in policies.fill(policies.read()["s3-user"], values)["Statement"] if "Key" in item["Sid"]
        ]
        assert own["Resource"] == [key]
        assert own["Action"] == "kms:Decrypt"
        filled = json.dumps(policies.fill(policies.read()["transcribe-user"], values))
        assert '"aws:TagKeys": ["clm-proof", "cost-center"]' in filled
        bare = json.dumps(policies.fill(policies.read()["transcribe-user"], policies.check("b-1", "clm", ROLE)))
        assert '"aws:TagKeys": ["clm-proof"]' in bare
        for change in ({"input_keys": ("alias/x",)}, {"tags": ("aws:x",)}):
            with pytest.raises(UserError):
                policies.check("b-1", "clm", ROLE, **change)

    def test_other_partitions(self) -> None:
        values = policies.check("talks", "clm", ROLE.replace("arn:aws:", "arn:aws-us-gov:"))
        text = json.dumps([policies.fill(policies.read()[name], values) for name in NAMES])
        assert "arn:aws-us-gov:s3:::talks" in text
        assert "arn:aws:" not in text


class TestValues:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"bucket": "s3://talks"}, "is an address"),
            ({"bucket": "talks/input"}, "is an address"),
            ({"bucket": "arn:aws:s3:::talks"}, "is an ARN"),
            ({"bucket": "Talks"}, "not a name of a bucket"),
            ({"bucket": "*"}, "not a name of a bucket"),
            ({"bucket": "ab"}, "not a name of a bucket"),
            ({"prefix": "clm*"}, "--prefix"),
            ({"prefix": "clm talks"}, "--prefix"),
            ({"role": "clm-training"}, "not the ARN of a role"),
            ({"role": "arn:aws:iam::xxxxxxxxxxxx:role/clm"}, "not the ARN of a role"),
            ({"role": "arn:aws:iam::12345678901:role/clm"}, "not the ARN of a role"),
            ({"role": "arn:aws:iam::123456789012:role/*"}, "not the ARN of a role"),
            ({"role": "arn:aws:iam::123456789012:user/ann"}, "of a user"),
            ({"role": "arn:aws:sts::123456789012:assumed-role/clm/ann"}, "of a session"),
            ({"kms_key": "alias/clm"}, "not the ARN of a key"),
            ({"kms_key": "arn:aws:kms:us-east-1:123456789012:alias/clm"}, "not the ARN of a key"),
            ({"inputs": ("talks/input",)}, "not an address in S3"),
            ({"inputs": ("s3://Talks/input",)}, "no bucket of such a name"),
            ({"inputs": ("s3://talks/*",)}, "cannot name it exactly"),
            ({"inputs": ("s3://talks/${aws:username}",)}, "cannot name it exactly"),
            ({"inputs": ("s3://talks/会議",)}, "cannot name it exactly"),
        ],
    )
    def test_malformed_ones_are_refused_with_a_hint(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(UserError) as caught:
            policies.check(**{"bucket": "talks", "prefix": "clm", "role": ROLE} | change)
        assert message in caught.value.message
        assert caught.value.hint

    def test_spaces_and_slashes_are_taken(self) -> None:
        values = policies.check("talks", "/team/clm/", ROLE, None, ("s3://talks/two words/ä/",))
        text = json.dumps(policies.fill(policies.read()["s3-user"], values), ensure_ascii=False)
        assert "talks/team/clm/*" in text
        assert "talks/two words/ä/*" in text


class TestProgram:
    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(CHECKOUT / "scripts" / "policies.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_fills_in_and_shows_the_commands(self, tmp_path: Any) -> None:
        folder = tmp_path / "mine"
        done = self.run("--bucket", "talks", "--role", ROLE.replace("role/", "role/team/"), "--output", str(folder))
        assert done.returncode == 0, done.stderr
        assert {path.stem for path in folder.iterdir()} == set(NAMES)
        for path in folder.iterdir():
            assert json.loads(path.read_text())["Version"] == "2012-10-17"
            assert f"file://{path}" in done.stdout
        assert "--role-name clm-training --path /team/" in done.stdout
        assert "123456789012" not in done.stdout + done.stderr

    def test_refuses_in_two_lines(self, tmp_path: Any) -> None:
        done = self.run("--bucket", "s3://talks", "--role", ROLE, "--output", str(tmp_path / "mine"))
        assert done.returncode == 1
        assert done.stderr.startswith("Error: --bucket")
        assert "\nHint: " in done.stderr
        assert not (tmp_path / "mine").exists()


INPUT = "team-input"


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    with serving() as loopback:
        values = policies.check(BUCKET, "clm", ROLE, None, (f"s3://{INPUT}/talks",))
        team = Team(loopback, values)
        s3 = loopback.client("s3")
        for bucket in (INPUT, "strange"):
            s3.create_bucket(Bucket=bucket)
        for bucket in (BUCKET, INPUT, "strange"):
            for key in ("clm/audio/a.wav", "talks/one/a.wav", "secret.txt"):
                s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        for key in ("training/clm-model/text.txt", "audio/text.txt", "vocabularies/clm-v.txt"):
            s3.put_object(Bucket=BUCKET, Key=f"clm/{key}", Body=b"osmosis\n")
        loopback.create_role("other")
        yield team


@pytest.fixture(scope="module")
def ann(team: Team) -> User:
    return team.user()


Call = Callable[[Any], Any]


def put(bucket: str, key: str) -> Call:
    return lambda s3: s3.put_object(Bucket=bucket, Key=key, Body=b"y")


def read(bucket: str, key: str) -> Call:
    return lambda s3: s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def delete(bucket: str, key: str) -> Call:
    return lambda s3: s3.delete_object(Bucket=bucket, Key=key)


def parts(s3: Any) -> None:
    upload = {"Bucket": BUCKET, "Key": "clm/audio/big.wav"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    s3.upload_part(**upload, PartNumber=1, Body=b"z")
    assert len(s3.list_parts(**upload)["Parts"]) == 1
    assert len(s3.list_multipart_uploads(Bucket=BUCKET, Prefix="clm/")["Uploads"]) == 1
    s3.abort_multipart_upload(**upload)


ALLOWED: dict[str, Call] = {
    "list": lambda s3: s3.list_objects_v2(Bucket=BUCKET, Prefix="clm/"),
    "region": lambda s3: s3.get_bucket_location(Bucket=BUCKET),
    "versioning": lambda s3: s3.get_bucket_versioning(Bucket=BUCKET),
    "read": read(BUCKET, "clm/audio/a.wav"),
    "write": put(BUCKET, "clm/transcripts/.write_access_check_file.temp"),
    "delete": delete(BUCKET, "clm/training/x"),
    "parts": parts,
    "list input": lambda s3: s3.list_objects_v2(Bucket=INPUT, Prefix="talks/"),
    "read input": read(INPUT, "talks/one/a.wav"),
}
DENIED: dict[str, Call] = {
    "read outside the prefix": read(BUCKET, "secret.txt"),
    "write outside the prefix": put(BUCKET, "talks/one/a.wav"),
    "write beside the prefix": put(BUCKET, "clm-other/x"),
    "delete outside the prefix": delete(BUCKET, "secret.txt"),
    "write to the input": put(INPUT, "talks/one/a.wav"),
    "delete from the input": delete(INPUT, "talks/one/a.wav"),
    "read beside the input": read(INPUT, "secret.txt"),
    "list a strange bucket": lambda s3: s3.list_objects_v2(Bucket="strange"),
    "read a strange bucket": read("strange", "clm/audio/a.wav"),
    "all buckets": lambda s3: s3.list_buckets(),
    "new bucket": lambda s3: s3.create_bucket(Bucket="another"),
    "bucket policy": lambda s3: s3.put_bucket_policy(Bucket=BUCKET, Policy="{}"),
    "make public": lambda s3: s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read"),
    "delete bucket": lambda s3: s3.delete_bucket(Bucket=BUCKET),
}


class TestS3:
    """Enforced by moto."""

    @pytest.mark.parametrize("name", ALLOWED)
    def test_allowed(self, team: Team, ann: User, name: str) -> None:
        with team.loopback.enforcing_iam():
            ALLOWED[name](ann.client("s3"))

    @pytest.mark.parametrize("name", DENIED)
    def test_denied(self, team: Team, ann: User, name: str) -> None:
        with team.loopback.enforcing_iam(), pytest.raises(ClientError) as caught:
            DENIED[name](ann.client("s3"))
        assert caught.value.response["Error"]["Code"] == "AccessDenied"


def start(**changes: Any) -> Call:
    request = {
        "LanguageCode": "en-US",
        "Media": {"MediaFileUri": f"s3://{BUCKET}/clm/audio/a.wav"},
        "OutputBucketName": BUCKET,
        "OutputKey": "clm/transcripts/clm-job.json",
        "Tags": [{"Key": "clm-proof", "Value": "1"}],
    }
    return lambda client: client.start_transcription_job(TranscriptionJobName="clm-job", **request | changes)


def train(role: str) -> Call:
    return lambda client: client.create_language_model(
        ModelName="clm-model",
        LanguageCode="en-US",
        BaseModelName="WideBand",
        InputDataConfig={"S3Uri": f"s3://{BUCKET}/clm/training/clm-model/", "DataAccessRoleArn": role},
        Tags=[{"Key": "clm-proof", "Value": "1"}],
    )


class TestTranscribe:
    """Enforced by the loopback service itself."""

    @pytest.fixture
    def transcribe(self, team: Team, ann: User) -> Iterator[Any]:
        with team.loopback.enforcing_iam():
            yield ann.client("transcribe")
        team.loopback.service.reset()

    def refused(self) -> Any:
        return pytest.raises(ClientError, match="AccessDenied")

    def test_a_job_from_start_to_deletion(self, team: Team, transcribe: Any) -> None:
        start()(transcribe)
        job = transcribe.get_transcription_job(TranscriptionJobName="clm-job")["TranscriptionJob"]
        assert job["Tags"] == [{"Key": "clm-proof", "Value": "1"}]
        assert transcribe.list_transcription_jobs()["TranscriptionJobSummaries"]
        transcribe.delete_transcription_job(TranscriptionJobName="clm-job")
        assert not team.loopback.service.jobs.all

    @pytest.mark.parametrize(
        "changes", [{"OutputBucketName": "strange"}, {"Tags": [{"Key": "owner", "Value": "1"}]}], ids=str
    )
    def test_results_elsewhere_and_foreign_tags_are_denied(self, transcribe: Any, changes: dict[str, Any]) -> None:
        with self.refused():
            start(**changes)(transcribe)

    def test_results_in_amazons_own_bucket_are_denied(self, transcribe: Any) -> None:
        with self.refused():
            transcribe.start_transcription_job(
                TranscriptionJobName="x", LanguageCode="en-US", Media={"MediaFileUri": f"s3://{BUCKET}/clm/audio/a.wav"}
            )

    def test_a_model_with_our_role_and_no_other(self, transcribe: Any) -> None:
        with self.refused():
            train(ROLE.replace("clm-training", "other"))(transcribe)
        train(ROLE)(transcribe)
        assert transcribe.describe_language_model(ModelName="clm-model")["LanguageModel"]["ModelStatus"] == "COMPLETED"
        transcribe.delete_language_model(ModelName="clm-model")

    def test_the_role_reads_training_text_only(self, transcribe: Any) -> None:
        with pytest.raises(ClientError, match="isn't allowed to perform s3:GetObject"):
            transcribe.create_language_model(
                ModelName="clm-model",
                LanguageCode="en-US",
                BaseModelName="WideBand",
                InputDataConfig={"S3Uri": f"s3://{BUCKET}/clm/audio/", "DataAccessRoleArn": ROLE},
            )

    @pytest.mark.parametrize(
        "call",
        [
            lambda client: client.delete_language_model(ModelName="prod"),
            lambda client: client.delete_transcription_job(TranscriptionJobName="prod"),
            lambda client: client.delete_vocabulary(VocabularyName="prod"),
            lambda client: client.get_transcription_job(TranscriptionJobName="prod"),
            lambda client: client.get_vocabulary(VocabularyName="prod"),
        ],
        ids=["delete model", "delete job", "delete vocabulary", "job", "vocabulary"],
    )
    def test_what_is_not_ours_is_denied(self, transcribe: Any, call: Call) -> None:
        with self.refused():
            call(transcribe)

    def test_a_vocabulary(self, transcribe: Any) -> None:
        transcribe.create_vocabulary(
            VocabularyName="clm-v",
            LanguageCode="en-US",
            VocabularyFileUri=f"s3://{BUCKET}/clm/vocabularies/clm-v.txt",
            Tags=[{"Key": "clm-proof", "Value": "1"}],
        )
        assert transcribe.get_vocabulary(VocabularyName="clm-v")["VocabularyState"] in ("PENDING", "READY")
        arn = "arn:aws:transcribe:us-east-1:123456789012:vocabulary/clm-v"
        assert transcribe.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "clm-proof", "Value": "1"}]

    def test_syntax(self, team: Team, ann: User) -> None:
        with team.loopback.enforcing_iam():
            comprehend = ann.client("comprehend")
            assert comprehend.detect_syntax(Text="the cell", LanguageCode="en")["SyntaxTokens"]
            assert comprehend.batch_detect_syntax(TextList=["the cell"], LanguageCode="en")["ResultList"]

    @pytest.mark.parametrize(
        ("policy", "call"),
        [
            ("transcribe-user", start()),
            ("transcribe-user", lambda client: client.list_language_models()),
            ("pass-role", train(ROLE)),
        ],
    )
    def test_nothing_of_it_without_the_policy(self, team: Team, policy: str, call: Call) -> None:
        name = f"less-{policy}-{id(call)}"
        user = team.user(name)
        team.loopback.client("iam").delete_user_policy(UserName=name, PolicyName=policy)
        with team.loopback.enforcing_iam(), self.refused():
            call(user.client("transcribe"))
