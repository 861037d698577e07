"""The first screen: question and verdict in a sentence, changes, resources used."""

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
from clm.report.gather import ModelResults, Results
from clm.report.listening import word_totals
from clm.results import models
from clm.settings import Settings

MOST_WORDS = 8


def question(results: Results) -> str:
    """The question that the page answers."""
    known = results.baseline or results.first_scored
    name = known.name if known else str(results.config.get("engine") or "the recogniser")
    return f"Does a custom language model make {name} better on this audio?"


def judge(results: Results) -> Verdict:
    """The verdict on the model that the report is about."""
    subject, baseline = results.subject, results.baseline
    if baseline is None or subject is None:
        known = baseline or results.first_scored
        rate = percent(float(known.row["wer"])) if known else ""
        judged = verdict_text.no_verdict(known.name if known else "", rate, baseline=baseline is not None)
        untrained = next((found for found in cautions.warnings(results) if found.kind == "untrained"), None)
        if baseline is None or untrained is None:
            return judged
        return replace(judged, answer="No custom language model yet", proof=untrained.text)
    rows = [dict.fromkeys(COLUMNS, "") | row for row in results.board]  # one of an older version may lack columns
    row = next(row for row in rows if row["model"] == subject.name)
    custom = bool(models.number(subject.name))
    leaked = scope.leaked(results, subject)
    judged = verdict_text.verdict(rows, results.comparisons, row, custom=custom, leaked=bool(leaked))
    return _without_answers(results, subject, judged, leaked) if leaked else judged


def _without_answers(results: Results, subject: ModelResults, judged: Verdict, leaked: list[str]) -> Verdict:
    """The verdict on a model whose text holds references: by the folders that are free of that."""
    text = f"Its text holds what is spoken in {some(leaked)}, so its figures there prove nothing."
    clean = scope.clean(results, subject)
    if clean is None or results.baseline is None:
        return replace(judged, proof=f"{text} No folder is free of that: judge it on other recordings.")
    change = f"{clean.now / clean.before - 1:.6f}" if clean.before else ""
    compared = verdict_text.change_in_words(change, results.baseline.name)
    folder = "held-out folder" if scope.on_heldout(subject) else "folder"
    others = counted(len(clean.folders), f"other {folder}")
    free = counted(len(clean.folders), folder)
    headline = f"On the {free} that its text does not hold, {subject.name} makes {compared}."
    proof = (
        f"{text} On the {others} its WER is {percent(clean.now)}, before"
        f" {percent(clean.before)} ({counted(clean.words, 'word')})."
    )
    better = judged.answer != verdict_text.LEAKED or clean.now < clean.before
    answer = judged.answer if better else "Better only where it has seen the answers"
    return replace(judged, answer=answer, headline=headline, proof=proof)


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
    lines = [("Audio", f"{duration(longest)} in {counted(len(results.folders), 'folder')}")]
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
