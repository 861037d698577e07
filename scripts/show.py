"""Print the leaderboard, the verdict in words, and what needs attention."""

import argparse
import sys
from pathlib import Path

from clm import cli, files, models, show
from clm.errors import UserError


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")
    return parser.parse_args(argv)


def untrained(results: Path, board: list[dict[str, str]]) -> list[str]:
    """Why the latest generation that was planned is not on the leaderboard."""
    known = {row["model"] for row in board}
    lines = []
    for path in sorted((results / "models").glob("*/training.json")):
        outcome = models.read_if_there(path)
        if not outcome["trained"] and outcome["model"] not in known:
            lines.append(f"No new model: {outcome['reason']}.\nHint: {outcome['hint']}")
    return lines


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    path = args.results / "leaderboard.csv"
    if not path.exists():
        raise UserError(f"{path}: not there yet", "snakemake --cores 4 makes it")
    board, runs = files.read_table(path), files.read_table(args.results / "runs.csv")
    parts = [show.table(board), show.sentence(board), *show.attention(runs), *untrained(args.results, board)]
    sys.stdout.write("\n" + "\n".join(part for part in parts if part) + "\n")


if __name__ == "__main__":
    cli.run(main)
