"""Two results folders of the same recordings are compared by model, folder and word."""

import json
from pathlib import Path

import pytest

import show as program
from clm import config
from clm.base import files
from clm.base.errors import UserError
from clm.before_after import change_page, change_text, two_results
from clm.report import other_results, page
from clm.report.gather import read
from report_data import FIRST, HOSTILE, STOCK, ResultsFolder, Texts, spoken
from runner import CHECKOUT


def results(directory: Path, texts: Texts, **settings: object) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    folder = ResultsFolder(directory, texts, **settings)
    if FIRST in texts.heard:
        folder.model(FIRST)
    return folder.write().directory


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    """The stock model alone, and a CLM that hears better, on the same eight folders."""
    before, after = spoken(8, (STOCK,)), spoken(8, (STOCK, FIRST))
    after.references = before.references
    after.heard[STOCK] = {**before.heard[STOCK], "talk 0001": {"audio": "nothing of it"}}
    return results(tmp_path / "before", before), results(tmp_path / "after", after)


def compare(before: Path, after: Path) -> two_results.BeforeAfter:
    return two_results.compare(two_results.Side.read(before), two_results.Side.read(after))


def test_every_folder_has_its_rates_of_both_sides(both: tuple[Path, Path]) -> None:
    found = compare(*both)
    stock = found.models[0]
    assert (stock.before, stock.after, stock.scope) == (STOCK, STOCK, "all")
    first, *others = sorted(stock.folders, key=lambda item: item.folder)
    assert first.wers[1] > first.wers[0]
    assert all(item.errors[0] == item.errors[1] for item in others)
    assert stock.counts() == (0, 1, 7)
    assert sum(item.words[0] for item in stock.folders) == stock.total.words[0] == stock.statistics.words
    assert stock.new
    assert not stock.gone


def test_the_headline_is_about_the_model_that_changed(tmp_path: Path) -> None:
    before, after = spoken(8, (STOCK, FIRST)), spoken(8, (STOCK, FIRST))
    after.heard[FIRST] = {name: dict(said) for name, said in after.references.items()}
    found = compare(results(tmp_path / "before", before), results(tmp_path / "after", after))
    assert found.models[0].after == STOCK
    assert change_text.telling(found).after == FIRST
    assert next(iter(change_text.lines(found))).startswith(f"{FIRST}: WER ")
    html = change_page.render(found)
    assert html.index(f"{FIRST}, folder by folder") < html.index(f"{STOCK}, folder by folder")


def test_a_folder_with_itself_has_no_change(both: tuple[Path, Path]) -> None:
    found = compare(both[1], both[1])
    assert {change.relative for change in found.models} == {0.0}
    assert all(change.statistics.verdict == "not proven" for change in found.models)
    assert not found.settings
    assert all(not change.gone and not change.new for change in found.models)


def test_sides_exchanged_have_the_opposite_change(both: tuple[Path, Path]) -> None:
    there, back = compare(*both).models[0], compare(*reversed(both)).models[0]
    assert there.total.wers == tuple(reversed(back.total.wers))
    assert there.gone == back.new
    assert there.counts()[0] == back.counts()[1]
    assert there.statistics.difference == pytest.approx(-back.statistics.difference)


def test_recordings_that_changed_or_are_in_one_folder_alone_do_not_count(tmp_path: Path) -> None:
    texts = spoken(4, (STOCK,))
    before = results(tmp_path / "before", texts)
    removed, changed = "talk 0001", "talk 0002"
    for part in (texts.references, texts.heard[STOCK]):
        del part[removed]
    after = ResultsFolder(tmp_path / "after", texts)
    manifest = after.manifest
    after.manifest = lambda name, items: json.loads(
        json.dumps(manifest(name, items)).replace(f'"text_sha256": "{changed} audio"', '"text_sha256": "corrected"')
    )
    found = compare(before, after.write().directory)
    assert found.only_before == (removed,)
    assert found.changed == ((changed, "audio"),)
    assert [item.folder for item in found.models[0].folders] == ["talk 0003", "talk 0004"]
    text = "\n".join(change_text.lines(found))
    assert removed in text
    assert f"{changed}/audio" in text


def test_words_counted_differently_are_told_and_not_tested(tmp_path: Path) -> None:
    texts = spoken(7, (STOCK,))
    before = results(tmp_path / "before", texts)
    for recordings in texts.references.values():
        recordings["audio"] += " and more"
    after = results(tmp_path / "after", texts, normalizer={"profile": "spoken"})
    found = compare(before, after)
    assert found.models[0].statistics is None
    assert ("normalizer.profile", "basic", "spoken") in found.settings
    assert any("counted differently" in line for line in change_text.remarks(found))


def test_other_recordings_are_refused(tmp_path: Path) -> None:
    before = results(tmp_path / "before", spoken(2, (STOCK,)))
    other = spoken(2, (STOCK,))
    renamed = {name: f"other {name}" for name in other.references}
    other.references = {renamed[name]: item for name, item in other.references.items()}
    other.heard[STOCK] = {renamed[name]: item for name, item in other.heard[STOCK].items()}
    after = results(tmp_path / "after", other)
    with pytest.raises(UserError, match="no recording with results in common"):
        compare(before, after)
    with pytest.raises(UserError, match=r"leaderboard\.csv: not there"):
        two_results.Side.read(tmp_path)


def test_the_program_prints_text_and_json_and_writes_a_page(
    both: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = map(str, both)
    page = tmp_path / "change.html"
    program.main(["--results", after, "--compare", before, "--html", str(page)])
    text = capsys.readouterr().out
    assert text.startswith(f"{STOCK}: WER ")
    assert "talk 0001" in text
    program.main(["--results", after, "--compare", before, "--json"])
    data = json.loads(capsys.readouterr().out)
    (stock, *_) = data["models"]
    assert stock["folders_worse"] == 1
    assert len(stock["folders"]) == 8
    html = page.read_text(encoding="utf-8")
    assert html.count("<circle") == sum(2 * len(model["folders"]) for model in data["models"])
    assert "script" not in html
    with pytest.raises(UserError, match="only with --compare"):
        program.main(["--results", after, "--html", str(page)])


def test_names_of_any_kind_harm_no_page(tmp_path: Path) -> None:
    texts = spoken(len(HOSTILE), (STOCK,))
    names = dict(zip(list(texts.references), (name.replace("/", "|").replace("\x00", "0") for name in HOSTILE),
                     strict=True))  # fmt: skip
    texts.references = {names[name]: item for name, item in texts.references.items()}
    texts.heard[STOCK] = {names[name]: item for name, item in texts.heard[STOCK].items()}
    place = results(tmp_path / "odd", texts)
    html = change_page.render(compare(place, place))
    assert "<script" not in html
    assert "<img" not in html


def reported(results: Path, other: Path | None) -> str:
    output = page.Output(results / "report.html", results / "tables", results / "report")
    page.write(results, output, other=other)
    return output.page.read_text(encoding="utf-8")


def test_the_report_shows_another_results_folder_with_the_same_figures(both: tuple[Path, Path]) -> None:
    before, after = both
    html = reported(after, before)
    data = change_text.as_data(compare(before, after))
    rows = files.read_table(after / "tables" / "before_after.csv")
    assert [(row["model"], float(row["wer_before"]), float(row["wer_after"])) for row in rows] == [
        (change_text.title(change), model["wer_before"], model["wer_after"])
        for change, model in zip(compare(before, after).models, data["models"], strict=True)
    ]
    assert 'href="#before-after"' in html
    assert "Newly missed" in html
    drawn = (after / "report" / "before-after-1.svg").read_text(encoding="utf-8")
    assert drawn.count('class="after"') == len(data["models"][0]["folders"]) + 1  # one is the legend's
    without = reported(after, None)
    assert "before-after" not in without.replace(".before-after", "")


def test_a_folder_that_cannot_be_compared_is_a_message_on_the_page(both: tuple[Path, Path], tmp_path: Path) -> None:
    after = both[1]
    html = reported(after, tmp_path / "nowhere")
    assert "leaderboard.csv: not there" in html
    assert 'data-table="before_after"' not in html
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "leaderboard.csv").write_text("model,wer\na,0.5\n")
    (damaged / "inputs.json").write_text("[")
    assert other_results.compare(read(after), damaged).problem.startswith("No comparison: ")


@pytest.mark.parametrize("other", ["s3://bucket/results", "results", "./results/"])
def test_what_the_report_cannot_compare_with_is_refused(other: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"report\.compare"):
        config.load({"report": {"compare": other}}, CHECKOUT, tmp_path)


def test_a_change_of_the_report_alone_is_no_difference_of_settings(tmp_path: Path) -> None:
    texts = spoken(2, (STOCK,))
    before = results(tmp_path / "before", texts)
    assert not compare(before, results(tmp_path / "after", texts, report={"compare": "before/results"})).settings
