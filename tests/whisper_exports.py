"""Small Whisper models with random weights: as transformers names them, and as exporters write them to ONNX."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

WIDTH, MELS, LAYERS, VOCABULARY, PLACES = 128, 80, 2, 50, {"encoder": 1500, "decoder": 448}


def random_weights(seed: int = 0) -> dict[str, np.ndarray]:
    """All weights of a model of two layers."""
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"model.decoder.embed_tokens.weight": (VOCABULARY, WIDTH)}
    for number, wide in ((1, MELS), (2, WIDTH)):
        shapes |= {f"model.encoder.conv{number}.weight": (WIDTH, wide, 3), f"model.encoder.conv{number}.bias": (WIDTH,)}
    for side, places in PLACES.items():
        shapes[f"model.{side}.embed_positions.weight"] = (places, WIDTH)
        norms = [f"model.{side}.layer_norm"]
        for layer in range(LAYERS):
            root = f"model.{side}.layers.{layer}"
            for block in ("self_attn", "encoder_attn") if side == "decoder" else ("self_attn",):
                norms.append(f"{root}.{block}_layer_norm")
                for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
                    shapes[f"{root}.{block}.{part}.weight"] = (WIDTH, WIDTH)
                    if part != "k_proj":
                        shapes[f"{root}.{block}.{part}.bias"] = (WIDTH,)
            norms.append(f"{root}.final_layer_norm")
            for number, shape in ((1, (4 * WIDTH, WIDTH)), (2, (WIDTH, 4 * WIDTH))):
                shapes |= {f"{root}.fc{number}.weight": shape, f"{root}.fc{number}.bias": shape[:1]}
        shapes |= {f"{norm}.{kind}": (WIDTH,) for norm in norms for kind in ("weight", "bias")}
    return {name: rng.normal(0, 0.05, shape).astype(np.float32) for name, shape in shapes.items()}


@dataclass
class Style:
    """Ways in which exports differ: `prefix` of names; names of biases kept; one node for a norm; a merged decoder."""

    prefix: bool = False
    named: bool = True
    joined_norms: bool = False
    merged: bool = True
    apart: bool = False
    half: bool = False


@dataclass
class _Export:
    """One file; nodes are only as right as a reader of weights needs."""

    side: str
    weights: dict[str, np.ndarray]
    style: Style
    nodes: list = field(default_factory=list)
    tensors: dict[str, np.ndarray] = field(default_factory=dict)

    def node(self, module: str, operator: str, *inputs: str, suffix: str = "", **attributes: object) -> None:
        from onnx import helper

        path = f"model.{self.side}.{module}" if self.style.prefix else module
        name = "/" + path.replace(".", "/").replace("layers/", "layers.") + f"/{operator}{suffix}"
        self.nodes.append(helper.make_node(operator, list(inputs), [f"v{len(self.nodes)}"], name=name, **attributes))

    def tensor(self, name: str, *, transposed: bool = False, anonymous: bool = False) -> str:
        array = self.weights[f"model.{self.side}.{name}"]
        shown = f"onnx::MatMul_{len(self.tensors)}" if anonymous else name
        if self.style.prefix and not anonymous:
            shown = f"model.{self.side}.{name}"
        self.tensors[shown] = np.ascontiguousarray(array.T if transposed else array)
        return shown

    def linear(self, module: str) -> None:
        self.node(module, "MatMul", "x", self.tensor(f"{module}.weight", transposed=True, anonymous=True))
        if f"model.{self.side}.{module}.bias" in self.weights:
            self.node(module, "Add", self.tensor(f"{module}.bias", anonymous=not self.style.named), "x")

    def norm(self, module: str) -> None:
        weight, bias = (self.tensor(f"{module}.{k}", anonymous=not self.style.named) for k in ("weight", "bias"))
        if self.style.joined_norms:
            self.node(module, "LayerNormalization", "x", weight, bias)
            return
        self.tensors["epsilon"] = np.float32(1e-5)
        self.node(module, "Add", "x", "epsilon")
        self.node(module, "Mul", "x", weight)
        self.node(module, "Add", "x", bias, suffix="_1")

    def save(self, path: Path) -> None:
        import onnx
        from onnx import helper, numpy_helper

        for name in self.weights:
            if not name.startswith(f"model.{self.side}."):
                continue
            module, _, kind = name.removeprefix(f"model.{self.side}.").rpartition(".")
            if "embed_positions" in module:
                self.node("", "Add", "x", self.tensor(f"{module}.weight", anonymous=not self.style.named))
            elif "embed_tokens" in module:
                self.node(module, "Gather", self.tensor(f"{module}.weight"), "ids")
            elif "conv" in module and kind == "weight":
                self.node(module, "Conv", "x", self.tensor(f"{module}.weight"), self.tensor(f"{module}.bias"))
            elif module.endswith("norm") and kind == "weight":
                self.norm(module)
            elif kind == "weight" and "conv" not in module:
                self.linear(module)
        kind = np.float16 if self.style.half else np.float32
        initializers = [numpy_helper.from_array(array.astype(kind), name) for name, array in self.tensors.items()]
        graph = helper.make_graph(self.nodes, "main", [], [], initializers)
        if self.side == "decoder" and self.style.merged:
            inner = [helper.make_graph(self.nodes, name, [], []) for name in ("with_past", "without_past")]
            choice = helper.make_node("If", ["use_cache_branch"], ["y"], then_branch=inner[0], else_branch=inner[1])
            graph = helper.make_graph([choice], "merged", [], [], initializers)
        apart = {"save_as_external_data": True, "location": f"{path.name}_data", "size_threshold": 1024}
        onnx.save(helper.make_model(graph), str(path), **(apart if self.style.apart else {}))


def export(weights: dict[str, np.ndarray], folder: Path, style: Style) -> None:
    """Write the two files of an export."""
    folder.mkdir(parents=True, exist_ok=True)
    end = "_fp16.onnx" if style.half else ".onnx"
    _Export("encoder", weights, style).save(folder / f"encoder_model{end}")
    _Export("decoder", weights, style).save(folder / f"decoder_model{'_merged' if style.merged else ''}{end}")
