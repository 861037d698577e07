"""Log-mel spectra as Whisper was trained with: 25 ms windows every 10 ms, mel bands on Slaney's scale."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Raised by hand when the same samples give other spectra.
VERSION = 2
RATE = 16_000
WINDOW, HOP = 400, 160
#: Slaney's mel scale (Auditory Toolbox, 1998): linear to 1,000 Hz, then logarithmic.
_HERTZ_PER_MEL, _LOGARITHMIC_FROM, _LOG_STEP = 200.0 / 3, 1000.0, np.log(6.4) / 27


def log_mel(samples: Floats, bands: int, frames: int) -> Floats:
    """Float32 (bands, frames) of samples (n,) from -1 to 1 at 16 kHz; 0 after the last whole hop of the samples.

    log10 of the power, at most 8 below its maximum, scaled to about -1 to 1.
    """
    padded = np.pad(samples.astype(np.float32), (0, HOP))
    padded = np.pad(padded, WINDOW // 2, mode="reflect" if len(padded) > WINDOW // 2 else "symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:-1]
    hann = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    # In double precision: sums that a library shares out over cores in its own way then round to the same.
    power = np.abs(np.fft.rfft(windows * hann, axis=1)) ** 2
    spectrum = np.log10(np.maximum(filters(bands) @ power.T, 1e-10))
    spectrum = (np.maximum(spectrum, spectrum.max() - 8.0) + 4.0) / 4.0
    spectrum = spectrum[:, : min(frames, len(samples) // HOP)]
    return np.pad(spectrum, ((0, 0), (0, frames - spectrum.shape[1]))).astype(np.float32)


@cache
def filters(bands: int) -> NDArray[np.float64]:
    """Triangular filters of equal area, float64 (bands, 201), from 0 to 8,000 Hz."""
    highest = _LOGARITHMIC_FROM / _HERTZ_PER_MEL + np.log(RATE / 2 / _LOGARITHMIC_FROM) / _LOG_STEP
    mels = np.linspace(0.0, highest, bands + 2)
    over = mels - _LOGARITHMIC_FROM / _HERTZ_PER_MEL
    edges = np.where(over >= 0, _LOGARITHMIC_FROM * np.exp(_LOG_STEP * over), _HERTZ_PER_MEL * mels)
    bins = np.fft.rfftfreq(WINDOW, 1.0 / RATE)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0.0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return triangles * 2.0 / (high - low)
