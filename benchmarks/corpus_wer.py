"""How the errors on the held-out lectures of sample-data depend on what is looked up, and how much of it is used.

Three questions: articles per keyword (1, 3, 10); whether the missed words of the other lectures are looked up word by
word, or names and terms of several words before them; the stock model stands beside them.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from clm import engines
from clm.base import files
from clm.base.text_files import read_text
from clm.config import load, load_yaml
from clm.corpus import collect, keywords, queries
from clm.corpus.domain import Domain
from clm.corpus.sources.folder import FolderSource
from clm.english.words import learnable
from clm.healing import missed_phrases
from clm.healing.plan import merge_words
from clm.normalization.normalizer import create_normalizer
from clm.pronunciation.general_english import common_words
from clm.results.plans import MissedWord, Plan
from clm.scoring import error_rate
from clm.types import Engine, Model, Recording, TrainingText, Transcript

CHECKOUT = Path(__file__).parents[1]
NORMAL = create_normalizer("basic")


def score(engine: Engine, model: Model, folders: Iterable[Path]) -> dict[str, error_rate.Score]:
    """Scores of a model on folders with one recording each, by the folder's name."""
    scores = {}
    for folder in sorted(folders):
        [audio] = [path for path in folder.iterdir() if path.suffix != ".txt"]
        recording = Recording(folder.name, audio, files.sha256_of_file(audio))
        [(_, outcome)] = engine.transcribe([recording], model)
        assert isinstance(outcome, Transcript), outcome
        heard = outcome.result["results"]["transcripts"][0]["transcript"]
        scores[folder.name] = error_rate.score(NORMAL(read_text(folder / "transcript.txt")), NORMAL(heard))
    return scores


def missed(scores: dict[str, error_rate.Score], root: Path) -> Plan:
    """Words and phrases that were missed, in the form of a plan."""
    words = [
        MissedWord(word, {name: count})
        for name, result in scores.items()
        for word, count in result.missed.items()
        if learnable(word)
    ]
    found = []
    for name, result in scores.items():
        positions = error_rate.missed_positions(result.alignment)
        spans = missed_phrases.runs(result.reference, positions, common_words())
        text = read_text(root / name / "transcript.txt")
        spans += missed_phrases.names(text, {result.reference[position] for position in positions})
        found += [MissedWord(phrase, {name: count}) for phrase, count in spans.items()]
    return Plan(words=tuple(merge_words(words)), phrases=tuple(missed_phrases.choose(merge_words(found))))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lectures", type=int, nargs="?", default=6, help="so many of the six held-out lectures")
    args = parser.parse_args()
    config = load({}, CHECKOUT, CHECKOUT)
    root = CHECKOUT / "sample-data" / "input"
    heldout = load_yaml(CHECKOUT / "config" / "config.yaml")["evaluation"]["heldout"]
    learned = [path for path in sorted(root.iterdir()) if path.name not in heldout]
    closed = [root / name for name in heldout[: args.lectures]]
    engine = engines.create(config)
    source = FolderSource(CHECKOUT / config.corpus.folder)
    asked = keywords.read_keywords(CHECKOUT / config.keywords)
    plan = missed(score(engine, Model(engine.name), learned), root)
    texts = [read_text(folder / "transcript.txt") for folder in learned]
    domain = Domain.of([*asked, *texts], common_words())
    both = [queries.Query(word) for word in asked]
    rounds: dict[str, tuple[list[queries.Query], int]] = {
        f"keywords, {limit} article{'s' if limit > 1 else ''} each": (both, limit) for limit in (1, 3, 10)
    }
    for limit in (1, 3):
        single, named = queries.of_plan(Plan(words=plan.words)), queries.of_plan(plan)
        rounds[f"and missed words, {limit} each"] = (both + single, limit)
        rounds[f"and phrases before words, {limit} each"] = (both + named, limit)

    print("text                               queries  articles    words  errors    WER  seconds")
    baseline = sum(
        (result.counts for result in score(engine, Model(engine.name), closed).values()), error_rate.ErrorCounts()
    )
    print(f"{'none (stock model)':34} {0:7} {0:9} {0:8} {baseline.errors:7} {baseline.rate:6.3f}")
    for title, (wanted, limit) in rounds.items():
        start = time.perf_counter()
        found = collect.collect(wanted, source, limit, domain=domain, common=common_words())
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "text.txt"
            path.write_text("".join(f"{sentence}\n" for sentence in found.sentences), encoding="utf-8")
            engine.train(TrainingText({"keywords": path}), Path(name))
            results = score(engine, Model("clm", Path(name), "clm"), closed)
        counts = sum((result.counts for result in results.values()), error_rate.ErrorCounts())
        words = sum(len(sentence.split()) for sentence in found.sentences)
        used = sum(bool(origin.words) for origin in found.origins)
        seconds = time.perf_counter() - start
        print(
            f"{title:34} {len(wanted):7} {used:9} {words:8} {counts.errors:7} {counts.rate:6.3f} {seconds:8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
