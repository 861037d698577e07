"""Errors of the stock model as the engine uses it, beside those of bare pocketsphinx with its own settings.

SET is a folder that holds input/<folder>/, or recordings with texts of the same names. Bare pocketsphinx gets the same
samples, a whole recording at once, as its own programs do; the same normalizer and counting apply to both. With
--decoder, a YAML mapping, the engine is also run with other decoder parameters. Exits with 1 if the engine makes more
errors on all sets together.
"""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import yaml

from clm import cli, engines
from clm.audio.decode import AudioError, read_audio
from clm.base import files
from clm.base.digests import Digests
from clm.base.text_files import read_text
from clm.config import load
from clm.normalization.normalizer import create_normalizer
from clm.project import input_folders
from clm.scoring.error_rate import ErrorCounts, score
from clm.types import Model, Recording, Transcript

BARE, OURS = "bare pocketsphinx", "the engine"


class Pair(NamedTuple):
    """A recording and the text of its reference."""

    audio: Path
    reference: str


def pairs(root: Path) -> Iterator[Pair]:
    """The recordings of a set that can be read."""
    if (root / "input").is_dir():
        folders, _ = input_folders.scan(root / "input", Digests(Path("/nonexistent/cache")))
        found = [(pair.audio, pair.text) for folder in folders.values() for pair in folder.pairs if pair.audio]
    else:
        found = [
            (audio, text)
            for text in sorted(root.glob("*.txt"))
            for audio in sorted(root.glob(f"{text.stem}.*"))
            if audio.suffix != ".txt"
        ]
    for audio, text in found:
        try:
            read_audio(audio)
        except AudioError:
            continue
        yield Pair(audio, read_text(text))


@cache
def decoder() -> Any:
    """Pocketsphinx as it comes."""
    import pocketsphinx

    return pocketsphinx.Decoder(loglevel="FATAL", logfn=os.devnull)


def bare(audio: Path) -> str:
    """The words that bare pocketsphinx hears."""
    decoder().reinit_feat()
    decoder().start_utt()
    decoder().process_raw(read_audio(audio).samples.tobytes(), full_utt=True)
    decoder().end_utt()
    return decoder().hyp().hypstr if decoder().hyp() else ""


def heard(parameters: dict[str, Any], audio: Path) -> str:
    """The words that the engine hears with these decoder parameters on top of its own."""
    engine = engines.create(load({"pocketsphinx": {"decoder": parameters}}, cli.CHECKOUT, cli.CHECKOUT))
    recording = Recording(audio.stem, audio, files.sha256_of_file(audio))
    [(_, outcome)] = engine.transcribe([recording], Model(engine.name))
    assert isinstance(outcome, Transcript), outcome
    return outcome.result["results"]["transcripts"][0]["transcript"]


def main() -> None:
    """Print a line for each set and recogniser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, nargs="+")
    parser.add_argument("--decoder", action="append", default=[], type=yaml.safe_load, metavar="YAML")
    args = parser.parse_args()
    normal = create_normalizer("basic")
    rows = {BARE: bare, OURS: lambda audio: heard({}, audio)}
    rows |= {f"with {given}": lambda audio, given=given: heard(given, audio) for given in args.decoder}
    totals: dict[str, ErrorCounts] = defaultdict(ErrorCounts)
    for root in args.set:
        found = list(pairs(root))
        for name, recognize in rows.items():
            counts = sum(
                (score(normal(item.reference), normal(recognize(item.audio))).counts for item in found), ErrorCounts()
            )
            totals[name] += counts
            print(f"{root.name:16} {name:50} {counts.errors:4} errors in {counts.words} words", flush=True)
    for name, counts in totals.items():
        print(f"{'all':16} {name:50} {counts.errors:4} errors in {counts.words} words, WER {counts.rate:.4f}")
    sys.exit(totals[OURS].errors > totals[BARE].errors)


if __name__ == "__main__":
    main()
