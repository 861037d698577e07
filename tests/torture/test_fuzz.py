"""Names and texts from a fuzzer through the whole chain: none runs a program, and no folder pays for another."""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clm.base import files
from clm.base.text_files import printable
from clm.report import leaderboard_text
from runner import ARTICLES, CHECKOUT, Run, Workflow
from torture.counts import count
from torture.nasty import CANARY, FRAGMENTS, names, texts, unique, usable

EXAMPLES = int(os.environ.get("TORTURE_EXAMPLES", "8"))
PLAIN = ("one", "two")
STOCK = "pocketsphinx"


@dataclass(frozen=True)
class Data:
    """A data set: texts by folder, texts by clip of one more folder, keywords, own text, and where all of it is."""

    folders: Mapping[str, str]
    clips: Mapping[str, str]
    keywords: Sequence[str] = ()
    training: str = ""
    place: str = "data"

    def write(self, workflow: Workflow) -> list[str]:
        """Write it, with two plain folders; returns options of Snakemake."""
        source = workflow.add("one", source=0, text="Good morning, and welcome to the first lecture on osmosis.")
        workflow.add("two", source=1, seconds=1.0, text="Where does a cell get its power? From mitochondria.")
        root = workflow.data / "input"
        for name, text in self.folders.items():
            folder = root / name
            folder.mkdir()
            shutil.copy(source.parent / "two" / "audio.wav", folder / f"{name}.wav"[-200:])
            (folder / f"{name}.txt"[-200:]).write_text(text, encoding="utf-8", newline="")
        for number, (name, text) in enumerate(self.clips.items()):
            (root / "clips").mkdir(exist_ok=True)
            shutil.copy(source.parent / PLAIN[number % 2] / "audio.wav", root / "clips" / f"{name}.wav")
            (root / "clips" / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
        for title, text in {
            **ARTICLES,
            **{name[-50:]: f"Osmosis. {text}" for name, text in self.folders.items()},
        }.items():
            workflow.write(f"articles/{title}.txt", text)
        options = []
        if self.keywords:
            workflow.write("keywords/keywords.txt", "\n".join(["osmosis", *self.keywords]))
        if self.training:
            workflow.write("own.txt", self.training)
            options = [f"training_data={self.place}/own.txt"]
        if self.place != "data":
            workflow.data.rename(workflow.directory / self.place)
            workflow.data = workflow.directory / self.place
        return ["--config", f"input={self.place}/input", *options]


def check(data: Data, directory: Path, expected: Mapping[str, dict[str, str]]) -> Run:
    """Run the whole chain and check what must hold for any names and texts."""
    workflow = Workflow(directory)
    options = data.write(workflow)
    run = workflow.run(*options)
    assert "Traceback" not in run.output, run.output
    _, rows = workflow.outcome()
    found = {row["folder"]: row for row in rows if row["model"] == STOCK}
    wanted = {name for name in unique(data.folders) if usable(name)} | set(PLAIN) | ({"clips"} if data.clips else set())
    assert set(found) == wanted
    for name in PLAIN:
        assert found[name] == expected[name]
    for name in set(data.folders) - wanted:
        assert f"Input folder {printable(name)!r} is left out" in run.output
    assert (workflow.results / "report.html").stat().st_size
    assert "pocketsphinx" in leaderboard_text.table(files.read_table(workflow.results / "leaderboard.csv"))
    assert not workflow.run(*options).jobs
    for place in (directory, CHECKOUT, Path.home()):
        assert not [path for path in place.glob("**/*" if place == directory else "*") if path.name == CANARY]
    return run


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What the stock model makes of the plain folders where there are no others."""
    workflow = Workflow(tmp_path_factory.mktemp("plain"))
    workflow.run(*Data({}, {}).write(workflow))
    return {row["folder"]: row for row in workflow.outcome()[1]}


@pytest.mark.torture
def test_the_nastiest_name(tmp_path: Path) -> None:
    name = f"-$(touch {CANARY});`touch {CANARY}` 'é\" & %s"
    workflow = Workflow(tmp_path)
    options = Data({name: f"{name} {{wildcards}}\nosmosis\x00"}, {}, place=f"it's $(touch {CANARY})").write(workflow)
    shutil.rmtree(workflow.data / "input" / "one")
    workflow.run(*options)
    assert {row["folder"] for row in workflow.outcome()[1]} == {"two", name}
    assert not list(tmp_path.rglob(CANARY))
    count("fuzzed folder and clip names")


@pytest.mark.torture
@settings(max_examples=EXAMPLES, phases=[Phase.generate], derandomize=True, database=None)
@given(
    st.dictionaries(names, texts, min_size=4, max_size=8),
    st.dictionaries(names.filter(lambda name: printable(name) == name), texts, min_size=2, max_size=6),
    st.lists(texts, max_size=12),
    st.lists(texts, max_size=30).map("\n".join),
    st.sampled_from(["data", f"$(touch {CANARY})", "it's", 'a "b"', "-x", "ü ;#", "`id`"]),
)
def test_any_names_and_texts(
    expected: dict[str, dict[str, str]],
    folders: dict[str, str],
    clips: dict[str, str],
    keywords: list[str],
    training: str,
    place: str,
) -> None:
    folders = {name: text for name, text in folders.items() if name not in (*PLAIN, "clips")}
    with tempfile.TemporaryDirectory(prefix="clm-fuzz-") as directory:
        check(Data(folders, clips, keywords, training, place), Path(directory), expected)
    count("data sets from the fuzzer")
    count("fuzzed folder and clip names", len(folders) + len(clips))
    count("fuzzed texts", len(folders) + len(clips) + len(keywords))


@pytest.mark.torture
def test_every_fragment_as_a_name_and_as_a_text(expected: dict[str, dict[str, str]], tmp_path: Path) -> None:
    fragments = [item.replace("/", "∕") for item in dict.fromkeys(FRAGMENTS)]
    folders = {f"x{item}": f"osmosis {item} of the cell".encode("utf-8", "ignore").decode() for item in fragments}
    check(Data(folders, {}, [text for text in folders.values() if "\udcff" not in text]), tmp_path, expected)
    count("fuzzed folder and clip names", len(folders))
