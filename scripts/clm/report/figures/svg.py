"""Scalable vector graphics, an element at a time; texts are escaped, numbers short, and colours left to figures.css."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from clm.report.escaping import html


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


def _number(value: Any) -> Any:
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


def title(words: str) -> Markup:
    """Tooltip of the element above."""
    return tag("title", words)


def figure(
    name: str, heading: str, note: str, size: tuple[float, float], parts: Iterable[Any], figures: str = ""
) -> Figure:
    """A finished figure; `figures` is its content in words, for screen readers."""
    width, height = (round(length) for length in size)
    svg = tag(
        "svg",
        tag("title", heading, id=f"{name}-title"),
        tag("desc", f"{note} {figures}".strip(), id=f"{name}-text"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
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
    ('25.1 %', '100 %')
    """
    return f"{100 * value:.{digits}f} %"


def nice_top(value: float) -> float:
    """A round end for an axis that starts at zero and must reach `value`.

    >>> nice_top(0.37), nice_top(0.08), nice_top(4855)
    (0.4, 0.08, 5000.0)
    """
    if value <= 0:
        return 1.0
    size = 10.0 ** (len(f"{value:.0f}") - 1) if value >= 1 else 0.1 if value > 0.1 else 0.01
    for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if value <= step * size * 1.0001:
            return round(step * size, 6)
    return round(10 * size, 6)


def clipped(name: str, longest: int) -> str:
    """A name that fits beside a figure.

    >>> clipped("pocketsphinx-clm-001", 12)
    'pocketsph…01'
    """
    return name if len(name) <= longest else f"{name[: longest - 3]}…{name[-2:]}"
