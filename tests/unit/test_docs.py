"""The pages: generated ones are as their sources, links lead somewhere, and the index has every page."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import documents
import reference
from clm.corpus import dropped
from runner import CHECKOUT

INDEX = CHECKOUT / "docs" / "README.md"
#: Every page that is kept in git.
PAGES = [
    CHECKOUT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()
]  # fmt: skip
_FENCE = re.compile(r"^(```+).*?^\1`*$", re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """Targets of the links and pictures of a page, those in blocks and code left out."""
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and our site make them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {anchor(heading) for heading in re.findall(r"^#+ (.+?) *$", text, re.MULTILINE)}


def anchor(heading: str) -> str:
    """The anchor of a heading.

    >>> anchor("Is it worth it?"), anchor("`wer.json`"), anchor("Interval, p-value, verdict")
    ('is-it-worth-it', 'werjson', 'interval-p-value-verdict')
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        if target.startswith(("http://", "https://")):
            continue
        path, _, fragment = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.is_file(), f"{target}: no such file"
        if fragment:
            assert fragment in anchors(goal), f"{target}: no such heading"


def test_readme_is_one_screen() -> None:
    assert len((CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()) <= 80


def test_every_page_is_in_the_index() -> None:
    listed = {(INDEX.parent / target).resolve() for target in links(INDEX)}
    assert [str(page) for page in PAGES if page not in listed and page != INDEX] == []


def test_pages_show_the_same_leaderboard() -> None:
    (shown,) = [block.text for block in documents.blocks("README.md") if block.language == "text"]
    for page in ("tutorial", "numbers"):
        assert shown in (CHECKOUT / "docs" / f"{page}.md").read_text(encoding="utf-8")


def test_every_rule_is_in_the_architecture() -> None:
    rules = "".join(path.read_text(encoding="utf-8") for path in (CHECKOUT / "rules").glob("*.smk"))
    names = set(re.findall(r"^(?:rule|checkpoint) (\w+):", rules, re.MULTILINE))
    page = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = (CHECKOUT / "docs" / "flow.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == names
    assert names <= set(re.findall(r">(\w+)</text>", picture))


def test_paths_named_in_the_architecture_exist() -> None:
    page = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:scripts|rules|config|profiles|docs)/[\w/.-]+)`", page)
    assert len(paths) > 10
    assert [path for path in paths if not (CHECKOUT / path).exists()] == []


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="argparse prints otherwise in other versions")
def test_the_page_of_programs_is_up_to_date() -> None:
    assert reference.PROGRAMS.read_text(encoding="utf-8") == reference.programs_page(), "run `make docs`"


def test_the_page_of_results_is_up_to_date() -> None:
    assert reference.RESULTS.read_text(encoding="utf-8") == reference.results_page(), "run `make docs`"


def test_columns_that_few_runs_have() -> None:
    columns = {pattern: tuple(about.get("columns", ())) for pattern, about in reference.described().items()}
    assert columns["models/*/corpus/*-dropped.tsv"] == dropped.COLUMNS
    train_vocabulary = reference.program("train_vocabulary")
    assert columns["models/*/phrases.tsv"] == train_vocabulary.COLUMNS


def test_what_is_not_as_described_is_found(tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_text("model,fodler\n")
    (tmp_path / "stray.txt").write_text("")
    wrong = reference.mistakes(tmp_path)
    assert [text.split(":")[0] for text in wrong] == ["runs.csv", "stray.txt"]
