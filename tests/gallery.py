"""Pictures of the report for README and docs/, and the page that shows them: `make gallery`, after the demo.

They are taken of results/report.html by Chromium, which has to be there (on Debian: apt-get install chromium
chromium-driver): its first screen (docs/report.png) and words to listen to (docs/report-listen.png); one picture of
each view that has a caption below, two of the first screen on a phone and in the dark, and one of a comparison of two
results folders, if another one is given with --compare.

    .venv/bin/python tests/gallery.py [--results results] [--compare OTHER]
"""

from __future__ import annotations

import argparse
import base64
import io
import struct
import sys
import tempfile
import time
import zlib
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = DOCS / "gallery"
PAGE = DOCS / "gallery.md"
WIDTH, HEIGHT = 1280, 860
PHONE = (390, 844)

#: What a view shows, by its address on the page; a view that is not named here has no picture.
CAPTIONS = {
    "leaderboard": "Every model with its word error rate, interval, change and verdict",
    "models": "How the models differ: error rates with intervals, kinds of errors, and generation after generation",
    "folders": "Where it helps and where it harms, folder by folder",
    "words": "Words that the model fixed, broke, or still misses",
    "keywords": "The terms that you care about: how many of them are right with each model",
    "listen": "Reference and models word against word; a click on a word plays it",
    "corpus": "What was looked up, and what was found",
    "warnings": "What is wrong with input, models or text, and what to do about it",
}
_INTRODUCTION = """# Gallery

What the [report](report.md) of a run looks like, which is one file that opens from disk without network. The pictures
are of the demo, taken by `make gallery`.
"""


def capture(browser, path: Path) -> None:
    """Take a picture of what is in the window."""
    browser.run("document.activeElement?.blur()")
    time.sleep(0.4)  # details open, figures are drawn, scrolling ends
    found = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(small(base64.b64decode(found["data"])))


def small(picture: bytes) -> bytes:
    """A PNG with a palette of its 256 most frequent colours, a third of the size; others become the nearest of them."""
    import av
    import numpy as np

    pixels = next(av.open(io.BytesIO(picture)).decode(video=0)).to_ndarray(format="rgb24")
    height, width, _ = pixels.shape
    flat = pixels.reshape(-1, 3).astype(np.int64)
    coarse = (flat[:, 0] >> 2 << 12) | (flat[:, 1] >> 2 << 6) | flat[:, 2] >> 2
    _, place, count = np.unique(coarse, return_inverse=True, return_counts=True)
    colours = np.stack([np.bincount(place, flat[:, band]) for band in range(3)], axis=1) / count[:, None]
    kept = colours[np.argsort(-count)[:256]].round()
    nearest = ((colours[:, None, :] - kept[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each begins with the number of its filter: none
    rows[:, 1:] = nearest[place].reshape(height, width)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    palette, data = kept.astype(np.uint8).tobytes(), zlib.compress(rows.tobytes(), 9)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, part) for kind, part in parts)


def go(browser, view: str) -> bool:
    """Go to a view as its link does; False if the page has none of this address."""
    script = "const link = document.querySelector(arguments[0]); if (link) link.click(); return Boolean(link)"
    if not browser.run(script, f"nav a[href='#{view}']"):
        return False
    time.sleep(0.2)  # the link's own scrolling
    browser.run("document.getElementById(arguments[0]).scrollIntoView({behavior: 'instant', block: 'start'})", view)
    return True


def take(report: Path, compared: Path | None) -> list[tuple[str, str]]:
    """Take all pictures; file name and caption of each, in their order."""
    from chromium import Browser

    shown: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="clm-gallery-") as scratch:
        light = Browser(Path(scratch, "light"), width=WIDTH, height=HEIGHT)
        light.open(report)
        light.run("document.documentElement.style.scrollBehavior = 'auto'")
        capture(light, DOCS / "report.png")
        for view, caption in CAPTIONS.items():
            if go(light, view):
                capture(light, PICTURES / f"{view}.png")
                shown.append((f"gallery/{view}.png", caption))
        if go(light, "listen"):
            light.run("for (let n = 0; n < 3; n++) document.querySelector('#next').click()")
            capture(light, DOCS / "report-listen.png")
        if compared:
            light.driver.get(compared.absolute().as_uri())
            capture(light, PICTURES / "compare.png")
            shown.append(("gallery/compare.png", "Two results folders, before and after a change"))
        light.driver.quit()
        dark = Browser(Path(scratch, "dark"), width=WIDTH, height=HEIGHT, dark=True)
        dark.open(report)
        capture(dark, PICTURES / "dark.png")
        dark.driver.quit()
        phone = Browser(Path(scratch, "phone"), width=PHONE[0], height=PHONE[1])
        phone.open(report)
        capture(phone, PICTURES / "phone.png")
        phone.driver.quit()
    shown += [("gallery/dark.png", "In the dark"), ("gallery/phone.png", "On a phone")]
    return [("report.png", "The first screen: the verdict, what to watch out for, what is next"), *shown]


def page(shown: list[tuple[str, str]]) -> str:
    """The page that shows pictures with their captions."""
    return _INTRODUCTION + "".join(f"\n## {caption}\n\n![{caption}]({name})\n" for name, caption in shown)


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder of the demo")
    parser.add_argument("--compare", type=Path, help="another results folder with the same recordings, made before")
    args = parser.parse_args()
    report = args.results / "report.html"
    if not report.exists():
        sys.exit(f"{report}: not there\nHint: make demo")
    compared = None
    with tempfile.TemporaryDirectory(prefix="clm-gallery-") as scratch:
        if args.compare:
            from clm.before_after import change_page, two_results

            compared = Path(scratch, "compare.html")
            found = two_results.compare(two_results.Side.read(args.compare), two_results.Side.read(args.results))
            compared.write_text(change_page.render(found), encoding="utf-8")
        for path in PICTURES.glob("*.png"):
            path.unlink()
        shown = take(report, compared)
    PAGE.write_text(page(shown), encoding="utf-8")
    sys.stdout.write(f"{len(shown)} pictures: see {PAGE}\n")


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "scripts")]
    main()
