"""List everything that the workflow has left at Amazon, with sizes and ages, and delete it with --delete.

Kinds: jobs, transcripts, models, vocabularies, uploads (recordings, training text, tables), parts (uploads that were
cut off). Only what carries our tag or metadata is listed, and nothing outside of the prefix is touched.

Without --only, --delete deletes vocabularies, uploads and parts: the next run makes them again for free. Jobs and
transcripts were paid for, and models took hours of training: these are deleted only if --only names them. Items in use
are kept, unless --in-use is given: models and vocabularies of the results folder (or of --results), jobs and
transcripts whose result is not stored there. Running jobs are always kept.
"""

import argparse
import datetime
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from clm import cli
from clm.base.errors import UserError
from clm.base.progress import duration
from clm.base.redaction import scrub
from clm.base.s3_path import SCHEME
from clm.engines.transcribe.leftovers.cleanup import SAFE, Cleaner, choose, could_go
from clm.engines.transcribe.leftovers.holdings import KINDS, MODELS, Holdings, Item, Results
from clm.engines.transcribe.transcribe_settings import TranscribeSettings

_UNITS = ("B", "kB", "MB", "GB", "TB")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_config_options(parser)
    parser.add_argument("--delete", action="store_true", help="delete the items marked so")
    parser.add_argument(
        "--only", type=kinds, metavar="KINDS", help=f"list, and delete, only these, with commas: {','.join(KINDS)}"
    )
    parser.add_argument("--in-use", action="store_true", help="delete items in use, too")
    parser.add_argument(
        "--results",
        type=Path,
        nargs="+",
        metavar="FOLDER",
        help="results folders whose models are in use; the configuration's if not given",
    )
    return parser.parse_args(argv)


def kinds(text: str) -> list[str]:
    """Kinds out of a list with commas."""
    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in KINDS]:
        raise argparse.ArgumentTypeError(f"unknown kind: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    return names


def size(count: int) -> str:
    """A number of bytes in words.

    >>> size(12), size(4_200_000)
    ('12 B', '4.2 MB')
    """
    amount = float(count)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            break
        amount /= 1000
    return f"{amount:.1f} {unit}" if unit != "B" else f"{count} B"


def age(created: datetime.datetime) -> str:
    """Time since a moment."""
    seconds = max((datetime.datetime.now(datetime.UTC) - created).total_seconds(), 0)
    return f"{seconds / 86_400:.0f} days" if seconds > 2 * 86_400 else duration(seconds)


def listing(items: Sequence[Item]) -> Iterator[str]:
    """The items by kind, each with what --delete would do to it."""
    for kind in dict.fromkeys(item.kind for item in items):
        own = [item for item in items if item.kind == kind]
        total = size(sum(item.size or 0 for item in own))
        yield f"{kind}: {len(own)}" + (f", {total}" if own[0].size is not None else "")
        for item in own:
            cells = (
                "keep" if item.keep else "delete",
                age(item.created),
                item.state if item.size is None else size(item.size),
            )
            yield f"  {cells[0]:<7} {cells[1]:>8}  {cells[2]:<11}  {item.name}" + (
                f"  ({item.keep})" if item.keep else ""
            )


def notes(items: Sequence[Item], holdings: Holdings, limit: float) -> Iterator[str]:
    """Remarks below the list: further folders, and what stays."""
    if holdings.foreign:
        yield f"{holdings.foreign} objects below the prefix are not ours, or of unknown jobs: they are kept."
    models = [item for item in items if item.kind == MODELS]
    if holdings.all_models:
        yield f"Models in the account: {holdings.all_models} of {limit:g}, ours {len(models)}."
    if names := could_go(models):
        yield f"Models that could go, the best candidates first: {', '.join(names)}."


def delete(cleaner: Cleaner, items: Iterable[Item]) -> None:
    """Delete items, and say what was deleted.

    Raises:
        UserError: some could not be deleted.

    """
    failed = 0
    for item, trouble in cleaner.delete(items):
        failed += bool(trouble)
        sys.stdout.write(scrub(f"not deleted: {trouble}" if trouble else f"deleted {item.name}") + "\n")
        sys.stdout.flush()
    if failed:
        raise UserError(f"{failed} could not be deleted", "see above; run again for the rest")


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    config = cli.read_config(args)
    settings = TranscribeSettings.of(config)
    if not settings.bucket:
        raise UserError("config: transcribe.bucket is not set", "name the bucket that the workflow uses")
    aws = settings.connect()
    results = Results.read(args.results or [Path(config.results)])
    holdings = Holdings(aws, settings, results)
    found = holdings.items(args.only or KINDS)
    items = choose(found, args.only or SAFE, in_use=args.in_use)
    lines = [*listing(items), *notes(found, holdings, settings.limits["models"])]
    sys.stdout.write(scrub("\n".join(lines or ["The workflow has left nothing there."])) + "\n")
    chosen = [item for item in items if not item.keep]
    if args.delete:
        delete(Cleaner(aws, settings), chosen)
        if any(item.name.startswith(SCHEME) for item in chosen) and holdings.keeps_versions():
            sys.stdout.write("The bucket keeps versions: what was deleted stays, and is billed, as an older version.\n")
    elif chosen:
        sys.stdout.write(f"Nothing was deleted; --delete deletes the {len(chosen)} marked so.\n")


if __name__ == "__main__":
    cli.run(main)
