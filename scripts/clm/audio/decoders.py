"""The two decoders: libsndfile, and FFmpeg by PyAV for what libsndfile refuses or reads only in part.

Both are given the content without the name, so that the suffix has no influence. FFmpeg may use the demuxers of
`DEMUXERS` alone: others guess raw formats, or open further files and addresses that a playlist names.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from clm.audio import formats, riff, stated_bytes
from clm.audio.excerpt import Excerpt
from clm.base.notices import Notice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEMUXERS = (
    "3g2,3gp,aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dss,dts,eac3,ea,flac,flv,gxf,iff,ircam,latm,loas,"
    "matroska,matroska\\,webm,mka,mkv,mov,mov\\,mp4\\,m4a\\,3gp\\,3g2\\,mj2,mp2,mp3,mp4,mpc,mpc8,mpeg,mpegts,mxf,"
    "nistsphere,nsv,nut,oga,ogg,oma,qcp,rm,shn,tak,truehd,tta,voc,w64,wav,webm,wsd,wtv,wv,xwma"
)
#: Frames decoded at a time, so that an hour of stereo is never in memory as floats. soundfile seeks after every read,
#: at which the mp3 decoder complains on stderr, so there should be few; after damage small ones save what can be saved.
_BLOCK, _SMALL_BLOCK, _GATHERED = 1 << 22, 4096, 1 << 20
_BUFFER = 1 << 18
#: What libsndfile gives for a number of frames that a flac file does not state.
_UNKNOWN = 1 << 58
#: After more damaged packets in a row than this, the rest is given up.
_BAD_PACKETS = 1000


class UndecodableError(Exception):
    """A file that a decoder refuses; the message is the reason, as one clause."""


@dataclass
class Source:
    """A recording that is decoded each time `blocks` is called.

    `rate`: samples per second; `notices`: what was noticed while decoding, by code, so that decoding again adds
    nothing.
    """

    path: Path
    rate: int = 0
    notices: dict[str, Notice] = field(default_factory=dict)

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Decoded float32 (frames, channels) from -1 to 1; raises UndecodableError."""
        raise NotImplementedError

    def notice(self, code: str, **arguments: Any) -> None:
        """Note it."""
        self.notices[code] = Notice(code, arguments)


class Sndfile(Source):
    """A file that libsndfile opens.

    Raises:
        UndecodableError: it does not.

    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._wav: riff.Wav | None = None
        self._stated: stated_bytes.StatedBytes | None = None
        with path.open("rb") as raw, contextlib.suppress(struct.error):
            self._wav = riff.read(raw, path.stat().st_size) if riff.is_wav(raw.read(12)) else None
            self._stated = None if self._wav else stated_bytes.read(raw, path.stat().st_size)
        with self._open() as file:
            self.rate, self.frames = file.samplerate, file.frames
            estimated = file.subtype.startswith("MPEG")
        if self.frames >= _UNKNOWN:
            raise UndecodableError("its header states no length")
        if estimated and (self._wav or not _states_length(path)):
            self.frames = 0

    def _open(self) -> Any:
        import soundfile

        try:
            if (layout := self._wav or self._stated) and layout.repairs:
                return soundfile.SoundFile(riff.Repaired(self.path.open("rb"), layout.repairs))
            return soundfile.SoundFile(self.path)
        except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
            reason = getattr(error, "error_string", str(error))
            if reason.startswith("File does not exist"):  # what mpg123 is taken to mean by finding no frame
                reason = "it finds no sound in it"
            raise UndecodableError(reason) from error

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Decode up to the end or the damage."""
        import soundfile

        found = 0
        with self._open() as file:
            try:
                while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
                    found += len(block)
                    yield block
            except soundfile.LibsndfileError as error:
                for block in self._up_to_damage(found):
                    found += len(block)
                    yield block
                self.notice("damaged", after=found / self.rate, reason=str(error))
        seconds = found / self.rate
        if self._wav and not self._wav.finished:
            self.notice("unfinished_header", found=seconds)
        elif self._wav and self._wav.promised_seconds > seconds + 0.05 and self._wav.promised > self._wav.length:
            self.notice("cut_short", promised=self._wav.promised_seconds, found=seconds)
        elif self._stated and not self._stated.stated:
            self.notice("unfinished_header", found=seconds)
        elif self._stated and self._stated.stated > self._stated.there:
            promised_seconds = seconds * self._stated.stated / max(self._stated.there, 1)
            if promised_seconds > seconds + 0.05:
                self.notice("cut_short", promised=promised_seconds, found=seconds)
        elif found < self.frames:
            self.notice("cut_short", promised=self.frames / self.rate, found=seconds)

    def _up_to_damage(self, found: int) -> Iterator[NDArray[np.float32]]:
        """Read up to the damage in small steps, with a new decoder: the one that met the damage is of no more use."""
        import soundfile

        with self._open() as file, contextlib.suppress(soundfile.LibsndfileError):
            file.seek(found)
            while len(block := file.read(_SMALL_BLOCK, dtype="float32", always_2d=True)):
                yield block


class Ffmpeg(Source):
    """An audio track of a file that FFmpeg opens; `tracks` is their number.

    Raises:
        UndecodableError: it does not, or there is none.

    """

    def __init__(self, path: Path, track: int = 0) -> None:
        super().__init__(path)
        self.track = track
        with opened(path) as file:
            tracks = audio_tracks(file)
            if not tracks:
                raise UndecodableError("the codec is unknown" if file.streams.audio else "it has no audio track")
            self.tracks, self.rate = len(tracks), tracks[track].rate
            self._promised = promised(file, tracks[track]) or 0.0

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Decode; the channels are kept, since FFmpeg would weigh them. Damaged packets are left out."""
        import numpy as np

        gathered: list[NDArray[np.float32]] = []
        frames = total = 0
        self._bad, self._reason = 0, ""
        for part in self._parts():
            if gathered and (frames >= _GATHERED or part.shape[1] != gathered[-1].shape[1]):
                yield np.concatenate(gathered)
                gathered, frames = [], 0
            gathered.append(part)
            frames += len(part)
            total += len(part)
        if gathered:
            yield np.concatenate(gathered)
        if self._bad and not total:
            raise UndecodableError(self._reason)
        if self._bad:
            self.notice("packets_skipped", packets=self._bad, found=total / self.rate)
        if self._promised > 1.02 * total / self.rate + 0.5:
            self.notice("cut_short", promised=self._promised, found=total / self.rate)

    def _parts(self) -> Iterator[NDArray[np.float32]]:
        """Decoded samples of the packets; damaged packets are counted."""
        import av
        import numpy as np

        with opened(self.path) as file:
            resampler = av.AudioResampler(format="fltp", rate=self.rate)
            packets = file.demux(audio_tracks(file)[self.track])
            in_a_row = 0
            while in_a_row <= _BAD_PACKETS:
                try:
                    packet = next(packets, None)
                    if packet is None:
                        break
                    parts = [part for frame in packet.decode() for part in resampler.resample(frame)]
                except (av.error.FFmpegError, ValueError) as error:
                    self._bad, self._reason = self._bad + 1, getattr(error, "strerror", "") or str(error)
                    in_a_row += 1
                    continue
                in_a_row = 0
                for part in parts:
                    yield np.asarray(part.to_ndarray().T, np.float32)


def _any_tags() -> dict[str, str]:
    """Arguments that make PyAV read tags of any encoding; from version 19 on it does by itself."""
    import av

    return {} if int(av.__version__.partition(".")[0]) >= 19 else {"metadata_errors": "ignore"}


def audio_tracks(container: Any) -> list[Any]:
    """Audio tracks of PyAV's container whose codec FFmpeg decodes."""
    return [track for track in container.streams.audio if track.codec_context is not None]


#: Demuxers that estimate a length from the bit rate, or find the end by looking for the last packet.
_WITHOUT_LENGTH = {
    "mp3", "aac", "ac3", "eac3", "amr", "amrnb", "amrwb", "loas", "mpegts", "mpeg", "dts", "ogg", "truehd",
}  # fmt: skip


def promised(file: Any, track: Any) -> float | None:
    """Length in seconds that the header of PyAV's container states for a track."""
    if file.format.name in _WITHOUT_LENGTH:
        return None
    if track.duration:
        return float(track.duration) * float(track.time_base)
    return file.duration / 1e6 if file.duration and len(file.streams) == 1 else None


class _Nameless:
    """A file without its name, so that FFmpeg guesses nothing from the suffix."""

    def __init__(self, file: BinaryIO | Excerpt) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


@contextlib.contextmanager
def opened(source: Path | BinaryIO | Excerpt) -> Iterator[Any]:
    """A file as PyAV's container.

    Raises:
        UndecodableError: FFmpeg does not know it.

    """
    import av

    with contextlib.ExitStack() as stack:
        file = stack.enter_context(source.open("rb", buffering=_BUFFER)) if isinstance(source, Path) else source
        open_any: Any = av.open
        options = {"format_whitelist": DEMUXERS, "protocol_whitelist": "file"}
        try:
            container = open_any(_Nameless(file), buffer_size=_BUFFER, container_options=options, **_any_tags())
        except (av.error.FFmpegError, ValueError) as error:
            raise UndecodableError(getattr(error, "strerror", "") or str(error)) from error
        yield stack.enter_context(container)


#: Marks of a beginning: of an Ogg page with its flags, of STREAMINFO.
_OGG_PAGE = re.compile(rb"OggS\0([\0-\7])")
_FLAC = re.compile(rb"fLaC[\0\x80]\0\0\x22")


def is_concatenated(path: Path) -> bool:
    """True if files were joined end to end (`cat one.mp3 two.mp3`): libsndfile reads only the first of them."""
    import mmap

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        beginning = formats.kind(data[:4096])
        if beginning == "ogg":
            begun = False
            for page in _OGG_PAGE.finditer(data):
                first = page[1][0] & 2
                if first and begun:
                    return True
                begun |= not first
            return False
        pattern = {"flac": _FLAC, "mp3": formats.STATED_LENGTH}.get(beginning)
        return pattern is not None and len(list(islice(pattern.finditer(data), 2))) == 2


def lacks_index(path: Path) -> bool:
    """True if an mp4 file lacks its index, which a recorder writes when it is stopped, not when it is killed."""
    import mmap

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(b"moov") < 0


def _states_length(path: Path) -> bool:
    """True if an mp3 file states its length; else libsndfile estimates it."""
    import mmap

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return formats.STATED_LENGTH.search(data) is not None
