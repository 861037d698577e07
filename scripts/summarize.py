"""Gather one model's scores over all folders into one small file, without the alignments."""

import argparse
from pathlib import Path

from clm import cli
from clm.base import files
from clm.evaluation import summaries
from clm.evaluation.summaries import FolderSummary, Summary
from clm.scoring import folder_score


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--runs", type=Path, required=True, help="directory with the model's folders")
    parser.add_argument("--output", type=Path, required=True, help="the summary (JSON)")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    paths = {folder: args.runs / folder / "wer.json" for folder in files.read_json(args.index)["folders"]}
    folders = {folder: FolderSummary.of(folder_score.read(path)) for folder, path in paths.items() if path.exists()}
    summaries.write(args.output, Summary(args.runs.name, folders))


if __name__ == "__main__":
    cli.run(main)
