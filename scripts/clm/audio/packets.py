"""Length of a track without decoding: by its packets as FFmpeg's demuxers give them, or by the table of an mp3 file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

from clm.audio.formats import STATED_LENGTH

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


# -- the table in the first frame of an mp3 file: "Xing" or "Info", flags, the number of frames and that of bytes, as
# LAME and FFmpeg write them (Xing's "VBR header", 1998). Where those bytes are the file's, nothing is missing, and the
# packets need not be walked through, which takes many times as long.

_FRAMES_AND_BYTES, _CONTENTS, _QUALITY = 3, 4, 8  # flags
_RATES = (44_100, 48_000, 32_000)
#: By the bits of the version: the divisor of the sample rate, and samples of a frame of layer III.
_VERSIONS = {3: (1, 1152), 2: (2, 576), 0: (4, 576)}
_LAYER_3, _MONO = 1, 3
#: Tags behind the frames may be longer than the table says.
_SHARE, _MOST_BYTES = 0.01, 1024
_FIRST_FRAME = 8192


class Stated(NamedTuple):
    """Samples per second, channels and seconds of a file."""

    rate: int
    channels: int
    seconds: float


def stated(file: BinaryIO, start: int, size: int) -> Stated | None:
    """What the first frame of a file of `size` bytes states, if its frames from `start` on are there and no more."""
    file.seek(start)
    head = file.read(_FIRST_FRAME)
    found = STATED_LENGTH.search(head)
    if found is None or found[0].endswith(b"VBRI"):
        return None
    version, layer = head[found.start() + 1] >> 3 & 3, head[found.start() + 1] >> 1 & 3
    rate, mode = head[found.start() + 2] >> 2 & 3, head[found.start() + 3] >> 6
    flags, frames, length = (
        int.from_bytes(head[found.end() + place : found.end() + place + 4], "big") for place in (0, 4, 8)
    )
    if version not in _VERSIONS or layer != _LAYER_3 or rate >= len(_RATES) or flags & _FRAMES_AND_BYTES != 3:
        return None
    if abs(start + found.start() + length - size) > max(_MOST_BYTES, _SHARE * size):
        return None
    divisor, samples = _VERSIONS[version]
    per_second = _RATES[rate] // divisor
    heard = max(0, frames * samples - _padding(head[found.end() :], flags))
    return Stated(per_second, 1 if mode == _MONO else 2, round(heard / per_second, 6))  # as exactly as FFmpeg


def _padding(table: bytes, flags: int) -> int:
    """Samples that the encoder put before and behind the sound, by the extension of LAME (12 bits each)."""
    start = 12 + (100 if flags & _CONTENTS else 0) + (4 if flags & _QUALITY else 0)
    extension = table[start : start + 24]
    if len(extension) < 24 or not extension.startswith((b"LAME", b"Lavf", b"Lavc")):
        return 0
    both = int.from_bytes(extension[21:24], "big")
    return (both >> 12) + (both & 0xFFF)
