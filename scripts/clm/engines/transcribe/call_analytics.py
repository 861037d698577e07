"""Results of Call Analytics jobs, as a transcript in the shape of Amazon Transcribe.

`Transcript` holds turns, which may overlap, with `Content`, `Items`, `ParticipantRole` and offsets in milliseconds.
Redacted words are `[PII]`, with their confidence in `Redaction`. Sources: the developer guide ("Post-call analytics
output"), which leaves the items out, and a real result in the public repository
aws-samples/amazon-transcribe-output-word-document. Missing fields are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def is_call(data: Any) -> bool:
    """True if this is the result of a Call Analytics job."""
    turns = data.get("Transcript") if isinstance(data, Mapping) else None
    return isinstance(turns, list) and all(isinstance(turn, Mapping) and "Content" in turn for turn in turns)


def as_transcript(data: Mapping[str, Any]) -> dict[str, Any]:
    """The turns in the order of time as one transcript; the account's number is left out.

    >>> turns = [{"Content": "Bye.", "BeginOffsetMillis": 900}, {"Content": "Hello there.", "BeginOffsetMillis": 100}]
    >>> as_transcript({"JobName": "a", "Transcript": turns})["results"]["transcripts"]
    [{'transcript': 'Hello there. Bye.'}]
    """
    turns = sorted(data["Transcript"], key=lambda turn: turn.get("BeginOffsetMillis", 0))
    text = " ".join(turn["Content"].strip() for turn in turns if turn["Content"].strip())
    items = [item for turn in turns for item in _items(turn)]
    return {"jobName": data.get("JobName"), "results": {"transcripts": [{"transcript": text}], "items": items}}


def _items(turn: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in turn.get("Items") or ():
        timed = "BeginOffsetMillis" in item and "EndOffsetMillis" in item and item.get("Type") != "punctuation"
        times = (
            {"start_time": _seconds(item["BeginOffsetMillis"]), "end_time": _seconds(item["EndOffsetMillis"])}
            if timed
            else {}
        )
        hidden: dict[str, Any] = next(iter(item.get("Redaction") or ()), {})
        confidence = str(item.get("Confidence", hidden.get("Confidence", "0.0")))
        yield {
            "type": "pronunciation" if timed else "punctuation",
            **times,
            "alternatives": [{"confidence": confidence, "content": item.get("Content", "")}],
        }


def _seconds(milliseconds: float) -> str:
    return f"{float(milliseconds) / 1000:.3f}"
