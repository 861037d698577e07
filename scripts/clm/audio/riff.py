"""Wav files (RIFF, RF64, BW64): where their samples are and how many, whatever their headers promise.

Own code, because both decoders believe these headers: of a recorder that was killed, or wrote to a pipe, libsndfile
reads nothing where the length of the samples is 0, and neither it nor FFmpeg reads RF64 with an empty ds64.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: Codes of samples whose blocks hold one of each channel (PCM, float, A-law, mu-law, "extensible"), and of those that
#: say how many are in a block (two kinds of ADPCM, GSM). Others only state bytes per second.
_SINGLE = (1, 3, 6, 7, 0xFFFE)
_BLOCKS = (2, 0x11, 0x31)
#: Writers that cannot go back leave 0, or a length near the greatest signed or unsigned one (SoX: 0x7FFFF000).
_NEVER_FILLED_IN = 0x7FFF0000
#: A stated length is too short where at least this many seconds follow: the recording went on.
_GOES_ON = 1.0
_TAGS = (b"ID3", b"TAG", b"APE", b"\0\0\0\0")


@dataclass(frozen=True)
class Wav:
    """Layout of a wav file.

    `rate`: samples per second; `offset`, `length`: of the samples that are there, in bytes; `promised`: bytes that the
    header states; `finished`: whether it states them at all; `repairs`: what a reader is to find at which offsets.
    """

    rate: int
    channels: int
    bytes_per_second: float
    offset: int
    length: int
    promised: int
    finished: bool = True
    repairs: tuple[tuple[int, bytes], ...] = ()

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.length / self.bytes_per_second

    @property
    def promised_seconds(self) -> float:
        """Length that the header states."""
        return self.promised / self.bytes_per_second


def is_wav(beginning: bytes) -> bool:
    """True if the first twelve bytes are those of a wav file."""
    return beginning[:4] in (b"RIFF", b"RF64", b"BW64") and beginning[8:12] == b"WAVE"


def read(file: BinaryIO, size: int) -> Wav | None:
    """Read the layout of a file of `size` bytes; None if it states no rate, or its samples are beyond what is known.

    Raises:
        struct.error: it is damaged.

    """
    rate, channels, bytes_per_second, promised64, repairs = 0, 0, 0.0, 0, []
    if _read(file, 0, 4) != b"RIFF":
        repairs.append((0, b"RIFF"))
    for name, offset, length in _chunks(file, size):
        if name == b"ds64":
            promised64 = struct.unpack("<8xQ", _read(file, offset, 16))[0]
            repairs.append((offset - 8, b"junk"))
        elif name == b"fmt ":
            layout = _read(file, offset, 20)
            if len(layout) < 16:
                return None
            kind, channels, rate, average, block, _, _, in_block = struct.unpack("<HHIIHHHH", layout.ljust(20, b"\0"))
            in_block = in_block if kind in _BLOCKS else int(kind in _SINGLE)
            bytes_per_second = block * rate / in_block if in_block else average
        elif name == b"data" and bytes_per_second:
            promised = promised64 if promised64 and length == 0xFFFFFFFF else length
            return _samples(file, size, Wav(rate, channels, bytes_per_second, offset, 0, promised), repairs)
    return Wav(rate, channels, bytes_per_second, size, 0, 0) if bytes_per_second else None


def _samples(file: BinaryIO, size: int, wav: Wav, repairs: list[tuple[int, bytes]]) -> Wav:
    """The layout with the length that the samples really have."""
    there = size - wav.offset
    never = wav.promised == 0 or (wav.promised >= _NEVER_FILLED_IN and wav.promised > there)
    if wav.promised == 0 and _only_chunks(file, size, wav.offset):
        never, there = False, 0
    elif 0 < wav.promised <= there and (never := _went_on(file, size, wav)) is False:
        return Wav(wav.rate, wav.channels, wav.bytes_per_second, wav.offset, wav.promised, wav.promised)
    if not never:
        repairs = []
    elif size < 0xFFFFFFFF:
        repairs = [*repairs, (4, struct.pack("<I", size - 8)), (wav.offset - 4, struct.pack("<I", there))]
    found = (wav.rate, wav.channels, wav.bytes_per_second, wav.offset, there, wav.promised)
    return Wav(*found, finished=not never, repairs=tuple(repairs))


def _only_chunks(file: BinaryIO, size: int, offset: int) -> bool:
    """True if nothing follows, or only chunks up to the end of the file."""
    end = offset
    for name, start, length in _chunks(file, size, offset):
        if not name.isascii() or not name.decode("ascii").isprintable():
            return False
        end = start + length + length % 2
    return end - 1 <= size <= end


def _went_on(file: BinaryIO, size: int, wav: Wav) -> bool:
    """True if sound follows the length that the header states: over a second, and neither chunks nor tags.

    That may be another wav file (`cat one.wav two.wav`), whose header is then heard as a click.
    """
    end = wav.offset + wav.promised
    if size - end < _GOES_ON * wav.bytes_per_second:
        return False
    following = _read(file, end, 64)
    chunk = following[wav.promised % 2 :][:4]
    named = chunk.isascii() and chunk.decode("ascii").isprintable() and not is_wav(following)
    return len(following) == 64 and not named and not following.startswith(_TAGS) and any(following)


def _chunks(file: BinaryIO, size: int, offset: int = 12) -> Iterator[tuple[bytes, int, int]]:
    """Name, offset and stated length of the chunks."""
    while len(header := _read(file, offset, 8)) == 8 and offset < size:
        length = int.from_bytes(header[4:], "little")
        yield header[:4], offset + 8, length
        offset += 8 + length + length % 2


def _read(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


class Repaired(io.RawIOBase):
    """A file that reads as if some of its bytes were others."""

    def __init__(self, file: BinaryIO, repairs: tuple[tuple[int, bytes], ...]) -> None:
        super().__init__()
        self._file, self._repairs = file, repairs

    def readable(self) -> bool:
        """As any file."""
        return True

    def seekable(self) -> bool:
        """As any file."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """As any file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As any file."""
        return self._file.tell()

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read, and put the repairs in their places."""
        at = self._file.tell()
        found = bytearray(self._file.read(len(buffer)))
        for offset, new in self._repairs:
            for position, byte in enumerate(new, offset - at):
                if 0 <= position < len(found):
                    found[position] = byte
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        """Close the file too."""
        self._file.close()
        super().close()
