"""Let a remote engine transcribe everything that one model has no result for, all at once.

Results go to the store as they come, so that nothing is paid twice if the run is killed. What cannot be finished in
this run is recorded with its reason, and the program succeeds nevertheless, so that finished folders are scored.
"""

import argparse
import logging
from collections import defaultdict
from pathlib import Path

from clm import cli, engines
from clm.base import files
from clm.project import requests
from clm.results import manifests, models, unfinished
from clm.results.store import Store
from clm.settings import read
from clm.types import Failure, Recording, Unfinished

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--store", type=Path, required=True, help="directory of the store")
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--model-files", type=Path, nargs="*", default=[], help="its files, model.json first")
    parser.add_argument("--quota-percent", type=int, default=100, help="part of the account's quotas to use")
    parser.add_argument("--output", type=Path, required=True, help="output: record of this submission (JSON)")
    return parser.parse_args(argv)


def wanted(store: Path, index: Path) -> list[tuple[str, Recording]]:
    """Every folder and recording, with the requested repetitions and retries."""
    asked = requests.read(store)
    return [
        (folder, recording)
        for folder, items in manifests.read_index(index).items()
        for recording in manifests.recordings(items, **asked.get(folder, {}))
    ]


def submit(args: argparse.Namespace) -> dict[str, dict[str, Unfinished]]:
    """Fill the store; returns what remains unfinished, by folder and recording."""
    engine = engines.create(read(args.settings))
    engine.share = args.quota_percent / 100
    model = models.of_files(args.model, args.model_files)
    store = Store(args.store, engine)
    missing = [item for item in wanted(args.store, args.index) if not store.has(item[1], model)]
    log.info("%d recordings have no result yet", len(missing))
    places = defaultdict(list)
    for folder, recording in missing:
        places[recording].append(folder)
    left: dict[str, dict[str, Unfinished]] = defaultdict(dict)
    for recording, outcome in engine.transcribe(list(places), model):
        for folder in places[recording]:
            if isinstance(outcome, Unfinished):
                log.error("%s/%s: %s", folder, recording.name, outcome.reason)
                left[folder][recording.name] = outcome
                continue
            store.put(recording, model, outcome)
            trouble = f": {outcome.reason}" if isinstance(outcome, Failure) else ""
            log.info("%s/%s: done%s", folder, recording.name, trouble)
    return left


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    left = {
        folder: {name: {"reason": outcome.reason, "hint": outcome.hint} for name, outcome in outcomes.items()}
        for folder, outcomes in submit(args).items()
    }
    unfinished.write(args.store, read(args.settings).engine, args.model, left)
    files.write_json(args.output, {"model": args.model, "unfinished": sorted(left)})


if __name__ == "__main__":
    cli.run(main)
