"""The page of benchmarks says what was measured."""

import json
import sys
from pathlib import Path

import pytest

from runner import CHECKOUT

BENCHMARKS = CHECKOUT / "benchmarks"


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a program of benchmarks/ is started."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.setattr(sys, "argv", ["run.py"])


@pytest.mark.usefixtures("benchmarks")
def test_the_page_is_written_from_the_figures() -> None:
    import run

    results = json.loads(run.RESULTS.read_text(encoding="utf-8"))
    assert set(results) == set(run.PARTS)
    assert run.PAGE.read_text(encoding="utf-8") == run.page(results)


@pytest.mark.usefixtures("benchmarks")
def test_one_part_is_measured_anew_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import run
    from figures import Figure

    def measure() -> list[Figure]:
        """Speed.

        How fast.
        """
        return [Figure("laps", 1234.0), Figure("ratio", 2.345, "<=", 2.0), Figure("time", 0.12345, "<=", 1, " s")]

    monkeypatch.setattr(run, "PARTS", {"old": measure, "speed": measure})
    page, figures = tmp_path / "page.md", tmp_path / "figures.json"
    old = {"machine": "abacus", "day": "2026-01-02", "version": "0 (x)", "minutes": 3, "figures": []}
    figures.write_text(json.dumps({"old": old}), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["run.py", "speed", "--output", str(page), "--json", str(figures)])

    assert run.main() == 1  # a limit is not kept
    assert json.loads(figures.read_text(encoding="utf-8"))["old"] == old
    text = page.read_text(encoding="utf-8")
    assert "abacus; 2026-01-02" in text
    assert "| laps | 1234 |  |  |\n| ratio | 2.35 | <= 2 | NOT MET |\n| time | 0.123 s | <= 1 s | ok |" in text


@pytest.mark.usefixtures("benchmarks")
def test_placebo_texts_are_many_and_as_long_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the texts of this installation takes half a minute, so each is three words over and over."""
    import placebo

    monkeypatch.setattr(placebo, "KINDS", {kind: lambda: ["one two three"] * 9000 for kind in placebo.KINDS})
    texts = list(placebo.placebos())
    assert len(texts) >= 20
    assert len({(kind, words) for kind, words, _ in texts}) == len(texts)
    assert {words for _, words, _ in texts} == set(placebo.SIZES)
    for kind, words, lines in texts:
        assert sum(len(line.split()) for line in lines) == words, kind
