"""The report says what leaderboard.csv says, whatever the results are like."""

import csv
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

import report as program
from clm.base import files
from clm.base.errors import UserError
from clm.report import escaping, page
from clm.report.gather import read
from clm.report.listening import word_totals
from clm.report.tables.table import MOST_ROWS, Column, Table
from report_data import FIRST, HOSTILE, SECOND, STOCK, ResultsFolder, Texts, hostile, spoken

#: Every kind of element that the page is made of.
HARMLESS = """
a audio body button canvas caption circle code dd desc details dialog div dl dt fieldset figcaption figure footer g h1
h2 h3 h4 head header html input label legend li line link main meta nav noscript ol option p path polyline rect script
section select span strong style summary svg table tbody td text th thead title tr ul wbr
"""


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and the texts of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self._script = ""
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self._script = attributes.get("id", "code") if tag == "script" else ""

    def handle_endtag(self, tag):
        if tag == "script":
            self._script = ""

    def handle_data(self, data):
        if self._script:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data
        else:
            self.texts.append(data)

    @property
    def data(self):
        return json.loads(self.scripts["data"])

    def table(self, name):
        return next(table for table in self.data["tables"] if table["name"] == name)

    def cells(self):
        """Cells of the leaderboard: (model, column) and the exact value."""
        found, model = {}, ""
        for tag, attributes in self.elements:
            if tag in ("th", "td") and "data-value" in attributes:
                key, value = attributes["data-key"], attributes["data-value"]
                cells = found.setdefault(model, {})
                cells[key] = value
        return found


@pytest.fixture
def results(tmp_path: Path) -> ResultsFolder:
    """Eight folders and three models."""
    texts = spoken(8, (STOCK, FIRST, SECOND))
    texts.heldout = [f"talk {number:04d}" for number in range(1, 7)]
    folder = ResultsFolder(tmp_path, texts)
    for name in (FIRST, SECOND):
        folder.model(name)
    return folder.write()


def board(results: ResultsFolder) -> list[dict[str, str]]:
    return files.read_table(results.directory / "leaderboard.csv")


def test_every_cell_of_the_leaderboard_is_there_to_the_last_digit(results: ResultsFolder) -> None:
    html = results.report()
    shown = Page(html)
    table = shown.table("leaderboard")
    assert [[key for key, _, _ in table["columns"]], *table["rows"]] == [
        list(board(results)[0]), *(list(row.values()) for row in board(results))
    ]  # fmt: skip
    rows = re.findall(r'<tr class="[^"]*">(.*?)</tr>', html, re.DOTALL)
    assert len(rows) == 3
    for row, cells in zip(board(results), rows, strict=True):
        exact = dict(re.findall(r'data-key="(\w+)" data-value="([^"]*)"', cells))
        assert exact.pop("interval") == row["wer_low"]
        assert {key: row[key] for key in exact} == exact
        assert {"wer", "wer_change", "p_value", "fixed_words", "heldout_wer"} <= exact.keys()


def test_words_add_up_to_the_leaderboard(results: ResultsFolder) -> None:
    counted = word_totals.count(read(results.directory))
    for row in board(results):
        for kind in word_totals.KINDS:
            assert sum(counted.tokens[row["model"]][kind].values()) == int(row[f"{kind}_words"] or 0)


def test_words_of_a_recording_that_one_model_lacks_for_good_do_not_count(results: ResultsFolder) -> None:
    path = results.directory / "runs" / SECOND / "talk 0004" / "wer.json"
    score = files.read_json(path)
    failure = {"recording": "audio", "reason": "not decodable", "hint": "listen to it"}
    empty = dict.fromkeys(("hits", "substitutions", "deletions", "insertions"), 0)
    files.write_json(path, {**score, "recordings": [], "failures": [failure], "counts": empty, "missed_words": {}})
    results.score()
    test_words_add_up_to_the_leaderboard(results)
    shown = Page(results.report())
    assert ["talk 0004", SECOND, "failed", "audio: not decodable"] in shown.table("failures")["rows"]


def test_figures_of_a_folder_are_those_of_runs_csv(results: ResultsFolder) -> None:
    table = Page(results.report()).table("folders")
    keys = [key for key, _, _ in table["columns"]]
    rows = {(row["folder"], row["model"]): row for row in files.read_table(results.directory / "runs.csv")}
    assert len(table["rows"]) == len(rows)
    for row in (dict(zip(keys, row, strict=True)) for row in table["rows"]):
        exact = rows[row["folder"], row["model"]]
        assert (row["wer"] or "", str(row["words"])) == (exact["wer"], exact["words"])
        assert row["baseline_wer"] == rows[row["folder"], STOCK]["wer"]


def test_alignments_give_back_reference_and_hypothesis(results: ResultsFolder) -> None:
    shown = Page(results.report())
    names = shown.data["models"]
    for number, (folder, references) in enumerate(results.texts.references.items()):
        (record,) = json.loads(shown.scripts[f"folder-{number}"])
        reference = record["words"].split(" ")
        assert reference == references["audio"].split()
        for index, stretches in record["models"].items():
            heard, at = [], 0
            for _, start, end, stretch in stretches:
                heard += reference[at:start] + stretch.split()
                at = end
            assert [*heard, *reference[at:]] == results.texts.heard[names[int(index)]][folder]["audio"].split()


def test_words_are_played_from_the_time_that_the_recogniser_gave(results: ResultsFolder) -> None:
    results.sound()
    (record,) = json.loads(Page(results.report()).scripts["folder-0"])
    starts, time = [], 0
    for step in record["times"]:
        time += step
        starts.append(time / 100)
    heard = results.texts.heard[SECOND]["talk 0001"]["audio"].split()
    timed = files.read_json(results.directory / "runs" / SECOND / "talk 0001" / "wer.json")["recordings"][0]
    for op, ref_start, ref_end, hyp_start, _ in timed["alignment"]:
        if op == "equal":
            for place in range(ref_end - ref_start):
                assert starts[ref_start + place] == (hyp_start + place) * 0.5
    assert len(heard) > 30
    assert starts == sorted(starts)
    assert (results.directory / "x" / ".." / record["audio"].replace("%20", " ")).resolve() == (
        results.input / "talk 0001" / "audio.wav"
    )


def test_the_same_results_make_the_same_bytes(results: ResultsFolder, tmp_path: Path) -> None:
    results.report()
    first = {path.name: path.read_bytes() for path in results.directory.glob("re*/*.svg")}
    first |= {path.name: path.read_bytes() for path in results.directory.glob("tables/*.csv")}
    page_before = (results.directory / "report.html").read_bytes()
    shutil.rmtree(results.directory / "tables")
    results.report()
    assert (results.directory / "report.html").read_bytes() == page_before
    for path in [*results.directory.glob("report/*.svg"), *results.directory.glob("tables/*.csv")]:
        assert first[path.name] == path.read_bytes()
    assert str(tmp_path).encode() not in page_before


def test_tables_on_disk_are_those_of_the_page(results: ResultsFolder) -> None:
    shown = Page(results.report())
    for table in shown.data["tables"]:
        rows = list(csv.reader(io.StringIO((results.directory / "tables" / f"{table['name']}.csv").read_text())))
        assert rows[0] == [key for key, _, _ in table["columns"]]
        assert len(rows) - 1 == table["total"]
    assert {"missed", "fixed", "broken", "folders", "settings", "words"} <= {t["name"] for t in shown.data["tables"]}


def test_nothing_from_outside_and_nothing_inline(results: ResultsFolder) -> None:
    shown = Page(results.report())
    (policy,) = [a["content"] for tag, a in shown.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag, attributes in shown.elements:
        assert tag not in ("iframe", "object", "embed", "img", "form", "base")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href", "data-src"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,"))


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    folder = hostile(tmp_path)
    html = folder.report()
    shown = Page(html)
    assert len(html) < 5_000_000
    assert {tag for tag, _ in shown.elements} <= frozenset(HARMLESS.split())
    code = [a for tag, a in shown.elements if tag == "script" and a.get("type") != "application/json"]
    assert len(code) == 1
    assert not [name for _, a in shown.elements for name in a if name.startswith("on")]
    assert not re.search("[\x00\u202e\u2028\ud800]", html)
    assert "[U+202E]" in html
    assert "49" not in {part.strip() for part in shown.texts}
    for svg in folder.directory.glob("report/*.svg"):
        assert "<script" not in svg.read_text()


def test_no_cell_of_a_table_is_a_formula(tmp_path: Path) -> None:
    folder = hostile(tmp_path)
    folder.report()
    cells = [
        cell
        for path in folder.directory.glob("tables/*.csv")
        for row in csv.reader(io.StringIO(path.read_text(), newline=""))
        for cell in row
    ]
    assert any(cell.startswith("'=cmd()") for cell in cells)
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.])", cell)]


def test_only_web_addresses_become_links() -> None:
    assert escaping.web_address("https://a.example/b") == "https://a.example/b"
    for name in HOSTILE:
        assert not escaping.web_address(name)
    assert not escaping.web_address("https://a.example/\u202eb")


def test_nothing_private_is_shown(results: ResultsFolder) -> None:
    role, account = "arn:aws:iam::123456789012:role/clm", "123456789012"
    signed = "https://b.s3.amazonaws.com/k?X-Amz-Signature=abcdef&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"
    results.model(FIRST, details={"role_arn": role, "kms_key": f"arn:aws:kms:eu-west-1:{account}:key/k"})
    runs = files.read_table(results.directory / "runs.csv")
    runs[0] |= {"status": "failed", "reason": f"{role} may not read {signed}"}
    files.write_table(results.directory / "runs.csv", tuple(runs[0]), runs)
    results.report()
    for path in [results.directory / "report.html", *results.directory.glob("tables/*")]:
        shown = path.read_text()
        for secret in (account, role, "abcdef", "AKIAIOSFODNN7EXAMPLE"):
            assert secret not in shown, path


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(spoken(1, (STOCK, FIRST)), id="one folder"),
        pytest.param(spoken(3, (STOCK,)), id="one model"),
        pytest.param(spoken(3, (f"imported-{STOCK}", "imported-b")), id="imported only"),
        pytest.param(Texts({"a": {"audio": "all is right"}}, {STOCK: {"a": {"audio": "all is right"}}}), id="no error"),
        pytest.param(Texts({"a": {"audio": "all is lost"}}, {STOCK: {"a": {"audio": ""}}}), id="nothing heard"),
        pytest.param(Texts({"a": {"audio": "unheard"}}, {STOCK: {}, FIRST: {}}), id="nothing finished"),
    ],
)
def test_small_and_odd_results(tmp_path: Path, texts: Texts) -> None:
    folder = ResultsFolder(tmp_path, texts)
    for name in texts.heard:
        if name != STOCK:
            folder.model(name)
    shown = Page(folder.write().report())
    assert shown.table("leaderboard")["total"] == len(texts.heard)
    assert any(tag == "h1" for tag, _ in shown.elements)


def test_what_amazon_costs_is_told(tmp_path: Path) -> None:
    texts = spoken(2, ("transcribe", "transcribe-clm-001"))
    folder = ResultsFolder(tmp_path, texts, engine="transcribe", transcribe={"bucket": "talks"})
    folder.model("transcribe-clm-001")
    html = folder.write().report()
    prices = folder.config["transcribe"]["prices"]
    seconds = {row["model"]: 0.0 for row in board(folder)}
    for row in files.read_table(folder.directory / "runs.csv"):
        seconds[row["model"]] += max(float(row["seconds"]), prices["least_seconds"])
    dollars = seconds["transcribe"] * prices["minute"] + seconds["transcribe-clm-001"] * prices["minute_with_clm"]
    assert f"about ${dollars / 60:.2f} by transcribe.prices ({prices['date']})" in html


def test_everything_failed(results: ResultsFolder) -> None:
    failure = {"recording": "audio", "reason": "the audio is silent", "hint": "check it"}
    empty = dict.fromkeys(("hits", "substitutions", "deletions", "insertions"), 0)
    for path in results.directory.glob("runs/*/*/wer.json"):
        score = files.read_json(path)
        files.write_json(path, {**score, "recordings": [], "failures": [failure], "counts": empty})
    html = results.score().report()
    assert "No model has results yet." in html
    assert (results.directory / "report").is_dir()  # though there is nothing to draw
    assert "the audio is silent" in html


def test_without_audio_the_rest_works_and_says_so(results: ResultsFolder) -> None:
    assert "The audio of 8 recordings is not on this machine" in results.report()
    (record,) = json.loads(Page(results.report()).scripts["folder-0"])
    assert record["audio"] is None


@pytest.mark.parametrize("lacking", [(), ("inputs.json",), ("runs.csv",)])
def test_results_of_an_older_version_lack_things_and_it_is_said(results: ResultsFolder, lacking: tuple) -> None:
    for name in ("comparisons.json", "config.yaml", *lacking):
        (results.directory / name).unlink()
    for name in ("diagnosis", "summaries"):
        shutil.rmtree(results.directory / name)
    columns = ("rank", "model", "engine", "champion", "verdict", "wer", "status")
    files.write_table(
        results.directory / "leaderboard.csv", columns, [{key: row[key] for key in columns} for row in board(results)]
    )
    (results.directory / "runs" / FIRST / "talk 0001" / "normalized.tsv").unlink()
    html = results.report()
    assert f"diagnosis/{FIRST}.json is missing" in html
    assert "comparisons.json is missing" in html


def test_results_of_a_newer_version_are_left_out_and_it_is_said(results: ResultsFolder) -> None:
    path = results.directory / "diagnosis" / f"{FIRST}.json"
    path.write_text('{"format": 99}')
    (results.directory / "comparisons.json").write_text("{broken")
    html = results.report()
    assert "written in format 99" in html
    assert "comparisons.json is left out" in html


def test_no_leaderboard_is_one_clear_message(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"leaderboard\.csv: not there yet"):
        program.main(["--results", str(tmp_path)])


def test_more_alignments_than_a_page_holds_go_to_pages_beside_it(
    results: ResultsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE_BYTES", 5_000)
    results.sound()
    html = results.report()
    pages = sorted(results.directory.glob("report/alignments-*.html"))
    assert len(pages) > 1
    assert "pages beside this one" in html
    everywhere = [Page(path.read_text()) for path in pages] + [Page(html)]
    shown = [name for one in everywhere for name in one.scripts if name.startswith("folder-")]
    assert len(shown) == len(set(shown)) == 8
    linked = {folder["page"] for folder in Page(html).data["folders"]}
    assert linked == {"report.html", *(f"report/{path.name}" for path in pages)}
    assert everywhere[0].data["base"] == "../"


def test_audio_inside_the_page(results: ResultsFolder) -> None:
    results.sound(2.0)
    (record,) = json.loads(Page(results.report(embed_audio=True)).scripts["folder-0"])
    assert record["audio"].startswith("data:audio/mpeg;base64,")
    assert results.report(embed_audio=True) == results.report(embed_audio=True)


def test_audio_that_is_too_much_for_the_page_stays_beside_it(
    results: ResultsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    results.sound(2.0)
    from clm.report.listening import playback

    monkeypatch.setattr(playback.Embedded.__init__, "__defaults__", (30_000,))
    html = results.report(embed_audio=True)
    assert "is not inside this page" in html
    kinds = {json.loads(Page(html).scripts[f"folder-{n}"])[0]["audio"][:5] for n in range(8)}
    assert kinds == {"data:", "../in"}


def test_rows_beyond_those_of_the_page_are_in_the_file() -> None:
    rows = [[f"w{number}", "a" if number % 2 else "b"] for number in range(2 * MOST_ROWS + 10)]
    table = Table("x", "X", "", [Column("word", "W"), Column("model", "M")], rows, "model")
    assert len(table.page_rows()) == 2 * MOST_ROWS
    assert table.for_page()["total"] == len(rows)
