"""The first screen: the verdict in a sentence, the figures behind it, changes, resources used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clm import engines
from clm.base.errors import UserError
from clm.base.messages import counted, some
from clm.base.progress import duration
from clm.english import words as vocabulary
from clm.evaluation import verdict_text
from clm.evaluation.leaderboard import COLUMNS
from clm.evaluation.verdict_text import Verdict
from clm.report import cautions, scope
from clm.report.figures.charts import number
from clm.report.figures.svg import percent
from clm.report.gather import ModelResults, Results, Row
from clm.report.listening import word_totals
from clm.results import models
from clm.settings import Settings

MOST_WORDS = 8
#: Labels of figures that are also on the one page.
TEXT_DID, JUDGED_ON, MEASURED_ON = "What the text did", "Judged on", "Measured on"


@dataclass(frozen=True)
class Card:
    """A figure of the first screen: `value` from `before`, with a line of explanation."""

    label: str
    value: str
    before: str = ""
    detail: str = ""


def question(results: Results) -> str:
    """The question that the page answers."""
    known = results.baseline or _first_scored(results)
    name = known.name if known else str(results.config.get("engine") or "the recogniser")
    return f"Does a custom language model make {name} better on this audio?"


def judge(results: Results) -> Verdict:
    """The verdict on the model that the report is about."""
    subject, baseline = results.subject, results.baseline
    if baseline is None or subject is None:
        known = baseline or _first_scored(results)
        rate = percent(float(known.row["wer"])) if known else ""
        judged = verdict_text.no_verdict(known.name if known else "", rate, baseline=baseline is not None)
        untrained = next((found for found in cautions.warnings(results) if found.kind == "untrained"), None)
        if baseline is None or untrained is None:
            return judged
        return replace(judged, answer="No custom language model yet", proof=untrained.text)
    rows = [dict.fromkeys(COLUMNS, "") | row for row in results.board]  # one of an older version may lack columns
    row = next(row for row in rows if row["model"] == subject.name)
    custom = bool(models.number(subject.name))
    leaked = [name for name in scope.folders(results, subject) if scope.is_leaked(subject, name)]
    judged = verdict_text.verdict(rows, results.comparisons, row, custom=custom, leaked=bool(leaked))
    return replace(judged, proof=_without_answers(results, subject, leaked)) if leaked else judged


def _without_answers(results: Results, subject: ModelResults, leaked: list[str]) -> str:
    """What is known of a model whose text holds references: its WER on the other folders."""
    text = f"Its text holds what is spoken in {some(leaked)}, so its figures there prove nothing."
    clean = scope.clean(results, subject)
    if clean is None:
        return f"{text} No folder is free of that: judge it on other recordings."
    return (
        f"{text} On the {counted(clean.folders, 'other folder')} its WER is {percent(clean.now)}, before"
        f" {percent(clean.before)} ({counted(clean.words, 'word')})."
    )


def _first_scored(results: Results) -> ModelResults | None:
    return next((model for model in results.models.values() if model.row.get("wer")), None)


def cards(results: Results) -> list[Card]:
    """The figures behind the verdict, those that it depends on first."""
    subject, baseline = results.subject, results.baseline
    model = subject if baseline and subject else baseline or _first_scored(results)
    if model is None:
        return []
    against = None if baseline is None or baseline is model else baseline.row
    found = [*_clean(results, model, against), *_rates(model.row, against)]
    found += _control(model.row, against)
    if against and model.row.get("fixed_words"):
        broken = int(model.row["broken_words"] or 0)
        found.append(
            Card("Words fixed", f"{int(model.row['fixed_words']):,}", "", f"and {broken:,} broken, in all recordings")
        )
    found += _basis(results, model, against)
    if recall := model.row.get("keyword_recall"):
        before = percent(float(against["keyword_recall"])) if against and against.get("keyword_recall") else ""
        found.append(Card("Keywords heard right", percent(float(recall)), before, "of all occurrences"))
    return found


def three(found: Sequence[Card]) -> list[Card]:
    """The figures of the one page: that of the verdict, what the text did (or the next one), and what it stands on."""
    named = {card.label: card for card in found}
    basis = named.get(JUDGED_ON) or named.get(MEASURED_ON)
    second = named.get(TEXT_DID) or (found[1] if len(found) > 1 else None)
    chosen = [*found[:1], second, basis, *found[2:]]
    return list(dict.fromkeys(card for card in chosen if card))[:3]


def _clean(results: Results, model: ModelResults, against: Row | None) -> Iterator[Card]:
    """WER on folders whose words the model's text does not hold, where it holds those of others."""
    if against and any(scope.is_leaked(model, name) for name in scope.folders(results, model)):
        clean = scope.clean(results, model)
        if clean:
            where = f"{counted(clean.folders, 'folder')} whose words its text does not hold"
            yield Card("On clean folders", percent(clean.now), percent(clean.before), where)


def _rates(row: Row, against: Row | None) -> Iterator[Card]:
    """WER on held-out folders, if the verdict depends on them, and on all recordings."""
    if against and row.get("scope") == "heldout" and row.get("heldout_wer"):
        before = percent(float(verdict_text.wer_before(row, row["heldout_wer"], against)))
        text = "word error rate; the verdict depends on it"
        yield Card("On held-out folders", percent(float(row["heldout_wer"])), before, text)
    if row.get("wer"):
        low, high = number(row, "wer_low"), number(row, "wer_high")
        interval = f", between {percent(low)} and {percent(high)}" if low is not None and high is not None else ""
        before = percent(float(against["wer"])) if against else ""
        yield Card("Word error rate", percent(float(row["wer"])), before, f"all recordings{interval}")


def _control(row: Row, against: Row | None) -> Iterator[Card]:
    """The rate of the model's control, from which the text brought it down."""
    rate = row.get("heldout_wer") if row.get("scope") == "heldout" else row.get("wer")
    if against and row.get("control_wer") and rate:
        text = "before: its control, made the same way from unrelated text"
        yield Card(TEXT_DID, percent(float(rate)), percent(float(row["control_wer"])), text)


def _basis(results: Results, model: ModelResults, against: Row | None) -> Iterator[Card]:
    """The speech behind the verdict, or, without one, behind the word error rate."""
    seconds = scope.seconds(results, model)
    details = results.comparisons.with_baseline(model.name) if against else None
    words = details.words if details else int(number(model.row, "words") or 0)
    recordings = details.recordings if details else int(number(model.row, "recordings") or 0)
    if words:
        value = duration(seconds) if seconds else counted(words, "word")
        text = f"{counted(words, 'word')} in {counted(recordings, 'recording')}"
        yield Card(JUDGED_ON if against else MEASURED_ON, value, "", text)


@dataclass(frozen=True)
class Change:
    """Changes between two generations: `gains` and `losses` are (word, missed before, missed now)."""

    older: str
    newer: str
    wer_before: str
    wer_now: str
    missed_before: str
    missed_now: str
    gains: list[tuple[str, int, int]]
    losses: list[tuple[str, int, int]]


def what_changed(results: Results) -> Change | None:
    """Changes of the newest generation against the one before, or against the stock model."""
    if len(results.generations) < 2:
        return None
    older, newer = results.generations[-2:]
    gains, losses = word_totals.changes(results, older.name, newer.name)
    telling = [[item for item in part if vocabulary.learnable(item[0])] for part in (gains, losses)]
    return Change(
        older.name, newer.name, older.row["wer"], newer.row["wer"], older.row.get("missed_words", ""),
        newer.row.get("missed_words", ""), telling[0][:MOST_WORDS], telling[1][:MOST_WORDS],
    )  # fmt: skip


def spent(results: Results) -> list[tuple[str, str]]:
    """Resources used: audio, models, money, as far as they are known."""
    lengths: dict[str, list[float]] = {}
    for row in results.runs:
        seconds = number(row, "seconds")
        if seconds:
            # Every recording of a folder is billed separately; runs.csv has their sum.
            count = max(1, len(results.folders.get(row.get("folder", ""), ())))
            lengths.setdefault(row["model"], []).extend([seconds / count] * count)
    if not lengths:
        return []
    longest = max(sum(part) for part in lengths.values())
    engines_of = {name: model.row.get("engine") for name, model in results.models.items()}
    own = {name: part for name, part in lengths.items() if engines_of.get(name) != "imported"}
    total = sum(sum(part) for part in own.values())
    lines = [("Audio", f"{duration(longest)} in {len(results.folders):,} folders")]
    if total:
        lines.append(("Recognised", f"{duration(total)} with {counted(len(own), 'model')}"))
    try:
        engine = engines.create(Settings.of(results.config))
        estimates = [engine.estimate(part, name) for name, part in own.items() if engines_of.get(name) == engine.name]
    except (UserError, KeyError, TypeError):
        return lines
    cpu = sum(estimate.cpu_seconds for estimate in estimates)
    if cpu:
        lines.append(("Computing", f"about {duration(cpu)} of CPU time, estimated"))
    if engine.submits:
        dollars = sum(estimate.dollars for estimate in estimates)
        date = results.config.get("transcribe", {}).get("prices", {}).get("date", "")
        lines.append(("Cost", f"about ${dollars:,.2f} by transcribe.prices ({date}), trainings not counted"))
    elif estimates:
        lines.append(("Cost", "$0.00: the engine runs on this machine"))
    return lines
