"""Reading the weights of ONNX exports, in the ways that exporters write them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnx")

from clm.base.errors import UserError
from clm.engines.whisper.model import graph, model_folder, weights
from whisper_exports import PLACES, VOCABULARY, Style, export, random_weights

WEIGHTS = random_weights()
STYLES = st.builds(Style, *[st.booleans()] * 6)


@settings(max_examples=25, deadline=None)
@given(style=STYLES, below=st.booleans())
def test_every_style_of_export_holds_the_same_weights(
    tmp_path_factory: pytest.TempPathFactory, style: Style, below: bool
) -> None:
    folder = tmp_path_factory.mktemp("model")
    export(WEIGHTS, folder / "onnx" if below else folder, style)
    found = weights.read(folder)
    assert set(found) == set(WEIGHTS)
    for name, array in WEIGHTS.items():
        expected = array.astype(np.float16).astype(np.float32) if style.half else array
        assert np.array_equal(found[name], expected), name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    export(WEIGHTS, tmp_path, Style())
    (tmp_path / "config.json").write_text(json.dumps({"vocab_size": VOCABULARY}))
    (tmp_path / "tokenizer.json").write_text("{}")
    return tmp_path


def test_the_folder_of_an_export_is_a_model(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    monkeypatch.setenv("CLM_CACHE", str(tmp_path / "cache"))
    found = model_folder.find(str(folder), None)
    assert found.size.vocabulary == VOCABULARY
    assert found.size.parameters == pytest.approx(sum(array.size for array in WEIGHTS.values()), rel=0.05)
    graphs = found.graphs(graph.VERSION)
    session = onnxruntime.InferenceSession(str(graphs / graph.ENCODER))
    (states,) = session.run(None, {"features": np.zeros((1, 80, 3000), np.float32)})
    assert states.shape == (1, PLACES["encoder"], 128)


def test_another_file_of_the_pair_is_another_model(folder: Path) -> None:
    before = model_folder.find(str(folder), None).digest
    export(random_weights(seed=1), folder / "other", Style())
    (folder / "other" / "encoder_model.onnx").replace(folder / "encoder_model.onnx")
    assert model_folder.find(str(folder), None).digest != before


def test_a_quantized_export_is_refused(folder: Path) -> None:
    import onnx
    from onnx import helper

    path = folder / "decoder_model_merged.onnx"
    model = onnx.load(str(path))
    model.graph.node.append(helper.make_node("DequantizeLinear", ["q", "scale"], ["w"]))
    onnx.save(model, str(path))
    with pytest.raises(UserError, match="a quantized export, whose weights are rounded"):
        weights.read(folder)


@pytest.mark.parametrize("damage", [b"", b"half a file" * 20])
def test_a_damaged_export_is_named(folder: Path, damage: bytes) -> None:
    path = folder / "encoder_model.onnx"
    path.write_bytes(damage)
    with pytest.raises(UserError, match=r"encoder_model\.onnx"):
        model_folder.find(str(folder), None).graphs(graph.VERSION)


def test_half_an_export_is_no_model(folder: Path) -> None:
    (folder / "decoder_model_merged.onnx").unlink()
    with pytest.raises(UserError, match=r"it has no model\.bin .* or encoder_model\.onnx and its decoder"):
        model_folder.find(str(folder), None)
