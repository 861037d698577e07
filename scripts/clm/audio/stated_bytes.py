"""Bytes of samples that headers of AU, AIFF, CAF, W64, SPHERE and big-endian wav (RIFX) state, and that are there.

Own code, because neither decoder mentions that less is there than the header states; libsndfile reads nothing of AU
that states 0 and refuses such a CAF, and FFmpeg takes the bytes of such a RIFX in the wrong order.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = 1 << 16
_W64_DATA = b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
#: Of 32 bits, and of 64: lengths that a writer leaves in the header if it cannot go back.
_ONES, _HUGE = 0xFFFFFFFF, 1 << 62
#: Codings in CAF whose samples need no table of packets.
_PLAIN = (b"lpcm", b"ulaw", b"alaw")


@dataclass(frozen=True)
class StatedBytes:
    """`stated`: bytes of samples by the header, 0 if it leaves them open; `there`: those in the file, up to its end;
    `repairs`: what libsndfile is to find at which offsets, as in `clm.audio.riff`.
    """

    stated: int
    there: int
    repairs: tuple[tuple[int, bytes], ...] = ()


def read(file: BinaryIO, size: int) -> StatedBytes | None:
    """Bytes of samples in a file of `size` bytes; None if it is of another kind, or damaged."""
    file.seek(0)
    head = file.read(_HEADER)
    reader = next((reader for mark, reader in _READERS.items() if head.startswith(mark)), None)
    try:
        return reader(head, size) if reader else None
    except struct.error:
        return None


def _au(head: bytes, size: int) -> StatedBytes:
    offset, stated = struct.unpack_from(">II", head, 4)
    return StatedBytes(0 if stated == _ONES else stated, size - offset, () if stated else ((8, b"\xff" * 4),))


def _aiff(head: bytes, size: int) -> StatedBytes | None:
    for name, offset, stated in _chunks(head):
        if name == b"SSND":  # its samples come after two numbers
            return StatedBytes(0 if stated in (0, 8, _ONES) else stated - 8, size - offset - 8)
    return None


def _rifx(head: bytes, size: int) -> StatedBytes | None:
    for name, offset, stated in _chunks(head):
        if name == b"data":
            there = size - offset
            repairs = ((4, struct.pack(">I", size - 8)), (offset - 4, struct.pack(">I", there)))
            return StatedBytes(0, there, repairs) if stated in (0, _ONES) else StatedBytes(stated, there)
    return None


def _chunks(head: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= len(head):
        name, stated = struct.unpack_from(">4sI", head, at)
        yield name, at + 8, stated
        at += 8 + stated + stated % 2


def _caf(head: bytes, size: int) -> StatedBytes | None:
    at, plain = 8, False
    while at + 12 <= len(head):
        name, stated = struct.unpack_from(">4sQ", head, at)
        if name == b"desc":
            plain = head[at + 20 : at + 24] in _PLAIN
        if name == b"data":  # its samples come after a number
            there, known = size - at - 16, 4 < stated < _HUGE
            repairs = () if known and stated - 4 <= there else ((at + 4, struct.pack(">Q", there + 4)),)
            return StatedBytes(stated - 4 if known else 0, there, repairs) if plain else None
        at += 12 + stated
    return None


def _w64(head: bytes, size: int) -> StatedBytes | None:
    at = 40
    while at + 24 <= len(head):
        (stated,) = struct.unpack_from("<Q", head, at + 16)
        if head.startswith(_W64_DATA, at):
            return StatedBytes(stated - 24 if 24 < stated < _HUGE else 0, size - at - 24)
        at += max(24, stated + -stated % 8)
    return None


def _sphere(head: bytes, size: int) -> StatedBytes | None:
    start = re.match(rb"NIST_1A\n\s*(\d+)", head)
    fields = {name: int(value) for name, value in re.findall(rb"^(\w+) -i (\d+)", head[:4096], re.MULTILINE)}
    if not start:
        return None
    frame = fields.get(b"channel_count", 1) * fields.get(b"sample_n_bytes", 2)
    return StatedBytes(fields.get(b"sample_count", 0) * frame, size - int(start[1]))


_READERS = {
    b".snd": _au, b"FORM": _aiff, b"RIFX": _rifx, b"caff": _caf, b"riff\x2e\x91\xcf\x11": _w64, b"NIST_1A": _sphere,
}  # fmt: skip
