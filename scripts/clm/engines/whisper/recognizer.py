"""Whisper on ONNX Runtime: encoder and decoder steps of one model, on one core or on a GPU.

One thread each: with several, sums are taken in another order, and results would depend on the number of cores.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clm.audio.log_mel import log_mel
from clm.base.errors import UserError
from clm.engines.whisper.model.graph import BRIDGE, DECODER, ENCODER, FRAMES, HEAD

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Cache = Any

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


class Recognizer:
    """The sessions of a model's graphs; usable from several threads."""

    def __init__(self, graphs: Path, device: str = "auto") -> None:
        self._encoder, self._bridge, self._decoder = _sessions(graphs, device)
        self._bands = self._encoder.get_inputs()[0].shape[1]
        shapes = {value.name: value.shape for value in self._decoder.get_inputs()}
        self._past = [name for name in shapes if name.startswith("past_")]
        self._outputs = [value.name for value in self._decoder.get_outputs()]
        self._present = [name.replace("past_", "present_") for name in self._past]
        self._heads = shapes["cross_k_0"][0]

    def encode(self, samples: Floats) -> NDArray[np.float16]:
        """Output of the encoder for at most 30 seconds, float16 (1500, width); rounded, so that it may be kept."""
        features = log_mel(samples, self._bands, 2 * FRAMES)[None]
        (states,) = self._encoder.run(None, {"features": features})
        return states[0].astype(np.float16)

    def audio(self, states: NDArray[np.float16]) -> Mapping[str, Any]:
        """Keys and values of the audio, for `step`."""
        names = [value.name for value in self._bridge.get_outputs()]
        found = self._bridge.run_with_ort_values(names, {"states": self._value(states[None].astype(np.float32))})
        return dict(zip(names, found, strict=True))

    def step(
        self, audio: Mapping[str, Any], tokens: NDArray[np.int64], bias: Floats, cache: Cache, rows: Sequence[int]
    ) -> tuple[Floats, Cache, Floats | None]:
        """Take n more tokens (hypotheses, n); each continues one of `rows` of the cache, which is None at first.

        Returns ln P of what follows each token (hypotheses * n, vocabulary), the new cache, and the attention to the
        audio (heads, hypotheses * n, 1500), or None where the model lacks it.
        """
        if cache is None:
            empty = self._value(np.zeros((1, self._heads, 0, HEAD), np.float32))
            cache = [empty] * len(self._past)
        feed = {"tokens": self._value(tokens), "rows": self._value(np.array(rows, np.int64)), "bias": self._value(bias)}
        feed |= dict(zip(self._past, cache, strict=True))
        found = dict(
            zip(self._outputs, self._decoder.run_with_ort_values(self._outputs, {**feed, **audio}), strict=True)
        )
        attention = found.get("attention")
        return (
            found["logprob"].numpy(),
            [found[name] for name in self._present],
            None if attention is None else attention.numpy(),
        )

    def _value(self, array: NDArray[Any]) -> Any:
        import onnxruntime

        return onnxruntime.OrtValue.ortvalue_from_numpy(array)


def _sessions(graphs: Path, device: str) -> list[Any]:
    """Sessions of encoder, bridge and decoder; on the CPU where CUDA is there but fails.

    Raises:
        UserError: CUDA is asked for and not available, or a graph cannot be loaded.

    """
    import onnxruntime

    there = CUDA in onnxruntime.get_available_providers()
    if device == "cuda" and not there:
        raise UserError(
            "config: whisper.device: ONNX Runtime finds no CUDA",
            "install onnxruntime-gpu and NVIDIA's libraries, or set device: cpu",
        )
    if there and device != "cpu":
        try:
            found = [session(graphs / name, [CUDA, CPU]) for name in (ENCODER, BRIDGE, DECODER)]
            if CUDA in found[0].get_providers():
                return found
            log.warning("CUDA cannot be used, see above; Whisper runs on the CPU")
        except UserError as error:
            log.warning("CUDA cannot be used (%s); Whisper runs on the CPU", error.message)
    return [session(graphs / name, [CPU]) for name in (ENCODER, BRIDGE, DECODER)]


def session(path: Path, providers: Sequence[str]) -> Any:
    """A graph at work, on one core where it is the CPU.

    Raises:
        UserError: ONNX Runtime cannot load it.

    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.use_deterministic_compute = True
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:  # ONNX Runtime has no common class for what its parts raise
        raise UserError(
            f"{path}: ONNX Runtime cannot load the model ({str(error).splitlines()[0]})",
            f"remove the folder {path.parent}, so that it is made again",
        ) from error
