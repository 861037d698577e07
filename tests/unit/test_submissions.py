"""Numbers of submissions: what each transcript waits for, in this run and in later ones."""

import random
from pathlib import Path

import pytest
from clm.project.project import Project

from clm.base import files
from clm.base.errors import UserError
from clm.config import load
from clm.project import state
from clm.project.state import Decided
from clm.project.submissions import COMPREHEND, Cost
from clm.results.store import Store
from clm.types import Model, Transcript
from cloud import write_noise
from runner import CHECKOUT

STOCK, CLM = "transcribe", "transcribe-clm-001"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for number, folder in enumerate(("one", "two")):
        (tmp_path / "input" / folder).mkdir(parents=True)
        write_noise(tmp_path / "input" / folder / "a.wav", random.Random(number), 0.6)
        (tmp_path / "input" / folder / "a.txt").write_text("word")
    files.write_text(tmp_path / "keywords" / "keywords.txt", "word")
    return tmp_path / "results"


def project(results: Path) -> Project:
    """What Snakemake makes anew at each start."""
    changes = {"engine": "transcribe", "input": str(results.parent / "input"), "results": str(results)}
    return Project(load({**changes, "transcribe": {"bucket": "b-1"}}, CHECKOUT, CHECKOUT), results / "cache.json")


def rounds(found: Project | Decided, model: str = STOCK) -> list[int]:
    return [found.submissions.round(model, folder) for folder in ("one", "two")]


def end(results: Path, number: int, name: str) -> None:
    """A job of a submission ended."""
    files.write_json(results / "submitted" / str(number) / f"{name}.json", {})


def test_a_killed_submission_is_part_of_the_next_one(results: Path) -> None:
    first = project(results)
    assert rounds(first) == rounds(first, CLM) == [1, 1]
    first.submissions.record(forced=False)
    end(results, 1, "preflight")
    [one, _] = first.submissions.missing[STOCK]
    Store(results / "store", first.engine).put(one, Model(STOCK), Transcript({}, 0.6))
    # "one" has its result, but the submit job that fetched it was killed: there is one submission, not two.
    assert rounds(project(results)) == [2, 2]


def test_a_submission_that_ended_stands_and_only_what_is_missing_is_of_the_next(results: Path) -> None:
    first = project(results)
    first.submissions.record(forced=False)
    [one, _] = first.submissions.missing[STOCK]
    Store(results / "store", first.engine).put(one, Model(STOCK), Transcript({}, 0.6))
    for name in ("preflight", STOCK):
        end(results, 1, name)
    assert rounds(project(results)) == [1, 2]


def test_a_job_on_another_machine_numbers_like_the_run_that_sent_it(results: Path) -> None:
    sender = project(results)
    sender.submissions.record(forced=False)
    state.write(sender, forced=False)
    end(results, 1, "preflight")
    job = Decided(results)
    assert rounds(job) == rounds(sender) == [1, 1]
    assert rounds(job, CLM) == rounds(sender, CLM) == [1, 1]


def test_comprehend_counts_with_every_unknown_word_of_the_open_references(results: Path) -> None:
    words = [f"mitochondrium{number}" for number in range(60)]
    (results.parent / "input" / "one" / "a.txt").write_text(" ".join(words))
    (results.parent / "input" / "two" / "a.txt").write_text("held out " + " ".join(f"ribosome{n}" for n in range(99)))
    changes = {"engine": "transcribe", "input": str(results.parent / "input"), "results": str(results)}
    changes["evaluation"] = {"heldout": ["two"]}
    amazon = {
        "bucket": "b-1",
        "comprehend": True,
        "prices": {"minute": 0, "minute_with_clm": 0, "comprehend_unit": 2.0},
    }

    def found(**more: object) -> Project:
        config = load({**changes, "transcribe": {**amazon, **more}}, CHECKOUT, CHECKOUT)
        return Project(config, results / "cache.json")

    # Sixty words of 15 or 14 letters and ", " between them are 1,008 characters: eleven units.
    submissions = found(max_cost=21.0).submissions
    assert COMPREHEND not in submissions.costs(forced=False)  # nothing is learned from missed words
    assert submissions.costs(forced=True)[COMPREHEND] == Cost(dollars=22.0)
    assert "$22.00" in submissions.announce(forced=True)
    submissions.check_budget(forced=False)
    with pytest.raises(UserError, match=r"\$22\.00"):
        submissions.check_budget(forced=True)
    assert COMPREHEND not in found(comprehend=False).submissions.costs(forced=True)
    answers = {"language": "en", "words": dict.fromkeys(words, True)}
    files.write_json(results / "store" / "comprehend" / "known.json", answers)
    assert found().submissions.costs(forced=True)[COMPREHEND] == Cost()
