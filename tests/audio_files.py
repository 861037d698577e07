"""Audio files of many kinds, made on the spot by libsndfile and FFmpeg, and broken as recorders break them."""

import io
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile


def tone(seconds: float = 3.0, rate: int = 16_000, channels: int = 1, *, hertz: float = 440.0) -> np.ndarray:
    """A tone at -6 dBFS, float32 (frames, channels), alike in all channels."""
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def sndfile(kind: str, subtype: str | None, wave: np.ndarray, rate: int, **more: Any) -> bytes:
    """A file by libsndfile."""
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", rate, wave.shape[1], subtype, format=kind, **more) as file:
        for block in np.array_split(wave, max(1, len(wave) // 4000)):  # its vorbis encoder cannot take much at once
            file.write(block)
    return buffer.getvalue()


def ffmpeg(
    path: Path,
    kind: str,
    codec: str,
    *tracks: np.ndarray,
    rate: int = 16_000,
    options: Mapping[str, str] | None = None,
    bit_rate: int | None = None,
) -> bytes:
    """A file by FFmpeg, with an audio track for each of the waves, kept at `path` and returned."""
    with av.open(str(path), "w", format=kind, options=dict(options or {})) as file:
        streams = []
        for wave in tracks:
            stream = file.add_stream(codec, rate=rate, layout="mono" if wave.shape[1] == 1 else "stereo")
            stream.format = av.codec.Codec(codec, "w").audio_formats[0].name
            if bit_rate:
                stream.bit_rate = bit_rate
            streams.append(stream)
        file.start_encoding()
        for stream, wave in zip(streams, tracks, strict=True):
            layout = stream.layout.name
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave.T), format="fltp", layout=layout)
            frame.sample_rate = rate
            size = stream.codec_context.frame_size or 1024
            cutter = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate, frame_size=size)
            for part in [*cutter.resample(frame), *cutter.resample(None)]:
                file.mux(stream.encode(part))
            file.mux(stream.encode(None))
    return path.read_bytes()


def patched(data: bytes, *changes: tuple[int, bytes]) -> bytes:
    """The same with other bytes at some offsets."""
    changed = bytearray(data)
    for offset, new in changes:
        changed[offset : offset + len(new)] = new
    return bytes(changed)


def little(number: int, width: int = 4) -> bytes:
    """An unsigned number as wav files keep it."""
    return number.to_bytes(width, "little")


def unfinished_wavs(wave: np.ndarray, rate: int) -> dict[str, bytes]:
    """Wav files whose headers a recorder never filled in, by what is wrong with them."""
    wav, rf64 = sndfile("WAV", "PCM_16", wave, rate), sndfile("RF64", "PCM_16", wave, rate)
    sizes, data = rf64.index(b"ds64") + 8, rf64.index(b"data") + 4
    listed = wav[:36] + b"LIST" + little(12) + b"INFOISFT" + little(0) + wav[36:]
    return {
        "data 0, RIFF 36": patched(wav, (4, little(36)), (40, little(0))),
        "data 0, RIFF 0": patched(wav, (4, little(0)), (40, little(0))),
        "data 0, RIFF right": patched(wav, (40, little(0))),
        "all ones": patched(wav, (4, little(2**32 - 1)), (40, little(2**32 - 1))),
        "all ones less the header": patched(wav, (4, little(2**32 - 1)), (40, little(2**32 - 37))),
        "as SoX writes to a pipe": patched(wav, (4, little(0x7FFFF024)), (40, little(0x7FFFF000))),
        "the length of the first second": patched(wav, (4, little(36 + 2 * rate)), (40, little(2 * rate))),
        "a LIST before data 0": patched(listed, (4, little(36)), (60, little(0))),
        "RF64, ds64 of zeros": patched(rf64, (sizes, bytes(24))),
        "RF64, ds64 of ones": patched(rf64, (sizes, b"\xff" * 24)),
        "RF64, zeros everywhere": patched(rf64, (sizes, bytes(24)), (data, little(0))),
        "BW64, ds64 of zeros": patched(b"BW64" + rf64[4:], (sizes, bytes(24))),
    }


def flac_without_length(wave: np.ndarray, rate: int) -> bytes:
    """A flac file as encoders write it to a pipe: 0 for the number of samples."""
    data = sndfile("FLAC", "PCM_16", wave, rate)
    return patched(data, (21, bytes([data[21] & 0xF0])), (22, bytes(4)))


def with_bad_peak(wave: np.ndarray, rate: int) -> bytes:
    """A wav file whose PEAK chunk is of two channels instead of one, as some editors leave it behind."""
    data = sndfile("WAV", "FLOAT", wave, rate)
    at = data.index(b"data")
    peak = b"PEAK" + struct.pack("<IIIfIfI", 24, 1, 0, 0.5, 3, 0.5, 3)
    return data[:at] + peak + data[at:]


def remuxed(data: bytes, path: Path, kind: str) -> bytes:
    """The first audio track of a file in another container, kept at `path` and returned."""
    with av.open(io.BytesIO(data)) as source, av.open(str(path), "w", format=kind) as target:
        track = source.streams.audio[0]
        copy = target.add_stream_from_template(track)
        for packet in source.demux(track):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    return path.read_bytes()
