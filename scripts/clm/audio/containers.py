"""Audio in mp4, m4a, webm and amr files, decoded by PyAV or by an ffmpeg program, whichever there is."""

from __future__ import annotations

import importlib.util
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Formats known by the bytes at an offset of the file.
_FORMATS = {(4, b"ftyp"): "mp4 or m4a", (0, b"\x1aE\xdf\xa3"): "webm", (0, b"#!AMR"): "amr"}
#: Names of codecs as they stand in such files.
_CODECS = {
    b"mp4a": "AAC", b"alac": "ALAC", b"samr": "AMR", b"sawb": "AMR-WB", b"ac-3": "AC-3", b"ec-3": "E-AC-3",
    b"Opus": "Opus", b"A_OPUS": "Opus", b"A_VORBIS": "Vorbis", b"A_AAC": "AAC", b"#!AMR-WB": "AMR-WB", b"#!AMR": "AMR",
}  # fmt: skip
_SEARCHED = 1 << 20
_FRAMES = 1 << 20
#: A failure is kept in the store, so that the recording is not tried in vain at each run.
REMEDIES = (
    "install PyAV: pip install av (or this project's extra 'media'); or put an ffmpeg program on the PATH; "
    "then run again with --config retry_failed=True"
)


@dataclass(frozen=True)
class Stream:
    """Decoded audio: `rate` in samples per second, `blocks` of float32 (frames, channels) from -1 to 1."""

    rate: int
    blocks: Iterator[NDArray[np.float32]]


class UndecodableError(Exception):
    """Why a file cannot be decoded, as one clause."""


def container(beginning: bytes) -> str | None:
    """Name of the format by the first bytes of a file, or None if it is none of those here."""
    return next((name for (offset, mark), name in _FORMATS.items() if beginning[offset:].startswith(mark)), None)


def codec(path: Path) -> str:
    """Name of the codec as far as it can be told without decoding."""
    size = path.stat().st_size
    with path.open("rb") as file:
        data = file.read(_SEARCHED)
        # An mp4 that was not made for streaming has its index at the end.
        file.seek(max(0, size - _SEARCHED))
        data += file.read(_SEARCHED)
    return next((name for mark, name in _CODECS.items() if mark in data), "unknown")


def has_decoder() -> bool:
    """Whether PyAV or ffmpeg is there."""
    return importlib.util.find_spec("av") is not None or shutil.which("ffmpeg") is not None


@contextmanager
def open_stream(path: Path) -> Iterator[Stream]:
    """Decode the first audio track.

    Raises:
        UndecodableError: there is no audio track, or what there is cannot be decoded.

    """
    if importlib.util.find_spec("av") is not None:
        with _with_pyav(path) as stream:
            yield stream
    else:
        with _with_ffmpeg(path) as stream:
            yield stream


@contextmanager
def _with_pyav(path: Path) -> Iterator[Stream]:
    import av

    try:
        with av.open(str(path), metadata_errors="ignore") as file:
            if not file.streams.audio:
                raise UndecodableError("it has no audio track")
            track = file.streams.audio[0]
            yield Stream(track.rate, _decoded(file, track))
    except av.error.FFmpegError as error:
        raise UndecodableError(error.strerror or str(error)) from error


def _decoded(file: object, track: object) -> Iterator[NDArray[np.float32]]:
    """Blocks of a PyAV file; the channels are kept, since FFmpeg would weigh them."""
    import av
    import numpy as np

    resampler = av.AudioResampler(format="fltp")
    gathered, frames = [], 0
    for frame in file.decode(track):
        for part in resampler.resample(frame):
            gathered.append(part.to_ndarray().T)
            frames += len(gathered[-1])
        if frames >= _FRAMES:
            yield np.concatenate(gathered)
            gathered, frames = [], 0
    if gathered:
        yield np.concatenate(gathered)


@contextmanager
def _with_ffmpeg(path: Path) -> Iterator[Stream]:
    # A file, not "-": the name of a recording may begin with a dash. WAV, because its header tells rate and channels.
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{path}", "-map", "0:a:0", "-f", "wav"]
    command += ["-c:a", "pcm_f32le", "-bitexact", "pipe:1"]
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages)
        try:
            try:
                rate, channels = _wav_header(process.stdout)
            except (struct.error, UndecodableError):
                messages.seek(0)
                lines = messages.read().decode("utf-8", "replace").strip().splitlines()
                raise UndecodableError(lines[-1] if lines else "ffmpeg gives no audio") from None
            yield Stream(rate, _read_blocks(process.stdout, channels))
        finally:
            process.stdout.close()
            process.terminate()
            process.wait()


def _wav_header(pipe: IO[bytes]) -> tuple[int, int]:
    """Read a WAV header to its end: samples per second and number of channels."""
    _, _, kind = struct.unpack("<4sI4s", pipe.read(12))
    rate = channels = 0
    while kind == b"WAVE":
        name, size = struct.unpack("<4sI", pipe.read(8))
        if name == b"data":
            return rate, channels
        body = pipe.read(size + size % 2)
        if name == b"fmt ":
            _, channels, rate = struct.unpack("<HHI", body[:8])
    raise UndecodableError("not a WAV stream")


def _read_blocks(pipe: IO[bytes], channels: int) -> Iterator[NDArray[np.float32]]:
    import numpy as np

    width = 4 * channels
    while data := pipe.read(_FRAMES * width):
        yield np.frombuffer(data[: len(data) // width * width], "<f4").reshape(-1, channels)
