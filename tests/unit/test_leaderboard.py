"""The leaderboard's rules, on summaries small enough to reckon by hand."""

import copy
import itertools
from dataclasses import replace

import pytest

from clm.evaluation import leaderboard
from clm.evaluation.comparison import Evaluation
from summary_data import EVALUATION, FOLDERS, fail, parsed, result, summary


def compare(*summaries, folders=FOLDERS, baseline="base", **evaluation):
    settings = replace(EVALUATION, **evaluation)
    rows, runs = leaderboard.tables(Evaluation([*map(parsed, summaries)], folders, baseline, settings))
    assert all(tuple(row) == leaderboard.COLUMNS for row in rows)
    assert all(tuple(run) == leaderboard.RUN_COLUMNS for run in runs)
    assert all(type(cell) is str for row in [*rows, *runs] for cell in row.values())
    assert_sums_agree(rows, runs)
    return {row["model"]: row for row in rows}, {(run["model"], run["folder"]): run for run in runs}


def assert_sums_agree(rows, runs):
    columns = leaderboard.RUN_COLUMNS
    summed = columns[2:4] + columns[5:8] + columns[10:13]
    for row in rows:
        for column in summed:
            cells = [run[column] for run in runs if run["model"] == row["model"] and run[column]]
            assert row[column] == (str(sum(map(int, cells))) if cells else "")


def test_columns_are_those_of_the_contract():
    assert ",".join(leaderboard.COLUMNS) == (
        "rank,model,engine,champion,verdict,wer,wer_low,wer_high,wer_change,p_value,scope,cer,keyword_recall,"
        "keyword_precision,heldout_wer,folders,recordings,words,substitutions,deletions,insertions,mean_folder_wer,"
        "missed_words,fixed_words,broken_words,corpus_words,created,status,control,control_wer,text_change,text_p_value"
    )
    assert ",".join(leaderboard.RUN_COLUMNS) == (
        "model,folder,recordings,words,hits,substitutions,deletions,insertions,wer,cer,missed_words,fixed_words,"
        "broken_words,seconds,status,reason"
    )


def test_figures_by_hand():
    gain = {"f0": 10, "f1": 10, "f2": 20, "f3": 20}
    better = summary("clm", errors=gain.get, created="2026-01-02", corpus_words=900)
    rows, runs = compare(summary("base"), better)
    assert rows["base"] | {"wer_low": "", "wer_high": ""} == dict.fromkeys(leaderboard.COLUMNS, "") | {
        "rank": "2", "model": "base", "engine": "pocketsphinx", "verdict": "baseline", "wer": "0.325000",
        "cer": "0.065000", "heldout_wer": "0.325000", "folders": "4", "recordings": "24", "words": "2400",
        "substitutions": "780", "deletions": "0", "insertions": "0", "mean_folder_wer": "0.325000",
        "missed_words": "780", "status": "finished",
    }  # fmt: skip
    clm = rows["clm"]
    assert (clm["rank"], clm["champion"], clm["verdict"], clm["scope"]) == ("1", "yes", "better", "heldout")
    assert (clm["wer"], clm["heldout_wer"], clm["wer_change"]) == ("0.175000", "0.125000", "-0.615385")
    assert (clm["missed_words"], clm["fixed_words"], clm["broken_words"]) == ("420", "48", "24")
    assert (clm["corpus_words"], clm["created"]) == ("900", "2026-01-02")
    assert float(clm["wer_low"]) < 0.175 < float(clm["wer_high"])
    assert 0 < float(clm["p_value"]) < 0.05
    assert runs["clm", "f0"] == {
        "model": "clm", "folder": "f0", "recordings": "6", "words": "600", "hits": "525", "substitutions": "75",
        "deletions": "0", "insertions": "0", "wer": "0.125000", "cer": "0.025000", "missed_words": "75",
        "fixed_words": "12", "broken_words": "6", "seconds": "60.000", "status": "finished", "reason": "",
    }  # fmt: skip
    assert runs["base", "f0"]["fixed_words"] == ""


def test_pooled_wer_weighs_words_and_the_folder_mean_does_not():
    base = summary("base", folders={"long": [], "short": []})
    base["folders"]["long"]["recordings"]["r0"] = result(100, words=1000)
    base["folders"]["short"]["recordings"]["r0"] = result(50, words=100)
    rows, _ = compare(base, folders={"long": ["r0"], "short": ["r0"]})
    assert (rows["base"]["wer"], rows["base"]["mean_folder_wer"]) == ("0.136364", "0.300000")
    assert (rows["base"]["wer_low"], rows["base"]["heldout_wer"]) == ("", "")


@pytest.mark.parametrize(
    ("learned", "heldout", "scope"),
    [
        ([], ["f0", "f1"], "heldout"),
        (["f2", "f3"], ["f0", "f1", "gone"], "heldout"),
        (["f1"], ["f0", "f1"], "all"),
        ([], ["f0"], "all"),
        ([], [], "all"),
    ],
)
def test_scope_needs_two_folders_that_the_model_learned_nothing_from(learned, heldout, scope):
    gain = {"f0": 30, "f1": 30, "f2": 10, "f3": 10}
    rows, _ = compare(summary("base"), summary("clm", errors=gain.get, learned_folders=learned), heldout=heldout)
    assert rows["clm"]["scope"] == scope
    assert rows["clm"]["verdict"] == ("not proven" if scope == "heldout" else "better")
    assert rows["clm"]["champion"] == ("" if scope == "heldout" else "yes")
    assert rows["base"]["scope"] == rows["base"]["wer_change"] == rows["base"]["p_value"] == ""
    assert (rows["clm"]["heldout_wer"] == "") == (not set(heldout) - set(learned))


@pytest.mark.parametrize(("baseline", "scope"), [("azure", "all"), ("pocketsphinx", "all"), ("clm", "heldout")])
def test_between_models_that_learn_from_no_recording_nothing_is_held_out(baseline, scope):
    base = summary(baseline, engine="imported" if baseline == "azure" else "pocketsphinx")
    rows, _ = compare(base, summary("whisper", errors=10, engine="imported"), baseline=baseline, heldout=["f0", "f1"])
    assert rows["whisper"]["scope"] == scope


def test_change_is_relative_to_the_baseline_in_the_same_scope():
    hard = {"f0": 40, "f1": 40, "f2": 20, "f3": 20}
    rows, _ = compare(summary("base", errors=hard.get), summary("clm", errors=20))
    assert rows["clm"]["wer_change"] == "-0.470588"  # from 0.425 to 0.225; over all folders it is 0.325 to 0.225


def test_the_same_model_twice_is_not_better_and_the_older_one_ranks_first():
    rows, _ = compare(summary("base"), summary("copy"))
    assert [row["model"] for row in rows.values()] == ["base", "copy"]
    assert (rows["copy"]["verdict"], rows["copy"]["wer_change"], rows["copy"]["p_value"]) == (
        "not proven", "0.000000", "1.000000",
    )  # fmt: skip
    assert rows["base"]["champion"] == "yes"


def test_swapping_baseline_and_challenger_mirrors_the_verdict():
    first, second = summary("base", errors=30), summary("clm", errors=10)
    assert compare(first, second)[0]["clm"]["verdict"] == "better"
    assert compare(first | {"model": "clm"}, second | {"model": "base"})[0]["clm"]["verdict"] == "worse"


def test_champion_goes_to_who_is_proven_better_than_the_champion_so_far():
    mixed = itertools.cycle([7, 12, 10])  # a lower WER than 10 everywhere, but no proof of it
    rows, _ = compare(summary("base"), summary("clm-1", errors=10), summary("clm-2", errors=lambda _: next(mixed)))
    assert rows["clm-2"]["verdict"] == "better"
    assert [row["model"] for row in rows.values()] == ["clm-2", "clm-1", "base"]
    assert [row["champion"] for row in rows.values()] == ["", "yes", ""]
    rows, _ = compare(summary("base"), summary("clm-1", errors=10), summary("clm-2", errors=5))
    assert rows["clm-2"]["champion"] == "yes"


def test_what_failed_for_good_in_one_model_is_left_out_for_all_and_named():
    rows, runs = compare(summary("base"), fail(summary("clm"), "f2", "r5"))
    assert rows["base"]["recordings"] == rows["clm"]["recordings"] == "23"
    assert rows["base"]["wer"] == rows["clm"]["wer"]
    assert rows["clm"]["status"] == "finished"
    assert runs["clm", "f2"]["reason"] == "r5: no audio in it"
    assert runs["base", "f2"]["reason"] == "r5: left out, as it failed in clm"
    assert runs["base", "f2"]["recordings"] == runs["clm", "f2"]["recordings"] == "5"
    assert runs["clm", "f2"]["status"] == "finished"


def test_recordings_that_failed_for_one_reason_are_told_together():
    model = summary("clm")
    for recording in ("r0", "r1", "r2", "r3"):
        fail(model, "f2", recording)
    _, runs = compare(summary("base"), model)
    assert runs["clm", "f2"]["reason"] == "r0, r1, r2 and 1 more: no audio in it"
    assert runs["base", "f2"]["reason"] == "r0, r1, r2 and 1 more: left out, as it failed in clm"


def test_a_folder_that_failed_everywhere_leaves_the_rest():
    models = [summary("base"), summary("clm")]
    for model in models:
        for recording in FOLDERS["f3"]:
            fail(model, "f3", recording)
    rows, runs = compare(*models)
    assert rows["clm"]["folders"] == "3"
    assert runs["clm", "f3"]["status"] == "failed"
    assert runs["clm", "f3"]["wer"] == runs["clm", "f3"]["words"] == ""


def test_an_incomplete_model_has_no_rank_and_no_verdict_and_restricts_nothing():
    part = summary("clm", errors=1)
    del part["folders"]["f0"]["recordings"]["r0"]
    del part["folders"]["f3"]
    fail(part, "f1", "r1")
    rows, runs = compare(summary("base"), part)
    clm = rows["clm"]
    assert (clm["status"], clm["recordings"], rows["base"]["recordings"]) == ("incomplete", "16", "24")
    assert [clm[column] for column in ("rank", "verdict", "wer_change", "p_value", "scope", "champion")] == [""] * 6
    assert clm["wer"]
    assert rows["base"]["rank"] == "1"
    assert [runs["clm", folder]["status"] for folder in FOLDERS] == ["incomplete", "finished", "finished", "incomplete"]
    assert runs["clm", "f3"]["seconds"] == ""


def test_a_failed_model_keeps_its_row_and_its_reason():
    failed = summary("clm", folders={}, reason="Amazon: data too small")
    rows, runs = compare(summary("base"), failed)
    assert (rows["clm"]["status"], rows["clm"]["wer"], rows["clm"]["rank"]) == ("failed", "", "")
    assert runs["clm", "f0"]["status"] == "failed"
    assert runs["clm", "f0"]["reason"] == "Amazon: data too small"


def test_a_model_that_failed_at_every_recording_does_not_empty_the_comparison():
    hopeless = summary("clm")
    for folder, recordings in FOLDERS.items():
        for recording in recordings:
            fail(hopeless, folder, recording)
    rows, _ = compare(summary("base"), hopeless)
    assert (rows["clm"]["status"], rows["base"]["recordings"]) == ("failed", "24")


def test_without_a_complete_baseline_there_is_no_verdict():
    part = summary("base")
    del part["folders"]["f0"]
    for models in ([part, summary("clm")], [summary("clm")]):
        rows, _ = compare(*models)
        assert (rows["clm"]["rank"], rows["clm"]["verdict"], rows["clm"]["champion"]) == ("1", "", "")


def test_results_of_folders_that_are_gone_do_not_count():
    kept = {folder: FOLDERS[folder] for folder in ("f0", "f1")}
    rows, runs = compare(summary("base"), summary("clm", errors=10), folders=kept)
    assert rows["clm"]["recordings"] == "12"
    assert len(runs) == 4


def test_a_result_scored_against_an_older_reference_does_not_count():
    old = summary("clm")
    old["folders"]["f0"]["recordings"]["r0"] = result(3, words=90)
    assert compare(summary("base"), old)[0]["clm"]["status"] == "incomplete"


def test_long_recordings_are_compared_by_their_blocks():
    folders = {"a": ["r0"], "b": ["r0"]}
    models = [summary("base", errors=30, folders=folders), summary("clm", errors=10, folders=folders)]
    assert compare(*copy.deepcopy(models), folders=folders)[0]["clm"]["p_value"] == ""
    for model, errors in zip(models, (6, 2), strict=True):
        for folder in folders:
            model["folders"][folder]["recordings"]["r0"]["blocks"] = [[20, errors]] * 5
    assert compare(*models, folders=folders)[0]["clm"]["verdict"] == "better"


def test_a_perfect_folder_never_raises_wer():
    rows, _ = compare(summary("base", errors=lambda folder: 0 if folder == "f3" else 30))
    fewer = {folder: FOLDERS[folder] for folder in ("f0", "f1", "f2")}
    assert float(rows["base"]["wer"]) <= float(compare(summary("base"), folders=fewer)[0]["base"]["wer"])


def test_no_models_and_no_folders():
    assert leaderboard.tables(Evaluation([], {}, "base", EVALUATION)) == ([], [])
    rows, _ = compare(summary("base", folders={}), folders={})
    assert rows["base"]["wer"] == ""


def test_several_models_are_judged_with_holms_correction():
    """Each alone is better; among many equal ones the same figures prove less, and never more than alone."""
    small = itertools.cycle([22, 29, 24, 31, 23, 26])
    gain = {(folder, number): next(small) for folder in FOLDERS for number in range(6)}

    def slightly_better(name):
        model = summary(name)
        for (folder, number), errors in gain.items():
            model["folders"][folder]["recordings"][f"r{number}"] = result(errors + number)
        return model

    alone = compare(summary("base"), slightly_better("clm"))[0]["clm"]
    crowd = compare(summary("base"), slightly_better("clm"), *(summary(f"other-{n}") for n in range(5)))[0]
    assert alone["verdict"] == "better"
    assert float(crowd["clm"]["p_value"]) == pytest.approx(min(1, 6 * float(alone["p_value"])), abs=1e-5)
    assert all(crowd[f"other-{n}"]["p_value"] == "1.000000" for n in range(5))
    assert (crowd["clm"]["verdict"] == "better") == (float(crowd["clm"]["p_value"]) < 0.05)
    older = compare(summary("base"), *(summary(f"other-{n}") for n in range(5)), slightly_better("clm"))[0]
    assert older["clm"]["p_value"] == crowd["clm"]["p_value"]
    # A newer model does not take a proof away that there was; an older one counts.
    assert (crowd["clm"]["champion"], older["clm"]["champion"]) == ("yes", "")
