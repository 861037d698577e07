"""The matched-pairs test of NIST (MAPSSWE), a second opinion beside the bootstrap.

The text is divided where both models have at least two reference words in a row right: what lies between two such
stretches is a segment, and errors in one hardly depend on the next. With d, the errors of the model minus those
of the baseline in a segment,

    z = mean(d) / sqrt(var(d) / n),    p = 2 * (1 - Phi(|z|))

(Gillick & Cox, Some statistical issues in the comparison of speech recognition algorithms, ICASSP 1989; the same
segments as NIST's sc_stats). It takes errors of one recording for independent as soon as two right words stand between
them, so it finds significance more easily than the bootstrap; verdicts are the bootstrap's.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from clm.scoring.error_rate import Alignment

BOUNDARY = 2  # right words in a row that divide, as in sc_stats


class Segments(NamedTuple):
    """Number of segments, and sum and sum of squares of the differences in errors; adds up with `combine`."""

    segments: int = 0
    difference: int = 0
    squares: int = 0


class MatchedPairs(NamedTuple):
    """Result of the test: z is below 0 where the model makes fewer errors; None where the test is undefined."""

    segments: int
    z: float | None
    p_value: float | None


def pairs(alignment: Alignment, baseline: Alignment) -> Iterator[tuple[int, int]]:
    """Errors of the model and of the baseline in each segment of one recording, aligned with the same reference.

    >>> from clm.scoring.error_rate import align
    >>> reference = "a b c d e f".split()
    >>> list(pairs(align(reference, "x b c d y f".split()), align(reference, "a b c d e".split())))
    [(1, 0), (1, 1)]
    """
    places = sorted(_errors(alignment, 0) + _errors(baseline, 1))
    here, former = [0, 0], None
    for place, model, errors in places:
        if former is not None and _right_between(former, place) >= BOUNDARY:
            yield here[0], here[1]
            here = [0, 0]
        here[model] += errors
        former = place
    if former is not None:
        yield here[0], here[1]


def _errors(alignment: Alignment, model: int) -> list[tuple[int, int, int]]:
    """(place, model, errors): word number n stands at 2 n + 1, what is inserted before it at 2 n."""
    errors = []
    for op, ref_start, ref_end, hyp_start, hyp_end in alignment:
        if op == "insert":
            errors.append((2 * ref_start, model, hyp_end - hyp_start))
        elif op != "equal":
            errors += [(2 * word + 1, model, 1) for word in range(ref_start, ref_end)]
    return errors


def _right_between(former: int, place: int) -> int:
    """Words between two places, both excluded; no error stands there.

    >>> _right_between(1, 7), _right_between(1, 6), _right_between(2, 7), _right_between(3, 4)
    (2, 2, 2, 0)
    """
    return place // 2 - (former + 1) // 2


def summarize(alignment: Alignment, baseline: Alignment) -> Segments:
    """The segments of one recording, added up."""
    differences = [model - base for model, base in pairs(alignment, baseline)]
    return Segments(len(differences), sum(differences), sum(difference**2 for difference in differences))


def combine(parts: Iterable[Sequence[int]]) -> Segments:
    """Sums over several recordings.

    >>> combine([(2, -1, 1), (3, 1, 3)])
    Segments(segments=5, difference=0, squares=4)
    """
    return Segments(*(sum(column) for column in zip((0, 0, 0), *parts, strict=True)))


def matched_pairs(sums: Segments) -> MatchedPairs:
    """The test on summed segments; undefined without segments, or if all differ alike.

    >>> z = matched_pairs(Segments(400, -40, 164)).z
    >>> round(z, 3)
    -3.158
    """
    count = sums.segments
    if count < 2:
        return MatchedPairs(count, None, None)
    variance = (sums.squares - sums.difference**2 / count) / (count - 1)
    if variance <= 0:
        return MatchedPairs(count, None, None)
    z = sums.difference / math.sqrt(count * variance)
    return MatchedPairs(count, z, math.erfc(abs(z) / math.sqrt(2)))
