"""Significance of a difference in WER: paired bootstrap over recordings.

The unit is a recording, or a block of about 1,000 words of a long one; never a sentence, since errors within a
recording are correlated (resampling sentences halves the interval). Units are drawn with replacement; every draw takes
the errors of both models and the words of the same units, and gives one pooled WER of each and their difference
(Bisani & Ney, Bootstrap estimates for confidence intervals in ASR performance evaluation, ICASSP 2004).

Percentiles of few units are too narrow: with five recordings one model in six would be "better" by chance. So the
tails are widened as Hesterberg proposes (What Teachers Should Know About the Bootstrap, The American Statistician 69,
2015: "expanded percentile interval"): a tail share q of the draws has the two-sided p-value

    p = P(|T| > |z(q)| / sqrt(n / (n - 1))),   q = (k + 1) / (resamples + 1),   T: Student's t, n - 1 degrees

where k draws lie on the far side of 0 and z is the normal quantile; for many units p = 2 q. With this, no difference
was called proven in 4 to 6 of 100 simulated comparisons at every size from 6 to 100 (plain percentiles: 15 at 6).

Nothing is proven, and no interval is given, with too few units (`fewest_units`: six at a confidence of 0.95): even if
all agree, an exact sign test cannot reach p < 0.05 with five (2 / 2**5 = 0.06). Nor with one recording, however long:
nothing shows how much another recording would differ.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np

SEED = 20040517
CELLS = 2_000_000  # drawn at a time: bounds memory to some 50 MB

POWER = 0.8

Name = TypeVar("Name", str, tuple[str, str])

BETTER, WORSE, NOT_PROVEN = "better", "worse", "not proven"


class Unit(NamedTuple):
    """Unit of resampling: a recording, or one of its blocks (numbered from 0)."""

    recording: str
    block: int
    words: int
    errors: int
    baseline_errors: int


class Interval(NamedTuple):
    """Both ends of a confidence interval; None where too few units allow none."""

    low: float | None
    high: float | None


UNKNOWN = Interval(None, None)


@dataclass(frozen=True)
class Comparison:
    """A model against a baseline.

    `difference` is pooled WER minus that of the baseline (as a fraction: below 0 is better). The verdict is "better"
    or "worse" if, and only if, `interval` leaves out 0 and `p_value` is below 1 - confidence; otherwise "not proven".
    `words` are those of the reference; `needed_words` is how many would probably prove this difference (`needed`).
    """

    difference: float
    interval: Interval
    p_value: float | None
    verdict: str
    words: int = 0
    needed_words: int | None = None


def fewest_units(confidence: float) -> int:
    """The fewest units whose complete agreement is unlikely enough by chance: 2 / 2**n < 1 - confidence.

    >>> fewest_units(0.95), fewest_units(0.99), fewest_units(0.9375)
    (6, 8, 6)
    """
    return next(units for units in count(1) if 2 / 2**units < 1 - confidence)


def wer_interval(units: Iterable[Unit], *, resamples: int, confidence: float) -> Interval:
    """Confidence interval of a model's pooled WER."""
    units = sorted(units)
    if not _enough(units, confidence):
        return UNKNOWN
    words, errors = _resampled([(unit.words, unit.errors) for unit in units], resamples)
    return _interval(errors / words, len(units), confidence)


def compare(units: Iterable[Unit], *, resamples: int, confidence: float) -> Comparison:
    """Compare a model with the baseline on the same units.

    Raises:
        ValueError: there are no units.

    """
    units = sorted(units)
    if not units:
        raise ValueError("nothing to compare")
    pairs = [(unit.words, unit.errors - unit.baseline_errors) for unit in units]
    total = sum(pair[0] for pair in pairs)
    difference = sum(pair[1] for pair in pairs) / total
    if len(units) == 1:
        return Comparison(difference, UNKNOWN, None, NOT_PROVEN, total)
    words, errors = _resampled(pairs, resamples)
    more = needed(difference, float((errors / words).std()), units=len(units), confidence=confidence)
    needed_words = None if more is None else round(total * more)
    if not _enough(units, confidence):
        return Comparison(difference, UNKNOWN, None, NOT_PROVEN, total, needed_words)
    not_better, not_worse = int((errors >= 0).sum()), int((errors <= 0).sum())
    p_value = tail_p_value(min(not_better, not_worse), resamples=resamples, units=len(units))
    verdict = NOT_PROVEN
    if p_value < 1 - confidence:
        verdict = BETTER if not_better < not_worse else WORSE
    interval = _interval(errors / words, len(units), confidence)
    return Comparison(difference, interval, p_value, verdict, total, needed_words)


def needed(difference: float, standard_error: float, *, units: int, confidence: float) -> float | None:
    """Factor by which the units must grow to prove a true difference of this size in four of five attempts.

    The usual estimate for a mean: ((z(1 - alpha / 2) + z(0.8)) * standard error / difference) ** 2, at least as many as
    `fewest_units`; None for no difference.

    >>> round(needed(-0.01, 0.01, units=20, confidence=0.95), 1)
    7.8
    """
    if not difference:
        return None
    normal = NormalDist()
    sigmas = normal.inv_cdf(0.5 + confidence / 2) + normal.inv_cdf(POWER)
    return max((sigmas * standard_error / difference) ** 2, fewest_units(confidence) / units)


def holm(p_values: Mapping[Name, float | None]) -> dict[Name, float | None]:
    """p-values of several comparisons, adjusted so that none is called proven by chance more often than promised.

    The smallest is multiplied by the number of comparisons, the next by one less, and so on; none gets smaller than
    one before it (Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
    1979). Comparisons without a p-value stay as they are and do not count.

    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": None})
    {'a': 0.03, 'b': 0.06, 'c': 0.06, 'd': None}
    """
    known = sorted((p, name) for name, p in p_values.items() if p is not None)
    adjusted: dict[Name, float | None] = dict.fromkeys(p_values)
    largest = 0.0
    for rank, (p_value, name) in enumerate(known):
        largest = max(largest, min(1.0, p_value * (len(known) - rank)))
        adjusted[name] = largest
    return adjusted


def tail_p_value(beyond: int, *, resamples: int, units: int) -> float:
    """Two-sided p-value if `beyond` of the resamples lie in the smaller tail: the formula of this module; never 0.

    >>> round(tail_p_value(24, resamples=999, units=100_000), 3)
    0.05
    >>> tail_p_value(500, resamples=999, units=10)
    1.0
    """
    share = (beyond + 1) / (resamples + 1)
    if share >= 0.5:
        return 1.0
    return student_tails(-NormalDist().inv_cdf(share) / math.sqrt(units / (units - 1)), units - 1)


def student_tails(t: float, degrees: int) -> float:
    """P(|T| > t) of Student's t (Abramowitz & Stegun 26.7.3 and 26.7.4).

    >>> round(student_tails(2.571, 5), 3), round(student_tails(2.228, 10), 3)
    (0.05, 0.05)
    """
    angle = math.atan2(t, math.sqrt(degrees))
    odd = degrees % 2
    series, term = 0.0, math.cos(angle) if odd else 1.0
    for step in range(1 + odd, degrees, 2):
        series += term
        term *= step / (step + 1) * math.cos(angle) ** 2
    within = math.sin(angle) * series
    return 1 - (2 / math.pi * (angle + within) if odd else within)


def _enough(units: Sequence[Unit], confidence: float) -> bool:
    return len(units) >= fewest_units(confidence) and len({unit.recording for unit in units}) > 1


def _resampled(columns: Sequence[tuple[int, int]], resamples: int) -> "np.ndarray":
    """Sums of both columns over units drawn with replacement: an array of 2 x `resamples` whole numbers."""
    import numpy as np

    values = np.array(columns, dtype=np.int64)
    generator = np.random.default_rng(SEED)
    sums = np.empty((2, resamples), dtype=np.int64)
    rows = max(1, CELLS // len(values))
    for start in range(0, resamples, rows):
        stop = min(start + rows, resamples)
        drawn = generator.integers(len(values), size=(stop - start, len(values)), dtype=np.int32)
        for column in (0, 1):
            sums[column, start:stop] = values[drawn, column].sum(axis=1)
    return sums


def _interval(draws: "np.ndarray", units: int, confidence: float) -> Interval:
    """Interval whose ends are the draws at which `tail_p_value` crosses 1 - confidence, so that both always agree."""
    p_value = partial(tail_p_value, resamples=len(draws), units=units)
    outside = bisect_left(range(len(draws)), 1 - confidence, key=p_value)
    if not outside:  # too few resamples to see so small a tail
        return UNKNOWN
    ordered = sorted(draws.tolist())
    return Interval(ordered[outside - 1], ordered[-outside])
