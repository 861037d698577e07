"""When a new generation is made, what it learns from, and that finished ones stay as they are."""

import shutil
from collections import Counter

import pytest

import train_clm
from clm.base import files
from clm.reasons.sentences import statement
from clm.results import training
from runner import Workflow
from states import FIRST, ONE_GENERATION, SECOND, STOCK, frozen, models, store


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


@pytest.mark.long
def test_own_pronunciations_make_a_new_generation_from_the_same_text(finished: Workflow) -> None:
    before, text = frozen(finished), (finished.results / "models" / FIRST / "corpus" / "keywords.txt").read_bytes()
    finished.write("own.tsv", "osmosis\tAA S M OW S IH S\n")
    configuration = finished.write(
        "my.yaml", "input: data/input\nevaluation: {control: false}\npocketsphinx: {pronunciations: data/own.tsv}\n"
    )
    assert finished.run("--configfile", str(configuration)).jobs == ONE_GENERATION
    assert frozen(finished) == before
    directory = finished.results / "models" / SECOND
    assert (directory / "corpus" / "keywords.txt").read_bytes() == text
    assert "osmosis\tAA S M OW S IH S\tuser\t1\t" in (directory / "lexicon.tsv").read_text()
    assert finished.run("--configfile", str(configuration)).jobs == Counter()
    finished.write("own.tsv", "osmosis\tAA S M O\n")
    finished.run("--configfile", str(configuration))
    outcome = training.read(finished.results / "models" / "pocketsphinx-clm-003" / "training.json")
    assert not outcome.trained
    assert "own.tsv: line 1: osmosis: unknown phone 'O'" in statement(outcome.reason)


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


@pytest.mark.long
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
    assert "heldout: auto" not in chosen
    assert not fresh.run("--config", "evaluation={heldout: auto}", "keywords=null").jobs


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
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
    arguments = ["--settings", finished.results / "config.json", "--index", finished.results / "inputs.json"]
    arguments += ["--plan", directory / "plan.json", "--attempt", "0"]
    arguments += ["--summary", finished.results / "summaries" / "pocketsphinx.json"]
    arguments += ["--missed-word-corpus", directory / "corpus" / "articles.txt"]
    arguments += ["--statuses", directory / "corpus" / "status.csv", "--output", directory / "training.json"]
    train_clm.main([str(argument) for argument in arguments])
    assert files.read_json(directory / "training.json")["trained"]
    assert {name: state for name, state in frozen(finished).items() if name != "training.json"} == before


def test_models_that_were_deleted_and_made_anew_are_run_anew(finished: Workflow) -> None:
    for name in ("models", "corpus"):
        shutil.rmtree(finished.results / name)
    finished.write("articles/Osmosis.txt", "Osmosis moves water. Every membrane knows osmosis.")
    assert {model for _, model in finished.run().transcribed} == {FIRST}


def test_a_chosen_list_of_models_stops_old_ones_from_costing(finished: Workflow) -> None:
    finished.add("three", source=2)
    run = finished.run("--config", f"models=[{STOCK}]")
    assert run.transcribed == {("three", STOCK)}
    rows = {row["model"]: row for row in files.read_table(finished.results / "leaderboard.csv")}
    assert rows[FIRST]["status"] == "incomplete"
    assert rows[STOCK]["status"] == "finished"
