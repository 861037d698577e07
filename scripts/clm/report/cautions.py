"""Warnings: whatever may make the figures untrue, or was left out. The same for page, terminal and JSON."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clm import engines
from clm.audio import audio_sentences
from clm.base.errors import UserError
from clm.base.messages import counted, some
from clm.base.notices import Notice, from_json, to_json
from clm.documents import document_sentences
from clm.reasons.sentences import capitalized, ended, full
from clm.report import leaderboard_text
from clm.report.escaping import public
from clm.report.gather import ModelResults, Results
from clm.results import invocation, models, transcripts
from clm.settings import Settings

#: Details that a text names itself.
_FEW = 2
#: Folders and recordings without a result that a terminal names; the rest is in runs.csv and the report.
_MANY = 20


@dataclass(frozen=True)
class Caution:
    """A warning; `grave` ones stand on the first screen.

    `details` are the single cases where there are several; `command` is what would help, where that is a command.
    """

    kind: str
    text: str
    details: tuple[str, ...] = ()
    grave: bool = True
    command: str = ""

    @property
    def sentence(self) -> str:
        """The warning with its command."""
        return f"{self.text} {self.command}".rstrip()


def warnings(results: Results, notes: Iterable[str] = ()) -> list[Caution]:
    """All warnings, the grave ones first; `notes` are those on making the page."""
    found = [
        *_left_out(results), *_without_result(results), *_untrained(results), *_models(results), *_text(results),
        *_comparability(results),
        *(Caution("results", note, grave=False) for note in (*results.problems, *notes)),
        *_input(results),
    ]  # fmt: skip
    return [replace(item, text=public(item.text), details=tuple(map(public, item.details))) for item in found]


def as_lines(found: Iterable[Caution]) -> Iterator[str]:
    """Warnings for a terminal, a paragraph each, and where the remarks are that change no figure."""
    found = list(found)
    for item in found:
        if item.grave:
            yield f"Warning: {item.sentence}"
            if item.kind in ("left_out", "without_result") and (others := item.details[_FEW:_MANY]):
                yield f"Also: {ended('; '.join(others))}"
    if remarks := sum(not item.grave for item in found):
        yield f"{counted(remarks, 'remark')} on input and results: see Warnings in the report."


def _left_out(results: Results) -> Iterator[Caution]:
    lines = tuple(f"{name}: {why}" for name, why in results.left_out.items())
    if lines:
        number = len(lines)
        are = "is" if number == 1 else "are"
        listed = "; ".join(lines[:_FEW]) + (f"; and {number - _FEW} more" if number > _FEW else "")
        yield Caution("left_out", f"{counted(number, 'input folder')} {are} left out. {ended(listed)}", lines)


def _without_result(results: Results) -> Iterator[Caution]:
    """Recordings that failed or are not finished."""
    runs = [{"status": "", "reason": "", "folder": "", "model": "", **row} for row in results.runs]
    lines = tuple(leaderboard_text.attention(runs, results.comparisons.absences))
    if lines:
        listed = "; ".join(lines[:_FEW]) + (f"; and {len(lines) - _FEW} more" if len(lines) > _FEW else "")
        yield Caution("without_result", f"Recordings without a result do not count. {ended(listed)}", lines)


def _untrained(results: Results) -> Iterator[Caution]:
    """Why there is no custom language model, or no newer one."""
    trained = any(models.number(name) for name in results.models)
    if trained and results.untrained:
        yield Caution("untrained", full(results.untrained, "No newer model: "), grave=False)
    elif not trained and not any(model.row.get("engine") == "imported" for model in results.challengers):
        why = full(results.untrained) if results.untrained else "it has no text to learn from."
        yield Caution("untrained", f"No custom language model was trained: {why}")


def _models(results: Results) -> Iterator[Caution]:
    """Models that failed, have seen the answers, or do harm."""
    for model in results.models.values():
        if model.about and model.about.failed:
            yield Caution("training_failed", f"{model.name}: its training failed: {ended(model.about.failed)}")
    leaks = {model.name: model.leakage for model in results.models.values() if model.leakage}
    yield from (Caution("leak", capitalized(line)) for line in leaderboard_text.leaks(leaks))
    yield from (Caution("mark", line) for line in leaderboard_text.doubts(results.comparisons.marks))
    rows = [{"corpus_words": "", "fixed_words": "", "broken_words": "", **row} for row in results.board]
    marks = {model.name: model.about.flaws for model in results.models.values() if model.about}
    about = results.subject.name if results.subject else ""  # what an older generation did is past
    for name, line in leaderboard_text.harm(rows, marks).items():
        yield Caution("harm", ended(line), grave=name == about)


def _text(results: Results) -> Iterator[Caution]:
    """Keywords and articles that are missing."""
    if results.unusable_keywords:
        yield Caution("keywords", f"The keywords are not used: {ended(results.unusable_keywords)}")
    parts = [("keywords", results.keyword_statuses), *((m.name, m.statuses) for m in results.models.values())]
    for name, rows in parts:
        failed = [row.get("keyword", "") for row in rows if row.get("status") == "error"]
        if failed:
            text = (
                f"Articles for {counted(len(failed), 'look-up')} of {name} could not be fetched: {some(failed)}."
                " Run again, which fetches only these:"
            )
            yield Caution("articles", text, tuple(failed), command=invocation.command(results.command))


def _comparability(results: Results) -> Iterator[Caution]:
    """Figures that cannot be compared with one another."""
    summaries = {model.name: model.summary.folders for model in results.models.values() if model.summary}
    days = {name: {folder: part.made for folder, part in folders.items()} for name, folders in summaries.items()}
    known = all({"verdict", "engine"} <= row.keys() for row in results.board)  # not in an older version
    used = {name: [part.normalizer for part in folders.values()] for name, folders in summaries.items()}
    lines = [
        *(leaderboard_text.far_apart(results.board, days) if known else []),
        *leaderboard_text.mixed_normalizers(used),
    ]
    yield from (Caution("comparability", capitalized(line)) for line in lines)
    if older := _other_recipes(results):
        yield Caution("recipe", f"Trained with a recipe other than this version's: {', '.join(older)}.", grave=False)


def _other_recipes(results: Results) -> list[str]:
    """Models that another version of the training code made."""
    try:
        engine = engines.create(Settings.of(results.config))
    except (UserError, KeyError, TypeError):  # a configuration of another version
        return []
    return [
        model.name
        for model in results.models.values()
        if (about := model.about) and about.engine == engine.name and about.recipe not in (None, engine.recipe)
    ]


def _input(results: Results) -> Iterator[Caution]:
    """How files were read, and what is odd about the audio: each kind of remark once, with its folders."""
    same: dict[str, list[str]] = {}
    for folder, text in [*_file_notices(results), *_audio_notices(results)]:
        same.setdefault(text, []).append(folder)
    for text, folders in same.items():
        names = [name for name in dict.fromkeys(folders) if name]
        where = f" ({'folder' if len(names) == 1 else 'folders'} {some(names)})" if names else ""
        yield Caution(
            "input", ended(f"{capitalized(text)}{where}"), tuple(names) if len(names) > 1 else (), grave=False
        )


def _file_notices(results: Results) -> Iterator[tuple[str, str]]:
    for folder, listed in results.notices.items():
        yield from ((folder, text) for text in _sentences(document_sentences.sentence, listed))


def _audio_notices(results: Results) -> Iterator[tuple[str, str]]:
    """By folder: remarks on its audio, which are the same for every model that heard it."""
    order = [model for model in (results.baseline, *results.models.values()) if model]
    for folder, names in results.folders.items():
        for entry in _heard(results, order, folder):
            about = "" if len(names) == 1 else f"{entry.recording}: "
            yield from ((folder, about + text) for text in _sentences(audio_sentences.sentence, to_json(entry.notices)))


def _heard(results: Results, order: Iterable[ModelResults], folder: str) -> Iterable[transcripts.Entry]:
    for model in order:
        try:
            return transcripts.read(results.directory / "runs" / model.name / folder / "transcript.json").recordings
        except (OSError, UserError, TypeError, ValueError, LookupError):
            continue
    return ()


def _sentences(sentence: Callable[[Notice], str], listed: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Sentences of notices; those of a newer version are left out."""
    for item in listed:
        try:
            yield sentence(*from_json([item]))
        except (LookupError, TypeError, ValueError):
            continue
