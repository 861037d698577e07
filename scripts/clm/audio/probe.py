"""What an audio file is, from its header and without decoding it, and whether Amazon Transcribe would take it.

The containers of flac, mp4 and ogg are read by tinytag. It has no amr and webm; and it trusts lengths that a wav file
promises, knows no telephony wav, and takes an mp3 file for one of constant bit rate after a few frames, so these four
are read by own code.
"""

from __future__ import annotations

import dataclasses
import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from clm.audio import mp3, webm

if TYPE_CHECKING:
    from tinytag import TinyTag

#: So much of a remote file is fetched to look at its header.
HEAD_BYTES = 65536
#: What Amazon Transcribe takes: samples per second, channels, shortest recording (developer guide, "Data input").
RATES = range(8_000, 48_001)
MAX_CHANNELS = 2
MIN_SECONDS = 0.5
FORMATS = ("amr", "flac", "m4a", "mp3", "mp4", "ogg", "wav", "webm")

_LONGEST_SECONDS = 1e7
#: Codes in wav files whose blocks are a sample of each channel (PCM, float, A-law, mu-law, "extensible"), and of those
#: that tell how many are in a block (two kinds of ADPCM, GSM). Others only tell bytes per second.
_SINGLE = (1, 3, 6, 7, 0xFFFE)
_BLOCKS = (2, 0x11, 0x31)
_CONVERT = "convert it, for instance with: ffmpeg -i input -ar 16000 -ac 1 output.flac"


@dataclass(frozen=True)
class Media:
    """What a header tells.

    `format`: one of `FORMATS`, "" for none of them. `rate`: samples per second. `exact`: whether `seconds` is known
    and not an estimate from the size. None is what cannot be told.
    """

    format: str
    rate: int | None = None
    channels: int | None = None
    seconds: float | None = None
    exact: bool = False


@dataclass(frozen=True)
class Problem:
    """Why Amazon refuses a file for good, as a clause, and what to do."""

    reason: str
    hint: str


class Head(io.BytesIO):
    """The first bytes of a file of `size` bytes; to read beyond them gives nothing."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data[:size])
        self.known = min(len(data), size)
        self.size = size

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move as in the whole file."""
        if whence == io.SEEK_END:
            offset, whence = max(self.size + offset, 0), io.SEEK_SET
        return super().seek(offset, whence)


def probe(file: BinaryIO, size: int) -> Media:
    """Look into an audio file of `size` bytes, which may be a `Head`; whatever is no audio has the format "".

    From a `Head`, durations are exact where a header tells them (wav, flac, mp3 of constant bit rate or with a Xing
    or VBRI header, mp4 with its index in front, webm with a duration), estimated from the size elsewhere, and None if
    there is nothing to estimate from. A wav, mp3, ogg or amr file that was cut short has what is there; flac, mp4 and
    webm, where only decoding could tell, what their header promises.

    Raises:
        OSError: the file cannot be read.

    """
    known = file.known if isinstance(file, Head) else size
    try:
        media = _read_header(file, size, known)
    except (struct.error, ValueError, IndexError, OverflowError):
        return Media("")
    if media.seconds is not None and not 0 <= media.seconds < _LONGEST_SECONDS:
        return dataclasses.replace(media, seconds=None, exact=False)  # damaged
    return media


def problem(media: Media, size: int, limits: Mapping[str, float]) -> Problem | None:
    """Why Amazon would refuse a file of `size` bytes, or None; an estimate never refuses.

    `limits`: `audio_hours` and `audio_megabytes` that a recording may have at most.
    """
    if size == 0:
        return Problem("the file is empty (0 bytes)", "copy it again, or take it out")
    if not media.format:
        return Problem("it is no audio that Amazon takes", f"{_CONVERT} (it takes {', '.join(FORMATS)})")
    if media.rate is not None and media.rate not in RATES:
        found = f"{media.rate:,} samples per second; Amazon takes {RATES[0]:,} to {RATES[-1]:,}"
        return Problem(found, _CONVERT)
    if media.channels is not None and media.channels > MAX_CHANNELS:
        return Problem(f"{media.channels} channels; Amazon takes at most {MAX_CHANNELS}", _CONVERT)
    if media.seconds is not None and media.exact:
        if media.seconds < MIN_SECONDS:
            found = f"{media.seconds:.2f} seconds long; Amazon takes {MIN_SECONDS} or more"
            return Problem(found, "check the recording; join short ones, or take it out")
        if media.seconds > limits["audio_hours"] * 3600:
            found = f"{media.seconds / 3600:.2f} hours long; Amazon takes at most {limits['audio_hours']:g}"
            return Problem(found, "split recording and text")
    if size > limits["audio_megabytes"] * 2**20:
        found = f"{size / 2**20:,.0f} MB large; Amazon takes at most {limits['audio_megabytes']:g}"
        return Problem(found, f"split it; or {_CONVERT}")
    return None


def _read_header(file: BinaryIO, size: int, known: int) -> Media:
    start = _after_id3(file)
    file.seek(start)
    mark = file.read(16)
    if mark.startswith(b"fLaC"):
        return _flac(file, start)
    if start:
        return _mp3(file, start, size, known)
    if mark[:4] in (b"RIFF", b"RF64", b"BW64") and mark[8:12] == b"WAVE":
        return _wav(file, size, known)
    if mark[4:8] == b"ftyp":
        return _mp4(file, mark)
    if mark.startswith(b"OggS"):
        return _ogg(file, size, known)
    if mark.startswith(b"\x1aE\xdf\xa3"):
        return _webm(file, size, known)
    if mark.startswith(b"#!AMR"):
        return _amr(file, size, known)
    return _mp3(file, 0, size, known)


def _read(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


def _after_id3(file: BinaryIO) -> int:
    """Offset of what follows the ID3v2 tags in front (their sizes have seven bits a byte, id3.org)."""
    offset = 0
    while (tag := _read(file, offset, 10)).startswith(b"ID3") and len(tag) == 10:
        length = 0
        for byte in tag[6:]:
            length = length << 7 | byte & 0x7F
        offset += 10 + length
    return offset


def _tag(file: BinaryIO) -> TinyTag | None:
    """What tinytag finds, or None where it stumbles."""
    from tinytag import TinyTag, TinyTagException

    try:
        return TinyTag.get(file_obj=file, tags=False)
    except TinyTagException:
        return None


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, offset and promised length of the chunks of a RIFF file."""
    offset = 12
    while len(header := _read(file, offset, 8)) == 8 and offset < size:
        length = int.from_bytes(header[4:], "little")
        yield header[:4], offset + 8, length
        offset += 8 + length + length % 2


def _wav(file: BinaryIO, size: int, known: int) -> Media:
    """RIFF and RF64; writers that cannot go back leave 0 or 2**32 - 1 for the length of the samples."""
    rate, channels, bytes_per_second = 0, None, 0.0
    for name, offset, length in _chunks(file, size):
        if name == b"fmt ":
            layout = _read(file, offset, 20)
            if len(layout) < 16:
                break
            kind, channels, rate, average, block, _, _, in_block = struct.unpack("<HHIIHHHH", layout.ljust(20, b"\0"))
            in_block = in_block if kind in _BLOCKS else int(kind in _SINGLE)
            bytes_per_second = block * rate / in_block if in_block else average
        elif name == b"data" and bytes_per_second:
            there = min(length or size, size - offset)
            return Media("wav", rate, channels, there / bytes_per_second, True)
    if not bytes_per_second:
        return Media("wav" if known < size else "")
    if known < size:
        return Media("wav", rate, channels, size / bytes_per_second)
    return Media("wav", rate, channels, 0.0, True)


def _flac(file: BinaryIO, start: int) -> Media:
    """The first block, of 42 bytes with the mark, says everything; 0 samples mean that their number is unknown."""
    tag = _tag(io.BytesIO(_read(file, start, 42)))
    if tag is None or not tag.samplerate:
        return Media("")
    return Media("flac", tag.samplerate, tag.channels, tag.duration or None, bool(tag.duration))


def _mp4(file: BinaryIO, mark: bytes) -> Media:
    """The index may stand behind the sound; fragmented files say 0 seconds."""
    name = "m4a" if mark[8:11] in (b"M4A", b"M4B") else "mp4"
    file.seek(0)
    tag = _tag(file)
    if tag is None:
        return Media(name)
    return Media(name, _whole(tag.samplerate), tag.channels, tag.duration or None, bool(tag.duration))


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _ogg(file: BinaryIO, size: int, known: int) -> Media:
    """The last page tells the samples up to its end (RFC 3533); opus counts 48,000 a second from a start of its own."""
    first = _read(file, 0, 4096)
    tag = _tag(io.BytesIO(first))
    if tag is None or not tag.samplerate:
        return Media("ogg")
    rate, serial = int(tag.samplerate), first[14:18]
    skipped = int.from_bytes(first[38:40], "little") if first[28:36] == b"OpusHead" else 0
    begin = max(0, known - HEAD_BYTES)
    window = _read(file, begin, known - begin)
    at = len(window)
    while (at := window.rfind(b"OggS", 0, at)) >= 0:
        granule = int.from_bytes(window[at + 6 : at + 14], "little", signed=True)
        if len(window) >= at + 27 and window[at + 14 : at + 18] == serial and granule > 0:
            seconds = max(0, granule - skipped) / rate
            whole = known == size
            estimate = seconds if whole else seconds * size / (begin + at + _page_length(window, at))
            return Media("ogg", rate, tag.channels, estimate, whole)
    return Media("ogg", rate, tag.channels)


def _page_length(window: bytes, at: int) -> int:
    segments = window[at + 26]
    return 27 + segments + sum(window[at + 27 : at + 27 + segments])


#: Bytes that follow the first of a frame, by its frame type: RFC 4867, section 3.6, and 3GPP TS 26.101 and 26.201.
_AMR = {
    b"#!AMR\n": (8_000, (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)),
    b"#!AMR-WB\n": (16_000, (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)),
}


def _amr(file: BinaryIO, size: int, known: int) -> Media:
    """Frames of 20 ms, each with its length in its first byte."""
    data = _read(file, 0, known)
    mark = next((mark for mark in _AMR if data.startswith(mark)), None)
    if mark is None:  # several channels, which nobody uses
        return Media("amr")
    rate, lengths = _AMR[mark]
    at, frames = len(mark), 0
    while at < len(data):
        at += 1 + lengths[data[at] >> 3 & 15]
        frames += at <= len(data)
    seconds = frames * 0.02
    if known == size:
        return Media("amr", rate, 1, seconds, True)
    return Media("amr", rate, 1, seconds * size / known if frames else None)


def _webm(file: BinaryIO, size: int, known: int) -> Media:
    """Recorders in browsers leave the duration out; then the last block tells, which plays as long as others do."""
    header = webm.read(file, known)
    if header.document not in ("webm", "matroska"):
        return Media("")
    seconds, exact = header.seconds, header.seconds is not None
    if not exact and header.last is not None:
        exact = known == size
        seconds = (header.last + header.step) * (1 if exact else size / known)
    return Media("webm", header.rate, header.channels, seconds, exact)


def _mp3(file: BinaryIO, start: int, size: int, known: int) -> Media:
    """Layer III; of a remote file perhaps no more is known than the pictures that stand in front."""
    header = mp3.read(file, start, size, known)
    if header is not None:
        return Media("mp3", header.rate, header.channels, header.seconds, header.exact)
    return Media("mp3" if known <= start < size else "")
