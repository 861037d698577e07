"""Two results folders as one page of HTML that loads nothing and runs no script."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from clm.base.messages import counted
from clm.before_after import change_text
from clm.before_after.two_results import BeforeAfter, FolderChange, ModelChange

_TEMPLATE = Path(__file__).with_name("difference.html")
_WIDTH, _NAMES, _ROW, _TOP, _EDGE = 760, 220, 24, 32, 20
_LONGEST_NAME = 30
MOST_ROWS = 60


def render(found: BeforeAfter) -> str:
    """The page."""
    import jinja2

    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        _TEMPLATE.read_text(encoding="utf-8")
    )
    return template.render(
        before=str(found.before),
        after=str(found.after),
        headline=change_text.headline(found, change_text.telling(found)),
        remarks=list(change_text.remarks(found)),
        models=[_row(change) for change in found.models],
        details=[_detail(change) for change in sorted(found.models, key=_unchanged)],
    )


def _unchanged(change: ModelChange) -> bool:
    before, after = change.total.wers
    return before == after


def _row(change: ModelChange) -> dict[str, Any]:
    before, after = change.total.wers
    better, worse, same = change.counts()
    value = change.statistics.p_value if change.statistics else None
    return {
        "title": change_text.title(change),
        "before": f"{before:.3f}",
        "after": f"{after:.3f}",
        "change": change_text.percent(change),
        "p": "" if value is None else f"{value:.2g}",
        "verdict": change_text.verdict(change),
        "better": better,
        "worse": worse,
        "same": same,
        "scope": "held out" if change.scope == "heldout" else change.scope,
        "tone": _tone(before, after),
    }


def _detail(change: ModelChange) -> dict[str, Any]:
    ordered = change_text.by_gain(change)
    half = MOST_ROWS // 2
    shown = ordered if len(ordered) <= MOST_ROWS else [*ordered[:half], *ordered[-half:]]
    left = len(ordered) - len(shown)
    return {
        "title": change_text.title(change),
        "chart": _chart(shown),
        "more": f"{counted(left, 'folder')} in between are not drawn; --json has them." if left else "",
        "words": list(change_text.words(change)),
    }


def _chart(folders: list[FolderChange]) -> dict[str, Any]:
    """Places of a dumbbell for each folder, on an axis from 0 to a round value."""
    most = max((rate for item in folders for rate in item.wers), default=0.0)
    step = next(size for size in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, math.inf) if most <= 6 * size)
    step = step if step < math.inf else math.ceil(most / 5)
    top = max(step, math.ceil(most / step - 1e-9) * step)
    scale = (_WIDTH - _NAMES - _EDGE) / top

    def x(rate: float) -> float:
        return round(_NAMES + rate * scale, 1)

    rows = []
    for number, item in enumerate(folders):
        before, after = item.wers
        name = item.folder if len(item.folder) <= _LONGEST_NAME else f"{item.folder[: _LONGEST_NAME - 1]}…"
        rows.append({
            "y": _TOP + number * _ROW, "name": name, "x1": x(before), "x2": x(after), "tone": _tone(before, after),
            "title": f"{item.folder}: {before:.1%} -> {after:.1%}, {counted(item.words[1], 'word')}",
        })  # fmt: skip
    ticks = [{"x": x(number * step), "text": f"{number * step * 100:g}"} for number in range(round(top / step) + 1)]
    return {"width": _WIDTH, "height": _TOP + len(folders) * _ROW, "rows": rows, "ticks": ticks}


def _tone(before: float, after: float) -> str:
    return "better" if after < before else "worse" if after > before else "same"
