"""The figures behind the verdict, each with the recordings that it is of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from clm.base.messages import counted
from clm.base.progress import duration
from clm.evaluation import verdict_text
from clm.evaluation.bootstrap import Interval
from clm.report import scope
from clm.report.figures.charts import number
from clm.report.figures.svg import percent
from clm.report.gather import ModelResults, Results
from clm.report.scope import Clean

#: Labels of figures that are also on the one page.
RATE, AGAINST_CONTROL, JUDGED_ON, MEASURED_ON = "Word error rate", "Against unrelated text", "Judged on", "Measured on"


@dataclass(frozen=True)
class Card:
    """A figure of the first screen: `value` from `before`, with a line of explanation and the recordings it is of."""

    label: str
    value: str
    before: str = ""
    detail: str = ""
    scope: str = ""


def cards(results: Results) -> list[Card]:
    """The figures behind the verdict: those that it depends on first, then those of all recordings."""
    subject, baseline = results.subject, results.baseline
    model = subject if baseline and subject else baseline or results.first_scored
    if model is None:
        return []
    against = None if baseline is None or baseline is model else baseline
    clean = scope.clean(results, model) if against and scope.leaked(results, model) else None
    decisive: list[Card] = []
    if clean:
        decisive = list(_clean(results, model, clean))
    elif against and scope.on_heldout(model) and model.row.get("heldout_wer"):
        decisive = list(_heldout(results, model, against))
    return [*decisive, *_all(results, model, against, alone=not decisive)]


def groups(found: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """Cards by the recordings that they are of."""
    return [(name, list(part)) for name, part in groupby(found, key=lambda card: card.scope)]


def three(found: Sequence[Card]) -> list[Card]:
    """The figures of the one page: that of the verdict, what the text did (or the next one), and what it stands on."""
    basis = [card for card in found if card.label in (JUDGED_ON, MEASURED_ON)]
    control = [card for card in found if card.label == AGAINST_CONTROL]
    chosen = list(dict.fromkeys([*found[:1], *basis, *control, *found]))[:3]
    return [card for card in found if card in chosen]


def _clean(results: Results, model: ModelResults, clean: Clean) -> Iterator[Card]:
    """Figures of the folders whose words the model's text does not hold, where it holds those of others."""
    recording = "held-out recording" if scope.on_heldout(model) else "recording"
    where = f"{counted(len(clean.keys), recording)} that the text of the model does not hold"
    limits = scope.interval(results, model, clean.keys)
    yield Card(RATE, percent(clean.now), percent(clean.before), _range(limits), where)
    yield _basis(JUDGED_ON, scope.seconds(results, model, clean.folders), clean.words, len(clean.keys), where)


def _heldout(results: Results, model: ModelResults, against: ModelResults) -> Iterator[Card]:
    """Figures of the held-out recordings, which the verdict depends on."""
    folders = scope.folders(results, model)
    keys = scope.recordings(results, folders)
    where = f"{counted(len(keys), 'held-out recording')} that the model never learned from: the verdict depends on them"
    before = percent(float(verdict_text.wer_before(model.row, model.row["heldout_wer"], against.row)))
    rate = percent(float(model.row["heldout_wer"]))
    yield Card(RATE, rate, before, _range(scope.interval(results, model, keys)), where)
    yield from _control(model, rate, where)
    details = results.comparisons.with_baseline(model.name)
    if details and details.words:
        yield _basis(JUDGED_ON, scope.seconds(results, model, folders), details.words, details.recordings, where)


def _all(results: Results, model: ModelResults, against: ModelResults | None, *, alone: bool) -> Iterator[Card]:
    """Figures of all compared recordings; `alone` if the verdict depends on them."""
    row = model.row
    if not row.get("wer"):
        return
    number_of = int(number(row, "recordings") or 0)
    where = "the one recording" if number_of == 1 else f"all {counted(number_of, 'recording')}"
    if against and scope.leaked(results, model):
        where += ", also those that the text of the model holds"
    elif against and alone:
        where += ": the verdict depends on them" if number_of != 1 else ""
    rate = percent(float(row["wer"]))
    limits = Interval(number(row, "wer_low"), number(row, "wer_high"))
    yield Card(RATE, rate, percent(float(against.row["wer"])) if against else "", _range(limits), where)
    if against and alone:
        yield from _control(model, rate, where)
    if alone and (words := int(number(row, "words") or 0)):
        seconds = scope.seconds(results, model, results.folders)
        yield _basis(JUDGED_ON if against else MEASURED_ON, seconds, words, number_of, where)
    if against and row.get("fixed_words"):
        broken = int(row["broken_words"] or 0)
        yield Card("Words fixed", f"{int(row['fixed_words']):,}", "", f"and {broken:,} broken", where)
    if recall := row.get("keyword_recall"):
        before = percent(float(against.row["keyword_recall"])) if against and against.row.get("keyword_recall") else ""
        said = sum(found.reference for found in model.diagnosis.by_keyword.values())
        times = f"of the {counted(said, 'time')} that they were said" if said else "of all occurrences"
        yield Card("Keywords heard right", percent(float(recall)), before, times, where)


def _control(model: ModelResults, rate: str, where: str) -> Iterator[Card]:
    """The rate of the model's control, from which the text brought it down."""
    if before := model.row.get("control_wer"):
        yield Card(AGAINST_CONTROL, rate, percent(float(before)), "first: its control", where)


def _basis(label: str, seconds: float, words: int, number_of: int, where: str) -> Card:
    """The speech behind a figure."""
    value = duration(seconds) if seconds else counted(words, "word")
    return Card(label, value, "", f"{counted(words, 'word')} in {counted(number_of, 'recording')}", where)


def _range(limits: Interval) -> str:
    """The confidence interval of a rate in words."""
    low, high = limits
    if low is None or high is None:
        return "too few recordings for a range"
    return f"between {percent(low)} and {percent(high)}"
