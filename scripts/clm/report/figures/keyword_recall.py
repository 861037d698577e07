"""Recall of each keyword, before and after."""

from collections.abc import Iterator, Sequence
from typing import Any

from clm.report.figures import svg
from clm.report.figures.charts import WIDTH
from clm.report.figures.svg import Figure, clipped, percent
from clm.report.gather import ModelResults, Results
from clm.scoring.word_metrics import Found

MOST_KEYWORDS = 30
#: The scale of recall: its left end, and its width.
RECALL_LEFT, RECALL_WIDTH = 220.0, WIDTH - 340.0


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
    return svg.figure("keywords", "Keyword by keyword", note, (WIDTH, bottom + 26), parts,
                      unused=svg.unused((clipped(word, 30) for word in chosen), RECALL_LEFT - 12))  # fmt: skip


def _recall_axis(top: float, bottom: float) -> Iterator[Any]:
    for step in range(6):
        x = RECALL_LEFT + RECALL_WIDTH * step / 5
        yield svg.line(x, top - 4, x, bottom, "grid")
        yield svg.text(x, bottom + 16, percent(step / 5, 0), "tick", "middle")


def _recalls(models: Sequence[ModelResults], word: str, y: float) -> Iterator[Any]:
    """A keyword's recall with each model: a dot for the last, and a line to it from a ring for the one before."""
    at = []
    for model in models:
        found = model.diagnosis.by_keyword.get(word, Found())
        hover = svg.title(f"{word}, {model.name}: {found.hits} of {found.reference} right")
        at.append((RECALL_LEFT + RECALL_WIDTH * (found.recall or 0.0), hover))
    *before, (x, hover) = at
    if not before:
        yield svg.after(x, y, hover)
    for x_before, hover_before in before:
        yield svg.line(x_before, y, x, y, "gain" if x >= x_before else "loss")
        yield from svg.pair(x_before, x, y, hover_before, hover)


def _recall_legend(names: Sequence[str]) -> Iterator[Any]:
    for place, name in enumerate(names):
        x = RECALL_LEFT + 260 * place
        yield svg.after(x, 12) if place == len(names) - 1 else svg.before(x, 12)
        yield svg.text(x + 14, 16, clipped(name, 30))
