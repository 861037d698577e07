"""Audio files of many formats as what recognisers want: one channel of 16-bit samples, 16,000 a second."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clm.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import soundfile
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

RATE = 16_000
#: Below this level over the whole recording there is nothing to hear: the rounding noise of 16 bits is at -98 dBFS,
#: a quiet room at -60.
SILENCE_DBFS = -70.0
#: Frames decoded at a time, so that an hour of stereo never is in memory as floats. soundfile seeks after every read,
#: at which the mp3 decoder complains on stderr, so there should be few; after damage small ones save what can be saved.
_BLOCK, _SMALL_BLOCK = 1 << 22, 4096
_LEVEL_BLOCK = 1 << 20
_CONVERT = "convert it to wav or flac, for instance with: ffmpeg -i input -ar 16000 -ac 1 output.wav"
#: Formats known by the bytes at an offset of the file.
_NOT_SUPPORTED = {(4, b"ftyp"): "mp4 or m4a", (0, b"\x1aE\xdf\xa3"): "webm", (0, b"#!AMR"): "amr"}


class AudioError(UserError):
    """A recording that cannot be used, for good."""


@dataclass(frozen=True)
class Audio:
    """`samples`: int16 (n,), mono, 16 kHz; `seconds`: their length; `source_rate`: samples per second of the file."""

    samples: NDArray[np.int16]
    seconds: float
    source_rate: int


def read_audio(path: Path) -> Audio:
    """Read a wav, flac, mp3, ogg or opus file, of any rate, width and number of channels.

    Channels are averaged. A file that is cut short gives what can be decoded, with a warning in the log.

    Raises:
        AudioError: the file is missing, empty, silent or not audio that can be decoded.

    """
    import numpy as np
    import soundfile

    if not path.is_file():
        raise AudioError(f"{path}: there is no such audio file", "correct the path")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes)", "copy it again, or take the folder out")
    with path.open("rb") as raw:
        beginning = raw.read(16)
    for (offset, mark), name in _NOT_SUPPORTED.items():
        if beginning[offset:].startswith(mark):
            raise AudioError(f"{path}: {name} audio is not supported yet", _CONVERT)
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
        reason = getattr(error, "error_string", str(error))
        raise AudioError(f"{path}: not decodable as audio ({reason})", f"listen to it; {_CONVERT}") from error
    with file:
        samples = np.concatenate([np.zeros(0, np.int16), *_resampled(path, file)])
        rate = file.samplerate
    if len(samples) == 0:
        raise AudioError(f"{path}: the audio has no samples, only a header", "record or export it again")
    if _level(samples) < SILENCE_DBFS:
        raise AudioError(f"{path}: the audio is silent", "check the recording and its channels")
    if rate < RATE:
        log.warning(
            "%s: %d samples per second; upsampled, but the stock acoustic model expects %d or more",
            path, rate, RATE,
        )  # fmt: skip
    return Audio(samples, len(samples) / RATE, rate)


def _resampled(path: Path, file: soundfile.SoundFile) -> Iterator[NDArray[np.int16]]:
    """Mono blocks at 16 kHz; samples above full scale are clipped."""
    import numpy as np
    import soxr

    resampler = soxr.ResampleStream(file.samplerate, RATE, 1, dtype="float32")
    for block, last in _blocks(path, file):
        if not np.isfinite(block).all():
            raise AudioError(f"{path}: the audio contains infinite or undefined samples", _CONVERT)
        mono = block.mean(axis=1, dtype=np.float32)
        if file.samplerate != RATE:
            mono = resampler.resample_chunk(mono, last=last)
        yield np.clip(np.rint(mono * 32768.0), -32768, 32767).astype(np.int16)


def _blocks(path: Path, file: soundfile.SoundFile) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Decoded blocks, float32 (frames, channels) from -1 to 1, and whether each is the last; the last may be empty."""
    import numpy as np
    import soundfile

    found = 0
    try:
        while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
            found += len(block)
            yield block, False
    except soundfile.LibsndfileError as error:
        # A decoder that met damage is of no more use: another one reads up to it in small steps.
        with soundfile.SoundFile(path) as again, contextlib.suppress(soundfile.LibsndfileError):
            again.seek(found)
            while len(block := again.read(_SMALL_BLOCK, dtype="float32", always_2d=True)):
                found += len(block)
                yield block, False
        log.warning("%s: damaged after %.1f seconds (%s)", path, found / file.samplerate, error)
    yield np.zeros((0, file.channels), np.float32), True
    if found < file.frames:
        log.warning(
            "%s: cut short, its header promises %.1f seconds and there are %.1f",
            path, file.frames / file.samplerate, found / file.samplerate,
        )  # fmt: skip


def _level(samples: NDArray[np.int16]) -> float:
    """Root mean square level in dB relative to full scale."""
    import numpy as np

    blocks = np.array_split(samples, -(-len(samples) // _LEVEL_BLOCK))
    power = sum(float(np.square(block, dtype=np.float64).sum()) for block in blocks) / len(samples)
    return float(10.0 * np.log10(max(power / 32768.0**2, 1e-20)))
