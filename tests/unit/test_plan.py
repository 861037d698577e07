"""When a generation is due, and which words it learns."""

from dataclasses import replace
from pathlib import Path

import pytest

from clm.base import files
from clm.base.errors import PassingError, UserError
from clm.evaluation import summaries
from clm.evaluation.summaries import Summary
from clm.healing.plan import History, Recordings, choose_heldout, missed_words
from clm.reasons import codes, sentences
from clm.reasons.codes import Reason
from clm.results import models, plans, training
from clm.results.models import ModelRecord
from clm.results.plans import Attempt, MissedWord, Plan
from clm.results.training import TrainingOutcome

INPUTS = {"keywords": "k1", "training_data": None, "tuning_data": None, "settings": {}}
PLAN = Plan(train=True, reason=codes.first_text(), training_inputs=INPUTS, evidence=("audio 1", "text 1"))


def due(history: History, inputs: dict = INPUTS, *, has_text=True, new_evidence=False) -> Reason | None:
    return history.due(inputs, has_text=has_text, new_evidence=new_evidence)


def test_first_generation_needs_text() -> None:
    assert due(History())
    assert not due(History(), has_text=False)
    assert due(History(), has_text=False, new_evidence=True)


def test_finished_generation_is_quiet_until_its_inputs_change() -> None:
    history = History((PLAN,))
    assert not due(history)
    assert due(history, {**INPUTS, "keywords": "k2"}) == codes.inputs_changed(["keywords"])
    assert due(history, new_evidence=True)


def test_unfinished_plan_goes_on_and_a_decided_one_does_not() -> None:
    assert due(History((), PLAN)) == codes.first_text()
    decided = outcome(plan=PLAN.digest)
    assert not due(History((), PLAN, decided))
    assert due(History((), PLAN, replace(decided, plan="of an older plan")))
    assert due(History((), PLAN, replace(decided, retry=True))) == codes.first_text()


def outcome(**more) -> TrainingOutcome:
    return TrainingOutcome(trained=False, reason=codes.no_text(), **more)


def test_attempts_count_up_only_while_articles_are_missing() -> None:
    assert History().attempt == 0
    of_plan = PLAN.digest
    assert History((), PLAN, outcome(plan=of_plan, attempt=0, retry=True)).attempt == 1
    assert History((), PLAN, outcome(plan=of_plan, attempt=1)).attempt == 1
    assert History((), PLAN, outcome(plan="another", attempt=1, retry=True)).attempt == 0


def summary(**folders: dict[str, int]) -> Summary:
    parts = {name: {"recordings": {"audio": {"missed": missed}}} for name, missed in folders.items()}
    return summaries.from_json({"model": "m", "folders": parts})


def test_missed_words_come_from_every_model_and_never_from_heldout_folders() -> None:
    stock = summary(one={"mitosis": 2, "the": 1}, two={"osmosis": 1})
    clm = summary(one={"mitosis": 1, "kinase": 3})
    words = missed_words([stock, clm], ["one"], lambda word: word != "the")
    assert words == [MissedWord("kinase", {"one": 3}), MissedWord("mitosis", {"one": 2})]


LEARNED = replace(
    PLAN,
    words=(MissedWord("kinase", {"one": 1}), MissedWord("ligand", {"one": 1, "two": 1})),
    recordings={"one": ("audio 1",), "two": ("audio 2",)},
)


@pytest.mark.parametrize(
    ("names", "audio", "kept"),
    [
        ([], set(), ["kinase", "ligand"]),
        (["one"], {"audio 1"}, ["ligand"]),
        (["renamed"], {"audio 1"}, ["ligand"]),
        (["one", "two"], set(), []),
    ],
)
def test_learned_words_stay_unless_their_recordings_are_held_out_now(names: list, audio: set, kept: list) -> None:
    assert [item.word for item in History((LEARNED,)).words(names, audio)] == kept


def test_a_folder_that_shares_audio_with_a_held_out_one_is_closed_too() -> None:
    recordings = Recordings.of(
        {"a": [("audio 1", "text 1")], "b": [("audio 1", "text 2")], "c": [("audio 3", "text 1")]}
    )
    assert recordings.open_folders(["a"]) == ["c"]
    assert recordings.evidence(["a"]) == {"audio 3", "text 1"}


def test_words_alone_are_text_to_train_from_when_other_inputs_change() -> None:
    assert due(History((LEARNED,)), {**INPUTS, "tuning_data": "t"}, has_text=False)
    assert not due(History((PLAN,)), {**INPUTS, "tuning_data": "t"}, has_text=False)


def test_heldout_folders_are_chosen_once_and_for_all() -> None:
    names = [f"folder {number}" for number in range(300)]
    chosen = choose_heldout(names)
    assert 70 < len(chosen) < 130
    assert set(choose_heldout(names[:100])) == set(chosen) & set(names[:100])
    assert choose_heldout(names[:5]) == []


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    tried = (Attempt("clm-001", "found", 2, 900, 1, 3), Attempt("clm-002"))
    word = MissedWord("kinase", {"one": 3}, {"stock": 3}, tried, 1)
    phrases = (MissedWord("Acme Corp", {"one": 1}),)
    written = replace(LEARNED, model="clm-003", words=(word,), phrases=phrases, corpus={"source": "zim"})
    plans.write(tmp_path / "plan.json", written)
    assert plans.read(tmp_path / "plan.json") == written
    assert plans.read(tmp_path / "plan.json").digest == files.digest(files.read_json(tmp_path / "plan.json"))
    assert plans.read_if_there(tmp_path / "none.json") is None


def test_a_plan_of_version_0_1_0_is_read_and_its_outcome_still_belongs_to_it(tmp_path: Path) -> None:
    old = {
        "model": "m",
        "reason": "changed: keywords; or so",
        "learn": True,
        "train": True,
        "words": [],
        "evidence": [],
    }
    files.write_json(tmp_path / "next" / "plan.json", old)
    files.write_json(
        tmp_path / "next" / "training.json",
        {"trained": False, "reason": "it would equal m; really", "hint": "add articles", "twin": "m", "attempt": 2,
         "plan": files.digest(files.read_json(tmp_path / "next" / "plan.json"))},
    )  # fmt: skip
    history = History.read(tmp_path, [], "next")
    assert not history.pending
    assert history.attempt == 2
    assert sentences.statement(history.plan.reason) == "changed: keywords; or so"
    assert sentences.full(history.outcome.reason) == "it would equal m; really. Hint: add articles"


@pytest.mark.parametrize(
    ("error", "again"), [(UserError("no; not so", "mend it"), False), (PassingError("busy", "run again"), True)]
)
def test_an_outcome_is_read_as_it_was_written(tmp_path: Path, error: UserError, again: bool) -> None:
    written = replace(TrainingOutcome.of_error(error), model="m", attempt=3, plan="p")
    training.write(tmp_path / "training.json", written)
    assert training.read(tmp_path / "training.json") == written
    assert (written.retry, written.unfinished) == (again, again)
    assert sentences.full(written.reason) == f"{error.message}. Hint: {error.hint}"


def test_a_model_record_is_read_as_it_was_written_and_says_nothing_that_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "transcribe-clm-001" / "model.json"
    flaw = codes.forgets(3.5)
    written = ModelRecord("transcribe-clm-001", "transcribe", digest="d", recipe=2, details={"marks": [flaw.as_json()]})
    models.write_record(path, written)
    assert models.read_record(path) == written
    assert written.flaws == [flaw]
    assert not {"failed", "phrases", "made_from"} & files.read_json(path).keys()


def test_a_model_record_without_names_is_named_by_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "transcribe-clm-001" / "model.json"
    files.write_json(path, {"details": {"marks": ["It forgets; a lot."]}, "of a newer version": 1})
    found = models.read_record(path)
    assert (found.model, found.engine) == ("transcribe-clm-001", "transcribe")
    assert [sentences.statement(flaw) for flaw in found.flaws] == ["It forgets; a lot."]
