"""Errors of the stock model and of CLMs on a set of recordings, and on general speech that they must not hurt.

SET holds input/<folder>/ and training_data/; GUARD holds input/<folder>/. The CLM is trained on SET's training data
alone, once as shipped, once with a single pronunciation per new word, and with --sweep once per fixed weight: those
given, or a few from 0.1 to 0.9. If that text contains what is spoken, the figure checks the plumbing and says nothing
about a gain.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np

from clm import cli, engines
from clm.base import files
from clm.base.digests import Digests
from clm.base.text_files import read_text, text_files
from clm.config import load
from clm.corpus import clean
from clm.lm import adapt
from clm.normalization.normalizer import create_normalizer
from clm.project import input_folders
from clm.pronunciation import pronouncer
from clm.scoring import error_rate
from clm.types import Engine, Model, Recording, TrainingText, Transcript

SETTINGS = load({}, cli.CHECKOUT, cli.CHECKOUT)
SWEEP = (0.1, 0.3, 0.5, 0.7, 0.9)


def errors(engine: Engine, model: Model, root: Path) -> error_rate.ErrorCounts:
    """Pooled word errors of a model on every recording below `root`."""
    folders, _ = input_folders.scan(root / "input", Digests(Path("/nonexistent/cache")))
    pairs = [pair for folder in folders.values() for pair in folder.pairs]
    texts = {pair.audio: read_text(pair.text) for pair in pairs}
    recordings = [Recording(pair.name, pair.audio, files.sha256_of_file(pair.audio)) for pair in pairs]
    normal = create_normalizer("basic")
    total = error_rate.ErrorCounts()
    for recording, outcome in engine.transcribe(recordings, model):
        assert isinstance(outcome, Transcript), outcome
        hypothesis = outcome.result["results"]["transcripts"][0]["transcript"]
        total += error_rate.score(normal(texts[recording.audio]), normal(hypothesis)).counts
    return total


@contextmanager
def variant(name: str) -> Iterator[None]:
    """Train otherwise than shipped: "one pronunciation", or "weight 0.3"."""
    if name.startswith("weight "):
        weight = float(name.removeprefix("weight "))

        def fixed(found: np.ndarray) -> np.ndarray:
            return np.append(1 - weight, found[1:] / found[1:].sum() * weight)

        with mock.patch.object(adapt, "bounded", fixed):
            yield
    elif name == "one pronunciation":
        with mock.patch.object(pronouncer, "MOST", 1):
            yield
    else:
        yield


def train(engine: Engine, training_data: Path, directory: Path) -> float:
    """Train into `directory`, and print the weight; gives the seconds."""
    directory.mkdir()
    texts = map(read_text, text_files(training_data))
    corpus = directory / "training_data.txt"
    corpus.write_text("".join(f"{line}\n" for text in texts for line in clean.sentences(text)), encoding="utf-8")
    start = time.perf_counter()
    details = engine.train(TrainingText({"training_data": corpus}), directory)
    seconds = time.perf_counter() - start
    print(
        f"{directory.name}: {corpus.stat().st_size} bytes in {seconds:.1f} s, weight {details['weight']:.2f}, "
        f"perplexity of general text times {details['general_text']['ratio']:.2f}"
    )
    return seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("guard", type=Path)
    parser.add_argument("--sweep", type=float, nargs="*", metavar="WEIGHT", help="also with fixed weights")
    args = parser.parse_args()
    weights = [] if args.sweep is None else args.sweep or SWEEP
    engine = engines.create(SETTINGS)
    names = ["as shipped", "one pronunciation", *(f"weight {weight}" for weight in weights)]
    with tempfile.TemporaryDirectory() as temporary:
        models = {"stock": Model(engine.name)}
        for name in names:
            with variant(name):
                train(engine, args.set / "training_data", Path(temporary) / name)
            models[name] = Model(name, Path(temporary) / name, name)
        for title, root in (("set", args.set), ("guard", args.guard)):
            stock = None
            for name, model in models.items():
                counts = errors(engine, model, root)
                stock = stock or counts
                change = counts.errors / max(stock.errors, 1) - 1
                print(
                    f"{title:6} {name:18} {counts.errors:4} errors in {counts.words} words,"
                    f" WER {counts.rate:.3f}, {change:+.0%}"
                )


if __name__ == "__main__":
    main()
