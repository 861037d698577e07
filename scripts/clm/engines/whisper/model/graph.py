"""Whisper's encoder and decoder written as ONNX graphs from their weights, with the search in mind.

The decoder takes one step for all hypotheses at once. Its cache is an input and an output, reordered inside by `rows`;
keys and values of the audio exist once, not once for each hypothesis; and it also gives the attention to the audio
that shows when a word was said. (Radford et al., "Robust speech recognition via large-scale weak supervision", 2022.)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clm.engines.whisper.model.weights import Weights

if TYPE_CHECKING:
    import onnx

#: Dimensions of a head, in every Whisper model.
HEAD = 64
#: Frames that the encoder makes of 30 seconds.
FRAMES = 1500
#: Raised by hand when the graphs change, so that cached ones are rewritten.
VERSION = 2
ENCODER, BRIDGE, DECODER = "encoder.onnx", "bridge.onnx", "decoder.onnx"
_OPSET, _IR_VERSION = 20, 9


def layers(weights: Weights, side: str) -> int:
    """Number of layers of the `encoder` or `decoder`."""
    number = 0
    while f"model.{side}.layers.{number}.fc1.weight" in weights:
        number += 1
    return number


class Graph:
    """Nodes and weights of a graph; each method adds a node and returns the name of its output."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, np.ndarray] = {}
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: str, shape: Sequence[int | str]) -> str:
        """Add an input of the graph."""
        self.inputs.append(_value(name, kind, shape))
        return name

    def output(self, name: str, kind: str, shape: Sequence[int | str], value: str) -> None:
        """Make a value an output of the graph."""
        self.outputs.append(_value(name, kind, shape))
        self.add("Identity", value, result=name)

    def add(self, operator: str, *inputs: str, result: str | None = None, **attributes: Any) -> str:
        """Add a node, by the name of its operator."""
        from onnx import helper

        name = result or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def constant(self, value: Any, kind: type = np.int64) -> str:
        """Add a constant."""
        array: np.ndarray = np.array(value, kind)
        name = f"c_{array.dtype}_{'x'.join(map(str, array.shape))}_{'_'.join(map(str, array.ravel()[:8]))}"
        if array.size > 8:
            name += f"_{len(self.initializers)}"
        self.initializers.setdefault(name, array)
        return name

    def weight(self, name: str, *, transposed: bool = False) -> str:
        """Add a weight, by its name."""
        array = self.weights[name]
        if transposed:
            name, array = f"{name}.T", array.T
        self.initializers[name] = np.ascontiguousarray(array)
        return name

    def linear(self, value: str, name: str) -> str:
        """Add a product with a weight, and its bias if there is one."""
        product = self.add("MatMul", value, self.weight(f"{name}.weight", transposed=True))
        bias = f"{name}.bias"
        return self.add("Add", product, self.weight(bias)) if bias in self.weights else product

    def norm(self, value: str, name: str) -> str:
        """Add a normalization of layers."""
        weight, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.add("LayerNormalization", value, weight, bias, axis=-1, epsilon=1e-5)

    def mlp(self, value: str, name: str) -> str:
        """Add the two linear layers of a block."""
        inner = self.norm(value, f"{name}.final_layer_norm")
        inner = self.add("Gelu", self.linear(inner, f"{name}.fc1"))
        return self.add("Add", value, self.linear(inner, f"{name}.fc2"))

    def recurrent(self, width: int, *inputs: str) -> list[str]:
        """Add an LSTM; its output for each step, and the last hidden state and cell."""
        from onnx import helper

        names = [f"v{len(self.nodes)}_{part}" for part in range(3)]
        self.nodes.append(helper.make_node("LSTM", list(inputs), names, hidden_size=width))
        return names

    def reshape(self, value: str, *shape: int) -> str:
        """Add another shape; 0 keeps a dimension, -1 is what is left."""
        return self.add("Reshape", value, self.constant(shape))

    def save(self, path: Path, name: str) -> None:
        """Write the graph, its weights in a file beside it (one file of protobuf cannot be larger than 2 GB)."""
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        data = path.with_suffix(".weights")
        tensors = []
        with data.open("wb") as file:
            for key, array in self.initializers.items():
                if array.nbytes < 1024:
                    tensors.append(numpy_helper.from_array(array, key))
                    continue
                file.write(b"\0" * (-file.tell() % 4096))  # mapped by pages
                tensor = TensorProto(name=key, data_type=TensorProto.FLOAT, dims=array.shape)
                tensor.data_location = TensorProto.EXTERNAL
                for about in (("location", data.name), ("offset", file.tell()), ("length", array.nbytes)):
                    tensor.external_data.add(key=about[0], value=str(about[1]))
                file.write(array.astype("<f4").tobytes())
                tensors.append(tensor)
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, tensors)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION), str(path))


def _value(name: str, kind: str, shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, getattr(TensorProto, kind), list(shape))


def write_encoder(path: Path, weights: Weights) -> None:
    """From `features` (1, mels, 3000) to `states` (1, 1500, width)."""
    graph = Graph(weights)
    mels = weights["model.encoder.conv1.weight"].shape[1]
    width = weights["model.encoder.embed_positions.weight"].shape[1]
    heads = width // HEAD
    value = graph.input("features", "FLOAT", (1, mels, 2 * FRAMES))
    for number, stride in ((1, 1), (2, 2)):
        root = f"model.encoder.conv{number}"
        convolved = graph.add(
            "Conv",
            value,
            graph.weight(f"{root}.weight"),
            graph.weight(f"{root}.bias"),
            kernel_shape=[3],
            pads=[1, 1],
            strides=[stride],
        )
        value = graph.add("Gelu", convolved)
    value = graph.add("Transpose", value, perm=[0, 2, 1])
    value = graph.add("Add", value, graph.weight("model.encoder.embed_positions.weight"))
    for number in range(layers(weights, "encoder")):
        name = f"model.encoder.layers.{number}"
        inner = graph.norm(value, f"{name}.self_attn_layer_norm")
        parts = [graph.linear(inner, f"{name}.self_attn.{part}_proj") for part in "qkv"]
        mixed = graph.add("MultiHeadAttention", *parts, domain="com.microsoft", num_heads=heads)
        value = graph.add("Add", value, graph.linear(mixed, f"{name}.self_attn.out_proj"))
        value = graph.mlp(value, name)
    graph.output("states", "FLOAT", (1, FRAMES, width), graph.norm(value, "model.encoder.layer_norm"))
    graph.save(path, "encoder")


def write_bridge(path: Path, weights: Weights) -> None:
    """From `states` (1, 1500, width) to keys and values of every decoder layer for its attention to the audio.

    `cross_k_<layer>` is (heads, 1500, 64) and scaled, `cross_v_<layer>` (heads, 64, 1500).
    """
    graph = Graph(weights)
    width = weights["model.encoder.embed_positions.weight"].shape[1]
    heads = width // HEAD
    value = graph.input("states", "FLOAT", (1, FRAMES, width))
    scale = graph.constant(HEAD**-0.5, np.float32)
    for number in range(layers(weights, "decoder")):
        name = f"model.decoder.layers.{number}.encoder_attn"
        keys = graph.reshape(graph.linear(value, f"{name}.k_proj"), FRAMES, heads, HEAD)
        keys = graph.add("Mul", graph.add("Transpose", keys, perm=[1, 0, 2]), scale)
        graph.output(f"cross_k_{number}", "FLOAT", (heads, FRAMES, HEAD), keys)
        values = graph.reshape(graph.linear(value, f"{name}.v_proj"), FRAMES, heads, HEAD)
        values = graph.add("Transpose", values, perm=[1, 2, 0])
        graph.output(f"cross_v_{number}", "FLOAT", (heads, HEAD, FRAMES), values)
    graph.save(path, "bridge")


def write_decoder(path: Path, weights: Weights, alignment_heads: Sequence[tuple[int, int]]) -> None:
    """One step of n tokens for all hypotheses.

    Inputs: `tokens` int64 (hypotheses, n); `rows` int64 (hypotheses,), the hypothesis of the last step that each
    continues; `bias` (vocabulary,), added to all logits, -inf for what may not be said; `past_k_<layer>`,
    `past_v_<layer>` (hypotheses of the last step, heads, length, 64); `cross_k_<layer>`, `cross_v_<layer>` as the
    bridge makes them. Outputs: `logprob` (hypotheses * n, vocabulary), ln P of the next token; `present_...`, the new
    cache; `attention` (heads, hypotheses * n, 1500), that of `alignment_heads` (layer, head), where there are any.
    """
    graph = Graph(weights)
    width = weights["model.decoder.embed_tokens.weight"].shape[1]
    heads, count = width // HEAD, layers(weights, "decoder")
    cache = ("past", heads, "length", HEAD)
    tokens = graph.input("tokens", "INT64", ("hypotheses", "n"))
    rows = graph.input("rows", "INT64", ("hypotheses",))
    bias = graph.input("bias", "FLOAT", (weights["model.decoder.embed_tokens.weight"].shape[0],))
    past = [[graph.input(f"past_{part}_{layer}", "FLOAT", cache) for part in "kv"] for layer in range(count)]
    cross = [
        (
            graph.input(f"cross_k_{layer}", "FLOAT", (heads, FRAMES, HEAD)),
            graph.input(f"cross_v_{layer}", "FLOAT", (heads, HEAD, FRAMES)),
        )
        for layer in range(count)
    ]
    length = graph.add("Shape", past[0][0], start=2, end=3)
    total = graph.add("Add", length, graph.add("Shape", tokens, start=1, end=2))
    embedding = graph.weight("model.decoder.embed_tokens.weight")
    positions = graph.add(
        "Slice", graph.weight("model.decoder.embed_positions.weight"), length, total, graph.constant([0])
    )
    value = graph.add("Add", graph.add("Gather", embedding, tokens), positions)
    mask = _causal_mask(graph, length, total)
    seen: list[str] = []
    for layer in range(count):
        name = f"model.decoder.layers.{layer}"
        value = _self_attention(graph, value, name, past[layer], rows, mask, heads, layer)
        chosen = [head for number, head in alignment_heads if number == layer]
        value = _cross_attention(graph, value, name, cross[layer], heads, chosen, seen)
        value = graph.mlp(value, name)
    value = graph.norm(value, "model.decoder.layer_norm")
    # Gemm takes the embedding as it is, so that it is not stored a second time.
    logits = graph.add("Gemm", graph.reshape(value, -1, width), embedding, bias, transB=1)
    graph.output("logprob", "FLOAT", ("all", "vocabulary"), graph.add("LogSoftmax", logits, axis=-1))
    if seen:
        graph.output("attention", "FLOAT", ("heads", "all", FRAMES), graph.add("Concat", *seen, axis=0))
    graph.save(path, "decoder")


def _causal_mask(graph: Graph, length: str, total: str) -> str:
    """(n, length + n): 0 where a token may look, else a number that no softmax lets pass."""
    zero, one = graph.constant(0), graph.constant(1)
    start, end = graph.add("Squeeze", length), graph.add("Squeeze", total)
    place = graph.add("Unsqueeze", graph.add("Range", start, end, one), graph.constant([1]))
    everything = graph.add("Unsqueeze", graph.add("Range", zero, end, one), graph.constant([0]))
    future = graph.add("Cast", graph.add("Greater", everything, place), to=1)
    return graph.add("Mul", future, graph.constant(-1e9, np.float32))


def _self_attention(
    graph: Graph, value: str, name: str, past: Sequence[str], rows: str, mask: str, heads: int, layer: int
) -> str:
    inner = graph.norm(value, f"{name}.self_attn_layer_norm")
    query, key, new = (
        graph.add(
            "Transpose",
            graph.reshape(graph.linear(inner, f"{name}.self_attn.{part}_proj"), 0, 0, heads, HEAD),
            perm=[0, 2, 1, 3],
        )
        for part in "qkv"
    )
    both = []
    for part, older, newer in zip("kv", past, (key, new), strict=True):
        kept = graph.add("Gather", older, rows, axis=0)
        both.append(graph.add("Concat", kept, newer, axis=2))
        graph.output(f"present_{part}_{layer}", "FLOAT", ("hypotheses", heads, "total", HEAD), both[-1])
    scaled = graph.add("Mul", query, graph.constant(HEAD**-0.5, np.float32))
    scores = graph.add("MatMul", scaled, graph.add("Transpose", both[0], perm=[0, 1, 3, 2]))
    shares = graph.add("Softmax", graph.add("Add", scores, mask), axis=-1)
    mixed = graph.add("Transpose", graph.add("MatMul", shares, both[1]), perm=[0, 2, 1, 3])
    mixed = graph.reshape(mixed, 0, 0, heads * HEAD)
    return graph.add("Add", value, graph.linear(mixed, f"{name}.self_attn.out_proj"))


def _cross_attention(
    graph: Graph, value: str, name: str, cross: Sequence[str], heads: int, chosen: Sequence[int], seen: list[str]
) -> str:
    """All hypotheses and tokens at once, since they attend to the same audio.

    Keys and values come first in both products: ONNX Runtime rearranges what comes second, which would take longer than
    the product of so many frames and so few hypotheses.
    """
    inner = graph.norm(value, f"{name}.encoder_attn_layer_norm")
    query = graph.reshape(graph.linear(inner, f"{name}.encoder_attn.q_proj"), -1, heads, HEAD)
    query = graph.add("Transpose", query, perm=[1, 2, 0])
    scores = graph.add("Transpose", graph.add("MatMul", cross[0], query), perm=[0, 2, 1])
    shares = graph.add("Softmax", scores, axis=-1)
    if chosen:
        seen.append(graph.add("Gather", shares, graph.constant(list(chosen)), axis=0))
    mixed = graph.add("MatMul", cross[1], graph.add("Transpose", shares, perm=[0, 2, 1]))
    mixed = graph.add("Transpose", mixed, perm=[2, 0, 1])
    mixed = graph.add("Reshape", mixed, graph.add("Shape", value))
    return graph.add("Add", value, graph.linear(mixed, f"{name}.encoder_attn.out_proj"))
