"""Make a custom vocabulary from keywords and missed words, unless it would equal an older one or has no phrases.

It is a model like a generation: model.json marks it as finished, training.json says what came of it, and phrases.tsv
lists what went into it and what was dropped and why.
"""

import argparse
import datetime
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clm import __version__, cli, engines
from clm.base import files
from clm.base.errors import UserError, passing
from clm.base.progress import Progress
from clm.bucket import sync
from clm.corpus.keywords import read_keyword_lines
from clm.engines.transcribe.phrases.custom_vocabulary import VocabularyMaker
from clm.engines.transcribe.phrases.phrase_table import Phrase, Vocabulary, build
from clm.english.words import is_name
from clm.healing.plan import phrases_digest
from clm.results import models
from clm.settings import Settings, read
from clm.types import TrainingFailed

log = logging.getLogger(__name__)

COLUMNS = ("phrase", "source", "status", "reason")
PHRASES_FILE = "phrases.tsv"
MOST_LINES = 20


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--plan", type=Path, required=True, help="plan.json whose words are used")
    parser.add_argument("--keywords", type=Path, help="comma- or line-separated keywords")
    parser.add_argument("--keywords-digest", default="", help="digest of the keywords file, for the record")
    parser.add_argument("--output", type=Path, required=True, help="training.json")
    return parser.parse_args(argv)


def phrases(plan: dict[str, Any], keywords: Path | None) -> list[Phrase]:
    """Keywords first, then names and words that were missed: what is dropped if space runs out is last.

    Of the missed ones those come first that a CLM learned and misses all the same, then what was missed most often.
    """
    lines = read_keyword_lines(keywords) if keywords else []
    found = [Phrase(keyword, f"{keywords.name} line {number}") for number, keyword in lines]
    names = [Phrase(item["word"], "missed name") for item in _by_need(plan.get("phrases", ())) if is_name(item["word"])]
    return found + names + [Phrase(item["word"], "missed word") for item in _by_need(plan["words"])]


def _by_need(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: (-item.get("depth", 0), -sum(item["folders"].values()), item["word"]))


def write_phrases(path: Path, vocabulary: Vocabulary) -> None:
    """List what is in the vocabulary and what is not."""
    rows = [{"phrase": item.text, "source": item.source, "status": "used"} for item in vocabulary.kept]
    rows += [
        {"phrase": item.phrase, "source": item.source, "status": "dropped", "reason": item.reason}
        for item in vocabulary.dropped
    ]
    files.write_table(path, COLUMNS, rows, delimiter="\t")


def tell_dropped(directory: Path, vocabulary: Vocabulary) -> None:
    """Say which phrases are left out and why, in the log and, the first ones, on the terminal."""
    progress = Progress()
    lines = [f"{item.phrase!r} ({item.source}): {item.reason}" for item in vocabulary.dropped]
    for number, line in enumerate(lines):
        log.warning("left out %s", line)
        if number < MOST_LINES:
            progress.show(f"Left out of {directory.name}: {line}", now=True)
    if len(lines) > MOST_LINES:
        progress.show(f"... and {len(lines) - MOST_LINES} more: see {directory / PHRASES_FILE}", now=True)


def make(args: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Make the vocabulary if it can and should be; return what training.json says."""
    directory = args.output.parent
    if (directory / "model.json").exists():  # by a job that outlived its run
        return {"trained": True, "reason": "it was finished already"}
    engine = engines.create(settings)
    plan = files.read_json(args.plan)
    try:
        vocabulary = build(phrases(plan, args.keywords), settings.language)
    except UserError as error:
        return {"trained": False, "reason": error.message, "hint": error.hint}
    write_phrases(directory / PHRASES_FILE, vocabulary)
    tell_dropped(directory, vocabulary)
    if not vocabulary.kept:
        return {
            "trained": False,
            "reason": f"no phrase can be used in a vocabulary ({len(vocabulary.dropped)} dropped)",
            "hint": f"see {directory / PHRASES_FILE}",
        }
    identity = files.digest({"vocabulary": vocabulary.text, "language": settings.language})
    for name in models.finished(directory.parent, engine.name, models.VOCABULARY):
        if files.read_json(directory.parent / name / "model.json")["digest"] == identity:
            hint = "add recordings or keywords"
            return {"trained": False, "reason": f"it would equal {name}", "hint": hint, "twin": name}
    failure: dict[str, str] = {}
    try:
        details = VocabularyMaker(engine.aws, engine.settings).make(vocabulary.text)
    except TrainingFailed as error:
        details, failure = {}, {"failed": str(error)}
    except UserError as error:
        return {"trained": False, "reason": error.message, "hint": error.hint, **passing(error)}
    model = {
        "model": directory.name,
        "engine": engine.name,
        "created": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "digest": identity,
        "made_from": phrases_digest(plan, args.keywords_digest or None),
        "versions": {"clm-proof": __version__, **engine.versions()},
        "corpus_words": None,
        "phrases": len(vocabulary.kept),
        "dropped": len(vocabulary.dropped),
        "details": details,
        **failure,
    }
    files.write_json(directory / "plan.json", plan)  # says from which folders it learned
    files.write_json(directory / "model.json", model)
    return {"trained": True, "reason": failure.get("failed") or f"made from {len(vocabulary.kept)} phrases"}


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    outcome = make(args, read(args.settings))
    name = args.output.parent.name
    if outcome["trained"]:
        sync.send(args.output.parent, args.output.with_name("plan.json"))
    log.info("%s %s: %s", name, "is finished" if outcome["trained"] else "is not made", outcome["reason"])
    made_from = phrases_digest(files.read_json(args.plan), args.keywords_digest or None)
    files.write_json(args.output, {"model": name, "made_from": made_from, **outcome})


if __name__ == "__main__":
    cli.run(main)
