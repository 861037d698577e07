"""Articles that say nearly the same: mirrors, copies under another title, older versions in a folder."""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence

#: Articles with at least this share of common word triples (Jaccard) count as the same.
SAME = 0.8
# number of smallest hashes that represent all triples of an article (Broder 1997: bottom-k sketches)
_SKETCH = 128


def near_duplicates(texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each text that nearly equals an earlier one, the name of that one.

    Args:
        texts: sentences by name, in the order in which the first of two is kept.

    """
    index: dict[int, list[str]] = {}
    sketches: dict[str, frozenset[int]] = {}
    same: dict[str, str] = {}
    for name, sentences in texts.items():
        sketch = _sketch(sentences)
        shared = Counter(other for value in sketch for other in index.get(value, ()))
        for other, count in shared.most_common(3):
            if count >= SAME / 2 * len(sketch) and _similarity(sketch, sketches[other]) >= SAME:
                same[name] = other
                break
        else:
            sketches[name] = sketch
            for value in sketch:
                index.setdefault(value, []).append(name)
    return same


def _sketch(sentences: Sequence[str]) -> frozenset[int]:
    hashes: set[int] = set()
    for sentence in sentences:
        words = sentence.lower().split()
        triples = zip(words, words[1:], words[2:], strict=False) if len(words) > 2 else [tuple(words)]
        hashes.update(zlib.crc32(" ".join(triple).encode()) for triple in triples)
    return frozenset(sorted(hashes)[:_SKETCH])


def _similarity(first: frozenset[int], second: frozenset[int]) -> float:
    """Estimated share of common triples: of the smallest hashes of both together, those that both have.

    >>> _similarity(frozenset([1, 2, 3]), frozenset([1, 2, 3])), _similarity(frozenset([1]), frozenset([2]))
    (1.0, 0.0)
    """
    union = sorted(first | second)[: max(len(first), len(second))]
    return sum(value in first and value in second for value in union) / len(union) if union else 0.0
