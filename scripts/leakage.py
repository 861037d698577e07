"""Look for the references in the text that a model was trained and tuned with.

Writes for each folder the share of its 5-grams and sentences that occur there word for word, and where.
"""

import argparse
import logging
from pathlib import Path

from clm import cli
from clm.results import manifests, models
from clm.scoring import leakage

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--model-file", type=Path, required=True, help="its model.json")
    parser.add_argument("--corpora", type=Path, nargs="*", default=[], help="texts that it was made from")
    parser.add_argument("--output", type=Path, required=True, help="output (JSON)")
    return parser.parse_args(argv)


def used(model_file: Path, corpora: list[Path]) -> dict[str, Path]:
    """The texts that a model was trained and tuned with, by source; not all that was collected was trained from."""
    record = models.read_record_if_there(model_file)
    sources = record.sources if record else {}
    return {path.stem: path for path in corpora if not sources or path.stem in (*sources, "tuning_data")}


def references(index: Path) -> dict[str, list[str]]:
    """Texts of every folder."""
    return {name: [manifests.reference(item) for item in items] for name, items in manifests.read_index(index).items()}


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    found = leakage.find(used(args.model_file, args.corpora), references(args.index))
    for folder, report in found.items():
        if report.leaked:
            log.warning("%s: the corpus of %s holds its text, as in: %s", folder, args.model, report.example)
    leakage.write(args.output, args.model, found)


if __name__ == "__main__":
    cli.run(main)
