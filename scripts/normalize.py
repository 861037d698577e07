"""Normalize references and hypotheses of one folder, so that only words are compared.

Writes one row per recording that was transcribed: recording, reference, hypothesis.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clm import cli, files, inputs, normalize

COLUMNS = ("recording", "reference", "hypothesis")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--manifest", type=Path, required=True, help="recordings of the folder (JSON)")
    parser.add_argument("--transcript", type=Path, required=True, help="transcript.json")
    parser.add_argument("--profile", default="basic", help="name of the normalizer")
    parser.add_argument("--language", default="en-US", help="language of the texts")
    parser.add_argument("--output", type=Path, required=True, help="normalized.tsv")
    return parser.parse_args(argv)


def hypothesis(result: dict[str, Any]) -> str:
    """Text of a result in Amazon's JSON shape."""
    return " ".join(item["transcript"] for item in result["results"]["transcripts"])


def rows(
    manifest: dict[str, Any], transcript: dict[str, Any], normalizer: normalize.Normalizer
) -> Iterator[dict[str, str]]:
    """Rows of the recordings that are in both, with the same audio, and did not fail."""
    texts = {(item["recording"], item["audio_sha256"]): Path(item["text"]) for item in manifest["recordings"]}
    for item in transcript["recordings"]:
        text = texts.get((item["recording"], item["sha256"]))
        if text is not None and "result" in item:
            yield {
                "recording": item["recording"],
                "reference": normalizer(inputs.read_text(text)),
                "hypothesis": normalizer(hypothesis(item["result"])),
            }


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    normalizer = normalize.create(args.profile, args.language)
    table = rows(files.read_json(args.manifest), files.read_json(args.transcript), normalizer)
    files.write_table(args.output, COLUMNS, table, delimiter="\t")


if __name__ == "__main__":
    cli.run(main)
