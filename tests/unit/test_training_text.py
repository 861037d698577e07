"""The user's own text: cleaned like articles, with a report; words that are still missed once more."""

from pathlib import Path

import pytest

from clm.base import files
from clm.base.errors import UserError
from clm.corpus import training_text

OWN = """\
# Cells
The cell divides in 1995.[1] It has a wall.
| a | b |
|---|---|
<!-- a comment that nobody reads -->
12.5 13.5 14.5
Это русский текст о клетках.
Smith said so, doi:10.1000/182.
== References ==
Smith, J. The cell.
"""


def test_own_text_is_cleaned_and_the_report_says_what_was_dropped(tmp_path: Path):
    own, report = tmp_path / "own.txt", tmp_path / "dropped.tsv"
    own.write_text(OWN, encoding="utf-8")

    text = training_text.own_text(own, "en-US", report)

    assert text == "The cell divides in nineteen ninety five.\nIt has a wall.\n"
    rows = {row["reason"]: row for row in files.read_table(report, delimiter="\t")}
    assert {"headings", "rows of tables", "numbers and signs", "sentences in other scripts", "citations",
            "sections of references", "references, links and asides in running text",
            "blocks of markup (comments, notes, formulas, templates, code)"} == set(rows)  # fmt: skip
    assert rows["citations"]["example"] == "Smith said so, doi:10.1000/182."
    assert all(int(row["pieces"]) > 0 and int(row["characters"]) > 0 for row in rows.values())


def test_clean_text_has_an_empty_report(tmp_path: Path):
    own, report = tmp_path / "own.txt", tmp_path / "dropped.tsv"
    own.write_text("The cell divides.\n", encoding="utf-8")

    training_text.own_text(own, "en-US", report)

    assert files.read_table(report, delimiter="\t") == []


def test_text_in_another_encoding_names_the_byte(tmp_path: Path):
    own = tmp_path / "own.txt"
    own.write_bytes("caf мир и труд".encode("koi8-r"))
    with pytest.raises(UserError, match="byte 4"):
        training_text.own_text(own, "en-US", tmp_path / "dropped.tsv")


def test_sentences_with_words_still_missed_come_again_but_not_without_end():
    texts = {"keywords": "A kinase acts.\nIt rains.\n", "missed_words": "COVID-19 spreads.\n" + "The kinase!\n" * 2000}

    lines = training_text.once_more(texts, {"kinase", "covid-19"}).splitlines()

    assert lines.count("A kinase acts.") == lines.count("COVID-19 spreads.") == training_text.EMPHASIS
    assert "It rains." not in lines
    assert lines.count("The kinase!") == training_text.EMPHASIS * (training_text.MOST_EMPHASIZED - 1)
    assert training_text.once_more(texts, set()) == ""
