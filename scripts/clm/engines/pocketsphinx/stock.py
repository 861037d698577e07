"""Files that come with pocketsphinx, and its use by the embedded engine: settings, training, decoding."""

from __future__ import annotations

from pathlib import Path

LM_FILE = "lm.bin"
LEXICON_FILE = "lexicon.tsv"
ARPA_FILE = "lm.arpa"
STOCK_MODEL = "en-us.lm.bin"
STOCK_DICTIONARY = "cmudict-en-us.dict"
_STOCK = "en-us/"


def stock_file(name: str) -> Path:
    """A file of the US English model that comes with pocketsphinx."""
    import pocketsphinx

    return Path(pocketsphinx.get_model_path(_STOCK + name))
