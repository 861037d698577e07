"""Length of webm files: the duration in the header, or the time of the last block where recorders left it out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: Identifiers of elements (RFC 9559). Those of `_OPEN` are looked into, the others are jumped over or read.
_EBML, _SEGMENT, _INFO, _TRACKS, _TRACK, _AUDIO, _CLUSTER, _GROUP = (
    0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE1, 0x1F43B675, 0xA0,
)  # fmt: skip
_OPEN = {_EBML, _SEGMENT, _INFO, _TRACKS, _TRACK, _AUDIO, _CLUSTER, _GROUP}
_DOCUMENT, _SCALE, _DURATION, _RATE, _CHANNELS, _TIME, _SIMPLE_BLOCK, _BLOCK = (
    0x4282, 0x2AD7B1, 0x4489, 0xB5, 0x9F, 0xE7, 0xA3, 0xA1,
)  # fmt: skip
_VALUES = {_DOCUMENT, _SCALE, _DURATION, _RATE, _CHANNELS, _TIME}
#: A tick is a millisecond, if nothing else is said.
_NANOSECONDS = 1_000_000
_LONGEST_VALUE, _NEVER = 64, 1e15


@dataclass
class Header:
    """What a file tells; `last` and `step`: time of the last block known, and since the one before it, in seconds."""

    document: str = ""
    rate: int | None = None
    channels: int | None = None
    seconds: float | None = None
    last: float | None = None
    step: float = 0.0


def read(file: BinaryIO, known: int) -> Header:
    """Read the header from the first `known` bytes, and the times of the blocks only if it has no duration.

    Raises:
        struct.error: it is damaged.

    """
    header = Header()
    scale, ticks, cluster = _NANOSECONDS, 0.0, 0
    for name, offset, length in _elements(file, known):
        if name == _CLUSTER and ticks:
            break
        if name in (_SIMPLE_BLOCK, _BLOCK):
            time = (cluster + _time_in_cluster(file, offset)) * scale / 1e9
            header.step = 0.0 if header.last is None else time - header.last
            header.last = time
        if name not in _VALUES or length > _LONGEST_VALUE or offset + length > known:
            continue
        file.seek(offset)
        value = file.read(length)
        if name == _DOCUMENT:
            header.document = value.rstrip(b"\0").decode("ascii", "replace")
        elif name == _SCALE:
            scale = int.from_bytes(value)
        elif name == _DURATION:
            ticks = _float(value)
        elif name == _RATE:
            header.rate = header.rate or round(_float(value))
        elif name == _CHANNELS:
            header.channels = header.channels or int.from_bytes(value)
        elif name == _TIME:
            cluster = int.from_bytes(value)
    header.seconds = ticks * scale / 1e9 if 0 < ticks < _NEVER else None
    return header


def _elements(file: BinaryIO, size: int) -> Iterator[tuple[int, int, int]]:
    """Identifier, offset of the content and its length, in the order of the file; also of those inside others."""
    at = 0
    while at < size:
        file.seek(at)
        start = file.read(12)
        name, taken = _number(start, 0, keep_mark=True)
        length, end = _number(start, taken, keep_mark=False)
        if not end:
            return
        yield name, at + end, length
        at += end if name in _OPEN else end + length


def _number(data: bytes, at: int, *, keep_mark: bool) -> tuple[int, int]:
    """A number of variable length and the offset behind it; an offset of 0 if there is none (RFC 8794, section 4)."""
    if at >= len(data) or not data[at]:
        return 0, 0
    length = 9 - data[at].bit_length()
    if at + length > len(data):
        return 0, 0
    value = int.from_bytes(data[at : at + length])
    return (value if keep_mark else value & (1 << 7 * length) - 1), at + length


def _float(value: bytes) -> float:
    return struct.unpack(">f" if len(value) == 4 else ">d", value)[0]


def _time_in_cluster(file: BinaryIO, offset: int) -> int:
    """The two bytes behind the number of the track, in ticks."""
    file.seek(offset)
    data = file.read(10)
    _, end = _number(data, 0, keep_mark=False)
    return struct.unpack(">h", data[end : end + 2])[0]
