"""Where in each folder a model errs: replaced, left out and added words, from the first word to the last."""

from collections.abc import Iterable
from typing import Any

from clm.report.figures import svg
from clm.report.figures.charts import WIDTH
from clm.report.figures.svg import Figure, clipped, percent
from clm.report.gather import ModelResults
from clm.report.listening.word_totals import Words

MOST_FOLDERS = 300
LEFT, RIGHT, TOP, ROW = 240.0, 70.0, 26.0, 20.0
#: Lanes of a row from above, so that nobody has to tell colours apart.
KINDS = ("substitutions", "deletions", "insertions")
LANE = 5.0


def error_map(words: Words, model: ModelResults) -> Figure | None:
    """The errors of a model, each where it is in its folder; folders with most errors per word first."""
    found = words.errors.get(model.name, {})
    rates = {
        folder: sum(map(len, errors)) / words.lengths[folder]
        for folder, errors in found.items()
        if words.lengths[folder]
    }
    folders = sorted(rates, key=lambda folder: (-rates[folder], folder))[:MOST_FOLDERS]
    if not folders:
        return None
    width = WIDTH - LEFT - RIGHT
    bottom = TOP + ROW * len(folders)
    parts: list[Any] = [
        svg.text(LEFT, 14, "first word", "tick"),
        svg.text(LEFT + width, 14, "last word", "tick", "end"),
    ]
    for line, folder in enumerate(folders):
        y = TOP + ROW * line
        parts.append(svg.rect(LEFT, y + 1, width, ROW - 3, "strip", svg.title(folder), data_folder=folder))
        parts.append(svg.text(LEFT - 10, y + 14, clipped(folder, 32), "label", "end"))
        parts.append(svg.text(WIDTH - RIGHT + 12, y + 14, percent(rates[folder]), "value"))
        scale = (width - 2) / max(1, words.lengths[folder])
        for lane, (kind, places) in enumerate(zip(KINDS, found[folder], strict=True)):
            if places:
                marks = _marks(places, scale, y + 1 + LANE * lane)
                parts.append(svg.tag("path", d=marks, class_=f"mark-{kind}"))
    more = f" The {MOST_FOLDERS:,} with most errors of {len(rates):,}." if len(rates) > MOST_FOLDERS else ""
    note = (
        f"Errors of {model.name} from the first word of each folder to the last: replaced words above, left-out ones in"
        f" the middle, added ones below.{more}"
    )
    return svg.figure(f"map-{model.name}", f"Where {model.name} errs", note, (WIDTH, bottom + 8), parts,
                      unused=svg.unused((clipped(name, 32) for name in folders), LEFT - 10))  # fmt: skip


def _marks(places: Iterable[int], scale: float, y: float) -> Any:
    """A short line for every place that can be told from the one before."""
    columns = sorted({round(2 * (1 + place * scale)) for place in places})
    return svg.coordinates(f"M{LEFT + column / 2:g} {y:g}v{LANE:g}" for column in columns)
