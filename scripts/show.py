"""Print the leaderboard, the verdict in words, the words that were fixed and broken, and what needs attention.

With --model, --folder or --word, print all about one of them. With --json, print data for other programs. The figures
are those of results/report.html.
"""

import argparse
import json
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clm import cli, engines
from clm.base import files
from clm.base.errors import UserError
from clm.config import load_yaml
from clm.english.words import learnable
from clm.evaluation import verdict_text
from clm.healing import saturation
from clm.normalization.normalizer import create_normalizer
from clm.normalization.profiles import is_unspaced
from clm.report import leaderboard_text
from clm.results import models
from clm.settings import Settings

WIDTH = 100
MOST_WORDS = 8


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")
    about = parser.add_mutually_exclusive_group()
    about.add_argument("--model", help="one model: its row, folders and words")
    about.add_argument("--folder", help="one folder: every model on it, and every error")
    about.add_argument("--word", help="one word: how often it was missed, and what was heard where it was said")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(argv)


def closer(args: argparse.Namespace) -> str:
    """What is asked for beyond the usual summary."""
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


def changed_words(results: Path, model: str) -> Iterator[str]:
    """The words that a model fixed and broke most often, in two lines; function words say little and stay out."""
    summary = files.read_json(results / "summaries" / f"{model}.json")
    recordings = [part for folder in summary["folders"].values() for part in folder["recordings"].values()]
    for kind in ("fixed", "broken"):
        words: Counter[str] = Counter()
        for recording in recordings:
            words.update({word: count for word, count in recording[kind].items() if learnable(word)})
        listed = ", ".join(f"{word} {count}" for word, count in words.most_common(MOST_WORDS))
        yield f"{kind.capitalize()} by {model}: {listed or 'no word'}{', ...' if len(words) > MOST_WORDS else ''}"


def untrained(results: Path, board: list[dict[str, str]]) -> Iterator[str]:
    """Why a generation that this run was to make is not on the leaderboard."""
    known = {row["model"] for row in board}
    started = (results / "config.yaml").stat().st_mtime_ns  # written when a run starts
    for path in sorted((results / "models").glob("*/plan.json")):
        if path.parent.name in known:
            continue
        decided = path.with_name("training.json") if files.read_json(path)["train"] else path
        outcome = models.read_if_there(decided)
        if not outcome or decided.stat().st_mtime_ns < started:
            continue
        reason = outcome["reason"] if decided != path else "no missed word to learn in folders that are not held out"
        yield f"No new model: {reason}. Hint: {outcome.get('hint', 'add recordings, keywords or own text')}"


def other_recipes(results: Path, board: list[dict[str, str]]) -> Iterator[str]:
    """Which models were trained by another version of the training code."""
    engine = engines.create(Settings.of(load_yaml(results / "config.yaml")))
    recipes = {row["model"]: models.read_if_there(results / "models" / row["model"] / "model.json") for row in board}
    names = [name for name, model in recipes.items() if model.get("engine") == engine.name]
    older = [name for name in names if recipes[name].get("recipe", engine.recipe) != engine.recipe]
    if older:
        yield f"Trained by another recipe than this version's: {', '.join(older)}."


def by_folder(path: Path, key: str) -> dict[str, Any]:
    """A mapping of a JSON file of ours, empty if there is no such file."""
    return models.read_if_there(path).get(key, {})


def made(results: Path, model: str) -> dict[str, list[str]]:
    """The days on which a model's transcripts were made, by folder."""
    summary = by_folder(results / "summaries" / f"{model}.json", "folders")
    return {folder: score.get("made", []) for folder, score in summary.items()}


def normalizers(results: Path, model: str) -> list[dict[str, Any]]:
    """The normalizers that a model's folders were scored with."""
    summary = by_folder(results / "summaries" / f"{model}.json", "folders")
    return [score.get("normalizer", {}) for score in summary.values()]


def training_marks(results: Path, model: str) -> list[str]:
    """What training found wrong with a model."""
    return models.read_if_there(results / "models" / model / "model.json").get("details", {}).get("marks", [])


def legend(results: Path) -> str:
    """What the figures stand on, and where there is more."""
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
    board, runs = files.read_table(results / "leaderboard.csv"), files.read_table(results / "runs.csv")
    leaks = {row["model"]: by_folder(results / "leakage" / f"{row['model']}.json", "folders") for row in board}
    leaked = [name for name, folders in leaks.items() if any(report["leaked"] for report in folders.values())]
    harm = leaderboard_text.harm(board, {row["model"]: training_marks(results, row["model"]) for row in board})
    yield leaderboard_text.table(board, {*leaked, *harm})
    yield from verdict_text.sentence(board, by_folder(results / "comparisons.json", "models")).splitlines()
    newest = max((row["model"] for row in board if row["fixed_words"]), key=models.number, default=None)
    if newest is not None:
        yield from changed_words(results, newest)
    yield from leaderboard_text.leaks(leaks)
    yield from harm.values()
    yield from leaderboard_text.mixed_normalizers({row["model"]: normalizers(results, row["model"]) for row in board})
    yield from leaderboard_text.far_apart(board, {row["model"]: made(results, row["model"]) for row in board})
    examined = newest or next((row["model"] for row in board if row["wer"]), None)
    if examined:
        path = results / "diagnosis" / f"{examined}.json"
        found = leaderboard_text.findings(by_folder(path, "findings"))
        yield from found
        if found:
            yield f"All that was found, and keywords one by one: {path}"
    yield from leaderboard_text.attention(runs)
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
    yield from other_recipes(results, board)
    yield legend(results)


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    path = args.results / "leaderboard.csv"
    if not path.exists():
        raise UserError(f"{path}: not there yet", "snakemake --cores 4 makes it")
    if args.json or any(value is not None for value in (args.model, args.folder, args.word)):
        sys.stdout.write(closer(args))
        return
    table, *paragraphs = report(args.results)
    lines = [table, "", *(textwrap.fill(text, WIDTH, break_long_words=False) for text in paragraphs)]
    sys.stdout.write("\n" + "\n".join(lines) + "\n\n")


if __name__ == "__main__":
    cli.run(main)
