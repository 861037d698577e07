"""More pronunciations for words that are missed although a model had learned them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clm.dictionary import Entry
from clm.g2p import JointModel, Phones
from clm.lexicon import MOST

#: Per word, so many more than it has; a less likely guess than this is none.
FURTHER, LIKELY = 2, 0.02


def further(
    dictionary: Mapping[str, Sequence[Phones]],
    entries: Iterable[Entry],
    counts: Mapping[str, int],
    words: Iterable[str],
) -> list[Entry]:
    """Guesses from the spelling beyond what dictionary and `entries` have, ranked after it; sorted by word.

    Words that the dictionary has get some too: speakers may say them in another way than it knows.

    Args:
        dictionary: the stock pronunciations.
        entries: those found for words that it lacks, or says in another way than the text asks for.
        counts: occurrences in the corpus; other words get nothing.
        words: the words that are still missed.

    """
    asked = sorted(word for word in words if word in counts and word.isascii() and word.isalpha())
    if not asked:
        return []
    known: dict[str, list[Phones]] = {}
    for entry in entries:
        known.setdefault(entry.word, []).append(entry.phones)
    guesses = JointModel(dictionary).guess(asked, 2 * MOST)
    found = []
    for word in asked:
        there = [*dictionary.get(word, ()), *known.get(word, ())]
        new = [guess.phones for guess in guesses.get(word, ()) if guess.probability >= LIKELY]
        new = [phones for phones in new if phones not in there][:FURTHER]
        found += [
            Entry(word, phones, "joint", rank, counts[word]) for rank, phones in enumerate(new, start=len(there) + 1)
        ]
    return found
