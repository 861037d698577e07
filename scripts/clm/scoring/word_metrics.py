"""Metrics beside WER: keywords, words that the stock model does not know, confusions, contexts, confidence.

All are counted on the alignment that gives the WER (`clm.scoring.error_rate`), and add up over recordings as plain
counts.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from clm.scoring.error_rate import Alignment

Phrase = tuple[str, ...]

CONTEXT = 3  # words on either side
MOST_CONTEXTS = 3  # per word
BINS = 10


class Found(NamedTuple):
    """Counts of keywords in the reference, in the hypothesis, and in both at the same place.

    recall = hits / reference, precision = hits / hypothesis, F1 = 2 hits / (reference + hypothesis); None where the
    divisor is 0. An occurrence in the hypothesis that is not a hit is a false alarm.

    >>> found = Found(4, 3, 2)
    >>> found.recall, round(found.precision, 3), round(found.f1, 3), found.false_alarms
    (0.5, 0.667, 0.571, 1)
    """

    reference: int = 0
    hypothesis: int = 0
    hits: int = 0

    @property
    def recall(self) -> float | None:
        """Share of the spoken keywords that were found."""
        return self.hits / self.reference if self.reference else None

    @property
    def precision(self) -> float | None:
        """Share of the keywords in the hypothesis that were spoken there."""
        return self.hits / self.hypothesis if self.hypothesis else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of recall and precision."""
        both = self.reference + self.hypothesis
        return 2 * self.hits / both if both else None

    @property
    def false_alarms(self) -> int:
        """Keywords in the hypothesis where none was spoken."""
        return self.hypothesis - self.hits


def total(parts: Iterable[Sequence[int]]) -> Found:
    """Sum of counts.

    >>> total([(1, 1, 0), (2, 1, 1)])
    Found(reference=3, hypothesis=2, hits=1)
    """
    return Found(*(sum(column) for column in zip((0, 0, 0), *parts, strict=True)))


def spans(words: Sequence[str], phrases: Mapping[str, Sequence[Phrase]]) -> Iterator[tuple[int, Phrase]]:
    """Start and phrase of every occurrence; one phrase's occurrences do not overlap, those of different ones may."""
    ends: dict[Phrase, int] = {}
    for start, word in enumerate(words):
        for phrase in phrases.get(word, ()):
            if ends.get(phrase, 0) <= start and tuple(words[start : start + len(phrase)]) == phrase:
                ends[phrase] = start + len(phrase)
                yield start, phrase


def by_first_word(phrases: Iterable[Phrase]) -> dict[str, list[Phrase]]:
    """Index for `spans`, without empty and repeated phrases.

    >>> by_first_word([("a", "b"), (), ("a",), ("a",)])
    {'a': [('a', 'b'), ('a',)]}
    """
    index: dict[str, list[Phrase]] = {}
    for phrase in dict.fromkeys(phrases):
        if phrase:
            index.setdefault(phrase[0], []).append(phrase)
    return index


def keywords(
    reference: Sequence[str], hypothesis: Sequence[str], alignment: Alignment, phrases: Mapping[str, Sequence[Phrase]]
) -> dict[str, Found]:
    """Counts of each keyword that occurs in one of both texts.

    A hit is an occurrence in the reference whose words are all right with nothing between them: it lies within one
    stretch of equal words, so that the same words stand together in the hypothesis.

    >>> from clm.scoring.error_rate import align
    >>> reference, hypothesis = "net sales of net sales".split(), "net sales of a net um sales".split()
    >>> keywords(reference, hypothesis, align(reference, hypothesis), by_first_word([("net", "sales")]))
    {'net sales': Found(reference=2, hypothesis=1, hits=1)}
    """
    right = {}  # reference position -> end of its stretch of equal words
    for op, start, end, _, _ in alignment:
        if op == "equal":
            right.update(dict.fromkeys(range(start, end), end))
    spoken: Counter[Phrase] = Counter()
    hits: Counter[Phrase] = Counter()
    for start, phrase in spans(reference, phrases):
        spoken[phrase] += 1
        hits[phrase] += right.get(start, 0) >= start + len(phrase)
    heard = Counter(phrase for _, phrase in spans(hypothesis, phrases))
    return {
        " ".join(phrase): Found(spoken[phrase], max(heard[phrase], hits[phrase]), hits[phrase])
        for phrase in sorted(spoken.keys() | heard.keys())
    }


def unknown_words(reference: Sequence[str], missed: Container[int], known: Container[str]) -> tuple[int, int]:
    """(right, all) tokens of the reference that the stock model's vocabulary lacks: OOV recall is right / all.

    >>> unknown_words(["the", "ebitda", "gaap"], {2}, {"the"})
    (1, 2)
    """
    places = [place for place, word in enumerate(reference) if word not in known]
    return sum(place not in missed for place in places), len(places)


def confusions(
    reference: Sequence[str], hypothesis: Sequence[str], alignment: Alignment
) -> tuple[Counter[tuple[str, str]], Counter[str], Counter[str]]:
    """Pairs of words taken for each other (reference, hypothesis), deleted words, inserted words."""
    pairs: Counter[tuple[str, str]] = Counter()
    deleted: Counter[str] = Counter()
    inserted: Counter[str] = Counter()
    for op, ref_start, ref_end, hyp_start, hyp_end in alignment:
        if op == "substitute":
            pairs.update(zip(reference[ref_start:ref_end], hypothesis[hyp_start:hyp_end], strict=True))
        elif op == "delete":
            deleted.update(reference[ref_start:ref_end])
        elif op == "insert":
            inserted.update(hypothesis[hyp_start:hyp_end])
    return pairs, deleted, inserted


def contexts(
    words: Iterable[str],
    reference: Sequence[str],
    hypothesis: Sequence[str],
    alignment: Alignment,
    places: Iterable[int],
) -> dict[str, list[dict[str, str]]]:
    """For each of these words up to three of the places: the words around it, and what was heard there."""
    starts = [chunk.ref_start for chunk in alignment]
    found: dict[str, list[dict[str, str]]] = {word: [] for word in words}
    for place in sorted(places):
        listed = found.get(reference[place])
        if listed is not None and len(listed) < MOST_CONTEXTS:
            start, end = max(0, place - CONTEXT), min(len(reference), place + CONTEXT + 1)
            heard = hypothesis[_heard(alignment, starts, start) : _heard(alignment, starts, end)]
            listed.append({"reference": " ".join(reference[start:end]), "heard": " ".join(heard)})
    return {word: listed for word, listed in found.items() if listed}


def _heard(alignment: Alignment, starts: Sequence[int], place: int) -> int:
    """Position in the hypothesis that stands for a place of the reference."""
    op, ref_start, ref_end, hyp_start, hyp_end = alignment[max(0, bisect_right(starts, place) - 1)]
    return hyp_end if place >= ref_end or op == "delete" else hyp_start + place - ref_start


def calibration(words: Iterable[tuple[float, bool]]) -> dict[str, Any] | None:
    """Reliability of confidence: words by confidence in ten bins, and the expected calibration error.

    ECE = sum over bins of (words in it / all words) * |mean confidence - share of right words| (Guo et al., On
    calibration of modern neural networks, ICML 2017). None without words, or if all confidences are equal.

    >>> calibration([(0.95, True), (0.95, True), (0.55, True), (0.55, False)])["ece"]
    0.05
    """
    bins: list[list[float]] = [[0, 0.0, 0] for _ in range(BINS)]
    seen: set[float] = set()
    for confidence, right in words:
        seen.add(confidence)
        part = bins[min(BINS - 1, int(confidence * BINS))]
        part[0] += 1
        part[1] += confidence
        part[2] += right
    count = sum(int(part[0]) for part in bins)
    if len(seen) < 2:
        return None
    return {
        "ece": round(sum(abs(part[1] - part[2]) for part in bins) / count, 6),
        "bins": [
            {"from": number / BINS, "words": int(n), "confidence": round(total / n, 6), "right": round(right / n, 6)}
            for number, (n, total, right) in enumerate(bins)
            if n
        ],
    }
