import subprocess
import sys
from pathlib import Path

import pytest

import zim_maker
from clm.base.errors import UserError
from clm.config import load
from clm.corpus import sources
from clm.corpus.clean import sentences
from clm.corpus.domain import Domain
from clm.corpus.source import Lookup, Outcome
from clm.corpus.sources.zim import ZimSource
from runner import CHECKOUT

PAGES = {
    "Golgi apparatus": """<h1>Golgi apparatus</h1><table class="infobox"><tr><td>Organelle of cells</td></tr></table>
        <p>The <b>Golgi apparatus</b> (<span class="IPA">/ˈɡɒldʒi/</span>) packs
        proteins.<sup class="reference">[1]</sup>
        It was seen by Golgi.</p><h2>References</h2><ol><li>Golgi wrote it down.</li></ol>""",
    "Moon": "<p>The Moon goes round the Earth.</p>",
    "Iron": "<p>Iron is a metal.</p>",
    "Mercury (planet)": "<p>Mercury is the planet nearest to the Sun.</p>",
    "Mercury (element)": "<p>Mercury is a liquid metal.</p>",
    "Mercury": """<div id="disambigbox">Mercury may refer to:</div><ul>
        <li><a href="Mercury_(planet)" title="Mercury (planet)">Mercury</a>, a planet</li>
        <li><a href="Mercury_(element)" title="Mercury (element)">Mercury</a>, a metal</li></ul>""",
    "Cell biology": "<p>Cell biology tells how proteins are packed, and what else lives in a cell.</p>",
    "Empty": "",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return zim_maker.make(tmp_path_factory.mktemp("zim") / "wiki.zim", PAGES, {"Dictyosome": "Golgi apparatus"})


def titles(finding: Lookup) -> list[str]:
    return [article.title for article in finding.articles]


@pytest.mark.parametrize(
    ("query", "status", "expected"),
    [
        ("Golgi apparatus", Outcome.FOUND, ["Golgi apparatus"]),
        ("golgi apparatus", Outcome.FOUND, ["Golgi apparatus"]),
        ("GOLGI apparatus", Outcome.FOUND, ["Golgi apparatus"]),
        ("dictyosome", Outcome.REDIRECTED, ["Golgi apparatus"]),
        ("moon", Outcome.FOUND, ["Moon"]),
        ("protein", Outcome.FOUND, ["Golgi apparatus", "Cell biology"]),
        ("mercury", Outcome.DISAMBIGUATED, ["Mercury (planet)", "Mercury (element)"]),
        ("mon", Outcome.NOTHING, []),
        ("empty", Outcome.NOTHING, []),
        ("xylophonist", Outcome.NOTHING, []),
        ("../../etc/passwd", Outcome.NOTHING, []),
        ("'; DROP TABLE pages; --", Outcome.NOTHING, []),
        ("x" * 5000, Outcome.NOTHING, []),
        ("", Outcome.NOTHING, []),
        ("🧬", Outcome.NOTHING, []),
        ("митохондрия", Outcome.NOTHING, []),
        ("AND", Outcome.NOTHING, []),
    ],
)
def test_by_title_then_by_content(path: Path, query: str, status: Outcome, expected: list[str]):
    finding = ZimSource(path).look_up(query, 3)

    assert (finding.status, sorted(titles(finding))) == (status, sorted(expected))


def test_the_sense_that_shares_vocabulary_wins(path: Path):
    finding = ZimSource(path, Domain.of(["metal liquid"])).look_up("mercury", 1)

    assert titles(finding) == ["Mercury (element)"]


def test_an_article_is_prose_with_its_place_and_licence(path: Path):
    [article] = ZimSource(path).look_up("golgi apparatus", 1).articles

    assert sentences(article.text) == ["The Golgi apparatus packs proteins.", "It was seen by Golgi."]
    assert (article.source, article.page_id) == ("wiki.zim/Golgi_apparatus", "Golgi_apparatus")
    assert (article.revision, article.licence) == ("2026-01-31", "CC BY-SA 4.0")


@pytest.mark.parametrize("keep", [0, 20, 0.5, 0.99])
def test_a_cut_file_is_a_clear_message(path: Path, tmp_path: Path, keep: float):
    data = path.read_bytes()
    cut = tmp_path / "cut.zim"
    cut.write_bytes(data[: int(keep * len(data)) if keep < 1 else int(keep)])
    with pytest.raises(UserError, match=r"corpus\.zim: .*cut\.zim is not a readable ZIM file"):
        ZimSource(cut)


def test_what_is_no_zim_file_is_a_clear_message(tmp_path: Path):
    other = tmp_path / "other.zim"
    other.write_text("This is no ZIM file. " * 100, encoding="utf-8")
    for wrong in (other, tmp_path, tmp_path / "absent.zim", None):
        with pytest.raises(UserError, match=r"corpus\.zim"):
            ZimSource(wrong)


def test_create_picks_it(path: Path, tmp_path: Path):
    chosen = load({"corpus": {"source": "zim", "zim": str(path)}}, CHECKOUT, tmp_path).corpus
    assert isinstance(sources.create(chosen, tmp_path), ZimSource)


def test_libzim_is_imported_only_when_chosen_and_its_absence_is_a_clear_message(path: Path):
    code = (
        "import sys; sys.modules['libzim'] = None\n"
        "from clm.corpus import collect\nfrom clm.healing import lookup\n"
        "from clm.corpus.sources import wikipedia, zim\n"
        "from clm.base.errors import UserError\n"
        "try: zim.ZimSource(sys.argv[1])\n"
        "except UserError as error: print(error)\n"
    )
    environment = {"PYTHONPATH": str(CHECKOUT / "scripts")}
    process = subprocess.run(
        [sys.executable, "-c", code, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    assert "needs the package libzim" in process.stdout
    assert "GPL-3" in process.stdout
