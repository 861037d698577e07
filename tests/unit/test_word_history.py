"""What is known about a missed word from earlier generations."""

from clm.evaluation import summaries
from clm.evaluation.summaries import Summary
from clm.healing import word_history
from clm.results.plans import Attempt, MissedWord, Plan

WORDS = (MissedWord("kinase", {"one": 3}), MissedWord("ligand", {"two": 1}))


def summary(model: str, **folders: dict) -> Summary:
    parts = {name: {"recordings": {"a": counts}} for name, counts in folders.items()}
    return summaries.from_json({"model": model, "folders": parts})


STOCK = summary("stock", one={"missed": {"kinase": 3}, "fixed": {}}, two={"missed": {"ligand": 1}, "fixed": {}},
                held={"missed": {"kinase": 9}, "fixed": {}})  # fmt: skip
FIRST = summary("clm-001", one={"missed": {"kinase": 1}, "fixed": {"kinase": 2}},
                two={"missed": {}, "fixed": {"ligand": 1}}, held={"missed": {}, "fixed": {"kinase": 9}})  # fmt: skip
PLANS = {"clm-001": Plan(words=WORDS)}
STATUSES = {"clm-001": {"kinase": {"status": "found", "articles": "2", "words": "900"}}}


def test_a_word_tells_who_missed_it_what_was_tried_and_what_that_brought():
    kinase, ligand = word_history.trace(WORDS, [STOCK, FIRST], PLANS, STATUSES, ["one", "two"])

    assert kinase.folders == {"one": 3}
    assert kinase.missed == {"stock": 3, "clm-001": 1}
    assert kinase.tried == (Attempt("clm-001", "found", articles=2, words=900, fixed=2, of=3),)
    assert kinase.depth == 1
    assert ligand.depth == 0
    assert ligand.tried[0].fixed == 1
    assert word_history.still_missed(Plan(words=(kinase, ligand))) == {"kinase"}


def test_a_new_word_has_no_past():
    [item] = word_history.trace(WORDS[:1], [STOCK], {}, {}, ["one", "two"])

    assert (item.tried, item.depth) == ((), 0)


def test_a_generation_that_was_never_judged_says_nothing():
    [item] = word_history.trace(WORDS[:1], [STOCK], PLANS, STATUSES, ["one"])

    assert item.tried[0].fixed is None
    assert item.depth == 0
