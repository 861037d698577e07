"""Properties of an audio file, found without decoding it, and Amazon Transcribe's reasons to refuse it.

FFmpeg's demuxers (by PyAV) read every container: of a file that is at hand they walk through the packets, so that a
length is that of what is there; of an excerpt they read the header. Some things are our own, because a comparison
(docs/formats.md) showed FFmpeg to be worse at them:

- wav (`clm.audio.riff`): FFmpeg believes RF64 headers that are empty, and takes far longer for the most common format.
- the head of an mp3 file: FFmpeg extrapolates a variable bit rate from the first frames and does not say so. We look
  for the table of contents (Xing, Info, VBRI) and whether the frames that are known are of one size.
- the head of an mp4 file in fragments, of an ogg or a flac file without length: FFmpeg gives the length of the part
  that is known, or none. The position of the last packet known says how much of the file that is. With the end of an
  ogg file at hand, FFmpeg gave 8 of 20 seconds where a page is longer than it looks back; we read the last page.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from clm.audio import formats, packets, riff
from clm.audio.excerpt import HEAD_BYTES, Excerpt, Head
from clm.audio.formats import AMAZON_FORMATS

__all__ = ["HEAD_BYTES", "Excerpt", "Head", "Media", "Problem", "probe", "problem"]

#: What Amazon Transcribe takes: samples per second, channels, shortest recording (developer guide, "Data input").
RATES = range(8_000, 48_001)
MAX_CHANNELS = 2
MIN_SECONDS = 0.5

_LONGEST_SECONDS = 1e7
#: The table of contents of an mp3 file is in its first frame, which has 2,881 bytes at most, behind some padding.
_FIRST_FRAME = 8192
#: An ogg file whose beginning makes it that much longer than its last page states is several, joined end to end.
_JOINED = 1.6
#: What encoders put around the sound, in seconds: counted by packets, not counted by headers.
_PADDING = 0.25
#: Names of demuxers where the first bytes do not give one.
_DEMUXERS = {
    "mp3": "mp3", "flac": "flac", "ogg": "ogg", "aac": "aac", "loas": "aac", "mpegts": "mpeg-ts", "mpeg": "mpeg",
    "nistsphere": "sph", "asf": "wma", "wv": "wavpack", "ape": "monkey's audio", "rm": "realmedia",
    "matroska,webm": "mkv", "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
}  # fmt: skip


@dataclass(frozen=True)
class Media:
    """Properties of an audio file.

    `format`: one of `AMAZON_FORMATS`, another name, or "" for an unknown format. `rate`: samples per second.
    `exact`: whether `seconds` is known and not an estimate from the size. None means unknown.
    """

    format: str
    rate: int | None = None
    channels: int | None = None
    seconds: float | None = None
    exact: bool = False


@dataclass(frozen=True)
class Problem:
    """A reason for which Amazon refuses a file for good, as a clause, and a remedy."""

    reason: str
    hint: str


def probe(file: BinaryIO | Excerpt, size: int) -> Media:
    """Look into an audio file of `size` bytes, which may be an `Excerpt`; anything but audio has the format "".

    Of a whole file, the length is that of what is there, even if a header promises more or less. Of an excerpt it is
    exact where a header states it (wav, flac, mp3 of constant bit rate or with a table of contents, mp4 whose index is
    known and that is not in fragments, webm with a duration, ogg whose end is known), else an estimate from the size,
    or None if there is nothing to estimate from.

    Raises:
        OSError: the file cannot be read.

    """
    file.seek(0)
    beginning = file.read(HEAD_BYTES)
    name = formats.kind(beginning)
    try:
        media = _wav(file, size) if name == "wav" else _mp3(file, size) if name == "mp3" else None
    except (struct.error, ZeroDivisionError):
        media = None
    if media is None:
        media = _container(file, size, name)
    if media.seconds is not None and not 0 <= media.seconds < _LONGEST_SECONDS:
        return dataclasses.replace(media, seconds=None, exact=False)  # damaged
    return media


def problem(media: Media, size: int, limits: Mapping[str, float]) -> Problem | None:
    """Reason for which Amazon would refuse a file of `size` bytes, or None; an estimate never refuses.

    `limits`: `audio_hours` and `audio_megabytes` that a recording may have at most.
    """
    convert = formats.remedy("wav")
    if size == 0:
        return Problem("the file is empty (0 bytes)", "copy it again, or take it out")
    if media.format not in AMAZON_FORMATS:
        found = f"it is {formats.described(media.format)}, not audio that Amazon takes"
        return Problem(found, f"{formats.remedy(media.format)} (it takes {', '.join(AMAZON_FORMATS)})")
    if media.rate is not None and media.rate not in RATES:
        found = f"{media.rate:,} samples per second; Amazon takes {RATES[0]:,} to {RATES[-1]:,}"
        return Problem(found, convert)
    if media.channels is not None and media.channels > MAX_CHANNELS:
        return Problem(f"{media.channels} channels; Amazon takes at most {MAX_CHANNELS}", convert)
    if media.seconds is not None and media.exact:
        if media.seconds < MIN_SECONDS:
            found = f"{media.seconds:.2f} seconds long; Amazon takes {MIN_SECONDS} or more"
            return Problem(found, "check the recording; join short ones, or take it out")
        if media.seconds > limits["audio_hours"] * 3600:
            found = f"{media.seconds / 3600:.2f} hours long; Amazon takes at most {limits['audio_hours']:g}"
            return Problem(found, "split recording and text")
    if size > limits["audio_megabytes"] * 2**20:
        found = f"{size / 2**20:,.0f} MB large; Amazon takes at most {limits['audio_megabytes']:g}"
        return Problem(found, f"split it; or {convert}")
    return None


def _wav(file: BinaryIO | Excerpt, size: int) -> Media | None:
    """Length from the header; None if it takes a demuxer."""
    layout = riff.read(file, size)  # type: ignore[arg-type]
    if layout is None or not layout.rate:
        return None
    known = _known(file, size)
    if not layout.length and layout.offset >= size and known < size:  # the samples begin behind what is known
        return Media("wav", layout.rate, layout.channels, size / layout.bytes_per_second)
    return Media("wav", layout.rate, layout.channels, layout.seconds, True)


def _mp3(file: BinaryIO | Excerpt, size: int) -> Media | None:
    """Length from the first frame of a whole file; None if it takes a demuxer."""
    if _known(file, size) < size:
        return None
    stated = packets.stated(file, _after_id3(file), size)  # type: ignore[arg-type]
    return stated and Media("mp3", stated.rate, stated.channels, stated.seconds, True)


def _known(file: BinaryIO | Excerpt, size: int) -> int:
    return file.known if isinstance(file, Excerpt) else size


def _container(file: BinaryIO | Excerpt, size: int, name: str) -> Media:
    """By a demuxer."""
    from clm.audio.decoders import UndecodableError, audio_tracks, opened

    known = _known(file, size)
    whole = known >= size
    readable = name if formats.may_be_audio(name) and not (name == "wav" and whole) else ""
    file.seek(0)
    try:
        with opened(file) as container:
            track = next(iter(audio_tracks(container)), None)
            if track is None:
                return Media(readable)
            found = _name(name, container.format.name, track.codec_context.name)
            header = _header(container, track, found, file, whole=whole)
            if whole:
                walked = packets.walked(container, track, whole=True).seconds or None
                trusted = header and walked and abs(header - walked) <= _PADDING + packets.AGREE * walked
                seconds, exact = (header if trusted else walked), True
            elif header and found != "ogg":
                seconds, exact = header, True
            else:
                seconds, exact = packets.length_by_share(container, track, size, constant=found == "mp3")
                if header and header * _JOINED > (
                    seconds or 0.0
                ):  # else the last page is one of several files in a row
                    seconds, exact = header, True
            return Media(found, track.rate or None, track.channels or None, seconds, exact and seconds is not None)
    except (UndecodableError, ValueError, ZeroDivisionError):
        return Media(readable)


def _header(container: Any, track: Any, name: str, file: BinaryIO | Excerpt, *, whole: bool) -> float | None:
    """Length that a header states, as far as it can be trusted without looking at the rest."""
    from clm.audio.decoders import promised

    if name == "ogg":
        return (container.duration or 0) / 1e6 if whole else _to_last_page(file, track)
    if name not in ("mp3", "mp4", "m4a", "mov", "3gp"):
        return promised(container, track)
    before = file.tell()
    if name == "mp3":
        file.seek(_after_id3(file))
        is_stated = bool(formats.STATED_LENGTH.search(file.read(_FIRST_FRAME))) and container.duration
        seconds = container.duration / 1e6 if is_stated else None
    else:
        file.seek(0)
        beginning = file.read(HEAD_BYTES)
        is_fragmented = b"mvex" in beginning or b"moof" in beginning
        seconds = None if is_fragmented and not whole else promised(container, track)
    file.seek(before)
    return seconds


def _to_last_page(file: BinaryIO | Excerpt, track: Any) -> float | None:
    """Length that the last page of an ogg file states (RFC 3533), if it is known and belongs to the first stream."""
    if not (isinstance(file, Excerpt) and file.ends):
        return None
    before = file.tell()
    file.seek(0)
    serial = file.read(18)[14:]
    file.seek(max(0, file.size - HEAD_BYTES))
    end = file.read(HEAD_BYTES)
    file.seek(before)
    at = end.rfind(b"OggS\0")
    if at < 0 or end[at + 14 : at + 18] != serial:
        return None
    granule = int.from_bytes(end[at + 6 : at + 14], "little", signed=True)
    # Opus counts 48,000 a second at any rate (RFC 7845), and FFmpeg gives that rate.
    return granule / track.rate if granule > 0 and track.rate else None


def _after_id3(file: BinaryIO | Excerpt) -> int:
    """Offset of what follows the ID3v2 tags in front (their sizes have seven bits a byte, id3.org)."""
    offset = 0
    while True:
        file.seek(offset)
        tag = file.read(10)
        if not tag.startswith(b"ID3") or len(tag) < 10:
            return offset
        length = 0
        for byte in tag[6:]:
            length = length << 7 | byte & 0x7F
        offset += 10 + length


def _name(name: str, demuxer: str, codec: str) -> str:
    """Name of the format by the first bytes, else by the demuxer; ID3 tags stand in front of any format."""
    found = _DEMUXERS.get(demuxer, demuxer)
    if demuxer == "mp3":
        return codec.removesuffix("float") if codec.startswith(("mp1", "mp2")) else "mp3"
    return name if name and not (name == "mp3" and found != "mp3") else found
