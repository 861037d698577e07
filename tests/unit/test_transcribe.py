"""The program transcribe puts together what the store has."""

from pathlib import Path

from clm.base.notices import Notice
from clm.types import Failure, Recording, Transcript
from transcribe import entry

RECORDING = Recording("a", Path("a.wav"), "1" * 64)


def test_notices_stand_beside_the_result() -> None:
    said = (Notice("opposite_phase", {"channel": 1, "channels": 2}),)
    assert entry(RECORDING, Transcript({}, 2.0, notices=said))["notices"] == [
        {"code": "opposite_phase", "arguments": {"channel": 1, "channels": 2}}
    ]
    assert "notices" not in entry(RECORDING, Transcript({}, 2.0))
    assert "notices" not in entry(RECORDING, Failure("silent", "listen"))
