"""Length of a recording, for its price: exact, estimated, or bounded from above by its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Literal

from clm.audio.excerpt import HEAD_BYTES, Excerpt
from clm.audio.probe import Media, probe

__all__ = ["HEAD_BYTES", "Excerpt", "Length", "excerpt_length", "length"]

#: The lowest bit rate that speech is plausibly kept at, in bits per second. amr, and mp4 that may hold it: mode 4.75 of
#: RFC 4867. ogg and webm: Opus from 6,000 on (RFC 6716, section 2). mp3: the lowest of layer III, MPEG 2. m4a: AAC
#: (HE-AAC v2) from 8,000 on. wav: ADPCM at 8 kHz is at 32,000, GSM at 13,000, G.723.1 at 5,300. flac: 8 kHz, 16 bits,
#: at a sixteenth, which only long pauses of digital silence reach.
LOWEST_BIT_RATES = {
    "amr": 4_750, "mp4": 4_750, "3gp": 4_750, "m4a": 8_000, "mp3": 8_000, "ogg": 6_000, "webm": 6_000, "wav": 5_300,
    "flac": 8_000,
}  # fmt: skip
_LOWEST = min(LOWEST_BIT_RATES.values())


@dataclass(frozen=True)
class Length:
    """Length of a recording in seconds.

    `kind`: "exact"; "estimated" from the part that is known; "bounded": nothing but the size is known, and `seconds`
    is None; or "unknown": not even the format. `at_most`: no recording of this format and size is longer, as far as
    `LOWEST_BIT_RATES` hold; equal to `seconds` where that is exact, None where nothing is known. `rate`: samples per
    second, None where unknown, so that nobody takes it for wideband.
    """

    seconds: float | None
    kind: Literal["exact", "estimated", "bounded", "unknown"]
    at_most: float | None
    rate: int | None = None


def length(file: BinaryIO | Excerpt, size: int) -> Length:
    """Length of a local file, or of an `Excerpt` of a remote one that knows or fetches parts of it.

    Raises:
        OSError: the file cannot be read.

    """
    return of(probe(file, size), size)


def excerpt_length(first: bytes, last: bytes, size: int) -> Length:
    """Length of an object of `size` bytes of which the first and the last are known, `HEAD_BYTES` of each at best.

    That is not enough for an mp4 file of hours whose index stands at the end, since the index is longer: give
    `length` an `Excerpt` with `fetch` for those that come out as "bounded".
    """
    return length(Excerpt(first, size, last), size)


def of(media: Media, size: int) -> Length:
    """Length by what is known of a file of `size` bytes."""
    if media.seconds is not None and media.exact:
        return Length(media.seconds, "exact", media.seconds, media.rate)
    if not media.format:
        return Length(None, "unknown", None, media.rate)
    bound = size * 8 / LOWEST_BIT_RATES.get(media.format, _LOWEST)
    if media.seconds is None:
        return Length(None, "bounded", bound, media.rate)
    return Length(media.seconds, "estimated", max(bound, media.seconds), media.rate)
