"""The doctor, run by users that lack one permission each, and against accounts with one thing wrong."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import doctor
from aws import simulation
from aws.server import serving
from aws.team import BUCKET, ROLE, Team, User
from clm.aws import policies
from clm.engines.transcribe.doctor.role import trusts

ACCOUNT = "123456789012"
KEY_ACTIONS = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
#: Permissions that moto does not enforce, or only as another one.
NOT_ENFORCED = {"s3:GetEncryptionConfiguration", *(f"kms:{name}" for name in KEY_ACTIONS)}
ACTIONS = [
    (name, statement["Sid"], action)
    for name in policies.USER
    for statement in policies.read()[name]["Statement"]
    for action in policies.actions_of(statement)
    if action not in NOT_ENFORCED and "Input" not in statement["Sid"]
]
#: Without them runs go on as before.
ONLY_FOR_CLEAN = {action for _, sid, action in ACTIONS if sid == "DeleteOnlyForClean"}
CANNOT_ASK = {"servicequotas:ListServiceQuotas", "iam:GetRole", "iam:SimulatePrincipalPolicy", "s3:GetBucketPolicy"}
CANNOT_ASK |= {"s3:GetBucketVersioning"}


@pytest.fixture
def team() -> Iterator[Team]:
    with serving() as loopback:
        yield Team(loopback)


class Report:
    """What the doctor said."""

    def __init__(self, status: int, output: str) -> None:
        self.status = status
        self.output = output
        self.lines = re.findall(r"^(ok|not ok|unknown) +(.*(?:\n +Hint: .*)?)$", output, re.MULTILINE)

    def of(self, part: str) -> tuple[str, str]:
        """Status and text of the only line with this text."""
        [line] = [line for line in self.lines if line[1].startswith(part)]
        return line

    @property
    def troubles(self) -> list[tuple[str, str]]:
        return [line for line in self.lines if line[0] != "ok"]


Examine = Callable[..., Report]


@pytest.fixture
def examine(team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Examine:
    """Run the program as a user, with settings of the section `transcribe` and others."""

    def run(user: User | None = None, *, more: tuple[str, ...] = (), **section: Any) -> Report:
        for name, value in (user.environment if user else team.loopback.environment).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        settings = {"bucket": BUCKET, "role_arn": ROLE, "comprehend": True, "vocabulary": True} | section
        arguments = ["--config", "engine=transcribe", f"transcribe={json.dumps(settings)}", *more]
        if user:
            with team.loopback.enforcing_iam(), pytest.raises(SystemExit) as ended:
                doctor.main(arguments)
        else:
            with pytest.raises(SystemExit) as ended:
                doctor.main(arguments)
        output = capsys.readouterr().out
        assert ACCOUNT not in output
        return Report(ended.value.code, output)

    return run


def test_all_is_well_with_our_policies(team: Team, examine: Examine) -> None:
    report = examine(team.user())
    assert report.troubles == []
    assert report.status == 0
    assert "Hint" not in report.output
    assert len(report.lines) > 30


def test_nothing_paid_is_called_and_nothing_left_behind(team: Team, examine: Examine) -> None:
    examine(team.user())
    service = team.loopback.service
    paid = {"Transcribe.StartTranscriptionJob", "Transcribe.CreateLanguageModel", "Transcribe.CreateVocabulary"}
    assert not paid & set(service.calls)
    assert service.starts == []
    s3 = team.loopback.client("s3")
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)


@pytest.mark.parametrize(("policy", "statement", "action"), ACTIONS, ids=[action for *_, action in ACTIONS])
def test_hint_for_each_missing_permission(
    team: Team, examine: Examine, policy: str, statement: str, action: str
) -> None:
    report = examine(team.user(lacking=action))
    hint = f"attach policies/{policy}.json (statement {statement})"
    told = [line for line in report.lines if hint in line[1]]
    assert told, report.output
    if action in ONLY_FOR_CLEAN:
        assert {status for status, _ in told} == {"ok"}
        assert report.status == 0
    elif action in CANNOT_ASK:
        assert {status for status, _ in told} == {"unknown"}
        assert report.status == 0
    else:
        assert "not ok" in {status for status, _ in told}
        assert report.status == 1
        assert any(action in text for _, text in told)
    # Nothing else is blamed for it.
    assert all(hint in text or "everything else" in text for _, text in report.troubles), report.output


def test_what_is_needed_only_for_options_is_not_asked_for(team: Team, examine: Examine) -> None:
    user = team.user(lacking="comprehend:DetectSyntax")
    assert examine(user, comprehend=False).status == 0
    report = examine(team.user("bob", lacking="transcribe:CreateVocabulary"), vocabulary=False)
    assert report.status == 0
    assert "Vocabulary" not in report.output


def test_engine_that_needs_nothing_of_it_is_noted(team: Team, examine: Examine) -> None:
    report = examine(team.user(), more=("engine=pocketsphinx",))
    assert "pocketsphinx does not need any of this" in report.of("engine")[1]


def test_kept_object_is_written_over_where_deleting_is_not_allowed(team: Team, examine: Examine) -> None:
    user = team.user(lacking="s3:DeleteObject")
    examine(user)
    assert examine(user).status == 0
    found = team.loopback.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [entry["Key"] for entry in found] == ["clm/doctor.txt"]


class TestCredentials:
    def test_none(self, examine: Examine, team: Team) -> None:
        user = User(team.loopback, {"aws_access_key_id": "", "aws_secret_access_key": ""})
        report = examine(user)
        assert report.of("credentials")[0] == "not ok"
        assert "Hint: aws configure" in report.of("credentials")[1]
        assert report.of("everything else")[0] == "unknown"
        assert report.status == 1

    def test_wrong(self, examine: Examine, team: Team) -> None:
        user = User(team.loopback, {"aws_access_key_id": "AKIAWRONGWRONGWRONG0", "aws_secret_access_key": "x"})
        status, text = examine(user).of("credentials")
        assert status == "not ok"
        assert "does not accept" in text
        assert "AKIA" not in text

    def test_expired(self, examine: Examine, team: Team) -> None:
        team.loopback.service.faults.add("STS", code="ExpiredToken", status=403)
        report = examine()
        assert "have expired" in report.of("credentials")[1]
        assert report.status == 1

    def test_profile_that_is_not_there(self, examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_PROFILE", "nobody")
        report = examine()
        assert "nobody" in report.of("credentials")[1]
        assert report.status == 1


class TestRegion:
    def test_misspelt(self, examine: Examine) -> None:
        report = examine(region="us-est-1")
        assert re.search("did you mean .*us-east-1", report.of("region  ")[1])
        assert report.status == 1

    def test_none(self, examine: Examine, team: Team) -> None:
        user = User(team.loopback, {"aws_default_region": ""})
        report = examine(user)
        assert "transcribe.region" in report.of("region  ")[1]
        assert report.status == 1

    def test_without_comprehend(self, examine: Examine) -> None:
        report = examine(region="sa-east-1")
        assert report.of("region for Comprehend")[0] == "not ok"
        assert "transcribe.comprehend: false" in report.of("region for Comprehend")[1]


@pytest.mark.parametrize(("seconds", "status", "word"), [(3600, "not ok", "behind"), (-3600, "not ok", "ahead of")])
def test_clock(team: Team, examine: Examine, seconds: float, status: str, word: str) -> None:
    team.loopback.service.clock.move(seconds)
    report = examine()
    assert report.of("clock")[0] == status
    assert word in report.of("clock")[1]
    assert report.status == 1


class TestBucket:
    def test_none_there(self, examine: Examine) -> None:
        report = examine(bucket="team-talk")
        assert "there is no such bucket" in report.of("bucket")[1]
        assert "aws s3 mb s3://team-talk --region us-east-1" in report.of("bucket")[1]
        assert report.status == 1

    def test_in_another_region(self, examine: Examine, team: Team) -> None:
        team.loopback.client("s3").create_bucket(
            Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        report = examine(bucket="far")
        assert "Hint: set transcribe.region: eu-west-1" in report.of("bucket")[1]
        assert examine(bucket="far", region="eu-west-1").of("bucket far")[0] == "ok"

    def test_versioning_and_encryption_are_shown(self, examine: Examine, team: Team) -> None:
        s3 = team.loopback.client("s3")
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
        report = examine(team.user())
        assert "enabled" in report.of("versioning")[1]
        assert "aws:kms" in report.of("encryption")[1]

    def test_denied_key_names_its_statement(self, examine: Examine, team: Team) -> None:
        team.loopback.service.faults.add(r"S3.PUT .*/doctor\.txt", code="AccessDenied", status=403)
        report = examine(team.user(), kms_key="alias/clm")
        assert "statement UseKey" in report.of("writing")[1]
        assert report.of("reading")[0] == "ok"
        assert "UseKey" not in examine(team.user("bob")).output

    def test_busy_amazon_is_unknown(self, examine: Examine, team: Team) -> None:
        team.loopback.service.faults.add("Transcribe.ListTranscriptionJobs", code="ThrottlingException")
        report = examine(team.user())
        assert report.of("permission transcribe:ListTranscriptionJobs")[0] == "unknown"
        assert report.status == 0

    def test_input_elsewhere(self, examine: Examine, team: Team) -> None:
        s3 = team.loopback.client("s3")
        s3.create_bucket(Bucket="recordings")
        s3.put_object(Bucket="recordings", Key="talks/one/a.wav", Body=b"x")
        user = team.user()
        report = examine(user, more=("input=s3://recordings/talks",))
        status, text = report.of("input s3://recordings/talks")
        assert status == "not ok"
        assert "scripts/policies.py --input s3://recordings/talks" in text
        team.values = policies.check(BUCKET, "clm", ROLE, None, ("s3://recordings/talks",))
        assert examine(team.user("bob"), more=("input=s3://recordings/talks",)).status == 0
        s3.put_object(Bucket="recordings", Key="talks-old/a.wav", Body=b"x")
        assert examine(team.user("eve"), more=("input=s3://recordings/talks/one",)).of("input")[0] == "ok"
        report = examine(more=("input=s3://recordings/other",))
        assert "nothing is there" in report.of("input s3://recordings/other")[1]

    def test_a_policy_that_demands_a_key(self, examine: Examine, team: Team) -> None:
        deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        without = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
        document = {"Version": "2012-10-17", "Statement": [{**deny, "Condition": without}]}
        team.loopback.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))
        status, text = examine().of("policy of the bucket")
        assert status == "not ok"
        assert "set transcribe.kms_key" in text

    def test_a_default_key_that_transcripts_do_not_get(self, examine: Examine, team: Team) -> None:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        team.loopback.client("s3").put_bucket_encryption(
            Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]}
        )
        assert "transcripts get S3's own key" in examine().of("encryption")[1]

    def test_archived_recordings_and_all_folders_of_an_input(self, examine: Examine, team: Team) -> None:
        s3 = team.loopback.client("s3")
        s3.create_bucket(Bucket="recordings")
        for number in range(12):
            kind = {"StorageClass": "GLACIER"} if number == 5 else {}
            s3.put_object(Bucket="recordings", Key=f"talks/{number:02}/a.wav", Body=b"x", **kind)
        lines = [
            line for line in examine(more=("input=s3://recordings/talks",)).lines if line[1].startswith("input s3")
        ]
        assert [status for status, _ in lines] == ["ok", "not ok"]
        assert "talks/05/a.wav" in lines[1][1]
        denied = team.loopback.service.faults.add(r"S3.HEAD /recordings/talks/10", code="403", status=403)
        examine(more=("input=s3://recordings/talks",))
        assert denied.hits


class TestPace:
    def test_what_is_left_for_others(self, examine: Examine, team: Team) -> None:
        assert "100 of the 250" in examine().of("transcribe.max_jobs")[1]
        assert "150 left for others" in examine().of("transcribe.max_jobs")[1]
        team.loopback.service.settings.max_jobs = 50
        team.loopback.service.settings.starts_per_second = 5.0
        report = examine()
        assert report.of("transcribe.max_jobs")[0] == report.of("transcribe.starts_per_second")[0] == "not ok"


def test_a_page_in_the_place_of_iams_answer_is_survived(
    team: Team, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = simulation.simulate
    monkeypatch.setattr(simulation, "simulate", lambda *_: "<html><body>Sign in</body></html>")
    report = examine(team.user())
    assert "IAM does not let you ask" in report.of("passing the role")[1]
    monkeypatch.setattr(simulation, "simulate", original)


class TestLanguage:
    def test_unknown(self, examine: Examine) -> None:
        report = examine(more=("language=en-UK",), comprehend=False)
        assert report.of("language  ")[0] == "not ok"
        assert "did you mean" in report.of("language  ")[1]

    def test_without_clms(self, examine: Examine) -> None:
        report = examine(more=("language=fr-FR",), comprehend=False)
        assert report.of("language  ")[0] == "ok"
        assert report.of("language for CLMs")[0] == "not ok"
        assert "en-US" in report.of("language for CLMs")[1]
        report = examine(more=("language=fr-FR",), comprehend=False, role_arn=None)
        assert report.of("language for CLMs")[0] == "ok"

    def test_without_syntax(self, examine: Examine) -> None:
        report = examine(more=("language=ja-JP",))
        assert "transcribe.comprehend: false" in report.of("Comprehend  ")[1]


class TestModels:
    @pytest.fixture
    def train(self, team: Team) -> Callable[..., None]:
        client = team.loopback.client("transcribe")
        team.loopback.client("s3").put_object(Bucket=BUCKET, Key="clm/training/x/text.txt", Body=b"words")

        def create(name: str, language: str = "en-US") -> None:
            client.create_language_model(
                ModelName=name,
                LanguageCode=language,
                BaseModelName="WideBand",
                InputDataConfig={"S3Uri": f"s3://{BUCKET}/clm/training/x/", "DataAccessRoleArn": ROLE},
            )

        return create

    def test_each_state(self, examine: Examine, team: Team, train: Callable[..., None]) -> None:
        service = team.loopback.service
        service.settings.upgradable = "good"
        service.faults.fail("model", "bad", "The text is too short.")
        for name in ("good", "bad"):
            train(name)
        train("german", "de-DE")
        service.advance()
        service.settings.model_seconds = 3600
        train("slow")
        report = examine(team.user(), models=["good", "bad", "german", "slow", "goood"])
        assert report.of("model good")[0] == "ok"
        assert "newer base model" in report.of("model good")[1]
        assert "The text is too short." in report.of("model bad")[1]
        assert "de-DE" in report.of("model german")[1]
        assert "still in training" in report.of("model slow")[1]
        assert "did you mean 'good'" in report.of("model goood")[1]
        assert [report.of(f"model {name}")[0] for name in ("bad", "german", "slow", "goood")] == ["not ok"] * 4
        assert "1 of 3 at once" in report.of("models in training")[1]

    def test_quotas_of_the_account_against_the_configuration(self, examine: Examine, team: Team) -> None:
        team.loopback.service.settings.max_models = 20
        status, text = examine(team.user()).of("limits")
        assert status == "not ok"
        assert "transcribe.limits.models: 20" in text
        status, text = examine(limits={"models": 20}).of("limits")
        assert status == "ok"
        assert "20 models, 3 training, 100 vocabularies" in text

    def test_full_account(self, examine: Examine, train: Callable[..., None]) -> None:
        for number in range(2):
            train(f"m{number}")
        report = examine(limits={"models": 2})
        assert report.of("quota of models")[0] == "not ok"
        assert "2 of 2" in report.of("quota of models")[1]
        assert "scripts/clean.py --only models" in report.of("quota of models")[1]


class TestRole:
    def test_none_set(self, examine: Examine) -> None:
        assert examine(role_arn=None, vocabulary=False).of("role  ")[0] == "not ok"
        assert examine(role_arn=None).of("role  ")[0] == "unknown"

    def test_not_there(self, examine: Examine) -> None:
        report = examine(role_arn=f"arn:aws:iam::{ACCOUNT}:role/nobody")
        assert "there is no such role" in report.of("role nobody")[1]

    def test_of_another_account(self, examine: Examine) -> None:
        report = examine(role_arn="arn:aws:iam::210987654321:role/clm-training")
        assert "another account" in report.of("role clm-training")[1]
        assert "210987654321" not in report.output

    def test_trust(self, examine: Examine, team: Team) -> None:
        role = team.loopback.create_role("open")
        report = examine(role_arn=role)
        assert report.of("trust")[0] == "ok"
        assert "confused deputy" in report.of("trust")[1]
        assert "--role-name open" in report.of("trust")[1]
        wrong = json.loads(team.document("role-trust").replace("transcribe.amazonaws.com", "ec2.amazonaws.com"))
        iam = team.loopback.client("iam")
        iam.update_assume_role_policy(RoleName="open", PolicyDocument=json.dumps(wrong))
        assert examine(role_arn=role).of("trust")[0] == "not ok"

    def test_that_cannot_read(self, examine: Examine, team: Team) -> None:
        team.loopback.client("iam").delete_role_policy(RoleName="clm-training", PolicyName="role-s3")
        status, text = examine(team.user()).of("training text")
        assert status == "not ok"
        assert "policies/role-s3.json" in text

    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ({}, True),
            ({"Action": "sts:*"}, True),
            ({"Action": "sts:TagSession"}, False),
            ({"Principal": "*"}, True),
            ({"Principal": {"AWS": ACCOUNT}}, False),
            ({"Principal": {"Service": ["ec2.amazonaws.com", "transcribe.amazonaws.com"]}}, True),
            ({"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}, True),
            ({"Condition": {"StringEquals": {"AWS:SourceAccount": ["1", ACCOUNT]}}}, True),
            ({"Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}}, False),
            ({"Condition": {"StringLike": {"aws:SourceArn": f"arn:aws:transcribe:us-west-2:{ACCOUNT}:*"}}}, True),
            ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:transcribe:*:210987654321:*"}}}, False),
            ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, None),
            ({"Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}}, None),
            ({"Effect": "Deny"}, None),
        ],
    )
    def test_reading_trust_policies(self, statement: dict[str, Any], expected: bool | None) -> None:
        plain = {
            "Effect": "Allow",
            "Principal": {"Service": "transcribe.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        assert trusts({"Statement": [plain | statement]}, ACCOUNT) is expected
        assert trusts({"Statement": plain | statement}, ACCOUNT) is expected
