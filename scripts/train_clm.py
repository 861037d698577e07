"""Train the next generation of the custom language model, unless it would equal an older one or has no text.

The text of all sources is copied to the model's corpus/, and model.json, written last, marks the model as
finished. training.json says what came of it, also where nothing was trained.
"""

import argparse
import datetime
import logging
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clm import __version__, cli, engines
from clm.base import files
from clm.base.errors import UserError, passing
from clm.base.messages import some
from clm.base.progress import Progress
from clm.base.text_files import read_text
from clm.bucket import sync
from clm.corpus import clean, training_text, tuning_text
from clm.english.verbalize import verbalize
from clm.healing import word_history
from clm.results import manifests, models
from clm.settings import Settings, read
from clm.types import Engine, TrainingFailed, TrainingText

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--index", type=Path, required=True, help="recordings of all folders (JSON)")
    parser.add_argument("--plan", type=Path, required=True, help="plan.json of the generation")
    parser.add_argument("--keyword-corpus", type=Path, help="text about the keywords, one sentence per line")
    parser.add_argument("--missed-word-corpus", type=Path, required=True, help="text about the missed words")
    parser.add_argument("--statuses", type=Path, nargs="+", required=True, help="status.csv of the corpora")
    parser.add_argument("--attempt", type=int, required=True, help="number of the attempt to collect the corpora")
    parser.add_argument("--output", type=Path, required=True, help="training.json")
    return parser.parse_args(argv)


def sample_rates(index: Path) -> dict[str, frozenset[int]]:
    """Sample rates of each folder's recordings, where the engine had them looked up; 0 is one that is unknown."""
    return {
        folder: frozenset(item["rate"] or 0 for item in items if "rate" in item)
        for folder, items in manifests.read_index(index).items()
    }


def gather(args: argparse.Namespace, settings: Settings, directory: Path) -> TrainingText:
    """Copy the text of every source that has some into `directory`, where it stays with the model.

    A sentence that several sources have stays in the first: an article that both a keyword and a missed word
    lead to must not count twice.
    """
    own = {
        key: training_text.own_text(Path(path), settings.language, directory / f"{key}-dropped.tsv")
        for key, path in (("training_data", settings.training_data), ("tuning_data", settings.tuning_data))
        if path and path != tuning_text.AUTO
    }
    texts = {
        "training_data": own.get("training_data", ""),
        "keywords": read_text(args.keyword_corpus) if args.keyword_corpus else "",
        "missed_words": read_text(args.missed_word_corpus),
    }
    seen: set[str] = set()
    for name, text in texts.items():
        lines = [line for line in text.splitlines(keepends=True) if line not in seen]
        seen.update(lines)
        texts[name] = "".join(lines)
    tuning = own.get("tuning_data", "")
    if settings.tuning_data == tuning_text.AUTO:
        tuning = references(args.index, settings, texts.values())
    emphasized = word_history.still_missed(files.read_json(args.plan))
    texts["still_missed"] = training_text.once_more(texts, emphasized)
    for name, text in {**texts, "tuning_data": tuning}.items():
        path = directory / f"{name}.txt"
        if text:
            files.write_text(path, text)
        else:
            path.unlink(missing_ok=True)
    paths = {name: directory / f"{name}.txt" for name, text in texts.items() if text}
    tuning_path = directory / "tuning_data.txt" if tuning else None
    return TrainingText(paths, tuning_path, sample_rates(args.index), emphasized)


def references(index: Path, settings: Settings, training: Iterable[str]) -> str:
    """Tuning text out of the references, apart from the training text; says what was taken."""
    chosen = tuning_text.references(index, settings.evaluation.heldout)
    speak = verbalize if settings.is_english else str
    found = [sentence for texts in chosen.values() for text in texts for sentence in clean.sentences(text)]
    text = tuning_text.apart("".join(f"{speak(sentence)}\n" for sentence in found), training)
    where = f"references of {some(sorted(chosen))}, {len(text.split())} words" if text else "none: too few open folders"
    log.info("tuning_data: auto: %s", where)
    Progress().show(f"Tuning text: {where}", now=True)
    return text


def digest(text: TrainingText, engine: Engine) -> str:
    """Digest of everything that decides what is trained, wherever the text is from; equal digests mean twins."""
    return files.digest({**text.content(), "settings": engine.training_settings(), "recipe": engine.recipe})


def twin(models_directory: Path, engine: str, of: str, *, failed_too: bool) -> str | None:
    """Name of the finished generation with this digest, or None; one that failed may be tried again."""
    for name in models.finished(models_directory, engine):
        model = files.read_json(models_directory / name / "model.json")
        if model["digest"] == of and (failed_too or not model.get("failed")):
            return name
    return None


def about_twin(models_directory: Path, older: str) -> dict[str, str]:
    """Why nothing is trained, and what to do."""
    if reason := models.failed(models_directory, older):
        hint = "to try it once more: snakemake --forcerun heal --config retry_failed=True"
        return {"reason": f"it would equal {older}, which failed: {reason}", "hint": hint, "twin": older}
    reason = f"it would equal {older}: nothing new to learn"
    return {"reason": reason, "hint": "add recordings, keywords or articles", "twin": older}


def count_words(text: TrainingText) -> dict[str, int]:
    """Words of each source."""
    return {name: len(read_text(path).split()) for name, path in sorted(text.sources.items())}


def train(args: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Train the generation if it can and should be; return what training.json says."""
    engine = engines.create(settings)
    directory = args.plan.parent
    if (directory / "model.json").exists():  # by a job that outlived its run
        models.clear(directory)
        return {"trained": True, "reason": "it was finished already"}
    own = f"{models.UNFINISHED}{time.time_ns():020}-"
    failed = [row for path in args.statuses for row in files.read_table(path) if row["status"] == "error"]
    missing = some([row["keyword"] for row in failed])
    if failed and not settings.corpus.allow_partial:
        why = f" ({failed[0]['source']})" if failed[0]["source"] else ""
        reason = f"the corpus is not complete, articles could not be fetched for {missing}{why}"
        hint = "run again, which asks for these only; or --config corpus='{allow_partial: true}' trains without them"
        return {"trained": False, "reason": reason, "hint": hint, "retry": True}
    try:
        text = gather(args, settings, directory / "corpus")
        if not text.sources:
            raise UserError(
                "there is no text to train from, neither articles nor own text",
                "see the status.csv files, add articles or training_data, then: snakemake --forcerun heal",
            )
        identity = digest(text, engine)
        if older := twin(directory.parent, engine.name, identity, failed_too=not settings.retry_failed):
            return {"trained": False, **about_twin(directory.parent, older)}
        with tempfile.TemporaryDirectory(dir=directory, prefix=own) as name:
            details = engine.train(text, Path(name))
            for path in Path(name).iterdir():
                path.replace(directory / path.name)
        failure = {}
    except TrainingFailed as error:
        log.error("%s", error)
        details, failure = {}, {"failed": str(error)}
    except UserError as error:
        return {"trained": False, "reason": error.message, "hint": error.hint, **passing(error)}
    words = count_words(text)
    model = {
        "model": directory.name,
        "engine": engine.name,
        "created": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "digest": identity,
        "recipe": engine.recipe,
        "versions": {"clm-proof": __version__, **engine.versions()},
        "corpus_words": sum(words.values()),
        "sources": words,
        "details": details,
        **failure,
    }
    files.write_json(directory / "model.json", model)
    models.clear(directory, before=own)
    if failure:
        return {"trained": True, "reason": failure["failed"]}
    without = f", without articles for {missing}, which could not be fetched" if failed else ""
    return {"trained": True, "reason": f"trained from {model['corpus_words']} words{without}"}


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    outcome = train(args, read(args.settings))
    name = args.plan.parent.name
    if outcome["trained"]:
        sync.send(args.plan.parent)
    log.info("%s %s: %s", name, "is finished" if outcome["trained"] else "is not trained", outcome["reason"])
    plan = files.digest(files.read_json(args.plan))
    files.write_json(args.output, {"model": name, **outcome, "attempt": args.attempt, "plan": plan})


if __name__ == "__main__":
    cli.run(main)
