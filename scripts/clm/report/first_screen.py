"""The first screen: the verdict in a sentence, the figures behind it, changes, next steps, resources used."""

from dataclasses import dataclass

from clm import engines
from clm.base.errors import UserError
from clm.base.messages import counted
from clm.base.progress import duration
from clm.english import words as vocabulary
from clm.evaluation import verdict_text
from clm.evaluation.bootstrap import NOT_PROVEN
from clm.evaluation.leaderboard import COLUMNS
from clm.evaluation.verdict_text import Verdict
from clm.healing import saturation
from clm.reasons.sentences import capitalized, full, kind
from clm.report import leaderboard_text
from clm.report.escaping import public
from clm.report.figures.charts import number
from clm.report.figures.svg import percent
from clm.report.gather import ModelResults, Results
from clm.report.listening import word_totals
from clm.results import models
from clm.settings import Settings

MOST_STEPS = 5
MOST_WORDS = 8


@dataclass(frozen=True)
class Card:
    """A figure of the first screen: `value` from `before`, with a line of explanation."""

    label: str
    value: str
    before: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Step:
    """A next step; `command` can be copied."""

    title: str
    text: str
    command: str = ""


def judge(results: Results) -> Verdict:
    """The verdict on the model that the report is about."""
    subject, baseline = results.subject, results.baseline
    if baseline is None or subject is None:
        known = baseline or _first_scored(results)
        rate = percent(float(known.row["wer"])) if known else ""
        return verdict_text.no_verdict(known.name if known else "", rate, baseline=baseline is not None)
    rows = [dict.fromkeys(COLUMNS, "") | row for row in results.board]  # one of an older version may lack columns
    row = next(row for row in rows if row["model"] == subject.name)
    custom = bool(models.number(subject.name))
    return verdict_text.verdict(rows, results.comparisons, row, custom=custom, leaked=subject.leaked)


def _first_scored(results: Results) -> ModelResults | None:
    return next((model for model in results.models.values() if model.row.get("wer")), None)


def cards(results: Results) -> list[Card]:
    """The figures behind the verdict."""
    if results.baseline is not None and results.subject is not None:
        return _cards(results, results.subject)
    return _cards(results, results.baseline or _first_scored(results))


def _cards(results: Results, model: ModelResults | None) -> list[Card]:
    if model is None:
        return []
    row = model.row
    baseline = None if results.baseline is None or results.baseline is model else results.baseline.row
    cards = []
    if row.get("wer"):
        low, high = number(row, "wer_low"), number(row, "wer_high")
        interval = f", between {percent(low)} and {percent(high)}" if low is not None and high is not None else ""
        before = percent(float(baseline["wer"])) if baseline else ""
        cards.append(Card("Word error rate", percent(float(row["wer"])), before, f"all recordings{interval}"))
    if baseline and row.get("scope") == "heldout" and row.get("heldout_wer"):
        before = percent(float(verdict_text.wer_before(row, row["heldout_wer"], baseline)))
        text = "folders that it never learned from: the verdict depends on these"
        cards.append(Card("On held-out folders", percent(float(row["heldout_wer"])), before, text))
    if baseline and row.get("fixed_words"):
        broken = int(row["broken_words"] or 0)
        cards.append(Card("Words fixed", f"{int(row['fixed_words']):,}", "", f"and {broken:,} broken"))
    if row.get("keyword_recall"):
        recall = baseline["keyword_recall"] if baseline else ""
        before = percent(float(recall)) if recall else ""
        cards.append(Card("Keywords heard right", percent(float(row["keyword_recall"])), before, "of all occurrences"))
    return cards


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


def next_steps(results: Results) -> list[Step]:
    """Next steps, the most pressing first."""
    steps = [*_trust(results), *_prove(results), *_learn(results), *_mend(results)]
    return steps[:MOST_STEPS]


def _trust(results: Results) -> list[Step]:
    """Steps about figures that cannot be trusted."""
    steps = []
    leaks = leaderboard_text.leaks({model.name: model.leakage for model in results.models.values() if model.leakage})
    steps += [Step("A model has seen the answers", public(capitalized(text))) for text in leaks]
    unfinished = [model.name for model in results.models.values() if model.row.get("status") == "incomplete"]
    if unfinished:
        text = f"{', '.join(unfinished)}: some recordings have no result yet. Finished results are kept."
        steps.append(Step("Finish what is unfinished", text, "snakemake --cores 4"))
    failed = sorted({row.get("folder", "") for row in results.runs if row.get("status") == "failed"})
    if failed:
        names = ", ".join(failed[:3]) + (f" and {len(failed) - 3} more" if len(failed) > 3 else "")
        steps.append(Step("Look at what failed", f"{names}: left out for every model. Reasons are under Warnings."))
    return steps


def _prove(results: Results) -> list[Step]:
    model = results.subject
    if model is None or model.row.get("verdict") != NOT_PROVEN:
        return []
    title = "Add recordings to prove the difference" if model.row.get("p_value") else "Add recordings"
    return [
        Step(
            title,
            capitalized(verdict_text.what_would_help(dict.fromkeys(COLUMNS, "") | model.row, results.comparisons)),
        )
    ]


def _learn(results: Results) -> list[Step]:
    """Steps about learning more from text."""
    config = results.config
    engine = config.get("engine", "")
    if not any(model.row.get("engine") == engine for model in results.models.values()):
        return []
    heldout = config.get("evaluation", {}).get("heldout", [])
    try:
        nothing = (
            saturation.nothing_left(results.directory, results.board, engine, heldout) if heldout != "auto" else ""
        )
    except (UserError, OSError, KeyError):  # results of an older version lack what it reads
        nothing = ""
    if nothing:
        return [Step("Text has little left to teach", nothing)]
    newest = results.generations[-1] if results.generations else None
    judged = results.judged.get(newest.name) if newest else None
    missed = {
        word
        for key, result in (judged.results.items() if judged else ())
        if key[0] not in heldout
        for word in result.missed
        if vocabulary.learnable(word)
    }
    if newest is None or not missed:
        return []
    text = f"{newest.name} still misses {len(missed):,} words worth learning in folders that are not held out."
    return [Step("Heal: train the next generation", text, "snakemake --cores 4 --forcerun heal")]


def _mend(results: Results) -> list[Step]:
    """Advice of the diagnosis, each kind of finding once, the gravest first."""
    model = results.subject or results.baseline
    by_kind = leaderboard_text.by_kind(model.diagnosis.findings if model else {})
    steps = []
    for (folder, finding), *others in by_kind:
        also = f". The same in {counted(len(others), 'more folder')}." if others else "."
        steps.append(Step(capitalized(kind(finding)), full(finding, f"{folder}: ") + also))
    guessed = {row.get("word") for row in model.lexicon} if model else set()
    if model and guessed:
        text = f"{len(guessed):,} words of {model.name} have guessed pronunciations; those still missed come first."
        steps.append(Step("Review pronunciations", text))
    return steps


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
