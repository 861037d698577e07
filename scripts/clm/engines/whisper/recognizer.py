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
from clm.base.errors import PassingError, UserError
from clm.engines.whisper.model import free_memory
from clm.engines.whisper.model.graph import BRIDGE, DECODER, ENCODER, FRAMES, HEAD

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Cache = Any

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


class Recognizer:
    """The sessions of a model's graphs; usable from several threads."""

    def __init__(self, graphs: Path, device: str = "auto") -> None:
        self._graphs = graphs
        self._sessions = _sessions(graphs, device)
        self._bands = self._sessions[ENCODER].get_inputs()[0].shape[1]
        shapes = {value.name: value.shape for value in self._sessions[DECODER].get_inputs()}
        self._past = [name for name in shapes if name.startswith("past_")]
        self._outputs = {name: [value.name for value in graph.get_outputs()] for name, graph in self._sessions.items()}
        self._present = [name.replace("past_", "present_") for name in self._past]
        self._heads = shapes["cross_k_0"][0]

    def encode(self, samples: Floats) -> NDArray[np.float16]:
        """Output of the encoder for at most 30 seconds, float16 (1500, width); rounded, so that it may be kept."""
        features = log_mel(samples, self._bands, 2 * FRAMES)[None]
        states = self._run(ENCODER, {"features": self._value(features)})["states"].numpy()
        return states[0].astype(np.float16)

    def audio(self, states: NDArray[np.float16]) -> Mapping[str, Any]:
        """Keys and values of the audio, for `step`."""
        return self._run(BRIDGE, {"states": self._value(states[None].astype(np.float32))})

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
        found = self._run(DECODER, {**feed, **audio})
        attention = found.get("attention")
        return (
            found["logprob"].numpy(),
            [found[name] for name in self._present],
            None if attention is None else attention.numpy(),
        )

    def _run(self, graph: str, feed: Mapping[str, Any]) -> dict[str, Any]:
        """Outputs of a graph by name. Where CUDA fails, the CPU takes over for good."""
        used, names = self._sessions, self._outputs[graph]
        try:
            found = used[graph].run_with_ort_values(names, feed)
        except Exception as error:  # ONNX Runtime has no common class for what its parts raise
            if CUDA not in used[graph].get_providers():
                raise _explained(error) from error
            if used is self._sessions:  # no other thread was first
                log.warning("CUDA failed (%s); Whisper goes on with the CPU", _first_line(error))
                self._sessions = _sessions(self._graphs, "cpu")
            return self._run(graph, feed)
        return dict(zip(names, found, strict=True))

    def _value(self, array: NDArray[Any]) -> Any:
        import onnxruntime

        return onnxruntime.OrtValue.ortvalue_from_numpy(array)


def _sessions(graphs: Path, device: str) -> dict[str, Any]:
    """Sessions of encoder, bridge and decoder by name; on the CPU where CUDA is there but fails.

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
            found = {name: session(graphs / name, [CUDA, CPU]) for name in (ENCODER, BRIDGE, DECODER)}
            if CUDA in found[ENCODER].get_providers():
                return found
            log.warning("CUDA cannot be used, see above; Whisper runs on the CPU")
        except UserError as error:
            log.warning("CUDA cannot be used (%s); Whisper runs on the CPU", error.message)
    return {name: session(graphs / name, [CPU]) for name in (ENCODER, BRIDGE, DECODER)}


def session(path: Path, providers: Sequence[str]) -> Any:
    """A graph at work, on one core where it is the CPU.

    Raises:
        UserError: ONNX Runtime cannot load it; a `PassingError` if memory is short.

    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.use_deterministic_compute = True
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:
        explained = _explained(error)
        if explained is not error:
            raise explained from error
        raise UserError(
            f"{path}: ONNX Runtime cannot load the model ({_first_line(error)})",
            f"remove the folder {path.parent}, so that it is made again",
        ) from error


def _explained(error: Exception) -> Exception:
    """The same error, or that memory is short, if that is what it says."""
    if isinstance(error, MemoryError) or "alloc" in str(error):
        return PassingError(f"Whisper got no more memory ({_first_line(error)})", free_memory.HINT)
    return error


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
