"""Gather one model's scores over all folders into one small file, without the alignments."""

import argparse
from pathlib import Path
from typing import Any

from clm import cli
from clm.base import files

KEPT = ("counts", "characters", "blocks", "mapsswe", "missed", "fixed", "broken")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--runs", type=Path, required=True, help="directory with the model's folders")
    parser.add_argument("--output", type=Path, required=True, help="the summary (JSON)")
    return parser.parse_args(argv)


def summarize_folder(score: dict[str, Any]) -> dict[str, Any]:
    """What the leaderboard and healing need of one wer.json."""
    recordings = {item["recording"]: {key: item[key] for key in KEPT} for item in score["recordings"]}
    return {
        "recordings": recordings,
        "failures": score["failures"],
        "seconds": score["seconds"],
        "made": score.get("made", []),  # not in a wer.json of an older version
        "normalizer": score.get("normalizer", {}),
    }


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    paths = {folder: args.runs / folder / "wer.json" for folder in files.read_json(args.index)["folders"]}
    folders = {folder: summarize_folder(files.read_json(path)) for folder, path in paths.items() if path.exists()}
    files.write_json(args.output, {"model": args.runs.name, "folders": folders}, indent=None)


if __name__ == "__main__":
    cli.run(main)
