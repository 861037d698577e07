"""What to do next, in the order of cause: wrong input, no gain, words still missed, too little audio."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clm.base.errors import UserError
from clm.base.messages import counted, some
from clm.corpus import report_card
from clm.corpus.report_card import ReportCard
from clm.english import words as vocabulary
from clm.evaluation import verdict_text
from clm.evaluation.bootstrap import BETTER, NOT_PROVEN, WORSE
from clm.evaluation.leaderboard import COLUMNS
from clm.healing import saturation
from clm.reasons.codes import Code, Reason
from clm.reasons.sentences import capitalized, describe, ended, kind
from clm.report import leaderboard_text
from clm.report.figures.charts import number
from clm.report.gather import ModelResults, Results
from clm.results import invocation, models

MOST_STEPS = 5
#: Findings that say that a text and its audio do not belong together.
WRONG_INPUT = (
    Code.SWAPPED, Code.MISMATCH, Code.NOTHING_HEARD, Code.MISSING_IN_TRANSCRIPT, Code.MISSING_IN_REFERENCE,
)  # fmt: skip
#: Share of the missed words from which a text had what it takes, and something else is the matter.
COVERS_ENOUGH = 0.5
#: Placeholders of commands.
TERMS, TEXTS = "terms.txt", "texts"


@dataclass(frozen=True)
class Step:
    """A next step; `command` can be copied."""

    title: str
    text: str
    command: str = ""


def next_steps(results: Results) -> list[Step]:
    """Next steps, the most pressing first."""
    steps = [
        *_finish(results), *_wrong_input(results), *_leaks(results), *give_text(results), *_other_text(results),
        *_heal(results), *_more_audio(results), *_details(results),
    ]  # fmt: skip
    return steps[:MOST_STEPS]


def _finish(results: Results) -> Iterator[Step]:
    unfinished = [model.name for model in results.models.values() if model.row.get("status") == "incomplete"]
    if unfinished:
        text = f"{', '.join(unfinished)}: some recordings have no result yet. Finished results are kept."
        yield Step("Finish what is unfinished", text, invocation.command(results.command))


def _wrong_input(results: Results) -> Iterator[Step]:
    """Folders that could not be used, failed, or whose text and audio hardly fit together."""
    left_out = list(results.left_out)
    if left_out:
        title = f"Repair {counted(len(left_out), 'folder')} that {'is' if len(left_out) == 1 else 'are'} left out"
        yield Step(title, f"{some(left_out)}: the reasons are among the warnings. Then run again.",
                   invocation.command(results.command))  # fmt: skip
    failed = sorted({row.get("folder", "") for row in results.runs if row.get("status") == "failed"})
    if failed:
        yield Step("Look at what failed", f"{some(failed)}: left out for every model. Reasons are among the warnings.")
    yield from _findings(results, wrong=True)


def _findings(results: Results, *, wrong: bool) -> Iterator[Step]:
    """Findings of the diagnosis, each kind once, the gravest first."""
    model = results.subject or results.baseline
    for (folder, finding), *others in leaderboard_text.by_kind(model.diagnosis.findings if model else {}):
        if (finding.code in WRONG_INPUT) is wrong:
            text = _single(folder, finding)
            also = f" The same in {counted(len(others), 'more folder')}." if others else ""
            yield Step(capitalized(kind(finding)), text + also)


def _single(folder: str, finding: Reason) -> str:
    """Where a finding was made, its figures and what to do, below a title that says what was found."""
    statement, detail, hint = describe(finding)
    recording = statement.removesuffix(kind(finding)).rstrip(": ")
    where = f"{folder}, {recording}" if recording else folder
    found = ended(f"{where}: {detail}" if detail else where)
    return f"{found} {ended(capitalized(hint))}" if hint else found


def _leaks(results: Results) -> Iterator[Step]:
    leaks = {model.name: model.leakage for model in results.models.values() if model.leakage}
    for model, found in leaks.items():
        if any(folder.leaked for folder in found.values()):
            text = f"Take what is spoken in the recordings out of the text of {model}, or judge it on other recordings."
            yield Step("Judge the model on what it has not read", text)


def give_text(results: Results) -> Iterator[Step]:
    """Three ways to give text to a custom language model where there is none."""
    if results.baseline is None or results.challengers or any(map(models.number, results.models)):
        return
    words = results.command
    yield Step(
        "Give it text: learn the words that it missed",
        "Articles about the missed words are looked up and learned.",
        invocation.command(words, "--forcerun", "heal"),
    )
    yield Step(
        "Or list your names and terms as keywords",
        "One per line; articles about them are looked up.",
        invocation.with_config(words, f"keywords={TERMS}"),
    )
    yield Step(
        "Or use your own text",
        "Documents, slides, manuals or older transcripts, in one file or folder.",
        invocation.with_config(words, f"training_data={TEXTS}"),
    )


def gained(results: Results, model: ModelResults) -> bool:
    """False if a model makes no fewer errors, breaks as many words as it fixes, or does no better than its control."""
    row, details = model.row, results.comparisons.with_baseline(model.name)
    if row.get("verdict") == BETTER:
        return True
    if details and details.why:
        return False
    changes = [row.get(key, "") for key in ("wer_change", "text_change")]
    if row.get("verdict") == WORSE or not changes[0] or any(change and float(change) >= 0 for change in changes):
        return False
    return int(row.get("fixed_words") or 1) > int(row.get("broken_words") or 0)


def _other_text(results: Results) -> Iterator[Step]:
    """Other text, where the model gained nothing; with the share of the missed words that its text contained."""
    model, baseline = results.subject, results.baseline
    if model is None or baseline is None or not models.number(model.name) or gained(results, model):
        return
    words = number(model.row, "corpus_words")
    if words is not None and words < models.FEWEST_WORDS:
        text = (
            f"{model.name} has {counted(int(words), 'word')} of text: fewer than {models.FEWEST_WORDS} prove nothing."
        )
        yield Step("Use more text", text, invocation.with_config(results.command, f"training_data={TEXTS}"))
        return
    covered = coverage(results, model, baseline)
    if covered is None:
        yield Step("Use other text", "Use text in which the missed words occur: see Missed words.")
        return
    found, missed = covered
    share = found / missed
    keep = f"Keep {baseline.name}, do not use {model.name}. " if model.row["verdict"] == WORSE else ""
    text = (
        f"{keep}The text of {model.name} contains {found:,} of the {counted(missed, 'different word')}"
        f" that {baseline.name} missed ({share:.0%}). "
    )
    if share < COVERS_ENOUGH:
        yield Step("Use other text", text + "Use text in which the missed words occur: see Missed words.",
                   invocation.with_config(results.command, f"training_data={TEXTS}"))  # fmt: skip
    else:
        yield Step(
            "Use other text, or listen to what is missed",
            text + "More text about these words will hardly help: listen to them, and review their pronunciations.",
        )


def coverage(results: Results, model: ModelResults, baseline: ModelResults) -> tuple[int, int] | None:
    """Different words worth learning that the baseline missed: those that a model's text has, and all of them.

    The report card of the text says so; for a model that has none, its text is read.
    """
    home = results.directory / "models" / model.name
    card: ReportCard | None
    try:
        card = report_card.read(home / report_card.FILE)
    except (UserError, OSError, TypeError):
        card = _examined(results, home, baseline)
    return (card.missed_covered, card.missed) if card and card.missed else None


def _examined(results: Results, home: Path, baseline: ModelResults) -> ReportCard | None:
    judged = results.judged.get(baseline.name)
    missed: Counter[str] = Counter()
    for key, result in judged.results.items() if judged else ():
        if key in results.compared:
            missed.update(result.missed)
    sources = {path.stem: path for path in sorted((home / "corpus").glob("*.txt"))}
    if not sources or not any(map(vocabulary.learnable, missed)):
        return None
    language = str(results.config.get("language", "en-US"))
    try:
        return report_card.examine(sources, missed=missed, references={}, language=language)
    except (UserError, OSError, ValueError):
        return None


def _heal(results: Results) -> Iterator[Step]:
    """The next generation, unless text has nothing left to teach."""
    config = results.config
    engine = config.get("engine", "")
    heldout = config.get("evaluation", {}).get("heldout", [])
    if not any(model.row.get("engine") == engine for model in results.models.values()):
        return
    try:
        nothing = (
            saturation.nothing_left(results.directory, results.board, engine, heldout) if heldout != "auto" else ""
        )
    except (UserError, OSError, KeyError):  # results of an older version lack what it reads
        nothing = ""
    if nothing:
        yield Step("Text has little left to teach", nothing)
        return
    newest = results.generations[-1] if results.generations else None
    if newest is None or not models.number(newest.name):
        return
    judged = results.judged.get(newest.name)
    missed = {
        word
        for key, result in (judged.results.items() if judged else ())
        if key[0] not in heldout
        for word in result.missed
        if vocabulary.learnable(word)
    }
    if missed:
        words = counted(len(missed), "word")
        text = f"{newest.name} still misses {words} worth learning in folders that are not held out."
        again = invocation.command(results.command, "--forcerun", "heal")
        yield Step("Heal: train the next generation", text, again)


def _more_audio(results: Results) -> Iterator[Step]:
    """More recordings, where the figures are in favour of a model and too few to prove it."""
    model = results.subject
    if model is None or model.row.get("verdict") != NOT_PROVEN or not gained(results, model):
        return
    title = "Add recordings to prove the difference" if model.row.get("p_value") else "Add recordings"
    row = dict.fromkeys(COLUMNS, "") | model.row
    yield Step(title, capitalized(verdict_text.what_would_help(row, results.comparisons)))


def _details(results: Results) -> Iterator[Step]:
    """What else the diagnosis found, and pronunciations."""
    yield from _findings(results, wrong=False)
    model = results.subject or results.baseline
    guessed = {row.get("word") for row in model.lexicon} if model else set()
    if model and guessed:
        have = "has a guessed pronunciation" if len(guessed) == 1 else "have guessed pronunciations"
        text = f"{counted(len(guessed), 'word')} of {model.name} {have}; those still missed come first."
        yield Step("Review pronunciations", text)
