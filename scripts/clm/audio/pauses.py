"""Long recordings in pieces, cut where it is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clm.audio.decode import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAUSE_SECONDS = 0.2


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
