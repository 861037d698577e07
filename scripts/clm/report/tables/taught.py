"""Tables on the models' training: text and its sources, pronunciations, words learned, leakage."""

from collections import Counter
from typing import Any

from clm.report.escaping import public
from clm.report.gather import ModelResults, Results
from clm.report.listening.word_totals import Words
from clm.report.tables.table import FOLDER, MODEL, WORD, Column, Table, rate, whole
from clm.results.plans import Attempt


def tables(results: Results, words: Words) -> list[Table]:
    """These tables, in the order of the page."""
    return [corpus(results), sources(results), lexicon(results, words), learned(results), leakage(results)]


def corpus(results: Results) -> Table:
    """Text found for each keyword and each missed word."""
    parts = [("keywords", results.keyword_statuses)]
    parts += [(model.name, model.statuses) for model in results.models.values()]
    rows: list[list[Any]] = [
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
    """Articles of the text."""
    parts = [("keywords", results.keyword_sources)]
    parts += [(model.name, model.sources) for model in results.models.values()]
    rows: list[list[Any]] = [
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
        missed: Counter[str] = words.tokens[model.name]["missed"] if model.name in words.tokens else Counter()
        listed: list[list[Any]] = [
            [row.get("word", ""), model.name, missed[row.get("word", "")], row.get("phones", ""), row.get("source", ""),
             whole(row.get("rank", "")), whole(row.get("count", ""))]
            for row in model.lexicon
        ]  # fmt: skip
        rows += sorted(listed, key=lambda row: (-row[2], -(row[6] or 0), row[0], row[5] or 0))
    columns = [
        WORD, MODEL, Column("missed", "Missed now", "count"), Column("phones", "Pronunciation"),
        Column("source", "From"), Column("rank", "Variant", "count"), Column("count", "In the text", "count"),
    ]  # fmt: skip
    note = (
        "Guessed pronunciations of words that the stock model does not know. Listen to words that are still missed;"
        " put corrections into the file that pocketsphinx.pronunciations names; they override all guesses."
    )
    return Table("lexicon", "Pronunciations to review", note, columns, rows, "model", results.topic)


def learned(results: Results) -> Table:
    """Words that each generation learned, their folders, and earlier attempts."""
    rows: list[list[Any]] = [
        [
            item.word, model.name, item.tokens, ", ".join(item.folders), "; ".join(map(_attempt, item.tried)),
            item.depth, _still(results, model, item.word),
        ]
        for model in results.models.values()
        for item in model.plan.words
    ]  # fmt: skip
    columns = [
        WORD, MODEL, Column("missed", "Missed before", "count"), Column("folders", "In folders"),
        Column("tried", "Tried before"), Column("depth", "In vain", "count"), Column("now", "Missed now", "count"),
    ]  # fmt: skip
    chosen = rows[-1][1] if rows else ""
    note = "The reason for each generation: words missed in folders that are not held out, and earlier attempts."
    return Table("learned", "Words learned", note, columns, rows, "model", chosen)


def _attempt(attempt: Attempt) -> str:
    fixed = "" if attempt.fixed is None else f", fixed {attempt.fixed} of {attempt.of}"
    return f"{attempt.model}: {attempt.status or 'no look-up'}{fixed}"


def _still(results: Results, model: ModelResults, word: str) -> int:
    judged = results.judged.get(model.name)
    found = judged.results.items() if judged else ()
    return sum(result.missed.get(word, 0) for key, result in found if key in results.compared)


def leakage(results: Results) -> Table:
    """References in the text of models."""
    rows = [
        [
            folder, model.name, "yes" if found.leaked else "", rate(found.ngram_share), rate(found.sentence_share),
            ", ".join(found.sources), found.example,
        ]
        for model in results.models.values()
        for folder, found in model.leakage.items()
    ]  # fmt: skip
    columns = [
        FOLDER, MODEL, Column("leaked", "Leaked"), Column("ngram_share", "Five-word runs in the text", "rate"),
        Column("sentence_share", "Sentences in the text", "rate"), Column("sources", "In"),
        Column("example", "For example"),
    ]  # fmt: skip
    note = "References found in the text of a model. Its WER there says nothing about other recordings."
    return Table("leakage", "Leakage", note, columns, rows, "model", results.topic)
