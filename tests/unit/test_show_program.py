"""What is printed at the end of a run beside the table."""

import json
import os
from pathlib import Path

import pytest

import show as program
from clm.base import files
from clm.base.errors import UserError
from clm.reasons import codes
from clm.reasons.sentences import full
from clm.scoring import model_diagnosis
from clm.scoring.model_diagnosis import ModelDiagnosis
from clm.scoring.word_metrics import Found
from report_data import FIRST, STOCK, ResultsFolder, spoken

BOARD = [{"model": "pocketsphinx"}, {"model": "pocketsphinx-clm-001"}]


def test_marks_of_training_are_read(tmp_path: Path) -> None:
    name = BOARD[1]["model"]
    assert program.record_of(tmp_path, name).flaws == []
    files.write_json(tmp_path / "models" / name / "model.json", {"details": {"marks": ["It forgets."]}})
    assert program.record_of(tmp_path, name).flaws == [codes.told("It forgets.")]


def decided(results: Path, *, train: bool) -> list[str]:
    """What is printed about a generation that was planned, and not trained, since the run started."""
    (results / "config.yaml").write_text("")
    directory = results / "models" / "pocketsphinx-clm-002"
    files.write_json(directory / "plan.json", {"train": train})
    if train:
        files.write_json(
            directory / "training.json",
            {"trained": False, "reason": "no text; or none that is used", "hint": "add articles"},
        )
    return list(program.untrained(results, BOARD))


def test_a_generation_that_was_not_trained_says_why(tmp_path: Path) -> None:
    assert decided(tmp_path, train=True) == ["No new model: no text; or none that is used. Hint: add articles"]


def test_a_heal_with_nothing_to_learn_says_so(tmp_path: Path) -> None:
    (line,) = decided(tmp_path, train=False)
    assert "no missed word to learn" in line


def test_what_an_earlier_run_decided_is_no_news(tmp_path: Path) -> None:
    decided(tmp_path, train=True)
    later = (tmp_path / "models" / "pocketsphinx-clm-002" / "training.json").stat().st_mtime_ns + 1
    os.utime(tmp_path / "config.yaml", ns=(later, later))
    assert list(program.untrained(tmp_path, BOARD)) == []


@pytest.fixture
def results(tmp_path: Path) -> ResultsFolder:
    folder = ResultsFolder(tmp_path, spoken(3, (STOCK, FIRST)))
    folder.model(FIRST)
    return folder.write()


def shown(results: ResultsFolder, capsys: pytest.CaptureFixture, *arguments: str) -> str:
    program.main(["--results", str(results.directory), *arguments])
    return capsys.readouterr().out


def test_one_model_has_the_figures_of_the_leaderboard(results: ResultsFolder, capsys) -> None:
    (row,) = [row for row in files.read_table(results.directory / "leaderboard.csv") if row["model"] == FIRST]
    view = json.loads(shown(results, capsys, "--model", FIRST, "--json"))
    assert view["model"] == row
    for kind in ("missed", "fixed", "broken"):
        assert sum(view[kind].values()) == int(row[f"{kind}_words"])
    assert [folder["folder"] for folder in view["folders"]] == list(results.texts.references)
    assert row["wer"] in shown(results, capsys, "--model", FIRST)


def test_keywords_of_a_model_are_told_from_false_alarms(results: ResultsFolder, capsys) -> None:
    diagnosis = ModelDiagnosis(FIRST, by_keyword={"cell": Found(reference=4, hypothesis=3, hits=2)})
    model_diagnosis.write(results.directory / "diagnosis" / f"{FIRST}.json", diagnosis)
    view = json.loads(shown(results, capsys, "--model", FIRST, "--json"))
    assert view["keywords"] == {"cell": {"said": 4, "right": 2, "false_alarms": 1}}


def test_findings_are_codes_with_their_sentence(results: ResultsFolder, capsys) -> None:
    finding = codes.nothing_heard("r; s", 1)
    diagnosis = ModelDiagnosis(FIRST, findings={"talk 0001": (finding,)})
    model_diagnosis.write(results.directory / "diagnosis" / f"{FIRST}.json", diagnosis)
    view = json.loads(shown(results, capsys, "--folder", "talk 0001", "--json"))
    assert view["findings"] == {FIRST: [{**finding.as_json(), "sentence": full(finding)}]}
    assert f"{FIRST}: {full(finding)}" in shown(results, capsys, "--folder", "talk 0001")
    assert full(finding, "talk 0001: ") in " ".join(shown(results, capsys).split())


def test_one_folder_shows_every_error(results: ResultsFolder, capsys) -> None:
    view = json.loads(shown(results, capsys, "--folder", "talk 0002", "--json"))
    rows = [row for row in files.read_table(results.directory / "runs.csv") if row["folder"] == "talk 0002"]
    assert [row["wer"] for row in view["models"]] == [row["wer"] for row in rows]
    (recording,) = view["recordings"]
    for row in rows:
        errors = [error for error in recording["errors"] if error["model"] == row["model"]]
        missed = sum(len(error["said"].split()) for error in errors if error["kind"] in "sd")
        assert missed == int(row["missed_words"])
    assert " ≠ " in shown(results, capsys, "--folder", "talk 0002")


def test_one_word_says_what_was_heard_where_it_was_said(results: ResultsFolder, capsys) -> None:
    spoken_words = " ".join(text for folder in results.texts.references.values() for text in folder.values()).split()
    word = spoken_words[3]
    view = json.loads(shown(results, capsys, "--word", word, "--json"))
    assert view["said"] == spoken_words.count(word)
    assert len(view["places"]) == min(12, view["said"])
    assert all(word in place["said"].split() for place in view["places"])
    assert f"{word}: said {view['said']} times" in shown(results, capsys, "--word", word)


def test_the_leaderboard_as_data(results: ResultsFolder, capsys) -> None:
    view = json.loads(shown(results, capsys, "--json"))
    assert view["leaderboard"] == files.read_table(results.directory / "leaderboard.csv")
    assert view["verdict"]["model"] == FIRST
    assert all(line in " ".join(shown(results, capsys).split()) for line in view["verdict"]["sentences"])


@pytest.mark.parametrize(
    ("option", "name", "nearest"),
    [("--model", "pocketsphinx-clm-01", FIRST), ("--folder", "talk 002", "talk 0002"), ("--word", "teh", "the")],
)
def test_a_wrong_name_is_one_message_with_the_nearest(
    results: ResultsFolder, option: str, name: str, nearest: str
) -> None:
    with pytest.raises(UserError) as error:
        program.main(["--results", str(results.directory), option, name])
    assert nearest in error.value.hint


def test_nothing_that_a_terminal_obeys_is_printed(results: ResultsFolder, capsys) -> None:
    path = results.directory / "runs" / FIRST / "talk 0001" / "normalized.tsv"
    path.write_text(path.read_text().replace("\tthe ", "\t\x1b]0;owned\x07\u202ethe "))
    assert not {"\x1b", "\x07", "\u202e"} & set(shown(results, capsys, "--folder", "talk 0001"))


def test_without_a_model_the_reason_and_three_ways_to_give_it_text_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    alone = ResultsFolder(tmp_path, spoken(3, (STOCK,))).write()
    command = ["snakemake", "--cores", "4", "--config", f"input={'recordings of a rather long name ' * 3}"]
    files.write_json(alone.directory / "invocation.json", {"command": command})
    text = shown(alone, capsys)
    assert text.count("No custom language model was trained: it has no text to learn from.") == 1
    assert "no other model is complete" not in text
    first, second, third = (line for line in text.splitlines() if line.startswith("    snakemake --cores 4 "))
    assert first.endswith(" --forcerun heal")
    assert "keywords=" in second
    assert "training_data=" in third
    assert all(command[-1].partition("=")[2].strip() in way for way in (first, second, third))


def test_with_a_model_no_way_to_give_text_is_shown(results: ResultsFolder, capsys: pytest.CaptureFixture) -> None:
    assert "1. " not in shown(results, capsys)
