"""README, tutorial and how-to pages say what is true: their commands run, and print what they show."""

import re
from pathlib import Path

import pytest
import yaml

import documents
import reference
from report_data import ResultsFolder, Texts
from runner import CHECKOUT, Workflow

pytestmark = pytest.mark.skipif(not (CHECKOUT / ".venv").exists(), reason="needs .venv, made by make")


@pytest.fixture
def newcomer(tmp_path: Path) -> Path:
    """A new clone, with recordings as the pages show them."""
    checkout = documents.new_clone(tmp_path)
    recordings = Workflow(tmp_path)
    for name in ("monday", "tuesday"):
        recordings.add(name, source=len(name))
    recordings.write("keywords/keywords.txt", "membrane")
    recordings.write("articles/Membrane.txt", "The membrane surrounds the cell. A membrane has two layers.")
    recordings.data.rename(checkout / "recordings")
    return checkout


def understood(commands: list[str], checkout: Path) -> None:
    """Let Snakemake and make say what they would do; other programs do it."""
    dry = [f"{text.removesuffix(' -n')} -n" if re.match(r"make |\S+/snakemake ", text) else text for text in commands]
    for command in dict.fromkeys(dry):
        documents.run(command, checkout)


def test_readme_is_understood(newcomer: Path) -> None:
    commands = documents.commands("README.md")
    assert len(commands) == 5
    understood(commands, newcomer)


@pytest.mark.parametrize("page", ["own-audio", "heal", "pronunciations", "numbers"])
def test_how_to_pages_are_understood(newcomer: Path, page: str) -> None:
    name = f"docs/{page}.md"
    settings = {}
    for block in documents.blocks(name):
        if block.language == "yaml":
            settings |= yaml.safe_load(block.text)
    settings |= {"input": "recordings/input", "results": "my-results", "models": "all"}  # no generation is there yet
    (newcomer / "my.yaml").write_text(yaml.safe_dump(settings))
    text = "a bilayer surrounds the chromatin of the cell"
    heard = {"pocketsphinx": "a bill layer surrounds the crow meeting of the cell", "pocketsphinx-clm-001": text}
    folder = "cell-biology-07-division"
    models = {model: {folder: {"audio": said}} for model, said in heard.items()}
    ResultsFolder(newcomer, Texts({folder: {"audio": text}}, models)).write()
    commands = documents.commands(name)
    assert commands
    understood(commands, newcomer)


def test_results_are_as_described(finished_once: Workflow) -> None:
    assert reference.mistakes(finished_once.results) == []


def test_the_site_is_built_and_asks_for_nothing_from_the_network(tmp_path: Path) -> None:
    documents.run(f".venv/bin/mkdocs build --strict --quiet --site-dir {tmp_path}", CHECKOUT)
    pages = {path: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")}
    assert {"index.html", "docs/tutorial.html", "config/index.html"} <= {str(p.relative_to(tmp_path)) for p in pages}
    for path, html in pages.items():
        tags = re.findall(r"<(?:script|img|iframe|link)\b[^>]*>", html)
        assert [tag for tag in tags if re.search(r"(?:src|href)=[\"']?(?:https?:)?//", tag)] == [], path


@pytest.mark.long
@pytest.mark.parametrize(("page", "shown"), [("README.md", 1), ("docs/tutorial.md", 7)])
def test_pages_that_begin_are_followed_to_the_letter(newcomer: Path, page: str, shown: int) -> None:
    if page == "docs/tutorial.md":
        (newcomer / "recordings").rename(newcomer / "other")
    assert documents.follow(page, newcomer) == shown
    assert reference.mistakes(newcomer / "results") == []
