"""What mixing alone does to the recogniser, with no text at all: errors, insertions and general perplexity by cause.

Each row is the stock language model with one thing done to it that mixing in a text does as well: written anew,
back-off weights computed anew, everything it lists made less likely, its words mixed with equal ones or with its own
unigrams. SET holds input/<folder>/; --folder names folders (their ends are enough) where not all are to be decoded.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np
import yaml

from clm import cli, engines
from clm.base import files
from clm.base.digests import Digests
from clm.base.text_files import read_text
from clm.config import load
from clm.engines.pocketsphinx.stock import LEXICON_FILE, LM_FILE, STOCK_DICTIONARY, STOCK_MODEL, stock_file
from clm.lm import harm, trie
from clm.lm.mixture import interpolate
from clm.lm.ngrams import BackoffModel, Floats, Level, normalize
from clm.normalization.normalizer import create_normalizer
from clm.project import input_folders
from clm.pronunciation.cmudict import Entry, read_dictionary, write_lexicon
from clm.scoring.error_rate import ErrorCounts, score
from clm.types import Engine, Model, Recording, Transcript


def unigrams(stock: BackoffModel, probability: Floats) -> BackoffModel:
    """A model that knows how frequent words are, and nothing else."""
    one = stock.levels[0]
    logprob = np.log(probability / np.delete(probability, stock.start).sum())
    logprob[stock.start] = one.logprob[stock.start]
    none = Level(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    return BackoffModel(stock.size, stock.start, (Level(one.keys, logprob, np.zeros(stock.size)), none, none))


def variants(stock: BackoffModel, weight: float) -> Iterator[tuple[str, BackoffModel]]:
    """What is done, and the model that it gives."""
    yield "written anew", stock
    yield "back-off weights computed anew", normalize(stock)
    levels = (Level(level.keys, level.logprob + np.log(1 - weight), level.backoff) for level in stock.levels)
    yield f"what is listed times {1 - weight:g}", BackoffModel(stock.size, stock.start, tuple(levels))
    weights = np.array([1 - weight, weight])
    own = np.exp(stock.levels[0].logprob)
    yield f"{weight:g} of its own unigrams", interpolate((stock, unigrams(stock, own)), weights)
    yield f"{weight:g} of all words alike", interpolate((stock, unigrams(stock, np.ones(stock.size))), weights)


def errors(engine: Engine, model: Model, root: Path, chosen: tuple[str, ...]) -> ErrorCounts:
    """Pooled word errors of a model on the chosen folders of a set."""
    normal = create_normalizer("basic")
    counts = ErrorCounts()
    folders, _ = input_folders.scan(root / "input", Digests(Path("/nonexistent/cache")))
    pairs = [pair for name, item in folders.items() if name.endswith(chosen) or not chosen for pair in item.pairs]
    for pair in pairs:
        recording = Recording(pair.name, pair.audio, files.sha256_of_file(pair.audio))
        [(_, outcome)] = engine.transcribe([recording], model)
        assert isinstance(outcome, Transcript), outcome
        heard = outcome.result["results"]["transcripts"][0]["transcript"]
        counts += score(normal(read_text(pair.text)), normal(heard)).counts
    return counts


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, nargs="+")
    parser.add_argument("--folder", action="append", default=[], help="end of a folder's name; all by default")
    parser.add_argument("--weight", type=float, default=0.05)
    parser.add_argument("--decoder", type=yaml.safe_load, default={}, metavar="YAML")
    args = parser.parse_args()
    engine = engines.create(load({"pocketsphinx": {"decoder": args.decoder}}, cli.CHECKOUT, cli.CHECKOUT))
    stock = trie.read(stock_file(STOCK_MODEL))
    dictionary = read_dictionary(stock_file(STOCK_DICTIONARY))
    # The decoder leaves out a word without pronunciation in the stock model, but not in a CLM.
    missing = [word for word in stock.words if word not in dictionary and word not in ("<s>", "</s>")]
    lexicon = [Entry(word, (*dictionary[word.removesuffix("'s")][0], "Z"), "affix", 1, 0) for word in missing]
    with tempfile.TemporaryDirectory() as name:
        models = {"stock model": (Model("stock"), 1.0)}
        for number, (title, changed) in enumerate(variants(stock.model, args.weight)):
            directory = Path(name) / str(number)
            directory.mkdir()
            trie.write(directory / LM_FILE, trie.LanguageModel(stock.words, changed))
            write_lexicon(directory / LEXICON_FILE, lexicon)
            growth = harm.general_perplexity(stock, trie.LanguageModel(stock.words, changed))["ratio"]
            models[title] = Model(title, directory, title), growth
        for title, (model, growth) in models.items():
            cells = []
            for root in args.set:
                counts = errors(engine, model, root, tuple(args.folder))
                cells.append(f"{root.name} {counts.errors} of {counts.words}, {counts.insertions} inserted")
            print(f"{title:32} general perplexity x {growth:.2f}  {'; '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
