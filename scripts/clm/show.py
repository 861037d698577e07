"""The leaderboard in the terminal: a small table, the verdict in words, and what needs attention.

Everything reads rows of leaderboard.csv and runs.csv, whose cells are strings. The table is plain ASCII but for what
users named themselves.
"""

from collections.abc import Iterable, Mapping, Sequence

from clm.leaderboard import INCOMPLETE, LEFT_OUT
from clm.significance import NOT_PROVEN

Row = Mapping[str, str]

NAME_WIDTH = 26
MOST_LINES = 20
_HEADINGS = ("#", "model", "WER", "interval", "change", "p", "fixed", "broken", "verdict")
_LEFT_ALIGNED = {"model", "verdict"}


def table(rows: Sequence[Row]) -> str:
    """Models in the order of their rank, less than 100 characters wide; `*` marks the champion.

    >>> row = dict(rank="1", model="m", wer="0.2", wer_low="0.1", wer_high="0.3", wer_change="-0.5", p_value="0.001",
    ...     champion="yes", fixed_words="9", broken_words="1", verdict="better", status="finished")
    >>> print(table([row]))
    #  model    WER       interval   change       p  fixed  broken  verdict
    1  m *    0.200  0.100 - 0.300  -50.0 %  0.0010      9       1  better
    """
    cells = [dict(zip(_HEADINGS, _HEADINGS, strict=True)), *map(_cells, rows)]
    widths = {name: max(len(line[name]) for line in cells) for name in _HEADINGS}

    def padded(name: str, text: str) -> str:
        return text.ljust(widths[name]) if name in _LEFT_ALIGNED else text.rjust(widths[name])

    return "\n".join("  ".join(padded(name, line[name]) for name in _HEADINGS).rstrip() for line in cells)


def sentence(rows: Sequence[Row]) -> str:
    """The verdict in words on the newest complete model and, if that is another one, on the champion."""
    baseline = next((row for row in rows if row["verdict"] == "baseline"), None)
    if baseline is None:
        return "There is no complete baseline yet: nothing can be compared."
    judged = [row for row in rows if row["verdict"] and row is not baseline]
    if not judged:
        return f"{baseline['model']} has a WER of {_figure(baseline['wer'])}; no other model is complete yet."
    newest = max(judged, key=lambda row: (row["created"], row["model"]))
    champion = next((row for row in rows if row["champion"]), baseline)
    lines = [_judgement(newest, baseline)]
    if champion not in (newest, baseline):
        lines.append(f"Champion: {_judgement(champion, baseline)}")
    elif champion is newest:
        lines.append(f"Champion: {champion['model']}.")
    else:
        lines.append(f"Champion: still {champion['model']}.")
    return "\n".join(lines)


def attention(runs: Iterable[Row]) -> list[str]:
    """Say what failed or is unfinished in which models, once for each folder and reason."""
    models: dict[str, list[str]] = {}
    for run in runs:
        reasons = [reason for reason in run["reason"].split("; ") if reason and LEFT_OUT not in reason]
        if run["status"] == INCOMPLETE:
            reasons.append("not finished, run again")
        for reason in reasons:
            models.setdefault(f"{run['folder']}: {reason}", []).append(run["model"])
    lines = [f"{line} ({', '.join(names)})" for line, names in models.items()]
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"... and {more} more: see runs.csv"] if more > 0 else lines


def _cells(row: Row) -> dict[str, str]:
    interval = f"{_figure(row['wer_low'])} - {_figure(row['wer_high'])}" if row["wer_low"] else ""
    name = row["model"] if len(row["model"]) <= NAME_WIDTH else row["model"][: NAME_WIDTH - 2] + ".."
    values = (
        row["rank"],
        name + (" *" if row["champion"] else ""),
        _figure(row["wer"]),
        interval,
        f"{float(row['wer_change']):+.1%}".replace("%", " %") if row["wer_change"] else "",
        f"{float(row['p_value']):.4f}" if row["p_value"] else "",
        row["fixed_words"],
        row["broken_words"],
        row["verdict"] or row["status"],
    )
    return dict(zip(_HEADINGS, values, strict=True))


def _judgement(row: Row, baseline: Row) -> str:
    """How many errors fewer or more, on what, whether it is proven, and what would help if not."""
    heldout = row["scope"] == "heldout"
    after = row["heldout_wer"] if heldout else row["wer"]
    scope = "folders it never learned from" if heldout else f"all {row['recordings']} recordings"
    chance = f"p = {float(row['p_value']):.2g}, " if row["p_value"] else ""
    facts = (
        f"{row['model']} makes {_change(row['wer_change'])} than {baseline['model']}"
        f" (WER {_before(row, after, baseline)} -> {_figure(after)}, {chance}on {scope})"
    )
    if row["verdict"] != NOT_PROVEN:
        return f"{facts}: {row['verdict']}."
    if row["p_value"]:
        return f"{facts}: not proven, it may be chance. More recordings would help."
    needed = f"at least six recordings{' in held-out folders' if heldout else ''} (a long one counts per 1,000 words)"
    return f"{facts}: not proven, too few recordings to tell. What would help: {needed}."


def _before(row: Row, after: str, baseline: Row) -> str:
    """The baseline's WER on the same recordings, which its own row has only for its own scope."""
    if row["wer_change"] and float(row["wer_change"]) > -1:
        return f"{float(after) / (1 + float(row['wer_change'])):.3f}"
    return _figure(baseline["heldout_wer"] if row["scope"] == "heldout" else baseline["wer"])


def _change(change: str) -> str:
    """A relative change in words.

    >>> _change("-0.4312"), _change("0.02"), _change("0.000000")
    ('43 % fewer errors', '2 % more errors', 'as many errors')
    """
    if not change:  # the baseline makes no error
        return "no fewer errors"
    relative = float(change)
    percent = f"{abs(relative):.{0 if abs(relative) >= 0.01 else 1}%}".replace("%", " %")
    if not float(percent.removesuffix(" %")):
        return "as many errors"
    return f"{percent} {'fewer' if relative < 0 else 'more'} errors"


def _figure(rate: str) -> str:
    return f"{float(rate):.3f}" if rate else ""
