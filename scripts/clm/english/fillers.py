"""Hesitations, which are not words."""

import re
from functools import lru_cache

FILLED_LANGUAGES = frozenset({"en"})

# Hesitations, as NIST's scoring takes them, any of their sounds held as long as it may be, without those that answer
# or ask (huh, ha, oh), and without er: after lower-casing nothing distinguishes it from the ER of a hospital or a cell.
_FILLER = re.compile(r"a+h+|e+h+|e+r+m+|h+m+|m+h+m+|m{2,}|u+h+m*|u+m+")


@lru_cache(maxsize=10_000)
def is_filler(word: str) -> bool:
    """True if a word in small letters is a hesitation.

    >>> [word for word in "um ummm uhhhh hmmmm mhm err ham mum aaah oh".split() if not is_filler(word)]
    ['err', 'ham', 'mum', 'oh']
    """
    return _FILLER.fullmatch(word) is not None
