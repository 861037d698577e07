"""The tables of every view, from results and counts."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from clm.english import words as vocabulary
from clm.reasons import sentences
from clm.report.escaping import public
from clm.report.gather import ModelResults, Results
from clm.report.leaderboard_text import normalizer_name
from clm.report.listening.word_totals import Example, Words
from clm.report.tables import taught
from clm.report.tables.table import FOLDER, MODEL, WORD, Column, Table, rate, whole
from clm.scoring import folder_score
from clm.scoring.folder_score import KINDS


def all_tables(results: Results, words: Words) -> list[Table]:
    """Every table that has rows, in the order of the page."""
    tables = [
        leaderboard(results), folders(results), *(changed(results, words, kind) for kind in KINDS),
        accuracies(results, words), confusions(results, words), keywords(results), *taught.tables(results, words),
        findings(results), failures(results), settings(results), versions(results),
    ]  # fmt: skip
    return [table for table in tables if table.rows]


def leaderboard(results: Results) -> Table:
    """leaderboard.csv as it is."""
    keys = list(results.board[0]) if results.board else []
    texts = {"model", "engine", "champion", "verdict", "scope", "created", "status"}
    columns = [Column(key, key, "text" if key in texts else "exact") for key in keys]
    rows = [[row.get(key, "") for key in keys] for row in results.board]
    return Table("leaderboard", "leaderboard.csv", "Rates are fractions.", columns, rows)


def folders(results: Results) -> Table:
    """runs.csv with the baseline's WER beside each model's."""
    base = results.baseline.name if results.baseline else ""
    alone = not results.challengers  # a second column of the same figures
    before = {row.get("folder"): row.get("wer", "") for row in results.runs if row.get("model") == base and not alone}
    heldout = set(results.heldout)
    rows = [
        [
            row.get("folder", ""), row["model"], "yes" if row.get("folder") in heldout else "",
            whole(row.get("words", "")), row.get("wer") or None, before.get(row.get("folder")) or None,
            whole(row.get("fixed_words", "")), whole(row.get("broken_words", "")),
            row.get("seconds") or None, row.get("status", ""), public(row.get("reason", "")),
        ]
        for row in results.runs
        if row.get("model")
    ]  # fmt: skip
    columns = [
        FOLDER, MODEL, Column("heldout", "Held out"), Column("words", "Words", "count"), Column("wer", "WER", "rate"),
        Column("baseline_wer", "Baseline", "rate"), Column("fixed", "Fixed", "count"),
        Column("broken", "Broken", "count"), Column("seconds", "Seconds", "figure"), Column("status", "Status"),
        Column("reason", "Reason"),
    ]  # fmt: skip
    note = "Figures are those of runs.csv. A folder opens its alignment."
    return Table("folders", "Folders", note, columns, rows, "model", results.topic)


def changed(results: Results, words: Words, kind: str) -> Table:
    """Missed, fixed or broken words of every model, with an example and what was heard there instead."""
    rows = []
    for model, tokens in words.tokens.items():
        examples = words.examples.get(model, {}).get(kind, {})
        ordered = sorted(tokens[kind].items(), key=lambda item: (not vocabulary.learnable(item[0]), -item[1], item[0]))
        for word, count in ordered:
            common = "" if vocabulary.learnable(word) else "yes"
            place, said, heard, folder, recording = _example(examples.get(word))
            rows.append([
                word, model, heard, place, count, words.said[word] or None, said, folder, recording, common,
            ])  # fmt: skip
    who = results.baseline.name if kind == "fixed" and results.baseline else "the model"
    columns = [
        WORD, MODEL, Column("heard", f"{who[:1].upper()}{who[1:]} heard"), Column("at", "Play", "play"),
        Column("tokens", kind.capitalize(), "count"), Column("said", "Said", "count"),
        Column("reference", "For example, said", "context"), FOLDER, Column("recording", "Recording", "hidden"),
        Column("common", "Common word", "hidden"),
    ]  # fmt: skip
    notes = {
        "missed": "Words of the references that were replaced or left out.",
        "fixed": f"Missed by the baseline, right with the model, at the same place; and what {who} heard there.",
        "broken": "Right with the baseline, missed with the model, at the same place; and what the model heard there.",
    }
    note = notes[kind] + " Every occurrence counts. Common words (function words, numbers, fillers) come last."
    return Table(kind, f"{kind.capitalize()} words", note, columns, rows, "model", results.topic)


def _example(examples: Sequence[Example] | None) -> list[Any]:
    """Cells of the first example: its position, context, what was heard, folder and recording."""
    if not examples:
        return [None, "", "", "", ""]
    (folder, recording, place), said, heard = examples[0]
    return [place + 1, said, heard or "(left out)", folder, recording]


def accuracies(results: Results, words: Words) -> Table:
    """The figures of the scatter: each word that some model missed, with every model's share of right tokens."""
    names = [name for name in results.models if name in words.tokens]
    missed: Counter[str] = Counter()
    for name in names:
        missed.update(words.tokens[name]["missed"].keys())
    chosen = sorted((word for word in missed if words.said[word]), key=lambda word: (-words.said[word], word))
    rows = [[word, words.said[word], *(rate(words.accuracy(name, word)) for name in names)] for word in chosen]
    columns = [WORD, Column("said", "Said", "count"), *(Column(name, name, "rate") for name in names)]
    note = "How often each model has a word right; words that every model always has right are left out."
    return Table("words", "Words, model against model", note, columns, rows)


def confusions(results: Results, words: Words) -> Table:
    """Confusions: words that were heard in place of others."""
    rows = [
        [said, model, heard, count]
        for model, pairs in words.pairs.items()
        for (said, heard), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
        if count > 1 or vocabulary.learnable(said)
    ]
    columns = [WORD, MODEL, Column("heard", "Heard as"), Column("times", "Times", "count")]
    note = "Single confusions of function words and numbers are left out."
    return Table("confusions", "Confusions", note, columns, rows, "model", results.topic)


def keywords(results: Results) -> Table:
    """Recall of every keyword with every model."""
    rows = [
        [keyword, model.name, found.reference, found.hits, found.false_alarms, rate(found.recall)]
        for model in results.models.values()
        for keyword, found in sorted(model.diagnosis.by_keyword.items())
    ]
    columns = [
        Column("keyword", "Keyword"), MODEL, Column("said", "Said", "count"), Column("right", "Heard right", "count"),
        Column("false_alarms", "False alarms", "count"), Column("recall", "Recall", "rate"),
    ]  # fmt: skip
    note = "False alarms: heard where the keyword was not said."
    return Table("keywords", "Keywords", note, columns, rows, "model", results.topic)


def findings(results: Results) -> Table:
    """Findings by folder, with advice."""
    rows = [
        [folder, model.name, *sentences.describe(found)]
        for model in results.models.values()
        for folder, listed in model.diagnosis.findings.items()
        for found in listed
    ]
    columns = [
        FOLDER, MODEL, Column("finding", "What"), Column("detail", "Figures"), Column("next_step", "Next step"),
    ]  # fmt: skip
    note = "Findings from the errors of each folder. They are advice and affect no result."
    return Table("findings", "What the errors point to", note, columns, rows, "model", results.topic)


def failures(results: Results) -> Table:
    """Folders and recordings that were left out or failed."""
    rows = [[name, "", "left out", public(why)] for name, why in results.left_out.items()]
    rows += [
        [row.get("folder", ""), row.get("model", ""), row.get("status", ""), public(row.get("reason", ""))]
        for row in results.runs
        if row.get("reason") or row.get("status") not in ("finished", None)
    ]
    columns = [FOLDER, MODEL, Column("status", "Status"), Column("reason", "Reason")]
    return Table("failures", "Failed, unfinished, left out", "Recordings that do not count, and why.", columns, rows)


def settings(results: Results) -> Table:
    """The configuration, one key per row."""
    rows = [[key, public(value)] for key, value in _flat(results.config)]
    columns = [Column("key", "Key"), Column("value", "Value")]
    note = "Of the run that made this page. Keys that reveal the account are never kept in the results."
    return Table("settings", "Configuration", note, columns, rows)


def _flat(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [pair for key in sorted(value) for pair in _flat(value[key], f"{prefix}.{key}" if prefix else str(key))]
    if isinstance(value, str):
        return [(prefix, value)]
    return [(prefix, "" if value is None else json.dumps(value, ensure_ascii=False))]


def versions(results: Results) -> Table:
    """Versions of programs, digests of models and of their material."""
    rows: list[list[str]] = []
    for model in results.models.values():
        about = model.about
        if about is None:
            rows += [[model.name, name, version] for name, version in _run_versions(results, model)]
            continue
        rows += [[model.name, name, str(version)] for name, version in sorted(about.versions.items())]
        facts = {"digest": about.digest, "recipe": about.recipe, "created": about.created}
        rows += [[model.name, key, str(value)] for key, value in facts.items() if value]
    for model in results.models.values():
        parts = model.summary.folders.values() if model.summary else ()
        used = {normalizer_name(part.normalizer) for part in parts if part.normalizer}
        rows += [[model.name, "normalizer", name] for name in sorted(used)]
    columns = [Column("model", "Of"), Column("what", "What"), Column("version", "Version or digest")]
    return Table("versions", "Versions and digests", "What made these figures.", columns, rows)


def _run_versions(results: Results, model: ModelResults) -> list[tuple[str, str]]:
    for folder in results.folders:
        path = results.directory / "runs" / model.name / folder / "wer.json"
        if path.exists():
            return sorted((name, str(value)) for name, value in folder_score.read(path).versions.items())
    return []
