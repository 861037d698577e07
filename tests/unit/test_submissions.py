"""Numbers of submissions: what each transcript waits for, in this run and in later ones."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from clm import engines
from clm.base import files
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.config import load
from clm.project import record, submissions
from clm.project.dataset import Dataset
from clm.project.decide import decide
from clm.project.state import State
from clm.project.submissions import COMPREHEND, Cost
from clm.results.store import Store
from clm.types import Model, Recording, Transcript
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


def decided(results: Path, **changes: object) -> State:
    """What Snakemake decides anew at each start."""
    given = {"engine": "transcribe", "input": str(results.parent / "input"), "results": str(results)}
    settings = load({**given, "transcribe": {"bucket": "b-1"}, **changes}, CHECKOUT, CHECKOUT)
    return decide(settings, Dataset(settings, Digests(results / "cache.json"), probed=True), results)


def begun(results: Path) -> State:
    """A run that has started."""
    state = decided(results)
    record.write_requests(state)
    return state


def rounds(state: State, model: str = STOCK) -> list[int]:
    return [state.submissions.round(model, folder) for folder in ("one", "two")]


def end(results: Path, number: int, name: str) -> None:
    """A job of a submission ended."""
    files.write_json(results / "submitted" / str(number) / f"{name}.json", {})


def finish_one(state: State) -> None:
    """The first recording has its result."""
    sound = state.results.parent / "input" / "one" / "a.wav"
    recording = Recording("a", sound, files.sha256_of_file(sound))
    Store(state.results / "store", engines.create(state.settings)).put(recording, Model(STOCK), Transcript({}, 0.6))


def test_a_killed_submission_is_part_of_the_next_one(results: Path) -> None:
    first = begun(results)
    assert rounds(first) == rounds(first, CLM) == [1, 1]
    end(results, 1, "preflight")
    finish_one(first)
    # "one" has its result, but the submit job that fetched it was killed: there is one submission, not two.
    assert rounds(decided(results)) == [2, 2]


def test_a_submission_that_ended_stands_and_only_what_is_missing_is_of_the_next(results: Path) -> None:
    finish_one(begun(results))
    for name in ("preflight", STOCK):
        end(results, 1, name)
    assert rounds(decided(results)) == [1, 2]


def test_a_job_on_another_machine_numbers_like_the_run_that_sent_it(results: Path) -> None:
    sender = begun(results)
    sender.write(results)
    end(results, 1, "preflight")
    job = State.read(results)
    assert rounds(job) == rounds(sender) == [1, 1]
    assert rounds(job, CLM) == rounds(sender, CLM) == [1, 1]


def test_comprehend_counts_with_every_unknown_word_of_the_open_references(results: Path) -> None:
    words = [f"mitochondrium{number}" for number in range(60)]
    (results.parent / "input" / "one" / "a.txt").write_text(" ".join(words))
    (results.parent / "input" / "two" / "a.txt").write_text("held out " + " ".join(f"ribosome{n}" for n in range(99)))
    amazon = {
        "bucket": "b-1",
        "comprehend": True,
        "prices": {"minute": 0, "minute_with_clm": 0, "comprehend_unit": 2.0},
    }

    def found(*, forced: bool, **more: object) -> State:
        state = decided(results, evaluation={"heldout": ["two"]}, transcribe={**amazon, **more})
        return replace(state, forced=forced)

    # Sixty words of 15 or 14 letters and ", " between them are 1,008 characters: eleven units.
    assert COMPREHEND not in found(forced=False).costs  # nothing is learned from missed words
    forced = found(forced=True, max_cost=21.0)
    assert forced.costs[COMPREHEND] == Cost(dollars=22.0, most=22.0)
    assert "$22.00" in submissions.announcement(forced.settings, forced.costs, forced.coming)
    record.check_budget(found(forced=False, max_cost=21.0))
    with pytest.raises(UserError, match=r"\$22\.00"):
        record.check_budget(forced)
    assert COMPREHEND not in found(forced=True, comprehend=False).costs
    answers = {"language": "en", "words": dict.fromkeys(words, True)}
    files.write_json(results / "store" / "comprehend" / "known.json", answers)
    assert found(forced=True).costs[COMPREHEND] == Cost()
