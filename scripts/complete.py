"""List at the end of a run what a remote engine has not finished, and fail if there is anything.

Finished results are on the leaderboard already; the next run continues with the rest.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

from clm import cli
from clm.base import files
from clm.base.errors import PassingError
from clm.base.messages import counted
from clm.reasons.sentences import full
from clm.results import training, unfinished

MOST_LINES = 20


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--store", type=Path, required=True, help="directory of the store")
    parser.add_argument("--engine", required=True, help="name of the engine")
    parser.add_argument("--models", nargs="*", default=[], help="models that were run")
    parser.add_argument("--unfinished", type=Path, nargs="*", default=[], help="training.json of unfinished models")
    parser.add_argument("--output", type=Path, required=True, help="output: says that all is finished (JSON)")
    return parser.parse_args(argv)


def untranscribed(store: Path, engine: str, model: str) -> list[str]:
    """One line for each recording that has no result yet."""
    return [
        f"{model}: {folder}/{name}: {item['reason']}. Hint: {item['hint']}"
        for folder, recordings in unfinished.read(store, engine, model).items()
        for name, item in recordings.items()
    ]


def untrained(paths: Iterable[Path]) -> list[str]:
    """One line for each model that this run tried to make and the next one continues."""
    return [full(outcome.reason, f"{outcome.model}: ") for outcome in map(training.read, paths)]


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    lines = [line for model in args.models for line in untranscribed(args.store, args.engine, model)]
    makings = untrained(args.unfinished)
    counts = [counted(len(found), what) for found, what in ((lines, "recording"), (makings, "model")) if found]
    lines = makings + lines
    are = "is" if len(lines) == 1 else "are"
    if lines:
        shown = [*lines[:MOST_LINES], *([f"... and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else [])]
        raise PassingError(
            f"{' and '.join(counts)} {are} not finished:\n  " + "\n  ".join(shown),
            "run again: finished results are kept, and nothing is paid twice",
        )
    files.write_json(args.output, {"models": args.models})


if __name__ == "__main__":
    cli.run(main)
