import os
from pathlib import Path

import pytest

from clm.base.errors import UserError
from clm.config import load
from clm.corpus import source, sources
from clm.corpus.source import Outcome
from clm.corpus.sources.folder import FolderSource
from clm.corpus.sources.wikipedia import WikipediaSource
from runner import CHECKOUT

ARTICLES = {
    "Mitochondrion.txt": "A mitochondrion burns sugar.",
    "cells/Golgi_apparatus.md": "# Golgi apparatus\nIt packs proteins. Proteins leave in vesicles.",
    "cells/Cell wall.TXT": "Walls of plants are stiff. A protein may help.",
    "Schrödinger's cat.txt": "A cat in a box.",
    "Gene.txt": "Genes are inherited.",
    "Kale.txt": "A cabbage.",
    "Virus.txt": "Viruses are small, far smaller than a cell, and each of them needs one.",
    ".hidden.txt": "Nobody sees quokkas.",
    ".git/config.txt": "Nobody sees quokkas.",
    "notes.odp": "Nobody sees quokkas.",
    "empty.txt": " \n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in ARTICLES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def found(folder: Path, query: str, limit: int = 3) -> list[str]:
    finding = FolderSource(folder).look_up(query, limit)
    assert finding.status is (Outcome.FOUND if finding.articles else Outcome.NOTHING)
    return [article.source for article in finding.articles]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("mitochondrion", ["Mitochondrion.txt"]),
        ("Mitochondria", ["Mitochondrion.txt"]),
        ("golgi apparatus", ["cells/Golgi_apparatus.md"]),
        ("Golgi-apparatus's", ["cells/Golgi_apparatus.md"]),
        ("schrodinger cats", ["Schrödinger's cat.txt"]),
        ("viruses", ["Virus.txt"]),
        ("genus", []),
        ("kal", []),
        ("vesicle", ["cells/Golgi_apparatus.md"]),
        ("the protein", ["cells/Golgi_apparatus.md", "cells/Cell wall.TXT"]),  # used twice, used once
        ("protein walls", ["cells/Cell wall.TXT"]),
        ("protein quasar", []),
        ("quokkas", []),
        ("the", []),
        ("", []),
        ("🧬", []),
        ("../../etc/passwd", []),
    ],
)
def test_by_title_then_by_content(folder: Path, query: str, expected: list[str]):
    assert found(folder, query) == expected


def test_the_title_goes_before_better_content(folder: Path):
    (folder / "Sugar.txt").write_text("Sweet, in general.", encoding="utf-8")
    (folder / "Sugar sugar sugar.txt").write_text("sugar sugar sugar sugar", encoding="utf-8")

    assert found(folder, "sugars", 2) == ["Sugar.txt", "Sugar sugar sugar.txt"]
    assert found(folder, "sugars", 1) == ["Sugar.txt"]


def test_an_article_knows_its_title_text_and_path(folder: Path):
    [article] = FolderSource(folder).look_up("cell wall", 1).articles

    assert article == source.Article("Cell wall", ARTICLES["cells/Cell wall.TXT"], "cells/Cell wall.TXT")


def test_what_is_not_utf8_is_left_out_with_its_byte(folder: Path, caplog: pytest.LogCaptureFixture):
    (folder / "latin.txt").write_bytes(b"quasars here: " + "всё о квазарах и звёздах".encode("koi8-r"))

    assert found(folder, "quasars") == []
    assert "not UTF-8 (byte 14)" in caplog.text


@pytest.mark.parametrize("files", [None, {}, {".hidden.txt": "x"}, {"a.txt": ""}])
def test_no_article_names_the_key(tmp_path: Path, files: dict[str, str] | None):
    for name, text in (files or {}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"corpus\.folder"):
        FolderSource(tmp_path / "absent" if files is None else tmp_path)


def test_no_folder_configured():
    with pytest.raises(UserError, match=r"corpus\.folder"):
        FolderSource(None)


def test_create_picks_the_configured_source(folder: Path):
    chosen = load({"corpus": {"source": "folder", "folder": str(folder)}}, CHECKOUT, folder).corpus
    assert isinstance(sources.create(chosen, folder / "cache"), FolderSource)
    chosen = load(
        {"corpus": {"wikipedia": {"contact": "a@example.org"}, "source": "wikipedia"}}, CHECKOUT, folder
    ).corpus
    assert isinstance(sources.create(chosen, folder / "cache"), WikipediaSource)


def test_links_that_loop_and_pipes_are_left_out(folder: Path, caplog: pytest.LogCaptureFixture):
    (folder / "Loop.txt").symlink_to("Loop.txt")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "Pipe.txt")
    assert found(folder, "mitochondrion") == ["Mitochondrion.txt"]
    for name in ("Loop.txt", "Pipe.txt"):
        assert f"{folder / name}: a pipe, or a link that leads nowhere" in caplog.text
