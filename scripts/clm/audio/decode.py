"""Audio files of many formats as what recognisers want: one channel of 16-bit samples, 16,000 a second."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from clm.audio.containers import REMEDIES, UndecodableError, codec, container, has_decoder, open_stream
from clm.base.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import soundfile
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

RATE = 16_000
#: Samples per second of anything that may be speech; a damaged header tells others, and seconds become hours.
PLAUSIBLE_RATES = range(1_000, 1_000_001)
#: Below this level over the whole recording there is nothing to hear: the rounding noise of 16 bits is at -98 dBFS,
#: a quiet room at -60.
SILENCE_DBFS = -70.0
#: Frames decoded at a time, so that an hour of stereo never is in memory as floats. soundfile seeks after every read,
#: at which the mp3 decoder complains on stderr, so there should be few; after damage small ones save what can be saved.
_BLOCK, _SMALL_BLOCK = 1 << 22, 4096
_LEVEL_BLOCK = 1 << 20
_CONVERT = "convert it to wav or flac, for instance with: ffmpeg -i input -ar 16000 -ac 1 output.wav"


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

    With PyAV or ffmpeg it may also be mp4, m4a, webm or amr. Channels are averaged. A file that is cut short gives
    what can be decoded, with a warning in the log.

    Raises:
        AudioError: the file is missing, empty, silent or not audio that can be decoded.

    """
    if not path.is_file():
        raise AudioError(f"{path}: there is no such audio file", "correct the path")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes)", "copy it again, or take the folder out")
    with path.open("rb") as raw:
        beginning = raw.read(16)
    samples, rate = _read_container(path, name) if (name := container(beginning)) else _read_file(path)
    if len(samples) == 0:
        raise AudioError(f"{path}: the audio has no samples, only a header", "record or export it again")
    if _level(samples) < SILENCE_DBFS:
        raise AudioError(f"{path}: the audio is silent", "check the recording and its channels")
    if rate < RATE:
        log.warning(
            "%s: %d samples per second, which sounds like a telephone; upsampled, but the stock acoustic model is"
            " wideband: it expects %d or more, so more words will be wrong",
            path, rate, RATE,
        )  # fmt: skip
    return Audio(samples, len(samples) / RATE, rate)


def _read_file(path: Path) -> tuple[NDArray[np.int16], int]:
    """Samples of a file that libsndfile knows, and the file's own rate."""
    import soundfile

    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
        reason = getattr(error, "error_string", str(error))
        raise AudioError(f"{path}: not decodable as audio ({reason})", f"listen to it; {_CONVERT}") from error
    with file:
        blocks = _resampled(path, file.samplerate, _blocks(path, file))
        return _joined(blocks), file.samplerate


def _read_container(path: Path, name: str) -> tuple[NDArray[np.int16], int]:
    """Samples of an mp4, m4a, webm or amr file, and the file's own rate."""
    if not has_decoder():
        raise AudioError(
            f"{path}: {name} audio is not supported without PyAV or ffmpeg (codec {codec(path)})",
            f"{REMEDIES}; or {_CONVERT}",
        )
    try:
        with open_stream(path) as stream:
            blocks = _resampled(path, stream.rate, stream.blocks)
            return _joined(blocks), stream.rate
    except UndecodableError as error:
        raise AudioError(f"{path}: not decodable as {name} ({error})", f"listen to it; {_CONVERT}") from error


def _joined(blocks: Iterable[NDArray[np.int16]]) -> NDArray[np.int16]:
    """The blocks in a row, without ever being in memory twice: four hours are half a gigabyte."""
    import numpy as np

    samples = bytearray()
    for block in blocks:
        samples += memoryview(block).cast("B")
    return np.frombuffer(samples, np.int16)


def _resampled(path: Path, rate: int, blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.int16]]:
    """Mono blocks at 16 kHz of float32 (frames, channels) from -1 to 1; samples above full scale are clipped."""
    import numpy as np
    import soxr

    if rate not in PLAUSIBLE_RATES:
        raise AudioError(
            f"{path}: its header is damaged: it tells {rate} samples per second", f"listen to it; {_CONVERT}"
        )
    resampler = soxr.ResampleStream(rate, RATE, 1, dtype="float32")
    for block, last in chain(((block, False) for block in blocks), [(np.zeros((0, 1), np.float32), True)]):
        if not np.isfinite(block).all():
            raise AudioError(f"{path}: the audio contains infinite or undefined samples", _CONVERT)
        mono = block.mean(axis=1, dtype=np.float32)
        if rate != RATE:
            mono = resampler.resample_chunk(mono, last=last)
        yield np.clip(np.rint(mono * 32768.0), -32768, 32767).astype(np.int16)


def _blocks(path: Path, file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    """Decoded blocks, float32 (frames, channels) from -1 to 1."""
    import soundfile

    found = 0
    try:
        while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
            found += len(block)
            yield block
    except soundfile.LibsndfileError as error:
        # A decoder that met damage is of no more use: another one reads up to it in small steps.
        with soundfile.SoundFile(path) as again, contextlib.suppress(soundfile.LibsndfileError):
            again.seek(found)
            while len(block := again.read(_SMALL_BLOCK, dtype="float32", always_2d=True)):
                found += len(block)
                yield block
        log.warning("%s: damaged after %.1f seconds (%s)", path, found / file.samplerate, error)
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
