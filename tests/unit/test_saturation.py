"""Two rounds without a proven gain: that is said, with the likely causes."""

from pathlib import Path

import pytest

from clm.base import files
from clm.healing import saturation
from clm.pronunciation import cmudict

BASE = {"model": "pocketsphinx", "verdict": "baseline", "champion": ""}


def board(*verdicts: str, champion: int = 0) -> list[dict[str, str]]:
    rows = [
        BASE,
        *({"model": f"pocketsphinx-clm-{n:03d}", "verdict": v, "champion": ""} for n, v in enumerate(verdicts, 1)),
    ]
    rows[champion] = {**rows[champion], "champion": "yes"}
    return rows


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        directory = tmp_path / "models" / f"pocketsphinx-clm-{number:03d}"
        files.write_json(directory / "model.json", {})
        files.write_json(directory / "plan.json", {"learn": number > 1})
        files.write_text(directory / "corpus" / "keywords.txt", "The membrane is thin. A mitophagy happens.\n")
        entry = cmudict.Entry("mitophagy", ("M",), "joint", 1, 1)
        cmudict.write_lexicon(directory / "lexicon.tsv", [entry])
        missed = {"membrane": 3, "mitophagy": 2, "membrame": 1, "zymoxalin": 1, "the": 9}
        folders = {name: {"recordings": {"a": {"missed": missed}}} for name in ("one", "held")}
        files.write_json(tmp_path / "summaries" / f"pocketsphinx-clm-{number:03d}.json", {"folders": folders})
    items = {
        name: [{"recording": "a", "audio_sha256": name * 20, "text_sha256": name * 20}] for name in ("one", "held")
    }
    files.write_json(tmp_path / "inputs.json", {"folders": {"one": ["a"], "held": ["a"]}, "manifests": items})
    return tmp_path


def test_two_rounds_after_the_champion_say_why_nothing_is_left(results: Path):
    text = saturation.nothing_left(
        results, board("better", "not proven", "worse", champion=1), "pocketsphinx", ["held"]
    )

    assert text.startswith("Nothing left to learn from text: the last 2 healing rounds brought no proven gain.")
    assert "in the text and well pronounced, which leaves acoustics (recording, speaker, noise): 3 (membrane)" in text
    assert "in the text, with a guessed pronunciation (see lexicon.tsv): 2 (mitophagy)" in text
    assert "in no article, spelt nearly like a known word (typos in the reference?): 1 (membrame)" in text
    assert "(zymoxalin)" in text
    assert "the (" not in text


@pytest.mark.parametrize(
    ("verdicts", "champion"),
    [
        (("better", "better", "not proven"), 2),  # one round without a gain
        (("not proven", "not proven", ""), 0),  # clm-001 learned keywords only, clm-003 is not judged yet
        (("better", "better", "better"), 3),
        ((), 0),
    ],
)
def test_while_there_is_hope_nothing_is_said(results: Path, verdicts: tuple, champion: int):
    assert saturation.nothing_left(results, board(*verdicts, champion=champion), "pocketsphinx", ["held"]) == ""


def test_counts_of_what_was_found(results: Path):
    rows = [
        {"keyword": word, "status": status} for word, status in (("a", "found"), ("b", "found"), ("c", "too common"))
    ]
    files.write_table(
        results / "models" / "pocketsphinx-clm-002" / "corpus" / "status.csv", ["keyword", "status"], rows
    )

    [line] = saturation.found(results, "pocketsphinx-clm-002")

    assert line.startswith("Missed words of pocketsphinx-clm-002: 2 found, 1 too common (")
