"""Scalable vector graphics, an element at a time; texts are escaped, numbers short, and colours left to figures.css."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from clm.report.escaping import html

#: Width of a character of a label, with room for wide ones.
_CHARACTER = 8


@dataclass(frozen=True)
class Figure:
    """A drawing with a name for its file, a title, and a sentence on how to read it."""

    name: str
    title: str
    note: str
    svg: Markup


def tag(name: str, *children: Any, **attributes: Any) -> Markup:
    """An element; `_` in names of attributes stands for `-`, a trailing one is dropped, None leaves one out.

    >>> str(tag("text", "a<b", x=1.50, class_="label", data_n=None))
    '<text x="1.5" class="label">a&lt;b</text>'
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(str(html(child)) for child in children)
    return Markup(f"<{name}{given}>{inside}</{name}>")  # noqa: S704 - every part is escaped


def coordinates(parts: Iterable[str], between: str = "") -> Markup:
    """Numbers and commands of a path or a polyline, which are not cut, however long they are."""
    return Markup(between.join(parts))  # noqa: S704 - numbers and letters of ours


def _number(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def group(children: Iterable[Any], **attributes: Any) -> Markup:
    """A group of elements."""
    return tag("g", *children, **attributes)


def text(x: float, y: float, words: Any, class_: str = "label", anchor: str | None = None) -> Markup:
    """A line of text; `anchor` is middle or end."""
    return tag("text", words, x=float(x), y=float(y), class_=class_, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, *children: Any, **attributes: Any) -> Markup:
    """A rectangle."""
    size = {"x": float(x), "y": float(y), "width": float(max(width, 0)), "height": float(height)}
    return tag("rect", *children, **size, class_=class_, **attributes)


def before(x: float, y: float, *hover: Any) -> Markup:
    """The mark of what was before, everywhere: a ring."""
    return tag("circle", *hover, cx=float(x), cy=float(y), r=5, class_="before")


def after(x: float, y: float, *hover: Any) -> Markup:
    """The mark of what came after, everywhere: a dot."""
    return tag("circle", *hover, cx=float(x), cy=float(y), r=6, class_="after")


def pair(x_before: float, x_after: float, y: float, hover_before: Any, hover_after: Any) -> Iterator[Markup]:
    """The marks of before and after on one line; where they coincide, the dot lies within the ring.

    >>> [float(str(mark).split('"')[5]) for x in (10, 40) for mark in pair(10, x, 0, "", "")]
    [5.0, 2.5, 5.0, 6.0]
    """
    yield before(x_before, y, hover_before)
    size = 6 if abs(x_before - x_after) >= 3 else 2.5
    yield tag("circle", hover_after, cx=float(x_after), cy=float(y), r=size, class_="after")


def title(words: str) -> Markup:
    """Tooltip of the element above."""
    return tag("title", words)


def figure(
    name: str,
    heading: str,
    note: str,
    size: tuple[float, float],
    parts: Iterable[Any],
    figures: str = "",
    unused: float = 0,
) -> Figure:
    """A finished figure; `figures` is its content in words, for screen readers; `unused` the empty part on the left."""
    right, height, left = (round(length) for length in (*size, unused))
    width = right - left
    svg = tag(
        "svg",
        tag("title", heading, id=f"{name}-title"),
        tag("desc", f"{note} {figures}".strip(), id=f"{name}-text"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"{left} 0 {width} {height}",
        width=width,
        height=height,
        class_=f"figure figure-{name}",
        role="img",
        aria_labelledby=f"{name}-title {name}-text",
    )
    return Figure(name, heading, note, svg)


def percent(value: float, digits: int = 1) -> str:
    """A rate as it is displayed.

    >>> percent(0.2514), percent(1.0, 0)
    ('25.1%', '100%')
    """
    return f"{100 * value:.{digits}f}%"


def ticks(value: float, most: int = 6) -> list[float]:
    """Round values from zero for an axis that reaches `value`: steps of 1, 2 or 5, times a power of ten.

    >>> ticks(0.37), ticks(0.06), ticks(4855)
    ([0.0, 0.1, 0.2, 0.3, 0.4], [0.0, 0.02, 0.04, 0.06], [0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0])
    """
    if value <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(value / most))
    steps = (factor * power for factor in (1, 2, 5, 10, 20, 50))
    step = next(step for step in steps if value <= step * (most - 1) * 1.0001)
    return [round(number * step, 10) for number in range(math.ceil(value / step - 0.0001) + 1)]


def tick_label(value: float, end: float) -> str:
    """A rate below an axis, with as many digits as its scale needs.

    >>> tick_label(0.2, 0.4), tick_label(0.005, 0.02)
    ('20%', '0.5%')
    """
    return percent(value, 0 if end >= 0.05 else 1)


def unused(names: Iterable[str], edge: float) -> float:
    """Width that is empty left of names which end at `edge`, at their size in figures.css.

    >>> unused(["talk 0001"], 230), unused(["a rather long name of some folder"], 230)
    (158.0, 0.0)
    """
    return float(max(0, edge - _CHARACTER * max(map(len, names), default=0)))


def clipped(name: str, longest: int) -> str:
    """A name that fits beside a figure.

    >>> clipped("pocketsphinx-clm-001", 12)
    'pocketsph…01'
    """
    return name if len(name) <= longest else f"{name[: longest - 3]}…{name[-2:]}"
