"""Look at an input before anything runs: what is found or left out, what a run will take, what your text promises.

    .venv/bin/python scripts/check.py recordings/input
    .venv/bin/python scripts/check.py data/metadata.csv --init

An input is a folder of folders with audio and transcripts, pairs in one folder, or a list of recordings
(docs/inputs.md). Nothing is written but my.yaml, with --init.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from clm import cli, engines
from clm.base import files
from clm.base.digests import Glances
from clm.base.errors import UserError
from clm.base.s3_path import is_address
from clm.base.shelf import Shelf
from clm.corpus import training_text, tuning_text
from clm.healing import text_report
from clm.project import overview
from clm.project.dataset import Dataset
from clm.settings import FROM_REFERENCES, Settings
from clm.types import TrainingText

INIT = Path("my.yaml")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("input", nargs="?", help="folder of recordings, or a list of them; else that of --configfile")
    parser.add_argument("--init", action="store_true", help=f"write {INIT}, a configuration for this input")
    cli.add_config_options(parser)
    return parser.parse_args(argv)


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings that a run with this input would have; held-out folders are chosen unless they are named."""
    if args.input is not None:
        args.config = [f"input={args.input}", *args.config]
    if not args.configfile and not any(item.startswith("evaluation") for item in args.config):
        args.config = ["evaluation={heldout: auto}", *args.config]
    return cli.read_config(args)


def initial(settings: Settings) -> dict[str, Any]:
    """Content of a configuration for this input: only the keys that differ from the defaults."""
    found = {key: getattr(settings, key) for key in ("keywords", "training_data", "tuning_data")}
    changes = {
        "input": settings.input,
        "input_groups": settings.input_groups,
        "results": "my-results",
        "transcripts": {"columns": settings.transcripts.named_columns} if settings.transcripts.named_columns else None,
        "language": settings.language if settings.language != "en-US" else None,
        "engine": settings.engine if settings.engine != "pocketsphinx" else None,
        "evaluation": {"heldout": "auto"},
        **{key: value for key, value in found.items() if value is not None and value != "auto"},
    }
    return {key: value for key, value in changes.items() if value is not None}


def write_initial(settings: Settings, path: Path) -> None:
    """Write the configuration, but over nothing.

    Raises:
        UserError: there is such a file.

    """
    import yaml

    if path.exists():
        raise UserError(f"{path}: already exists, and is not overwritten", "move it, or edit it")
    files.write_text(path, yaml.safe_dump(initial(settings), allow_unicode=True, sort_keys=False))


def report_on_text(dataset: Dataset, settings: Settings, scratch: Path) -> None:
    """Say what the user's own text promises; articles are only collected by a run, which reports on all of it."""
    if dataset.training_data is None:
        return
    spoken = {
        name: [dataset.references.plain_text(pair) for pair in folder.pairs] for name, folder in dataset.folders.items()
    }
    texts = {"training_data": _sentences(dataset.training_data, settings, scratch)}
    if dataset.tuning_data is not None:
        texts["tuning_data"] = _sentences(dataset.tuning_data, settings, scratch)
    elif settings.tuning_data == FROM_REFERENCES:
        taken = {name: found for name, found in spoken.items() if name not in dataset.heldout}
        texts["tuning_data"] = "\n".join(text for found in tuning_text.chosen(taken).values() for text in found)
    for name, text in texts.items():
        files.write_text(scratch / f"{name}.txt", text)
    tuning = scratch / "tuning_data.txt" if texts.get("tuning_data") else None
    summary = Path(settings.results) / "summaries" / f"{settings.engine}.json"
    card = text_report.card_of(
        TrainingText({"training_data": scratch / "training_data.txt"}, tuning),
        spoken,
        replace(settings, keywords=str(dataset.keywords) if dataset.keywords else None),
        missed=text_report.missed_by(summary) if summary.exists() else {},
        keywords=[folder.keywords for folder in dataset.folders.values() if folder.keywords],
    )
    sys.stdout.write(f"{text_report.described(card, 'training_data', settings)}\n")


def _sentences(path: Path, settings: Settings, scratch: Path) -> str:
    return training_text.own_text(path, settings.language, scratch / "dropped.tsv")


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    settings = settings_of(args)
    if is_address(settings.input):
        raise UserError("input: a dry run checks a folder in S3", "snakemake -n --config input=s3://...")
    engine = engines.create(settings)
    with tempfile.TemporaryDirectory(prefix="clm-check-") as scratch:
        place = Path(scratch)
        dataset = Dataset(settings, Glances(place / "digests.json"), probed=False, shelf=Shelf(place), prepared=False)
        sys.stdout.write("".join(f"{line}\n" for line in overview.lines(dataset, engine)))
        if dataset.unusable_keywords:
            sys.stdout.write(f"Continuing without keywords: {dataset.unusable_keywords}\n")
        report_on_text(dataset, settings, place)
    if not dataset.folders:
        raise UserError(f"input: nothing in {settings.input} can be used", "see the reasons above, and docs/inputs.md")
    if args.init:
        write_initial(settings, INIT)
        sys.stdout.write(f"Wrote {INIT}. Next: .venv/bin/snakemake --cores 4 --configfile {INIT}\n")


if __name__ == "__main__":
    cli.run(main)
