"""Forms that count as equal: read from a file, chosen by the alignment."""

import logging
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clm.base.errors import UserError
from clm.normalization.normalizer import create_normalizer
from clm.scoring import equivalents, error_rate

BASIC = create_normalizer("basic")


def made(tmp_path, text):
    path = tmp_path / "equivalents.txt"
    path.write_text(text, encoding="utf-8")
    return equivalents.read(path, BASIC)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("the ebitda rose", "the e b i t d a rose", "the ebitda rose"),
        ("the e b i t d a rose", "the ebitda rose", "the e b i t d a rose"),
        ("ok then", "o k then", "ok then"),
        ("ok then okay", "okay then ok", "ok then okay"),
        ("see you", "ok see you", "ok see you"),  # nothing to accept: an insertion stays one
        ("new york city is big", "new york is big", "new york city is big"),
        ("the ebitda rose", "the e b i t d rose", "the e b i t d rose"),
        ("ok", "o k", "ok"),
    ],
)
def test_forms_are_accepted_where_they_save_errors(tmp_path, reference, hypothesis, expected):
    accepted = made(tmp_path, "ebitda = e b i t d a\n# a comment\n\nOK = okay = o k\nNew York City = New York\n")
    words, used = equivalents.apply(accepted, reference.split(), hypothesis.split())
    assert " ".join(words) == expected
    assert (sum(used.values()) > 0) == (hypothesis != expected)


def test_uses_are_counted_by_form(tmp_path):
    accepted = made(tmp_path, "ok = okay = o k")
    _, used = equivalents.apply(
        accepted, ["ok", "a", "ok", "b", "ok", "c", "ok"], ["okay", "a", "o", "k", "b", "okay", "c", "ok"]
    )
    assert used == {("ok", "okay"): 2, ("ok", "o k"): 1}


def test_cycles_and_repetitions_change_nothing_and_conflicts_do_not_spread(tmp_path):
    cycle = made(tmp_path, "a = b\nb = a\na = b\n")
    assert cycle == made(tmp_path, "a = b")
    conflict = made(tmp_path, "us = u s\nus = united states\n")
    assert conflict.alternatives[("u", "s")] == {("us",)}
    words, used = equivalents.apply(conflict, ["united", "states"], ["u", "s"])
    assert (words, used) == (["u", "s"], {})


def test_forms_that_are_equal_already_are_named(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        assert made(tmp_path, "OK = ok\n").alternatives == {}
    assert "line 1" in caplog.text


@pytest.mark.parametrize(("text", "reason"), [("a = b\nno sign\n", "line 2"), ("a = ...\n", "'...'"), ("= a", "''")])
def test_bad_lines_are_refused_by_number(tmp_path, text, reason):
    with pytest.raises(UserError, match="line") as caught:
        made(tmp_path, text)
    assert reason in caught.value.message


def test_a_file_that_is_not_utf8_or_not_there_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(b"a = \xff")
    with pytest.raises(UserError, match="byte 4"):
        equivalents.read(tmp_path / "x", BASIC)
    with pytest.raises(UserError, match="not readable"):
        equivalents.read(tmp_path / "y", BASIC)


words = st.lists(st.sampled_from(["a", "b", "c", "x", "y"]), min_size=1, max_size=12)


@settings(deadline=None)
@given(words, words)
@example(["x", "c"], ["x", "y", "a", "b", "a"])  # accepting "a b" saves nothing, and would shorten what is inserted
def test_accepting_never_adds_errors_and_a_second_time_changes_nothing(reference, hypothesis):
    accepted = equivalents.Equivalents({("a", "b"): {("x",)}, ("x",): {("a", "b")}, ("c",): {("y",)}, ("y",): {("c",)}})
    after, _ = equivalents.apply(accepted, reference, hypothesis)
    before = error_rate.count(error_rate.align(reference, hypothesis)).errors
    now = error_rate.count(error_rate.align(reference, after)).errors
    assert now <= before
    again, _ = equivalents.apply(accepted, reference, after)
    assert error_rate.count(error_rate.align(reference, again)).errors == now


def test_another_text_altogether_takes_no_time(tmp_path):
    accepted = made(tmp_path, "ok = okay")
    start = time.perf_counter()
    equivalents.apply(accepted, ["ok", "a"] * 5_000, ["okay", "b"] * 5_000)
    assert time.perf_counter() - start < 10
