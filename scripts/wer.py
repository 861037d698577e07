"""Score one folder: word and character error rates, and the words that were missed, fixed, broken and confused."""

import argparse
from dataclasses import replace
from pathlib import Path

from clm import __version__, cli
from clm.base import files
from clm.normalization.profiles import Profile, is_unspaced
from clm.reasons import codes
from clm.results import transcripts
from clm.scoring import folder_score


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--normalized", type=Path, required=True, help="normalized.tsv of the model")
    parser.add_argument("--transcript", type=Path, required=True, help="transcript.json of the model")
    parser.add_argument(
        "--baseline", type=Path, nargs="?", help="normalized.tsv of the baseline, for fixed and broken words"
    )
    parser.add_argument("--profile", default="basic", help="name of the normalizer that was used")
    parser.add_argument("--without", nargs="*", default=[], metavar="RULE", help="rules of it that were left out")
    parser.add_argument("--equivalents", default="", help="digest of the equivalents that were used")
    parser.add_argument("--language", default="en-US", help="language of the texts")
    parser.add_argument("--output", type=Path, required=True, help="wer.json")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    transcript = transcripts.read(args.transcript)
    failures = {name: codes.told(failure.reason, failure.hint) for name, failure in transcript.failures.items()}
    baseline = files.read_table(args.baseline, delimiter="\t") if args.baseline else None
    normalizer = Profile.of(args.profile, args.without)
    rows = files.read_table(args.normalized, delimiter="\t")
    score = folder_score.score_folder(rows, baseline, failures, normalizer, unspaced=is_unspaced(args.language))
    equivalents = {"equivalents": args.equivalents} if args.equivalents else {}
    score = replace(
        score,
        model=transcript.model,
        folder=transcript.folder,
        engine=transcript.engine,
        versions={**transcript.versions, "clm-proof": __version__},
        made=transcript.days,
        seconds=transcript.seconds,
        normalizer={**score.normalizer, **equivalents},
    )
    folder_score.write(args.output, score)


if __name__ == "__main__":
    cli.run(main)
