"""The verdict in words: how many errors fewer or more, on what, whether it is proven, and what would help if not.

Rows are those of leaderboard.csv, whose cells are strings.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from clm.base.messages import counted
from clm.evaluation.bootstrap import BETTER, NOT_PROVEN

Row = Mapping[str, str]

WORDS_PER_HOUR = 9000  # of speech at 150 words a minute


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
        return f"{baseline['model']} has a WER of {figure(baseline['wer'])}; no other model is complete yet."
    newest = max(judged, key=lambda row: (row["created"], row["model"]))
    champion = next((row for row in rows if row["champion"]), baseline)
    lines = [_judgement(newest, baseline, details.get(newest["model"], {}))]
    if champion not in (newest, baseline):
        best = _judgement(champion, baseline, details.get(champion["model"], {}))
        before = (
            " It became champion when it was proven better than the one before."
            if champion["verdict"] == NOT_PROVEN
            else ""
        )
        lines.append(f"Champion: {best}{before}")
    elif champion is newest:
        lines.append(f"Champion: {champion['model']}.")
    else:
        lines.append(f"Champion: still {champion['model']}.")
    return "\n".join(lines)


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
        f" (WER {figure(wer_before(row, after, baseline))} -> {figure(after)}, {chance}on {scope})"
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
    speech = f"{hours:,.1f} hours" if hours >= 1 else counted(minutes, "minute")
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


def figure(rate: str) -> str:
    """A rate with three decimals."""
    return f"{float(rate):.3f}" if rate else ""
