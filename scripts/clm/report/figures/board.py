"""The leaderboard on the page: the cells of leaderboard.csv, rounded, with their full values."""

from dataclasses import dataclass
from typing import Any

from clm.report.figures import svg
from clm.report.figures.charts import number
from clm.report.figures.svg import percent, ticks
from clm.report.gather import ModelResults, Results

WIDTH, HEIGHT = 130, 22
#: Key, label, and how a cell is shown; the other columns are details of a row, since all of them would not fit.
COLUMNS = (
    ("rank", "#", "text"), ("model", "Model", "text"), ("verdict", "Verdict", "text"), ("wer", "WER", "rate"),
    ("interval", "Interval", "interval"), ("heldout_wer", "Held out", "rate"), ("wer_change", "Change", "change"),
    ("p_value", "p", "p"), ("keyword_recall", "Keywords", "rate"), ("fixed_words", "Fixed", "count"),
    ("broken_words", "Broken", "count"),
)  # fmt: skip
DETAILS = (
    ("missed_words", "Words missed", "count"), ("cer", "Character error rate", "rate"),
    ("substitutions", "Replaced", "count"), ("deletions", "Left out", "count"), ("insertions", "Added", "count"),
    ("mean_folder_wer", "Mean WER of folders", "rate"), ("keyword_precision", "Keyword precision", "rate"),
    ("folders", "Folders", "count"), ("recordings", "Recordings", "count"), ("words", "Words of references", "count"),
    ("corpus_words", "Words of text", "count"), ("created", "Made", "text"), ("control", "Control", "text"),
    ("control_wer", "WER of the control", "rate"), ("text_change", "Change against it", "change"),
    ("text_p_value", "p against it", "p"),
)  # fmt: skip
TONES = {"better": ("good", "▲"), "worse": ("bad", "▼"), "not proven": ("open", "≈"), "baseline": ("", "○"),
         "control": ("", "◌")}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column that is shown."""

    key: str
    label: str
    number: bool


@dataclass(frozen=True)
class Cell:
    """A cell; `value` is exactly that of leaderboard.csv."""

    key: str
    value: str
    text: str
    number: bool
    label: str = ""


@dataclass(frozen=True)
class Line:
    """A model; `more` are its details, `place` its number from above."""

    place: int
    cells: list[Cell]
    more: list[Cell]
    interval: Any
    champion: bool
    baseline: bool
    leaked: bool
    tone: str
    mark: str


@dataclass(frozen=True)
class Board:
    """The leaderboard."""

    columns: list[Column]
    rows: list[Line]


def board(results: Results) -> Board:
    """The leaderboard, without columns that are empty for every model."""
    used = [
        (key, label, kind)
        for key, label, kind in COLUMNS
        if key in ("model", "verdict") or any(_value(row, key) for row in results.board)
    ]
    ends = [number(row, column) or 0 for row in results.board for column in ("wer", "wer_high")]
    end = ticks(max(ends, default=1.0))[-1]
    lines = [_line(results, place, model, used, end) for place, model in enumerate(results.models.values())]
    return Board([Column(key, label, kind not in ("text", "interval")) for key, label, kind in used], lines)


def _value(row: dict[str, str], key: str) -> str:
    return row.get("wer_low" if key == "interval" else key, "")


def _line(results: Results, place: int, model: ModelResults, columns: list[tuple[str, str, str]], end: float) -> Line:
    row = model.row
    cells = []
    for key, _, kind in columns:
        value = _value(row, key)
        shown = _shown(value, kind)
        if key == "interval" and value:
            shown = f"{percent(float(row['wer_low']))} to {percent(float(row['wer_high']))}"
        if key == "verdict":
            shown = value or row.get("status", "")
        cells.append(Cell(key, value, shown, kind not in ("text", "interval")))
    tone, mark = TONES.get(row.get("verdict", ""), ("open", "…"))
    champion = model is results.champion
    return Line(
        place, cells, _details(row), _interval(row, end), champion, model is results.baseline, model.leaked, tone, mark
    )


def _details(row: dict[str, str]) -> list[Cell]:
    """What is known of a model beside the columns."""
    return [
        Cell(key, row[key], _shown(row[key], kind), kind != "text", label)
        for key, label, kind in DETAILS
        if row.get(key)
    ]


def _shown(value: str, kind: str) -> str:
    """A cell as it is displayed.

    >>> _shown("0.251494", "rate"), _shown("-0.308458", "change"), _shown("0.019356", "p"), _shown("", "rate")
    ('25.1%', '−30.8%', '0.0194', '')
    """
    if not value or kind in ("text", "interval"):
        return value
    figure = float(value)
    match kind:
        case "rate":
            return percent(figure)
        case "change":
            return f"{100 * figure:+.1f}%".replace("-", "−")
        case "p":
            return f"{figure:.4f}" if figure >= 0.0001 else "< 0.0001"
    return f"{int(figure):,}"


def _interval(row: dict[str, str], end: float) -> Any:
    wer, low, high = (number(row, column) for column in ("wer", "wer_low", "wer_high"))
    if wer is None:
        return ""
    scale = (WIDTH - 12) / end
    middle = HEIGHT / 2
    parts = [svg.line(6, middle, WIDTH - 6, middle, "grid")]
    if low is not None and high is not None:
        a, b = 6 + low * scale, 6 + min(high, end) * scale
        parts.append(svg.line(a, middle, b, middle, "whisker"))
        parts += [svg.line(x, middle - 4, x, middle + 4, "whisker") for x in (a, b)]
    parts.append(svg.tag("circle", cx=6 + wer * scale, cy=middle, r=4, class_="dot"))
    return svg.tag("svg", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="interval", aria_hidden="true")
