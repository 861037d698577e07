"""Figures with a mark for each folder, word or keyword: heat map, scatter, keyword recall."""

import math
from collections import Counter
from typing import Any

from clm.english.words import learnable
from clm.report.figures import svg
from clm.report.figures.charts import WIDTH
from clm.report.figures.svg import Figure, clipped, percent
from clm.report.gather import ModelResults, Results
from clm.report.listening.word_totals import Words
from clm.results import models as naming
from clm.scoring.word_metrics import Found

MOST_COLUMNS = 12
LABELLED = 80  # folders whose cells have room for figures
MOST_FOLDERS = 2_000
MOST_POINTS = 500
MOST_KEYWORDS = 30
CROWD_RADIUS = 40.0
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


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


def scatter(results: Results, words: Words, model: ModelResults) -> Figure | None:
    """Accuracy of words with the baseline and with a model; those that both always have right are left out."""
    baseline = results.baseline
    if baseline is None or model.name not in words.tokens or baseline.name not in words.tokens:
        return None
    before, now = (words.tokens[name]["missed"] for name in (baseline.name, model.name))
    chosen = [word for word in before.keys() | now.keys() if words.said[word]]
    # The most informative, if there are too many: words of the domain that changed most, then those missed most.
    chosen.sort(key=lambda word: (not learnable(word), -abs(before[word] - now[word]), -before[word], word))
    if not chosen:
        return None

    def right(word: str) -> tuple[float, float]:
        """Shares of a word's tokens that each model has right; every chosen word was said."""
        return words.accuracy(baseline.name, word) or 0.0, words.accuracy(model.name, word) or 0.0

    left, top, size = 118.0, 44.0, 440.0
    parts: list[Any] = []
    for step in range(5):
        at = size * step / 4
        parts += [
            svg.line(left + at, top, left + at, top + size, "grid"),
            svg.line(left, top + at, left + size, top + at, "grid"),
            svg.text(left + at, top + size + 44, percent(step / 4, 0), "tick", "middle"),
            svg.text(left - 46, top + size - at + 4, percent(step / 4, 0), "tick", "end"),
        ]
    parts.append(svg.line(left, top + size, left + size, top, "diagonal"))
    parts.append(svg.text(left + 62, top + 62, "▲ better with the model", "note"))
    parts.append(svg.text(left + size - 62, top + size - 56, "▼ worse with the model", "note", "end"))
    used: dict[tuple[float, float], int] = {}
    points = []
    drawn = [(word, *right(word)) for word in chosen[:MOST_POINTS]]
    most = max(25, *(words.said[word] for word, _, _ in drawn))
    crowd = max(Counter((x, y) for _, x, y in drawn).values())
    spread = min(4.6, CROWD_RADIUS / math.sqrt(crowd))
    for word, x, y in drawn:
        place = used[x, y] = used.get((x, y), -1) + 1
        # Words with equal figures lie beside one another like the seeds of a sunflower.
        away, angle = spread * math.sqrt(place), place * GOLDEN_ANGLE
        radius = 2.6 + 10 * math.sqrt((words.said[word] - 1) / most)
        cx = left + size * x + away * math.cos(angle)
        cy = top + size * (1 - y) + away * math.sin(angle)
        kind = "better" if y > x else "worse" if y < x else "same"
        hover = svg.title(f"{word}: said {words.said[word]} times; right {percent(x, 0)} with {baseline.name},"
                          f" {percent(y, 0)} with {model.name}")  # fmt: skip
        points.append(_mark(kind, cx, cy, radius, hover, word))
    parts.append(svg.group(points, class_="points"))
    parts.append(svg.text(left + size / 2, top + size + 64, f"right with {clipped(baseline.name, 40)}", "label",
                          "middle"))  # fmt: skip
    parts.append(svg.tag("text", f"right with {clipped(model.name, 40)}", class_="label", text_anchor="middle",
                         transform=f"translate(16 {top + size / 2:.0f}) rotate(-90)"))  # fmt: skip
    shares = [right(word) for word in chosen]
    better, worse = sum(then < now for then, now in shares), sum(then > now for then, now in shares)
    more = (
        f" Drawn are {MOST_POINTS:,} of {len(chosen):,}: words of the domain that changed most."
        if len(chosen) > MOST_POINTS
        else ""
    )
    note = (
        f"Each mark is a word that one of the two models missed, larger the more often it was said. {better:,} words"
        f" are right more often with {model.name}, {worse:,} less often.{more}"
    )
    return svg.figure(
        f"words-{model.name}",
        f"Words: {baseline.name} against {model.name}",
        note,
        (left + size + 56, top + size + 70),
        parts,
    )


def _mark(kind: str, x: float, y: float, radius: float, hover: Any, word: str) -> Any:
    """Circle: better; square: worse; ring: the same. So nobody has to distinguish colours."""
    if kind == "worse":
        side = 1.8 * radius
        return svg.rect(x - side / 2, y - side / 2, side, side, kind, hover, data_word=word)
    return svg.tag("circle", hover, cx=x, cy=y, r=radius, class_=kind, data_word=word)


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
    left, right, row, top = 220.0, 120.0, 24, 30
    width = WIDTH - left - right
    bottom = top + row * len(chosen)
    parts: list[Any] = []
    for step in range(5):
        x = left + width * step / 4
        parts += [svg.line(x, top - 4, x, bottom, "grid"), svg.text(x, bottom + 16, percent(step / 4, 0), "tick",
                                                                    "middle")]  # fmt: skip
    for line, word in enumerate(chosen):
        y = top + row * (line + 0.5)
        parts.append(svg.text(left - 12, y + 4, clipped(word, 30), "label", "end"))
        parts.append(svg.text(WIDTH - right + 16, y + 4, f"said {said[word]}×", "tick"))
        at = []
        for model in models:
            found = model.diagnosis.by_keyword.get(word, Found())
            hover = f"{word}, {model.name}: {found.hits} of {found.reference} right"
            at.append((left + width * (found.recall or 0.0), hover))
        if len(at) == 2:
            kind = "gain" if at[1][0] >= at[0][0] else "loss"
            parts.append(svg.line(at[0][0], y, at[1][0], y, kind))
            parts.append(svg.tag("circle", svg.title(at[0][1]), cx=at[0][0], cy=y, r=5, class_="before"))
        parts.append(svg.tag("path", svg.title(at[-1][1]), d=f"M{at[-1][0]:.1f} {y - 7:.1f}l7 7l-7 7l-7 -7z",
                             class_="after"))  # fmt: skip
    for place, model in enumerate(models):
        x = left + 260 * place
        last = place == len(models) - 1
        mark = svg.tag("path", d=f"M{x:.1f} 5l7 7l-7 7l-7 -7z", class_="after") if last else (
            svg.tag("circle", cx=x, cy=12, r=5, class_="before"))  # fmt: skip
        parts += [mark, svg.text(x + 14, 16, clipped(model.name, 30))]
    more = f" The {MOST_KEYWORDS} said most often of {len(said):,}." if len(said) > MOST_KEYWORDS else ""
    note = f"Share of a keyword's occurrences that were heard right.{more}"
    return svg.figure("keywords", "Keyword by keyword", note, (WIDTH, bottom + 26), parts)
