"""Transcribe the recordings of one folder with one model.

Results come from the store where it has them; the rest is transcribed and stored, recording by recording, so
that nothing is done twice if the run is killed. A recording that fails for good is recorded with its reason;
the program succeeds nevertheless. With a remote engine, submit has filled the store before: what it left
unfinished is recorded as such, and the next run continues with it.
"""

import argparse
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from clm import __version__, cli, engines
from clm.base import files, progress
from clm.base.s3_path import S3Path
from clm.bucket import sync
from clm.results import manifests, models, transcripts, unfinished
from clm.results.store import Store
from clm.results.transcripts import Entry, FolderTranscript
from clm.settings import Settings, read
from clm.types import Engine, Failure, Model, Outcome, Recording, Transcript, Unfinished

log = logging.getLogger(__name__)

_NOT_SUBMITTED = {"reason": "it was not submitted", "hint": "run again"}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--manifest", type=Path, required=True, help="recordings of the folder (JSON)")
    cli.add_settings_option(parser)
    parser.add_argument("--store", type=Path, required=True, help="directory of the store")
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--model-files", type=Path, nargs="*", default=[], help="its files, model.json first")
    parser.add_argument("--repeats", type=int, default=0, help="how often the folder was to be repeated")
    parser.add_argument("--retries", type=int, default=0, help="how often failures were to be retried")
    parser.add_argument("--output", type=Path, required=True, help="transcript.json")
    return parser.parse_args(argv)


def local(recordings: Iterable[Recording], settings: Settings, directory: Path) -> Iterator[Recording]:
    """The recordings as files on this machine, each fetched when its turn comes, and checked to be what was planned."""
    from clm.aws.clients import explain
    from clm.engines.transcribe.transcribe_settings import TranscribeSettings

    aws = TranscribeSettings.of(settings).connect()
    for recording in recordings:
        if not isinstance(recording.audio, S3Path):
            manifests.check_unchanged(recording)
            yield recording
            continue
        path = directory / f"audio{recording.audio.suffix}"
        try:
            aws.s3.download_file(recording.audio.bucket, recording.audio.key, str(path))
        except Exception as error:
            raise explain(error, f"reading {recording.audio}", "s3") from error
        yield replace(recording, audio=path)
        path.unlink()


def transcribe(
    recordings: list[Recording], model: Model, engine: Engine, store: Store, settings: Settings
) -> dict[str, Outcome]:
    """Result of every recording by its name, from the store or, where that has none, from the engine."""
    found: dict[str, Outcome] = {}
    for recording in recordings:
        if (outcome := store.get(recording, model)) is not None:
            found[recording.name] = outcome
    missing = [recording for recording in recordings if recording.name not in found]
    log.info("%d of %d recordings are in the store", len(found), len(recordings))
    if engine.submits or not missing:
        return found
    import tempfile

    originals = {recording.name: recording for recording in missing}
    with tempfile.TemporaryDirectory(prefix="clm-audio-") as directory:
        fetched = local(missing, settings, Path(directory))
        for done, (recording, outcome) in enumerate(engine.transcribe(fetched, model), 1):
            store.put(originals[recording.name], model, outcome)
            found[recording.name] = store.get(originals[recording.name], model) or outcome
            progress.finished_audio(str(recording.audio), outcome.seconds if isinstance(outcome, Transcript) else 0.0)
            trouble = f": {outcome.reason}" if isinstance(outcome, Failure) else ""
            log.info("%d of %d: %s%s", done, len(missing), recording.name, trouble)
    return found


def merged(versions: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The versions of all results; where they differ, all of them.

    >>> merged([{"boto3": "1.40", "service": "x"}, {"boto3": "1.39", "service": "x"}])
    {'boto3': '1.39, 1.40', 'service': 'x'}
    """
    found: dict[str, set[str]] = {}
    for item in versions:
        for name, version in item.items():
            found.setdefault(name, set()).add(version)
    return {name: ", ".join(sorted(items)) for name, items in sorted(found.items())}


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    settings = read(args.settings)
    engine = engines.create(settings)
    manifest = files.read_json(args.manifest)
    folder = manifest["folder"]
    progress.name_job(f"{args.model}/{folder}")
    model = models.of_files(args.model, args.model_files)
    recordings = manifests.recordings(manifest["recordings"], repeats=args.repeats, retries=args.retries)
    found = transcribe(recordings, model, engine, Store(args.store, engine), settings)
    if len(found) < len(recordings):
        sync.fetch(unfinished.path_of(args.store, engine.name, args.model))
        left = unfinished.read(args.store, engine.name, args.model).get(folder, {})
        for recording in recordings:
            if recording.name not in found:
                found[recording.name] = Unfinished(**left.get(recording.name, _NOT_SUBMITTED))
    outcomes = [found[recording.name] for recording in recordings]
    versions = [outcome.versions for outcome in outcomes if isinstance(outcome, Transcript)]
    transcript = FolderTranscript(
        model=args.model,
        folder=folder,
        engine=engine.name,
        # The versions that made the results, which may differ from those installed now.
        versions={"clm-proof": __version__, **merged(versions)},
        recordings=tuple(Entry.of(recording, found[recording.name]) for recording in recordings),
        attempt={"repeats": args.repeats, "retries": args.retries},
    )
    transcripts.write(args.output, transcript)


if __name__ == "__main__":
    cli.run(main)
