"""Packets of a track as FFmpeg's demuxers give them: how long it plays, without decoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: Fewer packets of one size do not prove a constant bit rate.
_CONSTANT = 20
#: Sums of durations and the span of times agree up to this factor, or there are gaps, which hold no sound.
AGREE = 0.05
#: Bytes of a remote file that are walked through at most.
_WALKED = 1 << 20


@dataclass(frozen=True)
class Walk:
    """Packets of a track: their length in seconds, number, bytes, the least and greatest, and where they lie."""

    seconds: float = 0.0
    packets: int = 0
    least: int = 0
    greatest: int = 0
    first: int = 0
    end: int = 0


def _packets(container: Any, track: Any, *, whole: bool) -> Iterator[Any]:
    """Packets up to the end or the damage; without the last one, which may be a part, if the file is not `whole`."""
    import av

    before = None
    try:
        for packet in container.demux(track):
            if packet.size:
                if before:
                    yield before
                before = packet
    except (av.error.FFmpegError, ValueError):
        pass
    if before and whole:
        yield before


def walked(container: Any, track: Any, *, whole: bool) -> Walk:
    """All packets up to the end or the first gap."""
    durations = packets = 0
    first_time = last_time = None
    least, greatest, first, end = 1 << 62, 0, None, 0
    for packet in _packets(container, track, whole=whole):
        packets += 1
        durations += packet.duration or 0
        if packet.pts is not None:
            first_time = packet.pts if first_time is None else min(first_time, packet.pts)
            last_time = max(last_time or packet.pts, packet.pts + (packet.duration or 0))
        least, greatest = min(least, packet.size), max(greatest, packet.size)
        if packet.pos is not None and packet.pos >= 0:
            first = packet.pos if first is None else first
            end = max(end, packet.pos + packet.size)
            if not whole and end > _WALKED:
                break
    if not packets:
        return Walk()
    total = durations * float(track.time_base)
    span = ((last_time or 0) - (first_time or 0)) * float(track.time_base)
    seconds = span if abs(span - total) <= AGREE * span or not durations else total
    return Walk(seconds, packets, least, greatest, first or 0, end)


def length_by_share(container: Any, track: Any, size: int, *, constant: bool) -> tuple[float | None, bool]:
    """Length of a file of which a part is known, by the share of it that the packets known take.

    It is exact if the bit rate may be `constant` and proves to be.
    """
    walk = walked(container, track, whole=False)
    if not walk.seconds or walk.end <= walk.first:
        return None, False
    seconds = walk.seconds * (size - walk.first) / (walk.end - walk.first)
    # Frames of one bit rate differ by a byte of padding.
    return seconds, constant and walk.packets >= _CONSTANT and walk.greatest - walk.least <= 1
