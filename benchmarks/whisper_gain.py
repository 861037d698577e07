"""Errors of Whisper with every text on every set: gain where the text is about the set, harm where it is not.

A set is a folder with input/<folder>/ and, as the text about it, training_data/ or articles/. All texts and weights are
decoded in one pass, as the engine does it: the same pieces, search and guards. --folders takes a part of all sets.

    .venv/bin/python benchmarks/whisper_gain.py MODEL SET [SET ...] [--text TEXT ...] [--weights 0.3 ...]
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np

from clm import engines
from clm.audio.decode import read_audio
from clm.base.text_files import read_text
from clm.config import load
from clm.corpus.training_text import own_text
from clm.engines.whisper import fusion_training
from clm.engines.whisper.guards import joined
from clm.engines.whisper.pieces import pieces
from clm.engines.whisper.search import Fusion
from clm.engines.whisper.search_settings import LONGEST_PIECE
from clm.engines.whisper.whisper_engine import Whisper
from clm.normalization.normalizer import create_normalizer
from clm.scoring import error_rate
from clm.types import Model, TrainingText

CHECKOUT = Path(__file__).parents[1]
SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".m4a")


def recordings(root: Path, folders: list[str]) -> Iterator[tuple[Path, str]]:
    """Each recording of a set, with its reference: the text of its name, or the only one beside it."""
    for path in sorted(root.glob("input/*/*")):
        if path.suffix not in SUFFIXES or (folders and not any(name in str(path) for name in folders)):
            continue
        own = path.with_suffix(".txt")
        yield path, read_text(own if own.exists() else next(path.parent.glob("*.txt")))


def texts_of(sets: list[Path], others: list[Path]) -> dict[str, Path]:
    """Texts by name: those of the sets, and others."""
    own = [root / name for root in sets for name in ("training_data", "articles")]
    return {f"{text.parent.name}/{text.name}": text for text in [*own, *others] if text.exists()}


def train(engine: Whisper, language: str, text: Path, directory: Path) -> Callable[[float], Fusion]:
    """The fusion of a text's CLM, by its weight."""
    directory.mkdir()
    source = directory / "text.txt"
    source.write_text(own_text(text, language, directory / "dropped.tsv"), encoding="utf-8")
    engine.train(TrainingText({"training_data": source}), directory)
    return fusion_training.weighing(directory, engine._tokens)


def measure(
    engine: Whisper, normal: Callable[[str], str], root: Path, folders: list[str], fusions: list[Fusion | None]
) -> tuple[np.ndarray, int]:
    """Errors of each recording with each fusion, int64 (recordings, fusions), and the number of words."""
    listener = engine._listener(Model("whisper"))
    rows, words = [], 0
    for path, reference in recordings(root, folders):
        samples = read_audio(path).samples
        parts = pieces(samples, listener.detector(samples), LONGEST_PIECE)
        heard = [listener.texts(piece, fusions) for piece in parts] or [[""] * len(fusions)]
        given = normal(reference)
        counts = [error_rate.score(given, normal(joined(texts))).counts for texts in zip(*heard, strict=True)]
        rows.append([count.errors for count in counts])
        words += counts[0].words
    return np.array(rows), words


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="folder, size or repository of the model")
    parser.add_argument("sets", type=Path, nargs="+", help="folders with input/")
    parser.add_argument("--text", type=Path, action="append", default=[], help="a further text, of no set")
    parser.add_argument("--weights", type=float, nargs="+", default=[0.3])
    parser.add_argument("--folders", nargs="+", default=[], help="only folders with one of these in their names")
    parser.add_argument("--language", default="en-US")
    args = parser.parse_args()
    normal = create_normalizer("spoken" if args.language.startswith("en") else "basic", args.language, ())
    with tempfile.TemporaryDirectory() as name:
        changes = {"engine": "whisper", "language": args.language, "results": f"{name}/results"}
        engine = engines.create(load({**changes, "whisper": {"model": args.model}}, CHECKOUT, Path.cwd()))
        assert isinstance(engine, Whisper)
        texts = texts_of(args.sets, args.text)
        made = {
            text: train(engine, args.language, path, Path(name) / str(n))
            for n, (text, path) in enumerate(texts.items())
        }
        rows = [(text, weight) for text in made for weight in args.weights]
        fusions = [None, *(made[text](weight) for text, weight in rows)]
        for root in args.sets:
            errors, words = measure(engine, normal, root, args.folders, fusions)
            stock = errors[:, 0].sum()
            print(f"{root}: {len(errors)} recordings, {words} words, stock {stock} errors", flush=True)
            for place, (text, weight) in enumerate(rows, 1):
                more = errors[:, place] - errors[:, 0]
                print(
                    f"  {text:40} weight {weight:4} {errors[:, place].sum():5} errors, {more.sum():+5}; "
                    f"{(more < 0).sum()} recordings better, {(more > 0).sum()} worse",
                    flush=True,
                )


if __name__ == "__main__":
    main()
