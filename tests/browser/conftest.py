"""A browser, axe-core, and results folders with their reports."""

from collections.abc import Iterator

import pytest

from chromium import Browser, axe_source
from clm.base import files
from report_data import FIRST, SECOND, STOCK, ResultsFolder, many, spoken


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests; each opens its own page."""
    pytest.importorskip("selenium")
    one = Browser(tmp_path_factory.mktemp("browser"))
    yield one
    one.driver.quit()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return axe_source()


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> ResultsFolder:
    """Sixteen folders, the last of two recordings, four models, audio; fourteen folders are held out."""
    fourth = f"{STOCK}-clm-003"
    texts = spoken(16, (STOCK, FIRST, SECOND, fourth))
    texts.heldout = [f"talk {number:04d}" for number in range(1, 15)]
    for heard in (texts.references, *texts.heard.values()):
        heard["talk 0016"]["second"] = heard["talk 0015"]["audio"]
    folder = ResultsFolder(tmp_path_factory.mktemp("results"), texts)
    for number, name in enumerate((FIRST, SECOND, fourth)):
        folder.model(name, created=f"2026-01-0{number + 1}", corpus_words=1000 * (number + 1))
    folder.write().sound()
    path = folder.directory / "models" / fourth
    rows = [
        {"word": f"cabal{n}", "phones": "K AE B", "source": "g2p2", "rank": "1", "count": str(n)} for n in range(90)
    ]
    files.write_table(path / "lexicon.tsv", ("word", "phones", "source", "rank", "count"), rows, delimiter="\t")
    folder.report()
    return folder


@pytest.fixture(scope="session")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> ResultsFolder:
    """1,000 folders with six models."""
    folder = many(tmp_path_factory.mktemp("thousand"), 1000, 6)
    folder.report()
    return folder
