"""The scatter of words: accuracy of each word with the baseline and with a model."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clm.base.messages import counted
from clm.english.words import learnable
from clm.report.figures import svg
from clm.report.figures.svg import Figure, clipped, percent
from clm.report.gather import ModelResults, Results
from clm.report.listening.word_totals import Words

MOST_POINTS = 500
CROWD_RADIUS = 40.0
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
#: The square of the plot: its left and upper edge, and its side.
LEFT, TOP, SIZE = 118.0, 44.0, 440.0


@dataclass(frozen=True)
class Point:
    """A word, how often it was said, and the shares of that which baseline and model have right."""

    word: str
    said: int
    before: float
    now: float

    @property
    def kind(self) -> str:
        """The class of its mark."""
        return "better" if self.now > self.before else "worse" if self.now < self.before else "same"


def scatter(results: Results, words: Words, model: ModelResults) -> Figure | None:
    """Accuracy of words with the baseline and with a model; those that both always have right are left out."""
    baseline = results.baseline
    if baseline is None or model.name not in words.tokens or baseline.name not in words.tokens:
        return None
    points = _points(words, baseline.name, model.name)
    if not points:
        return None
    names = (baseline.name, model.name)
    parts = [*_plane(), svg.group(_marks(points[:MOST_POINTS], *names), class_="points"), *_axis_titles(*names)]
    better, worse = (sum(point.kind == kind for point in points) for kind in ("better", "worse"))
    more = (
        f" Drawn are {MOST_POINTS:,} of {len(points):,}: words of the domain that changed most."
        if len(points) > MOST_POINTS
        else ""
    )
    note = (
        f"Each mark is a word that one of the two models missed, larger the more often it was said."
        f" {counted(better, 'word is', 'words are')} right more often with {model.name}, {worse:,} less often.{more}"
    )
    heading = f"Words: {baseline.name} against {model.name}"
    return svg.figure(f"words-{model.name}", heading, note, (LEFT + SIZE + 56, TOP + SIZE + 70), parts)


def _points(words: Words, baseline: str, model: str) -> list[Point]:
    """The words that one of the two missed, the telling ones first.

    These are words of the domain that changed most, then those missed most.
    """
    before, now = (words.tokens[name]["missed"] for name in (baseline, model))
    chosen = [word for word in before.keys() | now.keys() if words.said[word]]
    chosen.sort(key=lambda word: (not learnable(word), -abs(before[word] - now[word]), -before[word], word))
    return [
        # Every chosen word was said, so both shares are known.
        Point(word, words.said[word], words.accuracy(baseline, word) or 0.0, words.accuracy(model, word) or 0.0)
        for word in chosen
    ]


def _plane() -> Iterator[Any]:
    """Grid, scales and the diagonal on which nothing changes."""
    right, bottom = LEFT + SIZE, TOP + SIZE
    for step in range(6):
        at = SIZE * step / 5
        yield svg.line(LEFT + at, TOP, LEFT + at, bottom, "grid")
        yield svg.line(LEFT, TOP + at, right, TOP + at, "grid")
        yield svg.text(LEFT + at, bottom + 44, percent(step / 5, 0), "tick", "middle")
        yield svg.text(LEFT - 46, bottom - at + 4, percent(step / 5, 0), "tick", "end")
    yield svg.line(LEFT, bottom, right, TOP, "diagonal")


def _axis_titles(baseline: str, model: str) -> Iterator[Any]:
    yield svg.text(LEFT + 62, TOP + 62, "▲ better with the model", "note")
    yield svg.text(LEFT + SIZE - 62, TOP + SIZE - 56, "▼ worse with the model", "note", "end")
    along, up = (f"right with {clipped(name, 40)}" for name in (baseline, model))
    yield svg.text(LEFT + SIZE / 2, TOP + SIZE + 64, along, "label", "middle")
    turned = f"translate(16 {TOP + SIZE / 2:.0f}) rotate(-90)"
    yield svg.tag("text", up, class_="label", text_anchor="middle", transform=turned)


def _marks(points: Sequence[Point], baseline: str, model: str) -> Iterator[Any]:
    """A mark for each word; words with equal figures lie beside one another like the seeds of a sunflower."""
    crowds = Counter((point.before, point.now) for point in points)
    spread = min(4.6, CROWD_RADIUS / math.sqrt(max(crowds.values())))
    most = max(25, *(point.said for point in points))
    placed: Counter[tuple[float, float]] = Counter()
    for point in points:
        seed = placed[point.before, point.now]
        placed[point.before, point.now] += 1
        away, angle = spread * math.sqrt(seed), seed * GOLDEN_ANGLE
        x = LEFT + SIZE * point.before + away * math.cos(angle)
        y = TOP + SIZE * (1 - point.now) + away * math.sin(angle)
        radius = 2.6 + 10 * math.sqrt((point.said - 1) / most)
        rates = f"{percent(point.before, 0)} with {baseline}, {percent(point.now, 0)} with {model}"
        hover = svg.title(f"{point.word}: said {counted(point.said, 'time')}; right {rates}")
        yield _mark(point, x, y, radius, hover)


def _mark(point: Point, x: float, y: float, radius: float, hover: Any) -> Any:
    """Circle: better; square: worse; ring: the same. So that nobody has to tell colours apart."""
    if point.kind == "worse":
        side = 1.8 * radius
        return svg.rect(x - side / 2, y - side / 2, side, side, point.kind, hover, data_word=point.word)
    return svg.tag("circle", hover, cx=x, cy=y, r=radius, class_=point.kind, data_word=point.word)
