"""Figures with a mark for each folder or keyword: heat map, keyword recall."""

from collections.abc import Iterator, Sequence
from typing import Any

from clm.report.figures import svg
from clm.report.figures.charts import WIDTH
from clm.report.figures.svg import Figure, clipped, percent
from clm.report.gather import ModelResults, Results
from clm.results import models as naming
from clm.scoring.word_metrics import Found

MOST_COLUMNS = 12
LABELLED = 80  # folders whose cells have room for figures
MOST_FOLDERS = 2_000
MOST_KEYWORDS = 30
#: The scale of recall: its left end, and its width.
RECALL_LEFT, RECALL_WIDTH = 220.0, WIDTH - 340.0


def brief(name: str) -> str:
    """The name of a generation without that of its engine.

    >>> brief("pocketsphinx-clm-003"), brief("imported-azure")
    ('clm-003', 'imported-azure')
    """
    return name.split("-", 1)[1] if naming.is_own(name) else name


def heat(results: Results) -> Figure | None:
    """WER of every folder with every model."""
    rates = {(row["folder"], row["model"]): row.get("wer", "") for row in results.runs if "folder" in row}
    models = [name for name in results.models if any(rates.get((folder, name)) for folder in results.folders)]
    models = models[:MOST_COLUMNS]
    folders = sorted(results.folders)[:MOST_FOLDERS]
    if not models or len(folders) < 2:
        return None
    known = sorted(float(rates[key]) for key in rates if rates[key])
    end = min(1.0, max(known[int(0.98 * (len(known) - 1))], 0.05))  # one bad folder must not fade the others
    row = 24 if len(folders) <= LABELLED else 14
    left = 240
    column = min(130.0, (WIDTH - left) / len(models))
    parts: list[Any] = []
    for place, name in enumerate(models):
        parts.append(svg.text(left + column * (place + 0.5), 16, clipped(brief(name), int(column / 8)), "label",
                              "middle"))  # fmt: skip
    for line, folder in enumerate(folders):
        y = 26 + row * line
        mark = " ◆" if folder in results.heldout else ""
        label = svg.text(left - 10, y + row / 2 + 4, clipped(folder, 32) + mark, "label" if row > 20 else "tick", "end")
        parts.append(label)
        for place, name in enumerate(models):
            rate = rates.get((folder, name), "")
            x = left + column * place
            if not rate:
                parts.append(svg.rect(x + 1, y + 1, column - 2, row - 2, "cell-empty"))
                continue
            hover = svg.title(f"{folder}, {name}: WER {rate}")
            opacity = f"{0.06 + 0.7 * min(float(rate) / end, 1):.2f}"
            parts.append(svg.rect(x + 1, y + 1, column - 2, row - 2, "cell", hover, fill_opacity=opacity,
                                  data_folder=folder))  # fmt: skip
            if row > 20:
                parts.append(svg.text(x + column / 2, y + row / 2 + 4, percent(float(rate)), "cell-text", "middle"))
    height = 34 + row * len(folders)
    more = f" The first {MOST_FOLDERS:,} of {len(results.folders):,}." if len(results.folders) > MOST_FOLDERS else ""
    note = f"WER of {len(folders):,} folders with each model; darker is worse; ◆ is held out.{more}"
    width = int(left + column * len(models))
    return svg.figure("folders", "Folder by folder", note, (width, height), parts)


def keywords(results: Results) -> Figure | None:
    """Recall of each keyword with the baseline and with the model that the report is about."""
    models = [model for model in (results.baseline, results.subject) if model and model.diagnosis.by_keyword]
    said = {
        word: found.reference
        for model in models
        for word, found in model.diagnosis.by_keyword.items()
        if found.reference
    }
    chosen = sorted(said, key=lambda word: (-said[word], word))[:MOST_KEYWORDS]
    if not chosen:
        return None
    top, row = 30, 24
    bottom = top + row * len(chosen)
    parts = [*_recall_axis(top, bottom)]
    for line, word in enumerate(chosen):
        y = top + row * (line + 0.5)
        parts.append(svg.text(RECALL_LEFT - 12, y + 4, clipped(word, 30), "label", "end"))
        parts.append(svg.text(RECALL_LEFT + RECALL_WIDTH + 16, y + 4, f"said {said[word]}×", "tick"))
        parts += _recalls(models, word, y)
    parts += _recall_legend([model.name for model in models])
    more = f" The {MOST_KEYWORDS} said most often of {len(said):,}." if len(said) > MOST_KEYWORDS else ""
    note = f"Share of a keyword's occurrences that were heard right.{more}"
    return svg.figure("keywords", "Keyword by keyword", note, (WIDTH, bottom + 26), parts)


def _recall_axis(top: float, bottom: float) -> Iterator[Any]:
    for step in range(5):
        x = RECALL_LEFT + RECALL_WIDTH * step / 4
        yield svg.line(x, top - 4, x, bottom, "grid")
        yield svg.text(x, bottom + 16, percent(step / 4, 0), "tick", "middle")


def _recalls(models: Sequence[ModelResults], word: str, y: float) -> Iterator[Any]:
    """A keyword's recall with each model: a diamond for the last, and a line to it from a circle for the one before."""
    at = []
    for model in models:
        found = model.diagnosis.by_keyword.get(word, Found())
        hover = svg.title(f"{word}, {model.name}: {found.hits} of {found.reference} right")
        at.append((RECALL_LEFT + RECALL_WIDTH * (found.recall or 0.0), hover))
    *before, (x, hover) = at
    for x_before, hover_before in before:
        yield svg.line(x_before, y, x, y, "gain" if x >= x_before else "loss")
        yield _before(x_before, y, hover_before)
    yield _after(x, y, hover)


def _recall_legend(names: Sequence[str]) -> Iterator[Any]:
    for place, name in enumerate(names):
        x = RECALL_LEFT + 260 * place
        yield _after(x, 12) if place == len(names) - 1 else _before(x, 12)
        yield svg.text(x + 14, 16, clipped(name, 30))


def _before(x: float, y: float, *hover: Any) -> Any:
    return svg.tag("circle", *hover, cx=x, cy=y, r=5, class_="before")


def _after(x: float, y: float, *hover: Any) -> Any:
    path = f"M{x:.1f} {y - 7:.1f}l7 7l-7 7l-7 -7z"
    return svg.tag("path", *hover, d=path, class_="after")
