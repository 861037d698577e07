"""Files that make a folder that of a Whisper model."""

from __future__ import annotations

from pathlib import Path

from clm.engines.whisper.model import weights

TOKENIZER_FILE = "tokenizer.json"
CONFIGURATIONS = ("config.json", "generation_config.json", "preprocessor_config.json")
#: Without these files nothing works; the other configurations only say more.
_NEEDED = ("config.json", TOKENIZER_FILE)
_FORMATS = "model.bin (CTranslate2), model.safetensors (transformers) or encoder_model.onnx and its decoder (ONNX)"


def missing(folder: Path) -> list[str]:
    """What a folder lacks to be that of a model, in words."""
    lacking = [name for name in _NEEDED if not (folder / name).is_file()]
    return lacking if weights.files(folder) else [_FORMATS, *lacking]
