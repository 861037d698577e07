"""Change of each folder's WER, from the baseline to the model that the report is about."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from clm.base.messages import counted
from clm.report.figures import svg
from clm.report.figures.charts import WIDTH, axis
from clm.report.figures.folders import LABELS, ROW, beside, heldout_note, label
from clm.report.figures.svg import Figure, clipped, tick_label, ticks
from clm.report.gather import Results

#: Folders with the greatest gains, and with the greatest losses, that are drawn.
MOST = 30
#: Rows from which the scale stands above as well.
TALL = 22
TOP, RIGHT = 44.0, WIDTH - 70.0


class Change(NamedTuple):
    """A folder's WER with the baseline and with the model."""

    folder: str
    before: float
    now: float

    @property
    def points(self) -> float:
        """Change in percentage points."""
        return 100 * (self.now - self.before)


def changes(results: Results) -> Figure | None:
    """A dumbbell for each folder, the greatest gain first."""
    baseline, subject = results.baseline, results.subject
    if baseline is None or subject is None:
        return None
    known = _known(results, baseline.name, subject.name)
    if len(known) < 2:
        return None
    return drawing(results, "changes", "Change of each folder", known, (baseline.name, subject.name))


def drawing(results: Results, name: str, title: str, known: Sequence[Change], sides: tuple[str, str]) -> Figure:
    """Dumbbells of these folders, the greatest gain first; `sides` names what was before and what is now."""
    shown = known if len(known) <= 2 * MOST else [*known[:MOST], *known[-MOST:]]
    values = ticks(max(max(item.before, item.now) for item in shown))
    bottom = TOP + ROW * len(shown)
    parts: list[Any] = [*_legend(*sides), *axis(LABELS, RIGHT, TOP - 4, bottom, values)]
    if len(shown) > TALL:  # the scale below is out of sight
        scale = (RIGHT - LABELS) / values[-1]
        parts += [svg.text(LABELS + scale * value, TOP - 6, tick_label(value, values[-1]), "tick", "middle")
                  for value in values]  # fmt: skip
    for line, item in enumerate(shown):
        y = TOP + ROW * (line + 0.5)
        parts.append(label(results, item.folder, y + 4))
        parts.append(svg.group(_dumbbell(item, sides, y, values[-1]), data_folder=item.folder))
        parts.append(svg.text(RIGHT + 12, y + 4, f"{item.points:+.1f}".replace("-", "−"), "value"))
    better, worse = (sum(sign * item.points < 0 for item in known) for sign in (1, -1))
    more = f" Drawn are the {MOST} best and worst of {len(known):,}." if len(shown) < len(known) else ""
    note = (
        f"From {sides[0]} (ring) to {sides[1]} (dot); right of it the change in percentage points of WER."
        f" {counted(better, 'folder is', 'folders are')} better, {worse:,} worse{heldout_note(results)}.{more}"
    )
    return svg.figure(name, title, note, (WIDTH, bottom + 26), parts,
                      unused=beside(item.folder for item in shown))  # fmt: skip


def _known(results: Results, baseline: str, subject: str) -> list[Change]:
    """Folders with a WER of both models, the greatest gain first."""
    rates = {(row.get("folder"), row.get("model")): float(row["wer"]) for row in results.runs if row.get("wer")}
    both = [name for name in results.folders if {(name, baseline), (name, subject)} <= rates.keys()]
    known = [Change(name, rates[name, baseline], rates[name, subject]) for name in both]
    return sorted(known, key=lambda item: (item.points, item.folder))


def _legend(before: str, after: str) -> Iterator[Any]:
    for x, name, mark in ((LABELS + 6, before, svg.before), (LABELS + 236, after, svg.after)):
        yield mark(x, 12)
        yield svg.text(x + 12, 16, clipped(name, 26))


def _dumbbell(item: Change, names: tuple[str, str], y: float, end: float) -> Iterator[Any]:
    hover = svg.title(f"{item.folder}: WER {item.before:.6f} with {names[0]}, {item.now:.6f} with {names[1]}")
    before, now = (LABELS + (RIGHT - LABELS) * value / end for value in (item.before, item.now))
    yield svg.line(before, y, now, y, "gain" if item.points <= 0 else "loss")
    yield from svg.pair(before, now, y, hover, hover)
