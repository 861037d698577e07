"""Errors of the stock model and of a CLM on a set of recordings, and on general speech that it must not hurt.

SET holds input/<folder>/ and training_data/; GUARD holds input/<folder>/. The CLM is trained on SET's training data
alone. If that text contains what is spoken, the figure checks the plumbing and says nothing about a gain.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from clm import engines, files, inputs, normalize, scoring
from clm.corpus import clean
from clm.digests import Digests
from clm.engines import Engine, Model, Recording, TrainingText, Transcript

CONFIG = {"engine": "pocketsphinx", "language": "en-US", "pocketsphinx": {"decoder": {}}}


def errors(engine: Engine, model: Model, root: Path) -> scoring.ErrorCounts:
    """Pooled word errors of a model on every recording below `root`."""
    folders, _ = inputs.scan(root / "input", Digests(Path("/nonexistent/cache")))
    pairs = [pair for folder in folders.values() for pair in folder.pairs]
    texts = {pair.audio: inputs.read_text(pair.text) for pair in pairs}
    recordings = [Recording(pair.name, pair.audio, files.sha256_of_file(pair.audio)) for pair in pairs]
    normal = normalize.create("basic")
    total = scoring.ErrorCounts()
    for recording, outcome in engine.transcribe(recordings, model):
        assert isinstance(outcome, Transcript), outcome
        hypothesis = outcome.result["results"]["transcripts"][0]["transcript"]
        total += scoring.score(normal(texts[recording.audio]), normal(hypothesis)).counts
    return total


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("guard", type=Path)
    args = parser.parse_args()
    engine = engines.create(CONFIG)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        texts = map(inputs.read_text, inputs.text_files(args.set / "training_data"))
        corpus = directory / "training_data.txt"
        corpus.write_text("".join(f"{line}\n" for text in texts for line in clean.sentences(text)), encoding="utf-8")
        start = time.perf_counter()
        details = engine.train(TrainingText({"training_data": corpus}), directory)
        seconds = time.perf_counter() - start
        print(f"trained on {corpus.stat().st_size} bytes in {seconds:.1f} s, weight {details['weight']:.2f}")
        clm = Model("clm", directory, "clm")
        for title, root in (("set", args.set), ("guard", args.guard)):
            for model in (Model(engine.name), clm):
                counts = errors(engine, model, root)
                print(
                    f"{title:6} {model.name:14} {counts.errors:4} errors in {counts.words} words, WER {counts.rate:.3f}"
                )


if __name__ == "__main__":
    main()
