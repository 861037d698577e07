"""Weights of Whisper models in their formats on disk: CTranslate2's `model.bin`, safetensors, and ONNX exports.

All come back by the names that transformers gives them, as float32 arrays.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clm.base.errors import UserError
from clm.engines.whisper.model import onnx_export

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

CTRANSLATE2_FILE = "model.bin"
SAFETENSORS_FILE = "model.safetensors"
_EMBEDDING = "model.decoder.embed_tokens.weight"
#: The only version of CTranslate2's container that models of the last years have.
_BINARY_VERSION = 6
#: CTranslate2's numbers of element types.
_CTRANSLATE2_TYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
_SAFETENSORS_TYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


@dataclass(frozen=True)
class Size:
    """Number of `parameters`, and of tokens in the `vocabulary`."""

    parameters: int
    vocabulary: int


def read(folder: Path) -> Weights:
    """All weights of the model in this folder.

    Raises:
        UserError: the file is damaged, or does not hold a Whisper model.

    """
    path = folder / CTRANSLATE2_FILE
    with _named(folder):
        if path.is_file():
            return _from_ctranslate2(path)
        if (path := folder / SAFETENSORS_FILE).is_file():
            return _from_safetensors(path)
        return onnx_export.read(_export(folder))


def size(folder: Path) -> Size:
    """Size of the model in this folder, by the headers alone.

    Raises:
        UserError: the file is damaged, or does not hold a Whisper model.

    """
    path = folder / CTRANSLATE2_FILE
    with _named(folder):
        if path.is_file():
            shapes = _ctranslate2_shapes(path)
        elif (path := folder / SAFETENSORS_FILE).is_file():
            shapes = _safetensors_shapes(path)
        else:
            return Size(*onnx_export.size(folder, _export(folder)))
        return Size(sum(math.prod(shape) for shape in shapes.values()), shapes[_EMBEDDING][0])


def files(folder: Path) -> list[Path]:
    """Files of the weights that are read, none where there are none."""
    for name in (CTRANSLATE2_FILE, SAFETENSORS_FILE):
        if (folder / name).is_file():
            return [folder / name]
    pair = onnx_export.find(folder)
    return onnx_export.files(pair) if pair else []


@contextmanager
def _named(folder: Path) -> Iterator[None]:
    """Name the files in what is wrong with them."""
    try:
        yield
    except (KeyError, ValueError, struct.error, UnicodeDecodeError) as error:
        raise UserError(
            f"{', '.join(map(str, files(folder)))}: not a readable Whisper model ({error})",
            "fetch it again; CTranslate2 models must have been converted by version 3 or later",
        ) from error


def _export(folder: Path) -> tuple[Path, Path]:
    pair = onnx_export.find(folder)
    if pair is None:
        raise ValueError("there is none")
    return pair


def _mapped(path: Path) -> memoryview:
    """The file's bytes, read on access.

    Raises:
        ValueError: it is empty.

    """
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


# -- CTranslate2 ---------------------------------------------------------------------------------------------------


class _Cursor:
    """Reads little-endian numbers and texts one after another."""

    def __init__(self, data: memoryview) -> None:
        self.data, self.at = data, 0

    def number(self, kind: str) -> int:
        (value,) = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += struct.calcsize("<" + kind)
        return value

    def text(self) -> str:
        length = self.number("H")
        value = bytes(self.data[self.at : self.at + length - 1]).decode()
        self.at += length
        return value


def _variables(path: Path) -> dict[str, NDArray[Any]]:
    """Every variable of a CTranslate2 file by its name, mapped from disk; aliases share the array.

    The container (CTranslate2, python/ctranslate2/specs/model_spec.py): version, name and revision of the spec,
    number of variables; each as name, rank, dimensions, type, bytes, data; then pairs of alias and name.

    Raises:
        ValueError: it is of another version or another kind of model.

    """
    cursor = _Cursor(_mapped(path))
    if (version := cursor.number("I")) != _BINARY_VERSION:
        raise ValueError(f"binary version {version}, expected {_BINARY_VERSION}")
    if (spec := cursor.text()) != "WhisperSpec":
        raise ValueError(f"it is a {spec}")
    cursor.number("I")
    found: dict[str, NDArray[Any]] = {}
    for _ in range(cursor.number("I")):
        name = cursor.text()
        shape = [cursor.number("I") for _ in range(cursor.number("B"))]
        kind = np.dtype(_CTRANSLATE2_TYPES[cursor.number("B")])
        size = cursor.number("I")
        found[name] = np.frombuffer(cursor.data, kind, size // kind.itemsize, cursor.at).reshape(shape)
        cursor.at += size
    for _ in range(cursor.number("I")):
        alias, name = cursor.text(), cursor.text()
        found[alias] = found[name]
    return found


def _ctranslate2_shapes(path: Path) -> dict[str, Sequence[int]]:
    raw = _variables(path)
    embedding = raw["decoder/embeddings/weight"]
    shapes = {name: value.shape for name, value in raw.items() if value is not embedding}
    return {**shapes, _EMBEDDING: embedding.shape}


def _from_ctranslate2(path: Path) -> Weights:
    raw = _variables(path)

    def get(name: str) -> Floats:
        value = raw[name]
        if value.dtype == np.int8:
            return value.astype(np.float32) / raw[f"{name}_scale"].reshape(-1, *[1] * (value.ndim - 1))
        return value.astype(np.float32)

    names = _Renaming(get)
    for side in ("encoder", "decoder"):
        root = f"model.{side}"
        names.found[f"{root}.embed_positions.weight"] = get(f"{side}/position_encodings/encodings")
        names.norm(f"{root}.layer_norm", f"{side}/layer_norm")
        layer = 0
        while f"{side}/layer_{layer}/ffn/linear_0/weight" in raw:
            names.layer(f"{root}.layers.{layer}", f"{side}/layer_{layer}", crossed=side == "decoder")
            layer += 1
    for number in (1, 2):
        names.linear(f"model.encoder.conv{number}", f"encoder/conv{number}")
    names.found[_EMBEDDING] = get("decoder/embeddings/weight")
    return names.found


@dataclass
class _Renaming:
    """Collects CTranslate2's variables under the names of transformers; joined matrices are divided."""

    get: Callable[[str], Floats]

    def __post_init__(self) -> None:
        self.found: dict[str, Floats] = {}

    def layer(self, name: str, there: str, *, crossed: bool) -> None:
        self.norm(f"{name}.self_attn_layer_norm", f"{there}/self_attention/layer_norm")
        self.attention(f"{name}.self_attn", f"{there}/self_attention", ("linear_0",), "linear_1")
        if crossed:
            self.norm(f"{name}.encoder_attn_layer_norm", f"{there}/attention/layer_norm")
            self.attention(f"{name}.encoder_attn", f"{there}/attention", ("linear_0", "linear_1"), "linear_2")
        self.norm(f"{name}.final_layer_norm", f"{there}/ffn/layer_norm")
        for number in (0, 1):
            self.linear(f"{name}.fc{number + 1}", f"{there}/ffn/linear_{number}")

    def norm(self, name: str, there: str) -> None:
        self.found[f"{name}.weight"] = self.get(f"{there}/gamma")
        self.found[f"{name}.bias"] = self.get(f"{there}/beta")

    def linear(self, name: str, there: str) -> None:
        self.found[f"{name}.weight"] = self.get(f"{there}/weight")
        self.found[f"{name}.bias"] = self.get(f"{there}/bias")

    def attention(self, name: str, there: str, joined: tuple[str, ...], last: str) -> None:
        """Self-attention keeps query, key and value as one matrix; cross-attention the query apart."""
        self.linear(f"{name}.out_proj", f"{there}/{last}")
        weights = np.concatenate([self.get(f"{there}/{part}/weight") for part in joined])
        biases = np.concatenate([self.get(f"{there}/{part}/bias") for part in joined])
        for part, weight, bias in zip("qkv", np.split(weights, 3), np.split(biases, 3), strict=True):
            self.found[f"{name}.{part}_proj.weight"] = weight
            if part != "k":  # Whisper's keys have no bias
                self.found[f"{name}.{part}_proj.bias"] = bias


# -- safetensors ---------------------------------------------------------------------------------------------------


def _header(data: memoryview) -> tuple[dict[str, Any], int]:
    """Properties of each tensor, and where the data begin; https://github.com/huggingface/safetensors#format."""
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(bytes(data[8 : 8 + length]))
    about = {name: tensor for name, tensor in header.items() if name not in ("__metadata__", "proj_out.weight")}
    if _EMBEDDING not in about:
        raise ValueError("it has no weights of a Whisper model")
    return about, 8 + length


def _safetensors_shapes(path: Path) -> dict[str, Sequence[int]]:
    return {name: tensor["shape"] for name, tensor in _header(_mapped(path))[0].items()}


def _from_safetensors(path: Path) -> Weights:
    data = _mapped(path)
    header, begin = _header(data)
    found = {}
    for name, about in header.items():
        kind = np.dtype(_SAFETENSORS_TYPES[about["dtype"]])
        start, end = about["data_offsets"]
        values = np.frombuffer(data, kind, (end - start) // kind.itemsize, begin + start)
        if about["dtype"] == "BF16":  # the upper half of a float32
            values = (values.astype(np.uint32) << 16).view(np.float32)
        found[name] = values.reshape(about["shape"]).astype(np.float32)
    return found
