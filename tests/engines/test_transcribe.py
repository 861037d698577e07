"""The program transcribe puts together what the store has."""

from pathlib import Path

from clm.base.notices import Notice
from clm.results.transcripts import Entry
from clm.types import Failure, Recording, Transcript

RECORDING = Recording("a", Path("a.wav"), "1" * 64)


def test_notices_stand_beside_the_result() -> None:
    said = (Notice("opposite_phase", {"channel": 1, "channels": 2}),)
    assert Entry.of(RECORDING, Transcript({}, 2.0, notices=said)).as_json()["notices"] == [
        {"code": "opposite_phase", "arguments": {"channel": 1, "channels": 2}}
    ]
    assert "notices" not in Entry.of(RECORDING, Transcript({}, 2.0)).as_json()
    assert "notices" not in Entry.of(RECORDING, Failure("silent", "listen")).as_json()
