"""Word errors of a transcript against its reference: counts, alignment, missed, fixed and broken words.

WER is the number of substituted, deleted and inserted words over the number of reference words (NIST's definition);
CER is the same over characters of the normalized text, with the spaces between words where a language has them.
Alignments come from jiwer (Levenshtein, all three errors cost one). Rates of a group are those of summed counts
("pooled").
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

BLOCK_WORDS = 1000  # Bisani & Ney (ICASSP 2004): long recordings enter a bootstrap in blocks

#: Long runs of equal words: their halves almost never hide a better way to edit the words beside them.
_SURE = 3


@dataclass(frozen=True)
class ErrorCounts:
    """Aligned units (words or characters) of reference and hypothesis; adds up with `+` and `sum`.

    >>> sum([ErrorCounts(8, 1, 1, 0), ErrorCounts(10, 0, 0, 2)]).rate
    0.2
    >>> ErrorCounts().rate is None
    True

    Raises:
        ValueError: a count is negative or not an integer.

    """

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    def __post_init__(self) -> None:
        for name in ("hits", "substitutions", "deletions", "insertions"):
            value = getattr(self, name)
            if type(value) is not int or value < 0:
                raise ValueError(f"{name} must be a whole number of at least 0, not {value!r}")

    def __add__(self, other: "ErrorCounts") -> "ErrorCounts":
        if not isinstance(other, ErrorCounts):
            return NotImplemented
        return ErrorCounts(
            self.hits + other.hits,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )

    def __radd__(self, other: object) -> "ErrorCounts":
        return self if other == 0 else NotImplemented  # `sum` starts with 0

    @property
    def words(self) -> int:
        """Units of the reference."""
        return self.hits + self.substitutions + self.deletions

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float | None:
        """Errors per unit of the reference; None for an empty reference, where no rate is defined."""
        return self.errors / self.words if self.words else None


class Chunk(NamedTuple):
    """A run of equal operations; indices count words from 0, ends are exclusive.

    `op` is equal, substitute, delete (nothing in the hypothesis) or insert (nothing in the reference).
    """

    op: str
    ref_start: int
    ref_end: int
    hyp_start: int
    hyp_end: int


Alignment = tuple[Chunk, ...]


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> Alignment:
    """Align two sequences of words with the fewest errors.

    Raises:
        ValueError: the reference is empty.

    """
    import jiwer

    if not reference:
        raise ValueError("the reference is empty")
    if not hypothesis:
        return (Chunk("delete", 0, len(reference), 0, 0),)
    (chunks,) = jiwer.process_words(" ".join(reference), " ".join(hypothesis)).alignments
    return tuple(Chunk(c.type, c.ref_start_idx, c.ref_end_idx, c.hyp_start_idx, c.hyp_end_idx) for c in chunks)


def count(alignment: Iterable[Chunk]) -> ErrorCounts:
    """Add up the words of each operation.

    >>> count([Chunk("equal", 0, 4, 0, 4), Chunk("insert", 4, 4, 4, 6)])
    ErrorCounts(hits=4, substitutions=0, deletions=0, insertions=2)
    """
    words = dict.fromkeys(("equal", "substitute", "delete", "insert"), 0)
    for chunk in alignment:
        words[chunk.op] += max(chunk.ref_end - chunk.ref_start, chunk.hyp_end - chunk.hyp_start)
    return ErrorCounts(*words.values())


def count_characters(reference: str, hypothesis: str, at_most: int | None = None) -> ErrorCounts:
    """Character errors of two texts (what jiwer's `process_characters` gives, in a fraction of its time).

    `at_most`, a number of errors that need not be exceeded, shortens the search where it is near.
    """
    from rapidfuzz.distance import Levenshtein

    operations = Counter(operation.tag for operation in Levenshtein.editops(reference, hypothesis, score_hint=at_most))
    substitutions, deletions = operations["replace"], operations["delete"]
    return ErrorCounts(len(reference) - substitutions - deletions, substitutions, deletions, operations["insert"])


def _count_all_characters(
    words: Sequence[str], heard: Sequence[str], alignment: Sequence[Chunk], space: str
) -> ErrorCounts:
    """Character errors of two texts whose words are aligned: as `count_characters`, much faster for long ones.

    Between long runs of equal words the texts are compared piece by piece. That this is the fewest errors is checked
    on the whole, which is quick once a number is known; where it is not, the whole is compared.
    """
    from rapidfuzz.distance import Levenshtein

    cuts = [
        (chunk.ref_start + half, chunk.hyp_start + half)
        for chunk in alignment
        if chunk.op == "equal" and (half := (chunk.ref_end - chunk.ref_start) // 2) >= _SURE
    ]
    reference, hypothesis = space.join(words), space.join(heard)
    if not cuts:
        return count_characters(reference, hypothesis)
    counts = ErrorCounts(hits=len(space) * len(cuts))  # the spaces at the cuts
    for (ref_from, hyp_from), (ref_to, hyp_to) in pairwise([(0, 0), *cuts, (len(words), len(heard))]):
        counts += count_characters(space.join(words[ref_from:ref_to]), space.join(heard[hyp_from:hyp_to]))
    fewest = Levenshtein.distance(reference, hypothesis, score_hint=counts.errors)
    return counts if counts.errors == fewest else count_characters(reference, hypothesis, at_most=fewest)


def missed_positions(alignment: Iterable[Chunk]) -> frozenset[int]:
    """Positions of reference words that were substituted or deleted.

    >>> sorted(missed_positions([Chunk("equal", 0, 1, 0, 1), Chunk("delete", 1, 3, 1, 1)]))
    [1, 2]
    """
    missed = (chunk for chunk in alignment if chunk.op in ("substitute", "delete"))
    return frozenset(position for chunk in missed for position in range(chunk.ref_start, chunk.ref_end))


def errors_by_block(alignment: Iterable[Chunk], words: int, size: int = BLOCK_WORDS) -> list[tuple[int, int]]:
    """(words, errors) of equal blocks of about `size` reference words, cut at the same words for every model.

    An insertion belongs to the block of the word after it.

    >>> errors_by_block([Chunk("equal", 0, 3, 0, 3), Chunk("insert", 3, 3, 3, 4), Chunk("delete", 3, 4, 4, 4)], 4, 2)
    [(2, 0), (2, 2)]
    """
    blocks = max(1, round(words / size))
    starts = [words * block // blocks for block in range(blocks)]
    errors = [0] * blocks
    for op, ref_start, ref_end, hyp_start, hyp_end in alignment:
        if op == "insert":
            errors[bisect_right(starts, ref_start) - 1] += hyp_end - hyp_start
        elif op != "equal":
            for position in range(ref_start, ref_end):
                errors[bisect_right(starts, position) - 1] += 1
    ends = [*starts[1:], words]
    return [(end - start, wrong) for start, end, wrong in zip(starts, ends, errors, strict=True)]


@dataclass(frozen=True)
class Score:
    """One recording's words, aligned."""

    reference: tuple[str, ...]
    alignment: Alignment
    characters: ErrorCounts

    @property
    def counts(self) -> ErrorCounts:
        """Word errors."""
        return count(self.alignment)

    @property
    def missed(self) -> Counter[str]:
        """Number of times that each reference word was substituted or deleted."""
        return self._words_at(missed_positions(self.alignment))

    def fixed(self, baseline: Alignment) -> Counter[str]:
        """Words that the baseline, aligned with the same reference, missed at a place where they are right here."""
        return self._words_at(missed_positions(baseline) - missed_positions(self.alignment))

    def broken(self, baseline: Alignment) -> Counter[str]:
        """Words that the baseline, aligned with the same reference, has at a place where they are missed here."""
        return self._words_at(missed_positions(self.alignment) - missed_positions(baseline))

    def _words_at(self, positions: Iterable[int]) -> Counter[str]:
        return Counter(self.reference[position] for position in positions)


def score(reference: str, hypothesis: str, *, unspaced: bool = False) -> Score:
    """Score one normalized transcript; in an `unspaced` one the spaces are ours and do not count as characters.

    Raises:
        ValueError: the reference is empty.

    """
    words = reference.split()
    heard = hypothesis.split()
    alignment = align(words, heard)
    return Score(tuple(words), alignment, _count_all_characters(words, heard, alignment, "" if unspaced else " "))
