"""Normalize references and hypotheses of one folder, so that only words are compared.

Writes one row per recording that was transcribed: recording, reference, hypothesis. Or, with --explain, shows what each
rule of a profile does to a text.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm import cli
from clm.base import files
from clm.bucket import sync
from clm.normalization.normalizer import Normalizer, create_normalizer
from clm.results import manifests, transcripts
from clm.results.transcripts import FolderTranscript

if TYPE_CHECKING:
    from clm.scoring.equivalents import Equivalents

log = logging.getLogger(__name__)

COLUMNS = ("recording", "reference", "hypothesis")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--explain", metavar="TEXT", help="print what each rule does to this text, and nothing else")
    parser.add_argument("--manifest", type=Path, help="recordings of the folder (JSON)")
    parser.add_argument("--transcript", type=Path, help="transcript.json")
    parser.add_argument("--profile", default="basic", help="name of the normalizer: basic, spoken or whisper")
    parser.add_argument("--without", nargs="*", default=[], metavar="RULE", help="rules of the profile to leave out")
    parser.add_argument("--equivalents", type=Path, help="file of forms that count as equal")
    parser.add_argument("--language", default="en-US", help="language of the texts")
    parser.add_argument("--output", type=Path, help="normalized.tsv")
    args = parser.parse_args(argv)
    if args.explain is None and not (args.manifest and args.transcript and args.output):
        parser.error("--manifest, --transcript and --output are needed, or --explain TEXT")
    return args


def rows(manifest: dict[str, Any], transcript: FolderTranscript, normalizer: Normalizer) -> Iterator[dict[str, str]]:
    """Rows of the recordings that are in both, with the same audio, and did not fail.

    A transcript that was imported does not say what audio it was made from; it counts by the recording's name.
    """
    references = {item["recording"]: item for item in manifest["recordings"]}
    for entry in transcript.recordings:
        reference = references.get(entry.recording)
        same_audio = reference is not None and entry.sha256 in (None, reference["audio_sha256"])
        if same_audio and entry.result is not None:
            yield {
                "recording": entry.recording,
                "reference": normalizer(manifests.reference(reference)),
                "hypothesis": normalizer(entry.text),
            }


def accept(rows: Iterator[dict[str, str]], accepted: Equivalents) -> Iterator[dict[str, str]]:
    """The rows, with accepted forms of the hypothesis written as in the reference; how often goes to the log."""
    from clm.scoring import equivalents

    used: Counter[tuple[str, str]] = Counter()
    for row in rows:
        words, forms = equivalents.apply(accepted, row["reference"].split(), row["hypothesis"].split())
        used += forms
        yield {**row, "hypothesis": " ".join(words)}
    for (reference, heard), count in sorted(used.items(), key=lambda item: (-item[1], item[0])):
        log.info("accepted %d times: %r heard as %r", count, reference, heard)


def explain(text: str, normalizer: Normalizer) -> Iterator[str]:
    """The text, and what each rule that changes it makes of it."""
    steps = list(normalizer.steps(text))
    width = max(len(name) for name, _ in [*steps, (str(normalizer), "")])
    yield f"{'text':{width}}  {text}"
    before = text
    for name, after in steps:
        if after != before:
            yield f"{name:{width}}  {after}"
        before = after
    yield f"{normalizer!s:{width}}  {before}"


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    normalizer = create_normalizer(args.profile, args.language, args.without)
    if args.explain is not None:
        sys.stdout.write("".join(f"{line}\n" for line in explain(args.explain, normalizer)))
        return
    manifest = files.read_json(args.manifest)
    sync.fetch_shared(Path(item["text"]) for item in manifest["recordings"])
    table = rows(manifest, transcripts.read(args.transcript), normalizer)
    if args.equivalents:
        from clm.scoring import equivalents

        table = accept(table, equivalents.read(args.equivalents, normalizer))
    files.write_table(args.output, COLUMNS, table, delimiter="\t")


if __name__ == "__main__":
    cli.run(main)
