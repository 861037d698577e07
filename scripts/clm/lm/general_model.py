"""The general model of American English that models of a domain are compared and mixed with.

It comes with the package pocketsphinx: 72,547 words, 2.05 million bigrams, 1.67 million trigrams.
"""

from __future__ import annotations

from pathlib import Path

from clm.lm import trie


def read() -> trie.LanguageModel:
    """The model; takes a second and 100 MB."""
    import pocketsphinx

    return trie.read(Path(pocketsphinx.get_model_path("en-us/en-us.lm.bin")))


def dictionary() -> Path:
    """The dictionary of its words and their relatives."""
    import pocketsphinx

    return Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
