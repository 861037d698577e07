"""The verdict in words, for terminal, report and JSON alike: its size, its scope, its proof, and what would help.

Rows are those of leaderboard.csv, whose cells are strings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clm.base.messages import counted
from clm.english.numbers import spell
from clm.evaluation.bootstrap import BETTER, NOT_PROVEN, WORSE
from clm.evaluation.comparison import CONTROL
from clm.evaluation.comparisons import Comparisons, Difference
from clm.reasons.codes import Code
from clm.reasons.sentences import capitalized, ended, full
from clm.results import models

Row = Mapping[str, str]

LEAKED = "Better, but it has seen the answers"
WORDS_PER_HOUR = 9000  # of speech at 150 words a minute
_UNKNOWN = Difference()
#: Answers where fewer errors than the baseline's are proven, and the model is not better all the same.
_NOT_BETTER: Mapping[str, str] = {
    Code.CONTROL_DOES_AS_WELL: "No: unrelated text does as well",
    Code.BREAKS_WORDS: "No: it breaks as many words as it fixes",
    Code.FEW_WORDS: "Not proven: it has too little text",
}


@dataclass(frozen=True)
class Verdict:
    """The verdict on one model.

    `tone` is good, bad, open or none; `answer` is a few words, `headline` a sentence, `proof` its certainty and the
    recordings behind it; `sentences` are those of the terminal, on the newest model and on the champion.
    """

    tone: str
    answer: str
    headline: str
    proof: str
    sentences: tuple[str, ...] = ()


def verdict(rows: Sequence[Row], comparisons: Comparisons, subject: Row, *, custom: bool, leaked: bool) -> Verdict:
    """The verdict on a complete model.

    Args:
        rows: of the leaderboard, with a complete baseline.
        comparisons: the statistics behind them.
        subject: the row of the model.
        custom: whether it is a custom language model.
        leaked: whether its text holds what is spoken in the recordings.

    """
    baseline = next(row for row in rows if row["verdict"] == "baseline")
    found = subject["verdict"]
    answer = {
        BETTER: "Yes: the custom language model pays off" if custom else "Better, and proven",
        WORSE: "No: it makes things worse" if custom else "Worse, and proven",
        NOT_PROVEN: "Not proven yet",
    }.get(found, found)
    details = comparisons.with_baseline(subject["model"])
    if found == NOT_PROVEN and details and details.why:
        answer = _NOT_BETTER.get(details.why.code, answer)
    tone = {BETTER: "good", WORSE: "bad"}.get(found, "open")
    if found == BETTER and leaked:
        tone, answer = "open", LEAKED
    control = (
        f"{_joint(subject)}{change_in_words(subject['text_change'], 'its control')}" if subject.get("control") else ""
    )
    headline = f"{subject['model']} makes {change_in_words(subject['wer_change'], baseline['model'])}{control}."
    proof = _proof(subject, baseline, details)
    return Verdict(tone, answer, headline, proof, tuple(sentences(rows, comparisons)))


def _joint(row: Row) -> str:
    """The word between a change against the baseline and that against the control, which may go the other way."""
    opposed = float(row["wer_change"] or 0) < 0 <= float(row["text_change"] or 0)
    return ", but " if opposed else ", and "


def _than_control(row: Row) -> str:
    """Change against the model's control in words."""
    return change_in_words(row["text_change"], f"{row['control']}, made the same way from unrelated text")


def no_verdict(known: str, rate: str, *, baseline: bool) -> Verdict:
    """The verdict where nothing can be compared; `known` is a model with results, or empty, and `rate` its WER."""
    headline = f"{known} has a word error rate of {rate}." if known else "No model has results yet."
    proof = (
        "No other model is complete yet, so nothing can be compared."
        if known and baseline
        else "There is no complete baseline: see what failed or is unfinished below."
    )
    return Verdict("none", "No verdict yet", headline, proof)


def sentences(rows: Sequence[Row], comparisons: Comparisons) -> list[str]:
    """The verdict on the newest complete model and, if that is another one, on the champion."""
    baseline = next((row for row in rows if row["verdict"] == "baseline"), None)
    if baseline is None:
        return ["There is no complete baseline yet: nothing can be compared."]
    judged = [row for row in rows if row["verdict"] not in ("", CONTROL) and row is not baseline]
    if not judged:
        return [f"{baseline['model']} has a WER of {figure(baseline['wer'])}; no other model is complete yet."]
    newest = max(judged, key=lambda row: (row["created"], row["model"]))
    champion = next((row for row in rows if row["champion"]), baseline)
    lines = [_judgement(newest, baseline, comparisons)]
    if champion not in (newest, baseline):
        best = _judgement(champion, baseline, comparisons)
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
    return lines


def _judgement(row: Row, baseline: Row, comparisons: Comparisons) -> str:
    """Change in errors, the data it was measured on, whether it is proven, and what would help if not."""
    details = comparisons.with_baseline(row["model"])
    heldout = row["scope"] == "heldout"
    after = row["heldout_wer"] if heldout else row["wer"]
    number = int(row["recordings"] or 0)
    everything = "one recording" if number == 1 else f"all {_recordings(number)}"
    scope = "folders it never learned from" if heldout else everything
    if details:
        recordings = f"{_recordings(details.recordings)}, " if heldout else ""
        scope += f" ({recordings}{counted(details.words, 'word')})"
    chance = f"p = {float(row['p_value']):.2g}, " if row["p_value"] else ""
    facts = (
        f"{row['model']} makes {change_in_words(row['wer_change'], baseline['model'])}"
        f" (WER {figure(wer_before(row, after, baseline))} -> {figure(after)}, {chance}on {scope})"
    )
    facts += _against_control(row, after)
    if row["verdict"] != NOT_PROVEN:
        return f"{facts}: {row['verdict']}.{not_separated(row)}{_false_alarms(row, details)}"
    if details and details.why:
        return f"{facts}: not proven: {ended(full(details.why))}"
    if row["p_value"]:
        return f"{facts}: not proven, it may be chance. {corrected(details)}{what_would_help(row, comparisons)}"
    return f"{facts}: not proven, too few recordings to tell. What would help: {what_would_help(row, comparisons)}"


def _against_control(row: Row, after: str) -> str:
    """Change against the model's control, as part of a sentence; empty where it has none."""
    if not row.get("control"):
        return ""
    chance = f", p = {float(row['text_p_value']):.2g}" if row["text_p_value"] else ""
    return f"{_joint(row)}{_than_control(row)} (WER {figure(row['control_wer'])} -> {figure(after)}{chance})"


def not_separated(row: Row) -> str:
    """Remark on a better CLM that has no control; empty, or begins with a space."""
    if row["verdict"] != BETTER or row.get("control") or not models.number(row["model"]):
        return ""
    return " It has no control: the gain has not been separated from the procedure."


def what_would_help(row: Row, comparisons: Comparisons) -> str:
    """Advice on how to prove the difference of a model whose verdict is open."""
    if row["wer_change"] and float(row["wer_change"]) >= 0:
        return "Text nearer to what is spoken would help, not more recordings: there is no gain to prove."
    more = more_audio(comparisons.with_baseline(row["model"]))
    if row["p_value"]:
        return more or "More recordings would help."
    fewest = comparisons.fewest_units
    number = spell(str(fewest)) if fewest < 10 else str(fewest)
    where = " in held-out folders" if row["scope"] == "heldout" else ""
    needed = f"at least {number} recordings{where} (a long one counts per 1,000 words)."
    return f"{needed} {more}".rstrip()


def _proof(row: Row, baseline: Row, details: Difference | None) -> str:
    """Certainty of a verdict, and the data behind it."""
    where = "recordings it never learned from" if row["scope"] == "heldout" else "all recordings"
    size = f" ({_recordings(details.recordings)}, {counted(details.words, 'word')})" if details else ""
    if not row["p_value"] and details:
        held = " that it never learned from" if row["scope"] == "heldout" else ""
        words = f"{counted(details.words, 'word')} in {_recordings(details.recordings)}{held}"
        why = f"{ended(capitalized(full(details.why)))} " if details.why else ""
        return f"{why}It may be chance: {words} are too few to tell."
    chance = f"p = {float(row['p_value']):.2g}" if row["p_value"] else "too few recordings for a p-value"
    if row["verdict"] == NOT_PROVEN and details and details.why:
        return f"{ended(capitalized(full(details.why)))} Against {baseline['model']}: {chance}, on {where}{size}."
    if row["verdict"] == NOT_PROVEN:
        more = corrected(details) + more_audio(details) if row["p_value"] else ""
        if row.get("text_change") and float(row["text_change"]) >= 0 > float(row["wer_change"] or 0):
            more = f"A model made the same way from unrelated text does as well ({row['control']})."
        return f"It may be chance: {chance}, on {where}{size}. {more}".strip()
    control = f", and {float(row['text_p_value']):.2g} against {row['control']}" if row.get("text_p_value") else ""
    return f"Proven: {chance}{control}, on {where}{size}.{not_separated(row)}"


def _recordings(number: int) -> str:
    return counted(number, "recording")


def more_audio(details: Difference | None) -> str:
    """Amount of audio that would probably prove the difference that was seen.

    Empty where the difference is against the model: no amount of audio would speak for it.

    >>> more_audio(Difference(words=3000, needed_words=15345, difference=-0.01))
    'To prove a difference of this size, about 12,000 more words would probably be needed (1.4 hours of speech).'
    """
    details = details or _UNKNOWN
    more = (details.needed_words or 0) - details.words
    if more <= 0 or details.difference > 0:
        return ""
    rounded = round(more, 1 - len(str(more))) if more < 10_000 else round(more, 2 - len(str(more)))
    hours = more / WORDS_PER_HOUR
    minutes = max(1, round(60 * hours))
    speech = f"{hours:,.1f} hours" if hours >= 1 else counted(minutes, "minute")
    return (
        f"To prove a difference of this size, about {counted(rounded, 'more word')} would probably be needed"
        f" ({speech} of speech)."
    )


def corrected(details: Difference | None) -> str:
    """Remark where the difference would be proven if no other models were compared; empty, or ends with a space.

    >>> corrected(Difference(low=-0.03, high=-0.01, p_value=0.021))
    'Alone it would be proven (p = 0.021), but among several models one is soon better by chance. '
    >>> corrected(Difference(low=-0.03, high=0.01, p_value=0.2))
    ''
    """
    details = details or _UNKNOWN
    low, high = details.low, details.high
    if low is None or high is None or details.p_value is None or low <= 0 <= high:
        return ""
    better = "better" if high < 0 else "worse"
    return (
        f"Alone it would be proven (p = {details.p_value:.2g}), but among several models one is soon {better} by"
        " chance. "
    )


def _false_alarms(row: Row, details: Difference | None) -> str:
    """A warning where a better model hears keywords that nobody said more often than before."""
    now, before = details.keyword_false_alarms if details else (0, 0)
    if row["verdict"] != BETTER or now <= before:
        return ""
    return f" But it hears keywords where none was said: {counted(now, 'time')}, {before:,} before."


def wer_before(row: Row, after: str, baseline: Row) -> str:
    """The baseline's WER on the same recordings, which its own row has only for its own scope."""
    if row["wer_change"] and float(row["wer_change"]) > -1:
        return str(float(after) / (1 + float(row["wer_change"])))
    return baseline["heldout_wer"] if row["scope"] == "heldout" else baseline["wer"]


def change_in_words(change: str, baseline: str) -> str:
    """A relative change against a baseline in words.

    >>> change_in_words("-0.4312", "stock"), change_in_words("0.000000", "stock")
    ('43% fewer errors than stock', 'as many errors as stock')
    """
    if not change:  # the baseline makes no error
        return f"no fewer errors than {baseline}"
    relative = float(change)
    digits = 0 if abs(relative) >= 0.01 else 1
    if not round(100 * abs(relative), digits):
        return f"as many errors as {baseline}"
    return f"{abs(relative):.{digits}%} {'fewer' if relative < 0 else 'more'} errors than {baseline}"


def figure(rate: str) -> str:
    """A rate with three decimals."""
    return f"{float(rate):.3f}" if rate else ""
