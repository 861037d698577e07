"""More pronunciations for words that have some: known words on which sources disagree, and words still missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clm.pronunciation.cmudict import Entry
from clm.pronunciation.g2p import JointModel, Phones
from clm.pronunciation.ipa import BritishModel

#: Variants of one word; more of them make words easier to confuse.
MOST = 4
#: Two pronunciations are close up to this share of different phones, and strongly disagree from it on.
CLOSE = 0.25
#: Further pronunciations per word, and the least likely guess to take.
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


def agreed(
    words: Iterable[str], dictionary: Mapping[str, Sequence[Phones]], joint: JointModel, british: BritishModel
) -> dict[str, Phones]:
    """Readings of known words that strongly disagree with the dictionary, where two independent models agree on them.

    The stock dictionary says "lipid" with the vowel of "lie", and "coronal" with the stress of "corona". A guess of
    one model alone is too often wrong to be worth anything against a dictionary.
    """
    from rapidfuzz.distance import Levenshtein

    distance = Levenshtein.normalized_distance
    asked = sorted(words)
    second = british.guess(asked)
    found = {}
    for word, guesses in joint.guess(sorted(second), 2 * MOST).items():
        likely = [guess.phones for guess in guesses if guess.probability >= LIKELY]
        if not likely:
            continue
        nearest = min(likely, key=lambda phones: distance(phones, second[word]))
        apart = min(distance(nearest, phones) for phones in dictionary[word])
        if distance(nearest, second[word]) <= CLOSE <= apart:
            found[word] = nearest
    return found
