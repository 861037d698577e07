"""Times at which each word of a reference was said, from a recogniser's times of its own words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from clm.scoring import error_rate

Times = list[float | None]


def heard_times(result: Mapping[str, Any], hypothesis: Sequence[str], tokens: Callable[[str], Iterable[str]]) -> Times:
    """Start of each word of the normalized hypothesis in seconds, None where the engine's list of words has none.

    Args:
        result: of the engine, in Amazon's shape.
        hypothesis: normalized words.
        tokens: the normalizer, from a word of the engine to normalized words.

    """
    words: list[str] = []
    starts: list[float] = []
    for item in result.get("results", {}).get("items") or []:
        start = _seconds(item.get("start_time"))
        best = (item.get("alternatives") or [{}])[0]
        if item.get("type", "pronunciation") == "pronunciation" and start is not None:
            for word in tokens(str(best.get("content", ""))):
                words.append(word)
                starts.append(start)
    if words == list(hypothesis):
        return list(starts)
    times: Times = [None] * len(hypothesis)
    if not words or not hypothesis:
        return times
    # Normalizing whole texts joins and divides words: the rest is found by aligning.
    for chunk in error_rate.align(hypothesis, words):
        if chunk.op in ("equal", "substitute"):
            times[chunk.ref_start : chunk.ref_end] = starts[chunk.hyp_start : chunk.hyp_end]
    return times


def reference_times(alignment: Iterable[Sequence[Any]], heard: Times, words: int) -> list[float] | None:
    """Start of each word of the reference; words that were not heard are spaced evenly between their neighbours.

    >>> reference_times([["equal", 0, 1, 0, 1], ["delete", 1, 2, 1, 1], ["equal", 2, 3, 1, 2]], [1.0, 2.0], 3)
    [1.0, 1.5, 2.0]
    """
    times: Times = [None] * words
    for op, ref_start, ref_end, hyp_start, hyp_end in alignment:
        if op in ("equal", "substitute"):
            times[ref_start:ref_end] = heard[hyp_start:hyp_end]
    return _filled(times)


def _filled(times: Times) -> list[float] | None:
    known = [(place, time) for place, time in enumerate(times) if time is not None]
    if not known:
        return None
    filled = [known[0][1]] * len(times)
    for (left, start), (right, end) in pairwise(known):
        for place in range(left, right):
            filled[place] = round(start + (place - left) / (right - left) * (end - start), 3) if place > left else start
    place, time = known[-1]
    filled[place:] = [time] * (len(times) - place)
    return filled


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < 10**6 else None
