"""Train the control of a generation: a model made in the same way from as many words that have nothing to say.

The words are drawn from a model of general English, or taken from text that the user names. The control's corpus/ keeps
them, and its model.json, written last, marks it as finished. training.json has the outcome, also where nothing was
trained; no error but a full disk stops the other models.
"""

import argparse
import logging
import traceback
from dataclasses import replace
from pathlib import Path

from clm import cli, engines
from clm.base import files
from clm.base.errors import UserError
from clm.bucket import sync
from clm.corpus import training_text
from clm.normalization.profiles import number_of_words
from clm.reasons import codes
from clm.reasons.sentences import statement
from clm.results import controls, manifests, models, training
from clm.results.training import TrainingOutcome
from clm.settings import Settings, read
from clm.types import Engine, TrainingText

log = logging.getLogger(__name__)

SOURCE = "control"


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--index", type=Path, required=True, help="recordings of all folders (JSON)")
    parser.add_argument("--words", type=int, required=True, help="number of words of the generation's text")
    parser.add_argument("--made-from", required=True, help="digest of what the control is made from")
    parser.add_argument("--output", type=Path, required=True, help="training.json")
    return parser.parse_args(argv)


def text_of(args: argparse.Namespace, settings: Settings, directory: Path) -> TrainingText | None:
    """The control's text, kept in `directory`; None if the user's text is much too short."""
    text = training_text.unrelated(args.words, settings.evaluation.control_text, settings.language, directory)
    if controls.ABOUT * number_of_words(text, settings.language) < args.words:
        return None
    files.write_text(directory / f"{SOURCE}.txt", text)
    return TrainingText(
        {SOURCE: directory / f"{SOURCE}.txt"},
        sample_rates=manifests.sample_rates(args.index),
        open_recordings=manifests.open_recordings(args.index, settings.evaluation.heldout),
    )


def train(args: argparse.Namespace, settings: Settings, engine: Engine) -> TrainingOutcome:
    """Train the control, unless a job that outlived its run has done so."""
    directory = args.output.parent
    if (directory / "model.json").exists():
        models.clear(directory)
        return TrainingOutcome(trained=True, reason=codes.finished_before())
    text = text_of(args, settings, directory / "corpus")
    if text is None:
        return TrainingOutcome(trained=False, reason=codes.control_text_short(args.words))
    settings_digest = controls.settings_digest(engine.training_settings())
    model = training.carry_out(engine, text, directory, settings.language, made_from=settings_digest)
    words = model.corpus_words or 0
    reason = codes.told(model.failed) if model.failed else codes.trained(words)
    return TrainingOutcome(trained=True, reason=reason, words=words)


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    settings = read(args.settings)
    try:
        outcome = train(args, settings, engines.create(settings))
    except UserError as error:
        outcome = TrainingOutcome.of_error(error)
    except Exception as error:  # a control must not stop the models that it is for
        log.error("%s", traceback.format_exc())
        outcome = TrainingOutcome(trained=False, reason=codes.told(f"{type(error).__name__}: {error}"), retry=True)
    name = args.output.parent.name
    if outcome.trained:
        sync.send(args.output.parent)
    log.info("%s %s: %s", name, "is finished" if outcome.trained else "is not trained", statement(outcome.reason))
    training.write(args.output, replace(outcome, model=name, made_from=args.made_from))


if __name__ == "__main__":
    cli.run(main)
