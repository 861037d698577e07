"""From channels to one: the average, unless averaging loses speech; and the level of what is far beyond full scale.

Levels are compared by the second, without the mean of each second, so that a channel that carries nothing but a
constant voltage is silent. Two channels of equal power and correlation r have a mix of (1 + r) / 2 of that power;
independent ones have half. A second counts as cancelled where the mix has less than a quarter of what independent
channels would have: two channels with r below -0.75.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clm.base.notices import Notice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Below this level over the whole recording there is nothing to hear: the rounding noise of 16 bits is at -98 dBFS,
#: a quiet room at -60.
SILENCE_DBFS = -70.0
#: Speech is rarely below this level, so that a notice says it.
QUIET_DBFS = -55.0
#: Neighbouring samples of speech are alike; loud sound whose samples are not is none: bytes in the wrong order or at a
#: wrong offset, say, which make noise at -5 dBFS.
_NOISE_DBFS, _NOISE_LIKENESS = -12.0, 0.25
#: A channel this far below the loudest is left out, being inaudible beside it. From `_WEAK` on, a notice says so.
_INAUDIBLE, _WEAK = 40.0, 20.0
_CANCELLED = 0.25
#: Share of the sound that may be cancelled before a single channel is better.
_LOST = 0.1
#: Where more than a thousandth is beyond full scale times this, clipping does not help: converters wrote integers as
#: floats, for example. The level is then such that at most a ten-thousandth is clipped: a click decides nothing.
_BEYOND, _BEYOND_SHARE, _CLIPPED_SHARE = 2.0, 0.001, 0.0001


@dataclass(frozen=True)
class Choice:
    """A mix: the channels to average (None: all of them), and a factor for the level."""

    channels: tuple[int, ...] | None = None
    factor: float = 1.0


@dataclass
class Levels:
    """Levels of channels and of their average, gathered while blocks pass through `watch`."""

    rate: int
    frames: int = 0
    _powers: list[NDArray[np.float64]] = field(default_factory=list)
    _exponents: dict[int, int] = field(default_factory=dict)
    _energy: float = 0.0
    _likeness: float = 0.0

    def watch(self, blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
        """Blocks of float32 (frames, channels), unchanged."""
        for block in blocks:
            self.frames += len(block)
            self._see_peaks(block)
            self._see_noise(block)
            if block.shape[1] > 1 and len(block):
                self._see_powers(block)
            yield block

    def _see_peaks(self, block: NDArray[np.float32]) -> None:
        import numpy as np

        if len(block) and max(float(block.max()), -float(block.min())) > _BEYOND:
            loudest = np.abs(block).max(axis=1)
            exponents, counts = np.unique(np.frexp(loudest[loudest > _BEYOND])[1], return_counts=True)
            for exponent, count in zip(exponents.tolist(), counts.tolist(), strict=True):
                self._exponents[exponent] = self._exponents.get(exponent, 0) + count

    def _see_noise(self, block: NDArray[np.float32]) -> None:
        """Keep the energy of the first channel without its mean, and that which each sample shares with the next."""
        import numpy as np

        for start in range(0, len(block), self.rate):
            wave = np.clip(block[start : start + self.rate, 0], -1, 1)
            wave = wave - wave.mean()
            self._energy += float(np.dot(wave, wave))
            self._likeness += float(np.dot(wave[1:], wave[:-1]))

    def _is_noise(self) -> bool:
        decibels = 10 * math.log10(max(self._energy / max(self.frames, 1), 1e-30))
        return decibels > _NOISE_DBFS and self._likeness < _NOISE_LIKENESS * self._energy

    def _see_powers(self, block: NDArray[np.float32]) -> None:
        """Keep the energy of each second without its mean: of the channels and, last, of their average."""
        import numpy as np

        for start in range(0, len(block), self.rate):
            channels = np.ascontiguousarray(block[start : start + self.rate].T)
            waves = [*channels, channels.sum(axis=0) / np.float32(len(channels))]
            energies = [float(np.dot(wave, wave)) - len(wave) * float(wave.mean()) ** 2 for wave in waves]
            self._powers.append(np.maximum(energies, 0.0))

    def choice(self) -> tuple[Choice, list[Notice]]:
        """Best mix of the blocks that passed, and notices about it."""
        factor, notices = self._factor()
        if factor == 1.0 and self._is_noise():
            notices.append(Notice("noise", {}))
        widths = {len(powers) for powers in self._powers}
        if len(widths) != 1:  # one channel; or their number changes on the way, where a mix is all there is
            return Choice(None, factor), notices
        channels, more = self._channels(factor)
        return Choice(channels, factor), [*notices, *more]

    def _factor(self) -> tuple[float, list[Notice]]:
        """The power of two that brings the samples into full scale, if they are far beyond."""
        if sum(self._exponents.values()) <= _BEYOND_SHARE * self.frames:
            return 1.0, []
        beyond, exponent = 0, 0
        for exponent in sorted(self._exponents, reverse=True):
            beyond += self._exponents[exponent]
            if beyond > _CLIPPED_SHARE * self.frames:
                break
        return 2.0**-exponent, [Notice("rescaled", {"decibels": round(20 * math.log10(2.0**exponent))})]

    def _channels(self, factor: float) -> tuple[tuple[int, ...] | None, list[Notice]]:
        import numpy as np

        powers = np.stack(self._powers)
        seconds, mixes = powers[:, :-1], powers[:, -1]
        means = seconds.sum(axis=0) * factor**2 / self.frames
        decibels = 10 * np.log10(np.maximum(means, 1e-30))
        loudest = int(decibels.argmax())
        audible = decibels >= max(SILENCE_DBFS, decibels[loudest] - _INAUDIBLE)
        count, heard = len(means), tuple(np.flatnonzero(audible).tolist())
        if not heard:  # all of it is silent, which another notice says
            return None, []
        notices = []
        if len(heard) < count:
            notices.append(Notice("silent_channels", {"silent": count - len(heard), "channels": count}))
        if len(heard) > 1:
            # The average of those that are heard is that of all of them, times the ratio of their numbers.
            if _is_cancelled(seconds[:, list(heard)], mixes * (count / len(heard)) ** 2):
                said = Notice("opposite_phase", {"channel": loudest + 1, "channels": count})
                return (loudest,), [*notices, said]
            if (below := float(decibels[loudest] - decibels[list(heard)].min())) > _WEAK:
                notices.append(Notice("weak_channels", {"decibels": round(below)}))
        return (heard if len(heard) < count else None), notices


def _is_cancelled(channels: NDArray[np.float64], mixes: NDArray[np.float64]) -> bool:
    """True if the average loses a tenth of the sound or more, by the energies of each second."""
    independent = channels.sum(axis=1) / channels.shape[1] ** 2
    lost = independent[mixes < _CANCELLED * independent].sum()
    return bool(lost > _LOST * independent.sum())


def mixed(block: NDArray[np.float32], choice: Choice) -> NDArray[np.float32]:
    """One channel of a block (frames, channels)."""
    import numpy as np

    if choice.channels is not None and max(choice.channels) < block.shape[1]:
        block = block[:, list(choice.channels)]
    mono: NDArray[np.float32] = block.mean(axis=1, dtype=np.float32)
    return mono if choice.factor == 1.0 else mono * np.float32(choice.factor)
