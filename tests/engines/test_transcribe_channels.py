"""Two people on two channels, and calls that were analysed elsewhere, as one transcript."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.base.errors import UserError
from clm.engines.transcribe import channels
from clm.project import imported


def word(text: str, start: float, end: float | None = None) -> dict[str, Any]:
    times = {"start_time": f"{start:.3f}", "end_time": f"{end or start + 0.3:.3f}"}
    return {"type": "pronunciation", **times, "alternatives": [{"confidence": "1.0", "content": text}]}


def mark(text: str = ".") -> dict[str, Any]:
    return {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": text}]}


def merged(*parts: list[dict[str, Any]]) -> dict[str, Any]:
    results = {
        "transcripts": [{"transcript": "as Amazon appended it"}],
        "items": [],
        "channel_labels": {"channels": [{"channel_label": f"ch_{n}", "items": part} for n, part in enumerate(parts)]},
    }
    channels.merge(results)
    return results


def test_turns_come_in_the_order_of_time() -> None:
    agent = [word("Hello", 0.0), mark(), word("Your", 5.0), word("name", 5.4), mark("?")]
    customer = [word("Hi", 2.0), word("there", 2.4), mark(), word("Ann", 7.0), mark()]
    found = merged(agent, customer)
    assert found["transcripts"] == [{"transcript": "Hello. Hi there. Your name? Ann."}]
    assert [item["channel_label"] for item in found["items"] if item["type"] == "pronunciation"] == [
        "ch_0", "ch_1", "ch_1", "ch_0", "ch_0", "ch_1",
    ]  # fmt: skip


def test_words_of_people_who_talk_at_once_stay_together() -> None:
    agent = [word("one", 0.0), word("two", 0.5), word("three", 1.0)]
    customer = [word("yes", 0.2), word("yes", 0.7), word("later", 4.0)]
    assert merged(agent, customer)["transcripts"][0]["transcript"] == "one two three yes yes later"


def test_without_channels_nothing_changes() -> None:
    results = {"transcripts": [{"transcript": "a"}], "items": [word("a", 0.0)]}
    before = json.dumps(results)
    channels.merge(results)
    assert json.dumps(results) == before


@given(st.lists(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=12), min_size=1, max_size=2))
def test_no_word_is_lost(parts: list[list[tuple[int, bool]]]) -> None:
    given_items = [
        [
            item
            for start, ends in sorted(part)
            for item in ([word(f"w{start}", start), mark()] if ends else [word("w", start)])
        ]
        for part in parts
    ]
    found = merged(*given_items)["items"] if any(given_items) else []
    assert len(found) == sum(map(len, given_items))


CALL = {
    "JobStatus": "COMPLETED",
    "AccountId": "111122223333",
    "JobName": "call-1",
    "Transcript": [
        {
            "ParticipantRole": "CUSTOMER",
            "BeginOffsetMillis": 2000,
            "EndOffsetMillis": 2700,
            "Content": "Hi there.",
            "Items": [
                {
                    "Type": "pronunciation",
                    "Content": "Hi",
                    "Confidence": "0.9",
                    "BeginOffsetMillis": 2000,
                    "EndOffsetMillis": 2300,
                },
                {
                    "Type": "pronunciation",
                    "Content": "there",
                    "Confidence": 0.8,
                    "BeginOffsetMillis": 2400,
                    "EndOffsetMillis": 2700,
                },
                {"Type": "punctuation", "Content": "."},
            ],
        },
        {"ParticipantRole": "AGENT", "BeginOffsetMillis": 0, "EndOffsetMillis": 500, "Content": "Hello."},
    ],
}


def test_results_of_call_analytics_can_be_imported(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_text(json.dumps(CALL))
    found = imported.read_results(path)["call"]
    assert found["results"]["transcripts"] == [{"transcript": "Hello. Hi there."}]
    assert imported.seconds({"results": {"items": found["results"]["items"][:2]}}) == 2.7
    assert "111122223333" not in json.dumps(found)
    path.write_text(json.dumps({"Transcript": "text"}))
    with pytest.raises(UserError):
        imported.read_results(path)


def item(content: str, begin: int, end: int, **more: object) -> dict[str, object]:
    return {"Type": "pronunciation", "Content": content, "BeginOffsetMillis": begin, "EndOffsetMillis": end, **more}


def test_turns_that_overlap_and_redacted_words_of_a_call_are_taken(tmp_path: Path) -> None:
    stop = {"Type": "punctuation", "Confidence": 0.0, "Content": "."}
    long = [item("My", 900, 1000, Confidence=1.0), item("[PII]", 1000, 3000, Redaction=[{"Confidence": 0.7}]), stop]
    short = [item("Yes", 2000, 2200, Confidence=0.3), stop]
    call = {
        "JobStatus": "COMPLETED",
        "LanguageCode": "en-US",
        "Transcript": [
            {"Content": "My [PII].", "Items": long, "BeginOffsetMillis": 900, "EndOffsetMillis": 3000,
             "ParticipantRole": "CUSTOMER", "LoudnessScores": [80.1, None], "Redaction": {"RedactedTimestamps": [[]]}},
            {"Content": "Yes.", "Items": short, "BeginOffsetMillis": 2000, "EndOffsetMillis": 2200,
             "ParticipantRole": "AGENT", "LoudnessScores": [55.2], "Sentiment": "NEUTRAL"},
        ],
        "ContentMetadata": {"Output": "Redacted"},
        "ConversationCharacteristics": {"TotalConversationDurationMillis": 3000},
    }  # fmt: skip
    path = tmp_path / "call.json"
    path.write_text(json.dumps(call))
    [(_, found)] = imported.read_results(path).items()
    assert found["results"]["transcripts"] == [{"transcript": "My [PII]. Yes."}]
    words = [entry for entry in found["results"]["items"] if entry["type"] == "pronunciation"]
    assert [entry["alternatives"][0]["confidence"] for entry in words] == ["1.0", "0.7", "0.3"]
    assert imported.seconds(found) == 3.0
