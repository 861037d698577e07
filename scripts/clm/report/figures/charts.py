"""Figures about models: WER with intervals, kinds of errors, generations over time."""

from collections.abc import Iterator, Sequence
from typing import Any

from clm.reasons.sentences import capitalized
from clm.report.figures import svg
from clm.report.figures.svg import Figure, clipped, percent, tick_label, ticks
from clm.report.gather import ModelResults, Results

#: Two figures stand side by side, each as wide as it is drawn: shrunk text could not be read.
WIDTH, NARROW = 760, 552
MOST_MODELS = 40
LEFT, RIGHT, ROW = 182, 66, 34


def number(row: dict[str, str], column: str) -> float | None:
    """A cell of the leaderboard as a number, None where it is empty."""
    try:
        return float(row.get(column, ""))
    except ValueError:
        return None


def axis(left: float, right: float, top: float, bottom: float, values: Sequence[float]) -> Iterator[Any]:
    """Vertical grid lines at round values, with percents below them."""
    for value in values:
        x = left + (right - left) * value / values[-1]
        yield svg.line(x, top, x, bottom, "grid")
        yield svg.text(x, bottom + 16, tick_label(value, values[-1]), "tick", "middle")


def _measured(results: Results) -> list[ModelResults]:
    return [model for model in results.by_age if model.row.get("wer")][:MOST_MODELS]


def kind_of(results: Results, model: ModelResults) -> str:
    """The CSS class that marks a model in a figure."""
    if model is results.baseline:
        return "baseline"
    return "champion" if model is results.champion else "other"


def forest(results: Results) -> Figure | None:
    """WER of each model with its interval."""
    models = _measured(results)
    if not models:
        return None
    values = ticks(max(number(model.row, column) or 0 for model in models for column in ("wer", "wer_high")))
    end, bottom, width = values[-1], 16 + ROW * len(models), NARROW - LEFT - RIGHT
    parts: list[Any] = list(axis(LEFT, NARROW - RIGHT, 8, bottom, values))
    for place, model in enumerate(models):
        y = 16 + ROW * (place + 0.5)
        wer = float(model.row["wer"])
        low, high = number(model.row, "wer_low"), number(model.row, "wer_high")
        x = LEFT + width * wer / end
        kind = kind_of(results, model)
        hover = svg.title(f"{model.name}: WER {model.row['wer']}, interval {model.row.get('wer_low')} to"
                          f" {model.row.get('wer_high')}")  # fmt: skip
        marks = [hover]
        if low is not None and high is not None:
            a, b = LEFT + width * low / end, LEFT + width * min(high, end) / end
            marks += [svg.line(a, y, b, y, "whisker"), *(svg.line(at, y - 5, at, y + 5, "whisker") for at in (a, b))]
        if kind == "champion":
            marks.append(svg.tag("path", d=f"M{x:.1f} {y - 8:.1f}l8 8l-8 8l-8 -8z", class_="dot"))
        else:
            marks.append(svg.tag("circle", cx=float(x), cy=float(y), r=6, class_="dot"))
        parts.append(svg.group(marks, class_=kind))
        parts.append(svg.text(LEFT - 12, y + 4, clipped(model.name, 25), "label", "end"))
        parts.append(svg.text(NARROW - RIGHT + 12, y + 4, percent(wer), "value"))
    words = "; ".join(f"{model.name} {percent(number(model.row, 'wer') or 0)}" for model in models[:8])
    confidence = results.config.get("evaluation", {}).get("confidence")
    known = any(model.row.get("wer_low") for model in models)
    note = f" with {percent(confidence, 0)} intervals" if confidence and known else ""
    few = "" if known else " Too few recordings for intervals."
    signs = ["circle: model"]
    signs += ["ring: baseline"] if results.baseline in models else []
    signs += ["diamond: champion"] if any(kind_of(results, model) == "champion" for model in models) else []
    return svg.figure(
        "wer", f"Word error rate{note}", f"All recordings. Lower is better. {capitalized('; '.join(signs))}.{few}",
        (NARROW, bottom + 26), parts, f"{words}.",
    )  # fmt: skip


def composition(results: Results) -> Figure | None:
    """Substitutions, deletions and insertions per reference word of each model."""
    models = [model for model in _measured(results) if number(model.row, "words")]
    if not models:
        return None
    columns = ("substitutions", "deletions", "insertions")
    rates = {
        model.name: [(number(model.row, column) or 0) / (number(model.row, "words") or 1) for column in columns]
        for model in models
    }
    values = ticks(max(map(sum, rates.values())))
    end, top, width = values[-1], 40, NARROW - LEFT - RIGHT
    bottom = top + ROW * len(models)
    parts: list[Any] = list(axis(LEFT, NARROW - RIGHT, top - 8, bottom, values))
    for place, column in enumerate(columns):
        parts += [svg.rect(LEFT + 122 * place, 6, 14, 14, f"kind-{column}"),
                  svg.text(LEFT + 122 * place + 20, 18, column)]  # fmt: skip
    for place, model in enumerate(models):
        y, x = top + ROW * place + 6, float(LEFT)
        for column, rate in zip(columns, rates[model.name], strict=True):
            size = width * rate / end
            hover = svg.title(f"{model.name}: {model.row[column]} {column} ({percent(rate)} of the words)")
            parts.append(svg.rect(x, y, size, ROW - 12, f"kind-{column} bar", hover))
            x += size
        parts.append(svg.text(LEFT - 12, y + 15, clipped(model.name, 25), "label", "end"))
        parts.append(svg.text(NARROW - RIGHT + 12, y + 15, percent(sum(rates[model.name])), "value"))
    words = "; ".join(
        f"{model.name}: " + ", ".join(f"{model.row[column]} {column}" for column in columns) for model in models[:8]
    )
    return svg.figure(
        "errors", "Kinds of errors", "Per word of the references.", (NARROW, bottom + 26), parts, f"{words}."
    )


def generations(results: Results) -> Figure | None:
    """WER, words fixed and broken, and corpus size from generation to generation."""
    models = results.generations
    if len(models) < 2:
        return None
    left, gap = 60, max(64.0, (WIDTH - 100) / len(models))
    width = int(left + gap * len(models) + 20)
    xs = [left + gap * (place + 0.5) for place in range(len(models))]
    parts = [*_wer_panel(models, xs, left, width), *_change_panel(models, xs, left, width),
             *_corpus_panel(models, xs, left, width)]  # fmt: skip
    for x, model in zip(xs, models, strict=True):
        name = "stock" if model is models[0] else model.name.rsplit("-", 1)[1]
        parts.append(svg.text(x, 456, name, "label", "middle"))
    words = "; ".join(
        f"{m.name}: WER {percent(number(m.row, 'wer') or 0)}, {m.row.get('fixed_words') or 0} fixed,"
        f" {m.row.get('broken_words') or 0} broken, {m.row.get('corpus_words') or 0} words of text"
        for m in models
    )
    return svg.figure(
        "generations", "From generation to generation",
        "WER, what each generation changed, and how much text it learned from.", (width, 466), parts,
        f"{words}.",
    )  # fmt: skip


def _wer_panel(models: Sequence[ModelResults], xs: Sequence[float], left: float, width: float) -> Iterator[Any]:
    """The learning curve: WER of the generations and of their controls, on the recordings of the verdicts."""
    top, bottom = 54.0, 174.0  # the first value stands between heading and curve
    heldout = all(m.row.get("scope") == "heldout" for m in models[1:]) and bool(models[0].row.get("heldout_wer"))
    key = "heldout_wer" if heldout else "wer"
    columns = (key, "control_wer") if heldout else (key, "wer_high", "control_wer")
    where = "held-out folders" if heldout else "all recordings"
    controls = [
        (x, value) for x, m in zip(xs, models, strict=True) if (value := number(m.row, "control_wer")) is not None
    ]
    cross = "; cross: control, made the same way from unrelated text" if controls else ""
    yield svg.text(0, 16, f"Word error rate on {where}{cross}", "heading")
    values = ticks(max(number(m.row, column) or 0 for m in models for column in columns), 4)
    end = values[-1]

    def height(value: float) -> float:
        return bottom - (bottom - top) * value / end

    for value in values:
        yield svg.line(left, height(value), width - 10, height(value), "grid")
        yield svg.text(left - 8, height(value) + 4, tick_label(value, end), "tick", "end")
    for x, model in zip(xs, models, strict=True):
        low, high = (number(model.row, column) for column in ("wer_low", "wer_high"))
        if low is not None and high is not None and not heldout:
            yield svg.line(x, height(high), x, height(low), "whisker")
    points = [(x, number(model.row, key) or 0.0) for x, model in zip(xs, models, strict=True)]
    line = svg.coordinates((f"{x:.1f},{height(value):.1f}" for x, value in points), " ")
    yield svg.tag("polyline", points=line, class_="trend")
    for (x, value), model in zip(points, models, strict=True):
        yield svg.tag(
            "circle", svg.title(f"{model.name}: WER {model.row[key]}"), cx=x, cy=height(value), r=5, class_="point"
        )
        yield svg.text(x + 10, height(value) - 8, percent(value), "value")
    for x, value in controls:
        yield from _cross(x, height(value), value)


def _cross(x: float, y: float, wer: float) -> Iterator[Any]:
    """A control and its WER."""
    shape = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
    yield svg.tag("path", svg.title(f"control: WER {wer:.6f}"), d=shape, class_="control")
    yield svg.text(x - 12, y + 4, percent(wer), "tick", "end")


def _change_panel(models: Sequence[ModelResults], xs: Sequence[float], left: float, width: float) -> Iterator[Any]:
    zero, height = 276.0, 42.0
    yield svg.text(0, 210, "Words fixed ▲ and broken ▼ against the stock model", "heading")
    yield svg.line(left, zero, width - 10, zero, "axis")
    end = max([1.0, *(number(m.row, column) or 0 for m in models for column in ("fixed_words", "broken_words"))])
    for x, model in zip(xs, models, strict=True):
        for column, sign in (("fixed_words", -1), ("broken_words", 1)):
            value = number(model.row, column)
            if value is None:
                continue
            size = height * value / end
            hover = svg.title(f"{model.name}: {value:.0f} {column.replace('_', ' ')}")
            yield svg.rect(x - 15, zero - size if sign < 0 else zero, 30, size, column.replace("_", "-"), hover)
            yield svg.text(x, zero + sign * (size + (6 if sign < 0 else 14)), f"{value:,.0f}", "value", "middle")


def _corpus_panel(models: Sequence[ModelResults], xs: Sequence[float], left: float, width: float) -> Iterator[Any]:
    bottom, height = 434.0, 54.0
    yield svg.text(0, 352, "Words of text learned from", "heading")
    yield svg.line(left, bottom, width - 10, bottom, "axis")
    end = max([1.0, *(number(m.row, "corpus_words") or 0 for m in models)])
    for x, model in zip(xs, models, strict=True):
        value = number(model.row, "corpus_words") or 0
        yield svg.rect(x - 15, bottom - height * value / end, 30, height * value / end, "corpus",
                       svg.title(f"{model.name}: {value:,.0f} words"))  # fmt: skip
        yield svg.text(x, bottom - height * value / end - 6, f"{value:,.0f}", "value", "middle")
