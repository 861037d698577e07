"""Make a custom vocabulary from keywords and missed words, unless it would equal an older one or has no phrases.

It is a model like a generation: model.json marks it as finished, training.json has the outcome, and phrases.tsv lists
the phrases in it, and those that were dropped, with reasons.
"""

import argparse
import datetime
import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from clm import __version__, cli, engines
from clm.base import files
from clm.base.errors import UserError
from clm.base.progress import Progress
from clm.bucket import sync
from clm.corpus.keywords import read_keyword_lines
from clm.english.words import is_name
from clm.healing.plan import phrases_digest
from clm.reasons import codes
from clm.reasons.sentences import statement
from clm.results import models, plans, training
from clm.results.models import ModelRecord
from clm.results.plans import MissedWord, Plan
from clm.results.training import TrainingOutcome
from clm.settings import Settings, read
from clm.types import Phrase, TrainingFailed, Vocabulary

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


def phrases(plan: Plan, keywords: Path | None) -> list[Phrase]:
    """Keywords first, then names and words that were missed, so that the least important are dropped if space runs out.

    Of the missed ones, those come first that a CLM learned and still misses, then those missed most often.
    """
    lines = read_keyword_lines(keywords) if keywords else []
    found = [Phrase(keyword, f"{keywords.name} line {number}") for number, keyword in lines]
    names = [Phrase(item.word, "missed name") for item in _by_need(plan.phrases) if is_name(item.word)]
    return found + names + [Phrase(item.word, "missed word") for item in _by_need(plan.words)]


def _by_need(items: Iterable[MissedWord]) -> list[MissedWord]:
    return sorted(items, key=lambda item: (-item.depth, -item.tokens, item.word))


def write_phrases(path: Path, vocabulary: Vocabulary) -> None:
    """List the phrases in the vocabulary and those that were dropped."""
    rows = [{"phrase": item.text, "source": item.source, "status": "used"} for item in vocabulary.kept]
    rows += [
        {"phrase": item.phrase, "source": item.source, "status": "dropped", "reason": item.reason}
        for item in vocabulary.dropped
    ]
    files.write_table(path, COLUMNS, rows, delimiter="\t")


def tell_dropped(directory: Path, vocabulary: Vocabulary) -> None:
    """Report the phrases that are left out, with reasons: all in the log, the first ones on the terminal."""
    progress = Progress()
    lines = [f"{item.phrase!r} ({item.source}): {item.reason}" for item in vocabulary.dropped]
    for number, line in enumerate(lines):
        log.warning("left out %s", line)
        if number < MOST_LINES:
            progress.show(f"Left out of {directory.name}: {line}", now=True)
    if len(lines) > MOST_LINES:
        progress.show(f"... and {len(lines) - MOST_LINES} more: see {directory / PHRASES_FILE}", now=True)


def make(args: argparse.Namespace, settings: Settings) -> TrainingOutcome:
    """Make the vocabulary if it can and should be."""
    directory = args.output.parent
    if (directory / "model.json").exists():  # by a job that outlived its run
        return TrainingOutcome(trained=True, reason=codes.finished_before())
    engine = engines.create(settings)
    plan = plans.read(args.plan)
    try:
        vocabulary = engine.vocabulary(phrases(plan, args.keywords))
    except UserError as error:
        return replace(TrainingOutcome.of_error(error), retry=False, unfinished=False)
    write_phrases(directory / PHRASES_FILE, vocabulary)
    tell_dropped(directory, vocabulary)
    if not vocabulary.kept:
        return TrainingOutcome(trained=False, reason=codes.no_phrase(directory.name, len(vocabulary.dropped)))
    identity = files.digest({"vocabulary": vocabulary.text, "language": settings.language})
    for name in models.finished(directory.parent, engine.name, models.VOCABULARY):
        model = models.read_record(directory.parent / name / "model.json")
        if model.digest == identity and not (model.failed and settings.retry_failed):
            return TrainingOutcome(trained=False, reason=codes.twin(name), twin=name)
    failure = ""
    try:
        details = engine.make_vocabulary(vocabulary, directory)
    except TrainingFailed as error:
        details, failure = {}, str(error)
    except UserError as error:
        return TrainingOutcome.of_error(error)
    model = ModelRecord(
        model=directory.name,
        engine=engine.name,
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        digest=identity,
        made_from=phrases_digest(plan, args.keywords_digest or None),
        versions={"clm-proof": __version__, **engine.versions()},
        phrases=len(vocabulary.kept),
        dropped=len(vocabulary.dropped),
        details=details,
        failed=failure,
    )
    plans.write(directory / "plan.json", plan)  # says from which folders it learned
    models.write_record(directory / "model.json", model)
    reason = codes.told(failure) if failure else codes.vocabulary_made(len(vocabulary.kept))
    return TrainingOutcome(trained=True, reason=reason)


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    outcome = make(args, read(args.settings))
    name = args.output.parent.name
    if outcome.trained:
        sync.send(args.output.parent, args.output.with_name("plan.json"))
    log.info("%s %s: %s", name, "is finished" if outcome.trained else "is not made", statement(outcome.reason))
    made_from = phrases_digest(plans.read(args.plan), args.keywords_digest or None)
    training.write(args.output, replace(outcome, model=name, made_from=made_from))


if __name__ == "__main__":
    cli.run(main)
