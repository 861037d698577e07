"""Figures with a row for each folder: heat map of models, change against the baseline."""

from collections.abc import Iterator
from typing import Any

from clm.report.figures import svg
from clm.report.figures.charts import WIDTH, axis
from clm.report.figures.svg import Figure, clipped, percent, ticks
from clm.report.gather import ModelResults, Results
from clm.results import models as naming

MOST_COLUMNS = 12
LABELLED = 80  # folders whose cells have room for figures
MOST_FOLDERS = 2_000
#: Folders with the greatest gains, and with the greatest losses, whose change is drawn.
MOST_CHANGES = 30
#: Steps of the heat map's scale.
SHADES = 9
LABELS = 240.0
_ROW = 24


def brief(name: str) -> str:
    """The name of a generation without that of its engine.

    >>> brief("pocketsphinx-clm-003"), brief("imported-azure")
    ('clm-003', 'imported-azure')
    """
    return name.split("-", 1)[1] if naming.is_own(name) else name


def by_age(results: Results) -> list[ModelResults]:
    """The baseline, then the other models, the oldest first: what was before stands left of what came after."""
    others = [model for model in results.models.values() if model is not results.baseline]
    others.sort(key=lambda model: (model.row.get("created", ""), model.name))
    return [*([results.baseline] if results.baseline else []), *others]


def heat(results: Results) -> Figure | None:
    """WER of every folder with every model."""
    rates = {(row["folder"], row["model"]): row.get("wer", "") for row in results.runs if "folder" in row}
    models = [model.name for model in by_age(results)]
    models = [name for name in models if any(rates.get((folder, name)) for folder in results.folders)][:MOST_COLUMNS]
    folders = sorted(results.folders)[:MOST_FOLDERS]
    if not models or len(folders) < 2:
        return None
    known = sorted(float(rates[key]) for key in rates if rates[key])
    end = min(1.0, max(known[int(0.98 * (len(known) - 1))], 0.05))  # one bad folder must not fade the others
    row = _ROW if len(folders) <= LABELLED else 16
    column = max(64.0, min(130.0, (WIDTH - LABELS) / len(models)))
    parts: list[Any] = []
    for place, name in enumerate(models):
        parts.append(svg.text(LABELS + column * (place + 0.5), 16, clipped(brief(name), int(column / 8)), "label",
                              "middle"))  # fmt: skip
    for line, folder in enumerate(folders):
        y = 26 + row * line
        parts.append(_label(results, folder, y + row / 2 + 4))
        for place, name in enumerate(models):
            parts += _cell(folder, name, rates.get((folder, name), ""), end, (LABELS + column * place, y, column, row))
    more = f" The first {MOST_FOLDERS:,} of {len(results.folders):,}." if len(results.folders) > MOST_FOLDERS else ""
    note = f"WER of {len(folders):,} folders with each model; darker is worse{_heldout_note(results)}.{more}"
    return svg.figure("folders", "Folder by folder", note, (LABELS + column * len(models), 34 + row * len(folders)), parts)


def _heldout_note(results: Results) -> str:
    return "; H is held out" if results.heldout else ""


def _label(results: Results, folder: str, y: float) -> Any:
    mark = " H" if folder in results.heldout else ""
    return svg.text(LABELS - 10, y, clipped(folder, 30) + mark, "label", "end")


def _cell(folder: str, model: str, rate: str, end: float, box: tuple[float, float, float, float]) -> Iterator[Any]:
    """A cell of the heat map; `box` is its left and upper edge, width and height."""
    x, y, width, height = box
    if not rate:
        yield svg.rect(x + 1, y + 1, width - 2, height - 2, "cell-empty")
        return
    hover = svg.title(f"{folder}, {model}: WER {rate}")
    shade = min(SHADES, round(SHADES * float(rate) / end))
    yield svg.rect(x + 1, y + 1, width - 2, height - 2, f"cell shade-{shade}", hover, data_folder=folder)
    if height >= _ROW:
        yield svg.text(x + width / 2, y + height / 2 + 4, percent(float(rate)), "cell-text", "middle")


def changes(results: Results) -> Figure | None:
    """WER of each folder with the baseline and with the model that the report is about, the greatest gain first."""
    baseline, subject = results.baseline, results.subject
    if baseline is None or subject is None:
        return None
    rates = {(row.get("folder"), row.get("model")): row.get("wer", "") for row in results.runs}
    pairs = [
        (folder, float(before), float(now))
        for folder in results.folders
        if (before := rates.get((folder, baseline.name))) and (now := rates.get((folder, subject.name)))
    ]
    if len(pairs) < 2:
        return None
    pairs.sort(key=lambda pair: (pair[2] - pair[1], pair[0]))
    shown = pairs if len(pairs) <= 2 * MOST_CHANGES else [*pairs[:MOST_CHANGES], *pairs[-MOST_CHANGES:]]
    left, right = LABELS, WIDTH - 70
    values = ticks(max(max(before, now) for _, before, now in shown))
    top = 36.0
    bottom = top + _ROW * len(shown)
    parts: list[Any] = [*_legend(baseline.name, subject.name), *axis(left, right, top - 4, bottom, values)]
    for line, (folder, before, now) in enumerate(shown):
        y = top + _ROW * (line + 0.5)
        start, end = (left + (right - left) * value / values[-1] for value in (before, now))
        hover = svg.title(f"{folder}: WER {before:.6f} with {baseline.name}, {now:.6f} with {subject.name}")
        parts.append(_label(results, folder, y + 4))
        parts.append(svg.group(_dumbbell(start, end, y, hover, better=now <= before), data_folder=folder))
        parts.append(svg.text(right + 12, y + 4, f"{100 * (now - before):+.1f}".replace("-", "−"), "value"))
    better, worse = (sum(sign * (now - before) < 0 for _, before, now in pairs) for sign in (1, -1))
    more = f" Drawn are the {MOST_CHANGES} best and worst of {len(pairs):,}." if len(shown) < len(pairs) else ""
    note = (
        f"From {baseline.name} (ring) to {subject.name} (dot), in percentage points of WER: {better:,} folders are"
        f" better, {worse:,} worse{_heldout_note(results)}.{more}"
    )
    return svg.figure("changes", "Change of each folder", note, (WIDTH, bottom + 26), parts)


def _legend(before: str, after: str) -> Iterator[Any]:
    for x, name, mark in ((LABELS, before, svg.before), (LABELS + 230, after, svg.after)):
        yield mark(x, 12)
        yield svg.text(x + 12, 16, clipped(name, 26))


def _dumbbell(start: float, end: float, y: float, hover: Any, *, better: bool) -> Iterator[Any]:
    yield svg.line(start, y, end, y, "gain" if better else "loss")
    yield svg.before(start, y, hover)
    yield svg.after(end, y, hover)
