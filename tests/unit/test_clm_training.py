"""Training of the embedded engine's CLMs, from a stock model of few words: what it writes, refuses and leaves alone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import kenlm
import numpy as np
import pytest

from clm.base.errors import UserError
from clm.config import load
from clm.engines import create
from clm.engines.pocketsphinx.sphinx_engine import PocketSphinx
from clm.lm import trie
from clm.lm.adapt import encode
from clm.lm.ngrams import sequence_log_probabilities
from clm.types import Model, Recording, TrainingText
from runner import CHECKOUT, Workflow

TEXT = """Telomerase adds telomeric repeats to chromosomes.
The café's mRNA vaccine for COVID-19 works.
In the United States it was 1995.
"""


@pytest.fixture(scope="module", autouse=True)
def few_words(small_stock: Path) -> Iterator[None]:
    """The stock model of few words, in this process and those that it starts."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("POCKETSPHINX_PATH", str(small_stock))
        yield


def engine(**section: object) -> PocketSphinx:
    return create(load({"pocketsphinx": section}, CHECKOUT, CHECKOUT))


@pytest.fixture(scope="module")
def clm(tmp_path_factory: pytest.TempPathFactory) -> Model:
    directory = tmp_path_factory.mktemp("clm")
    text = directory / "text.txt"
    text.write_text(TEXT, encoding="utf-8")
    engine().train(TrainingText({"training_data": text}), directory)
    return Model("pocketsphinx-clm-001", directory)


@pytest.fixture
def clip(tmp_path: Path) -> Recording:
    path = Workflow(tmp_path / "speech").add("clip")
    return Recording("clip", path / "audio.wav", "")


def transcribed(recording: Recording, model: Model) -> str:
    ((_, outcome),) = engine().transcribe([recording], model)
    return outcome.result["results"]["transcripts"][0]["transcript"]


def test_training_twice_gives_the_same_bytes(clm: Model, tmp_path: Path) -> None:
    engine().train(TrainingText({"training_data": clm.directory / "text.txt"}), tmp_path)
    for name in ("lm.bin", "lexicon.tsv"):
        assert (tmp_path / name).read_bytes() == (clm.directory / name).read_bytes()


def test_a_clm_transcribes_with_accents_and_digits_in_its_words(clm: Model, clip: Recording) -> None:
    lexicon = (clm.directory / "lexicon.tsv").read_text("utf-8")
    assert "café's\t" in lexicon
    assert "covid-19\t" in lexicon
    assert transcribed(clip, clm)


@pytest.mark.parametrize("damage", ["no lm", "no lexicon", "cut lm", "foreign lm", "other lexicon"])
def test_a_damaged_model_is_a_message(clm: Model, tmp_path: Path, clip: Recording, damage: str) -> None:
    for name in ("lm.bin", "lexicon.tsv"):
        (tmp_path / name).write_bytes((clm.directory / name).read_bytes())
    lm, lexicon = tmp_path / "lm.bin", tmp_path / "lexicon.tsv"
    if damage == "no lm":
        lm.unlink()
    elif damage == "no lexicon":
        lexicon.unlink()
    elif damage == "cut lm":
        lm.write_bytes(lm.read_bytes()[:-100])
    elif damage == "foreign lm":
        lm.write_bytes(b"something else")
    else:
        lexicon.write_text("word\tphones\tsource\trank\tcount\n", encoding="utf-8")
    with pytest.raises(UserError) as error:
        transcribed(clip, Model("clm", tmp_path))
    assert str(tmp_path) in error.value.message


@pytest.mark.parametrize("content", ["", "  \n\n", "мир 中文\n", "... !!\n"])
def test_text_without_words_is_refused(tmp_path: Path, content: str) -> None:
    text = tmp_path / "text.txt"
    text.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="no English words"):
        engine().train(TrainingText({"training_data": text}), tmp_path / "model")


def test_a_bad_file_of_pronunciations_stops_training_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "own.tsv"
    own.write_text("telomerase\tT EH L O\n", encoding="utf-8")
    chosen = engine(pronunciations=str(own))
    text = tmp_path / "text.txt"
    text.write_text("telomerase\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"own\.tsv: line 1: telomerase: unknown phone 'O'"):
        chosen.train(TrainingText({"training_data": text}), tmp_path / "model")
    assert not (tmp_path / "model" / "lm.bin").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"telomerase",
        b"\xef\xbb\xbfthe telomerase\x07 <b>adds</b> repeats &amp; more",
        "Теломераза is telomerase, 端粒酶.".encode(),
        b"the cat and the dog",
        b"zorbant quixel zzyzx fnord",
        b"word " * 200_000,
    ],
)
def test_odd_texts_train(tmp_path: Path, content: bytes) -> None:
    """One word; a BOM, control characters and markup; other scripts; only known and only unknown words; one line."""
    text = tmp_path / "text.txt"
    text.write_bytes(content)
    report = engine().train(TrainingText({"training_data": text}), tmp_path)
    assert report["words"] > 0
    assert trie.read_words(tmp_path / "lm.bin")


@pytest.mark.parametrize(("content", "reason"), [("telomerase".encode("utf-16"), "UTF-8"), (b"a\0b", "zero bytes")])
def test_text_that_is_not_utf8_is_a_message(tmp_path: Path, content: bytes, reason: str) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes(content)
    with pytest.raises(UserError, match=reason):
        engine().train(TrainingText({"training_data": text}), tmp_path)


def test_a_full_disk_leaves_no_model(tmp_path: Path) -> None:
    """The size limit of files stands in for the disk; it raises OSError in the same place."""
    text = tmp_path / "text.txt"
    text.write_text(TEXT, encoding="utf-8")
    code = (
        "import resource, signal, sys; sys.path.insert(0, 'scripts'); from pathlib import Path\n"
        "from clm.config import load\n"
        "from clm.engines import create; from clm.types import TrainingText\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "engine = create(load({}, Path(), Path()))\n"
        f"engine.train(TrainingText({{'text': Path({str(text)!r})}}), Path({str(tmp_path / 'model')!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "OSError" in done.stderr
    assert list((tmp_path / "model").iterdir()) == []


def test_an_arpa_file_is_written_on_request(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(TEXT, encoding="utf-8")
    chosen = engine(arpa=True)
    assert chosen.training_settings() == engine().training_settings()
    chosen.train(TrainingText({"training_data": text}), tmp_path)
    oracle = kenlm.Model(str(tmp_path / "lm.arpa"))
    model = trie.read(tmp_path / "lm.bin")
    codes = {word: code for code, word in enumerate(model.words)}
    for sentence in ("the vaccine works", "telomerase adds repeats to chromosomes", "it was in the united states"):
        ours = sequence_log_probabilities(model.model, encode([sentence.split()], codes))
        assert np.nansum(ours) / np.log(10) == pytest.approx(oracle.score(sentence), abs=5e-3)
