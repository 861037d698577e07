"""What stands in the terminal during and after a run."""

import csv
import re

from runner import Workflow

STOCK, FIRST = "pocketsphinx", "pocketsphinx-clm-001"


def test_a_run_shows_its_stages_and_its_log_the_jobs(fresh: Workflow) -> None:
    run = fresh.run()
    lines = run.output.splitlines()
    assert len(lines) <= 60
    assert not re.search(r"^(Job \d+: |Select jobs|\d+ of \d+ steps|Finished jobid)", run.output, re.MULTILINE)
    (opening,) = (line for line in lines if line.startswith("This run: "))
    assert re.search(
        r"\d+ s of audio to transcribe, up to \d models? to make; .+ with \d+ cores? \(estimated\)", opening
    )
    for title in (f"Transcribing with {STOCK}", f"Training {FIRST}", f"Transcribing with {FIRST}"):
        assert len([line for line in lines if re.match(rf"{title}: .*\d", line)]) >= 1, title
    assert f"Transcribing with {FIRST}: 2 folders, " in run.output
    assert run.output.index("Comparing and reporting: ") < run.output.index("#  model")
    assert "Complete log(s): " in run.output
    assert run.log.count("Transcribing ") >= 4
    assert not list((fresh.directory / ".snakemake").glob("clm-progress-*"))


def test_nothing_to_do_shows_the_leaderboard(finished: Workflow) -> None:
    run = finished.run()
    assert "Nothing to be done" in run.output
    assert FIRST in run.output.partition("Nothing to be done")[2]
    dry = finished.run("-n")
    assert "#  model" not in dry.output
    assert "This run:" not in dry.output
    quiet = finished.run("--quiet")
    assert FIRST in quiet.output


def test_snakemakes_options_bring_its_lines_back(finished: Workflow) -> None:
    finished.add("three", source=2)
    run = finished.run("--printshellcmds")
    assert re.search(r"^Job \d+: Transcribing three with ", run.output, re.MULTILINE)
    assert "steps (100%) done" in run.output
    assert "#  model" in run.output
    again = finished.run("--printshellcmds")
    assert FIRST in again.output.partition("Nothing to be done")[2]


def test_a_dry_run_says_how_long_the_run_would_take(finished: Workflow) -> None:
    finished.add("three", source=2, seconds=4.0)
    run = finished.run("-n")
    assert run.jobs["transcribe"] == 2
    assert re.search(r"^This run: 8 s of audio to transcribe; .+ \(at the speed of earlier runs here\)\.$", run.output,
                     re.MULTILINE)  # fmt: skip


def test_quiet_shows_the_result_without_stages(finished: Workflow) -> None:
    finished.add("three", source=2)
    run = finished.run("--quiet")
    assert "Transcribing" not in run.output
    assert "#  model" in run.output
    with (finished.results / "runs.csv").open() as file:
        assert "three" in {row["folder"] for row in csv.DictReader(file)}
