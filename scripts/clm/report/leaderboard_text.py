"""The leaderboard in the terminal: a small table, and what needs attention.

`clm.evaluation.verdict_text` has the verdict in words.

Everything reads rows of leaderboard.csv and runs.csv, whose cells are strings. The table is plain ASCII but for what
users named themselves.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from clm.base.messages import counted, some
from clm.engines import EMBEDDED
from clm.evaluation.comparison import CONTROL
from clm.evaluation.comparisons import Absences
from clm.evaluation.model_scores import INCOMPLETE
from clm.evaluation.verdict_text import Row, figure
from clm.reasons.codes import Code, Reason
from clm.reasons.sentences import capitalized, ended, full, kind, listed, statement
from clm.results.models import is_control
from clm.scoring.diagnosis import GRAVEST_FIRST
from clm.scoring.leakage import Leakage

#: Days by folder.
Days = Mapping[str, Sequence[str]]

NAME_WIDTH = 26
MOST_FINDINGS = 5
MOST_OF_A_KIND = 2
DAYS_APART = 90
#: A CLM that breaks at least this share of the words that it fixes is marked, if it breaks enough of them to judge.
MOST_BROKEN, ENOUGH_BROKEN = 0.5, 5
MOST_LINES = 20
_HEADINGS = ("#", "model", "WER", "interval", "change", "p", "fixed", "broken", "verdict")
_LEFT_ALIGNED = {"model", "verdict"}


def table(rows: Sequence[Row], doubtful: Collection[str] = ()) -> str:
    """Models in the order of their rank, less than 100 characters wide.

    `*` marks the champion, `!` the doubtful ones, which `leaks` and `harm` say more about.

    >>> row = dict(rank="1", model="m", wer="0.2", wer_low="0.1", wer_high="0.3", wer_change="-0.5", p_value="0.001",
    ...     champion="yes", fixed_words="9", broken_words="1", verdict="better", status="finished")
    >>> print(table([row]))
    #  model    WER       interval   change       p  fixed  broken  verdict
    1  m *    0.200  0.100 - 0.300  -50.0 %  0.0010      9       1  better
    """
    rivals = any(row["verdict"] not in ("", "baseline", CONTROL) for row in rows)  # a baseline alone is no champion
    shown = rows if rivals else [{**row, "champion": ""} for row in rows]
    cells = [dict(zip(_HEADINGS, _HEADINGS, strict=True)), *(_cells(row, doubtful) for row in shown)]
    widths = {name: max(len(line[name]) for line in cells) for name in _HEADINGS}

    def padded(name: str, text: str) -> str:
        return text.ljust(widths[name]) if name in _LEFT_ALIGNED else text.rjust(widths[name])

    return "\n".join("  ".join(padded(name, line[name]) for name in _HEADINGS).rstrip() for line in cells)


def attention(runs: Iterable[Row], absences: Absences | None = None) -> list[str]:
    """Lines on failed and unfinished recordings with their models, one for each folder and reason.

    Reasons are those of comparisons.json; where that has none (None), the cell of runs.csv is shown as it is.
    """
    models: dict[str, list[str]] = {}
    for run in runs:
        reasons = _reasons(run, absences)
        if run["status"] == INCOMPLETE:
            reasons.append("not finished, run again")
        for reason in reasons:
            models.setdefault(f"{run['folder']}: {reason}", []).append(run["model"])
    lines = [f"{line} ({', '.join(names)})" for line, names in models.items()]
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"... and {more:,} more: see runs.csv"] if more > 0 else lines


def _reasons(run: Row, absences: Absences | None) -> list[str]:
    """Failures of one model in one folder, without those that only follow from another model's failure."""
    if absences is None:
        return [run["reason"]] if run["reason"] else []
    found = absences.get(run["model"], {}).get(run["folder"], ())
    return [listed([item]) for item in found if item.reason.code != Code.LEFT_OUT]


def _cells(row: Row, doubtful: Collection[str]) -> dict[str, str]:
    interval = f"{figure(row['wer_low'])} - {figure(row['wer_high'])}" if row["wer_low"] else ""
    name = row["model"] if len(row["model"]) <= NAME_WIDTH else row["model"][: NAME_WIDTH - 2] + ".."
    values = (
        row["rank"],
        name + (" *" if row["champion"] else "") + (" !" if row["model"] in doubtful else ""),
        figure(row["wer"]),
        interval,
        f"{float(row['wer_change']):+.1%}".replace("%", " %") if row["wer_change"] else "",
        f"{float(row['p_value']):.4f}" if row["p_value"] else "",
        row["fixed_words"],
        row["broken_words"],
        row["verdict"] or row["status"],
    )
    return dict(zip(_HEADINGS, values, strict=True))


def leaks(found: Mapping[str, Leakage]) -> list[str]:
    """Sentences about models whose corpus holds references; `found` is leakage/<model>.json by model."""
    lines = []
    for model, folders in found.items():
        leaked = [name for name, report in folders.items() if report.leaked]
        if leaked:
            sources = sorted({source for name in leaked for source in folders[name].sources})
            lines.append(
                f"the text of {model} ({', '.join(sources)}) holds what is spoken in {some(leaked)}."
                " Its WER there says nothing about other recordings. Hint: take that text out, or judge it on others."
            )
    return lines


def harm(rows: Iterable[Row], marks: Mapping[str, Sequence[Reason]]) -> dict[str, str]:
    """Sentences about CLMs that forget general speech or break too much of what was right, by model.

    `marks` are the flaws that training found in each of them.

    >>> row = dict(model="clm", corpus_words="900", fixed_words="8", broken_words="6")
    >>> harm([row], {})["clm"].partition(" It is")[0]
    'clm breaks 6 words and fixes 8.'
    """
    found = {}
    for row in rows:
        if is_control(row["model"]):
            continue
        model, flaws = row["model"], [statement(mark) for mark in marks.get(row["model"], ())]
        fixed, broken = int(row["fixed_words"] or 0), int(row["broken_words"] or 0)
        if row["corpus_words"] and broken >= max(ENOUGH_BROKEN, MOST_BROKEN * fixed):
            lines = [f"{model} breaks {counted(broken, 'word')} and fixes {fixed:,}", *map(capitalized, flaws)]
        else:
            lines = [f"{model}: {flaw}" for flaw in flaws]
        if lines:
            found[model] = (
                f"{' '.join(map(ended, lines))} It is compared all the same; wer.json lists the words as broken_words."
                " Hint: use text nearer to what is spoken, or give transcripts of such speech as tuning_data"
            )
    return found


def doubts(marks: Mapping[str, Sequence[Reason]]) -> list[str]:
    """Reasons to doubt verdicts, by model, as sentences."""
    return [full(mark, f"{model}: ") for model, found in marks.items() for mark in found]


def by_kind(found: Mapping[str, Sequence[Reason]]) -> list[list[tuple[str, Reason]]]:
    """Findings with their folders, those of one kind together, the gravest kind first, then those of other versions."""
    kinds: dict[tuple[int, str], list[tuple[str, Reason]]] = {}
    for folder in sorted(found):
        for finding in found[folder]:
            known = finding.code in GRAVEST_FIRST
            rank = GRAVEST_FIRST.index(finding.code) if known else len(GRAVEST_FIRST)
            kinds.setdefault((rank, "" if known else kind(finding)), []).append((folder, finding))
    return [kinds[key] for key in sorted(kinds)]


def findings(found: Mapping[str, Sequence[Reason]]) -> list[str]:
    """Findings by folder, each with the next step: the gravest first, a few of them."""
    kinds = by_kind(found)
    shown = [item for listed in kinds for item in listed[:MOST_OF_A_KIND]][:MOST_FINDINGS]
    lines = [full(finding, f"{folder}: ") for folder, finding in shown]
    more = sum(map(len, kinds)) - len(lines)
    return [*lines, f"... and {counted(more, 'more finding')}"] if more else lines


def far_apart(rows: Sequence[Row], made: Mapping[str, Days]) -> list[str]:
    """Warnings where transcripts of the baseline and of another model were made long after one another.

    `made` has the days (ISO dates) by model and folder. An engine on this machine does not change with time.
    """
    baseline = next((row["model"] for row in rows if row["verdict"] == "baseline"), "")
    base = made.get(baseline, {})
    late: dict[str, list[str]] = {}
    for row in rows:
        for folder, days in made.get(row["model"], {}).items() if row["engine"] not in EMBEDDED else ():
            if _most_days(days, base.get(folder, ())) > DAYS_APART:
                late.setdefault(row["model"], []).append(folder)
    if not late:
        return []
    where = "; ".join(f"{model} ({some(folders)})" for model, folders in late.items())
    warning = (
        f"made more than {DAYS_APART} days before or after {baseline}: {where}. The vendor may have changed"
        " its models in between, which would not be your gain."
    )
    if not baseline.startswith("imported-"):
        warning += " Hint: --config repeat=<folder> transcribes a folder again (and pays for it)."
    return [warning]


def mixed_normalizers(used: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[str]:
    """Warning where scores come from different normalizers, or versions of one; `used` by model.

    >>> used = {name: [{"profile": "basic", "version": version}] for name, version in (("a", 2), ("b", 1))}
    >>> mixed_normalizers(used)[0].partition(" Rates")[0]
    'scored by different normalizers: basic 2 (a); basic 1 (b).'
    """
    models: dict[str, list[str]] = {}
    for model, normalizers in used.items():
        for name in sorted({normalizer_name(normalizer) for normalizer in normalizers if normalizer}):
            models.setdefault(name, []).append(model)
    if len(models) < 2:
        return []
    where = "; ".join(f"{name} ({some(found)})" for name, found in models.items())
    return [
        f"scored by different normalizers: {where}. Rates of different normalizers cannot be compared."
        " Hint: run once with each engine on all folders; that scores again without transcribing."
    ]


def normalizer_name(used: Mapping[str, Any]) -> str:
    """Profile, version and settings of a normalizer as wer.json records it.

    >>> normalizer_name({"profile": "basic", "version": 2, "without": ["drop_fillers"]})
    'basic 2 without drop_fillers'
    """
    without = f" without {', '.join(used['without'])}" if used.get("without") else ""
    equal = f" with equivalents {used['equivalents'][:8]}" if used.get("equivalents") else ""
    return f"{used.get('profile')} {used.get('version')}{without}{equal}"


def _most_days(days: Iterable[str], others: Iterable[str]) -> int:
    """Most days between one of these and one of the others; 0 where there are none."""
    dates, more = ([datetime.date.fromisoformat(day) for day in group] for group in (days, others))
    return max((abs((one - other).days) for one in dates for other in more), default=0)
