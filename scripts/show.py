"""Print the leaderboard, the verdict in words, the words that were fixed and broken, and what needs attention.

With --model, --folder or --word, print everything about one of them. With --json, print data for other programs. The
figures and warnings are those of results/report.html.

--compare takes another results folder with the same recordings, made before a change (of normalizer, engine or text),
and shows what the change did. --html FILE writes that as a page.
"""

import argparse
import json
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from clm import cli
from clm.base import files
from clm.base.errors import UserError
from clm.config import load_yaml
from clm.english.words import learnable
from clm.evaluation import summaries
from clm.healing import saturation
from clm.normalization.normalizer import create_normalizer
from clm.normalization.profiles import is_unspaced
from clm.reasons import codes
from clm.reasons.sentences import full
from clm.report import leaderboard_text
from clm.results import models, plans, training
from clm.results.models import ModelRecord
from clm.scoring import leakage, model_diagnosis
from clm.scoring.model_diagnosis import ModelDiagnosis

Record = TypeVar("Record")

WIDTH = 100
#: The beginning of a line to copy, which is not wrapped.
COMMAND = "    "
MOST_WORDS = 8


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")
    about = parser.add_mutually_exclusive_group()
    about.add_argument("--model", help="one model: its row, folders and words")
    about.add_argument("--folder", help="one folder: every model on it, and every error")
    about.add_argument("--word", help="one word: how often it was missed, and what was heard where it was said")
    about.add_argument("--compare", type=Path, metavar="OTHER", help="another results folder, made before a change")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="with --compare: also write a page")
    return parser.parse_args(argv)


def closer(args: argparse.Namespace) -> str:
    """The view that an option asks for, beyond the usual summary."""
    from clm.report import gather, terminal

    results = gather.read(args.results)
    if args.model is not None:
        view, lines = terminal.model_view(results, args.model), terminal.model_lines
    elif args.folder is not None:
        view, lines = terminal.folder_view(results, args.folder), terminal.folder_lines
    elif args.word is not None:
        view, lines = terminal.word_view(results, args.word), terminal.word_lines
    else:
        view, lines = terminal.board_view(results), list
    return json.dumps(view, indent=1) + "\n" if args.json else terminal.printable(lines(view))


def compared(args: argparse.Namespace) -> str:
    """The comparison with another results folder, as text or JSON; the page is written if it is wanted."""
    from clm.before_after import change_page, change_text, two_results
    from clm.report import terminal

    found = two_results.compare(two_results.Side.read(args.compare), two_results.Side.read(args.results))
    if args.html:
        files.write_text(args.html, change_page.render(found))
    if args.json:
        return json.dumps(change_text.as_data(found), indent=1) + "\n"
    return terminal.printable(change_text.lines(found))


def changed_words(results: Path, model: str) -> Iterator[str]:
    """The words that a model fixed and broke most often, in two lines; function words are left out."""
    summary = summaries.read(results / "summaries" / f"{model}.json")
    recordings = [part for folder in summary.folders.values() for part in folder.recordings.values()]
    for kind in ("fixed", "broken"):
        words: Counter[str] = Counter()
        for recording in recordings:
            words.update({word: count for word, count in getattr(recording, kind).items() if learnable(word)})
        listed = ", ".join(f"{word} {count}" for word, count in words.most_common(MOST_WORDS))
        yield f"{kind.capitalize()} by {model}: {listed or 'no word'}{', ...' if len(words) > MOST_WORDS else ''}"


def untrained(results: Path, board: list[dict[str, str]]) -> Iterator[str]:
    """Reasons for which a generation or control that this run was to make is not on the leaderboard."""
    known = {row["model"] for row in board}
    started = (results / "config.yaml").stat().st_mtime_ns  # written when a run starts
    for path in sorted((results / "models").glob("*/plan.json")):
        if path.parent.name in known:
            continue
        train = plans.read(path).train
        decided = path.with_name("training.json") if train else path
        if not decided.exists() or decided.stat().st_mtime_ns < started:
            continue
        reason = training.read(decided).reason if train else codes.nothing_to_learn()
        yield full(reason, "No new model: ")
    for path in sorted((results / "models").glob(f"*-{models.CONTROL}-*/training.json")):
        if path.parent.name not in known and path.stat().st_mtime_ns >= started:
            yield full(training.read(path).reason, "No control: ")


def record_of(results: Path, model: str) -> ModelRecord:
    """Record of a model from its model.json; an empty one for a stock model."""
    return models.read_record_if_there(results / "models" / model / "model.json") or ModelRecord()


def read_or(read: Callable[[Path], Record], path: Path, empty: Record) -> Record:
    """A record by its reader, the empty one if there is no such file."""
    return read(path) if path.exists() else empty


def legend(results: Path) -> str:
    """Basis of the figures, and pointers to details."""
    config = load_yaml(results / "config.yaml")
    settings = config["normalizer"]
    normalizer = create_normalizer(settings["profile"], config["language"], settings.get("without", ()))
    equivalents = f", equivalents of {settings['equivalents']}" if settings["equivalents"] else ""
    cer = ""
    if is_unspaced(config["language"]):
        cer = f" {config['language']} is written without spaces: every character counts as a word, so WER is CER;"
    return (
        f"WER after normalizer {normalizer}{equivalents};{cer} fixed and broken words against the baseline,"
        f" with their places in {results}/runs/<model>/<folder>/wer.json. Table: {results}/leaderboard.csv."
        f" Report: {results}/report.html"
    )


def report(results: Path) -> Iterator[str]:
    """The paragraphs of the report."""
    from clm.report import advice, cautions, first_screen, gather

    board = files.read_table(results / "leaderboard.csv")
    leaks = {row["model"]: read_or(leakage.read, results / "leakage" / f"{row['model']}.json", {}) for row in board}
    leaked = [name for name, folders in leaks.items() if any(report.leaked for report in folders.values())]
    harm = leaderboard_text.harm(board, {row["model"]: record_of(results, row["model"]).flaws for row in board})
    everything = gather.read(results)
    yield leaderboard_text.table(board, {*leaked, *harm, *everything.comparisons.marks})
    judged = first_screen.judge(everything)
    yield f"{judged.answer}."
    yield from judged.sentences or (judged.headline, judged.proof)
    newest = max(
        (row["model"] for row in board if row["fixed_words"] and not models.is_control(row["model"])),
        key=models.number,
        default=None,
    )
    if newest is not None:
        yield from changed_words(results, newest)
    yield from cautions.as_lines(caution for caution in cautions.warnings(everything) if caution.text != judged.proof)
    for number, way in enumerate(advice.give_text(everything), 1):
        yield f"{number}. {way.title}. {way.text}"
        yield f"{COMMAND}{way.command}"
    examined = newest or next((row["model"] for row in board if row["wer"]), None)
    if examined:
        path = results / "diagnosis" / f"{examined}.json"
        found = leaderboard_text.findings(read_or(model_diagnosis.read, path, ModelDiagnosis()).findings)
        yield from found
        if found:
            yield f"All findings, and results by keyword: {path}"
    config = load_yaml(results / "config.yaml")
    learner = max(
        (path.parent.parent.name for path in (results / "models").glob("*/corpus/status.csv")),
        key=models.number,
        default=None,
    )
    yield from saturation.found(results, learner)
    yield from untrained(results, board)
    if nothing := saturation.nothing_left(results, board, config["engine"], config["evaluation"]["heldout"]):
        yield nothing
    yield legend(results)


def filled(text: str) -> str:
    """A paragraph in lines of the terminal; a command stays in one."""
    return (
        text if text.startswith(COMMAND) else textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    )


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    if args.html and args.compare is None:
        raise UserError("--html: only with --compare", "results/report.html is the page of one run")
    path = args.results / "leaderboard.csv"
    if not path.exists():
        raise UserError(f"{path}: not there yet", "snakemake --cores 4 makes it")
    if args.compare is not None:
        sys.stdout.write(compared(args))
        return
    if args.json or any(value is not None for value in (args.model, args.folder, args.word)):
        sys.stdout.write(closer(args))
        return
    table, *paragraphs = report(args.results)
    lines = [table, "", *map(filled, paragraphs)]
    sys.stdout.write("\n" + "\n".join(lines) + "\n\n")


if __name__ == "__main__":
    cli.run(main)
