"""Amazon Comprehend's DetectSyntax: which words of a list can be names of things, acts or properties.

A list of words has no sentences, so a tag says little. Answers are kept, and no word is paid for
twice.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.errors import PassingError, UserError

#: Languages of DetectSyntax, and what it takes at once (developer guide, "Guidelines and quotas").
LANGUAGES = ("de", "en", "es", "fr", "it", "pt")
MOST_BYTES = 5000
MOST_TEXTS = 25
#: Tags of the words that are kept.
TAGS = frozenset(["NOUN", "PROPN", "VERB", "ADJ"])
#: Comprehend bills by units of this many characters, and at least this many units for each text.
UNIT, LEAST_UNITS = 100, 3

_SEPARATOR = ", "
_OFF = "transcribe.comprehend: false leaves the choice to an offline filter"
#: Error codes that may not recur in the next run.
_PASSING = ("INTERNAL", "THROTTL", "UNAVAILABLE", "TIMEOUT")


class SyntaxFilter:
    """Keeps nouns, proper nouns, verbs and adjectives.

    `client`: boto3's of Comprehend. `language`: a code such as en-US. `cache`: folder of the answers.
    """

    def __init__(self, client: Any, language: str, cache: Path) -> None:
        """Take the settings; nothing is asked yet.

        Raises:
            UserError: Comprehend has no syntax of the language.

        """
        self._language = language.split("-")[0].lower()
        if self._language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise UserError(f"language: Comprehend has no syntax of {language}, only of {known}", _OFF)
        self._client = client
        self._cache = cache

    def keep(self, words: Sequence[str]) -> set[str]:
        """The words that have one of the tags, and those that are too long to ask about.

        Raises:
            PassingError: Comprehend did not answer; what it answered before is kept.
            UserError: it refused a text.

        """
        texts = list(self._unknown(words))
        for start in range(0, len(texts), MOST_TEXTS):
            self._ask(texts[start : start + MOST_TEXTS])
        return {word for word in words if _too_long(word) or self._known.get(word)}

    def price_units(self, words: Sequence[str]) -> int:
        """Units that `keep` would have to pay."""
        return sum(max(LEAST_UNITS, -(-len(_SEPARATOR.join(text)) // UNIT)) for text in self._unknown(words))

    @functools.cached_property
    def _known(self) -> dict[str, bool]:
        """Kept answers, by word."""
        known: dict[str, bool] = {}
        for path in sorted(self._cache.glob("*.json")):
            answer = files.read_json(path)
            if answer["language"] == self._language:
                known |= answer["words"]
        return known

    def _unknown(self, words: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """The words that must be asked about, as many in each text as go in."""
        text: list[str] = []
        size = 0
        for word in dict.fromkeys(words):
            if word in self._known or _too_long(word) or not word.strip():
                continue
            length = len(word.encode("utf-8")) + len(_SEPARATOR)
            if size + length - len(_SEPARATOR) > MOST_BYTES:
                yield tuple(text)
                text, size = [], 0
            text.append(word)
            size += length
        if text:
            yield tuple(text)

    def _ask(self, texts: Sequence[tuple[str, ...]]) -> None:
        """Ask about up to 25 texts at once, and keep what is answered even if something fails."""
        from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

        from clm.aws.clients import explain

        doing = "asking Comprehend for the syntax of missed words"
        joined = [_SEPARATOR.join(text) for text in texts]
        try:
            answer = self._client.batch_detect_syntax(TextList=joined, LanguageCode=self._language)
        except EndpointConnectionError as error:
            raise PassingError(f"{doing}: no Comprehend in this region, or not reachable", _OFF) from error
        except (BotoCoreError, ClientError) as error:
            raise explain(error, doing, service="comprehend") from error
        answered = {result["Index"]: result["SyntaxTokens"] for result in answer["ResultList"]}
        for index, tokens in answered.items():
            self._learn(texts[index], tokens)
        for failure in answer["ErrorList"]:
            code, index = str(failure.get("ErrorCode")), failure["Index"]
            if not any(part in code.upper() for part in _PASSING):
                text = f"{len(joined[index].encode('utf-8'))} bytes from {texts[index][0]!r}"
                raise UserError(f"{doing}: it refused a text of {text} ({code})", _OFF)
        if len(answered) < len(texts):
            codes = ", ".join(sorted({str(failure.get("ErrorCode")) for failure in answer["ErrorList"]}))
            missing = f"{len(texts) - len(answered)} of {len(texts)} texts have no answer ({codes or 'no reason'})"
            raise PassingError(f"{doing}: {missing}", f"run again later: what was answered is kept; or {_OFF}")

    def _learn(self, text: tuple[str, ...], tokens: Iterable[Mapping[str, Any]]) -> None:
        """Keep for good which words of a text have a token with one of the tags."""
        begins = sorted(token["BeginOffset"] for token in tokens if token["PartOfSpeech"]["Tag"] in TAGS)
        words, start = {}, 0
        for word in text:
            end = start + len(word)
            words[word] = bisect.bisect_left(begins, start) < bisect.bisect_left(begins, end)
            start = end + len(_SEPARATOR)
        name = files.digest({"text": _SEPARATOR.join(text), "language": self._language})
        files.write_json(self._cache / f"{name}.json", {"language": self._language, "words": words})
        self._known.update(words)


def _too_long(word: str) -> bool:
    return len(word.encode("utf-8")) > MOST_BYTES
