"""What the terminal says."""

import pytest

from clm.evaluation import leaderboard, verdict_text
from clm.evaluation.comparisons import Absence, Against, Comparisons, Difference
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.report import leaderboard_text
from clm.scoring.leakage import FolderLeakage, SourceShare


def row(model, **cells):
    return dict.fromkeys(leaderboard.COLUMNS, "") | {"model": model, "status": "finished", "recordings": "24"} | cells


def run(model, folder, status="finished", reason=""):
    return dict.fromkeys(leaderboard.RUN_COLUMNS, "") | {
        "model": model, "folder": folder, "status": status, "reason": reason,
    }  # fmt: skip


BASE = row("pocketsphinx", rank="2", verdict="baseline", wer="0.352000", heldout_wer="0.400000", champion="yes")
HELDOUT = row(
    "pocketsphinx-clm-001",
    rank="1",
    verdict="better",
    wer="0.190000",
    wer_low="0.150000",
    wer_high="0.240000",
    wer_change="-0.428977",
    p_value="0.004000",
    scope="heldout",
    heldout_wer="0.201000",
    created="2026-01-01",
)
ALL = HELDOUT | {"scope": "all", "wer_change": "-0.460227"}


def verdict(rows, details=None, confidence=0.95):
    models = {name: Against(Difference(**found)) for name, found in (details or {}).items()}
    return "\n".join(verdict_text.sentences(rows, Comparisons(models, confidence)))


def test_the_verdict_in_words():
    text = verdict([ALL | {"champion": "yes"}, BASE | {"champion": ""}])
    assert text == (
        "pocketsphinx-clm-001 makes 46% fewer errors than pocketsphinx (WER 0.352 -> 0.190, p = 0.004, on all 24"
        " recordings): better. It has no control: the gain has not been separated from the procedure.\n"
        "Champion: pocketsphinx-clm-001."
    )


def test_held_out_figures_stand_beside_a_held_out_verdict():
    text = verdict([HELDOUT, BASE])
    assert "43% fewer errors than pocketsphinx (WER 0.352 -> 0.201, p = 0.004, on folders it never learned" in text
    assert text.endswith("Champion: still pocketsphinx.")


def test_not_proven_says_what_would_help():
    chance = verdict([BASE, ALL | {"verdict": "not proven", "p_value": "0.3", "wer_change": "0.02"}])
    assert "2% more errors" in chance
    assert "not proven, it may be chance. Text nearer to what is spoken would help, not more recordings" in chance
    chance = verdict([BASE, ALL | {"verdict": "not proven", "p_value": "0.3", "wer_change": "-0.02"}])
    assert "not proven, it may be chance. More recordings would help." in chance
    few = verdict([BASE, HELDOUT | {"verdict": "not proven", "p_value": ""}])
    assert "at least six recordings in held-out folders" in few
    assert "p =" not in few


@pytest.mark.parametrize(("confidence", "number"), [(0.9, "five"), (0.95, "six"), (0.99, "eight"), (0.999, "11")])
def test_the_fewest_recordings_depend_on_the_confidence(confidence, number):
    few = verdict([BASE, ALL | {"verdict": "not proven", "p_value": ""}], confidence=confidence)
    assert f"What would help: at least {number} recordings (a long one counts per 1,000 words)." in few


def test_newest_model_and_champion_both_get_a_sentence():
    newer = ALL | {"model": "pocketsphinx-clm-002", "created": "2026-01-02", "verdict": "worse"}
    first, second = verdict([ALL | {"champion": "yes"}, newer, BASE | {"champion": ""}]).splitlines()
    assert first.startswith("pocketsphinx-clm-002 makes")
    assert second.startswith("Champion: pocketsphinx-clm-001 makes")


def test_a_proof_that_the_other_models_take_away_is_told_apart():
    details = {"low": -0.1, "high": -0.01, "p_value": 0.02, "recordings": 6, "words": 900, "needed_words": 700}
    rows = [BASE, ALL | {"verdict": "not proven", "p_value": "0.080000"}]
    told = verdict(rows, {ALL["model"]: details})
    assert "Alone it would be proven (p = 0.02)" in told
    assert "Alone" not in verdict(rows, {ALL["model"]: details | {"high": 0.01}})


def test_a_champion_that_is_no_longer_proven_says_how_it_became_one():
    champion = ALL | {"champion": "yes", "created": "2026-01-01"}
    newer = ALL | {"model": "pocketsphinx-clm-002", "created": "2026-01-02", "verdict": "not proven"}
    rows = [newer, BASE | {"champion": ""}]
    assert "became champion" not in verdict([champion, *rows])
    assert "became champion" in verdict([champion | {"verdict": "not proven"}, *rows])


@pytest.mark.parametrize("unfinished", [[], [row("pocketsphinx-clm-001", status="incomplete")]])
def test_a_baseline_alone(unfinished):
    assert verdict([BASE, *unfinished]).startswith("pocketsphinx has a WER of 0.352; no other model")
    assert "no complete baseline" in verdict([*unfinished])


@pytest.mark.parametrize(
    ("before", "after", "change", "words"),
    [("0.1", "0.0", "-1.000000", "100% fewer errors"), ("0.0", "0.1", "", "no fewer errors")],
)
def test_perfect_transcripts_have_sentences_too(before, after, change, words):
    text = verdict([BASE | {"wer": before}, ALL | {"wer": after, "wer_change": change}])
    assert words in text
    assert f"WER {float(before):.3f} -> {float(after):.3f}" in text


def test_the_table_fits_a_terminal_and_is_ascii():
    long = ALL | {
        "model": "imported-" + "x" * 80,
        "champion": "yes",
        "wer_change": "-1.000000",
        "verdict": "not proven",
    }
    text = leaderboard_text.table(
        [long, BASE | {"rank": "12"}, row("clm", status="incomplete"), row("bad", status="failed")]
    )
    lines = text.splitlines()
    assert max(map(len, lines)) < 100
    assert text.isascii()
    assert len(lines) == 5
    assert "0.190  0.150 - 0.240  -100.0 %  0.0040" in lines[1]
    assert lines[1].endswith(f"{ALL['fixed_words']}  {ALL['broken_words']:>6}  not proven")
    assert lines[2].split() == ["12", "pocketsphinx", "*", "0.352", "baseline"]
    assert lines[3].endswith("incomplete")
    assert leaderboard_text.table([]).split() == [
        "#",
        "model",
        "WER",
        "interval",
        "change",
        "p",
        "fixed",
        "broken",
        "verdict",
    ]


def test_a_baseline_alone_has_no_star():
    control = row("pocketsphinx-control-001", verdict="control", wer="0.352000")
    for rows in ([BASE], [BASE, control], [BASE, row("clm", status="incomplete")]):
        assert "*" not in leaderboard_text.table(rows)
    assert "pocketsphinx *" in leaderboard_text.table([ALL, BASE])


def test_attention_names_each_failure_once_and_no_consequence_of_it():
    silent = Absence(codes.told("no audio in it; or silence", "replace it"), ("c",))
    absences = {
        "pocketsphinx": {"f1": [Absence(codes.left_out("m"), ("b",)), silent]},
        "m": {"f1": [Absence(codes.told("cannot be read"), ("b",)), silent]},
    }
    runs = [run("pocketsphinx", "f0"), run("pocketsphinx", "f1"), run("m", "f1"), run("m", "f2", status="incomplete")]
    assert leaderboard_text.attention(runs, absences) == [
        "f1: c: no audio in it; or silence (pocketsphinx, m)",
        "f1: b: cannot be read (m)",
        "f2: not finished, run again (m)",
    ]
    assert leaderboard_text.attention([], {}) == []


def test_attention_shows_the_reasons_of_version_0_1_0_as_they_are():
    runs = [run("m", "f1", reason="b: left out, as it failed in n; c: no audio in it")]
    assert leaderboard_text.attention(runs, None) == ["f1: b: left out, as it failed in n; c: no audio in it (m)"]


def test_attention_shows_what_a_newer_version_wrote():
    absences = {"m": {"f": [Absence(Reason("eclipse", {"day": 4}), ("r",))]}}
    assert leaderboard_text.attention([run("m", "f")], absences) == ["f: r: eclipse (day: 4) (m)"]


def test_attention_does_not_flood_the_terminal():
    lines = leaderboard_text.attention([run("m", f"f{number}", status="incomplete") for number in range(300)])
    assert len(lines) == leaderboard_text.MOST_LINES + 1
    assert lines[-1] == "... and 280 more: see runs.csv"


DETAILS = {
    "pocketsphinx-clm-001": {"recordings": 6, "words": 12345, "needed_words": 60000, "keyword_false_alarms": (3, 1)}
}


def test_words_stand_beside_a_verdict_and_rising_false_alarms_are_said():
    text = verdict([HELDOUT, BASE], DETAILS)
    assert "on folders it never learned from (6 recordings, 12,345 words)): better." in text
    assert "hears keywords where none was said: 3 times, 1 before" in text


def test_not_proven_says_how_much_more_audio():
    unproven = ALL | {"verdict": "not proven", "p_value": "0.3"}
    text = verdict([BASE, unproven], DETAILS)
    assert "about 48,000 more words would probably be needed (5.3 hours of speech)" in text
    assert "keywords" not in text


def test_leaked_models_are_marked_and_named():
    leaked = FolderLeakage(leaked=True, sources={"keywords": SourceShare(0.5, 3)})
    (line,) = leaderboard_text.leaks({"clm": {"one": leaked, "two": FolderLeakage()}, "base": {}})
    assert "clm (keywords) holds what is spoken in one." in line
    assert "clm !" in leaderboard_text.table([row("clm", rank="1", wer="0.1")], {"clm"})


BAD = codes.forgets(3.5)


@pytest.mark.parametrize(
    ("cells", "marks", "warned"),
    [
        ({"fixed_words": "8", "broken_words": "6"}, [], "breaks 6 words and fixes 8."),
        (
            {"fixed_words": "0", "broken_words": "5"},
            [BAD],
            "fixes 0. Its perplexity on general text is 3.5 times that of the stock model. It is compared",
        ),
        (
            {"fixed_words": "100", "broken_words": "6"},
            [BAD],
            "clm: its perplexity on general text is 3.5 times that of the stock model. It is compared",
        ),
        ({"fixed_words": "99"}, [codes.told("It forgets.")], "clm: It forgets. It is compared"),
        ({"fixed_words": "13", "broken_words": "6"}, [], None),
        ({"fixed_words": "3", "broken_words": "4"}, [], None),
        ({"fixed_words": "8", "broken_words": "6", "corpus_words": ""}, [], None),
        ({}, [], None),
    ],
)
def test_harmful_models_are_marked_and_named(cells, marks, warned):
    board = [row("base"), row("clm", rank="1", wer="0.1", **{"corpus_words": "900"} | cells)]
    found = leaderboard_text.harm(board, {"clm": marks})
    assert list(found) == (["clm"] if warned else [])
    assert warned is None or warned in found["clm"]


def test_findings_come_gravest_first_and_few_of_a_kind():
    listed = [codes.missed_domain_words({"a": 2}), codes.nothing_heard("r", 9)]
    lines = leaderboard_text.findings({f"f{number}": listed for number in range(5)})
    assert lines[0] == (
        "f0: r: nothing was heard (9 words in the reference, none in the transcript)."
        " Hint: listen to r: silence, another language, or the wrong file?"
    )
    assert [line.split(":")[0] for line in lines[:4]] == ["f0", "f1", "f0", "f1"]
    assert lines[-1] == "... and 6 more findings"
    assert leaderboard_text.findings({}) == []


def test_findings_of_other_versions_come_last_and_never_vanish():
    found = {"f": [codes.told("reworded: nothing at all", "listen"), Reason("eclipse"), codes.nothing_heard("r", 1)]}
    first, *others = leaderboard_text.findings(found)
    assert "nothing was heard (1 word in the reference" in first
    assert sorted(others) == ["f: eclipse.", "f: reworded: nothing at all. Hint: listen"]


def test_transcripts_made_far_apart_are_warned_of():
    base = row("imported-a", engine="imported", verdict="baseline")
    near, late = row("imported-b", engine="imported"), row("imported-c", engine="imported")
    made = {"imported-a": {"f": ["2021-01-01"], "g": ["2021-01-01"]}, "imported-b": {"f": ["2021-02-01"]}}
    made |= {"imported-c": {"f": ["2021-01-01", "2022-01-01"], "g": ["2021-01-01"]}}
    assert leaderboard_text.far_apart([base, near], made) == []
    (warning,) = leaderboard_text.far_apart([base, near, late], made)
    assert "imported-c (f)" in warning
    assert "imported-b" not in warning
    assert "repeat" not in warning
    assert leaderboard_text.far_apart([near, late], made) == []
    assert leaderboard_text.far_apart([base, late], {"imported-c": made["imported-c"]}) == []


def test_a_vendor_s_models_may_change_but_not_those_on_this_machine():
    made = {"m": {"f": ["2021-01-01"]}, "n": {"f": ["2023-01-01"]}}
    for engine, warned in (("transcribe", True), ("pocketsphinx", False)):
        rows = [row("m", engine=engine, verdict="baseline"), row("n", engine=engine)]
        warnings = leaderboard_text.far_apart(rows, made)
        assert bool(warnings) == warned
        assert all("--config repeat=" in warning for warning in warnings)
