"""The workflow on Amazon Transcribe: the real Snakemake and the real boto3 against our service on loopback."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aws.server import Loopback, serving
from aws.settings import DAY
from aws.storage import ACCOUNT
from clm import files
from runner import CHECKOUT, Run, Workflow
from workflow_data import small_data_set

BUCKET = "team-bucket"
STOCK, FIRST, SECOND = "transcribe", "transcribe-clm-001", "transcribe-clm-002"
VOCABULARY = "transcribe-vocabulary-001"


class Team(Workflow):
    """A data set, and an account of Amazon's that knows what is said in its recordings."""

    def __init__(self, directory: Path, loopback: Loopback) -> None:
        super().__init__(directory)
        self.loopback = loopback
        self.service = loopback.service
        self.environment = loopback.environment
        self.s3 = loopback.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)
        self.role = loopback.create_role()
        self.settings = {"bucket": BUCKET, "role_arn": self.role, "poll_seconds": 0.05}

    def configure(self, **changes: object) -> None:
        """Write my.yaml."""
        top = {"input": "data/input", **changes.pop("top", {})}
        config = {"engine": "transcribe", **top, "transcribe": {**self.settings, **changes}}
        (self.directory / "my.yaml").write_text(json.dumps(config))

    def go(self, *arguments: str, status: int = 0, **changes: object) -> Run:
        """Run the workflow; `changes` are of the section `transcribe`, or of the whole with the key `top`."""
        for audio in (self.data / "input").rglob("audio.wav"):
            text = (audio.parent / "transcript.txt").read_text(encoding="utf-8")
            self.service.references.setdefault(files.sha256_of_file(audio), text)
        self.configure(**changes)
        return self.run("--configfile", "my.yaml", *arguments, status=status)

    def estimate(self, *arguments: str, **changes: object) -> str:
        """What scripts/estimate.py prints."""
        self.configure(**changes)
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "scripts" / "estimate.py"), "--configfile", "my.yaml", *arguments],
            cwd=self.directory,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    @property
    def starts(self) -> int:
        """Jobs started, and so paid, until now."""
        return len(self.service.starts)

    def board(self) -> dict[str, dict[str, str]]:
        """Leaderboard rows by model."""
        return {row["model"]: row for row in files.read_table(self.results / "leaderboard.csv")}

    def reasons(self, model: str = STOCK) -> dict[str, str]:
        """What runs.csv says about each folder of a model."""
        rows = files.read_table(self.results / "runs.csv")
        return {row["folder"]: row["reason"] for row in rows if row["model"] == model}

    def model(self, name: str = FIRST) -> dict:
        """A model.json."""
        return files.read_json(self.results / "models" / name / "model.json")

    def asked(self) -> Counter[str]:
        """Requests to Transcribe so far."""
        return Counter({name: n for name, n in self.service.calls.items() if name.startswith("Transcribe.")})


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with serving(error_rate=100.0) as loopback:
        team = Team(tmp_path, loopback)
        small_data_set(tmp_path)
        yield team
        assert set(team.service.starts_per_work().values()) <= {1}


def test_one_click_then_only_what_is_new_is_paid(team: Team) -> None:
    run = team.go()
    assert "Amazon Transcribe: 4 jobs for 10 s of audio (billed: 60 s), about $0.03" in run.output
    assert run.jobs["submit"] == 2
    assert run.output.index("Amazon Transcribe: 4 jobs") < run.output.index("Building DAG")
    assert list(team.board()) == [FIRST, STOCK]
    assert team.starts == 4
    assert team.model()["details"]["base_model"] == "WideBand"
    assert int(team.board()[FIRST]["fixed_words"]) > 0

    asked = team.asked()
    run = team.go()
    assert "Nothing to be done" in run.output
    assert "nothing to pay for" in run.output
    assert team.asked() == asked

    (team.data / "input" / "one" / "transcript.txt").write_text("Good evening, and welcome to osmosis.")
    assert team.go().jobs == Counter(normalize=2, wer=2, summarize=2, leaderboard=1, report=1, complete=1)
    assert team.asked() == asked

    team.add("three", source=2)
    run = team.go()
    assert run.transcribed == {("three", STOCK), ("three", FIRST)}
    assert team.starts == 6
    assert run.jobs["train_clm"] == 0

    run = team.go("--forcerun", "heal")
    assert run.jobs["train_clm"] == 1
    assert team.starts == 9
    assert SECOND in team.board()
    assert team.go().jobs == Counter()

    kept = [*team.results.rglob("*"), *(team.directory / ".snakemake" / "log").iterdir()]
    for path in kept:
        assert not path.is_file() or ACCOUNT.encode() not in path.read_bytes(), path
    assert ACCOUNT not in run.output


def test_a_dry_run_and_a_budget_cost_nothing(team: Team) -> None:
    run = team.go("-n")
    assert "4 jobs" in run.output
    assert not team.service.calls.keys() - {"S3.PUT", "IAM.POST"}
    run = team.go("--forcerun", "heal", status=1, max_cost=0.01)
    assert "max_cost: this run would cost about $0.03" in run.output
    assert "Hint: raise max_cost" in run.output
    assert "Traceback" not in run.output
    assert team.starts == 0


def test_lost_results_are_adopted_and_never_paid_again(team: Team) -> None:
    team.go()
    before = team.board()
    for name in ("store", "runs", "summaries", "submitted", "leaderboard.csv"):
        path = team.results / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(team.directory / ".snakemake")
    team.go()
    assert team.starts == 4
    assert team.board() == before


def test_results_outlive_amazons_memory_of_jobs(team: Team) -> None:
    team.go()
    before = team.board()
    team.service.clock.move(91 * DAY)
    shutil.rmtree(team.results / "store")
    team.go("--forcerun", "transcribe")
    assert not team.service.jobs.all
    assert team.starts == 4
    assert team.board() == before
    # Without the result in the bucket only the record knows: that is an error, not a second payment.
    store = team.results / "store" / "transcribe"
    for path in store.glob("*.json"):
        if not path.name.endswith(".job.json"):
            path.unlink()
    for job in team.s3.list_objects_v2(Bucket=BUCKET, Prefix="clm/transcripts/")["Contents"]:
        team.s3.delete_object(Bucket=BUCKET, Key=job["Key"])
    for path in store.glob("*.job.json"):
        record = files.read_json(path)
        files.write_json(path, {key: "started" if key == "state" else record[key] for key in record if key != "format"})
    run = team.go("--forcerun", "transcribe", status=1)
    assert "4 recordings are not finished" in run.output
    assert "repeat=<folder> transcribes the folder anew" in run.output
    # The report is made all the same, and says so.
    assert "Finish what is unfinished" in (team.results / "report.html").read_text()
    assert team.starts == 4


def test_another_results_folder_shares_what_was_paid(team: Team) -> None:
    team.go()
    team.go(top={"results": "others"})
    assert team.starts == 4
    assert len(team.service.models.all) == 1


def test_a_name_that_somebody_took_is_an_error_that_says_so(team: Team) -> None:
    team.go(top={"keywords": "null"})
    names = list(team.service.jobs.all)
    client = team.loopback.client("transcribe")
    for name in names:
        client.delete_transcription_job(TranscriptionJobName=name)
        team.s3.delete_object(Bucket=BUCKET, Key=f"clm/transcripts/{name}.json")
    shutil.rmtree(team.results / "store")
    shutil.rmtree(team.results / "runs")
    team.service.starts.clear()  # all traces of them are gone
    team.s3.put_object(Bucket=BUCKET, Key="theirs.wav", Body=(team.data / "input/one/audio.wav").read_bytes() + b"\0\0")
    team.service.references[files.digest(0)] = "x"
    client.start_transcription_job(
        TranscriptionJobName=names[0],
        LanguageCode="en-US",
        Media={"MediaFileUri": f"s3://{BUCKET}/theirs.wav"},
        OutputBucketName=BUCKET,
        OutputKey="theirs.json",
    )
    run = team.go("--forcerun", "submit", top={"keywords": "null"}, status=1)
    assert f"{names[0]}, is taken by a different job (another recording)" in run.output
    assert "1 recordings are not finished" in run.output
    assert "Hint: delete that job" in run.output


def test_failed_jobs_and_models_stand_beside_good_ones(team: Team) -> None:
    team.go(top={"keywords": "null"})
    team.add("three", source=2)
    team.service.faults.fail("job", ".", f"no speech in arn:aws:s3:::x for {ACCOUNT}")
    team.service.faults.fail("model", ".", "too little text")
    run = team.go()
    assert team.reasons()["three"] == "audio: Amazon Transcribe failed: no speech in arn:aws:s3:::x for <account>"
    assert team.board()[STOCK]["status"] == "finished"
    row = team.board()[FIRST]
    assert (row["status"], row["wer"], row["rank"]) == ("failed", "", "")
    assert "too little text" in team.reasons(FIRST)["one"]
    assert "too little text" in run.output
    starts = team.starts
    assert team.go().jobs == Counter()
    team.service.faults.clear()
    assert team.go().jobs == Counter()
    assert team.starts == starts
    run = team.go("--forcerun", "heal", "--config", "retry_failed=True")
    assert run.transcribed >= {("three", STOCK)}
    retried = [start for start in team.service.starts[starts:] if not start.model]
    assert [start.name.endswith("-r2") for start in retried] == [True]
    assert team.reasons()["three"] == ""
    assert team.board()[SECOND]["status"] == "finished"
    assert len(team.service.models.all) == 2
    team.service.jobs.starts.pop(starts - 1)  # the failed one was paid once more on purpose


def test_a_model_for_another_language_is_refused_before_anything_starts(team: Team) -> None:
    team.s3.put_object(Bucket=BUCKET, Key="de/text.txt", Body=b"Guten Morgen und willkommen")
    client = team.loopback.client("transcribe")
    for name, language in (("german", "de-DE"), ("english", "en-US")):
        client.create_language_model(
            ModelName=name,
            LanguageCode=language,
            BaseModelName="WideBand",
            InputDataConfig={"S3Uri": f"s3://{BUCKET}/de/", "DataAccessRoleArn": team.role},
        )
    run = team.go(models=["german"], status=1)
    assert "german: it is a model for de-DE, but language is en-US" in run.output
    assert team.starts == 0
    run = team.go(models=["nobody"], status=1)
    assert "the account has no such CLM" in run.output
    assert team.starts == 0
    run = team.go(models=["english"])
    assert sorted(team.board()) == [STOCK, FIRST, "transcribe-english"]
    assert {start.model for start in team.service.starts} >= {"english"}
    run = team.go(top={"language": "en-GB"}, status=1)
    assert "transcribe-clm-001 in results is a model for en-US, not for en-GB" in run.output


def test_narrow_recordings_get_a_narrow_model_and_mixed_ones_an_explanation(team: Team) -> None:
    import soundfile

    def resample(folder: str, step: int) -> None:
        path = team.data / "input" / folder / "audio.wav"
        samples, rate = soundfile.read(path)
        soundfile.write(path, samples[::step], rate // step)

    resample("one", 2)
    run = team.go()
    assert "mixed sample rates: 1 folders have less than 16000" in run.output
    assert list(team.board()) == [STOCK]
    resample("two", 2)
    team.go()
    assert team.model()["details"]["base_model"] == "NarrowBand"
    [model] = team.service.models.all.values()
    assert model.request["BaseModelName"] == "NarrowBand"
    resample("two", 1)
    team.add("three", source=2)
    run = team.go()
    assert "transcribe-clm-001 has the base model NarrowBand, which does not suit" in run.output


def test_a_vocabulary_is_the_cheaper_rival(team: Team) -> None:
    team.write("keywords/keywords.txt", "osmosis\n\nvitamin ☃\nlecture\n")
    run = team.go(vocabulary=True)
    assert set(team.board()) == {STOCK, FIRST, VOCABULARY}
    rows = files.read_table(team.results / "models" / VOCABULARY / "phrases.tsv", delimiter="\t")
    [dropped] = [row for row in rows if row["status"] == "dropped"]
    assert dropped["source"] == "keywords.txt line 3"
    assert "☃" in dropped["reason"]
    assert "keywords.txt line 3" in run.output
    assert int(team.board()[VOCABULARY]["fixed_words"]) > 0
    assert team.go(vocabulary=True).jobs == Counter()
    team.go("--forcerun", "heal", vocabulary=True)
    assert "transcribe-vocabulary-002" in team.board()
    assert team.go(vocabulary=True).jobs == Counter()
    starts = team.starts
    team.add("three", source=2)
    team.go()  # not wanted any more: no more money for vocabularies
    assert team.starts == starts + 3


def test_a_vocabulary_can_be_asked_for_later(team: Team) -> None:
    team.go()
    run = team.go(vocabulary=True)
    assert run.jobs["train_vocabulary"] == 1
    assert run.jobs["train_clm"] == 0
    assert VOCABULARY in team.board()
    assert team.go(vocabulary=True).jobs == Counter()


def test_comprehend_chooses_words_once(team: Team) -> None:
    run = team.go("--forcerun", "heal", comprehend=True, top={"keywords": "null"})
    assert run.jobs["heal"] == 1
    assert team.service.calls["Comprehend.BatchDetectSyntax"] == 1
    plan = files.read_json(team.results / "models" / FIRST / "plan.json")
    assert {item["word"] for item in plan["words"]} >= {"osmosis", "mitochondria"}
    team.go("--forcerun", "heal", comprehend=True, top={"keywords": "null"})
    assert team.service.calls["Comprehend.BatchDetectSyntax"] == 1


def test_news_about_models_is_shown(team: Team) -> None:
    team.go()
    team.service.settings.upgradable = "."
    team.add("three", source=2)
    assert "transcribe-clm-001: Amazon has a newer base model" in team.go().output
    team.service.models.all.clear()
    team.add("four", source=3)
    run = team.go(status=1)
    assert "transcribe-clm-001: clm-en-us-" in run.output
    assert "is not in the account any more" in run.output
    assert team.board()[STOCK]["recordings"] == "4"
    assert team.board()[FIRST]["status"] == "incomplete"
    chosen = team.go("--config", f"models=[{STOCK}]")
    assert "incomplete" in team.board()[FIRST]["status"]
    assert "not finished:" not in chosen.output


def test_without_a_role_the_stock_model_is_judged_all_the_same(team: Team) -> None:
    run = team.go(role_arn=None)
    assert list(team.board()) == [STOCK]
    assert "transcribe.role_arn is not set" in run.output
    team.go()
    assert FIRST in team.board()


def test_repeating_pays_once_more_for_each_model_and_once_only(team: Team) -> None:
    team.go()
    team.go("--config", "repeat=one")
    assert team.starts == 6
    assert team.go().jobs == Counter()
    # As if the run had been killed after the stock model: asking again goes on with the request.
    (team.results / "runs" / FIRST / "one" / "transcript.json").unlink()
    team.go("--config", "repeat=one")
    assert team.starts == 6
    for start in list(team.service.starts[4:]):
        team.service.starts.remove(start)


def test_input_in_s3_gives_the_same_results_as_on_disk(team: Team) -> None:
    team.write("input/two/keywords.txt", "lecture, power, not a transcript")
    team.go()
    local = team.board()
    assert local[STOCK]["keyword_recall"]
    for path in (team.data / "input").rglob("*.*"):
        key = f"talks/{path.relative_to(team.data)}"
        checksum = {"ChecksumAlgorithm": "SHA256"} if "one" in key else {}
        team.s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes(), **checksum)
    keywords = team.data / "keywords" / "keywords.txt"
    team.s3.put_object(Bucket=BUCKET, Key="talks/keywords/keywords.txt", Body=keywords.read_bytes())
    team.s3.put_object(Bucket=BUCKET, Key="talks/input/one/.write_access_check_file.temp", Body=b"")
    articles = {"corpus": {"folder": "data/articles"}, "results": "remote"}
    for address in (f"s3://{BUCKET}/talks/input", f"s3://{BUCKET}/talks"):
        uploads = team.service.calls["S3.PUT"]
        estimate = team.estimate("--json", top={"input": address, **articles}, bucket=None)
        assert {(row["model"], row["exact"]) for row in json.loads(estimate)} >= {(STOCK, True)}
        team.go(top={"input": address, **articles}, bucket=None)
        remote = {row["model"]: row for row in files.read_table(team.directory / "remote" / "leaderboard.csv")}
        assert remote == local
    # The object that tells its SHA-256 is the recording that was paid before; the other has only an ETag.
    assert team.starts == 6
    assert team.service.calls["S3.PUT"] == uploads
    (team.directory / "remote" / "leaderboard.csv").unlink()
    team.service.jobs.starts[4:] = []


def test_lengths_that_a_beginning_does_not_tell_are_marked(team: Team) -> None:
    import soundfile

    samples, rate = soundfile.read(team.data / "input" / "one" / "audio.wav")
    path = team.directory / "talk.ogg"
    soundfile.write(path, np.tile(samples, 40), rate)
    team.s3.put_object(Bucket=BUCKET, Key="input/talk/talk.ogg", Body=path.read_bytes())
    team.s3.put_object(Bucket=BUCKET, Key="input/talk/talk.txt", Body=b"words")
    before = Counter(team.service.calls)
    output = team.estimate(top={"input": f"s3://{BUCKET}/input", "keywords": "null"})
    assert "about " in output
    asked = Counter(team.service.calls) - before
    assert asked["S3.GET"] <= 4  # list, text, beginning of the recording
    assert not [name for name in asked if name.startswith("Transcribe")]


def test_the_embedded_engine_reads_recordings_from_s3(team: Team) -> None:
    for path in (team.data / "input").rglob("*.*"):
        team.s3.put_object(Bucket=BUCKET, Key=str(path.relative_to(team.data)), Body=path.read_bytes())
    config = {"input": f"s3://{BUCKET}/input", "engine": "pocketsphinx"}
    (team.directory / "my.yaml").write_text(json.dumps(config))
    team.run("--configfile", "my.yaml")
    assert team.board()["pocketsphinx"]["folders"] == "2"
    assert team.run("--configfile", "my.yaml").jobs == Counter()
