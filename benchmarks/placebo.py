"""How often text that has nothing to say is called better: a placebo trial of the verdict.

Models are trained from unrelated texts of 25 to 25,000 words: drawn from the general language model, words of its
vocabulary at random, the language's and packages' documentation, licences, the same with their words shuffled. None of
it stands in this repository. Each model transcribes each SET (a folder that holds input/<folder>/), and is judged as
the product does, against the stock model, and with a control: a model made the same way from as many words (within a
factor of two) drawn from the general language model.

A control counts as the product's rules have it: better is proven against both (Holm's correction over the two), fixes
more words than it breaks, and has at least 200 words of text. Transcripts are kept in CACHE by audio and content of
the model, so that a trial that was stopped goes on, and models that come out equal are decoded once.
"""

import argparse
import inspect
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from clm import cli, engines
from clm.base import files
from clm.base.digests import Digests
from clm.base.text_files import read_text
from clm.config import load
from clm.corpus import clean
from clm.corpus.report_card import FEWEST_WORDS
from clm.engines.pocketsphinx.stock import STOCK_MODEL, stock_file
from clm.evaluation import bootstrap
from clm.evaluation.comparison import Evaluation
from clm.evaluation.model_scores import total
from clm.lm import sampling, trie
from clm.normalization.normalizer import create_normalizer
from clm.project import input_folders
from clm.scoring.folder_score import score_folder
from clm.settings import EvaluationSettings
from clm.types import Engine, Model, Recording, TrainingText, Transcript

SIZES = (25, 250, 2_500, 25_000)
RULES = EvaluationSettings(heldout=(), baseline=None, resamples=10_000, confidence=0.95)
#: Modules whose documentation is prose about programs.
_DOCUMENTED = ("numpy", "numpy.linalg", "numpy.random", "argparse", "logging", "datetime", "unittest", "decimal")
_MARKUP = re.compile(r"[`*|<>=\\_~^#-]{2,}|``|\*\*?")
_LINE = 12


@cache
def general() -> trie.LanguageModel:
    """The general language model."""
    return trie.read(stock_file(STOCK_MODEL))


def drawn(seed: int) -> list[str]:
    """Sentences of the general language model."""
    return [" ".join(sentence) for sentence in sampling.sample(general(), SIZES[-1], seed)]


def scattered(seed: int) -> list[str]:
    """Words of the general vocabulary, each as likely as any."""
    words = [word for word in general().words if word.isalpha()]
    return _lines(random.Random(seed).choices(words, k=SIZES[-1]))


@cache
def manual() -> list[str]:
    """The reference of the Python language."""
    topics = import_module("pydoc_data.topics").topics
    return clean.sentences(_MARKUP.sub(" ", "\n\n".join(topics[name] for name in sorted(topics))))


@cache
def licences() -> list[str]:
    """Licences of the packages that are installed, each text once."""
    found = set()
    for distribution in metadata.distributions():
        for path in distribution.files or ():
            if re.search(r"(?i)licen[cs]e|copying", path.name) and not path.name.endswith((".py", ".pyc")):
                file = Path(str(path.locate()))
                if file.is_file():
                    found.add(file.read_text(encoding="utf-8", errors="replace"))
    return list(dict.fromkeys(line for text in sorted(found) for line in clean.sentences(text)))


@cache
def docstrings() -> list[str]:
    """Documentation of functions and classes."""
    found = []
    for name in _DOCUMENTED:
        module = import_module(name)
        for _, item in sorted(vars(module).items()):
            if callable(item) and (text := inspect.getdoc(item)):
                found += clean.sentences(_MARKUP.sub(" ", text))
    return list(dict.fromkeys(found))


def shuffled(lines: Iterable[str], seed: int) -> list[str]:
    """The same words in any order."""
    words = [word for line in lines for word in line.split()]
    random.Random(seed).shuffle(words)
    return _lines(words)


def _lines(words: list[str]) -> list[str]:
    return [" ".join(words[start : start + _LINE]) for start in range(0, len(words), _LINE)]


KINDS: dict[str, Callable[[], list[str]]] = {
    "drawn": lambda: drawn(1),
    "manual": manual,
    "shuffled manual": lambda: shuffled(manual(), 1),
    "licences": licences,
    "docstrings": docstrings,
    "scattered": lambda: scattered(1),
    "shuffled licences": lambda: shuffled(licences(), 1),
}


def placebos() -> Iterator[tuple[str, int, list[str]]]:
    """Kind, words and lines of each text; all sizes and kinds come early, so that few texts are a sample of all."""
    for turn in range(len(SIZES)):
        for place, (kind, lines) in enumerate(KINDS.items()):
            words = SIZES[(turn + place) % len(SIZES)]
            yield kind, words, cut(lines(), words)


def cut(lines: Iterable[str], words: int) -> list[str]:
    """The first so many words."""
    found: list[str] = []
    for line in lines:
        part = line.split()[:words]
        words -= len(part)
        if not part:
            break
        found.append(" ".join(part))
    return found


@dataclass(frozen=True)
class Trained:
    """A model, the number of words of its text, and if the engine tells it: its text's weight, general perplexity."""

    model: Model
    words: int
    weight: float | None = None
    growth: float | None = None


class Trial:
    """Trains and transcribes with one engine, and remembers transcripts."""

    def __init__(self, engine: Engine, cache: Path, directory: Path) -> None:
        self.engine, self._cache, self._directory = engine, cache, directory
        self._normal = create_normalizer("basic")
        self._controls: dict[int, Trained] = {}

    def train(self, name: str, lines: list[str]) -> Trained:
        """Train a model from text."""
        directory = self._directory / name
        directory.mkdir()
        text = self._directory / f"{name}.txt"
        files.write_text(text, "".join(f"{line}\n" for line in lines))
        details = self.engine.train(TrainingText({"training_data": text}), directory)
        content = sorted((path.name, files.sha256_of_file(path)) for path in directory.iterdir())
        return Trained(
            Model(name, directory, files.digest(content)),
            len(" ".join(lines).split()),
            details.get("weight"),
            details.get("general_text", {}).get("ratio"),
        )

    def control(self, words: int) -> Trained:
        """The control of a model from so many words: one for each size class."""
        size = max(words.bit_length() - 1, 0)
        if size not in self._controls:
            text = [" ".join(sentence) for sentence in sampling.sample(general(), 2**size)]
            self._controls[size] = self.train(f"control-{2**size}", text)
        return self._controls[size]

    def summary(self, trained: Trained, root: Path, baseline: dict | None) -> dict:
        """The scores of a model on a set, as the evaluation reads them."""
        found = {}
        folders, _ = input_folders.scan(root / "input", Digests(Path("/nonexistent/cache")))
        for folder, item in folders.items():
            rows = [
                {
                    "recording": pair.name,
                    "reference": self._normal(read_text(pair.text)),
                    "hypothesis": self._normal(self._heard(trained.model, pair.name, pair.audio)),
                }
                for pair in item.pairs
            ]
            theirs = baseline["folders"][folder]["rows"] if baseline else None
            scored = score_folder(rows, theirs, [], self._normal)
            recordings = {result["recording"]: result for result in scored["recordings"]}
            found[folder] = {"rows": rows, "recordings": recordings, "failures": [], "seconds": None}
        name = trained.model.name
        return {
            "model": name,
            "engine": self.engine.name,
            "created": "",
            "corpus_words": trained.words,
            "learned_folders": [],
            "folders": found,
        }

    def _heard(self, model: Model, name: str, audio: Path) -> str:
        recording = Recording(name, audio, files.sha256_of_file(audio))
        settings = [self.engine.transcription_settings(), self.engine.versions()]
        key = files.digest([self.engine.name, settings, model.digest, recording.sha256])
        path = self._cache / f"{key}.txt"
        if not path.exists():
            [(_, outcome)] = self.engine.transcribe([recording], model)
            assert isinstance(outcome, Transcript), outcome
            files.write_text(path, outcome.result["results"]["transcripts"][0]["transcript"])
        return read_text(path)


@dataclass(frozen=True)
class Outcome:
    """Errors of stock model, placebo and control on a set, and whether the placebo is called better."""

    words: int
    stock: int
    placebo: int
    control: int
    insertions: tuple[int, int]
    better: bool
    better_with_control: bool


def judge(trial: Trial, trained: Trained, control: Trained, root: Path) -> Outcome:
    """Compare a placebo with the stock model, and with its control."""
    stock = trial.summary(Trained(Model(trial.engine.name), 0), root, None)
    others = [trial.summary(item, root, stock) for item in (trained, control)]
    names = {folder: list(found["recordings"]) for folder, found in stock["folders"].items()}
    alone = Evaluation([stock, others[0]], names, stock["model"], RULES)
    better = alone.verdict(alone.models[1]) == bootstrap.BETTER
    both = Evaluation([stock, *others], names, stock["model"], RULES)
    placebo, control_name = (summary["model"] for summary in others)
    against = {name: both.versus(placebo, name) for name in (stock["model"], control_name)}
    p_values = bootstrap.holm({name: found and found.p_value for name, found in against.items()})
    proven = all(
        found is not None and found.verdict == bootstrap.BETTER and p_values[name] < 1 - RULES.confidence
        for name, found in against.items()
    )
    results = [result for found in others[0]["folders"].values() for result in found["recordings"].values()]
    fixed, broken = (sum(sum(result[kind].values()) for result in results) for kind in ("fixed", "broken"))
    counts = [total(model, [key for part in both.compared.values() for key in part]) for model in both.models]
    return Outcome(
        counts[0].words,
        *(count.errors for count in counts),
        (counts[0].insertions, counts[1].insertions),
        better,
        proven and fixed > broken and trained.words >= FEWEST_WORDS,
    )


def main() -> None:
    """Print a line for each text and set, and the shares at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, nargs="*", default=[cli.CHECKOUT / "sample-data"])
    parser.add_argument("--engine", default="pocketsphinx", choices=engines.EMBEDDED)
    parser.add_argument("--texts", type=int, default=24, help="number of texts (default 24, at most 28)")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "clm-placebo")
    parser.add_argument("--train-only", action="store_true", help="decode nothing: weights, and general perplexity")
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    engine = engines.create(load({"engine": args.engine}, cli.CHECKOUT, cli.CHECKOUT))
    found: list[Outcome] = []
    if not args.train_only:
        print(
            "text                      words  weight  set                words  stock  text  control  ins.     verdict"
        )
    with tempfile.TemporaryDirectory() as directory:
        trial = Trial(engine, args.cache, Path(directory))
        for number, (kind, words, lines) in zip(range(args.texts), placebos(), strict=False):
            trained = trial.train(f"placebo-{number:02}", lines)
            if args.train_only:
                growth = f"general perplexity x {trained.growth}"
                print(f"{kind:20} {words:7,} words  weight {trained.weight}  {growth}", flush=True)
                continue
            for root in args.set:
                outcome = judge(trial, trained, trial.control(words), root)
                found.append(outcome)
                verdict = (
                    "better, also with a control" if outcome.better_with_control else "better, not so with a control"
                )
                weight = "" if trained.weight is None else f"{trained.weight:.3f}"
                before, after = outcome.insertions
                print(
                    f"{kind:20} {words:10,} {weight:>7}  {root.name:16} {outcome.words:7} {outcome.stock:6}"
                    f" {outcome.placebo:5} {outcome.control:8}  {before:3}->{after:3}"
                    f"  {verdict if outcome.better or outcome.better_with_control else 'not better'}",
                    flush=True,
                )
    if args.train_only:
        return
    print(f"better by the verdict against the stock model alone: {sum(o.better for o in found)} of {len(found)}")
    print(f"better by the verdict with a control: {sum(o.better_with_control for o in found)} of {len(found)}")


if __name__ == "__main__":
    main()
