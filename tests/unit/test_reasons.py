"""Reasons are codes in JSON and sentences at the edge; whatever another version wrote can be shown."""

import inspect
import json
from argparse import Namespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import train_clm
from clm.base import files
from clm.reasons import codes, sentences
from clm.reasons.codes import Code, Reason

VALUES = {
    str: st.text(max_size=20),
    int: st.integers(0, 10**6),
    float: st.floats(0, 10),
    "words": st.dictionaries(st.text(max_size=9), st.integers(1, 9), max_size=4),
    "heard": st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=4),
    "names": st.lists(st.text(max_size=9), min_size=1, max_size=5),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def made_by(code):
    return getattr(codes, code)


def some_arguments(code):
    """Arguments of the types that the function of a code says."""
    kinds = {"Mapping[str, int]": "words", "Mapping[str, str]": "heard", "Sequence[str]": "names"}
    parameters = inspect.signature(made_by(code)).parameters.values()
    names = {one.name: str(one.annotation).replace("collections.abc.", "") for one in parameters}
    return st.fixed_dictionaries({
        one.name: VALUES[kinds.get(names[one.name], one.annotation)] for one in parameters
    })  # fmt: skip


@pytest.mark.parametrize("code", Code)
def test_every_code_is_made_read_and_put_in_words(code):
    @given(some_arguments(code))
    def check(arguments):
        reason = made_by(code)(**arguments)
        assert reason.code == code
        assert codes.read(json.loads(json.dumps(reason.as_json()))) == reason
        text, detail, hint = sentences.describe(reason)
        assert code == Code.TOLD or not text.startswith(f"{code} (")
        assert sentences.full(reason).startswith(sentences.statement(reason))
        assert detail in sentences.statement(reason)
        assert hint in sentences.full(reason)

    check()


@pytest.mark.parametrize("code", [code for code in Code if code != Code.TOLD])
def test_the_sentence_of_a_code_takes_the_arguments_of_its_reason(code):
    parameters = [list(inspect.signature(made).parameters) for made in (made_by(code), sentences._SENTENCES[code])]
    assert parameters[0] == parameters[1]


@given(JSON, st.text(max_size=9))
def test_nothing_that_another_version_wrote_raises(value, hint):
    reason = codes.read(value, hint)
    sentences.full(reason)
    assert hash(reason) == hash(codes.read(value, hint))


@given(st.sampled_from([*Code, "eclipse"]), st.dictionaries(st.text(max_size=9), JSON, max_size=3))
def test_unknown_codes_and_arguments_are_shown_as_such(code, arguments):
    reason = codes.read({"code": str(code), "arguments": arguments})
    assert sentences.describe(reason).text


def test_an_unknown_code_names_itself_and_what_it_was_given():
    assert sentences.full(codes.read({"code": "eclipse", "arguments": {"day": 4}})) == "eclipse (day: 4)."
    assert sentences.full(Reason(Code.TWIN, {"younger": "m"})) == "twin (younger: m)."


def test_a_reason_with_semicolons_stays_one():
    reason = codes.told("no audio in it; or silence; or noise", "replace it")
    assert sentences.full(codes.read(reason.as_json()), "f: r: ") == (
        "f: r: no audio in it; or silence; or noise. Hint: replace it"
    )


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (codes.trained(1), "trained from 1 word"),
        (codes.trained(1200), "trained from 1,200 words"),
        (codes.missing_in_reference("r", 1, 1, ""), "1 word was heard that is not in the reference"),
        (codes.missing_in_transcript("r", 2, 40, 2, "end"), "2 of 40 words were not heard, up to 2 in a row (at"),
        (codes.not_verbatim(1), "1 small word such as and, so, you know was heard"),
        (codes.inputs_changed(["keywords", "tuning_data"]), "changed: keywords, tuning_data"),
    ],
)  # fmt: skip
def test_singular_and_plural(reason, text):
    assert text in sentences.statement(reason)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        (["error", "error"], Code.NO_ARTICLES),
        (["error", "found"], Code.CORPUS_INCOMPLETE),
        (["too common", "error"], Code.NO_ARTICLES),
        (["found", "nothing"], None),
    ],
)
def test_no_wikipedia_at_all_is_said_with_its_cause_and_the_ways_on(tmp_path, outcomes, code):
    rows = [
        {"keyword": f"k{n}", "status": outcome, "source": "https://w/api.php: no answer" if outcome == "error" else ""}
        for n, outcome in enumerate(outcomes)
    ]
    files.write_table(tmp_path / "status.csv", ["keyword", "status", "source"], rows)
    queries, reason = train_clm.incomplete(Namespace(statuses=[tmp_path / "status.csv"]), "auto")
    assert len(queries) == outcomes.count("error")
    assert (reason and reason.code) == code
    if reason:
        assert "https://w/api.php: no answer" in sentences.full(reason)
    if code == Code.NO_ARTICLES:
        assert all(way in sentences.full(reason) for way in ("articles/", "training_data/", "zim", "again"))
