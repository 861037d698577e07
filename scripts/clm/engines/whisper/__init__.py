"""The engine whisper: OpenAI's Whisper on ONNX Runtime, with a language model made from text in its beam search."""

from __future__ import annotations

from clm.settings import Settings
from clm.types import Engine


def create(settings: Settings) -> Engine:
    """Create the engine; nothing heavy is loaded before it is used.

    Raises:
        UserError: a package is missing, the model's folder cannot be used, or it does not know the language.

    """
    from clm.engines.whisper import whisper_engine

    return whisper_engine.create(settings)
