"""When a generation is due, and which words it learns."""

import pytest

from clm.base import files
from clm.healing.plan import History, Recordings, choose_heldout, missed_words

INPUTS = {"keywords": "k1", "training_data": None, "tuning_data": None, "settings": {}}
PLAN = {"train": True, "reason": "first", "training_inputs": INPUTS, "evidence": ["audio 1", "text 1"], "words": []}


def due(history: History, inputs: dict = INPUTS, *, has_text=True, new_evidence=False) -> str:
    return history.due(inputs, has_text=has_text, new_evidence=new_evidence)


def test_first_generation_needs_text() -> None:
    assert due(History())
    assert not due(History(), has_text=False)
    assert due(History(), has_text=False, new_evidence=True)


def test_finished_generation_is_quiet_until_its_inputs_change() -> None:
    history = History((PLAN,))
    assert not due(history)
    assert "keywords" in due(history, {**INPUTS, "keywords": "k2"})
    assert due(history, new_evidence=True)


def test_unfinished_plan_goes_on_and_a_decided_one_does_not() -> None:
    assert due(History((), PLAN)) == "first"
    decided = {"plan": files.digest(PLAN), "trained": False}
    assert not due(History((), PLAN, decided))
    assert due(History((), PLAN, {**decided, "plan": "of an older plan"}))
    assert due(History((), PLAN, {**decided, "retry": True})) == "first"


def test_attempts_count_up_only_while_articles_are_missing() -> None:
    assert History().attempt == 0
    of_plan = {"plan": files.digest(PLAN)}
    assert History((), PLAN, {**of_plan, "attempt": 0, "retry": True}).attempt == 1
    assert History((), PLAN, {**of_plan, "attempt": 1, "retry": False}).attempt == 1
    assert History((), PLAN, {"plan": "another", "attempt": 1, "retry": True}).attempt == 0


def summary(**folders: dict[str, int]) -> dict:
    return {"folders": {name: {"recordings": {"audio": {"missed": missed}}} for name, missed in folders.items()}}


def test_missed_words_come_from_every_model_and_never_from_heldout_folders() -> None:
    stock = summary(one={"mitosis": 2, "the": 1}, two={"osmosis": 1})
    clm = summary(one={"mitosis": 1, "kinase": 3})
    words = missed_words([stock, clm], ["one"], lambda word: word != "the")
    assert words == [{"word": "kinase", "folders": {"one": 3}}, {"word": "mitosis", "folders": {"one": 2}}]


LEARNED = {
    **PLAN,
    "words": [{"word": "kinase", "folders": {"one": 1}}, {"word": "ligand", "folders": {"one": 1, "two": 1}}],
    "recordings": {"one": ["audio 1"], "two": ["audio 2"]},
}


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
    assert [item["word"] for item in History((LEARNED,)).words(names, audio)] == kept


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
