"""Two separately recognised channels as one transcript like the reference of the call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

#: Channels that Amazon distinguishes (developer guide, "Transcribing multi-channel audio").
MOST = 2
#: Seconds of a pause that ends an utterance, as the end of a sentence does.
_PAUSE = 1.0
_ENDS = {".", "?", "!"}

Items = list[dict[str, Any]]


def merge(results: dict[str, Any]) -> None:
    """Put transcript and items into the order of time, an utterance at a time; without channels nothing changes.

    "Appends the output for each channel into one transcript" is all that the documentation says of the order in which
    Amazon writes it. Words of two people who talk at once stay in their utterances.
    """
    channels = (results.get("channel_labels") or {}).get("channels") or []
    if not channels:
        return
    utterances = [
        utterance
        for number, channel in enumerate(channels)
        for utterance in _utterances(channel.get("items") or [], channel.get("channel_label") or f"ch_{number}")
    ]
    utterances.sort(key=_start)
    items = [item for utterance in utterances for item in utterance]
    results["items"] = items
    results["transcripts"] = [{"transcript": _text(items)}]


def _utterances(items: Iterable[dict[str, Any]], label: str) -> Iterator[Items]:
    utterance: Items = []
    ended = False
    for item in items:
        spoken = "start_time" in item
        if spoken and utterance and (ended or float(item["start_time"]) - _end(utterance) > _PAUSE):
            yield utterance
            utterance = []
        utterance.append({**item, "channel_label": item.get("channel_label", label)})
        ended = not spoken and _content(item) in _ENDS
    if utterance:
        yield utterance


def _start(utterance: Items) -> float:
    return next((float(item["start_time"]) for item in utterance if "start_time" in item), 0.0)


def _end(utterance: Items) -> float:
    return next((float(item["end_time"]) for item in reversed(utterance) if "end_time" in item), float("inf"))


def _content(item: dict[str, Any]) -> str:
    return (item.get("alternatives") or [{}])[0].get("content", "")


def _text(items: Items) -> str:
    words = (("" if item.get("type") == "punctuation" else " ") + _content(item) for item in items)
    return "".join(words).strip()
