"""Audio files of many formats in the form that recognisers need: one channel of 16-bit samples, 16,000 a second."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from clm.audio import decoders, formats, mixing
from clm.audio.audio_sentences import sentence
from clm.audio.decoders import Ffmpeg, Sndfile, Source, UndecodableError
from clm.base.errors import UserError
from clm.base.notices import Notice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

RATE = 16_000
#: Samples per second of anything that may be speech; a damaged header states others, and seconds become hours.
PLAUSIBLE_RATES = range(1_000, 1_000_001)
_LEVEL_BLOCK = 1 << 20
_BEGINNING = 4096
#: A track this far below another, in dB, is not the one with the speech.
_TRACK_BELOW = 40.0
#: FFmpeg finds more sound in a damaged file if it is more by this factor and these seconds.
_MORE, _MORE_SECONDS = 1.02, 0.25
_EMPTY = "no samples"
_RESCUE = "copy it again; or open it in the app that recorded it, which may complete it; or record again"
_CONVERT = formats.remedy("wav", "wav")


class AudioError(UserError):
    """A recording that can never be used."""


@dataclass(frozen=True)
class Audio:
    """A decoded recording.

    `samples`: int16 (n,), mono, 16 kHz; `seconds`: their length; `source_rate`: samples per second of the file;
    `notices`: remarks on the recording (`clm.audio.audio_sentences` has the sentences).
    """

    samples: NDArray[np.int16]
    seconds: float
    source_rate: int
    notices: tuple[Notice, ...] = ()


def read_audio(path: Path) -> Audio:
    """Read an audio or video file of any format that libsndfile or FFmpeg decodes, identified by its content.

    Channels are averaged; where that would lose speech, the loudest or those that carry sound are taken. Of several
    audio tracks the first counts, unless it is silent beside another. Anything unexpected is in the notices
    and in the log.

    Raises:
        AudioError: the file is missing, empty, silent or not audio that can be decoded.

    """
    if not path.is_file():
        raise AudioError(f"{path}: there is no such audio file", "correct the path")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes)", "copy it again, or take the folder out")
    audio = _decoded(path)
    if (level := _level(audio.samples)) < mixing.SILENCE_DBFS:
        raise AudioError(
            f"{path}: the audio is silent (below {mixing.SILENCE_DBFS:.0f} dBFS)",
            "check the recording and its channels; if it was kept at a wrong scale, raise it, for instance with: "
            "ffmpeg -i input -af volume=90dB output.wav",
        )
    if level < mixing.QUIET_DBFS:
        audio = _noted(audio, Notice("quiet", {"decibels": round(level)}))
    for notice in audio.notices:
        log.warning("%s: %s", path, sentence(notice))
    return audio


def _decoded(path: Path) -> Audio:
    """The recording by the first decoder that gives samples."""
    with path.open("rb") as raw:
        kind = formats.kind(raw.read(_BEGINNING))
    only_ffmpeg = kind in formats.FFMPEG_ONLY
    reasons: list[str] = []
    for decode in (_by_ffmpeg,) if only_ffmpeg else (_by_sndfile, _by_ffmpeg):
        try:
            audio = decode(path)
        except UndecodableError as error:
            reasons.append(str(error))
            continue
        if len(audio.samples):
            return _noted(audio, Notice("second_decoder", {"reason": reasons[0]})) if reasons else audio
        reasons.append(_EMPTY)
    if _EMPTY in reasons:
        raise AudioError(f"{path}: the audio has no samples, only a header", "record or export it again")
    if kind in formats.WITH_INDEX and decoders.lacks_index(path):
        found = f"not decodable as {formats.described(kind)} (its index is missing: it was cut off)"
        raise AudioError(f"{path}: {found}", _RESCUE)
    if kind in formats.ALWAYS_DECODED:
        found = f"not decodable: corrupt {formats.described(kind)}, in which no decoder finds sound"
        raise AudioError(f"{path}: {found}", f"listen to it; if it plays, {_CONVERT}; else copy it again")
    why, what = "; ".join(dict.fromkeys(reasons)), formats.described(kind)
    found = f"not decodable as {what} ({why})" if only_ffmpeg else f"not decodable as audio ({why}); it is {what}"
    raise AudioError(f"{path}: {found}", formats.remedy(kind, "wav"))


def _by_sndfile(path: Path) -> Audio:
    if not decoders.is_concatenated(path):
        return _longer(path, _mixed(Sndfile(path)))
    audio = _mixed(Ffmpeg(path))
    return _noted(audio, Notice("concatenated", {"found": audio.seconds}))


def _longer(path: Path, audio: Audio) -> Audio:
    """The recording by the decoder that finds more, where libsndfile stops at damage: FFmpeg looks for what follows."""
    stopped = [notice for notice in audio.notices if notice.code in ("damaged", "cut_short")]
    if not stopped:
        return audio
    try:
        other = _by_ffmpeg(path)
    except (UndecodableError, AudioError):
        return audio
    if other.seconds <= _MORE * audio.seconds + _MORE_SECONDS:
        return audio
    return _noted(other, Notice("second_decoder", {"reason": sentence(stopped[0])}))


def _by_ffmpeg(path: Path) -> Audio:
    source = Ffmpeg(path)
    if source.tracks == 1:
        return _mixed(source)
    source, notice = _track(path, source.tracks)
    return _noted(_mixed(source), notice)


def _noted(audio: Audio, notice: Notice) -> Audio:
    return replace(audio, notices=(notice, *audio.notices))


def _track(path: Path, tracks: int) -> tuple[Ffmpeg, Notice]:
    """The first audio track, or the loudest if the first is silent beside it."""
    levels = []
    for track in range(tracks):
        try:
            levels.append(_level_of(Ffmpeg(path, track)))
        except UndecodableError:
            levels.append(-200.0)
    loudest = max(range(tracks), key=levels.__getitem__)
    if levels[0] < max(levels[loudest] - _TRACK_BELOW, mixing.SILENCE_DBFS) and loudest:
        return Ffmpeg(path, loudest), Notice("silent_track", {"tracks": tracks, "track": loudest + 1})
    return Ffmpeg(path), Notice("audio_tracks", {"tracks": tracks, "track": 1})


def _level_of(source: Source) -> float:
    """Level of a track in dB relative to full scale, of its channels together."""
    import numpy as np

    energy, count = 0.0, 0
    for block in source.blocks():
        energy += float(np.square(block, dtype=np.float64).sum())
        count += block.size
    return float(10 * np.log10(max(energy / max(count, 1), 1e-20)))


def _mixed(source: Source) -> Audio:
    """The recording with its channels averaged, or mixed again if the average proves unsuitable."""
    if source.rate not in PLAUSIBLE_RATES:
        raise AudioError(
            f"{source.path}: its header is damaged: it states {source.rate} samples per second",
            f"listen to it; {_CONVERT}",
        )
    levels = mixing.Levels(source.rate)
    samples = _joined(_resampled(source, levels.watch(source.blocks()), mixing.Choice()))
    choice, notices = levels.choice()
    if choice != mixing.Choice():
        samples = _joined(_resampled(source, source.blocks(), choice))
    if source.rate < RATE:
        notices.append(Notice("narrowband", {"rate": source.rate, "expected": RATE}))
    return Audio(samples, len(samples) / RATE, source.rate, (*source.notices.values(), *notices))


def _joined(blocks: Iterable[NDArray[np.int16]]) -> NDArray[np.int16]:
    """The blocks in a row, without ever being in memory twice: four hours are half a gigabyte."""
    import numpy as np

    samples = bytearray()
    for block in blocks:
        samples += block.data.cast("B")
    return np.frombuffer(samples, np.int16)


def _resampled(
    source: Source, blocks: Iterable[NDArray[np.float32]], choice: mixing.Choice
) -> Iterator[NDArray[np.int16]]:
    """Mono blocks at 16 kHz of float32 (frames, channels) from -1 to 1; samples above full scale are clipped."""
    import numpy as np
    import soxr

    resampler = soxr.ResampleStream(source.rate, RATE, 1, dtype="float32")
    for block, last in chain(((block, False) for block in blocks), [(np.zeros((0, 1), np.float32), True)]):
        if not np.isfinite(block).all():
            raise AudioError(f"{source.path}: the audio contains infinite or undefined samples", _CONVERT)
        mono = mixing.mixed(block, choice)
        if source.rate != RATE:
            mono = resampler.resample_chunk(mono, last=last)
        yield np.clip(np.rint(mono * 32768.0), -32768, 32767).astype(np.int16)


def _level(samples: NDArray[np.int16]) -> float:
    """Root mean square level in dB relative to full scale, without the mean: a constant voltage is silence."""
    import numpy as np

    blocks = np.array_split(samples, -(-len(samples) // _LEVEL_BLOCK))
    power = sum(float(block.var(dtype=np.float64)) * len(block) for block in blocks) / len(samples)
    return float(10.0 * np.log10(max(power / 32768.0**2, 1e-20)))
