"""The result of a job as Transcribe writes it to S3; all times and confidences are strings."""

import json
from collections.abc import Iterable
from typing import Any

from aws.recognition import Item
from aws.storage import ACCOUNT


def result_json(job: str, items: list[Item], *, alternatives: bool = False, channels: bool = False) -> bytes:
    """The bytes of the result; `alternatives` adds the segments that ShowAlternatives asks for.

    `channels` adds what ChannelIdentification asks for, and appends the channels in the transcript.
    """
    numbered = [{"id": number, **item} for number, item in enumerate(items)]
    text = _text(items)
    results: dict[str, Any] = {"transcripts": [{"transcript": text}], "items": numbered, "audio_segments": []}
    if items:
        start, end = _span(items)
        ids = [item["id"] for item in numbered]
        segment = {"id": 0, "transcript": text, "start_time": start, "end_time": end, "items": ids}
        results["audio_segments"].append(segment)
        if alternatives:
            words = [{"type": item["type"], **item["alternatives"][0], **_times(item)} for item in items]
            heard = [{"transcript": text, "items": words}]
            results["segments"] = [{"start_time": start, "end_time": end, "alternatives": heard}]
    if channels:
        results["channel_labels"] = _channels(numbered)
        appended = [item for channel in results["channel_labels"]["channels"] for item in channel["items"]]
        results["transcripts"] = [{"transcript": _text(appended)}]
    document = {"jobName": job, "accountId": ACCOUNT, "status": "COMPLETED", "results": results}
    return json.dumps(document, ensure_ascii=False).encode("utf-8")


def _channels(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Sentences in turns on two channels, each with its own items."""
    channels: list[list[dict[str, Any]]] = [[], []]
    turn = 0
    for item in items:
        channels[turn % 2].append({**item, "channel_label": f"ch_{turn % 2}"})
        turn += item["type"] == "punctuation" and item["alternatives"][0]["content"] in ".?!"
    found = [{"channel_label": f"ch_{number}", "items": part} for number, part in enumerate(channels)]
    return {"channels": found, "number_of_channels": len(found)}


def _text(items: Iterable[Item]) -> str:
    """Words separated by blanks, punctuation attached to the word before."""
    return "".join(
        ("" if item["type"] == "punctuation" else " ") + item["alternatives"][0]["content"] for item in items
    ).strip()


def _span(items: Iterable[Item]) -> tuple[str, str]:
    timed = [item for item in items if "start_time" in item]
    return (timed[0]["start_time"], timed[-1]["end_time"]) if timed else ("0.0", "0.0")


def _times(item: Item) -> dict[str, str]:
    return {key: item[key] for key in ("start_time", "end_time") if key in item}
