"""Parts of the engine whisper that need a real model: graphs, search, alignment, tokens."""

import json
from pathlib import Path

import numpy as np
import pytest

from clm.base.errors import UserError
from clm.engines.whisper import alignment
from clm.engines.whisper.model import free_memory, graph, model_folder, weights
from clm.engines.whisper.recognizer import Recognizer
from clm.engines.whisper.search import longest, search
from clm.engines.whisper.tokens import Tokens
from runner import CHECKOUT
from whisper_models import tiny_english

SECONDS = 6.0


@pytest.fixture(scope="module")
def files() -> model_folder.ModelFolder:
    return model_folder.find(str(tiny_english()), None)


@pytest.fixture(scope="module")
def recognizer(files: model_folder.ModelFolder) -> Recognizer:
    return Recognizer(files.graphs(graph.VERSION), "cpu")


@pytest.fixture(scope="module")
def tokens(files: model_folder.ModelFolder) -> Tokens:
    return Tokens(files.folder, files.size.vocabulary, "en-US", files.suppressed)


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    from clm.audio.decode import read_audio

    (audio,) = (CHECKOUT / "sample-data" / "input" / "cell-biology-01-membranes").glob("audio.*")
    return read_audio(audio).samples[: int(SECONDS * 16000)].astype(np.float32) / 32768.0


def test_steps_one_by_one_say_what_all_at_once_says(
    recognizer: Recognizer, tokens: Tokens, samples: np.ndarray
) -> None:
    audio = recognizer.audio(recognizer.encode(samples))
    said = [*tokens.prompt, *tokens.encode(["The cell has a membrane."])[0]]
    together, _, attention = recognizer.step(audio, np.array([said]), tokens.bias, None, [0])
    cache, rows = None, [0]
    for place, token in enumerate(said):
        one, cache, _ = recognizer.step(audio, np.array([[token]] * 2), tokens.bias, cache, [*rows, *rows][:2])
        rows = [0, 1]
        possible = np.isfinite(together[place])
        assert np.allclose(one[0][possible], together[place][possible], atol=1e-3)
    assert attention.shape == (8, len(said), 1500)
    assert np.allclose(attention.sum(axis=2), 1.0, atol=1e-4)


def test_hypotheses_go_on_from_their_rows(recognizer: Recognizer, tokens: Tokens, samples: np.ndarray) -> None:
    audio = recognizer.audio(recognizer.encode(samples))
    words = tokens.encode(["cell", "water"])
    first = np.array([tokens.prompt])
    _, cache, _ = recognizer.step(audio, first, tokens.bias, None, [0])
    two, cache, _ = recognizer.step(audio, np.array([word[:1] for word in words]), tokens.bias, cache, [0, 0])
    turned, _, _ = recognizer.step(audio, np.array([[13], [13]]), tokens.bias, cache, [1, 0])
    straight, _, _ = recognizer.step(audio, np.array([[13], [13]]), tokens.bias, cache, [0, 1])
    finite = np.isfinite(straight[0])
    assert np.allclose(turned[0][finite], straight[1][finite], atol=1e-4)
    assert not np.allclose(two[0][finite], two[1][finite], atol=1e-2)


def test_searches_side_by_side_find_what_each_finds_alone(
    recognizer: Recognizer, tokens: Tokens, samples: np.ndarray
) -> None:
    class Prefers:
        """A word, wherever it may come."""

        def start(self) -> int:
            return 0

        def deltas(self, state: int, found: np.ndarray) -> np.ndarray:
            return np.where(found == tokens.encode(["membrane"])[0][0], 2.0 - 0.01 * state, 0.0)

        def extend(self, state: int, token: int, delta: float) -> int:
            return state + (token > 0 and delta > 0)

    audio = recognizer.audio(recognizer.encode(samples))
    most = longest(SECONDS, 3, english=True)
    both = search(recognizer, audio, tokens, [None, Prefers()], 5, most)
    alone = [search(recognizer, audio, tokens, [fusion], 5, most)[0] for fusion in (None, Prefers())]
    assert [found.tokens for found in both] == [found.tokens for found in alone]
    assert "cell" in tokens.decode(both[0].tokens).lower()


def test_words_get_times_in_order_and_probabilities(
    recognizer: Recognizer, tokens: Tokens, samples: np.ndarray
) -> None:
    audio = recognizer.audio(recognizer.encode(samples))
    found = search(recognizer, audio, tokens, [None], 5, longest(SECONDS, 3, english=True))[0]
    spoken = alignment.words(found.tokens, tokens.pieces)
    times = alignment.align(recognizer, audio, tokens, spoken, SECONDS)
    assert len(times) == len(spoken) > 5
    last = 0.0
    for start, end, probability in times:
        assert last <= start < end <= SECONDS
        assert 0.0 < probability <= 1.0
        last = end
    assert " ".join(word.text for word in spoken) == tokens.decode(found.tokens)


def test_a_lost_first_merge_is_mended(files: model_folder.ModelFolder, tmp_path: Path) -> None:
    about = json.loads((files.folder / "tokenizer.json").read_text(encoding="utf-8"))
    merges = about["model"]["merges"]
    assert merges[0] in ("\u0120 t", ["\u0120", "t"])
    about["model"]["merges"] = merges[1:]
    (tmp_path / "tokenizer.json").write_text(json.dumps(about), encoding="utf-8")
    mended = Tokens(tmp_path, files.size.vocabulary, "en-US", files.suppressed)
    assert [len(found) for found in mended.encode(["the", "thou", "time"])] == [1, 1, 1]
    about["model"]["merges"] = merges[1:100] + merges[1000:]
    (tmp_path / "tokenizer.json").write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(UserError, match="are not encoded as themselves"):
        Tokens(tmp_path, files.size.vocabulary, "en-US", files.suppressed)


def test_pieces_of_tokens_are_their_bytes(tokens: Tokens) -> None:
    for text in ("The mRNA of naïve cells", "10% 日本", "so-called"):
        (found,) = tokens.encode([text])
        assert b"".join(tokens.pieces[token] for token in found) == f" {text}".encode()


def test_weights_of_transformers_are_those_of_ctranslate2(files: model_folder.ModelFolder, tmp_path: Path) -> None:
    found = weights.read(files.folder)
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in found.items():
        raw = array.astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    (tmp_path / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
    again = weights.read(tmp_path)
    assert again.keys() == found.keys()
    for name, array in found.items():
        assert np.array_equal(again[name], array)
    for folder in (tmp_path, files.folder):
        assert weights.size(folder).vocabulary == 51864
        assert weights.size(folder).parameters == pytest.approx(37.8e6, rel=0.01)


@pytest.mark.parametrize("damage", ["cut", "nothing", "text"])
def test_damaged_weights_are_named(files: model_folder.ModelFolder, tmp_path: Path, damage: str) -> None:
    content = {"cut": (files.folder / "model.bin").read_bytes()[:100_000], "nothing": b"", "text": b"<html>404" * 9}
    (tmp_path / "model.bin").write_bytes(content[damage])
    with pytest.raises(UserError, match=r"model\.bin"):
        weights.read(tmp_path)


def test_a_folder_without_files_says_which_are_missing(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match=r"model\.bin .*tokenizer\.json"):
        model_folder.find(str(tmp_path), None)


@pytest.mark.parametrize("name", ["medium.de", "no/such/folder", "./gone"])
def test_an_unknown_name_is_no_question_for_the_hub(name: str) -> None:
    with pytest.raises(UserError, match="no model of this name"):
        model_folder.find(name, None)


def test_too_little_memory_is_said_before_anything_is_loaded() -> None:
    with pytest.raises(UserError, match=r"needs about .* GB of memory"):
        free_memory.check("enormous", 1 << 45)
