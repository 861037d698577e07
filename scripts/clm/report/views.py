"""The tables of every view, from what was read and counted."""

import json
from collections import Counter
from typing import Any

from clm import files
from clm import words as vocabulary
from clm.report.gather import ModelResults, Results
from clm.report.tables import Column, Table
from clm.report.text import public
from clm.report.words import KINDS, Words

MODEL = Column("model", "Model", "model")
FOLDER = Column("folder", "Folder", "folder")
WORD = Column("word", "Word", "word")


def all_tables(results: Results, words: Words) -> list[Table]:
    """Every table that has rows, in the order of the page."""
    tables = [
        leaderboard(results), folders(results), *(changed(results, words, kind) for kind in KINDS), accuracies(results, words),
        confusions(results, words), keywords(results), corpus(results), sources(results), lexicon(results, words),
        learned(results), findings(results), leakage(results), failures(results), settings(results), versions(results),
    ]  # fmt: skip
    return [table for table in tables if table.rows]


def _chosen(results: Results) -> str:
    return results.subject.name if results.subject else next(iter(results.models), "")


def rate(value: float | None) -> str | None:
    """A fraction as leaderboard.csv writes it."""
    return None if value is None else f"{value:.6f}"


def whole(text: str) -> int | None:
    """A count from a table, None for an empty cell."""
    return int(text) if text.strip().isdecimal() else None


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
    before = {row.get("folder"): row.get("wer", "") for row in results.runs if row.get("model") == base}
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
    return Table("folders", "Folders", note, columns, rows, "model", _chosen(results))


def changed(results: Results, words: Words, kind: str) -> Table:
    """Missed, fixed or broken words of every model, with an example."""
    rows = []
    for model, tokens in words.tokens.items():
        examples = words.examples.get(model, {}).get(kind, {})
        for word, count in sorted(tokens[kind].items(), key=lambda item: (-item[1], item[0])):
            example = next(iter(examples.get(word, [])), {})
            rows.append(
                [
                    word, model, count, words.said[word] or None, "" if vocabulary.learnable(word) else "yes",
                    example.get("reference", ""), example.get("heard", ""), example.get("folder", ""),
                ]
            )  # fmt: skip
    columns = [
        WORD, MODEL, Column("tokens", kind.capitalize(), "count"), Column("said", "Said", "count"),
        Column("common", "Common word"), Column("reference", "For example, said"), Column("heard", "heard"),
        Column("folder", "in folder", "folder"),
    ]  # fmt: skip
    notes = {
        "missed": "Words of the references that were replaced or left out.",
        "fixed": "Missed by the baseline, right with the model, at the same place.",
        "broken": "Right with the baseline, missed with the model, at the same place.",
    }
    note = notes[kind] + " Counts are tokens; common words are function words, numbers and fillers."
    return Table(kind, f"{kind.capitalize()} words", note, columns, rows, "model", _chosen(results))


def accuracies(results: Results, words: Words) -> Table:
    """The figures of the scatter: each word that some model missed, with every model's share of right tokens."""
    names = [name for name in results.models if name in words.tokens]
    missed: Counter[str] = Counter()
    for name in names:
        missed.update(words.tokens[name]["missed"].keys())
    chosen = sorted((word for word in missed if words.said[word]), key=lambda word: (-words.said[word], word))
    rows = [[word, words.said[word], *(rate(words.accuracy(name, word)) for name in names)] for word in chosen]
    columns = [WORD, Column("said", "Said", "count"), *(Column(name, name, "rate") for name in names)]
    note = "The share of a word's tokens that each model has right; words that all models always have right are left out."
    return Table("words", "Words, model against model", note, columns, rows)


def confusions(results: Results, words: Words) -> Table:
    """What was heard in place of what."""
    rows = [
        [said, model, heard, count]
        for model, pairs in words.pairs.items()
        for (said, heard), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
        if count > 1 or vocabulary.learnable(said)
    ]
    columns = [WORD, MODEL, Column("heard", "Heard as"), Column("times", "Times", "count")]
    note = "Single confusions of function words and numbers are left out."
    return Table("confusions", "Confusions", note, columns, rows, "model", _chosen(results))


def keywords(results: Results) -> Table:
    """Recall of every keyword with every model."""
    rows = [
        [keyword, model.name, counts[0], counts[1], counts[2] - counts[1],
         rate(counts[1] / counts[0] if counts[0] else None)]
        for model in results.models.values()
        for keyword, counts in sorted(model.diagnosis.get("by_keyword", {}).items())
    ]  # fmt: skip
    columns = [
        Column("keyword", "Keyword"), MODEL, Column("said", "Said", "count"), Column("right", "Heard right", "count"),
        Column("false_alarms", "False alarms", "count"), Column("recall", "Recall", "rate"),
    ]  # fmt: skip
    note = "False alarms: heard where the keyword was not said."
    return Table("keywords", "Keywords", note, columns, rows, "model", _chosen(results))


def corpus(results: Results) -> Table:
    """What was found for each keyword and each missed word."""
    parts = [("keywords", results.keyword_statuses)]
    parts += [(model.name, model.statuses) for model in results.models.values()]
    rows = [
        [
            row.get("keyword", ""), part, row.get("status", ""), whole(row.get("articles", "")),
            whole(row.get("words", "")), public(row.get("source", "")),
        ]
        for part, statuses in parts
        for row in statuses
    ]  # fmt: skip
    columns = [
        Column("keyword", "Looked up"), Column("for", "For", "model"), Column("status", "Status"),
        Column("articles", "Articles", "count"), Column("words", "Words", "count"), Column("source", "From", "links"),
    ]  # fmt: skip
    note = "What was found for each keyword, and for each missed word that a generation learned."
    return Table("corpus", "What was looked up", note, columns, rows, "for", rows[0][1] if rows else "")


def sources(results: Results) -> Table:
    """Articles that the text is from."""
    parts = [("keywords", results.keyword_sources)]
    parts += [(model.name, model.sources) for model in results.models.values()]
    rows = [
        [
            row.get("title", ""), part, whole(row.get("words", "")), public(row.get("url", "")),
            row.get("revision", ""), row.get("licence", ""), row.get("note", ""),
        ]
        for part, listed in parts
        for row in listed
    ]  # fmt: skip
    columns = [
        Column("title", "Article"), Column("for", "For", "model"), Column("words", "Words", "count"),
        Column("url", "Address", "links"), Column("revision", "Revision"), Column("licence", "Licence"),
        Column("note", "Note"),
    ]  # fmt: skip
    note = "A note says why an article is not used."
    return Table("sources", "Articles", note, columns, rows, "for", rows[0][1] if rows else "")


def lexicon(results: Results, words: Words) -> Table:
    """Pronunciations of new words: first those of words that are still missed, then the most frequent ones."""
    rows = []
    for model in results.models.values():
        missed = words.tokens[model.name]["missed"] if model.name in words.tokens else Counter()
        listed = [
            [row.get("word", ""), model.name, missed[row.get("word", "")], row.get("phones", ""), row.get("source", ""),
             whole(row.get("rank", "")), whole(row.get("count", ""))]
            for row in model.lexicon
        ]  # fmt: skip
        rows += sorted(listed, key=lambda row: (-row[2], -(row[6] or 0), row[0], row[5] or 0))
    columns = [
        WORD, MODEL, Column("missed", "Missed now", "count"), Column("phones", "Pronunciation"), Column("source", "From"), Column("rank", "Variant", "count"),
        Column("count", "In the text", "count"),
    ]  # fmt: skip
    note = (
        "Guessed pronunciations of words that the stock model does not know. Listen to words that are still missed;"
        " what is wrong goes into a file that pocketsphinx.pronunciations names, and comes before all guesses."
    )
    return Table("lexicon", "Pronunciations to review", note, columns, rows, "model", _chosen(results))


def learned(results: Results) -> Table:
    """Words that each generation learned, from where, and what was tried before."""
    rows = [
        [
            item["word"], model.name, sum(item.get("folders", {}).values()), ", ".join(item.get("folders", {})),
            "; ".join(_attempt(attempt) for attempt in item.get("tried", [])),
            item.get("depth", 0), _still(results, model, item["word"]),
        ]
        for model in results.models.values()
        for item in model.plan.get("words", [])
    ]  # fmt: skip
    columns = [
        WORD, MODEL, Column("missed", "Missed before", "count"), Column("folders", "In folders"),
        Column("tried", "Tried before"), Column("depth", "In vain", "count"), Column("now", "Missed now", "count"),
    ]  # fmt: skip
    chosen = rows[-1][1] if rows else ""
    note = "Why each generation exists: words that were missed in folders that are not held out, and what became of them."
    return Table("learned", "Words learned", note, columns, rows, "model", chosen)


def _attempt(attempt: dict[str, Any]) -> str:
    fixed = "" if attempt.get("fixed") is None else f", fixed {attempt['fixed']} of {attempt.get('of', 0)}"
    return f"{attempt.get('model', '')}: {attempt.get('status') or 'no look-up'}{fixed}"


def _still(results: Results, model: ModelResults, word: str) -> int:
    judged = results.judged.get(model.name)
    found = judged.results.items() if judged else ()
    return sum(result.get("missed", {}).get(word, 0) for key, result in found if key in results.compared)


def findings(results: Results) -> Table:
    """What is wrong with folders, and what to do."""
    rows = [
        [folder, model.name, item.get("finding", ""), item.get("detail", ""), item.get("next_step", "")]
        for model in results.models.values()
        for folder, items in model.diagnosis.get("findings", {}).items()
        for item in items
    ]
    columns = [
        FOLDER, MODEL, Column("finding", "What"), Column("detail", "Figures"), Column("next_step", "Next step"),
    ]  # fmt: skip
    note = "What the errors of each folder point to. These ask for attention and decide nothing."
    return Table("findings", "What the errors point to", note, columns, rows, "model", _chosen(results))


def leakage(results: Results) -> Table:
    """References in the text of models."""
    rows = [
        [
            folder, model.name, "yes" if found.get("leaked") else "", rate(found.get("ngram_share")),
            rate(found.get("sentence_share")), ", ".join(found.get("sources", {})), found.get("example", ""),
        ]
        for model in results.models.values()
        for folder, found in model.leakage.items()
    ]  # fmt: skip
    columns = [
        FOLDER, MODEL, Column("leaked", "Leaked"), Column("ngram_share", "5-grams in the text", "rate"),
        Column("sentence_share", "Sentences in the text", "rate"), Column("sources", "In"),
        Column("example", "For example"),
    ]  # fmt: skip
    note = "Whether the text of a model holds what is spoken: its WER there would say nothing about other recordings."
    return Table("leakage", "Leakage", note, columns, rows, "model", _chosen(results))


def failures(results: Results) -> Table:
    """Folders and recordings that did not make it."""
    rows = [[name, "", "left out", public(why)] for name, why in results.left_out.items()]
    rows += [
        [row.get("folder", ""), row.get("model", ""), row.get("status", ""), public(row.get("reason", ""))]
        for row in results.runs
        if row.get("reason") or row.get("status") not in ("finished", None)
    ]
    columns = [FOLDER, MODEL, Column("status", "Status"), Column("reason", "Reason")]
    return Table("failures", "Failed, unfinished, left out", "Recordings that do not count, and why.", columns, rows)


def settings(results: Results) -> Table:
    """The configuration, a key a line."""
    rows = [[key, public(value)] for key, value in _flat(results.config)]
    columns = [Column("key", "Key"), Column("value", "Value")]
    note = "Of the run that made this page. Keys that tell the account are never kept in the results."
    return Table("settings", "Configuration", note, columns, rows)


def _flat(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [pair for key in sorted(value) for pair in _flat(value[key], f"{prefix}.{key}" if prefix else str(key))]
    if isinstance(value, str):
        return [(prefix, value)]
    return [(prefix, "" if value is None else json.dumps(value, ensure_ascii=False))]


def versions(results: Results) -> Table:
    """Versions of programs, digests of models and of what they were made from."""
    rows: list[list[str]] = []
    for model in results.models.values():
        about = model.about
        rows += [[model.name, name, str(version)] for name, version in sorted(about.get("versions", {}).items())]
        rows += [[model.name, key, str(about[key])] for key in ("digest", "recipe", "created") if about.get(key)]
        if not about:
            rows += [[model.name, name, version] for name, version in _run_versions(results, model)]
    for row in results.runs:
        path = results.directory / "runs" / row.get("model", "") / row.get("folder", "") / "wer.json"
        if row.get("status") == "finished" and path.exists():
            used = files.read_json(path).get("normalizer", {})
            rows.append(["all", "normalizer", " ".join(str(value) for value in used.values())])
            break
    columns = [Column("model", "Of"), Column("what", "What"), Column("version", "Version or digest")]
    return Table("versions", "Versions and digests", "What made these figures.", columns, rows)


def _run_versions(results: Results, model: ModelResults) -> list[tuple[str, str]]:
    for folder in results.folders:
        path = results.directory / "runs" / model.name / folder / "wer.json"
        if path.exists():
            return sorted((name, str(value)) for name, value in files.read_json(path).get("versions", {}).items())
    return []


