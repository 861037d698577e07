"""What an event makes run: every row of the table in docs/reruns.md, counted in the real Snakemake."""

import os
import shutil
from collections import Counter
from pathlib import Path

import train_clm
from clm import files
from runner import CHECKOUT, Workflow

STOCK, FIRST, SECOND = "pocketsphinx", "pocketsphinx-clm-001", "pocketsphinx-clm-002"

#: What a new generation makes run with two folders, whatever it was that called for it.
ONE_GENERATION = Counter(
    heal=1, keyword_corpus=1, missed_word_corpus=1, train_clm=1, transcribe=2, normalize=2, wer=2, summarize=1,
    leaderboard=1, report=1,
)  # fmt: skip


def contents(directory: Path) -> dict[str, str]:
    """Digest and age of every file below a directory."""
    return {
        str(path.relative_to(directory)): f"{files.sha256_of_file(path)} {path.stat().st_mtime_ns}"
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def models(workflow: Workflow) -> list[str]:
    """Models on the leaderboard, by rank."""
    return [row["model"] for row in files.read_table(workflow.results / "leaderboard.csv")]


def frozen(workflow: Workflow, model: str = FIRST) -> dict[str, str]:
    """State of a finished model."""
    return contents(workflow.results / "models" / model)


def store(workflow: Workflow) -> dict[str, str]:
    """State of the store of raw results."""
    return contents(workflow.results / "store")


def test_first_run_does_everything_in_one_go(fresh: Workflow) -> None:
    run = fresh.run()
    assert run.jobs == Counter(
        transcribe=4, normalize=4, wer=4, summarize=2, heal=1, keyword_corpus=1, missed_word_corpus=1, train_clm=1,
        leaderboard=1, report=1,
    )  # fmt: skip
    assert sorted(models(fresh)) == [STOCK, FIRST]
    assert "pocketsphinx-clm-001" in run.output.split("steps (100%) done")[1]  # the table at the end


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
    assert "are transcribed anew" in announced
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
    paid = ["scripts/transcribe.py", "scripts/train_clm.py", "scripts/heal.py", "scripts/clm/engines/pocketsphinx.py"]
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
    for name in ("report.py", "clm/report/figures.py", "clm/report/templates/page.css"):
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


def test_changed_keywords_make_a_new_generation(finished: Workflow) -> None:
    before = frozen(finished)
    finished.write("keywords/keywords.txt", "osmosis, power\n")
    of_a_killed_training = finished.results / "models" / SECOND / f".training-{1:020}-abc"
    of_a_killed_training.mkdir(parents=True)
    run = finished.run()
    assert not of_a_killed_training.exists()
    assert run.jobs == ONE_GENERATION
    assert {model for _, model in run.transcribed} == {SECOND}
    assert frozen(finished) == before
    assert finished.run().jobs == Counter()


def test_training_and_tuning_text_make_new_generations(finished: Workflow) -> None:
    finished.write("own.txt", "The membrane of a cell is thin.\nWelcome to the first lecture.\n")
    run = finished.run("--config", "training_data=data/own.txt")
    assert run.jobs["train_clm"] == 1
    finished.write("tuning.txt", "Good morning and welcome.\n")
    run = finished.run("--config", "training_data=data/own.txt", "tuning_data=data/tuning.txt")
    assert run.jobs["train_clm"] == 1
    assert len(models(finished)) == 4


def test_own_pronunciations_make_a_new_generation_from_the_same_text(finished: Workflow) -> None:
    before, text = frozen(finished), (finished.results / "models" / FIRST / "corpus" / "keywords.txt").read_bytes()
    finished.write("own.tsv", "osmosis\tAA S M OW S IH S\n")
    configuration = finished.write("my.yaml", "input: data/input\npocketsphinx: {pronunciations: data/own.tsv}\n")
    assert finished.run("--configfile", str(configuration)).jobs == ONE_GENERATION
    assert frozen(finished) == before
    directory = finished.results / "models" / SECOND
    assert (directory / "corpus" / "keywords.txt").read_bytes() == text
    assert "osmosis\tAA S M OW S IH S\tuser\t1\t" in (directory / "lexicon.tsv").read_text()
    assert finished.run("--configfile", str(configuration)).jobs == Counter()
    finished.write("own.tsv", "osmosis\tAA S M O\n")
    finished.run("--configfile", str(configuration))
    outcome = files.read_json(finished.results / "models" / "pocketsphinx-clm-003" / "training.json")
    assert outcome["trained"] is False
    assert "own.tsv: line 1: osmosis: unknown phone 'O'" in outcome["reason"]


def test_changed_corpus_settings_wait_for_the_next_generation(finished: Workflow) -> None:
    run = finished.run("--config", "corpus={wikipedia: {articles_per_keyword: 1}}")
    assert run.jobs == Counter()
    assert "the next generation uses them" in run.output


def test_self_heal_makes_one_generation_from_new_evidence_and_is_quiet_then(finished: Workflow) -> None:
    run = finished.run("--config", "self_heal=true")
    assert run.jobs["train_clm"] == 1
    assert SECOND in models(finished)
    assert finished.run("--config", "self_heal=true").jobs == Counter()
    finished.add("three", source=2)
    run = finished.run("--config", "self_heal=true")
    assert run.jobs["heal"] == 1
    assert finished.run("--config", "self_heal=true").jobs == Counter()


def test_forced_heal_makes_a_generation_and_names_a_twin(finished: Workflow) -> None:
    before = frozen(finished)
    run = finished.run("--forcerun", "heal")
    assert run.jobs == ONE_GENERATION
    assert {model for _, model in run.transcribed} == {SECOND}
    assert frozen(finished) == before
    kept = store(finished)
    second = frozen(finished, SECOND)
    while "would equal" not in (run := finished.run("--forcerun", "heal")).output:
        assert len(models(finished)) < 6  # each new generation may miss new words, but not for ever
    assert run.jobs["transcribe"] == 0
    assert kept.items() <= store(finished).items()
    assert frozen(finished) == before
    assert frozen(finished, SECOND) == second
    assert finished.run().jobs == Counter()


def test_forced_heal_in_a_fresh_folder_learns_keywords_and_missed_words_at_once(fresh: Workflow) -> None:
    fresh.run("--forcerun", "heal")
    plan = files.read_json(fresh.results / "models" / FIRST / "plan.json")
    assert plan["words"]
    assert fresh.run().jobs == Counter()


def test_heldout_folders_train_nothing(fresh: Workflow) -> None:
    fresh.run("--forcerun", "heal", "--config", "evaluation={heldout: [two]}")
    plan = files.read_json(fresh.results / "models" / FIRST / "plan.json")
    assert {folder for item in plan["words"] for folder in item["folders"]} == {"one"}


def test_heldout_folders_can_be_chosen_by_the_workflow(fresh: Workflow) -> None:
    for number in range(4):
        fresh.add(f"more {number}", source=2, seconds=1.0)
    fresh.run("--config", "evaluation={heldout: auto}", "keywords=null")
    chosen = (fresh.results / "config.yaml").read_text()
    assert "auto" not in chosen
    assert not fresh.run("--config", "evaluation={heldout: auto}", "keywords=null").jobs


def test_a_folder_stays_learned_from_under_another_name(fresh: Workflow) -> None:
    fresh.add("three", source=2)
    fresh.run("--forcerun", "heal")
    for name in ("one", "two"):
        (fresh.data / "input" / name).rename(fresh.data / "input" / f"new {name}")
    fresh.write("keywords/keywords.txt", "osmosis, power\n")
    fresh.run("--config", "evaluation={heldout: [new one, new two]}")
    rows = {row["model"]: row for row in files.read_table(fresh.results / "leaderboard.csv")}
    assert (rows[FIRST]["scope"], rows[FIRST]["heldout_wer"]) == ("all", "")
    assert rows[SECOND]["scope"] == "heldout"
    plan = files.read_json(fresh.results / "models" / SECOND / "plan.json")
    assert not {"one", "two"} & {folder for item in plan["words"] for folder in item["folders"]}


def test_a_forced_heal_survives_articles_that_come_later(finished: Workflow) -> None:
    articles = finished.data / "articles"
    articles.rename(finished.data / "away")
    articles.mkdir()
    assert "could not be fetched" in finished.run("--forcerun", "heal").output
    articles.rmdir()
    (finished.data / "away").rename(articles)
    run = finished.run()
    assert run.jobs["train_clm"] == 1
    assert run.jobs["heal"] == 0
    assert SECOND in models(finished)
    assert files.read_json(finished.results / "models" / SECOND / "plan.json")["words"]


def test_a_new_generation_is_run_although_the_list_of_models_lacks_it(finished: Workflow) -> None:
    chosen = ("--config", f"models=[{STOCK}]")
    finished.run("--forcerun", "heal", *chosen)
    shutil.rmtree(finished.results / "runs" / SECOND)  # as if it had been killed after training
    (finished.results / "summaries" / f"{SECOND}.json").unlink()
    (finished.results / "leaderboard.csv").unlink()
    run = finished.run(*chosen)
    assert {model for _, model in run.transcribed} == {SECOND}


def test_a_job_that_outlives_its_run_finds_the_finished_model_untouchable(finished: Workflow) -> None:
    before = {name: state for name, state in frozen(finished).items() if name != "training.json"}
    directory = finished.results / "models" / FIRST
    arguments = ["--results", finished.results, "--plan", directory / "plan.json", "--attempt", "0"]
    arguments += ["--missed-word-corpus", directory / "corpus" / "articles.txt"]
    arguments += ["--statuses", directory / "corpus" / "status.csv", "--output", directory / "training.json"]
    train_clm.main([str(argument) for argument in arguments])
    assert files.read_json(directory / "training.json")["trained"]
    assert {name: state for name, state in frozen(finished).items() if name != "training.json"} == before


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


def test_models_that_were_deleted_and_made_anew_are_run_anew(finished: Workflow) -> None:
    for name in ("models", "corpus"):
        shutil.rmtree(finished.results / name)
    finished.write("articles/Osmosis.txt", "Osmosis moves water. Every membrane knows osmosis.")
    assert {model for _, model in finished.run().transcribed} == {FIRST}


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


def test_a_chosen_list_of_models_stops_old_ones_from_costing(finished: Workflow) -> None:
    finished.add("three", source=2)
    run = finished.run("--config", f"models=[{STOCK}]")
    assert run.transcribed == {("three", STOCK)}
    rows = {row["model"]: row for row in files.read_table(finished.results / "leaderboard.csv")}
    assert rows[FIRST]["status"] == "incomplete"
    assert rows[STOCK]["status"] == "finished"
