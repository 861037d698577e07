"""Train the next generation of the custom language model, unless it would equal an older one or has no text.

The text of all sources is copied to the model's corpus/, and model.json, written last, marks the model as
finished. training.json has the outcome, also where nothing was trained.
"""

import argparse
import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from clm import cli, engines
from clm.base import files
from clm.base.errors import UserError
from clm.base.messages import some
from clm.base.progress import Progress
from clm.base.text_files import read_text
from clm.bucket import sync
from clm.corpus import clean, report_card, training_text, tuning_text
from clm.corpus.source import Outcome
from clm.english.verbalize import verbalize
from clm.healing import text_report, word_history
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.reasons.sentences import statement
from clm.results import manifests, models, plans, training
from clm.results.training import TrainingOutcome
from clm.settings import FROM_REFERENCES, Settings, read
from clm.types import TrainingText

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
    parser.add_argument("--summary", type=Path, required=True, help="scores of the stock model (JSON)")
    parser.add_argument("--attempt", type=int, required=True, help="number of the attempt to collect the corpora")
    parser.add_argument("--output", type=Path, required=True, help="training.json")
    return parser.parse_args(argv)


def gather(args: argparse.Namespace, settings: Settings, directory: Path) -> TrainingText:
    """Copy the text of every source into `directory`, where it stays with the model.

    A sentence of several sources stays only in the first: an article that both a keyword and a missed word lead to
    must not count twice.
    """
    own = {
        key: training_text.own_text(Path(path), settings.language, directory / f"{key}-dropped.tsv")
        for key, path in (("training_data", settings.training_data), ("tuning_data", settings.tuning_data))
        if path and path != FROM_REFERENCES
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
    if settings.tuning_data == FROM_REFERENCES:
        tuning = references(args.index, settings, texts.values())
    emphasized = word_history.still_missed(plans.read(args.plan))
    texts["still_missed"] = training_text.once_more(texts, emphasized)
    for name, text in {**texts, "tuning_data": tuning}.items():
        path = directory / f"{name}.txt"
        if text:
            files.write_text(path, text)
        else:
            path.unlink(missing_ok=True)
    paths = {name: directory / f"{name}.txt" for name, text in texts.items() if text}
    tuning_path = directory / "tuning_data.txt" if tuning else None
    open_ones = manifests.open_recordings(args.index, settings.evaluation.heldout)
    return TrainingText(paths, tuning_path, manifests.sample_rates(args.index), emphasized, open_ones)


def references(index: Path, settings: Settings, training: Iterable[str]) -> str:
    """Tuning text out of the references, apart from the training text; says what was taken."""
    chosen = tuning_text.references(index, settings.evaluation.heldout)
    speak = verbalize if settings.is_english else str
    found = [sentence for texts in chosen.values() for text in texts for sentence in clean.sentences(text)]
    text = tuning_text.apart("".join(f"{speak(sentence)}\n" for sentence in found), training)
    where = f"references of {some(sorted(chosen))}, {len(text.split())} words" if text else "none: too few open folders"
    log.info("tuning_data: references: %s", where)
    Progress().show(f"Tuning text: {where}", now=True)
    return text


def report_on(text: TrainingText, args: argparse.Namespace, settings: Settings) -> None:
    """Say what the text promises, and keep it beside the model, before anything is trained or paid."""
    name = args.plan.parent.name
    index = manifests.read_index(args.index)
    try:
        card = text_report.card_of(
            text,
            {folder: [manifests.reference(item) for item in items] for folder, items in index.items()},
            settings,
            missed=text_report.missed_by(args.summary),
            keywords=map(Path, files.read_json(args.index).get("keywords", {}).values()),
        )
    except UserError as error:  # a model can be trained all the same
        log.warning("no report card for the text of %s: %s", name, error)
        return
    report_card.write(args.plan.with_name(report_card.FILE), card)
    said = text_report.described(card, f"Text of {name}", settings)
    log.log(logging.WARNING if card.is_small else logging.INFO, "%s", " ".join(said.split()))
    Progress().show(said, now=True)


def twin(models_directory: Path, engine: str, of: str, *, failed_too: bool) -> str | None:
    """Name of the finished generation with this digest, or None; one that failed may be tried again."""
    for name in models.finished(models_directory, engine):
        model = models.read_record(models_directory / name / "model.json")
        if model.digest == of and (failed_too or not model.failed):
            return name
    return None


def about_twin(models_directory: Path, older: str) -> TrainingOutcome:
    """Outcome of a training that is skipped, with the reason."""
    failure = models.failed(models_directory, older)
    reason = codes.failed_twin(older, failure) if failure else codes.twin(older)
    return TrainingOutcome(trained=False, reason=reason, twin=older)


def incomplete(args: argparse.Namespace, source: str) -> tuple[list[str], Reason | None]:
    """Queries whose look-up failed, and the reason for which nothing is trained with the first one's cause."""
    rows = [row for path in args.statuses for row in files.read_table(path)]
    failed = [row for row in rows if row["status"] == Outcome.ERROR]
    if not failed:
        return [], None
    queries, trouble = [row["keyword"] for row in failed], failed[0]["source"]
    asked = [row for row in rows if row["status"] != Outcome.TOO_COMMON]
    if len(failed) == len(asked):
        return queries, codes.no_articles(source, queries, trouble)
    return queries, codes.corpus_incomplete(queries, trouble)


def train(args: argparse.Namespace, settings: Settings) -> TrainingOutcome:
    """Train the generation if it can and should be."""
    engine = engines.create(settings)
    directory = args.plan.parent
    if (directory / "model.json").exists():  # by a job that outlived its run
        models.clear(directory)
        words = models.read_record(directory / "model.json").corpus_words or 0
        return TrainingOutcome(trained=True, reason=codes.finished_before(), words=words)
    missing, reason = incomplete(args, settings.corpus.source)
    if reason and not settings.corpus.allow_partial:
        return TrainingOutcome(trained=False, reason=reason, retry=True)
    try:
        text = gather(args, settings, directory / "corpus")
        if not text.sources:
            return TrainingOutcome(trained=False, reason=codes.no_text())
        identity = training.digest(text, engine)
        if older := twin(directory.parent, engine.name, identity, failed_too=not settings.retry_failed):
            return about_twin(directory.parent, older)
        report_on(text, args, settings)
        model = training.carry_out(engine, text, directory, settings.language)
    except UserError as error:
        return TrainingOutcome.of_error(error)
    words = model.corpus_words or 0
    reason = codes.told(model.failed) if model.failed else codes.trained(words, missing)
    return TrainingOutcome(trained=True, reason=reason, words=words)


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    outcome = train(args, read(args.settings))
    name = args.plan.parent.name
    if outcome.trained:
        sync.send(args.plan.parent)
    log.info("%s %s: %s", name, "is finished" if outcome.trained else "is not trained", statement(outcome.reason))
    plan = plans.read(args.plan).digest
    training.write(args.output, replace(outcome, model=name, attempt=args.attempt, plan=plan))


if __name__ == "__main__":
    cli.run(main)
