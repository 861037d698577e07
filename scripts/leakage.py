"""Look for the references in the text that a model was trained and tuned with.

Writes for each folder which share of its 5-grams and sentences stands there word for word, and where.
"""

import argparse
import logging
from pathlib import Path

from clm import cli
from clm.base import files
from clm.results import manifests, models
from clm.scoring import leakage

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="results folder: models")
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--output", type=Path, required=True, help="output (JSON)")
    return parser.parse_args(argv)


def corpora(directory: Path) -> dict[str, Path]:
    """Files that a model was trained and tuned with, by the name of their source."""
    about = models.read_record_if_there(directory / "model.json")
    names = (about and about.sources) or [path.stem for path in (directory / "corpus").glob("*.txt")]
    paths = {name: directory / "corpus" / f"{name}.txt" for name in [*names, "tuning_data"]}
    return {name: path for name, path in paths.items() if path.exists()}


def references(index: Path) -> dict[str, list[str]]:
    """Texts of every folder."""
    paths = {name: index.with_suffix("") / f"{name}.json" for name in files.read_json(index)["folders"]}
    return {
        name: [manifests.reference(item) for item in files.read_json(path)["recordings"]]
        for name, path in paths.items()
    }


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    found = leakage.find(corpora(args.results / "models" / args.model), references(args.index))
    for folder, report in found.items():
        if report.leaked:
            log.warning("%s: the corpus of %s holds its text, as in: %s", folder, args.model, report.example)
    leakage.write(args.output, args.model, found)


if __name__ == "__main__":
    cli.run(main)
