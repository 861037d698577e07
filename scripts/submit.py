"""Let an engine that works elsewhere transcribe everything that one model has no result for, all at once.

Results go to the store as they come, so that nothing is paid twice when the run is killed. What cannot be finished in
this run is noted with its reason, and the program succeeds nevertheless: the folders that are finished go on.
"""

import argparse
import logging
from collections import defaultdict
from pathlib import Path

from clm import cli, config, engines
from clm.base import files
from clm.project import submissions
from clm.results import manifests, models
from clm.results.store import Store
from clm.types import Failure, Recording, Unfinished

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="results folder: configuration, models, store")
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--quota-percent", type=int, default=100, help="part of the account's quotas to use")
    parser.add_argument("--output", type=Path, required=True, help="output: record of this submission (JSON)")
    return parser.parse_args(argv)


def wanted(results: Path, index: Path) -> list[tuple[str, Recording]]:
    """Every folder and recording, with the repetitions and retries that were asked for."""
    requests = models.read_if_there(results / "store" / "attempts.json").get("folders", {})
    found = []
    for folder in files.read_json(index)["folders"]:
        manifest = files.read_json(index.with_suffix("") / f"{folder}.json")
        found += [(folder, recording) for recording in manifests.recordings(manifest, **requests.get(folder, {}))]
    return found


def submit(args: argparse.Namespace) -> dict[str, dict[str, Unfinished]]:
    """Fill the store; returns what remains unfinished, by folder and recording."""
    engine = engines.create(config.saved(args.results))
    engine.share = args.quota_percent / 100
    model = models.load(args.results / "models", args.model, engine.name)
    store = Store(args.results / "store", engine)
    missing = [item for item in wanted(args.results, args.index) if not store.has(item[1], model)]
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
    engine = config.saved(args.results)["engine"]
    submissions.write_unfinished(args.results, engine, args.model, left)
    files.write_json(args.output, {"model": args.model, "unfinished": sorted(left)})


if __name__ == "__main__":
    cli.run(main)
