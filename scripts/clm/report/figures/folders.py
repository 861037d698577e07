"""The heat map: WER of every folder with every model."""

from collections.abc import Iterable, Iterator
from typing import Any

from clm.report.figures import svg
from clm.report.figures.charts import WIDTH
from clm.report.figures.svg import Figure, clipped, percent
from clm.report.gather import Results
from clm.results import models as naming

MOST_COLUMNS = 12
LABELLED = 80  # folders whose cells have room for figures
MOST_FOLDERS = 2_000
#: Steps of the heat map's scale.
SHADES = 9
LABELS = 240.0
ROW = 24


def brief(name: str) -> str:
    """The name of a generation without that of its engine.

    >>> brief("pocketsphinx-clm-003"), brief("imported-azure")
    ('clm-003', 'imported-azure')
    """
    return name.split("-", 1)[1] if naming.is_own(name) else name


def heat(results: Results) -> Figure | None:
    """WER of every folder with every model."""
    rates = {(row["folder"], row["model"]): row.get("wer", "") for row in results.runs if "folder" in row}
    models = [model.name for model in results.by_age]
    models = [name for name in models if any(rates.get((folder, name)) for folder in results.folders)][:MOST_COLUMNS]
    folders = sorted(results.folders)[:MOST_FOLDERS]
    if not models or len(folders) < 2:
        return None
    known = sorted(float(rates[key]) for key in rates if rates[key])
    end = min(1.0, max(known[int(0.98 * (len(known) - 1))], 0.05))  # one bad folder must not fade the others
    row = ROW if len(folders) <= LABELLED else 16
    column = max(100.0, min(130.0, (WIDTH - LABELS) / len(models)))
    parts: list[Any] = []
    for place, name in enumerate(models):
        parts.append(svg.text(LABELS + column * (place + 0.5), 16, clipped(brief(name), int(column / 8)), "label",
                              "middle"))  # fmt: skip
    for line, folder in enumerate(folders):
        y = 26 + row * line
        parts.append(label(results, folder, y + row / 2 + 4))
        for place, name in enumerate(models):
            parts += _cell(folder, name, rates.get((folder, name), ""), end, (LABELS + column * place, y, column, row))
    more = f" The first {MOST_FOLDERS:,} of {len(results.folders):,}." if len(results.folders) > MOST_FOLDERS else ""
    held = heldout_note(results)
    note = f"WER of {len(folders):,} folders with each model; the stronger the colour, the worse{held}.{more}"
    return svg.figure(
        "folders",
        "Folder by folder",
        note,
        (LABELS + column * len(models), 34 + row * len(folders)),
        parts,
        unused=beside(folders),
    )


def heldout_note(results: Results) -> str:
    """Meaning of the mark after a held-out folder, where there are some."""
    return "; H is held out" if results.heldout else ""


def label(results: Results, folder: str, y: float) -> Any:
    """Name of a folder left of its row."""
    mark = " H" if folder in results.heldout else ""
    return svg.text(LABELS - 10, y, clipped(folder, 30) + mark, "label", "end")


def beside(folders: Iterable[str]) -> float:
    """Width that is empty left of the names of these folders, with their marks."""
    return svg.unused((f"{clipped(name, 30)} H" for name in folders), LABELS - 10)


def _cell(folder: str, model: str, rate: str, end: float, box: tuple[float, float, float, float]) -> Iterator[Any]:
    """A cell of the heat map; `box` is its left and upper edge, width and height."""
    x, y, width, height = box
    if not rate:
        yield svg.rect(x + 1, y + 1, width - 2, height - 2, "cell-empty")
        return
    hover = svg.title(f"{folder}, {model}: WER {rate}")
    shade = min(SHADES, round(SHADES * float(rate) / end))
    yield svg.rect(x + 1, y + 1, width - 2, height - 2, f"cell shade-{shade}", hover, data_folder=folder)
    if height >= ROW:
        yield svg.text(x + width / 2, y + height / 2 + 4, percent(float(rate)), "cell-text", "middle")
