"""Reasons and findings as data: a code with its arguments, as JSON files hold them.

One function for each code makes the reason, so that its arguments are typed; `clm.reasons.sentences` has the English
for it, and nobody parses that. A reason that another program gave as text (an engine, a decoder, a results folder of
version 0.1.0) has the code `told` and is shown as it is. A code that this version does not know stays a string.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Codes of all reasons, by what they are about."""

    TOLD = "told"
    # Findings on a folder, the gravest first.
    SWAPPED = "swapped"
    MISMATCH = "mismatch"
    NOTHING_HEARD = "nothing_heard"
    MISSING_IN_TRANSCRIPT = "missing_in_transcript"
    MISSING_IN_REFERENCE = "missing_in_reference"
    NOT_VERBATIM = "not_verbatim"
    MISSED_DOMAIN_WORDS = "missed_domain_words"
    TYPING_ERRORS = "typing_errors"
    # Recordings that do not count.
    EMPTY_REFERENCE = "empty_reference"
    NO_AUDIO = "no_audio"
    LEFT_OUT = "left_out"
    # Why a generation is due.
    HEAL_FORCED = "heal_forced"
    FIRST_TEXT = "first_text"
    INPUTS_CHANGED = "inputs_changed"
    NEW_EVIDENCE = "new_evidence"
    # Outcomes of a training.
    FINISHED_BEFORE = "finished_before"
    TRAINED = "trained"
    VOCABULARY_MADE = "vocabulary_made"
    CORPUS_INCOMPLETE = "corpus_incomplete"
    NO_ARTICLES = "no_articles"
    NO_TEXT = "no_text"
    NOTHING_TO_LEARN = "nothing_to_learn"
    TWIN = "twin"
    FAILED_TWIN = "failed_twin"
    NO_PHRASE = "no_phrase"
    CONTROL_TEXT_SHORT = "control_text_short"
    # Flaws of a trained model.
    FORGETS = "forgets"
    SAYS_NOTHING = "says_nothing"
    OTHER_RATES = "other_rates"
    # Why words are still missed.
    GUESSED_PRONUNCIATION = "guessed_pronunciation"
    ACOUSTICS = "acoustics"
    KNOWN_WORD = "known_word"
    NEAR_KNOWN_WORD = "near_known_word"
    IN_NO_ARTICLE = "in_no_article"
    # Why a model with fewer errors is not better.
    CONTROL_DOES_AS_WELL = "control_does_as_well"
    BREAKS_WORDS = "breaks_words"
    FEW_WORDS = "few_words"


@dataclass(frozen=True)
class Reason:
    """A code with its arguments, which are JSON values; `code` is a plain string where a newer version wrote it."""

    code: Code | str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, json.dumps(self.arguments, sort_keys=True)))

    def as_json(self) -> dict[str, Any]:
        """The value that JSON files hold; `read` takes it back."""
        return {"code": str(self.code), "arguments": dict(self.arguments)}


def read(value: Any, hint: str = "") -> Reason:
    """A reason from JSON: an object with a code or, from version 0.1.0, a sentence, whose hint stood beside it.

    Whatever another version wrote gives a reason that can be shown; nothing raises.

    >>> read({"code": "twin", "arguments": {"older": "pocketsphinx-clm-001"}}) == twin("pocketsphinx-clm-001")
    True
    >>> read("no text", "add articles") == told("no text", "add articles")
    True
    """
    if not isinstance(value, Mapping) or "code" not in value:
        return told(value if isinstance(value, str) else str(value), hint)
    code, arguments = str(value["code"]), value.get("arguments")
    return Reason(
        Code(code) if code in Code.__members__.values() else code,
        dict(arguments) if isinstance(arguments, Mapping) else {},
    )


def dumps(reason: Reason) -> str:
    """A reason as a text, for a command line or another record; `loads` takes it back."""
    return json.dumps(reason.as_json(), ensure_ascii=False)


def loads(text: str) -> Reason:
    """A reason from the text of `dumps`; any other text is a message.

    >>> loads(dumps(new_evidence())) == new_evidence(), loads("heal was forced") == told("heal was forced")
    (True, True)
    """
    try:
        return read(json.loads(text))
    except ValueError:
        return told(text)


def told(text: str, hint: str = "", detail: str = "") -> Reason:
    """A message as another program, a vendor or an older version gave it."""
    more = {key: value for key, value in (("hint", hint), ("detail", detail)) if value}
    return Reason(Code.TOLD, {"text": text, **more})


# -- findings on a folder ----------------------------------------------------------------------------------------------


def swapped(recording: str, folder: str) -> Reason:
    """The text of another folder was heard."""
    return Reason(Code.SWAPPED, {"recording": recording, "folder": folder})


def mismatch(recording: str, rate: float) -> Reason:
    """More errors than a transcript of this recording would have; `rate` is its WER."""
    return Reason(Code.MISMATCH, {"recording": recording, "rate": round(rate, 6)})


def nothing_heard(recording: str, words: int) -> Reason:
    """An empty transcript for a reference with this number of words."""
    return Reason(Code.NOTHING_HEARD, {"recording": recording, "words": words})


def missing_in_transcript(recording: str, missing: int, words: int, longest: int, place: str) -> Reason:
    """Of `words`, `missing` were not heard, `longest` in a row; `place` is start, end or empty."""
    found = {"recording": recording, "missing": missing, "words": words, "longest": longest, "place": place}
    return Reason(Code.MISSING_IN_TRANSCRIPT, found)


def missing_in_reference(recording: str, missing: int, longest: int, place: str) -> Reason:
    """Number of words that were heard and the reference lacks, `longest` in a row; `place` is start, end or empty."""
    found = {"recording": recording, "missing": missing, "longest": longest, "place": place}
    return Reason(Code.MISSING_IN_REFERENCE, found)


def not_verbatim(words: int) -> Reason:
    """Fillers and function words that were heard and the reference lacks."""
    return Reason(Code.NOT_VERBATIM, {"words": words})


def missed_domain_words(words: Mapping[str, int]) -> Reason:
    """Words worth learning that are missed often, with their missed tokens."""
    return Reason(Code.MISSED_DOMAIN_WORDS, {"words": dict(words)})


def typing_errors(words: Mapping[str, str]) -> Reason:
    """Words of the reference that nothing knows, each with the known word that was heard."""
    return Reason(Code.TYPING_ERRORS, {"words": dict(words)})


# -- recordings that do not count --------------------------------------------------------------------------------------


def empty_reference() -> Reason:
    """Nothing is left of the reference after normalization."""
    return Reason(Code.EMPTY_REFERENCE)


def no_audio() -> Reason:
    """A text without a recording, which only imported transcripts can be compared with."""
    return Reason(Code.NO_AUDIO)


def left_out(model: str) -> Reason:
    """The recording failed in another model, so no model is compared on it."""
    return Reason(Code.LEFT_OUT, {"model": model})


# -- why a generation is due -------------------------------------------------------------------------------------------


def heal_forced() -> Reason:
    """The user asked for it: --forcerun heal."""
    return Reason(Code.HEAL_FORCED)


def first_text() -> Reason:
    """There is text, and no generation yet."""
    return Reason(Code.FIRST_TEXT)


def inputs_changed(inputs: Sequence[str]) -> Reason:
    """Training inputs, by their configuration keys, that differ from those of the latest plan."""
    return Reason(Code.INPUTS_CHANGED, {"inputs": list(inputs)})


def new_evidence() -> Reason:
    """Recordings or references that no plan lists."""
    return Reason(Code.NEW_EVIDENCE)


# -- outcomes of a training --------------------------------------------------------------------------------------------


def finished_before() -> Reason:
    """A job that outlived its run has finished the model."""
    return Reason(Code.FINISHED_BEFORE)


def trained(words: int, without: Sequence[str] = ()) -> Reason:
    """Trained from this number of words, `without` articles for queries whose look-up failed."""
    return Reason(Code.TRAINED, {"words": words, "without": list(without)})


def vocabulary_made(phrases: int) -> Reason:
    """A custom vocabulary with this number of phrases."""
    return Reason(Code.VOCABULARY_MADE, {"phrases": phrases})


def corpus_incomplete(queries: Sequence[str], trouble: str = "") -> Reason:
    """Queries whose look-up failed, and why the first one did."""
    return Reason(Code.CORPUS_INCOMPLETE, {"queries": list(queries), "trouble": trouble})


def no_articles(source: str, queries: Sequence[str], trouble: str = "") -> Reason:
    """Not one query was answered by the source of articles, a value of corpus.source, and why the first was not."""
    return Reason(Code.NO_ARTICLES, {"source": source, "queries": list(queries), "trouble": trouble})


def no_text() -> Reason:
    """Neither articles nor own text."""
    return Reason(Code.NO_TEXT)


def nothing_to_learn() -> Reason:
    """The plan has no text and no learnable missed word."""
    return Reason(Code.NOTHING_TO_LEARN)


def twin(older: str) -> Reason:
    """The model would equal an older one."""
    return Reason(Code.TWIN, {"older": older})


def failed_twin(older: str, failure: str) -> Reason:
    """The model would equal an older one, whose training failed for good."""
    return Reason(Code.FAILED_TWIN, {"older": older, "failure": failure})


def no_phrase(model: str, dropped: int) -> Reason:
    """All phrases of a custom vocabulary were dropped."""
    return Reason(Code.NO_PHRASE, {"model": model, "dropped": dropped})


def control_text_short(words: int) -> Reason:
    """The text that the user names for controls has fewer than half of this number of words."""
    return Reason(Code.CONTROL_TEXT_SHORT, {"words": words})


# -- flaws of a trained model ------------------------------------------------------------------------------------------


def forgets(ratio: float) -> Reason:
    """The perplexity on general text is `ratio` times that of the stock model."""
    return Reason(Code.FORGETS, {"ratio": ratio})


def says_nothing() -> Reason:
    """The text predicts itself no better than the stock model does, which is therefore what was made."""
    return Reason(Code.SAYS_NOTHING)


def other_rates(base: str, folders: Sequence[str]) -> Reason:
    """The base model of a CLM at Amazon does not suit the sample rates of recordings in these folders."""
    return Reason(Code.OTHER_RATES, {"base": base, "folders": list(folders)})


# -- why words are still missed ----------------------------------------------------------------------------------------


def guessed_pronunciation() -> Reason:
    """Words of the text whose pronunciation was guessed."""
    return Reason(Code.GUESSED_PRONUNCIATION)


def acoustics() -> Reason:
    """Words of the text whose pronunciation is known."""
    return Reason(Code.ACOUSTICS)


def known_word() -> Reason:
    """Words of the dictionary that the text lacks."""
    return Reason(Code.KNOWN_WORD)


def near_known_word() -> Reason:
    """Words that the text lacks, one edit from a known one."""
    return Reason(Code.NEAR_KNOWN_WORD)


def in_no_article() -> Reason:
    """Words that neither text nor dictionary has."""
    return Reason(Code.IN_NO_ARTICLE)


# -- why a model with fewer errors is not better -----------------------------------------------------------------------


def control_does_as_well(control: str) -> Reason:
    """The model is not proven better than its control."""
    return Reason(Code.CONTROL_DOES_AS_WELL, {"control": control})


def breaks_words(fixed: int, broken: int) -> Reason:
    """The model breaks at least as many words of the baseline as it fixes."""
    return Reason(Code.BREAKS_WORDS, {"fixed": fixed, "broken": broken})


def few_words(words: int, fewest: int) -> Reason:
    """The model's text has `words` words, fewer than the `fewest` that can prove anything."""
    return Reason(Code.FEW_WORDS, {"words": words, "fewest": fewest})
