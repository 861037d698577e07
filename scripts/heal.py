"""Plan the next generation: the words it learns, the recordings they are from, and why it is due."""

import argparse
import json
import logging
from pathlib import Path

from clm import cli
from clm.base import files
from clm.corpus import tuning_text
from clm.english import words
from clm.evaluation.summaries import read as read_summary
from clm.healing import missed_phrases, word_history
from clm.healing.plan import PLAN_COPY, History, Recordings, corpus_settings, merge_words, missed_words
from clm.pronunciation.general_english import common_words
from clm.reasons import codes
from clm.reasons.sentences import statement
from clm.results import manifests, models, plans
from clm.results.plans import MissedWord, Plan
from clm.settings import FROM_REFERENCES, Settings, read

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--summaries", type=Path, nargs="+", required=True, help="summaries of the models so far")
    parser.add_argument("--runs", type=Path, required=True, help="directory with the scored folders of the models")
    parser.add_argument("--models", type=Path, required=True, help="directory with plans and outcomes of the models")
    parser.add_argument("--store", type=Path, required=True, help="directory of the store")
    parser.add_argument("--model", required=True, help="name of the new generation")
    parser.add_argument("--learn", choices=("yes", "no"), required=True, help="whether missed words are learned")
    parser.add_argument("--reason", type=codes.loads, required=True, help="why the generation is due")
    parser.add_argument("--training-inputs", type=json.loads, required=True, help="digests of the other inputs (JSON)")
    parser.add_argument("--plan", type=Path, required=True, help="output: plan.json")
    parser.add_argument("--missed-words", type=Path, required=True, help="output: missed_words.txt")
    return parser.parse_args(argv)


def worth_learning(fresh: list[MissedWord], settings: Settings, store: Path) -> list[MissedWord]:
    """Of the words that the offline filter left, those that Amazon Comprehend keeps, where the user wants that."""
    if settings.engine != "transcribe" or not settings.transcribe["comprehend"]:
        return fresh
    from clm.aws.clients import Aws
    from clm.aws.comprehend import SyntaxFilter

    client = Aws(settings.transcribe["region"]).comprehend
    kept = SyntaxFilter(client, settings.language, store / "comprehend").keep([item.word for item in fresh])
    log.info("Comprehend keeps %d of %d words", len(kept), len(fresh))
    return [item for item in fresh if item.word in kept]


def make_plan(args: argparse.Namespace, settings: Settings) -> Plan:
    """The plan of the next generation."""
    heldout = settings.evaluation.heldout
    history = History.read(args.models, models.finished(args.models, settings.engine), args.model)
    recordings = Recordings.read(args.index)
    learned = history.words(heldout, recordings.heldout_audio(heldout))
    fresh: list[MissedWord] = []
    names: list[MissedWord] = []
    evidence = history.evidence
    summaries = [read_summary(path) for path in args.summaries]
    folders = recordings.open_folders(heldout)
    if args.learn == "yes":
        fresh = worth_learning(missed_words(summaries, folders, words.learnable), settings, args.store)
        common = common_words() if settings.is_english else frozenset()
        items = manifests.read_index(args.index)
        names = missed_phrases.missed_phrases(
            args.runs, [summary.model for summary in summaries], {name: items[name] for name in folders}, common
        )
        evidence |= recordings.evidence(heldout)
    inputs = args.training_inputs
    merged = merge_words(learned, fresh)
    heard = history.recordings()
    sources = {folder for item in merged for folder in item.folders}
    if settings.tuning_data == FROM_REFERENCES:  # what a model is tuned with is not held out for it
        sources |= tuning_text.references(args.index, heldout).keys()
    former = {plan.model: plan for plan in history.plans}
    statuses = word_history.read_statuses(args.models, former)
    learned_names = history.phrases(heldout, recordings.heldout_audio(heldout))
    return Plan(
        model=args.model,
        reason=args.reason,
        learn=args.learn == "yes",
        train=bool(merged or inputs["keywords"] or inputs["training_data"]),
        phrases=tuple(missed_phrases.choose(merge_words(learned_names, names))),
        words=tuple(word_history.trace(merged, summaries, former, statuses, folders)),
        recordings={
            folder: tuple(sorted(heard.get(folder, set()) | recordings.audio.get(folder, set())))
            for folder in sorted(sources)
        },
        evidence=tuple(sorted(evidence)),
        training_inputs=inputs,
        corpus=corpus_settings(settings.corpus),
    )


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    plan = make_plan(args, read(args.settings))
    lines = [f"{item.word}\t{item.tokens}\n" for item in plan.words]
    files.write_text(args.missed_words, "".join(lines))
    plans.write(args.plan.with_name(PLAN_COPY), plan)
    plans.write(args.plan, plan)
    log.info(
        "%s: %s; %d missed words to learn, %d of them again, %d phrases",
        args.model, statement(plan.reason), len(plan.words), len(word_history.still_missed(plan)), len(plan.phrases),
    )  # fmt: skip


if __name__ == "__main__":
    cli.run(main)
