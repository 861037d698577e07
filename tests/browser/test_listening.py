"""Listening: keys, the player that stays in sight, the bar of a long recording, the places of a word."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from chromium import Browser
from report_data import FIRST, STOCK, ResultsFolder, spoken


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> ResultsFolder:
    """One recording of twenty minutes."""
    folder = ResultsFolder(tmp_path_factory.mktemp("long"), spoken(1, (STOCK, FIRST), words=2400))
    folder.model(FIRST)
    folder.write().sound(1201)
    folder.report()
    return folder


@pytest.fixture
def page(browser: Browser, long: ResultsFolder) -> Browser:
    """The report, just opened."""
    browser.resize(1280)
    browser.open(long.directory / "report.html")
    return browser


def error(browser: Browser) -> int:
    """Number of the current error."""
    return int(browser.find("#error-count").text.split()[1].replace(",", ""))


def press(browser: Browser, key: str) -> None:
    """A key, wherever the focus is."""
    ActionChains(browser.driver).send_keys(key).perform()


def test_space_pauses_after_a_click_on_a_word(page: Browser) -> None:
    page.click("#alignment .w.said[data-at='12']")
    page.until("return !player.paused && player.currentTime > 0")
    press(page, Keys.SPACE)
    page.until("return player.paused")
    at = page.run("return player.currentTime")
    press(page, Keys.SPACE)
    page.until("return !player.paused")
    assert page.run("return player.currentTime") >= at
    page.run("player.pause()")


def test_the_bar_of_very_many_errors_shows_how_dense_they_are(page: Browser) -> None:
    page.resize(390, 844)
    page.run("document.querySelector('#listen details').open = true;"
             " document.querySelector('#jump').scrollIntoView({behavior: 'instant'})")  # fmt: skip
    heights = """
        const canvas = document.querySelector('#jump-canvas');
        const paper = canvas.getContext('2d');
        const found = new Set();
        for (let x = 1; x < canvas.width; x += 4) {
          const column = paper.getImageData(x, 0, 1, 14).data;
          let tall = 0;
          while (tall < 14 && column[4 * tall] > 190 && column[4 * tall + 2] < 60) tall++;
          found.add(tall);
        }
        return found.size"""
    assert page.until(f"return (() => {{ {heights} }})() > 3")
    page.resize(1280)


def test_next_goes_from_where_one_is(page: Browser) -> None:
    page.click("#next")
    assert error(page) == 1
    page.run("document.querySelector(\"#alignment .w.said[data-at='200']\").click()")
    page.until("return !player.paused")
    page.run("player.pause()")
    press(page, "n")
    after = error(page)
    assert after > 10
    press(page, "p")
    assert error(page) == after - 1


def test_the_player_stays_in_sight(page: Browser) -> None:
    for width, height in ((1280, 900), (390, 844)):
        page.resize(width, height)
        page.run("document.querySelector('#listen details').open = true")
        column = "document.querySelectorAll('.column')[700]"
        page.run(f"{column}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        box = page.run("const r = player.getBoundingClientRect(); return [r.top, r.bottom]")
        assert 0 <= box[0] < box[1] <= height


def test_a_bar_shows_errors_and_leads_to_them(page: Browser) -> None:
    assert page.find("#jump").is_displayed()
    inked = page.run(
        "const c = document.querySelector('#jump-canvas');"
        " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)")  # fmt: skip
    assert inked
    page.run("const r = document.querySelector('#jump-to'); r.value = 2000; r.dispatchEvent(new Event('input'))")
    place = page.run("return Number(document.querySelector('.column.current [data-at]').dataset.at)")
    assert abs(place - 2000) < 30
    assert page.find("#jump-to").get_attribute("aria-valuetext").startswith("word 2001 of 2400, 16:")


def test_a_word_is_played_at_each_of_its_places(page: Browser) -> None:
    table = page.show("missed")
    page.click(f"{table} tbody [data-word]")
    assert len(page.all("#places .play")) == len(page.all("#places .places li"))
    page.click("#places .play")
    page.until("return document.querySelector('#places .play').textContent !== '▶'")
    page.until("return document.querySelector('#places .play').textContent === '▶'")
    assert page.find("#places").get_attribute("open") is not None
    page.click("#places-close")
    assert page.messages() == []
