"""The leaderboard: one row per model, and one row per model and folder.

Cells are strings, ready for `files.write_table`: rates are fractions with six decimals, and a cell is empty where
something is not known or has no meaning.
"""

from collections.abc import Iterable
from typing import NamedTuple

from clm.evaluation import bootstrap, model_scores
from clm.evaluation.comparison import Evaluation
from clm.evaluation.comparisons import Absence, Comparisons
from clm.evaluation.model_scores import FAILED, FINISHED, INCOMPLETE, Key, ModelScores
from clm.evaluation.summaries import FolderSummary
from clm.reasons import codes, sentences
from clm.reasons.codes import Reason
from clm.results import models
from clm.scoring.folder_score import KINDS

_BOARD = """
rank model engine champion verdict wer wer_low wer_high wer_change p_value scope cer keyword_recall keyword_precision
heldout_wer folders recordings words substitutions deletions insertions mean_folder_wer missed_words fixed_words
broken_words corpus_words created status control control_wer text_change text_p_value
"""
_RUNS = """
model folder recordings words hits substitutions deletions insertions wer cer missed_words fixed_words broken_words
seconds status reason
"""
COLUMNS = tuple(_BOARD.split())
RUN_COLUMNS = tuple(_RUNS.split())

Row = dict[str, str]


class Leaderboard(NamedTuple):
    """Rows of leaderboard.csv and of runs.csv."""

    rows: list[Row]
    runs: list[Row]


def tables(evaluation: Evaluation) -> Leaderboard:
    """The rows of both tables."""
    rows = [_row(evaluation, model) for model in evaluation.models]
    rows.sort(key=lambda row: float(row["wer"]) if _ranks(row) else float("inf"))
    for rank, row in enumerate(filter(_ranks, rows), 1):
        row["rank"] = str(rank)
    runs = [_run(evaluation, model, folder) for model in evaluation.models for folder in evaluation.compared]
    return Leaderboard(rows, runs)


def _row(evaluation: Evaluation, model: ModelScores) -> Row:
    """A row of leaderboard.csv, but for its rank."""
    corpus_words = model.summary.corpus_words
    row = dict.fromkeys(COLUMNS, "") | {
        "model": model.name,
        "engine": model.summary.engine,
        "champion": "yes" if model is evaluation.champion else "",
        "corpus_words": "" if corpus_words is None else str(corpus_words),
        "created": model.summary.created,
        "status": model.status,
    }
    by_folder = {folder: model_scores.total(model, keys).rate for folder, keys in evaluation.compared.items()}
    rates = [rate for rate in by_folder.values() if rate is not None]
    if not rates:
        return row
    keys = evaluation.keys(evaluation.compared)
    units = [unit for key in keys for unit in model_scores.units(key, model, model)]
    low, high = bootstrap.wer_interval(units, **evaluation.settings)
    found = model_scores.keywords(model, keys)
    figures = _figures(evaluation, model, keys)
    del figures["hits"]
    row |= figures | {
        "wer_low": _rate(low),
        "wer_high": _rate(high),
        "keyword_recall": _rate(found.recall),
        "keyword_precision": _rate(found.precision),
        "heldout_wer": _rate(model_scores.total(model, evaluation.keys(evaluation.heldout(model))).rate),
        "folders": str(len(rates)),
        "mean_folder_wer": _rate(sum(rates) / len(rates)),
    }
    return row | _verdict(evaluation, model)


def _run(evaluation: Evaluation, model: ModelScores, folder: str) -> Row:
    """A row of runs.csv; its sums over all folders are those of leaderboard.csv."""
    keys = [(folder, name) for name in evaluation.folders[folder]]
    status = FINISHED if any(key in model.results for key in keys) else FAILED
    if any(key not in model.results and key not in model.failures for key in keys):
        status = INCOMPLETE
    if model.summary.failure:
        status = FAILED
    seconds = model.summary.folders.get(folder, FolderSummary()).seconds
    row = dict.fromkeys(RUN_COLUMNS, "") | {
        "model": model.name,
        "folder": folder,
        "seconds": "" if seconds is None else f"{seconds:.3f}",
        "status": status,
        "reason": sentences.listed((item.reason, item.recordings) for item in absences(evaluation, model, folder)),
    }
    done = [key for key in evaluation.compared[folder] if key in model.results]
    return row | _figures(evaluation, model, done) if done else row


def absences(evaluation: Evaluation, model: ModelScores, folder: str) -> list[Absence]:
    """Reasons why recordings of a folder do not count for a model: those of equal reasons together."""
    keys = [(folder, name) for name in evaluation.folders[folder]]
    why = {key: codes.left_out(evaluation.left_out[key]) for key in keys if key in evaluation.left_out}
    why |= {key: model.failures[key] for key in keys if key in model.failures}
    named: dict[Reason, list[str]] = {}
    for key in keys:
        if key in why:
            named.setdefault(why[key], []).append(key[1])
    found = [Absence(reason, tuple(names)) for reason, names in named.items()]
    return [Absence(model.summary.failure), *found] if model.summary.failure else found


def comparisons(evaluation: Evaluation) -> Comparisons:
    """Content of comparisons.json."""
    found = {
        model.name: {folder: absences(evaluation, model, folder) for folder in evaluation.compared}
        for model in evaluation.models
    }
    return Comparisons(evaluation.comparisons(), evaluation.evaluation.confidence, found)


def _figures(evaluation: Evaluation, model: ModelScores, keys: Iterable[Key]) -> Row:
    """The columns that both tables have."""
    keys = list(keys)
    results = [model.results[key] for key in keys if key in model.results]
    counts, characters = model_scores.total(model, keys), model_scores.total_characters(model, keys)
    missed, fixed, broken = (str(sum(sum(getattr(result, kind).values()) for result in results)) for kind in KINDS)
    unknown = model.name == evaluation.baseline or evaluation.base is None
    return {
        "recordings": str(len(results)),
        "words": str(counts.words),
        "hits": str(counts.hits),
        "substitutions": str(counts.substitutions),
        "deletions": str(counts.deletions),
        "insertions": str(counts.insertions),
        "wer": _rate(counts.rate),
        "cer": _rate(characters.rate),
        "missed_words": missed,
        "fixed_words": "" if unknown else fixed,
        "broken_words": "" if unknown else broken,
    }


def _verdict(evaluation: Evaluation, model: ModelScores) -> Row:
    """Verdict, change, p-value and scope: nothing while the model or the baseline is not complete."""
    if model.status != FINISHED or evaluation.base is None:
        return {}
    if model is evaluation.base:
        return {"verdict": "baseline"}
    comparison = evaluation.versus(model.name, evaluation.baseline)
    if comparison is None:
        return {}
    scope, keys = evaluation.scope(model, evaluation.base)
    before = model_scores.total(evaluation.base, keys).rate
    # A control is no candidate: it takes no part in the correction.
    p_value = comparison.p_value if model.is_control else evaluation.p_values.get((model.name, evaluation.baseline))
    return {
        "verdict": evaluation.verdict(model),
        "wer_change": _rate(comparison.difference / before if before else None),
        "p_value": _rate(p_value),
        "scope": scope,
        **_control(evaluation, model),
    }


def _control(evaluation: Evaluation, model: ModelScores) -> Row:
    """A generation against its control; nothing where it has none."""
    control = evaluation.control(model)
    comparison = evaluation.versus(model.name, control.name) if control else None
    if control is None or comparison is None:
        return {}
    rate = model_scores.total(control, evaluation.scope(model, control)[1]).rate
    return {
        "control": control.name,
        "control_wer": _rate(rate),
        "text_change": _rate(comparison.difference / rate if rate else None),
        "text_p_value": _rate(evaluation.p_values.get((model.name, control.name))),
    }


def _ranks(row: Row) -> bool:
    return row["status"] == FINISHED and row["wer"] != "" and not models.is_control(row["model"])


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
