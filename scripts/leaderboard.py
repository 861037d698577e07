"""Compare all models.

Writes leaderboard.csv (one row per model), runs.csv (one row per model and folder) and comparisons.json (the statistics
behind the verdicts).
"""

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from clm import cli
from clm.base import files
from clm.engines.transcribe import base_models
from clm.evaluation import comparisons, leaderboard, summaries
from clm.evaluation.comparison import Evaluation
from clm.healing.plan import Recordings
from clm.reasons.codes import Reason
from clm.results import manifests, models
from clm.scoring import model_diagnosis
from clm.settings import read


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--models", type=Path, required=True, help="directory of model.json and plan.json")
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--summaries", type=Path, nargs="+", required=True, help="summaries, older models first")
    parser.add_argument("--diagnoses", type=Path, nargs="+", required=True, help="diagnosis of each model")
    parser.add_argument("--leaderboard", type=Path, required=True, help="output: leaderboard.csv")
    parser.add_argument("--runs", type=Path, required=True, help="output: runs.csv")
    parser.add_argument("--comparisons", type=Path, required=True, help="output: comparisons.json")
    return parser.parse_args(argv)


def marks_of(names: Iterable[str], directory: Path, index: Path) -> dict[str, list[Reason]]:
    """Reasons to doubt the verdicts on models: those made for other recordings than these."""
    found = {name: models.read_record_if_there(directory / name / "model.json") for name in names}
    details = {name: record.details for name, record in found.items() if record}
    return base_models.marks(details, manifests.sample_rates(index))


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    settings = read(args.settings)
    index = files.read_json(args.index)
    folders = index["folders"]
    audio = Recordings.read(args.index).audio
    keywords = {found.model: found.keywords for found in map(model_diagnosis.read, args.diagnoses)}
    described = [summaries.describe(summaries.read(path), args.models, audio) for path in args.summaries]
    known = [
        replace(summaries.without_audio(summary, folders, index["text_only"]), keywords=keywords[summary.model])
        for summary in described
    ]
    evaluation = Evaluation(known, folders, settings.evaluation.baseline or settings.engine, settings.evaluation)
    board = leaderboard.tables(evaluation)
    files.write_table(args.leaderboard, leaderboard.COLUMNS, board.rows)
    files.write_table(args.runs, leaderboard.RUN_COLUMNS, board.runs)
    marks = marks_of([summary.model for summary in known], args.models, args.index)
    comparisons.write(args.comparisons, replace(leaderboard.comparisons(evaluation), marks=marks))


if __name__ == "__main__":
    cli.run(main)
