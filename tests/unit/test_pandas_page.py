"""The page on pandas: its blocks run on the results of models, and give what the page says."""

from pathlib import Path

import pandas as pd
import pytest

import documents
from report_data import FIRST, SECOND, STOCK, ResultsFolder, spoken


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """Everything that the blocks of the page define, run one after the other beside a results folder."""
    texts = spoken(6, [STOCK, FIRST, SECOND])
    # Names and words that pandas would take for something else.
    for by_folder in (texts.references, *texts.heard.values()):
        for old, new in (("talk 0001", "007"), ("talk 0002", "NA")):
            by_folder[new] = by_folder.pop(old)
    texts.references["NA"]["audio"] += " null nan"
    results = ResultsFolder(tmp_path, texts)
    for name in (FIRST, SECOND):
        results.model(name)
    results.write().report()
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in documents.blocks("docs/pandas.md"):
        if block.language == "python":
            exec(compile(block.text, "docs/pandas.md", "exec"), names)  # noqa: S102 - a page of ours
    return names


def test_the_blocks_run_and_give_what_the_page_says(followed: dict) -> None:
    assert (followed["baseline"], followed["best"]) == (STOCK, SECOND)
    assert set(followed["by_folder"].index) >= {"007", "NA"}
    assert followed["by_folder"].notna().all(axis=None)
    assert list(followed["by_folder"].columns) == [STOCK, FIRST, SECOND]
    assert followed["change"][STOCK].eq(0).all()
    assert 0 < len(followed["longer"]) <= len(followed["runs"])
    missed = followed["missed"].set_index(["model", "word"])["tokens"]
    assert missed[STOCK, "null"] == 1
    word = followed["gain"].index[0]
    assert followed["gain"][word] == missed[STOCK, word] - missed.get((SECOND, word), 0) > 0
    assert len(followed["texts"]) == 18
    assert len(followed["different"]) == 6
    pd.testing.assert_series_equal(
        followed["scores"].set_index("folder")["substitutions"],
        followed["runs"].query("model == @best", local_dict=followed).set_index("folder")["substitutions"],
        check_like=True,
    )
