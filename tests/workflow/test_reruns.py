"""What an event makes run: every row of the table in docs/reruns.md, counted in the real Snakemake."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from clm.base import files
from runner import CHECKOUT, Workflow
from states import FIRST, STOCK, frozen, models, store


@pytest.mark.usefixtures("real_stock")
def test_first_run_does_everything_in_one_go(fresh: Workflow) -> None:
    run = fresh.run()
    assert run.jobs == Counter(
        transcribe=4, normalize=4, wer=4, summarize=2, heal=1, keyword_corpus=1, missed_word_corpus=1, train_clm=1,
        leaderboard=1, report=1,
    )  # fmt: skip
    assert sorted(models(fresh)) == [STOCK, FIRST]
    assert "pocketsphinx-clm-001" in run.end  # the table at the end


def test_plain_rerun_does_nothing(finished: Workflow) -> None:
    run = finished.run()
    assert run.jobs == Counter()
    assert "Nothing to be done" in run.output


def test_new_folder_runs_its_own_chain_for_every_model(finished: Workflow) -> None:
    before = frozen(finished)
    finished.add("three", source=2)
    run = finished.run()
    assert run.jobs == Counter(transcribe=2, normalize=2, wer=2, summarize=2, leaderboard=1, report=1)
    assert run.transcribed == {("three", STOCK), ("three", FIRST)}
    assert frozen(finished) == before
    assert finished.run().jobs == Counter()


def test_new_clip_in_a_folder_is_the_only_one_decoded(finished: Workflow) -> None:
    before = store(finished)
    spare = finished.add("spare", source=3)
    for path in list(spare.iterdir()):
        path.rename(finished.data / "input" / "one" / f"second{path.suffix}")
    spare.rmdir()
    (finished.data / "input" / "one" / "transcript.txt").rename(finished.data / "input" / "one" / "audio.txt")
    run = finished.run()
    assert run.jobs["transcribe"] == 2
    after = store(finished)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2  # the new clip, with two models


def test_corrected_transcript_is_scored_again_and_never_transcribed(finished: Workflow) -> None:
    (finished.data / "input" / "one" / "transcript.txt").write_text("Good evening.")
    assert finished.run().jobs == Counter(normalize=2, wer=2, summarize=2, leaderboard=1, report=1)


def test_replaced_audio_counts_by_content_even_if_it_is_older(finished: Workflow) -> None:
    audio = finished.data / "input" / "one" / "audio.wav"
    status = audio.stat()
    shutil.copy(finished.data / "input" / "two" / "audio.wav", audio)
    os.utime(audio, ns=(status.st_atime_ns, status.st_mtime_ns - 10**12))
    run = finished.run()
    assert run.jobs == Counter(transcribe=2, normalize=2, wer=2, summarize=2, leaderboard=1, report=1)
    assert {folder for folder, _ in run.transcribed} == {"one"}


def test_touched_files_are_the_same_files(finished: Workflow) -> None:
    for path in (finished.data / "input").rglob("*.*"):
        path.touch()
    assert finished.run().jobs == Counter()


def test_evaluation_settings_change_the_comparison_only(finished: Workflow) -> None:
    run = finished.run("--config", "evaluation={confidence: 0.9}")
    assert run.jobs == Counter(leaderboard=1, report=1)
    assert "cell-biology" not in (finished.results / "config.yaml").read_text()  # the demo's own folders


def test_decoder_settings_transcribe_anew_and_say_the_price(finished: Workflow) -> None:
    before = frozen(finished)
    run = finished.run("--config", "pocketsphinx={decoder: {lw: 7.5}}")
    assert run.jobs == Counter(transcribe=4, normalize=4, wer=4, summarize=2, leaderboard=1, report=1)
    announced, _ = run.output.split("Building DAG of jobs")
    assert "are transcribed again" in announced
    assert "$0.00" in announced
    assert frozen(finished) == before


def checkout_copy(workflow: Workflow, directory: Path) -> Path:
    """A checkout that a test may edit, with which the workflow has been run."""
    for name in ("Snakefile", "rules", "scripts", "config", "profiles", "environment.yml"):
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, directory / name)
    workflow.checkout = directory
    assert workflow.run().jobs == Counter()
    return directory


def test_edited_code_never_transcribes_or_trains(finished: Workflow, tmp_path_factory) -> None:
    checkout = checkout_copy(finished, tmp_path_factory.mktemp("checkout"))
    paid = [
        "scripts/transcribe.py",
        "scripts/train_clm.py",
        "scripts/heal.py",
        "scripts/clm/engines/pocketsphinx/sphinx_engine.py",
    ]
    for name in [*paid, "rules/transcribe.smk", "rules/train.smk", "rules/corpus.smk"]:
        with (checkout / name).open("a") as file:
            file.write("\n# a comment\n")
    assert finished.run().jobs == Counter()
    with (checkout / "scripts" / "wer.py").open("a") as file:
        file.write("# a comment\n")
    assert finished.run("-n").status == 0
    # Clocks that differ, and copies without ages: the results look newer than what is known of the code.
    os.utime(finished.results / "inputs" / "programs" / "wer.json", (0, 0))
    assert finished.run().jobs == Counter(wer=4, summarize=2, leaderboard=1, report=1)
    for name in ("report.py", "clm/report/figures/charts.py", "clm/report/templates/page.css"):
        with (checkout / "scripts" / name).open("a") as file:
            file.write("\n")
        assert finished.run().jobs == Counter(report=1)


def test_a_transcript_that_was_deleted_comes_back_from_the_store(finished: Workflow) -> None:
    before = store(finished)
    (finished.results / "runs" / "pocketsphinx" / "one" / "transcript.json").unlink()
    finished.add("three", source=2)
    run = finished.run()
    assert run.jobs["transcribe"] == 3
    assert {name: age for name, age in store(finished).items() if name in before} == before
    assert (finished.results / "runs" / "pocketsphinx" / "one" / "transcript.json").exists()


def test_removed_folder_leaves_the_aggregates_and_comes_back_free(finished: Workflow, tmp_path: Path) -> None:
    finished.add("three", source=2)
    finished.run()
    before = store(finished)
    (finished.data / "input" / "three").rename(tmp_path / "away")
    assert finished.run().jobs == Counter(summarize=2, leaderboard=1, report=1)
    (tmp_path / "away").rename(finished.data / "input" / "three")
    run = finished.run()
    assert run.jobs == Counter(summarize=2, leaderboard=1, report=1)
    assert store(finished) == before


def test_stale_transcripts_of_a_model_that_is_not_run_do_not_count(finished: Workflow) -> None:
    shutil.copy(finished.data / "input" / "two" / "audio.wav", finished.data / "input" / "one" / "audio.wav")
    finished.run("--config", f"models=[{STOCK}]")
    rows = {row["model"]: row for row in files.read_table(finished.results / "leaderboard.csv")}
    assert rows[FIRST]["status"] == "incomplete"


def test_forcing_everything_decodes_and_trains_nothing(finished: Workflow) -> None:
    kept, model = store(finished), frozen(finished)
    run = finished.run("-F")
    assert run.jobs["transcribe"] == 4
    assert store(finished) == kept
    assert frozen(finished) == model


def test_lost_snakemake_metadata_and_transcripts_cost_nothing(finished: Workflow) -> None:
    kept = store(finished)
    shutil.rmtree(finished.directory / ".snakemake")
    for name in ("runs", "summaries"):
        shutil.rmtree(finished.results / name)
    (finished.results / "leaderboard.csv").unlink()
    assert finished.run().jobs["transcribe"] == 4
    assert store(finished) == kept
    shutil.rmtree(finished.directory / ".snakemake")
    (finished.data / "input" / "one" / "transcript.txt").write_text("Good evening.")
    assert finished.run().jobs == Counter(normalize=2, wer=2, summarize=2, leaderboard=1, report=1)


def test_repeat_transcribes_a_folder_once_more_per_request(finished: Workflow) -> None:
    before = store(finished)
    assert finished.run("-n", "--config", "repeat=one").jobs["transcribe"] == 2
    run = finished.run("--config", "repeat=one")
    assert {folder for folder, _ in run.transcribed} == {"one"}
    results = {name for name in set(store(finished)) - set(before) if not name.startswith("attempts")}
    assert len(results) == 2
    assert finished.run().jobs == Counter()
    kept = store(finished)
    for path in (finished.results / "runs").glob("*/one/transcript.json"):
        path.unlink()  # as if this repetition had been killed before its end: asking again goes on with it
    finished.run("--config", "repeat=one")
    assert {name for name in store(finished) if not name.startswith("attempts")} == {
        name for name in kept if not name.startswith("attempts")
    }
