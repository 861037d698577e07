"""How often text that has nothing to say is called better: a placebo trial of the verdict.

Models are trained from unrelated texts of 25 to 25,000 words: drawn from the general language model, words of its
vocabulary at random, the language's and packages' documentation, licences, the same with their words shuffled. None of
it stands in this repository. Each model transcribes each SET, a folder that holds input/<folder>/, and is judged by the
product's own verdict, alone and with a control from as many words. The demo is judged twice: on the lectures that it
holds out, and on all twelve.

CACHE keeps transcripts, as results/store does, and every finished row, so that a trial that was stopped goes on. A
model that equals the stock model is not decoded.
"""

import argparse
import inspect
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import import_module, metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from clm import cli, engines
from clm.base import files
from clm.base.digests import Digests
from clm.base.text_files import read_text
from clm.config import load
from clm.corpus import clean, training_text
from clm.evaluation import bootstrap
from clm.evaluation.comparison import Evaluation
from clm.evaluation.model_scores import total
from clm.evaluation.summaries import FolderSummary, Summary
from clm.lm import general_model, sampling, trie
from clm.normalization.normalizer import create_normalizer
from clm.normalization.profiles import Profile
from clm.project import input_folders
from clm.project.input_folders import Folder
from clm.reasons.sentences import statement
from clm.results import models
from clm.results.controls import Procedure
from clm.results.store import Store
from clm.scoring.folder_score import score_folder
from clm.types import Engine, Model, Recording, TrainingText, Transcript

SIZES = (25, 250, 2_500, 25_000)
DEMO = cli.CHECKOUT / "sample-data"
DEFAULT_CACHE = cli.CHECKOUT / ".placebo"
RULES = load({}, cli.CHECKOUT, cli.CHECKOUT).evaluation
#: Modules whose documentation is prose about programs.
_DOCUMENTED = ("numpy", "numpy.linalg", "numpy.random", "argparse", "logging", "datetime", "unittest", "decimal")
_MARKUP = re.compile(r"[`*|<>=\\_~^#-]{2,}|``|\*\*?")
_LINE = 12


@cache
def general() -> trie.LanguageModel:
    """The general language model."""
    return general_model.read()


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


@dataclass(frozen=True)
class Set:
    """Recordings, and the folders among them that the verdict depends on; none are those of all."""

    name: str
    folders: dict[str, Folder]
    heldout: tuple[str, ...] = ()

    @classmethod
    def of(cls, root: Path) -> Iterator["Set"]:
        """The sets of a folder."""
        folders, _ = input_folders.scan(root / "input", Digests(Path("/nonexistent/cache")))
        closed = tuple(name for name in RULES.heldout if name in folders)
        if closed:
            yield cls(f"{root.name}, held out", {name: folders[name] for name in closed}, closed)
        yield cls(root.name, folders)

    @property
    def digest(self) -> str:
        """Digest of audio and references."""
        paths = [path for folder in self.folders.values() for pair in folder.pairs for path in (pair.audio, pair.text)]
        return files.digest([self.name, self.heldout, *map(files.sha256_of_file, paths)])


@dataclass(frozen=True)
class Row:
    """Errors of stock model, placebo and control on a set, and the verdict on the placebo, alone and with a control."""

    kind: str
    text_words: int
    weight: float | None
    growth: float | None
    set: str
    words: int
    stock: int
    placebo: int
    control: int
    inserted: list[int]
    alone: str
    verdict: str
    why: str = ""

    def __str__(self) -> str:
        weight = "" if self.weight is None else f"{self.weight:.3f}"
        before, after = self.inserted
        cells = [
            f"{self.kind:18} {self.text_words:7,} {weight:>7}  {self.set:22} {self.words:5} {self.stock:6}",
            f"{self.placebo:5} {self.control:8}  {before:3}->{after:3}  {self.alone:11} {self.verdict:11} {self.why}",
        ]
        return " ".join(cells).rstrip()


_COLUMNS = (
    f"{'text':18} {'words':>7} {'weight':>7}  {'set':22} {'words':>5} {'stock':>6} {'text':>5} {'control':>8}"
    f"  {'inserted':8}  {'alone':11} {'verdict':11}"
)


def finished(cache: Path, engine: str) -> dict[str, Row]:
    """The rows that trials of an engine have finished, by key."""
    file = cache / f"{engine}.jsonl"
    entries = map(json.loads, read_text(file).splitlines() if file.exists() else [])
    return {entry.pop("key"): Row(**entry) for entry in entries}


class Trial:
    """Trains, transcribes and judges with one engine; remembers transcripts and rows."""

    def __init__(self, engine: Engine, cache: Path, directory: Path) -> None:
        self.engine, self._directory, self._store = engine, directory, Store(cache, engine)
        self._normal = create_normalizer("basic")
        self._trained: dict[str, Trained] = {}
        cache.mkdir(parents=True, exist_ok=True)
        self._file = cache / f"{engine.name}.jsonl"
        self._rows = finished(cache, engine.name)

    def row(self, kind: str, words: int, lines: list[str], chosen: Set) -> Row:
        """The row of a text and a set, kept from an earlier trial or made now."""
        about = [self.engine.transcription_settings(), self.engine.training_settings(), self.engine.recipe]
        key = files.digest([*about, lines, chosen.digest, RULES.resamples, RULES.confidence])
        if key not in self._rows:
            self._rows[key] = self._judge(kind, self.trained(lines, kind), self._control(words), chosen)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, **asdict(self._rows[key])}) + "\n")
        return self._rows[key]

    def trained(self, lines: list[str], kind: str) -> Trained:
        """A model from text."""
        name = files.digest(lines)[:12]
        if name not in self._trained:
            directory = self._directory / name
            directory.mkdir()
            text = self._directory / f"{name}.txt"
            files.write_text(text, "".join(f"{line}\n" for line in lines))
            details = self.engine.train(TrainingText({kind: text}), directory)
            content = sorted((path.name, files.sha256_of_file(path)) for path in directory.iterdir())
            is_stock = details.get("equals_stock")
            self._trained[name] = Trained(
                Model(name) if is_stock else Model(name, directory, files.digest(content)),
                len(" ".join(lines).split()),
                details.get("weight"),
                details.get("general_text", {}).get("ratio"),
            )
        return self._trained[name]

    def _control(self, words: int) -> Trained:
        """The control of a model from so many words."""
        return self.trained(cut(training_text.drawn(words), words), "control")

    def _judge(self, kind: str, trained: Trained, control: Trained, chosen: Set) -> Row:
        """Compare a placebo with the stock model, and with its control."""
        name = self.engine.name
        stock = self._summary(name, Trained(Model(name), 0), chosen)
        placebo = self._summary(models.generation(name, 1), trained, chosen)
        other = self._summary(models.generation(name, 1, models.CONTROL), control, chosen)
        names = {folder: list(part.recordings) for folder, part in stock.folders.items()}
        rules = replace(RULES, heldout=chosen.heldout)
        both = Evaluation([stock, placebo, other], names, name, rules)
        alone = Evaluation([stock, placebo], names, name, rules)
        keys = [key for part in both.compared.values() for key in part]
        counts = [total(model, keys) for model in both.models]
        found = both.comparisons()[placebo.model].baseline
        return Row(
            kind,
            trained.words,
            trained.weight,
            trained.growth,
            chosen.name,
            counts[0].words,
            *(count.errors for count in counts),
            [counts[0].insertions, counts[1].insertions],
            alone.verdict(alone.models[1]),
            both.verdict(both.models[1]),
            statement(found.why) if found and found.why else "",
        )

    def _summary(self, name: str, trained: Trained, chosen: Set) -> Summary:
        """The scores of a model on a set, as the evaluation reads them."""
        found = {}
        for folder, item in chosen.folders.items():
            rows, theirs = (
                [
                    {
                        "recording": pair.name,
                        "reference": self._normal(read_text(pair.text)),
                        "hypothesis": self._normal(self._heard(model, pair.name, pair.audio)),
                    }
                    for pair in item.pairs
                ]
                for model in (trained.model, Model(self.engine.name))
            )
            baseline = None if name == self.engine.name else theirs
            found[folder] = FolderSummary.of(score_folder(rows, baseline, {}, Profile.of("basic", [])))
        is_stock = name == self.engine.name
        return Summary(
            name,
            found,
            engine=self.engine.name,
            corpus_words=None if is_stock else trained.words,
            procedure=None if is_stock else Procedure(trained.words, "", self.engine.recipe),
        )

    def _heard(self, model: Model, name: str, audio: Path) -> str:
        recording = Recording(name, audio, files.sha256_of_file(audio))
        if self._store.get(recording, model) is None:
            [(_, outcome)] = self.engine.transcribe([recording], model)
            self._store.put(recording, model, outcome)
        outcome = self._store.get(recording, model)
        assert isinstance(outcome, Transcript), outcome
        return outcome.result["results"]["transcripts"][0]["transcript"]


def main() -> None:
    """Print a line for each text and set, and the shares at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, nargs="*", default=[DEMO])
    parser.add_argument("--engine", default="pocketsphinx", choices=engines.EMBEDDED)
    parser.add_argument("--model", help="of whisper: a folder, or a size")
    parser.add_argument("--texts", type=int, default=24, help="number of texts (default 24, at most 28)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--train-only", action="store_true", help="decode nothing: weights, and general perplexity")
    args = parser.parse_args()
    whisper = {"whisper": {"model": args.model}} if args.model else {}
    engine = engines.create(load({"engine": args.engine, **whisper}, cli.CHECKOUT, cli.CHECKOUT))
    sets = [chosen for root in args.set for chosen in Set.of(root)]
    found: list[Row] = []
    if not args.train_only:
        print(_COLUMNS, flush=True)
    with tempfile.TemporaryDirectory() as directory:
        trial = Trial(engine, args.cache, Path(directory))
        for _, (kind, words, lines) in zip(range(args.texts), placebos(), strict=False):
            if args.train_only:
                trained = trial.trained(lines, kind)
                print(f"{kind:20} {words:7,} words  weight {trained.weight}  general perplexity x {trained.growth}")
                continue
            for chosen in sets:
                found.append(trial.row(kind, words, lines, chosen))
                print(found[-1], flush=True)
    for name in dict.fromkeys(row.set for row in found):
        rows = [row for row in found if row.set == name]
        alone, both = (sum(getattr(row, key) == bootstrap.BETTER for row in rows) for key in ("alone", "verdict"))
        print(f"{name}: of {len(rows)} texts {alone} better without a control, {both} with one")


if __name__ == "__main__":
    main()
