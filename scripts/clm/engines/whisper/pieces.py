"""Pieces of a recording that are decoded at once: its speech, without long stretches in which nobody speaks.

Where music, noise or silence is left in a piece, Whisper may take the piece for finished and lose the speech after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clm.audio.decode import RATE
from clm.engines.whisper.speech import SYLLABLE, WINDOW, WINDOWS_PER_SECOND, runs

#: A stretch without speech that is longer than this is left out, but for the margin around the speech, in seconds.
LONG_PAUSE, MARGIN = 3.0, 0.5
_LONG_PAUSE, _MARGIN = int(LONG_PAUSE * WINDOWS_PER_SECOND), int(MARGIN * WINDOWS_PER_SECOND)
#: Windows of the shortest pause to cut in; and of one that is as good as any longer one.
_PAUSE, _GOOD_PAUSE = int(0.2 * WINDOWS_PER_SECOND), int(1.0 * WINDOWS_PER_SECOND)


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of a recording.

    `samples`: int16 (n,) at 16 kHz; for each window of them whether there is `speech`, and its `places` in the
    recording, counted in windows: both (n / 512, rounded up).
    """

    samples: NDArray[np.int16]
    speech: NDArray[np.bool_]
    places: NDArray[np.int64]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / RATE

    @property
    def offset(self) -> float:
        """Where it begins in the recording, in seconds."""
        return float(self.places[0]) / WINDOWS_PER_SECOND

    @property
    def silent(self) -> bool:
        """True if there is not a syllable of speech in it."""
        return int(self.speech.sum()) < SYLLABLE

    def times(self, start: float, end: float) -> tuple[float, float]:
        """Seconds in the recording of a word from `start` to `end`.

        What was left out within a word is no part of it: the longer half is the word.
        """
        first = min(int(start * WINDOWS_PER_SECOND), len(self.places) - 1)
        last = max(first, min(int(np.ceil(end * WINDOWS_PER_SECOND)) - 1, len(self.places) - 1))
        seams = np.flatnonzero(np.diff(self.places[first : last + 1]) > 1)
        if len(seams):
            stretches = np.split(np.arange(first, last + 1), seams + 1)
            longest = max(stretches, key=len)
            if longest[0] > first:
                first, start = int(longest[0]), longest[0] / WINDOWS_PER_SECOND
            if longest[-1] < last:
                last, end = int(longest[-1]), (longest[-1] + 1) / WINDOWS_PER_SECOND
        shift = (self.places[[first, last]] - [first, last]) / WINDOWS_PER_SECOND
        return float(start + shift[0]), float(end + shift[1])

    def divided(self, at: int) -> tuple[Piece, Piece]:
        """What is before a window, and what is from it on."""
        return (
            Piece(self.samples[: at * WINDOW], self.speech[:at], self.places[:at]),
            Piece(self.samples[at * WINDOW :], self.speech[at:], self.places[at:]),
        )


def pieces(samples: NDArray[np.int16], speech: NDArray[np.bool_], longest: float) -> Iterator[Piece]:
    """Pieces of at most `longest` seconds, cut in pauses, of the samples (n,) with `speech` in these windows.

    A recording that is no longer and has no long pause is one piece, as it is. One without speech has none.
    """
    kept = np.flatnonzero(_kept(speech))
    most = int(longest * WINDOWS_PER_SECOND)
    while len(kept) > most:
        cut = _cut(_piece(samples, speech, kept[: most + _LONG_PAUSE]), most // 2, most)
        yield _piece(samples, speech, kept[:cut])
        kept = kept[cut:]
    if len(kept):
        yield _piece(samples, speech, kept)


def _kept(speech: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Windows that are decoded: speech, short pauses, and a margin where a long one is left out."""
    kept = np.zeros(len(speech), bool)
    places = np.flatnonzero(speech)
    for stretch in np.split(places, np.flatnonzero(np.diff(places) > _LONG_PAUSE + 1) + 1):
        if len(stretch) >= SYLLABLE:
            first, end = int(stretch[0]), int(stretch[-1]) + 1
            before = first if first <= _LONG_PAUSE else _MARGIN
            after = len(speech) - end if len(speech) - end <= _LONG_PAUSE else _MARGIN
            kept[first - before : end + after] = True
    return kept


def _piece(samples: NDArray[np.int16], speech: NDArray[np.bool_], places: NDArray[np.int64]) -> Piece:
    stretches = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    parts = [samples[stretch[0] * WINDOW : (stretch[-1] + 1) * WINDOW] for stretch in stretches]
    return Piece(parts[0] if len(parts) == 1 else np.concatenate(parts), speech[places], places)


def _cut(piece: Piece, first: int, last: int) -> int:
    """The last good pause, or the longest one, or the quietest moment."""
    found = [(min(length, _GOOD_PAUSE), at) for at, length in pauses(piece, first, last)]
    return max(found)[1] if found else quietest(piece, first, last)


def pauses(piece: Piece, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Windows to cut a piece at, from `first` to `last`, and how long each pause is in the recording, in windows."""
    for begin, end in runs(~piece.speech):
        at = min(max((begin + end) // 2, first), last)
        if end - begin >= _PAUSE and begin <= at <= end:
            yield at, int(piece.places[end - 1] - piece.places[begin]) + 1


def quietest(piece: Piece, first: int, last: int) -> int:
    """The quietest moment of a piece from window `first` to `last`, for speech without a pause."""
    whole = piece.samples[first * WINDOW : last * WINDOW]
    whole = whole[: len(whole) // WINDOW * WINDOW].reshape(-1, WINDOW)
    energy = np.convolve(np.square(whole, dtype=np.float64).sum(axis=1), np.ones(_PAUSE), mode="valid")
    return first + int(np.argmin(energy)) + _PAUSE // 2
