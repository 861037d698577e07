"""The report for the terminal: the leaderboard, one model, one folder or one word, as data and as plain text.

The data are those of the page: cells of leaderboard.csv and runs.csv as they are, and counts of the same words.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from clm.base.errors import UserError
from clm.base.messages import nearest
from clm.english import words as vocabulary
from clm.reasons.sentences import full
from clm.report import advice, cards, cautions, first_screen
from clm.report.escaping import public, visible
from clm.report.gather import Results
from clm.report.listening import word_totals
from clm.report.listening.alignments import Alignments, Record
from clm.report.tables.table import rate
from clm.scoring.folder_score import KINDS

MOST_WORDS = 12
MOST_PLACES = 12
CONTEXT = 4

View = dict[str, Any]


def board_view(results: Results) -> View:
    """Everything on the leaderboard, the verdict with its figures, warnings, and next steps."""
    judged = first_screen.judge(results)
    return {
        "leaderboard": results.board,
        "verdict": {"model": results.subject.name if results.subject else None, "answer": judged.answer,
                    "sentence": judged.headline, "proof": judged.proof, "sentences": list(judged.sentences)},
        "figures": [asdict(card) for card in cards.cards(results)],
        "warnings": [asdict(found) for found in cautions.warnings(results)],
        "next": [{"what": step.title, "why": public(step.text), "command": step.command}
                 for step in advice.next_steps(results)],
        "problems": results.problems,
    }  # fmt: skip


def model_view(results: Results, name: str) -> View:
    """One model: its row, its folders, its words."""
    model = results.models[_known("model", name, results.models)]
    tokens = word_totals.count(results).tokens.get(name, {})
    return {
        "model": model.row,
        "folders": [{key: value for key, value in row.items() if key != "model"}
                    for row in results.runs if row.get("model") == name],
        **{kind: _frequent(counts) for kind, counts in tokens.items()},
        "keywords": {keyword: {"said": found.reference, "right": found.hits, "false_alarms": found.false_alarms}
                     for keyword, found in model.diagnosis.by_keyword.items()},
    }  # fmt: skip


def folder_view(results: Results, name: str) -> View:
    """One folder: its row with every model, the findings, and every stretch with errors."""
    _known("folder", name, results.folders)
    rows = [{key: value for key, value in row.items() if key != "folder"}
            for row in results.runs if row.get("folder") == name]  # fmt: skip
    findings = {
        model.name: [{**found.as_json(), "sentence": full(found)} for found in model.diagnosis.findings[name]]
        for model in results.models.values()
        if name in model.diagnosis.findings
    }
    recordings = _alignments(results, word_totals.Words()).recordings(name)
    shown = [{"recording": record["name"], "errors": _errors(results, record)} for record in recordings]
    return {"folder": name, "models": rows, "findings": findings, "recordings": shown}


def word_view(results: Results, word: str) -> View:
    """One word: how often it was said, what each model heard, and where."""
    counted = word_totals.count(results)
    where: list[View] = []
    alignments = _alignments(results, counted)
    for folder, records in alignments.folders():
        for record in records:
            said = record["words"].split(" ")
            places = [place for place, one in enumerate(said) if one == word]
            for place in places[: MOST_PLACES - len(where)]:
                heard = {
                    list(results.models)[model]: _heard(stretches, said, place)
                    for model, stretches in record["models"].items()
                }
                context = " ".join(said[max(0, place - CONTEXT) : place + CONTEXT + 1])
                where.append({"folder": folder, "recording": record["name"], "said": context, "heard": heard})
    if not counted.said[word]:
        raise UserError(
            f"word: {word!r} does not occur in the compared references", nearest(word, sorted(counted.said)[:100_000])
        )
    models = {
        name: {kind: tokens[kind][word] for kind in KINDS} | {"right": rate(counted.accuracy(name, word))}
        for name, tokens in counted.tokens.items()
    }
    return {"word": word, "said": counted.said[word], "models": models, "places": where}


def _alignments(results: Results, counted: word_totals.Words) -> Alignments:
    return Alignments(results, counted, (), lambda *_: None)


def _known(kind: str, name: str, names: Iterable[str]) -> str:
    known = list(names)
    if name not in known:
        raise UserError(f"{kind}: there is no {kind} {name!r} in the results", nearest(name, known))
    return name


def _frequent(counts: Any) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _heard(stretches: list[list[Any]], said: list[str], place: int) -> str:
    """Words heard in the place of a word: the word itself where it was heard right."""
    for kind, start, end, text in stretches:
        if kind != "i" and start <= place < end:
            return text.split(" ")[place - start] if kind == "s" else ""
    return said[place]


def _errors(results: Results, record: Record) -> list[View]:
    """Stretches of the reference that some model has wrong, with what each heard there."""
    said, names = record["words"].split(" "), list(results.models)
    errors = [
        {"model": names[model], "kind": kind, "said": " ".join(said[start:end]), "heard": text, "at": start}
        for model, stretches in record["models"].items()
        for kind, start, end, text in stretches
    ]
    return sorted(errors, key=lambda error: (error["at"], names.index(error["model"])))


# -- as text -----------------------------------------------------------------------------------------------------------

_MARKS = {"s": "≠", "d": "−", "i": "+"}


def model_lines(view: View) -> list[str]:
    """One model as text."""
    lines = [*_pairs(view["model"]), ""]
    rows = [{key: row.get(key, "") for key in ("folder", "words", "wer", "fixed_words", "broken_words", "status")}
            for row in view["folders"]]  # fmt: skip
    lines += [*_table(rows), ""]
    for kind in KINDS:
        found = {word: count for word, count in view.get(kind, {}).items() if vocabulary.learnable(word)}
        listed = ", ".join(f"{word} {count}" for word, count in list(found.items())[:MOST_WORDS])
        lines.append(f"{kind.capitalize()}: {listed or 'no word'}{', ...' if len(found) > MOST_WORDS else ''}")
    return lines


def folder_lines(view: View) -> list[str]:
    """One folder as text."""
    rows = [{key: row.get(key, "") for key in ("model", "words", "wer", "substitutions", "deletions", "insertions",
             "fixed_words", "broken_words", "status", "reason")} for row in view["models"]]  # fmt: skip
    lines = [view["folder"], "", *_table(rows)]
    for model, findings in view["findings"].items():
        lines += [f"{model}: {item['sentence']}" for item in findings]
    for recording in view["recordings"]:
        lines += ["", f"{recording['recording']}: ≠ replaced, − left out, + added"]
        wide = max((len(error["model"]) for error in recording["errors"]), default=0)
        for error in recording["errors"]:
            what = f"{error['said'] or '(nothing)'} -> {error['heard'] or '(nothing)'}"
            lines.append(f"{error['at'] + 1:6}  {error['model']:{wide}}  {_MARKS[error['kind']]} {what}")
    return lines


def word_lines(view: View) -> list[str]:
    """One word as text."""
    lines = [f"{view['word']}: said {'once' if view['said'] == 1 else str(view['said']) + ' times'}", ""]
    lines += _table([{"model": name, **{key: str(value) for key, value in counts.items()}}
                     for name, counts in view["models"].items()])  # fmt: skip
    for place in view["places"]:
        lines += ["", f"{place['folder']} ({place['recording']}): {place['said']}"]
        lines += [f"  {model}: {heard or '(left out)'}" for model, heard in place["heard"].items()]
    return lines


def _pairs(row: dict[str, str]) -> list[str]:
    wide = max(map(len, row), default=0)
    return [f"{key:{wide}}  {value}" for key, value in row.items() if value]


def _table(rows: list[dict[str, str]]) -> list[str]:
    if not rows:
        return []
    keys = list(rows[0])
    wide = {key: max(len(key), *(len(str(row[key])) for row in rows)) for key in keys}
    lines = [{key: key for key in keys}, *rows]
    return ["  ".join(str(row[key]).ljust(wide[key]) for key in keys).rstrip() for row in lines]


def printable(lines: Iterable[str]) -> str:
    """Lines for a terminal, without control characters that a transcript may hold."""
    return "".join(f"{visible(line)}\n" for line in lines)
