"""Controls: which one serves a generation, when one is due, and what it does to the verdict."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.evaluation import comparisons, leaderboard, verdict_text
from clm.evaluation.comparison import Evaluation
from clm.reasons import codes
from clm.results import controls, models
from clm.results.controls import Procedure
from clm.results.models import ModelRecord
from summary_data import EVALUATION, FOLDERS, parsed, result, summary

CLM, CONTROL = "pocketsphinx-clm-001", "pocketsphinx-control-001"
MADE = Procedure(1000, "settings", 6)


def judged(*summaries):
    """Leaderboard by model, comparisons, and the sentences of the terminal."""
    evaluation = Evaluation([*map(parsed, summaries)], FOLDERS, "pocketsphinx", EVALUATION)
    rows = leaderboard.tables(evaluation).rows
    compared = leaderboard.comparisons(evaluation)
    return {row["model"]: row for row in rows}, compared, " ".join(verdict_text.sentences(rows, compared))


def stock(errors=30):
    return summary("pocketsphinx", errors=errors)


def clm(errors=10, name=CLM, procedure=MADE, **more):
    return summary(name, errors=errors, **{"procedure": procedure, "corpus_words": procedure.words, **more})


def control(errors=30, name=CONTROL, procedure=MADE):
    return summary(name, errors=errors, procedure=procedure, corpus_words=procedure.words)


# -- which control serves ----------------------------------------------------------------------------------------------

WORDS = st.integers(1, 10**6)


@given(st.lists(WORDS, max_size=6))
def test_what_is_due_serves_every_generation_and_nothing_is_due_then(sizes):
    generations = [Procedure(words, "s", 6) for words in sizes]
    due = controls.due(generations, {}, (), "pocketsphinx")
    for generation in generations:
        assert controls.about_equal(generation.words, due[controls.choose(generation, due)].words)
    assert controls.due(generations, due, due, "pocketsphinx") == {}


@given(st.lists(WORDS, min_size=1, max_size=6), WORDS, WORDS)
def test_a_newer_control_never_takes_the_place_of_an_older_one(sizes, words, newer):
    made = {
        models.generation("x", number, models.CONTROL): Procedure(size, "s", 6) for number, size in enumerate(sizes, 1)
    }
    wanted = Procedure(words, "s", 6)
    chosen = controls.choose(wanted, made)
    later = {**made, models.generation("x", len(made) + 1, models.CONTROL): Procedure(newer, "s", 6)}
    assert not chosen or controls.choose(wanted, later) == chosen


def test_other_settings_need_another_control_and_an_older_recipe_does_not():
    made = {CONTROL: MADE}
    assert controls.choose(Procedure(1000, "other", 6), made) == ""
    assert controls.choose(Procedure(1000, "settings", 4), made) == CONTROL
    assert controls.choose(Procedure(1000, "settings", 7), made) == ""


def test_a_number_that_a_failed_control_has_is_not_given_again():
    assert list(controls.due([MADE], {}, [CONTROL], "pocketsphinx")) == ["pocketsphinx-control-002"]


def test_results_of_a_model_that_equals_the_stock_model_are_those_of_the_stock_model(tmp_path: Path):
    record = ModelRecord(CONTROL, digest="abc", equals_stock=True)
    models.write_record(tmp_path / CONTROL / "model.json", record)
    model = models.load(tmp_path, CONTROL, "pocketsphinx")
    assert model.directory is None
    assert model.digest == models.load(tmp_path, "pocketsphinx", "pocketsphinx").digest
    assert model == models.of_files(CONTROL, [tmp_path / CONTROL / "model.json"])
    models.write_record(tmp_path / CONTROL / "model.json", ModelRecord(CONTROL, digest="abc"))
    assert models.load(tmp_path, CONTROL, "pocketsphinx").digest == "abc"


# -- the verdict -------------------------------------------------------------------------------------------------------


def test_a_model_that_is_better_than_both_is_better_and_the_sentence_has_both_figures():
    rows, compared, said = judged(stock(), clm(), control(errors=28))
    row = rows[CLM]
    assert (row["verdict"], row["champion"], row["rank"]) == ("better", "yes", "1")
    assert (row["control"], row["control_wer"], row["text_change"]) == (CONTROL, "0.305000", "-0.590164")
    assert 0 < float(row["text_p_value"]) < 0.05
    assert compared.with_control(CLM).model == CONTROL
    assert "62% fewer errors than pocketsphinx" in said
    assert f"59% fewer errors than {CONTROL}, made the same way from unrelated text" in said
    assert "not been separated" not in said


def test_a_model_that_its_control_equals_is_not_better_and_the_reason_is_said():
    rows, compared, said = judged(stock(), clm(), control(errors=10))
    assert (rows[CLM]["verdict"], rows[CLM]["champion"], rows["pocketsphinx"]["champion"]) == ("not proven", "", "yes")
    assert compared.with_baseline(CLM).why == codes.control_does_as_well(CONTROL)
    assert "a model made the same way from unrelated text does as well" in said
    assert float(rows[CLM]["p_value"]) < 0.05


def test_a_control_has_no_rank_is_no_champion_and_is_never_better():
    rows, compared, said = judged(stock(), control(errors=5))
    row = rows[CONTROL]
    assert (row["rank"], row["champion"], row["verdict"], row["status"]) == ("", "", "control", "finished")
    assert (row["wer_change"], row["control"]) != ("", "")
    assert rows["pocketsphinx"]["rank"] == "1"
    assert compared.models[CONTROL].champion is None
    assert said == "pocketsphinx has a WER of 0.325; no other model is complete yet."


def test_without_a_control_the_cells_are_empty_and_the_sentence_says_what_was_not_done():
    rows, _, said = judged(stock(), clm())
    assert rows[CLM]["verdict"] == "better"
    assert {rows[CLM][key] for key in ("control", "control_wer", "text_change", "text_p_value")} == {""}
    assert "the gain has not been separated from the procedure" in said


def test_an_incomplete_control_does_not_count():
    part = control(errors=10)
    del part["folders"]["f0"]
    rows, _, said = judged(stock(), clm(), part)
    assert (rows[CLM]["verdict"], rows[CLM]["control"], rows[CONTROL]["verdict"]) == ("better", "", "")
    assert "not been separated" in said


@pytest.mark.parametrize("words", [1, 199, 200])
def test_a_text_of_few_words_proves_nothing(words):
    made = Procedure(words, "settings", 6)
    rows, compared, said = judged(stock(), clm(procedure=made), control(procedure=made))
    enough = words >= 200
    assert (rows[CLM]["verdict"] == "better", rows[CLM]["champion"] == "yes") == (enough, enough)
    why = compared.with_baseline(CLM).why
    assert why == (None if enough else codes.few_words(words, 200))
    assert ("prove nothing" in said) != enough


@pytest.mark.parametrize("where", [("f0", "f1"), ("f0", "f1", "f2", "f3")])
def test_a_model_that_breaks_as_many_words_as_it_fixes_is_never_better(where):
    model = clm()
    for folder in where:
        for recording in model["folders"][folder]["recordings"].values():
            recording["broken"] = {"z": 2}
    rows, compared, _ = judged(stock(), model, control())
    assert (rows[CLM]["verdict"], rows[CLM]["champion"]) == ("not proven", "")
    fixed = 2 * 6 * 2  # within its scope, the held-out folders
    assert compared.with_baseline(CLM).why == codes.breaks_words(fixed, fixed)


def test_a_second_generation_takes_over_only_if_it_is_better_than_its_own_control():
    second, other = "pocketsphinx-clm-002", "pocketsphinx-control-002"
    large = Procedure(9000, "settings", 6)
    newer = clm(errors=5, name=second, procedure=large)
    assert (
        judged(stock(), clm(), newer, control(), control(name=other, procedure=large))[0][second]["champion"] == "yes"
    )
    rows, _, _ = judged(stock(), clm(), newer, control(), control(errors=5, name=other, procedure=large))
    assert (rows[second]["champion"], rows[CLM]["champion"]) == ("", "yes")
    assert (rows[second]["control"], rows[second]["verdict"]) == (other, "not proven")


def test_both_comparisons_are_of_one_family():
    """Holm's correction counts a model twice, once for each of its rivals, and its control not at all."""
    small = itertools.cycle([22, 29, 24, 31, 23, 26])
    gain = {(folder, number): next(small) for folder in FOLDERS for number in range(6)}
    model = clm()
    for (folder, number), errors in gain.items():
        model["folders"][folder]["recordings"][f"r{number}"] = result(errors + number)
    alone = float(judged(stock(), model)[0][CLM]["p_value"])
    rows, compared, _ = judged(stock(), model, control())
    assert compared.with_baseline(CLM).p_value == pytest.approx(alone, abs=1e-6)
    assert float(rows[CLM]["p_value"]) == float(rows[CLM]["text_p_value"]) == pytest.approx(2 * alone, abs=2e-6)
    assert compared.with_control(CLM).p_value_holm == pytest.approx(2 * alone, abs=2e-6)


def test_the_comparison_with_a_control_is_read_as_it_was_written(tmp_path: Path):
    _, compared, _ = judged(stock(), clm(), control(errors=10))
    comparisons.write(tmp_path / "comparisons.json", compared)
    assert comparisons.read(tmp_path / "comparisons.json").models == compared.models
