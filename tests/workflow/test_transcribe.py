"""The workflow on Amazon Transcribe: the real Snakemake and the real boto3 against our service on loopback."""

import shutil
from collections import Counter

import pytest

from aws.settings import DAY
from aws.storage import ACCOUNT
from clm.base import files
from team import BUCKET, FIRST, SECOND, STOCK, Team


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
    assert "nothing to pay" in run.output
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


@pytest.mark.long
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
    assert "repeat=<folder> transcribes the folder again" in run.output
    # The report is made all the same, and says so.
    assert "Finish what is unfinished" in (team.results / "report.html").read_text()
    assert team.starts == 4


@pytest.mark.long
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
    assert "1 recording is not finished" in run.output
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
