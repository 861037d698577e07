"""Custom vocabularies: phrases in the request, or in a file as a table or a list."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from aws import storage
from aws.access import Caller
from aws.errors import AwsError, bad_request
from aws.recognition import Corpus
from aws.resources import Answer, Collection, Request, Resource, World, readable_object
from aws.shapes import members_of

MAX_BYTES = 50 * 1024
MAX_PHRASE = 256
_COLUMNS = {"Phrase", "SoundsLike", "IPA", "DisplayAs"}
#: English has only these; of other languages' character sets we check only that they have no blanks and no digits.
_ENGLISH = re.compile(r"[A-Za-z'.-]+")
_OTHER = re.compile(r"[^\s\d_,]+")


@dataclass
class Vocabulary(Resource):
    """A vocabulary; `flaw` is why it will fail."""

    corpus: Corpus
    flaw: str
    finish: float
    state: str = "PENDING"
    reason: str | None = None

    def describe(self, shape: str) -> Answer:
        """The vocabulary in one of the API's shapes; tags are for ListTagsForResource."""
        state = {
            "VocabularyState": self.state,
            "LastModifiedTime": self.created if self.state == "PENDING" else self.finish,
            "FailureReason": self.reason,
        }
        return members_of("transcribe", shape, {**self.request, **state})


class Vocabularies:
    """Create, get, list and delete vocabularies."""

    kind = "vocabulary"

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: Collection[Vocabulary] = Collection("vocabulary")

    def advance(self, now: float) -> None:
        """Finish the vocabularies that are due."""
        for vocabulary in self.all.values():
            if vocabulary.state == "PENDING" and vocabulary.finish <= now:
                vocabulary.reason = self._world.faults.failure("vocabulary", vocabulary.name) or vocabulary.flaw or None
                vocabulary.state = "FAILED" if vocabulary.reason else "READY"

    def create(self, request: Request, caller: Caller) -> Answer:
        """CreateVocabulary: a missing file is refused, wrong phrases fail the vocabulary later."""
        name, settings = request["VocabularyName"], self._world.settings
        self.all.refuse_taken(name)
        if bool(request.get("Phrases")) == bool(request.get("VocabularyFileUri")):
            raise bad_request("Specify either Phrases or VocabularyFileUri.")
        if len(self.all) >= settings.max_vocabularies:
            raise AwsError("LimitExceededException", "You have reached the limit of custom vocabularies.")
        if request.get("Phrases"):
            shown, flaw = _checked(request["Phrases"], request["LanguageCode"])
        else:
            bucket, key = readable_object(request["VocabularyFileUri"], caller)
            shown, flaw = _read_file(storage.read(bucket, key) or b"", request["LanguageCode"])
        now = self._world.clock.now()
        corpus = Corpus("\n".join(shown))
        finish = now + settings.vocabulary_seconds
        number = self._world.next_number()
        self.all[name] = Vocabulary(name, request, now, number, caller.region, corpus, flaw, finish)
        return self.all[name].describe("CreateVocabularyResponse")

    def get(self, request: Request, _: Caller) -> Answer:
        """GetVocabulary."""
        return self.all.find(request["VocabularyName"]).describe("GetVocabularyResponse")

    def page(self, request: Request, _: Caller) -> Answer:
        """ListVocabularies."""
        wanted = request.get("StateEquals")
        page, more = self.all.page(request, lambda entry: wanted in (None, entry.state), "NameContains")
        status = {"Status": wanted} if wanted else {}
        return {"Vocabularies": [entry.describe("VocabularyInfo") for entry in page], **status, **more}

    def delete(self, request: Request, _: Caller) -> Answer:
        """DeleteVocabulary."""
        vocabulary = self.all.find(request["VocabularyName"])
        if vocabulary.state == "PENDING":
            raise bad_request("The vocabulary is still being made.")
        del self.all[vocabulary.name]
        return {}

    def usable(self, name: str) -> Vocabulary:
        """The vocabulary of this name.

        Raises:
            AwsError: there is none, or it is not READY.

        """
        vocabulary = self.all.get(name)
        if vocabulary is None or vocabulary.state != "READY":
            raise bad_request("The requested vocabulary couldn't be found or isn't ready.")
        return vocabulary


def _read_file(data: bytes, language: str) -> tuple[list[str], str]:
    """The phrases of a file as they are displayed, and what is wrong with it."""
    if len(data) > MAX_BYTES:
        return [], f"The vocabulary file is larger than {MAX_BYTES} bytes."
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return [], "The vocabulary file is not encoded in UTF-8."
    if "\r" in text:
        return [], "Lines of the vocabulary file must end in LF."
    header = text.partition("\n")[0]
    if "Phrase" not in re.split(r"[\t,]", header):
        return _checked([phrase for phrase in re.split(r"[\n,]", text) if phrase], language)
    return _read_table(text, "\t" if "\t" in header else ",", language)


def _read_table(text: str, separator: str, language: str) -> tuple[list[str], str]:
    header, *rows = csv.reader(io.StringIO(text), delimiter=separator, quoting=csv.QUOTE_NONE)
    if set(header) != _COLUMNS or len(header) != len(_COLUMNS):
        return [], f"The columns must be {', '.join(sorted(_COLUMNS))}."
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            return [], f"Line {line} has {len(row)} columns instead of {len(header)}."
    table = [dict(zip(header, row, strict=True)) for row in rows]
    _, flaw = _checked([row["Phrase"] for row in table], language)
    return [row["DisplayAs"] or row["Phrase"] for row in table], flaw


def _checked(phrases: Iterable[str], language: str) -> tuple[list[str], str]:
    phrases = list(phrases)
    if not phrases:
        return [], "The vocabulary has no phrases."
    if len("\n".join(phrases).encode()) > MAX_BYTES:
        return [], f"The vocabulary is larger than {MAX_BYTES} bytes."
    allowed = _ENGLISH if language.startswith("en-") else _OTHER
    for number, phrase in enumerate(phrases, 1):
        if len(phrase) > MAX_PHRASE:
            return [], f"Phrase {number} is longer than {MAX_PHRASE} characters."
        if not allowed.fullmatch(phrase):
            return [], f"Phrase {number}, {phrase!r}, has characters that are not allowed in {language}."
    return phrases, ""
