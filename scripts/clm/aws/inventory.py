"""What the account holds; botocore has no paginators for Transcribe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_PAGE = 100


def jobs(transcribe: Any, contains: str) -> Iterator[dict[str, Any]]:
    """Summaries of the transcription jobs whose names contain a text, newest first."""
    return _pages(transcribe.list_transcription_jobs, "TranscriptionJobSummaries", JobNameContains=contains)


def language_models(transcribe: Any) -> Iterator[dict[str, Any]]:
    """All custom language models."""
    return _pages(transcribe.list_language_models, "Models")


def vocabularies(transcribe: Any) -> Iterator[dict[str, Any]]:
    """All custom vocabularies."""
    return _pages(transcribe.list_vocabularies, "Vocabularies")


def _pages(call: Callable[..., dict[str, Any]], key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    while True:
        answer = call(MaxResults=_PAGE, **arguments, **more)
        yield from answer.get(key, ())
        if not answer.get("NextToken"):
            return
        more = {"NextToken": answer["NextToken"]}
