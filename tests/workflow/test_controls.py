"""Controls in a run: made for every generation, reused, frozen, and never in the way of the other models."""

import shutil
from collections import Counter

import pytest

from clm.base import files
from clm.results import models
from runner import Workflow
from states import FIRST, SECOND, STOCK, frozen, store
from team import FIRST as AMAZON_CLM
from team import Team

CONTROL = "pocketsphinx-control-001"
#: What a control for an existing generation makes run with two folders.
ONE_CONTROL = Counter(train_control=1, transcribe=2, normalize=2, wer=2, summarize=1, leaderboard=1, report=1)


def board(workflow: Workflow) -> dict[str, dict[str, str]]:
    return {row["model"]: row for row in files.read_table(workflow.results / "leaderboard.csv")}


def test_a_finished_folder_gains_a_control_that_is_frozen_reused_and_decoded_at_no_cost(finished: Workflow) -> None:
    before, kept = frozen(finished), store(finished)
    finished.control = "auto"
    preview = finished.run("-n")
    assert "train_control" in preview.output
    assert not (finished.results / "models" / CONTROL).exists()
    run = finished.run()
    assert run.jobs == ONE_CONTROL, run.output
    assert run.transcribed == {("one", CONTROL), ("two", CONTROL)}
    assert frozen(finished) == before
    assert kept.items() <= store(finished).items()
    rows, record = board(finished), models.read_record(finished.results / "models" / CONTROL / "model.json")
    assert (rows[CONTROL]["verdict"], rows[CONTROL]["rank"], rows[FIRST]["control"]) == ("control", "", CONTROL)
    assert rows[CONTROL]["corpus_words"] == rows[FIRST]["corpus_words"] == str(record.corpus_words)
    if record.equals_stock:
        assert store(finished).keys() == kept.keys()
        assert rows[CONTROL]["wer"] == rows[STOCK]["wer"]
    assert finished.run().jobs == Counter()


@pytest.mark.long
def test_a_control_is_reused_run_on_new_folders_and_teaches_nothing(finished: Workflow) -> None:
    finished.control = "auto"
    finished.run()
    untouched = frozen(finished, CONTROL)
    finished.write("own.txt", "The membrane of a cell is thin.\n")
    own = ("--config", "training_data=data/own.txt")
    run = finished.run(*own)
    assert (run.jobs["train_clm"], run.jobs["train_control"]) == (1, 0)
    rows = board(finished)
    assert int(rows[FIRST]["corpus_words"]) < int(rows[SECOND]["corpus_words"])
    assert (rows[FIRST]["control"], rows[SECOND]["control"]) == (CONTROL, CONTROL)
    finished.add("three", source=2)
    assert finished.run(*own).transcribed == {("three", name) for name in (STOCK, FIRST, SECOND, CONTROL)}
    shutil.rmtree(finished.results / "runs" / CONTROL)  # as if it had been killed after training
    (finished.results / "summaries" / f"{CONTROL}.json").unlink()
    (finished.results / "leaderboard.csv").unlink()
    assert {model for _, model in finished.run(*own).transcribed} == {CONTROL}
    assert frozen(finished, CONTROL) == untouched
    finished.run("--forcerun", "heal", *own)
    plan = files.read_json(finished.results / "models" / "pocketsphinx-clm-003" / "plan.json")
    assert {model for word in plan["words"] for model in word["missed"]} <= {STOCK, FIRST, SECOND}


@pytest.mark.long
def test_a_new_generation_of_another_size_gets_a_control_of_its_own(fresh: Workflow) -> None:
    fresh.control = "auto"
    assert fresh.run().jobs["train_control"] == 1
    fresh.write("own.txt", "The membrane of a cell is thin, and water moves through it.\n" * 30)
    run = fresh.run("--config", "training_data=data/own.txt")
    assert (run.jobs["train_clm"], run.jobs["train_control"]) == (1, 1)
    rows = board(fresh)
    assert [rows[name]["control"] for name in (FIRST, SECOND)] == [CONTROL, "pocketsphinx-control-002"]
    assert fresh.run("--config", "training_data=data/own.txt").jobs == Counter()


@pytest.mark.long
def test_text_that_is_too_short_for_a_control_stops_nothing_and_is_said_once(fresh: Workflow) -> None:
    fresh.control = "true, control_text: data/unrelated.txt"
    fresh.write("unrelated.txt", "It rains.\n")
    run = fresh.run()
    assert run.jobs["train_control"] == 1
    assert "No control: evaluation.control_text has fewer than half of the" in " ".join(run.output.split())
    assert board(fresh)[FIRST]["control"] == ""
    assert CONTROL not in board(fresh)
    assert fresh.run().jobs == Counter()
    fresh.write("unrelated.txt", "It rains in the city, and the people walk home under their umbrellas.\n" * 9)
    assert fresh.run().jobs["train_control"] == 1
    assert board(fresh)[FIRST]["control"] == CONTROL
    text = (fresh.results / "models" / CONTROL / "corpus" / "control.txt").read_text()
    assert len(text.split()) == int(board(fresh)[FIRST]["corpus_words"])


@pytest.mark.long
def test_a_control_at_amazon_is_asked_for_counted_and_no_longer_paid_when_it_is_not(team: Team) -> None:
    name, asked = "transcribe-control-001", {"top": {"evaluation": {"control": True}}}
    assert name not in team.estimate()
    assert name in team.estimate(**asked)
    team.go()
    assert name not in team.board()
    assert "more than the $0.00 allowed" in team.go(status=1, max_cost=0, **asked).output
    starts = team.starts
    run = team.go(**asked)
    assert (run.jobs["train_clm"], run.jobs["train_control"]) == (0, 1)
    assert team.starts == starts + 2
    rows = team.board()
    assert (rows[name]["verdict"], rows[AMAZON_CLM]["control"], rows[name]["rank"]) == ("control", name, "")
    assert len(team.service.models.all) == 2
    assert team.go(**asked).jobs == Counter()
    team.add("three", source=2)
    team.go()
    assert team.starts == starts + 2 + 2  # the new folder, with the stock model and the CLM
    assert team.board()[name]["status"] == "incomplete"
    team.go(**asked)
    assert team.starts == starts + 2 + 3
