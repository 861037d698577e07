"""Words of general English, by what comes with the embedded engine; empty without it."""

from functools import cache
from pathlib import Path

#: A word that makes up more than this share of general English says nothing about a domain, and needs no article.
COMMON = 1e-4


@cache
def known_words() -> frozenset[str]:
    """Words of the stock dictionary, which also serves as a list of English words."""
    from clm.pronunciation.cmudict import words_and_phones

    path = _stock_file("cmudict-en-us.dict")
    if not path:
        return frozenset()
    return frozenset(word.partition("(")[0] for word in words_and_phones(path)[0])


@cache
def common_words() -> frozenset[str]:
    """Words that are frequent in general English: unigrams of the stock language model."""
    from clm.lm import trie

    path = _stock_file("en-us.lm.bin")
    probabilities = trie.read_unigrams(path) if path else {}
    return frozenset(word for word, probability in probabilities.items() if probability > COMMON)


def _stock_file(name: str) -> Path | None:
    try:
        import pocketsphinx
    except ImportError:
        return None
    return Path(pocketsphinx.get_model_path(f"en-us/{name}"))
