"""Leaderboard, tables and figures as they look: what fits, what can be read, what the signs mean."""

import re

import pytest

from chromium import Browser
from clm.base import files
from report_data import STOCK, ResultsFolder


@pytest.fixture
def page(browser: Browser, results: ResultsFolder) -> Browser:
    """The report, just opened, on a small desk screen."""
    browser.resize(1280)
    browser.open(results.directory / "report.html")
    return browser


def test_the_leaderboard_fits_and_has_the_rest_in_details(page: Browser) -> None:
    assert page.run("const s = document.querySelector('#board').parentElement; return s.scrollWidth <= s.clientWidth")
    more = page.find("#board [data-more]")
    assert not more.is_displayed()
    page.click("#board .more")
    assert more.is_displayed()
    assert "Character error rate" in more.text
    page.click("#board th[data-key=wer] button")
    after = page.run("return [...document.querySelectorAll('#board tbody tr')].map(r => r.hasAttribute('data-more'))")
    assert after == [False, True] * (len(after) // 2)


def test_the_first_column_stays_on_a_phone(page: Browser) -> None:
    page.resize(390, 844)
    page.run("document.querySelector('#leaderboard details').open = true")
    page.run("document.querySelector('#board').parentElement.scrollLeft = 300")
    left = "return document.querySelector('#board .name-cell').getBoundingClientRect().left"
    assert 0 <= page.run(left) < 40


@pytest.mark.parametrize("width", [1440, 1280, 390])
def test_no_word_breaks_in_the_middle(page: Browser, width: int) -> None:
    page.resize(width)
    for table in ("folders", "fixed", "missed", "settings"):
        page.show(table)
    broken = page.run("""
        for (const part of document.querySelectorAll('.fold')) part.open = true;
        const broken = [];
        for (const cell of document.querySelectorAll('td, th, h1, h2, h3, .steps p, .number *')) {
          for (const node of cell.childNodes) {
            if (node.nodeType !== 3 || !cell.offsetParent) continue;
            for (const match of node.data.matchAll(/[A-Za-z]{3,24}/g)) {
              const range = document.createRange();
              range.setStart(node, match.index);
              range.setEnd(node, match.index + match[0].length);
              if (range.getClientRects().length > 1) broken.push(match[0]);
            }
          }
        }
        return broken.slice(0, 5)""")
    assert broken == []


def test_an_empty_column_is_not_drawn_but_exported(page: Browser) -> None:
    table = page.show("folders")
    heads = page.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", f"{table} thead th")
    assert "Status" in heads
    assert "Reason" not in heads
    page.click(f"{table} [data-csv]")
    assert page.downloaded("folders.csv").splitlines()[0].endswith("status,reason")


def test_fixed_words_show_what_the_baseline_heard(page: Browser, results: ResultsFolder) -> None:
    table = page.show("fixed")
    model = page.run("return document.querySelector(arguments[0]).value", f"{table} select")
    rows = page.run(
        "const t = JSON.parse(document.querySelector('#data').textContent).tables.find(t => t.name === 'fixed');"
        " return t.rows.map(r => Object.fromEntries(r.map((v, i) => [t.columns[i][0], v])))")  # fmt: skip
    checked = 0
    for row in (row for row in rows if row["model"] == model):
        scores = {
            name: files.read_json(results.directory / "runs" / name / row["folder"] / "wer.json")["recordings"]
            for name in (STOCK, model)
        }
        (recording,) = [item for item in scores[STOCK] if item["recording"] == row["recording"]]
        ops = [op for op in recording["alignment"] if op[1] < row["at"] <= op[2]]
        assert [op[0] for op in ops] == ["delete" if row["heard"] == "(left out)" else "substitute"]
        heard = results.texts.heard[STOCK][row["folder"]][row["recording"]].split()
        if ops[0][0] == "substitute":
            assert row["heard"] == heard[ops[0][3] + row["at"] - 1 - ops[0][1]]
        assert row["word"] in row["reference"].split()
        checked += 1
    assert checked > 5
    assert "heard" in page.find(f"{table} thead").text


def test_an_example_is_played_without_leaving_the_table(page: Browser) -> None:
    for table in ("fixed", "broken"):
        selector = page.show(table)
        page.requests()
        page.click(f"{selector} .play")
        page.until("return document.querySelector(arguments[0]).textContent !== '▶'", f"{selector} .play")
        page.until("return document.querySelector(arguments[0]).textContent === '▶'", f"{selector} .play")  # it ends
        assert all(address.endswith(".wav") for address in page.requests())
    assert page.messages() == []


def test_scales_have_round_values(page: Browser) -> None:
    ticks = ", ".join(f".figure-{name} .tick" for name in ("wer", "errors", "changes"))
    texts = page.run("return [...document.querySelectorAll(arguments[0])].map(t => t.textContent)", ticks)
    assert len(texts) > 8
    for text in texts:
        assert re.fullmatch(r"\d+%", text), text
        assert int(text[:-1]) % 5 == 0


@pytest.mark.parametrize("width", [1440, 1280, 1024, 390])
def test_text_of_figures_can_be_read(page: Browser, width: int) -> None:
    page.resize(width)
    small = page.run("""
        for (const part of document.querySelectorAll('.fold')) part.open = true;
        return [...document.querySelectorAll('figure svg')].filter(s => s.clientWidth).flatMap(svg => {
          const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
          const size = (text) => parseFloat(getComputedStyle(text).fontSize) * scale;
          return [...svg.querySelectorAll('text')].map(t => [t.textContent, size(t)]);
        }).filter(([, size]) => size < 11.9)""")
    assert small == []


def test_nothing_is_drawn_over_the_edge(page: Browser) -> None:
    cut = page.run("""
        for (const part of document.querySelectorAll('.fold')) part.open = true;
        return [...document.querySelectorAll('figure svg')].filter(s => s.clientWidth).flatMap(svg => {
          const box = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter(t => {
            const r = t.getBoundingClientRect();
            return r.left < box.left - 1 || r.right > box.right + 1;
          }).map(t => t.textContent);
        })""")
    assert cut == []


def test_a_figure_wider_than_the_screen_says_so(page: Browser) -> None:
    page.resize(390, 844)
    page.run("document.querySelector('#folders details').open = true")
    page.until("return !document.querySelector('#folders figure .hint').hidden")
    page.resize(1440)
    page.until("return document.querySelector('#folders figure .hint').hidden")


def test_a_table_wider_than_the_screen_says_so(page: Browser) -> None:
    page.resize(390, 844)
    table = page.show("fixed")
    page.until("return !document.querySelector(arguments[0]).hidden", f"{table} .hint")
    heads = page.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", f"{table} thead th")
    assert heads[:2] == ["Word", "Pocketsphinx heard"]
    assert page.run("const r = document.querySelector(arguments[0]).getBoundingClientRect(); return r.right <= 390",
                    f"{table} tbody td:nth-child(2)")  # fmt: skip
    page.resize(1440)
    page.until("return document.querySelector(arguments[0]).hidden", f"{table} .hint")


def test_details_of_a_model_fit_a_phone(page: Browser) -> None:
    page.resize(390, 844)
    page.run("document.querySelector('#leaderboard details').open = true")
    page.click("#board .more")
    right = page.run("return [...document.querySelectorAll('#board [data-more] dd')].filter(e => e.offsetWidth)"
                     ".map(e => e.getBoundingClientRect().right)")  # fmt: skip
    assert right
    assert max(right) <= 390


def test_the_scale_of_a_tall_figure_stands_above_as_well(browser: Browser, thousand: ResultsFolder) -> None:
    browser.resize(1280)
    browser.open(thousand.directory / "report.html")
    rows = browser.run(
        "return [...document.querySelectorAll('.figure-changes .tick')].map(t => Number(t.getAttribute('y')))"
    )
    assert len(set(rows)) == 2
    assert min(rows) < 60


def test_a_sign_has_one_meaning(page: Browser) -> None:
    diamonds = page.run("return [...document.querySelectorAll('figure svg path.dot')].length")
    assert diamonds == 1  # the champion
    text = page.run("return [...document.querySelectorAll('figure')].map(f => f.textContent).join(' ')")
    assert "◆" not in text


def test_the_baseline_stands_before_what_came_after(page: Browser) -> None:
    for figure in ("wer", "errors"):
        labels = page.run(
            "return [...document.querySelectorAll(arguments[0])].map(t => t.textContent)", f".figure-{figure} .label"
        )
        assert next(name for name in labels if name.startswith(STOCK)) == STOCK
    heads = page.run(
        "return [...document.querySelectorAll('.figure-folders .label')].slice(0, 2).map(t => t.textContent)"
    )
    assert heads[0] == STOCK


def test_changes_of_folders_are_sorted_by_gain(page: Browser) -> None:
    values = page.run("return [...document.querySelectorAll('.figure-changes .value')].map(t => t.textContent)")
    points = [float(value.replace("−", "-")) for value in values]
    assert len(points) == 16
    assert points == sorted(points)


def test_kinds_of_errors_can_be_switched_off_in_the_map(page: Browser) -> None:
    page.run("document.querySelector('#folders details').open = true")
    shown = (
        "return [...document.querySelectorAll('.mark-substitutions')].some(m => getComputedStyle(m).display !== 'none')"
    )
    assert page.run(shown)
    page.click("[data-mark=substitutions]")
    assert not page.run(shown)
    assert page.run(shown.replace("substitutions", "insertions"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_of_the_heat_map_stand_out(page: Browser, theme: str) -> None:
    page.run("document.documentElement.dataset.theme = arguments[0]", theme)
    lowest = page.run("""
        const parse = (text) => text.match(/[\\d.]+/g).map(Number);
        const light = (rgb) => rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const paper = parse(getComputedStyle(document.querySelector('figure.card')).backgroundColor);
        return Math.min(...[...document.querySelectorAll('.figure-folders .cell-text')].map(text => {
          const cell = getComputedStyle(text.previousElementSibling);
          const [fill, alpha] = [parse(cell.fill), Number(cell.fillOpacity)];
          const under = [0, 1, 2].map(i => fill[i] * alpha + paper[i] * (1 - alpha));
          const [a, b] = [light(under), light(parse(getComputedStyle(text).fill).slice(0, 3))];
          return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        }))""")
    assert lowest >= 4.5
