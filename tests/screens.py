"""Pictures of every view of reports, to be looked at by eye: each width, light and dark, opened, printed.

For each results folder and each look (1440, 1280 and 390 pixels wide, light and dark): the first screen; the whole
page with everything opened, in pieces; the details of a model, the places of a word, an error in its alignment; the
views on paper. axe-core examines each page with everything opened; its findings are printed, and the exit status is 1
if there are any. `--made` adds results of each outcome and of 1,000 folders, made from texts without recognising
anything. Chromium has to be there (on Debian: apt-get install chromium chromium-driver npm).

    .venv/bin/python tests/screens.py --output /tmp/screens demo=results long=other/results --made
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chromium import Browser

LOOKS = tuple((width, theme) for theme in ("light", "dark") for width in (1440, 1280, 390))
HEIGHTS = {1440: 900, 1280: 860, 390: 844}
PAPER = 680  # pixels between the margins of A4
PIECE = {1440: 1500, 1280: 1500, 390: 2400, PAPER: 1000}
MOST_PIECES = 16
OPEN = (
    "document.documentElement.style.scrollBehavior = 'auto';"
    " for (const part of document.querySelectorAll('.fold')) part.open = true;"
)
#: Actions that lead to views which a page does not show at first, and what they are called.
VIEWS = {
    "model": "document.querySelector('#board .more')?.click();"
             " document.querySelector('#leaderboard').scrollIntoView({behavior: 'instant'})",
    "word": "document.querySelector('[data-table] tbody [data-word]')?.click()",
    "error": "for (let n = 0; n < 3; n++) document.querySelector('#next').click()",
}  # fmt: skip


def pictures(browser: Browser, page: Path, width: int, theme: str) -> Iterator[tuple[str, bytes]]:
    """Pictures of one page in one look, with their names."""
    browser.resize(width, HEIGHTS[width])
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", _media(theme))
    browser.open(page)
    yield "first", _window(browser)
    for name, action in VIEWS.items():
        browser.open(page)
        browser.run(OPEN + action)
        yield name, _window(browser)
    browser.open(page)
    browser.run("for (const part of document.querySelectorAll('details')) part.open = true; scrollTo(0, 0)")
    yield from _pieces(browser, "opened", width)


def printed(browser: Browser, page: Path) -> Iterator[tuple[str, bytes]]:
    """Pictures of a page on paper: the one page, then everything."""
    browser.resize(PAPER, 1000)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {**_media("light"), "media": "print"})
    for name, what in (("page", ""), ("everything", "all")):
        browser.open(page)
        browser.run("document.documentElement.dataset.print = arguments[0]", what)
        yield from _pieces(browser, name, PAPER)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def _media(theme: str) -> dict:
    return {"features": [{"name": "prefers-color-scheme", "value": theme}]}


def _window(browser: Browser) -> bytes:
    """What is in the window, when it has come to rest."""
    time.sleep(0.3)
    return _picture(browser)


def _pieces(browser: Browser, name: str, width: int) -> Iterator[tuple[str, bytes]]:
    """A page from its top to its end."""
    browser.run("document.querySelector('.top').style.position = 'static'")
    time.sleep(0.5)
    height = browser.run("return document.documentElement.scrollHeight")
    for number in range(min(MOST_PIECES, -(-height // PIECE[width]))):
        top = number * PIECE[width]
        area = {"x": 0, "y": top, "width": width, "height": min(PIECE[width], height - top), "scale": 1}
        yield f"{name}-{number + 1:02d}", _picture(browser, clip=area, captureBeyondViewport=True)


def _picture(browser: Browser, **options: object) -> bytes:
    found = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", **options})
    return base64.b64decode(found["data"])


def made(directory: Path, only: list[str] | None) -> Iterator[tuple[str, Path]]:
    """Results folders of each outcome, one with much to warn of, and one of 1,000 folders."""
    from report_data import OUTCOMES, many, outcome, trouble

    makers = {name: partial(outcome, name=name) for name in OUTCOMES}
    makers["trouble"] = lambda place: trouble(outcome(place, "better"))
    makers["thousand"] = lambda place: many(place, 1000, 6)
    for name, make in makers.items():
        if only and name not in only:
            continue
        folder = make(directory / name)
        if name in OUTCOMES:
            folder.sound()
        yield name, folder.directory


def report(results: Path) -> Path:
    """The report of a results folder, written anew with the settings of its run."""
    from clm.report import gather, page

    output = page.Output(results / "report.html", results / "tables", results / "report")
    other = gather.read(results).config.get("report", {}).get("compare")
    page.write(results, output, other=Path(other) if other else None)
    return output.page


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="*", metavar="NAME=FOLDER", help="a results folder and a name for it")
    parser.add_argument("--made", action="store_true", help="also results that are made from texts")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="of all these, only those with one of these names")
    parser.add_argument("--looks", nargs="*", metavar="WIDTH-THEME", help="only these looks, such as 390-dark")
    parser.add_argument("--output", type=Path, required=True, help="folder of the pictures, a folder for each page")
    parser.add_argument("--no-axe", action="store_true", help="take pictures only")
    args = parser.parse_args()

    from chromium import Browser, axe_source

    given = [(name, Path(path)) for name, _, path in (item.partition("=") for item in args.results)]
    found = 0
    with tempfile.TemporaryDirectory(prefix="clm-screens-") as scratch:
        folders = [*given, *(made(Path(scratch, "made"), args.only) if args.made else ())]
        browser = Browser(Path(scratch, "browser"))
        for name, results in folders:
            if args.only and name not in args.only:
                continue
            page = report(results)
            for width, theme in LOOKS:
                if args.looks and f"{width}-{theme}" not in args.looks:
                    continue
                for view, picture in pictures(browser, page, width, theme):
                    _save(args.output / name / f"{width}-{theme}-{view}.png", picture)
                if args.no_axe:
                    continue
                for finding in browser.accessibility(axe_source()):
                    found += 1
                    sys.stdout.write(f"{name}, {width} {theme}: {finding}\n")
            for view, picture in printed(browser, page):
                _save(args.output / name / f"paper-{view}.png", picture)
        browser.driver.quit()
    number = len(list(args.output.glob("*/*.png")))
    sys.stdout.write(f"{number} pictures in {args.output}; axe-core found {found} kinds of fault\n")
    sys.exit(bool(found))


def _save(path: Path, picture: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "scripts")]
    main()
