"""Listings of the account's content; botocore has no paginators for Transcribe.

A listing raises what botocore raises; `explained` turns that into a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from clm.aws.clients import explain

_PAGE = 100


def jobs(transcribe: Any, contains: str, **state: str) -> Iterator[dict[str, Any]]:
    """Summaries of the transcription jobs whose names contain a text, newest first; of all, or with this `Status`."""
    key = "TranscriptionJobSummaries"
    return _pages(transcribe.list_transcription_jobs, key, JobNameContains=contains, **state)


def language_models(transcribe: Any) -> Iterator[dict[str, Any]]:
    """All custom language models."""
    return _pages(transcribe.list_language_models, "Models")


def vocabularies(transcribe: Any) -> Iterator[dict[str, Any]]:
    """All custom vocabularies."""
    return _pages(transcribe.list_vocabularies, "Vocabularies")


def explained(listing: Iterator[dict[str, Any]], doing: str) -> list[dict[str, Any]]:
    """All of a listing.

    Raises:
        UserError: Amazon gave no answer.

    """
    try:
        return list(listing)
    except Exception as error:
        raise explain(error, doing, "transcribe") from error


def _pages(call: Callable[..., dict[str, Any]], key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    while True:
        answer = call(MaxResults=_PAGE, **arguments, **more)
        yield from answer.get(key, ())
        if not answer.get("NextToken"):
            return
        more = {"NextToken": answer["NextToken"]}
