"""Bad input: a clear message with a hint, nothing lost, and the other folders go on."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from clm.base import files
from runner import Workflow, log_of

STOCK = "pocketsphinx"


def board(workflow: Workflow) -> dict[str, dict[str, str]]:
    """Leaderboard rows by model."""
    return {row["model"]: row for row in files.read_table(workflow.results / "leaderboard.csv")}


def reasons(workflow: Workflow) -> dict[str, str]:
    """What runs.csv says about each folder of the stock model."""
    rows = files.read_table(workflow.results / "runs.csv")
    return {row["folder"]: row["reason"] for row in rows if row["model"] == STOCK}


def stopped(workflow: Workflow, *arguments: str) -> str:
    """Output of a run that must stop before any job, with a hint and without a traceback."""
    run = workflow.run(*arguments, status=1)
    assert not run.jobs
    assert "Hint: " in run.output
    assert "Traceback" not in run.output
    return run.output


def test_missing_and_empty_input(fresh: Workflow) -> None:
    assert "there is no folder" in stopped(fresh, "--config", "input=nowhere")
    (fresh.directory / "empty").mkdir()
    assert "holds no folders" in stopped(fresh, "--config", "input=empty")


def test_no_usable_folder_names_each_reason(fresh: Workflow) -> None:
    for path in (fresh.data / "input").rglob("*.txt"):
        path.unlink()
    output = stopped(fresh)
    assert "one: no transcript" in output
    assert "two: no transcript" in output


def test_typo_gets_the_nearest_key(fresh: Workflow) -> None:
    assert "did you mean 'self_heal'?" in stopped(fresh, "--config", "self_heel=true")
    fresh.write("../my.yaml", "input: data/input\ncorpus: {foldr: x}\n")
    assert "did you mean 'corpus.folder'?" in stopped(fresh, "--configfile", "my.yaml")


def test_unknown_engine_and_language(fresh: Workflow) -> None:
    assert "there is no engine 'siri'" in stopped(fresh, "--config", "engine=siri")
    assert "de-DE" in stopped(fresh, "--config", "language=de-DE")


#: In an encoding that nothing tells from others.
UNREADABLE = "Привет, клетки и мембраны".encode("koi8-r")


@pytest.mark.parametrize(("content", "reason"), [(b",, ,\n,", "it holds no keywords"), (UNREADABLE, "byte 0")])
def test_keywords_that_cannot_be_used(fresh: Workflow, content: bytes, reason: str) -> None:
    fresh.write("keywords/keywords.txt", "").write_bytes(content)
    run = fresh.run()
    assert "Continuing without keywords" in run.output
    assert reason in run.output
    assert list(board(fresh)) == [STOCK]


def test_training_text_that_cannot_be_read_is_named_before_the_first_job(fresh: Workflow) -> None:
    fresh.write("own.txt", "").write_bytes(UNREADABLE)
    output = stopped(fresh, "--config", "training_data=data/own.txt")
    assert "own.txt: not text in UTF-8, UTF-16 or Windows-1252" in output
    assert not (fresh.results / "runs").exists()


def test_paths_that_snakemake_cannot_handle(fresh: Workflow) -> None:
    assert "config: results" in stopped(fresh, "--config", "results=res {x}")


@pytest.mark.long
def test_article_folder_without_articles(fresh: Workflow) -> None:
    for path in (fresh.data / "articles").iterdir():
        path.unlink()
    run = fresh.run()
    assert "corpus.folder" in run.output
    assert list(board(fresh)) == [STOCK]
    fresh.write("articles/Osmosis.txt", "Osmosis moves water through a membrane.")
    fresh.run()
    assert len(board(fresh)) == 2


def test_articles_without_a_match_train_nothing_and_say_why(fresh: Workflow) -> None:
    fresh.write("keywords/keywords.txt", "zymurgy\n")
    run = fresh.run()
    assert run.jobs["train_clm"] == 1
    assert "there is no text to train from" in run.output
    assert list(board(fresh)) == [STOCK]
    assert files.read_table(fresh.results / "corpus" / "keywords" / "status.csv")[0]["status"] == "nothing"
    assert not fresh.run().jobs


def test_folders_that_cannot_be_paired_are_left_out(fresh: Workflow) -> None:
    two_audios = fresh.add("three", source=2)
    shutil.copy(two_audios / "audio.wav", two_audios / "other.wav")
    (fresh.add("four", source=3) / "transcript.txt").write_bytes(UNREADABLE)
    (fresh.data / "input" / "five").mkdir()
    fresh.add("a{b}", source=3)
    run = fresh.run("--config", "keywords=null")
    for name in ("three", "four", "five", "a{b}"):
        assert f"Input folder '{name}' is left out" in run.output
    assert "transcript.txt: not text in UTF-8, UTF-16 or Windows-1252" in run.output
    assert set(reasons(fresh)) == {"one", "two"}
    assert "cannot be used" in stopped(fresh, "--config", "keywords=null", "on_bad_folder=error")


def test_bad_audio_costs_its_recording_only(fresh: Workflow) -> None:
    import numpy as np
    import soundfile

    for name in ("empty", "noise", "silent", "clips"):
        fresh.add(name, source=2, seconds=1.5)
    folders = fresh.data / "input"
    (folders / "empty" / "audio.wav").write_bytes(b"")
    (folders / "noise" / "audio.wav").write_bytes(b"this is no audio " * 100)
    soundfile.write(folders / "silent" / "audio.wav", np.zeros(16000), 16000)
    for number in range(3):
        shutil.copy(folders / "one" / "audio.wav", folders / "clips" / f"{number}.wav")
        (folders / "clips" / f"{number}.txt").write_text("good morning")
    (folders / "clips" / "audio.wav").rename(folders / "clips" / "3.wav")
    (folders / "clips" / "transcript.txt").rename(folders / "clips" / "3.txt")
    (folders / "clips" / "1.wav").write_bytes(b"RIFF")
    run = fresh.run("--config", "keywords=null")
    found = reasons(fresh)
    assert found["one"] == ""
    for name in ("empty", "noise", "silent", "clips"):
        assert found[name], name
        assert name in run.end
    assert "1" in found["clips"]
    row = board(fresh)[STOCK]
    assert row["status"] == "finished"
    assert row["recordings"] == "5"  # one, two, and three of the clips
    assert not fresh.run("--config", "keywords=null").jobs
    shutil.copy(folders / "one" / "audio.wav", folders / "empty" / "audio.wav")
    run = fresh.run("--config", "keywords=null")
    assert {folder for folder, _ in run.transcribed} == {"empty"}
    run = fresh.run("--config", "keywords=null", "retry_failed=True")
    assert {folder for folder, _ in run.transcribed} == {"noise", "silent", "clips"}
    assert not fresh.run("--config", "keywords=null").jobs


def test_empty_reference_is_an_error_of_that_folder(fresh: Workflow) -> None:
    fresh.add("three", source=2, seconds=1.5, text=" [inaudible] ")
    fresh.run("--config", "keywords=null")
    assert "reference is empty" in reasons(fresh)["three"]
    assert board(fresh)[STOCK]["folders"] == "2"


NAMES = [
    "1",
    "-dash",
    "it's",
    "größe-日本",
    "with space",
    "$HOME",
    "a.b",
    "`touch canary`",
    "$(touch canary)",
    'q"q',
    "a;touch canary;b&c",
    "[x]*",
    "back\\slash",
]


def test_any_folder_name_works(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path)
    for name in NAMES:
        workflow.add(name, seconds=1.5)
    workflow.write("articles/Morning.txt", "Good morning and welcome to the first lecture.")
    workflow.write("keywords/keywords.txt", "morning")
    workflow.run()
    rows = files.read_table(workflow.results / "runs.csv")
    assert {row["folder"] for row in rows} == set(NAMES)
    assert {row["status"] for row in rows} == {"finished"}
    assert not workflow.run().jobs
    assert not list(tmp_path.rglob("canary"))  # which a name would have made that was run by a shell


def test_results_of_another_data_set_are_refused(finished: Workflow) -> None:
    (finished.data / "input" / "one").rename(finished.data / "input" / "three")
    shutil.rmtree(finished.data / "input" / "two")
    assert "--config results=" in stopped(finished)


def test_results_that_cannot_be_written(fresh: Workflow) -> None:
    (fresh.directory / "results").write_text("a file in the way")
    assert "cannot write to results" in stopped(fresh)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to a read-only folder")
def test_read_only_results(finished: Workflow) -> None:
    finished.results.chmod(0o555)
    try:
        assert "cannot write to results" in stopped(finished)
    finally:
        finished.results.chmod(0o755)


def start(workflow: Workflow) -> subprocess.Popen[str]:
    """Start a run in a session of its own and wait until it has begun to transcribe."""
    with (workflow.directory / "output.txt").open("w") as output:
        process = workflow.start(output)
    deadline = time.monotonic() + 60
    while "Transcribing" not in log_of(workflow.directory):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    return process


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGINT, marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, marks=pytest.mark.long),
    ],
)
def test_stopped_at_any_time_then_rerun(fresh: Workflow, finished_once: Workflow, number: signal.Signals) -> None:
    process = start(fresh)
    if number == signal.SIGKILL:
        os.killpg(process.pid, number)  # the jobs as well: a machine that lost power
    else:
        process.send_signal(number)
    process.wait(timeout=60)
    if number == signal.SIGKILL:
        assert "--unlock" in fresh.run(status=1).output  # the stale lock, and what to do about it
        fresh.run("--unlock")
    fresh.run()
    for name in ("leaderboard.csv", "runs.csv"):
        tables = [files.read_table(workflow.results / name) for workflow in (fresh, finished_once)]
        for row in (row for table in tables for row in table):
            row.pop("created", None)  # the date
        assert tables[0] == tables[1]
    assert not fresh.run().jobs
