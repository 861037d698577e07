"""Length of an mp3 file by the table in its first frame, where that proves to be about all of the file.

The frame is silent and holds "Xing" or "Info", flags, the number of frames and that of bytes, as LAME and FFmpeg write
them (Xing's "VBR header", 1998). Where those bytes are the file's, nothing is missing, and the packets need not be
walked through, which takes ten times as long.
"""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

from clm.audio.formats import STATED_LENGTH

_FRAMES_AND_BYTES, _CONTENTS, _QUALITY = 3, 4, 8  # flags
_RATES = (44_100, 48_000, 32_000)
#: By the bits of the version: the divisor of the sample rate, and samples of a frame of layer III.
_VERSIONS = {3: (1, 1152), 2: (2, 576), 0: (4, 576)}
_LAYER_3, _MONO = 1, 3
#: Tags behind the frames may be longer than the table says.
_SHARE, _BYTES = 0.01, 1024
_FIRST_FRAME = 8192


class Stated(NamedTuple):
    """Samples per second, channels and seconds of a file."""

    rate: int
    channels: int
    seconds: float


def read(file: BinaryIO, start: int, size: int) -> Stated | None:
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
    if abs(start + found.start() + length - size) > max(_BYTES, _SHARE * size):
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
