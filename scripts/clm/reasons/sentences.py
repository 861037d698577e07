"""The English of every reason, for the terminal, the report, runs.csv and logs alike.

Sentences begin in lower case and end without a full stop, so that they can follow a name; `full` makes complete ones.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from clm.base.messages import counted, some
from clm.reasons.codes import Code, Reason

log = logging.getLogger(__name__)


class Sentence(NamedTuple):
    """A reason in English: its statement, the figures or words behind it, and what to do about it."""

    text: str
    detail: str = ""
    hint: str = ""


def describe(reason: Reason) -> Sentence:
    """The English of a reason; one that a newer version wrote is given by its code and arguments. Never raises.

    >>> describe(Reason("eclipse", {"day": 4}))
    Sentence(text='eclipse (day: 4)', detail='', hint='')
    """
    make = _SENTENCES.get(reason.code)
    if make is not None:
        try:
            return make(**reason.arguments)
        except (TypeError, ValueError, LookupError, AttributeError):  # arguments of another version
            log.debug("reason %s with unknown arguments: %s", reason.code, reason.arguments)
    arguments = ", ".join(f"{key}: {value}" for key, value in reason.arguments.items())
    return Sentence(f"{reason.code} ({arguments})" if arguments else str(reason.code))


def statement(reason: Reason) -> str:
    """A reason without its hint, to follow a name and a colon."""
    text, detail, _ = describe(reason)
    return f"{text} ({detail})" if detail else text


def full(reason: Reason, before: str = "") -> str:
    """A reason with its hint, as sentences after the name of what it is about.

    >>> from clm.reasons import codes
    >>> full(codes.told("no text", "add articles"), "No new model: ")
    'No new model: no text. Hint: add articles'
    """
    hint = describe(reason).hint
    text = before + statement(reason)
    return f"{ended(text)} Hint: {hint}" if hint else ended(text)


def ended(text: str) -> str:
    """A text with a full stop, unless it ends in one, or in another mark that ends a sentence.

    >>> ended("so"), ended("so?")
    ('so.', 'so?')
    """
    return text if text.endswith((".", "?", "!")) else f"{text}."


def capitalized(text: str) -> str:
    """A text that begins a sentence.

    >>> capitalized("the reference is empty"), capitalized("")
    ('The reference is empty', '')
    """
    return text[:1].upper() + text[1:]


def kind(reason: Reason) -> str:
    """Common wording of the reasons with one code, without the recording that one is about."""
    return _KINDS.get(reason.code) or describe(reason).text


def _told(text: str, hint: str = "", detail: str = "") -> Sentence:
    return Sentence(text, detail, hint)


# -- findings on a folder ----------------------------------------------------------------------------------------------


#: What a finding says of a recording.
_KINDS: Mapping[str, str] = {
    Code.SWAPPED: "text and audio are probably swapped",
    Code.MISMATCH: "text and audio hardly fit together",
    Code.NOTHING_HEARD: "nothing was heard",
    Code.MISSING_IN_TRANSCRIPT: "words are missing from the transcript",
    Code.MISSING_IN_REFERENCE: "words are missing from the reference",
}


def _about(recording: str, code: Code) -> str:
    return f"{recording}: {_KINDS[code]}"


def _swapped(recording: str, folder: str) -> Sentence:
    return Sentence(
        _about(recording, Code.SWAPPED),
        f"what was heard is the text of folder {folder}",
        f"exchange the references of this folder and {folder}",
    )


def _mismatch(recording: str, rate: float) -> Sentence:
    return Sentence(
        _about(recording, Code.MISMATCH),
        f"{rate:.0%} errors",
        f"listen to {recording}: the wrong text, another language, or audio that cannot be understood?",
    )


def _nothing_heard(recording: str, words: int) -> Sentence:
    return Sentence(
        _about(recording, Code.NOTHING_HEARD),
        f"{counted(words, 'word')} in the reference, none in the transcript",
        f"listen to {recording}: silence, another language, or the wrong file?",
    )


def _missing_in_transcript(recording: str, missing: int, words: int, longest: int, place: str) -> Sentence:
    return Sentence(
        _about(recording, Code.MISSING_IN_TRANSCRIPT),
        f"{missing:,} of {counted(words, 'word')} {_were(missing)} not heard, up to {longest:,} in a row{_at(place)}",
        f"listen to {recording}: cut or quiet audio, another language, or more text than speech?",
    )


def _missing_in_reference(recording: str, missing: int, longest: int, place: str) -> Sentence:
    is_missing = "is" if missing == 1 else "are"
    return Sentence(
        _about(recording, Code.MISSING_IN_REFERENCE),
        f"{counted(missing, 'word')} {_were(missing)} heard that {is_missing} not in the reference,"
        f" up to {longest:,} in a row{_at(place)}",
        f"listen to {recording}: speech that is not written down, noise, or several people at once?",
    )


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _at(place: str) -> str:
    return f" (at the {place})" if place else ""


def _not_verbatim(words: int) -> Sentence:
    return Sentence(
        "the reference is probably not verbatim",
        f"{counted(words, 'small word')} such as and, so, you know {_were(words)} heard that it lacks",
        "write down every spoken word, or read the WER as an upper bound",
    )


def _missed_domain_words(words: Mapping[str, int]) -> Sentence:
    return Sentence(
        "domain words are missed repeatedly",
        ", ".join(f"{word} {count}" for word, count in words.items()),
        "add the terms among these words as keywords, or heal",
    )


def _typing_errors(words: Mapping[str, str]) -> Sentence:
    return Sentence(
        "the reference may have typing errors",
        ", ".join(f"{word} (heard: {heard})" for word, heard in words.items()),
        "correct them in the transcript",
    )


# -- recordings that do not count --------------------------------------------------------------------------------------


def _empty_reference() -> Sentence:
    return Sentence(
        "the reference is empty after normalization",
        hint="write what is spoken into the text file, or take the recording out of the folder",
    )


def _no_audio() -> Sentence:
    return Sentence("there is no audio")


def _left_out(model: str) -> Sentence:
    return Sentence(f"left out, as it failed in {model}")


# -- generations -------------------------------------------------------------------------------------------------------


def _heal_forced() -> Sentence:
    return Sentence("heal was forced")


def _first_text() -> Sentence:
    return Sentence("there is text to train a first model from")


def _inputs_changed(inputs: Sequence[str]) -> Sentence:
    return Sentence(f"changed: {', '.join(inputs)}")


def _new_evidence() -> Sentence:
    return Sentence("new recordings or references")


def _finished_before() -> Sentence:
    return Sentence("it was already finished")


def _trained(words: int, without: Sequence[str]) -> Sentence:
    missing = f", without articles for {some(without)}, which could not be fetched" if without else ""
    return Sentence(f"trained from {counted(words, 'word')}{missing}")


def _vocabulary_made(phrases: int) -> Sentence:
    return Sentence(f"made from {counted(phrases, 'phrase')}")


def _corpus_incomplete(queries: Sequence[str], trouble: str) -> Sentence:
    return Sentence(
        f"the corpus is not complete, articles could not be fetched for {some(queries)}",
        trouble,
        "run again, which fetches only these; or --config corpus='{allow_partial: true}' trains without them",
    )


def _no_articles(source: str, queries: Sequence[str], trouble: str) -> Sentence:
    name = "the ZIM file" if source == "zim" else "Wikipedia"
    return Sentence(
        f"articles could not be fetched from {name} for {some(queries)}",
        trouble,
        "there are four ways on: run again when it can be reached; put articles, a file named after each term, into "
        "articles/ beside the input; put other text on the subject into training_data/; or use a copy of Wikipedia: "
        "--config corpus='{source: zim, zim: FILE}' (docs/corpora.md)",
    )


def _no_text() -> Sentence:
    return Sentence(
        "there is no text to train from, neither articles nor own text",
        hint="see the status.csv files, add articles or training_data, then: snakemake --forcerun heal",
    )


def _nothing_to_learn() -> Sentence:
    return Sentence(
        "no missed word to learn in folders that are not held out", hint="add recordings, keywords or own text"
    )


def _twin(older: str) -> Sentence:
    return Sentence(f"it would equal {older}: nothing new to learn", hint="add recordings, keywords or articles")


def _failed_twin(older: str, failure: str) -> Sentence:
    return Sentence(
        f"it would equal {older}, which failed: {failure}",
        hint="to try it again: snakemake --forcerun heal --config retry_failed=True",
    )


def _no_phrase(model: str, dropped: int) -> Sentence:
    return Sentence(
        "no phrase can be used in a vocabulary",
        f"{dropped:,} dropped",
        f"see models/{model}/phrases.tsv in the results folder",
    )


def _control_text_short(words: int) -> Sentence:
    return Sentence(
        f"evaluation.control_text has fewer than half of the {counted(words, 'word')} that the control needs",
        hint="name a longer text, or set evaluation.control_text to null",
    )


def _forgets(ratio: float) -> Sentence:
    return Sentence(f"its perplexity on general text is {ratio:.1f} times that of the stock model")


def _says_nothing() -> Sentence:
    return Sentence(
        "its text predicts itself no better than general English does: its language model is the stock model",
        "use text about what is spoken",
    )


def _other_rates(base: str, folders: Sequence[str]) -> Sentence:
    narrow = base == "NarrowBand"
    rates, other = (
        ("of 16,000 samples per second or more", "WideBand") if narrow else ("of less than 16,000", "NarrowBand")
    )
    return Sentence(
        f"its base model {base} does not suit recordings {rates}, and its verdict says little about what it can do",
        some(folders),
        f"compare a CLM with the base model {other}",
    )


# -- why words are still missed ----------------------------------------------------------------------------------------


def _guessed_pronunciation() -> Sentence:
    return Sentence("in the text, with a guessed pronunciation (see lexicon.tsv)")


def _acoustics() -> Sentence:
    return Sentence("in the text and well pronounced, which leaves acoustics (recording, speaker, noise)")


def _known_word() -> Sentence:
    return Sentence("known words that no article uses")


def _near_known_word() -> Sentence:
    return Sentence("in no article, spelt nearly like a known word (typos in the reference?)")


def _in_no_article() -> Sentence:
    return Sentence("in no article of the source (names, or typos in the reference)")


# -- why a model with fewer errors is not better -----------------------------------------------------------------------


def _control_does_as_well(control: str) -> Sentence:
    return Sentence(
        "a model made the same way from unrelated text does as well", control, "use text about what is spoken"
    )


def _breaks_words(fixed: int, broken: int) -> Sentence:
    return Sentence(f"it breaks {counted(broken, 'word')} and fixes {fixed:,}", hint="use text about what is spoken")


def _few_words(words: int, fewest: int) -> Sentence:
    return Sentence(f"its text has {counted(words, 'word')}, and fewer than {fewest} prove nothing", hint="add text")


#: Every code has a function of its name above, whose parameters are its arguments.
_SENTENCES: Mapping[str, Callable[..., Sentence]] = {code: globals()[f"_{code}"] for code in Code}


def listed(reasons: Iterable[tuple[Reason, Sequence[str]]]) -> str:
    """Reasons in a cell of a table, each with the names of what it is about; for people, never to be parsed."""
    return "; ".join(f"{some(names)}: {statement(reason)}" if names else statement(reason) for reason, names in reasons)
