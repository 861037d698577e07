"""The demo data: nothing of what is spoken stands in the corpus, and the held-out lectures repeat nothing."""

import re
from pathlib import Path

import pytest

from clm import config
from runner import CHECKOUT

DATA = CHECKOUT / "sample-data"
FOLDERS = sorted(path for path in (DATA / "input").iterdir() if path.is_dir())
HELDOUT = config.load_yaml(CHECKOUT / "config" / "config.yaml")["evaluation"]["heldout"]
RUN = 5  # words


def runs(path: Path) -> set[str]:
    """All runs of five words in a text, in lower case and without punctuation."""
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", path.read_text(encoding="utf-8").lower())
    assert len(words) > RUN, path
    return {" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


@pytest.fixture(scope="module")
def spoken() -> dict[str, set[str]]:
    return {folder.name: runs(folder / "transcript.txt") for folder in FOLDERS}


def test_no_article_holds_what_is_spoken(spoken: dict[str, set[str]]) -> None:
    articles = sorted((DATA / "articles").glob("*.txt"))
    assert articles
    for article in articles:
        written = runs(article)
        for folder, said in spoken.items():
            assert not said & written, (folder, article.name)


def test_heldout_lectures_repeat_no_other(spoken: dict[str, set[str]]) -> None:
    assert set(HELDOUT) <= set(spoken)
    for heldout in HELDOUT:
        for other in spoken.keys() - {heldout}:
            assert not spoken[heldout] & spoken[other], (heldout, other)


def test_every_folder_holds_one_recording_and_its_transcript() -> None:
    for folder in FOLDERS:
        names = sorted(path.name for path in folder.iterdir())
        assert [Path(name).stem for name in names] == ["audio", "transcript"], folder
        assert names[1] == "transcript.txt"


def test_the_demo_stays_small() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 15_000_000
