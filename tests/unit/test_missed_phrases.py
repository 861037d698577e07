"""Names and terms of several words among what was missed."""

from pathlib import Path

import pytest

from clm.base import files
from clm.healing import missed_phrases
from clm.healing.missed_phrases import names, runs
from clm.results.plans import MissedWord


@pytest.mark.parametrize(
    ("text", "missed", "expected"),
    [
        ("welcome to nextera energy today", {2, 3}, {"nextera energy"}),
        ("welcome to nextera energy today", {2}, set()),
        ("the endoplasmic reticulum", {0, 1, 2}, {"endoplasmic reticulum"}),
        ("of the cell", {0, 1, 2}, set()),
        ("good morning", {0, 1}, set()),  # general English
        ("rough endoplasmic reticulum", {0, 1, 2}, {"rough endoplasmic", "endoplasmic reticulum",
                                                    "rough endoplasmic reticulum"}),
        ("twenty five mitochondria", {0, 1, 2}, set()),
    ],
)  # fmt: skip
def test_runs(text: str, missed: set[int], expected: set[str]):
    assert set(runs(text.split(), missed, {"good", "morning"})) == expected


@pytest.mark.parametrize(
    ("text", "missed", "expected"),
    [
        ("We welcome NextEra Energy to this call.", {"nextera"}, {"NextEra Energy"}),
        ("We welcome NextEra Energy to this call.", {"welcome"}, set()),
        ("Then Dentsply Sirona's margin grew.", {"sirona"}, {"Dentsply Sirona"}),
        ("The Bank of England is old.", {"england"}, {"Bank of England"}),
        ("It was J. R. Smith of the firm.", {"smith"}, {"J. R. Smith"}),
        ("I met Anna. Maria was away.", {"anna", "maria"}, set()),  # two sentences
        ("I met Anna, Maria and the rest.", {"anna", "maria"}, set()),
        ("As (Acme Corporation) told “Big Blue” then.", {"acme", "blue"}, {"Acme Corporation", "Big Blue"}),
        ("ALL OF THIS IS SHOUTED AT US", {"shouted"}, set()),
        ("nothing is written large here", {"large"}, set()),
        ("", {"a"}, set()),
        ("Das sagt Müller Élan heute.", {"elan"}, {"Müller Élan"}),
    ],
)
def test_names(text: str, missed: set[str], expected: set[str]):
    assert set(names(text, missed)) == expected


def test_phrases_are_read_from_the_scored_folders(tmp_path: Path):
    text = tmp_path / "a.txt"
    text.write_text("It is NextEra Energy that met a golgi apparatus.", encoding="utf-8")
    item = {"recording": "a", "text": str(text), "text_sha256": files.sha256_of_file(text)}
    reference = "it is nextera energy that met a golgi apparatus"
    for model, alignment in (("stock", [["equal", 0, 2, 0, 2], ["delete", 2, 4, 2, 2], ["equal", 4, 9, 2, 7]]),
                             ("clm", [["equal", 0, 7, 0, 7], ["substitute", 7, 9, 7, 9]])):  # fmt: skip
        directory = tmp_path / model / "one"
        files.write_json(directory / "wer.json", {"recordings": [{"recording": "a", "alignment": alignment}]})
        row = {"recording": "a", "reference": reference, "hypothesis": "x"}
        files.write_table(directory / "normalized.tsv", list(row), [row], delimiter="\t")

    found = missed_phrases.missed_phrases(tmp_path, ["stock", "clm", "absent"], {"one": [item]})

    assert found == [MissedWord("NextEra Energy", {"one": 1}), MissedWord("golgi apparatus", {"one": 1})]


def test_there_is_an_end_to_phrases():
    many = [MissedWord(f"term number{n}", {"one": n}) for n in range(2 * missed_phrases.MOST)]

    chosen = missed_phrases.choose(many)

    assert len(chosen) == missed_phrases.MOST
    assert min(item.folders["one"] for item in chosen) == missed_phrases.MOST
