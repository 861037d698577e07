"""Transcribe the recordings of one folder with one model.

Results come from the store where it has them; the rest is transcribed and stored, recording by recording, so
that nothing is done twice when the run is killed. A recording that fails for good is recorded with its reason;
the program succeeds nevertheless.
"""

import argparse
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clm import __version__, cli, engines, files, models
from clm.config import load_yaml
from clm.engines import Failure, Model, Recording, Transcript
from clm.errors import UserError
from clm.store import Store

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--manifest", type=Path, required=True, help="recordings of the folder (JSON)")
    parser.add_argument("--results", type=Path, required=True, help="results folder: configuration, models, store")
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--repeats", type=int, default=0, help="how often the folder was to be repeated")
    parser.add_argument("--retries", type=int, default=0, help="how often failures were to be retried")
    parser.add_argument("--output", type=Path, required=True, help="transcript.json")
    return parser.parse_args(argv)


def read_recordings(manifest: dict[str, Any]) -> Iterator[Recording]:
    """Recordings of the folder, each checked to be still the file that the run was planned with."""
    for item in manifest["recordings"]:
        recording = Recording(item["recording"], Path(item["audio"]), item["audio_sha256"])
        try:
            found = files.sha256_of_file(recording.audio)
        except OSError as error:
            raise UserError(
                f"{recording.audio}: not readable ({error.strerror})", "put it back and run again"
            ) from error
        if found != recording.sha256:
            raise UserError(f"{recording.audio}: changed during the run", "run again")
        yield recording


def outcomes(
    recordings: list[Recording], model: Model, engine: engines.Engine, store: Store, repeats: int, retries: int
) -> dict[str, Transcript | Failure]:
    """Result of every recording by its name, from the store or, where that has none, from the engine."""
    keys = {recording.name: store.key(recording, model, repeats) for recording in recordings}
    found = {recording.name: store.get(keys[recording.name], retries) for recording in recordings}
    missing = [recording for recording in recordings if found[recording.name] is None]
    log.info("%d of %d recordings are in the store", len(recordings) - len(missing), len(recordings))
    for done, (recording, outcome) in enumerate(engine.transcribe(missing, model), 1):
        store.put(keys[recording.name], recording, model, outcome, retries)
        found[recording.name] = outcome
        trouble = f": {outcome.reason}" if isinstance(outcome, Failure) else ""
        log.info("%d of %d: %s%s", done, len(missing), recording.name, trouble)
    return found


def entry(recording: Recording, outcome: Transcript | Failure) -> dict[str, Any]:
    """One recording of transcript.json."""
    about = {"recording": recording.name, "audio": str(recording.audio), "sha256": recording.sha256}
    if isinstance(outcome, Failure):
        return {**about, "seconds": None, "failure": {"reason": outcome.reason, "hint": outcome.hint}}
    return {**about, "seconds": outcome.seconds, "result": outcome.result}


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    engine = engines.create(load_yaml(args.results / "config.yaml"))
    manifest = files.read_json(args.manifest)
    model = models.load(args.results / "models", args.model, engine.name)
    recordings = list(read_recordings(manifest))
    store = args.results / "store"
    if args.repeats or args.retries:
        # Written before anything is paid: if the run is killed now, the next one still knows of the request.
        attempts = store / "attempts" / args.model / f"{manifest['folder']}.json"
        files.write_json(attempts, {"repeats": args.repeats, "retries": args.retries})
    found = outcomes(recordings, model, engine, Store(store, engine), args.repeats, args.retries)
    transcript = {
        "model": args.model,
        "folder": manifest["folder"],
        "engine": engine.name,
        "attempt": {"repeats": args.repeats, "retries": args.retries},
        "versions": {"clm-proof": __version__, **engine.versions()},
        "recordings": [entry(recording, found[recording.name]) for recording in recordings],
    }
    files.write_json(args.output, transcript, indent=None)


if __name__ == "__main__":
    cli.run(main)
