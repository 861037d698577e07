"""Length of mp3 files (MPEG layer III), from a Xing or VBRI header or by counting frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: Kilobits per second of layer III by index, for MPEG 1 and for MPEG 2 and 2.5; samples per second of MPEG 1.
_BITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_RATES = (44_100, 48_000, 32_000)
#: A frame is looked for in so many bytes.
_SEARCHED = 65536
#: Fewer equal frames do not prove a constant bit rate.
_CONSTANT = 20


@dataclass(frozen=True)
class Header:
    """`rate`: samples per second; `exact`: whether `seconds` is more than an estimate from the size."""

    rate: int
    channels: int
    seconds: float
    exact: bool


@dataclass(frozen=True)
class _Frame:
    """A frame of layer III."""

    offset: int
    length: int
    kilobits: int
    rate: int
    channels: int
    samples: int


def read(file: BinaryIO, start: int, size: int, known: int) -> Header | None:
    """Read a file of `size` bytes, of which `known` are there, from its first frame on; None if there is none."""
    first = _sync(file, start)
    if first is None:
        return None
    file.seek(first.offset)
    announced = _announced(file.read(min(first.length, 200)), size - first.offset)
    if announced:
        return Header(first.rate, first.channels, announced * first.samples / first.rate, True)
    count = kilobits = 0
    different = set()
    for frame in _frames(file, first):
        count += 1
        kilobits += frame.kilobits
        different.add(frame.kilobits)
    if known == size:
        return Header(first.rate, first.channels, count * first.samples / first.rate, True)
    seconds = (size - first.offset) * count / kilobits / 125
    return Header(first.rate, first.channels, seconds, len(different) == 1 and count >= _CONSTANT)


def _frame_of(header: bytes, offset: int) -> _Frame | None:
    """The frame that a header of four bytes announces (ISO 11172-3, 2.4.1.3), or None if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, bits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bits in (0, 15) or rate == 3:
        return None
    older = version == 3
    per_second = _RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    kilobits = _BITS[not older][bits]
    samples = 1152 if older else 576
    length = samples * kilobits * 125 // per_second + (header[2] >> 1 & 1)
    return _Frame(offset, length, kilobits, per_second, 1 if header[3] >> 6 == 3 else 2, samples)


def _frame_at(file: BinaryIO, offset: int) -> _Frame | None:
    file.seek(offset)
    return _frame_of(file.read(4), offset)


def _sync(file: BinaryIO, start: int) -> _Frame | None:
    """The first frame at `start` or up to 64 KiB behind it that another one like it follows."""
    file.seek(start)
    window = file.read(_SEARCHED)
    at = window.find(b"\xff")
    while at >= 0:
        frame = _frame_of(window[at : at + 4], start + at)
        if frame:
            following = _frame_at(file, frame.offset + frame.length)
            if following and following.rate == frame.rate:
                return frame
        at = window.find(b"\xff", at + 1)
    return None


def _frames(file: BinaryIO, first: _Frame) -> Iterator[_Frame]:
    """All frames from the first; what lies between them is jumped over."""
    frame: _Frame | None = first
    while frame:
        yield frame
        end = frame.offset + frame.length
        frame = _frame_at(file, end) or _sync(file, end)


def _announced(frame: bytes, there: int) -> float:
    """The number of frames that a Xing, Info or VBRI header tells, or 0.

    A file that was cut short has only its share of them, by the number of bytes that the header promises.
    """
    frames = promised = 0
    mark = max(frame.find(b"Xing"), frame.find(b"Info"))
    if 0 < mark <= 36 and len(frame) >= mark + 16 and frame[mark + 7] & 1:
        frames = int.from_bytes(frame[mark + 8 : mark + 12])
        promised = int.from_bytes(frame[mark + 12 : mark + 16]) if frame[mark + 7] & 2 else 0
    elif frame[36:40] == b"VBRI":
        promised, frames = int.from_bytes(frame[46:50]), int.from_bytes(frame[50:54])
    return frames * there / promised if promised > there else frames
