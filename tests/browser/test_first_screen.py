"""The first screen: what it says of every kind of result, its warnings, its commands, and the one page on paper."""

import base64
import io
import re
import unicodedata
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from chromium import Browser
from clm.base import files
from report_data import FIRST, OUTCOMES, ResultsFolder, outcome, trouble

ANSWERS = {
    "better": "Yes: the custom language model pays off",
    "leaked": "Better, but it has seen the answers",
    "as the control": "No: unrelated text does as well",
    "no gain": "Not proven yet",
    "worse": "No: it makes things worse",
    "nothing": "No custom language model yet",
}
STEPS = {
    "better": "Heal: train the next generation",
    "leaked": "Judge the model on what it has not read",
    "as the control": "Use other text",
    "no gain": "Use other text",
    "worse": "Use other text",
    "nothing": "Give it text: learn the words that it missed",
}

#: How terms are used on the first screen, in lower case.
TERMS = {
    "held.out": "Held out", r"\bp = ": "p", "its control": "Control", "heal": "Heal", "broken": "Fixed, broken",
    "between": "Between", "word error rate": "Word error rate (WER)", "seen the answers": "Has seen the answers",
}  # fmt: skip


@pytest.fixture(autouse=True)
def desk(browser: Browser) -> None:
    """The window of a desk, whatever the test before looked at."""
    browser.resize(1440)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ResultsFolder]:
    """A report of each kind of result."""
    made = {name: outcome(tmp_path_factory.mktemp(name.replace(" ", "-")), name) for name in OUTCOMES}
    for folder in made.values():
        folder.report()
    return made


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> ResultsFolder:
    """A report with much to warn of."""
    folder = trouble(outcome(tmp_path_factory.mktemp("troubled"), "better"))
    folder.report()
    return folder


def seen(browser: Browser, selector: str) -> bool:
    """True if an element lies within the window as it was opened."""
    return browser.run(
        "const e = document.querySelector(arguments[0]); if (!e) return false; const r = e.getBoundingClientRect();"
        " return r.height > 0 && r.top >= 0 && r.bottom <= innerHeight && r.right <= innerWidth", selector)  # fmt: skip


@pytest.mark.parametrize("name", OUTCOMES)
def test_ten_seconds_are_enough(browser: Browser, outcomes: dict[str, ResultsFolder], name: str) -> None:
    browser.resize(1440)
    browser.open(outcomes[name].directory / "report.html")
    assert browser.find(".hero .pill").text == ANSWERS[name]
    assert browser.find(".steps li h3").text == STEPS[name]
    basis = [card.text for card in browser.all(".number") if card.text.startswith(("Judged on", "Measured on"))]
    assert len(basis) == 1
    assert "words in" in basis[0]
    for selector in (".question", ".hero .pill", "h1", ".proof", ".figures", ".steps li:first-child p"):
        assert seen(browser, selector), selector
    browser.resize(390, 844)
    for selector in (".question", ".hero .pill", "h1", ".proof", ".next-line", ".figures .number"):
        assert seen(browser, selector), selector
    assert browser.find(".next-line").text == f"Next: {STEPS[name]}"


@pytest.mark.parametrize("name", OUTCOMES)
def test_terms_are_explained_where_they_are_used(
    browser: Browser, outcomes: dict[str, ResultsFolder], name: str
) -> None:
    browser.resize(1440)
    browser.open(outcomes[name].directory / "report.html")
    used = browser.run("const first = document.querySelector('#summary').cloneNode(true);"
                       " first.querySelector('.terms').remove(); return first.textContent.toLowerCase()")  # fmt: skip
    told = browser.run("return [...document.querySelectorAll('.terms dt')].map(e => e.textContent)")
    for pattern, term in TERMS.items():
        assert bool(re.search(pattern, used)) == (term in told), term
    assert browser.find(".terms dd").is_displayed()
    browser.resize(390, 844)
    browser.open(outcomes[name].directory / "report.html")
    assert not browser.find(".terms dd").is_displayed()
    browser.find(".terms summary").send_keys(Keys.ENTER)
    assert browser.find(".terms dd").is_displayed()


def test_every_figure_names_its_recordings(browser: Browser, outcomes: dict[str, ResultsFolder]) -> None:
    headings = {}
    for name in OUTCOMES:
        browser.open(outcomes[name].directory / "report.html")
        groups = "return [...document.querySelectorAll('.figures')].map(g => [g.querySelector('h2').textContent,"
        headings[name] = browser.run(groups + " g.querySelectorAll('.number').length])")
        assert sum(count for _, count in headings[name]) == len(browser.all(".number"))
    heldout = "9 held-out recordings that the model never learned from: the verdict depends on them"
    assert headings["better"] == [[heldout, 3], ["All 12 recordings", 2]]
    assert headings["leaked"] == [
        ["7 held-out recordings that the text of the model does not hold", 2],
        ["All 12 recordings, also those that the text of the model holds", 2],
    ]
    assert headings["nothing"] == [["All 12 recordings", 2]]


def test_the_figure_of_the_verdict_has_its_range(browser: Browser, outcomes: dict[str, ResultsFolder]) -> None:
    for name in OUTCOMES:
        browser.open(outcomes[name].directory / "report.html")
        text = browser.find(".figures .number").text
        now, low, high = (float(rate) for rate in re.findall(r"([0-9.]+)%", text)[-3:])
        assert low < now < high, text


def test_the_figures_of_the_verdict_come_first(browser: Browser, outcomes: dict[str, ResultsFolder]) -> None:
    labels = {}
    for name in OUTCOMES:
        browser.open(outcomes[name].directory / "report.html")
        labels[name] = browser.run("return [...document.querySelectorAll('.number dt')].map(e => e.textContent)")
    first = ["Word error rate", "Against unrelated text", "Judged on"]
    assert labels["better"] == [*first, "Word error rate", "Words fixed"]
    assert labels["leaked"] == ["Word error rate", "Judged on", "Word error rate", "Words fixed"]
    assert labels["nothing"] == ["Word error rate", "Measured on"]


def test_the_verdict_names_baseline_and_control(browser: Browser, outcomes: dict[str, ResultsFolder]) -> None:
    for name, words in (("better", r"and \d+% fewer"), ("as the control", r"but \d+% more")):
        browser.open(outcomes[name].directory / "report.html")
        assert re.search(rf"fewer errors than pocketsphinx, {words} errors than its control", browser.find("h1").text)
    board = browser.run("return [...document.querySelectorAll('#board tbody [data-key=rank]')].map(c => c.textContent)")
    assert board == ["1", "2", ""]  # a control is not ranked
    assert browser.run("return document.querySelectorAll('.figure-generations .control').length") == 1


def test_what_has_seen_the_answers_is_not_called_proven(browser: Browser, outcomes: dict[str, ResultsFolder]) -> None:
    browser.open(outcomes["leaked"].directory / "report.html")
    proof = browser.find(".proof").text
    assert "Proven" not in proof
    assert "On the 7 other held-out folders its WER is" in proof
    assert browser.find("h1").text.startswith(f"On the 7 held-out folders that its text does not hold, {FIRST} makes")


def test_a_baseline_that_nothing_is_compared_with_is_no_champion(
    browser: Browser, outcomes: dict[str, ResultsFolder]
) -> None:
    browser.open(outcomes["nothing"].directory / "report.html")
    assert "champion" not in browser.find("#board").text
    browser.open(outcomes["better"].directory / "report.html")
    assert "champion" in browser.find("#board").text


def test_warnings_stand_before_everything_else(browser: Browser, troubled: ResultsFolder) -> None:
    browser.resize(1440)
    browser.open(troubled.directory / "report.html")
    assert seen(browser, "#first-warnings")
    text = browser.find("#first-warnings").text
    assert "5 input folders are left out" in text
    assert "Articles for 1 look-up of keywords could not be fetched: kinase." in text
    everything = browser.find("#warnings").text
    assert "Nothing to warn of" not in everything
    assert "Speaker labels left out: Ann, Bob (folders talk 0001, talk 0002)." in everything
    assert "1 of 2 channels carry no sound and were left out of the mix (folder talk 0003)." in everything
    browser.click("#first-warnings summary")
    assert "interview 5: no audio file" in browser.find("#first-warnings").text


def test_commands_are_those_of_this_run(browser: Browser, troubled: ResultsFolder) -> None:
    browser.open(troubled.directory / "report.html")
    command = "/opt/clm/.venv/bin/snakemake -s /opt/clm/Snakefile -d 'my talks' --configfile my.yaml"
    commands = browser.run("return [...document.querySelectorAll('.command code')].map(e => e.textContent)")
    assert command in commands
    assert f"{command} --forcerun heal" in commands
    assert all(one.startswith(command) for one in commands)


def pages(browser: Browser) -> list[str]:
    """The texts of the pages that the browser would print on A4."""
    import pypdf

    size = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": False}
    data = browser.driver.execute_cdp_cmd("Page.printToPDF", size)["data"]
    texts = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(base64.b64decode(data))).pages]
    return [unicodedata.normalize("NFKC", text) for text in texts]  # fonts join letters


@pytest.mark.parametrize("name", OUTCOMES)
def test_one_page_is_printed_for_who_decides(browser: Browser, outcomes: dict[str, ResultsFolder], name: str) -> None:
    browser.open(outcomes[name].directory / "report.html")
    (page,) = pages(browser)
    page = " ".join(page.split())
    assert "Does a custom language model make pocketsphinx better on this audio?" in page
    assert ANSWERS[name] in page
    assert "What it cost" in page
    assert STEPS[name] in page


def test_one_page_holds_whatever_there_is_to_warn_of(browser: Browser, troubled: ResultsFolder) -> None:
    index = files.read_json(troubled.directory / "inputs.json")
    before = (troubled.directory / "report.html").read_bytes()
    long = {
        f"a folder with a name of some length {number}": "why it is left out, in many words " * 20
        for number in range(90)
    }
    files.write_json(troubled.directory / "inputs.json", {**index, "left_out": long})
    try:
        troubled.report()
        browser.open(troubled.directory / "report.html")
        assert len(pages(browser)) == 1
    finally:
        files.write_json(troubled.directory / "inputs.json", index)
        (troubled.directory / "report.html").write_bytes(before)


def test_everything_is_printed_if_it_is_asked_for(browser: Browser, outcomes: dict[str, ResultsFolder]) -> None:
    browser.open(outcomes["better"].directory / "report.html")
    browser.run("document.documentElement.dataset.print = 'all'")
    assert len(pages(browser)) > 3


def test_on_a_phone_the_parts_are_folded(browser: Browser, troubled: ResultsFolder, results: ResultsFolder) -> None:
    for folder in (troubled, results):
        browser.resize(390, 844)
        browser.open(folder.directory / "report.html")
        assert browser.run("return document.documentElement.scrollHeight") < 12_000
    assert not browser.find("#board").is_displayed()
    browser.run("document.querySelector('.top a[href=\"#leaderboard\"]').click()")
    assert browser.find("#board").is_displayed()


def test_the_same_is_said_on_the_page_and_as_data(
    browser: Browser, troubled: ResultsFolder, capsys: pytest.CaptureFixture
) -> None:
    import json

    import show

    show.main(["--results", str(troubled.directory), "--json"])
    view = json.loads(capsys.readouterr().out)
    browser.open(Path(troubled.directory / "report.html"))
    assert browser.find(".hero .pill").text == view["verdict"]["answer"]
    assert browser.find("h1").text == view["verdict"]["sentence"]
    assert browser.find(".proof").text == view["verdict"]["proof"]
    titles = browser.run("return [...document.querySelectorAll('.steps h3')].map(e => e.textContent)")
    assert titles == [step["what"] for step in view["next"]]
    shown = browser.run("return document.querySelector('#warnings').textContent.replace(/\\s+/g, ' ')")
    assert view["warnings"]
    assert all(warning["text"] in shown for warning in view["warnings"])
    show.main(["--results", str(troubled.directory)])
    printed = " ".join(capsys.readouterr().out.split())
    assert f"{view['verdict']['answer']}." in printed
    assert all(" ".join(item["text"].split()) in printed for item in view["warnings"] if item["grave"])
