"""Say at the end of a run what an engine that works elsewhere has not finished, and fail if there is something.

Everything that is finished is on the leaderboard by now; the next run goes on with the rest.
"""

import argparse
from pathlib import Path

from clm import cli, config
from clm.base import files
from clm.base.errors import PassingError
from clm.project import submissions
from clm.reasons.sentences import full
from clm.results import training

MOST_LINES = 20


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="results folder: configuration, store")
    parser.add_argument("--models", nargs="*", default=[], help="models that were run")
    parser.add_argument("--output", type=Path, required=True, help="output: says that all is finished (JSON)")
    return parser.parse_args(argv)


def unfinished(results: Path, engine: str, model: str) -> list[str]:
    """One line for each recording."""
    return [
        f"{model}: {folder}/{name}: {item['reason']}. Hint: {item['hint']}"
        for folder, recordings in submissions.read_unfinished(results, engine, model).items()
        for name, item in recordings.items()
    ]


def untrained(results: Path, engine: str) -> list[str]:
    """One line for each model that this run tried to make and the next one goes on with."""
    began = (results / "config.yaml").stat().st_mtime
    lines = []
    for path in sorted(results.glob(f"models/{engine}-*/training.json")):
        outcome = training.read(path)
        if outcome.unfinished and path.stat().st_mtime >= began:
            lines.append(full(outcome.reason, f"{outcome.model}: "))
    return lines


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    engine = config.saved(args.results)["engine"]
    lines = [line for model in args.models for line in unfinished(args.results, engine, model)]
    makings = untrained(args.results, engine)
    counts = [f"{len(found)} {what}" for found, what in ((lines, "recordings"), (makings, "models")) if found]
    lines = makings + lines
    if lines:
        shown = [*lines[:MOST_LINES], *([f"... and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else [])]
        raise PassingError(
            f"{' and '.join(counts)} are not finished:\n  " + "\n  ".join(shown),
            "run again: what is finished is kept, and nothing is paid twice",
        )
    files.write_json(args.output, {"models": args.models})


if __name__ == "__main__":
    cli.run(main)
