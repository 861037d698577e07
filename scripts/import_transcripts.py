"""Import transcripts of another recogniser as a finished model, without audio.

Run it by hand, once for each set of results, then run snakemake:

    .venv/bin/python scripts/import_transcripts.py azure results-of-azure/

imports results-of-azure/<folder>/*.json (or .txt, .srt, .vtt and any other transcript that is read: docs/inputs.md), or
results-of-azure/<folder>.json, as the model imported-azure. Several recordings of a folder are identified by the stems
of their files.

In the workflow, the rule of this name copies the stored transcripts to the folder where they are scored.
"""

import argparse
import datetime
import logging
from pathlib import Path
from typing import Any

from clm import __version__, cli
from clm.base import files
from clm.base.errors import UserError
from clm.project import imported
from clm.results import models, transcripts
from clm.results.models import ModelRecord
from clm.results.transcripts import Entry, FolderTranscript

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("name", nargs="?", help="name of the set: the model will be imported-NAME")
    parser.add_argument("source", nargs="?", type=Path, help="folder with one folder, or one file, per input folder")
    parser.add_argument("--file", help="name of the result in each folder, such as amazon.json")
    parser.add_argument("--labels", choices=("drop", "keep"), default="drop", help="names of speakers in the texts")
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")
    parser.add_argument("--engine-version", default="", help="engine or package with its version, for the record")
    parser.add_argument("--base-model", default="", help="name of the vendor's model, for the record")
    parser.add_argument("--created", type=datetime.date.fromisoformat, help="day the results were made: 2021-05-01")
    parser.add_argument("--stored", type=Path, help="in the workflow: a file of the store")
    parser.add_argument("--manifest", type=Path, help="in the workflow: recordings of the folder (JSON)")
    parser.add_argument("--output", type=Path, help="in the workflow: transcript.json")
    args = parser.parse_args(argv)
    if not (args.stored and args.manifest and args.output) and not (args.name and args.source):
        parser.error("NAME and SOURCE are needed")
    return args


def keep(args: argparse.Namespace) -> None:
    """Put the results into the store and describe the model."""
    model = imported.model_name(args.name)
    found = imported.collect(args.source, args.file)
    created = args.created.isoformat() if args.created else ""
    versions = {"clm-proof": __version__, "engine": args.engine_version, "base_model": args.base_model}
    about = {"model": model, "engine": "imported", "created": created, "versions": versions}
    entries = {
        folder: {
            **about,
            "folder": folder,
            "sources": [str(path.resolve()) for path in paths],
            "recordings": [
                {"recording": name, "result": result}
                for path in paths
                for name, result in imported.read_results(path, args.labels).items()
            ],
        }
        for folder, paths in found.items()
    }  # all are read before the first is written
    store = args.results / "store" / "imported" / model.removeprefix(imported.PREFIX)
    for folder, entry in entries.items():
        files.write_json(store / f"{folder}.json", entry, indent=None)
    record = ModelRecord(model, "imported", created, files.digest(entries), versions=versions)
    models.write_record(args.results / "models" / model / "model.json", record)
    log.info("%s: %d folders imported; run snakemake to score them", model, len(found))


def place(stored: dict[str, Any], manifest: dict[str, Any]) -> FolderTranscript:
    """transcript.json of a folder: the results under the names of its recordings.

    A single result of a folder with one recording belongs to it whatever it is called.
    """
    recordings = manifest["recordings"]
    results = {item["recording"]: item["result"] for item in stored["recordings"]}
    if len(recordings) == len(results) == 1:
        results = {recordings[0]["recording"]: next(iter(results.values()))}
    unknown = results.keys() - {item["recording"] for item in recordings}
    if unknown:
        log.warning("%s: no recording is named %s", manifest["folder"], ", ".join(sorted(unknown)))
    if not results.keys() - unknown:
        raise UserError(
            f"{stored['model']}: no result of folder {manifest['folder']} is named like one of its recordings",
            f"name them {', '.join(item['recording'] for item in recordings[:3])}, and import them again",
        )
    entries = (
        Entry(
            recording=item["recording"],
            audio=item["audio"],
            seconds=imported.seconds(results[item["recording"]]),
            made=stored["created"] or None,
            result=results[item["recording"]],
        )
        for item in recordings
        if item["recording"] in results
    )
    return FolderTranscript(
        model=stored["model"],
        folder=manifest["folder"],
        engine="imported",
        versions=stored["versions"],
        recordings=tuple(entries),
        created=stored["created"],
    )


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    if args.stored:
        transcript = place(files.read_json(args.stored), files.read_json(args.manifest))
        transcripts.write(args.output, transcript)
    else:
        keep(args)


if __name__ == "__main__":
    cli.run(main)
