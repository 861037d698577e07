import logging
import re
from pathlib import Path

import pytest

from clm.corpus.collect import collect
from clm.corpus.collection import write
from clm.corpus.source import Article, Lookup, LookupFailed, Outcome

CELL = Article("Cell", "The cell lives. It divides.", "cell.txt")
WALL = Article("Wall", "It divides. The wall stands.", "wall.txt")
TABLE = Article("Table", "1 2 3", "table.txt")
FINDINGS = {
    "cell": Lookup(Outcome.FOUND, (CELL, WALL)),
    "cells": Lookup(Outcome.REDIRECTED, (CELL,)),
    "wall": Lookup(Outcome.DISAMBIGUATED, (WALL, TABLE)),
    "table": Lookup(Outcome.FOUND, (TABLE,)),
}


class Shelf:
    name = "shelf"

    def look_up(self, query: str, limit: int) -> Lookup:
        if query == "broken":
            raise LookupFailed("the shelf fell down")
        finding = FINDINGS.get(query, Lookup(Outcome.NOTHING))
        return Lookup(finding.status, finding.articles[:limit])


def test_statuses_and_text(tmp_path: Path):
    queries = ["wall", "cell", "broken", "cells", "xyz", "table", 'a "quoted, odd" one']

    write(collect(queries, Shelf(), 3), tmp_path / "text.txt", tmp_path / "status.csv")

    assert (tmp_path / "text.txt").read_text(encoding="utf-8") == "The cell lives.\nIt divides.\nThe wall stands.\n"
    assert (tmp_path / "status.csv").read_text(encoding="utf-8") == (
        "keyword,status,articles,words,source\n"
        "wall,disambiguated,1,5,wall.txt\n"
        "cell,found,2,10,cell.txt | wall.txt\n"
        "broken,error,0,0,the shelf fell down\n"
        "cells,redirected,1,5,cell.txt\n"
        "xyz,nothing,0,0,\n"
        "table,nothing,0,0,\n"
        '"a ""quoted, odd"" one",nothing,0,0,\n'
    )


def test_the_order_of_keywords_does_not_change_the_text():
    assert collect(["wall", "cells"], Shelf(), 3).sentences == collect(["cells", "wall"], Shelf(), 3).sentences


def test_nothing_at_all_is_empty(tmp_path: Path):
    write(collect([], Shelf(), 3), tmp_path / "text.txt", tmp_path / "status.csv")

    assert (tmp_path / "text.txt").read_bytes() == b""


def test_progress_is_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)

    collect(["cell", "broken", "wall", "xyz"], Shelf(), 3)

    messages, times = zip(*(record.message.rsplit(" (", 1) for record in caplog.records), strict=True)
    assert all(re.fullmatch(r"\d+\.\d s\)", time) for time in times)
    assert list(messages) == [
        "1 of 4: cell: found, 2 articles",
        "2 of 4: broken: the shelf fell down",
        "3 of 4: wall: disambiguated, 1 article",
        "4 of 4: xyz: nothing",
    ]


def test_ten_thousand_keywords():
    collection = collect([f"word{n}" for n in range(10_000)], Shelf(), 3)

    assert len(collection.statuses) == 10_000
