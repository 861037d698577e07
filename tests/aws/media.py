"""Audio as Transcribe sees it on arrival: its format, rate, length and channels, and whether it can be used."""

import hashlib
import io
from dataclasses import dataclass

import soundfile

from aws.settings import Settings

_FORMATS = {"WAV": "wav", "WAVEX": "wav", "RF64": "wav", "FLAC": "flac", "OGG": "ogg", "MP3": "mp3", "MPEG": "mp3"}
_MARKS = {(4, b"ftyp"): "mp4", (0, b"\x1aE\xdf\xa3"): "webm", (0, b"#!AMR"): "amr"}
_MAX_CHANNELS = 2


@dataclass(frozen=True)
class Media:
    """A media file; rate, length and channels are None where soundfile cannot read the format."""

    sha256: str
    size: int
    format: str
    rate: int | None = None
    seconds: float | None = None
    channels: int | None = None


def inspect(data: bytes) -> Media:
    """Look into a media file; `format` is empty if it is of none that Transcribe takes."""
    digest = hashlib.sha256(data).hexdigest()
    marked = next((name for (at, mark), name in _MARKS.items() if data[at:].startswith(mark)), "")
    if marked:
        return Media(digest, len(data), marked)
    try:
        info = soundfile.info(io.BytesIO(data))
    except (soundfile.LibsndfileError, RuntimeError, TypeError):
        return Media(digest, len(data), "")
    return Media(digest, len(data), _FORMATS.get(info.format, ""), info.samplerate, info.duration, info.channels)


def problem(media: Media, wanted_format: str | None, wanted_rate: int | None, settings: Settings) -> str:
    """Why a job with this media fails; "" if it does not. The first six texts are of botocore's model."""
    if media.size > settings.max_audio_bytes:
        return "Invalid file size: file size too large."
    if not media.format and media.size:
        return "Unsupported media format."
    if wanted_format and media.size and _family(wanted_format) != _family(media.format):
        return "The media format provided does not match the detected media format."
    if media.rate is not None and not 8000 <= media.rate <= 48_000:
        return "Invalid sample rate for audio file."
    if media.rate is not None and wanted_rate not in (None, media.rate):
        return "The sample rate provided does not match the detected sample rate."
    if (media.channels or 0) > _MAX_CHANNELS:
        return "Invalid number of channels: number of channels too large."
    if media.size == 0 or (media.seconds is not None and media.seconds < settings.min_audio_seconds):
        return f"Your audio file must have a duration of at least {settings.min_audio_seconds} seconds."
    if (media.seconds or 0.0) > settings.max_audio_seconds:
        return f"Your audio file is longer than {settings.max_audio_seconds / 3600:g} hours."
    return ""


def _family(name: str) -> str:
    """m4a is mp4 by another name."""
    return "mp4" if name == "m4a" else name
