"""What a run shows in the terminal: stages, audio done, time left, messages of jobs, failed jobs."""

import io
import json
import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

from clm.base import progress
from clm.base.progress import Channel, Progress
from clm.run import time_left
from clm.run.log_handler import LogHandler
from clm.run.stages import Job, Stages
from clm.run.time_left import Outlook, Pace
from runner import CHECKOUT

AUDIO = {"one": 60.0, "two": 120.0}
MODEL = "pocketsphinx"


def transcribe(folder: str, model: str = MODEL) -> Job:
    return Job("transcribe", model, folder)


def scored(folder: str, model: str = MODEL) -> list[Job]:
    return [Job("normalize", model, folder), Job("wer", model, folder)]


@pytest.fixture(autouse=True)
def no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(progress.CHANNEL, raising=False)
    monkeypatch.setattr(progress, "_job", "")


def outlook(
    tmp_path: Path, *jobs: Job, cores: int = 2, estimate: float = 0.5, expected: tuple[str, ...] = ()
) -> Outlook:
    found = Outlook(Stages(AUDIO), Pace.read(tmp_path / "pace.json", "engine", estimate), cores, expected)
    found.stages.plan(jobs)
    return found


# -- stages ------------------------------------------------------------------------------------------------------------


def test_a_stage_counts_folders_and_audio() -> None:
    stages = Stages(AUDIO)
    stages.plan([*map(transcribe, AUDIO), *(job for folder in AUDIO for job in scored(folder)), Job("all")])
    stages.start(1, transcribe("one"), 0.0)
    stages.start(2, transcribe("two"), 0.0)
    stages.hear(f"{MODEL}/two", "two.wav", 30.0)
    [(stage, heard)] = stages.active()
    assert stage.counts(heard) == "0 of 2 folders, 0 of 3 min of audio"
    assert heard == 30.0
    stages.finish(1, 5.0)
    assert stages.active()[0][0].counts(30.0) == "1 of 2 folders, 2 of 3 min of audio"
    assert stages.audio() == (90.0, 180.0)
    stages.finish(2, 9.0)
    assert stage.complete
    assert stage.summary() == f"Transcribing with {MODEL}: 2 folders, 3 min of audio in 9 s"
    assert stages.by_title.keys() == {f"Transcribing with {MODEL}", f"Scoring {MODEL}"}


def test_a_rule_that_is_not_known_is_a_stage_of_its_own() -> None:
    job = Job.of("train_more", {"other": "m"}, 2, lambda: "Preparing m")
    assert job.stage == "Preparing m"
    assert Job.of("train_control", {"control": "m-control-001"}, 2, str).stage == "Training m-control-001"
    assert Job.of("odd", {"model": "m"}, 1, lambda: None).stage == "odd m"


def test_a_job_that_failed_is_counted_apart_and_may_be_tried_again() -> None:
    stages = Stages(AUDIO)
    stages.plan(map(transcribe, AUDIO))
    for number, folder in enumerate(AUDIO):
        stages.start(number, transcribe(folder), 0.0)
    stages.finish(0, 1.0, failed=True)
    _, _, stage = stages.finish(1, 3.0)
    assert stage.summary() == f"Transcribing with {MODEL}: 1 folder, 2 min of audio in 3 s; 1 job failed"
    stages.plan(map(transcribe, AUDIO))  # Snakemake still has it
    assert not stage.left.jobs
    stages.start(5, transcribe("one"), 4.0)
    assert stage.left.jobs == stage.running == 1


@given(st.lists(st.sampled_from(sorted(AUDIO)), unique=True), st.integers(0, 2))
def test_what_is_done_and_left_is_always_what_was_planned(order: list[str], planned_again: int) -> None:
    stages = Stages(AUDIO)
    jobs = [transcribe(folder) for folder in order]
    stages.plan(jobs)
    for number, job in enumerate(jobs):
        stages.start(number, job, 0.0)
        if number < planned_again:
            stages.plan(jobs[number:])
        stages.finish(number, 1.0)
        done, total = stages.audio()
        assert done == sum(AUDIO[folder] for folder in order[: number + 1])
        assert total == sum(AUDIO[folder] for folder in order)


# -- time left ---------------------------------------------------------------------------------------------------------


def test_time_left_is_audio_by_speed(tmp_path: Path) -> None:
    found = outlook(tmp_path, *map(transcribe, AUDIO))
    assert found.seconds(0.0) == pytest.approx(180 * 0.5 / 2)
    assert (
        found.describe(0.0, timed=True)
        == "This run: 3 min of audio to transcribe; about 50 s with 2 cores (estimated)."
    )
    assert found.describe(0.0, timed=False) == "This run: 3 min of audio to transcribe."


def test_a_single_long_recording_has_a_time_left_while_it_runs(tmp_path: Path) -> None:
    found = Outlook(Stages({"talk": 7200.0}), Pace.read(tmp_path / "pace.json", "engine", 0.1), 4)
    job = Job("transcribe", MODEL, "talk", threads=4)
    found.stages.plan([job])
    found.stages.start(1, job, 0.0)
    before = found.seconds(0.0)
    found.stages.hear(job.key, "talk.wav", 1800.0)
    # A quarter in 900 seconds, five times as slow as expected: the rest takes three times as long.
    assert found.seconds(900.0) == pytest.approx(2700, rel=0.05)
    assert before == pytest.approx(180)
    later = found.seconds(901.0)
    found.stages.hear(job.key, "talk.wav", 3600.0)
    assert found.seconds(1800.0) < later


def test_a_job_that_takes_longer_than_expected_makes_the_whole_run_longer(tmp_path: Path) -> None:
    found = outlook(tmp_path, *map(transcribe, AUDIO), cores=1)
    found.stages.start(1, transcribe("one"), 0.0)
    assert found.seconds(0.0) == pytest.approx(90)
    assert found.seconds(600.0) > 300


def test_a_model_that_may_be_made_counts_until_its_jobs_are_known(tmp_path: Path) -> None:
    clm = f"{MODEL}-clm-001"
    jobs = [*map(transcribe, AUDIO), Job("heal")]
    found = outlook(tmp_path, *jobs, expected=(clm,))
    alone = outlook(tmp_path, *jobs)
    assert found.audio() == 2 * alone.audio()
    assert found.seconds(0.0) > alone.seconds(0.0) + 180 * 0.5 / 2
    assert "up to 1 model to make" in found.describe(0.0, timed=True)
    found.settle()
    assert found.expected == (clm,)
    found.stages.plan([*jobs, transcribe("one", clm)])
    found.settle()
    assert found.expected == ()
    nothing_to_learn = outlook(tmp_path, *jobs[:-1], expected=(clm,))
    nothing_to_learn.settle()
    assert nothing_to_learn.expected == ()


def test_measured_speeds_are_kept_for_the_next_run_of_the_same_engine(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    pace = Pace.read(path, "engine", 0.2)
    pace.learn(transcribe("two"), 120.0, 120.0)
    pace.learn(Job("train_clm", threads=2), 50.0, 0.0)
    pace.write(path, "engine")
    again = Pace.read(path, "engine", 0.2)
    assert again.measured
    assert again.audio.with_more() == pytest.approx((60 * 0.2 + 120) / 180, abs=1e-5)
    assert again.job("train_clm").with_more() == pytest.approx((30 + 100) / 2)
    other = Pace.read(path, "other", 0.2)
    assert not other.measured
    assert other.audio.with_more() == 0.2
    other.write(path, "other")
    assert Pace.read(path, "engine", 9.0).audio.with_more() == again.audio.with_more()


def test_a_result_from_the_store_says_nothing_about_the_speed(tmp_path: Path) -> None:
    pace = Pace.read(tmp_path / "pace.json", "engine", 0.2)
    pace.learn(transcribe("one"), 24.0, 60.0)
    before = pace.audio.with_more()
    for _ in range(20):
        pace.learn(transcribe("two"), 0.5, 120.0)
    assert pace.audio.with_more() == before
    pace.learn(transcribe("two"), 20.0, 120.0)  # as fast as a quiet machine may be
    assert pace.audio.with_more() < before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"jobs": 1}', '{"jobs": {}, "audio": {"engine": "x"}}', "\x00"])
def test_a_damaged_record_of_speeds_costs_an_estimate_only(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pace.json"
    path.write_text(text)
    pace = Pace.read(path, "engine", 0.2)
    assert pace.audio.with_more() == 0.2
    pace.write(path, "engine")
    assert json.loads(path.read_text())["audio"] == {}


@given(st.floats(0, 1e6))
def test_a_rounded_time_is_never_far_from_the_exact_one(seconds: float) -> None:
    text = time_left.rounded(seconds)
    if text.startswith("less"):
        assert seconds < 10
        return
    _, number, unit = text.split(" ")
    shown = float(number) * {"s": 1, "min": 60, "h": 3600}[unit]
    assert abs(shown - seconds) <= max(10, 0.5 * 60 if unit == "min" else 0, 0.05 * 3600 if unit == "h" else 0) + 1e-6


# -- messages of jobs --------------------------------------------------------------------------------------------------


def test_messages_of_many_jobs_arrive_whole(tmp_path: Path) -> None:
    channel = Channel(tmp_path / "messages.jsonl")
    program = "from clm.base.progress import *\nname_job('m/f')\n" + "for n in range(200): finished_audio('r' * 99, n)"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "scripts")}
    jobs = [subprocess.Popen([sys.executable, "-c", program], env=environment) for _ in range(3)]
    assert [job.wait() for job in jobs] == [0, 0, 0]
    messages = list(channel.messages())
    assert len(messages) == 600
    assert {message["job"] for message in messages} == {"m/f"}
    assert list(channel.messages()) == []
    channel.close()
    assert not channel.path.exists()


def test_half_a_message_is_left_for_the_next_look(tmp_path: Path) -> None:
    channel = Channel(tmp_path / "messages.jsonl")
    with channel.path.open("ab", buffering=0) as file:
        file.write(b'not JSON\n{"line": "a')
        assert list(channel.messages()) == []
        file.write(b'bc"}\n')
    assert list(channel.messages()) == [{"line": "abc"}]
    channel.close()


def test_without_a_reader_progress_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().show("waiting")
    Progress().audio("talk.wav", 60, 7200)
    progress.finished_audio("talk.wav", 7200)
    assert capsys.readouterr().out == "waiting\ntalk.wav: 60 s of 2.0 h transcribed\n"


# -- the handler -------------------------------------------------------------------------------------------------------


class Screen(io.StringIO):
    """A stream that is not a terminal."""


class Bench:
    """A handler on a stream, to which records are given as Snakemake gives them."""

    def __init__(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *jobs: Job, quiet: tuple[str, ...] = ()
    ) -> None:
        self.stream = Screen()
        monkeypatch.setattr(sys, "stderr", self.stream)
        self.handler = LogHandler(SimpleNamespace(stdout=False, quiet=quiet, nocolor=True), None)
        self.jobs, self.results = list(jobs), tmp_path / "results"
        self.channel = Channel(tmp_path / "messages.jsonl")
        self.outlook = outlook(tmp_path)
        self.handler.begin(self.outlook, lambda: self.jobs, self.channel, self.results, timed=True)

    def log(self, text: str = "", level: int = logging.INFO, **about: Any) -> None:
        record = logging.LogRecord("snakemake", level, __file__, 1, text, (), None)
        record.__dict__.update(about)
        self.handler.handle(record)

    def job(self, number: int, job: Job) -> None:
        wildcards = {"model": job.model, "folder": job.folder}
        self.log(event=LogEvent.JOB_INFO, jobid=number, rule_name=job.rule, rule_msg=job.message,
                 wildcards={key: value for key, value in wildcards.items() if value}, threads=1)  # fmt: skip

    def done(self, number: int) -> None:
        self.log(f"Finished jobid: {number}", event=LogEvent.JOB_FINISHED, job_id=number)

    def fail(self, number: int, rule: str, log: Path) -> None:
        self.log("Error in rule", logging.ERROR, event=LogEvent.JOB_ERROR, rule_name=rule, rule_msg=None, jobid=number,
                 log=[str(log)])  # fmt: skip

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    made: list[Bench] = []

    def make(*jobs: Job, quiet: tuple[str, ...] = ()) -> Bench:
        made.append(Bench(tmp_path, monkeypatch, *jobs, quiet=quiet))
        return made[-1]

    yield make
    for item in made:
        item.handler.close()


def test_a_stage_is_one_line_however_many_jobs_it_has(bench: Any) -> None:
    jobs = [transcribe(folder) for folder in AUDIO] + [Job("report")]
    run = bench(*jobs)
    run.log("Building DAG of jobs...")
    run.log("Job stats", event=LogEvent.RUN_INFO, stats={})
    for number, job in enumerate(jobs[:2]):
        run.log("Select jobs to execute...")
        run.job(number, job)
        run.done(number)
        run.log("steps", event=LogEvent.PROGRESS, done=number + 1, total=3)
    assert len(run.lines) == 2
    assert run.lines[0].startswith("This run: 3 min of audio to transcribe; about ")
    assert re.fullmatch(rf"Transcribing with {MODEL}: 2 folders, 3 min of audio in \d+ s\. .+ left\.", run.lines[1])
    run.job(9, jobs[2])
    run.done(9)
    assert re.fullmatch(r"Comparing and reporting: \d+ s\.", run.lines[2])


def test_a_failed_job_is_shown_with_message_hint_and_log(bench: Any) -> None:
    run = bench(transcribe("one"))
    log = run.results / "logs" / "transcribe" / MODEL / "one.log"
    log.parent.mkdir(parents=True)
    log.write_text("0 of 1 recordings are in the store\nError: one.wav: cut off\nHint: copy it again\n")
    run.job(1, transcribe("one"))
    run.log("RuleException:\nCalledProcessError in file transcribe.smk: Command 'x' returned 1", logging.ERROR)
    run.fail(1, "transcribe", log)
    assert run.lines == [f"Failed: transcribe {MODEL}/one: one.wav: cut off", "Hint: copy it again", f"Log: {log}"]
    assert not run.outlook.stages.running


def test_a_job_that_broke_shows_the_end_of_its_log(bench: Any, tmp_path: Path) -> None:
    run = bench()
    log = tmp_path / "wer.log"
    log.write_text("begin\nTraceback (most recent call last):\n  somewhere\nValueError: odd\n")
    run.fail(1, "wer", log)
    assert run.lines[0] == "Failed: wer: ValueError: odd"
    assert "  ValueError: odd" in run.lines
    run.fail(2, "wer", tmp_path / "none.log")
    assert "it ended without a message" in run.lines[-2]


def test_a_job_that_the_user_stopped_is_no_failure_to_look_into(bench: Any, tmp_path: Path) -> None:
    run = bench()
    log = tmp_path / "wer.log"
    log.write_text("begin\nTraceback (most recent call last):\n  somewhere\nKeyboardInterrupt\n")
    run.fail(1, "wer", log)
    assert run.lines == ["Stopped: wer"]


@pytest.mark.parametrize("quiet", [(), ("progress", "rules"), ("all",)])
def test_errors_are_never_hidden(bench: Any, tmp_path: Path, quiet: tuple[str, ...]) -> None:
    run = bench(quiet=quiet)
    log = tmp_path / "wer.log"
    log.write_text("Error: no room\nHint: free some\n")
    run.fail(1, "wer", log)
    run.log("LockException: Error: Directory cannot be locked", logging.ERROR)
    assert "Hint: free some" in run.lines
    assert run.lines[-1].startswith("LockException")


def test_many_failures_end_in_one_line_that_says_where_the_others_are(bench: Any, tmp_path: Path) -> None:
    run = bench()
    for number in range(30):
        log = tmp_path / f"{number}.log"
        log.write_text(f"Error: no {number}\nHint: h\n")
        run.fail(number, "wer", log)
    assert len(run.lines) == 3 * 10 + 1
    assert "listed at the end" in run.lines[-1]


def test_quiet_leaves_warnings_and_the_word_that_nothing_is_to_do(bench: Any) -> None:
    run = bench(transcribe("one"), quiet=("progress", "rules"))
    run.log("Job stats", event=LogEvent.RUN_INFO, stats={})
    run.job(1, transcribe("one"))
    run.done(1)
    assert run.lines == []
    run.log("an input is left out", logging.WARNING)
    run.log("Nothing to be done (all requested files are present and up to date).")
    assert [line.split(" ")[0] for line in run.lines] == ["an", "Nothing"]


def test_lines_of_jobs_are_shown_and_their_audio_is_counted(bench: Any) -> None:
    run = bench(transcribe("two"))
    run.job(1, transcribe("two"))
    assert os.environ[progress.CHANNEL] == str(run.channel.path)
    progress.name_job(f"{MODEL}/two")
    Progress().show("Tuning text: references of talk")
    Progress().audio("two.wav", 60.0, 120.0)
    deadline = time.monotonic() + 10
    while not run.lines and time.monotonic() < deadline:
        time.sleep(0.05)
    run.handler.end()
    assert run.lines == ["Tuning text: references of talk"]
    assert run.outlook.stages.heard(transcribe("two")) == 60.0
    assert progress.CHANNEL not in os.environ
    assert not run.channel.path.exists()


def test_a_long_stage_has_a_line_every_minute(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clm.run.log_handler._EVERY", 0.0)
    monkeypatch.setattr("clm.run.log_handler._PART", 0.0)
    monkeypatch.setattr("clm.run.log_handler._LOOK", 0.01)
    run = bench(transcribe("two"))
    run.job(1, transcribe("two"))
    run.outlook.stages.plan([transcribe("two")])
    deadline = time.monotonic() + 10
    while not run.lines and time.monotonic() < deadline:
        time.sleep(0.05)
    assert run.lines[0].startswith(f"Transcribing with {MODEL}: 0 of 1 folder, 0 of 2 min of audio. ")
    assert run.lines[0].endswith(" left.")


def test_snakemake_finds_the_plugin_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CHECKOUT / "scripts"))
    registry = LoggerPluginRegistry()
    registry.collect_plugins()
    assert registry.get_plugin("clm").log_handler is LogHandler


def test_a_terminal_gets_a_view_that_is_gone_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(Screen, "isatty", lambda _: True, raising=False)
    monkeypatch.setenv("COLUMNS", "90")
    run = Bench(tmp_path, monkeypatch, transcribe("two"))
    run.log("Job stats", event=LogEvent.RUN_INFO, stats={})
    run.job(1, transcribe("two"))
    deadline = time.monotonic() + 10
    while "0 of 1 folder" not in run.stream.getvalue() and time.monotonic() < deadline:
        time.sleep(0.05)
    run.log("careful", logging.WARNING)
    run.done(1)
    run.handler.close()
    shown = run.stream.getvalue()
    assert "0 of 1 folder, 0 of 2 min of audio" in shown
    assert shown.index("careful") < shown.index(f"Transcribing with {MODEL}: 1 folder")
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1  # the cursor is hidden, and comes back
    assert shown.rstrip().endswith("\x1b[?25h") or "\x1b[2K" in shown[shown.rindex("left") :]
