"""The leaderboard in the terminal: a small table, the verdict in words, and what needs attention.

Everything reads rows of leaderboard.csv and runs.csv, whose cells are strings. The table is plain ASCII but for what
users named themselves.
"""

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from clm.compared import INCOMPLETE
from clm.inputs import some
from clm.leaderboard import LEFT_OUT
from clm.significance import BETTER, NOT_PROVEN

Row = Mapping[str, str]
#: Days by folder.
Days = Mapping[str, Sequence[str]]

NAME_WIDTH = 26
WORDS_PER_HOUR = 9000  # of speech at 150 words a minute
MOST_FINDINGS = 5
MOST_OF_A_KIND = 2
DAYS_APART = 90
#: Engines that are a part of this installation.
LOCAL = ("pocketsphinx",)
#: A CLM that breaks at least this share of the words that it fixes is marked, if it breaks enough of them to tell.
MOST_BROKEN, ENOUGH_BROKEN = 0.5, 5
#: What `clm.diagnosis` finds, the gravest first.
FINDINGS = (
    "text and audio are probably swapped",
    "text and audio hardly fit together",
    "nothing was heard",
    "words are missing from the transcript",
    "words are missing from the reference",
    "the reference is probably not verbatim",
    "domain words are missed again and again",
    "the reference may have typing errors",
)
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
    cells = [dict(zip(_HEADINGS, _HEADINGS, strict=True)), *(_cells(row, doubtful) for row in rows)]
    widths = {name: max(len(line[name]) for line in cells) for name in _HEADINGS}

    def padded(name: str, text: str) -> str:
        return text.ljust(widths[name]) if name in _LEFT_ALIGNED else text.rjust(widths[name])

    return "\n".join("  ".join(padded(name, line[name]) for name in _HEADINGS).rstrip() for line in cells)


def sentence(rows: Sequence[Row], comparisons: Mapping[str, Any] | None = None) -> str:
    """The verdict in words on the newest complete model and, if that is another one, on the champion.

    `comparisons` are the models of comparisons.json; they tell on how many words a verdict stands, and what would help.
    """
    details = {name: found["baseline"] or {} for name, found in (comparisons or {}).items()}
    baseline = next((row for row in rows if row["verdict"] == "baseline"), None)
    if baseline is None:
        return "There is no complete baseline yet: nothing can be compared."
    judged = [row for row in rows if row["verdict"] and row is not baseline]
    if not judged:
        return f"{baseline['model']} has a WER of {_figure(baseline['wer'])}; no other model is complete yet."
    newest = max(judged, key=lambda row: (row["created"], row["model"]))
    champion = next((row for row in rows if row["champion"]), baseline)
    lines = [_judgement(newest, baseline, details.get(newest["model"], {}))]
    if champion not in (newest, baseline):
        best = _judgement(champion, baseline, details.get(champion["model"], {}))
        before = " It was proven when fewer models were compared." if champion["verdict"] == NOT_PROVEN else ""
        lines.append(f"Champion: {best}{before}")
    elif champion is newest:
        before = ", proven when fewer models were compared" if champion["verdict"] == NOT_PROVEN else ""
        lines.append(f"Champion: {champion['model']}{before}.")
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


def _cells(row: Row, doubtful: Collection[str]) -> dict[str, str]:
    interval = f"{_figure(row['wer_low'])} - {_figure(row['wer_high'])}" if row["wer_low"] else ""
    name = row["model"] if len(row["model"]) <= NAME_WIDTH else row["model"][: NAME_WIDTH - 2] + ".."
    values = (
        row["rank"],
        name + (" *" if row["champion"] else "") + (" !" if row["model"] in doubtful else ""),
        _figure(row["wer"]),
        interval,
        f"{float(row['wer_change']):+.1%}".replace("%", " %") if row["wer_change"] else "",
        f"{float(row['p_value']):.4f}" if row["p_value"] else "",
        row["fixed_words"],
        row["broken_words"],
        row["verdict"] or row["status"],
    )
    return dict(zip(_HEADINGS, values, strict=True))


def _judgement(row: Row, baseline: Row, details: Mapping[str, Any]) -> str:
    """How many errors fewer or more, on what, whether it is proven, and what would help if not."""
    heldout = row["scope"] == "heldout"
    after = row["heldout_wer"] if heldout else row["wer"]
    scope = "folders it never learned from" if heldout else f"all {row['recordings']} recordings"
    if details:
        recordings = f"{details['recordings']} recordings, " if heldout else ""
        scope += f" ({recordings}{details['words']:,} words)"
    chance = f"p = {float(row['p_value']):.2g}, " if row["p_value"] else ""
    facts = (
        f"{row['model']} makes {change_in_words(row['wer_change'], baseline['model'])}"
        f" (WER {_figure(wer_before(row, after, baseline))} -> {_figure(after)}, {chance}on {scope})"
    )
    if row["verdict"] != NOT_PROVEN:
        return f"{facts}: {row['verdict']}.{_false_alarms(row, details)}"
    more = more_audio(details)
    if row["p_value"]:
        return f"{facts}: not proven, it may be chance. {corrected(details)}{more or 'More recordings would help.'}"
    needed = f"at least six recordings{' in held-out folders' if heldout else ''} (a long one counts per 1,000 words)"
    return f"{facts}: not proven, too few recordings to tell. What would help: {needed}.{more and f' {more}'}"


def more_audio(details: Mapping[str, Any]) -> str:
    """How much more audio would probably prove the difference that was seen.

    >>> more_audio({"words": 3000, "needed_words": 15345})
    'To prove a difference of this size, about 12,000 more words would probably be needed (1.4 hours of speech).'
    """
    more = (details.get("needed_words") or 0) - details.get("words", 0)
    if more <= 0:
        return ""
    rounded = round(more, 1 - len(str(more))) if more < 10_000 else round(more, 2 - len(str(more)))
    hours = more / WORDS_PER_HOUR
    minutes = max(1, round(60 * hours))
    speech = f"{hours:,.1f} hours" if hours >= 1 else f"{minutes} minute{'s' if minutes > 1 else ''}"
    return (
        f"To prove a difference of this size, about {rounded:,} more words would probably be needed"
        f" ({speech} of speech)."
    )


def corrected(details: Mapping[str, Any]) -> str:
    """Said where the difference would be proven if no other models were compared; empty, or ends with a space.

    >>> corrected({"low": -0.03, "high": -0.01, "p_value": 0.021})
    'Alone it would be proven (p = 0.021), but among several models one is soon better by chance. '
    >>> corrected({"low": -0.03, "high": 0.01, "p_value": 0.2})
    ''
    """
    low, high = details.get("low"), details.get("high")
    if low is None or high is None or low <= 0 <= high:
        return ""
    better = "better" if high < 0 else "worse"
    return (
        f"Alone it would be proven (p = {details['p_value']:.2g}), but among several models one is soon {better} by"
        " chance. "
    )


def _false_alarms(row: Row, details: Mapping[str, Any]) -> str:
    """A warning where a better model hears keywords that nobody said more often than before."""
    now, before = details.get("keyword_false_alarms", (0, 0))
    if row["verdict"] != BETTER or now <= before:
        return ""
    return f" But it hears keywords where none was said: {now} times, {before} before."


def leaks(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Warnings about models whose corpus holds references; `found` has the folders of leakage/<model>.json by model."""
    lines = []
    for model, folders in found.items():
        leaked = [name for name, report in folders.items() if report["leaked"]]
        if leaked:
            sources = sorted({source for name in leaked for source in folders[name]["sources"]})
            names = ", ".join(leaked[:3]) + (f" and {len(leaked) - 3} more" if len(leaked) > 3 else "")
            lines.append(
                f"Warning: the text of {model} ({', '.join(sources)}) holds what is spoken in {names}."
                " Its WER there says nothing about other recordings. Hint: take that text out, or judge it on others."
            )
    return lines


def harm(rows: Iterable[Row], marks: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Warnings about CLMs that forget general speech or break too much of what was right, by model.

    `marks` are what training found about each of them.

    >>> row = dict(model="clm", corpus_words="900", fixed_words="8", broken_words="6")
    >>> harm([row], {})["clm"].partition(" Used")[0]
    'Warning: clm breaks 6 words and fixes 8.'
    """
    found = {}
    for row in rows:
        reasons = [mark.rstrip(".") for mark in marks.get(row["model"], ())]
        fixed, broken = int(row["fixed_words"] or 0), int(row["broken_words"] or 0)
        if row["corpus_words"] and broken >= max(ENOUGH_BROKEN, MOST_BROKEN * fixed):
            reasons.insert(0, f"{row['model']} breaks {broken} words and fixes {fixed}")
        elif reasons:
            reasons[0] = f"{row['model']}: {reasons[0][0].lower()}{reasons[0][1:]}"
        if reasons:
            found[row["model"]] = (
                f"Warning: {'. '.join(reasons)}. Used all the same (its words are under `broken` in wer.json)."
                " Hint: text nearer to what is spoken, or recordings of it as tuning_data"
            )
    return found


def findings(found: Mapping[str, Sequence[Mapping[str, str]]]) -> list[str]:
    """What is wrong with which folder, and the next step: the gravest first, a few of them."""
    ranked = sorted(
        (FINDINGS.index(item["finding"].rpartition(": ")[2]), folder, number)
        for folder, items in found.items()
        for number, item in enumerate(items)
    )
    seen: Counter[int] = Counter()
    lines = []
    for kind, folder, number in ranked:
        seen[kind] += 1
        if seen[kind] <= MOST_OF_A_KIND:
            item = found[folder][number]
            lines.append(
                f"{folder}: {item['finding']} ({item['detail']}). Next: {item['next_step']}".rstrip("?.") + "."
            )
    more = len(ranked) - len(lines[:MOST_FINDINGS])
    return [*lines[:MOST_FINDINGS], f"... and {more} more findings"] if more else lines


def far_apart(rows: Sequence[Row], made: Mapping[str, Days]) -> list[str]:
    """Warnings where transcripts of the baseline and of a challenger were made long after one another.

    `made` has the days (ISO dates) by model and folder. An engine on this machine does not change with time.
    """
    baseline = next((row["model"] for row in rows if row["verdict"] == "baseline"), "")
    base = made.get(baseline, {})
    late: dict[str, list[str]] = {}
    for row in rows:
        for folder, days in made.get(row["model"], {}).items() if row["engine"] not in LOCAL else ():
            if _most_days(days, base.get(folder, ())) > DAYS_APART:
                late.setdefault(row["model"], []).append(folder)
    if not late:
        return []
    where = "; ".join(f"{model} ({some(folders)})" for model, folders in late.items())
    warning = (
        f"Warning: made more than {DAYS_APART} days before or after {baseline}: {where}. The vendor may have changed"
        " its models in between, which is no gain of yours."
    )
    if not baseline.startswith("imported-"):
        warning += " Hint: --config repeat=<folder> transcribes a folder anew (and pays for it)."
    return [warning]


def _most_days(days: Iterable[str], others: Iterable[str]) -> int:
    """Most days between one of these and one of the others; 0 where there are none."""
    dates, more = ([datetime.date.fromisoformat(day) for day in group] for group in (days, others))
    return max((abs((one - other).days) for one in dates for other in more), default=0)


def wer_before(row: Row, after: str, baseline: Row) -> str:
    """The baseline's WER on the same recordings, which its own row has only for its own scope."""
    if row["wer_change"] and float(row["wer_change"]) > -1:
        return str(float(after) / (1 + float(row["wer_change"])))
    return baseline["heldout_wer"] if row["scope"] == "heldout" else baseline["wer"]


def change_in_words(change: str, baseline: str) -> str:
    """A relative change against a baseline in words.

    >>> change_in_words("-0.4312", "stock"), change_in_words("0.000000", "stock")
    ('43 % fewer errors than stock', 'as many errors as stock')
    """
    if not change:  # the baseline makes no error
        return f"no fewer errors than {baseline}"
    relative = float(change)
    percent = f"{abs(relative):.{0 if abs(relative) >= 0.01 else 1}%}".replace("%", " %")
    if not float(percent.removesuffix(" %")):
        return f"as many errors as {baseline}"
    return f"{percent} {'fewer' if relative < 0 else 'more'} errors than {baseline}"


def _figure(rate: str) -> str:
    return f"{float(rate):.3f}" if rate else ""
