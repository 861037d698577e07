"""Weights of the usual ONNX export of Whisper, that of optimum: an encoder, and a decoder with its cache, as files.

Exporters keep the names of most parameters, but those of matrices become `onnx::MatMul_123`, transposed. What remains
is the name of the node that uses them, which is the path of its module: `/layers.0/self_attn/q_proj/MatMul`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnx

#: The decoder that takes its cache and the one that starts without it, in one file or in two; both have all weights.
ENCODERS = ("encoder_model.onnx", "encoder_model_fp16.onnx")
DECODERS = (
    "decoder_model_merged.onnx",
    "decoder_model.onnx",
    "decoder_model_merged_fp16.onnx",
    "decoder_model_fp16.onnx",
)
#: Folder of the files, in repositories of a hub.
SUBFOLDER = "onnx"
_MODULES = (
    r"conv[12]|embed_tokens|embed_positions|layer_norm"
    r"|layers\.\d+\.(?:(?:self_attn|encoder_attn)\.(?:[qkv]|out)_proj|fc[12]|\w+_layer_norm)"
)
_MODULE = re.compile(rf"(?:model\.)?(?:encoder\.|decoder\.)?({_MODULES})")
#: Places that the encoder and the decoder know.
_POSITIONS = {"encoder": 1500, "decoder": 448}


def find(folder: Path) -> tuple[Path, Path] | None:
    """Files of encoder and decoder in a folder or in `onnx` below it, None where there are none."""
    for place in (folder, folder / SUBFOLDER):
        encoders = [place / name for name in ENCODERS if (place / name).is_file()]
        decoders = [place / name for name in DECODERS if (place / name).is_file()]
        if encoders and decoders:
            return encoders[0], decoders[0]
    return None


def files(pair: tuple[Path, Path]) -> list[Path]:
    """The two files, and those beside them that hold their data (of models of more than 2 GB)."""
    return [part for path in pair for part in (path, *sorted(path.parent.glob(f"{path.name}_data*")))]


def size(folder: Path, pair: tuple[Path, Path]) -> tuple[int, int]:
    """Number of parameters, by the files, and of tokens, by the configuration.

    Raises:
        ValueError: the configuration does not say how many tokens there are.

    """
    total = sum(path.stat().st_size for path in files(pair))
    try:
        vocabulary = int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["vocab_size"])
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(f"config.json beside it has no vocab_size: {error}") from error
    return total // (2 if "fp16" in pair[1].name else 4), vocabulary


def read(pair: tuple[Path, Path]) -> dict[str, NDArray[np.float32]]:
    """All weights by the names that transformers gives them.

    Raises:
        ValueError: a file is not ONNX, or is quantized.

    """
    import onnx
    from google.protobuf.message import DecodeError

    found: dict[str, NDArray[np.float32]] = {}
    for side, path in zip(("encoder", "decoder"), pair, strict=True):
        try:
            model = onnx.load(str(path))
        except (DecodeError, OSError, onnx.checker.ValidationError) as error:
            raise ValueError(f"{path.name} or its data cannot be read: {error}") from error
        found |= {f"model.{side}.{name}": array for name, array in _Weights(model.graph, side).read().items()}
    return found


class _Weights:
    """Weights of one graph, with those of the graphs inside its nodes."""

    def __init__(self, graph: onnx.GraphProto, side: str) -> None:
        self._side = side
        graphs = list(_with_inner(graph))
        self._nodes = [node for one in graphs for node in one.node]
        self._tensors = {tensor.name: tensor for one in graphs for tensor in one.initializer}
        self._makers = {output: node for node in self._nodes for output in node.output}
        for node in self._nodes:
            if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
                self._tensors[node.output[0]] = node.attribute[0].t
        if {"DequantizeLinear", "MatMulNBits", "MatMulInteger", "DynamicQuantizeLinear"} & {
            node.op_type for node in self._nodes
        }:
            raise ValueError("a quantized export, whose weights are rounded; take encoder_model.onnx and its decoder")

    def read(self) -> dict[str, NDArray[np.float32]]:
        """All of them, by their names without `model.<side>.` before."""
        found: dict[str, NDArray[np.float32]] = {}
        for node in self._nodes:
            for name, array in self._of_node(node):
                found.setdefault(name, array)
        for name in self._tensors:
            module, _, kind = name.rpartition(".")
            if kind in ("weight", "bias") and (match := _MODULE.fullmatch(module)):
                found[f"{match[1]}.{kind}"] = self._array(name)
        if "embed_positions.weight" not in found:
            found |= self._positions(found)
        return found

    def _of_node(self, node: onnx.NodeProto) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Weights of a node, named by its module."""
        path = node.name.strip("/").replace("/", ".").rpartition(".")[0]
        match = _MODULE.search(path)
        if match is None or match.end() != len(path):
            return
        module = match[1]
        known = [name for name in map(self._source, node.input) if name]
        if node.op_type in ("Conv", "LayerNormalization"):
            yield from zip((f"{module}.weight", f"{module}.bias"), map(self._array, known), strict=False)
        elif node.op_type in ("MatMul", "Gemm") and known:
            transposed = node.op_type == "MatMul" or not any(a.name == "transB" and a.i for a in node.attribute)
            weight = self._array(known[0])
            yield f"{module}.weight", np.ascontiguousarray(weight.T) if transposed else weight
            if len(known) > 1:
                yield f"{module}.bias", self._array(known[1])
        elif node.op_type == "Gather" and known and module.startswith("embed"):
            yield f"{module}.weight", self._array(known[0])
        elif known and len(self._tensors[known[0]].dims) == 1:
            # A layer norm in parts also adds a small number, which has no dimension.
            if node.op_type == "Add":
                yield f"{module}.bias", self._array(known[0])
            elif node.op_type == "Mul" and module.endswith("norm"):
                yield f"{module}.weight", self._array(known[0])

    def _source(self, name: str) -> str:
        """Name of the tensor that a value is, through nodes that only pass it on; empty if it is computed."""
        while name not in self._tensors:
            maker = self._makers.get(name)
            if maker is None or maker.op_type not in ("Identity", "Cast"):
                return ""
            name = maker.input[0]
        return name

    def _array(self, name: str) -> NDArray[np.float32]:
        from onnx import numpy_helper

        return np.asarray(numpy_helper.to_array(self._tensors[name]), np.float32)

    def _positions(self, found: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """The embedding of places by its shape, where an exporter folded it into a nameless constant."""
        width = len(found["layer_norm.weight"])
        for name, tensor in self._tensors.items():
            if [n for n in tensor.dims if n != 1] == [_POSITIONS[self._side], width]:
                return {"embed_positions.weight": self._array(name).reshape(-1, width)}
        return {}


def _with_inner(graph: onnx.GraphProto) -> Iterable[onnx.GraphProto]:
    """The graph, and those inside its nodes: a merged decoder chooses between two."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _with_inner(attribute.g)
