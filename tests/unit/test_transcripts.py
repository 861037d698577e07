"""transcript.json: what a model heard, why a recording failed, and what is not finished."""

from pathlib import Path

import pytest

from clm.base import files
from clm.base.notices import Notice
from clm.results import transcripts
from clm.results.transcripts import Entry, FolderTranscript
from clm.types import Failure, Recording, Transcript, Unfinished

RESULT = {"results": {"transcripts": [{"transcript": "the cell"}, {"transcript": "divides"}], "items": []}}
AUDIO = Recording("a", Path("input/one/a.wav"), "abc")
OUTCOMES = (
    Transcript(RESULT, 2.5, made="2026-01-02", notices=(Notice("rescaled", {"decibels": 90}),)),
    Failure("silence; or no audio in it", "replace it"),
    Unfinished("busy; or so", "run again"),
)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_transcript_is_read_as_it_was_written(tmp_path: Path, outcome) -> None:
    entry = Entry.of(AUDIO, outcome)
    written = FolderTranscript("m", "one", "e", {"x": "1"}, (entry,), {"repeats": 1, "retries": 0})
    transcripts.write(tmp_path / "transcript.json", written)
    assert transcripts.read(tmp_path / "transcript.json") == written


def test_text_length_days_and_failures_are_told() -> None:
    entries = [
        Entry.of(Recording(name, Path(name), name), outcome) for name, outcome in zip("abc", OUTCOMES, strict=True)
    ]
    found = FolderTranscript(recordings=tuple(entries))
    assert entries[0].text == "the cell divides"
    assert (found.seconds, found.days) == (2.5, ("2026-01-02",))
    assert found.failures == {"b": OUTCOMES[1]}


def test_transcripts_of_version_0_1_0_and_of_newer_ones_are_read(tmp_path: Path) -> None:
    item = {"recording": "a", "audio": "", "sha256": "abc", "seconds": 1.0, "result": RESULT, "later": 1}
    files.write_json(tmp_path / "transcript.json", {"model": "m", "recordings": [item], "later": 2})
    (entry,) = transcripts.read(tmp_path / "transcript.json").recordings
    assert (entry.result, entry.made, entry.seconds) == (RESULT, None, 1.0)
