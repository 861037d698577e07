"""Headers of audio files tell format, rate, channels and length, from a whole file or its first kilobytes."""

import io
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

import audio_files
from clm.audio.formats import AMAZON_FORMATS
from clm.audio.probe import HEAD_BYTES, Head, Media, probe, problem
from clm.audio.probe_cache import Probes
from runner import CHECKOUT

LIMITS = {"audio_hours": 4, "audio_megabytes": 2000}


def whole(data: bytes) -> Media:
    return probe(io.BytesIO(data), len(data))


def head(data: bytes, known: int = HEAD_BYTES) -> Media:
    return probe(Head(data[:known], len(data)), len(data))


def made(
    kind: str, subtype: str | None = None, *, seconds: float = 20.0, rate: int = 16_000, channels: int = 1, **more: Any
) -> bytes:
    """Noise that gets louder, which a variable bit rate follows."""
    count = int(seconds * rate)
    noise = np.random.default_rng(1).normal(size=(count, channels)) * np.linspace(0.0001, 0.2, count)[:, None]
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", rate, channels, subtype, format=kind, **more) as file:
        for block in np.array_split(noise, count // 4000):  # libsndfile's vorbis encoder cannot take much at once
            file.write(block)
    return buffer.getvalue()


def chunk(name: bytes, content: bytes, length: int | None = None) -> bytes:
    return name + struct.pack("<I", len(content) if length is None else length) + content + b"\0" * (len(content) % 2)


def wav(*chunks: bytes, rate: int = 8000, kind: int = 1, channels: int = 1, block: int = 2) -> bytes:
    layout = struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, 16)
    return b"RIFF\xff\xff\xff\xffWAVE" + chunk(b"fmt ", layout) + b"".join(chunks)


def mp3_frames(data: bytes) -> list[bytes]:
    """Frames of an MPEG 2 file at 16 kHz, mono."""
    frames, at = [], 0
    bits = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    while at + 4 < len(data):
        length = 72_000 * bits[data[at + 2] >> 4] // 16_000 + (data[at + 2] >> 1 & 1)
        frames.append(data[at : at + length])
        at += length
    return frames


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cold_corpus_24bit.wav", Media("wav", 16_000, 1, 25.718, True)),
        ("cold_corpus_32bit_float.wav", Media("wav", 16_000, 1, 25.718, True)),
        ("wizard.flac", Media("flac", 16_000, 1, 4.905, True)),
        ("sonnet-1.flac", Media("flac", 44_100, 2, 8.995, True)),
        ("sonnet-1.mp3", Media("mp3", 44_100, 2, 9.013, True)),
        ("sonnet-1.ogg", Media("ogg", 44_100, 2, 8.995, True)),
        ("sonnet-1.mp4", Media("mp4", 44_100, 2, 9.0, True)),
        ("sonnet-1.webm", Media("webm", 44_100, 2, 9.0, True)),
        ("mono.zero.wav", Media("wav", 44_100, 1, 0.0, True)),
        ("mono.empty.wav", Media("")),
        ("mono.invalid.wav", Media("")),
        ("wizard.txt", Media("")),
    ],
)
def test_real_files(shared_data: Path, name: str, expected: Media) -> None:
    path = shared_data / "speech" / "formats" / name
    with path.open("rb") as file:
        found = probe(file, path.stat().st_size)
    assert (found.format, found.rate, found.channels, found.exact) == (
        expected.format, expected.rate, expected.channels, expected.exact,
    )  # fmt: skip
    assert found.seconds == pytest.approx(expected.seconds, abs=0.03)
    first = head(path.read_bytes())
    assert first.format == found.format
    if name != "sonnet-1.mp4":  # its index stands at the end
        assert first == found
    else:
        assert (first.seconds, first.exact) == (None, False)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize(
    ("kind", "subtype"),
    [
        *[("WAV", subtype) for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")],
        ("WAV", "IMA_ADPCM"), ("WAV", "MS_ADPCM"),
        ("WAVEX", "PCM_24"), ("RF64", "PCM_16"),
        ("FLAC", "PCM_16"), ("FLAC", "PCM_24"),
        ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"),
    ],
)  # fmt: skip
def test_lengths_agree_with_those_of_soundfile(kind: str, subtype: str, rate: int, channels: int) -> None:
    data = made(kind, subtype, rate=rate, channels=channels, seconds=5)
    info = soundfile.info(io.BytesIO(data))
    found = whole(data)
    name = {"WAVEX": "wav", "RF64": "wav"}.get(kind, kind.lower())
    # mp3 encoders put silence before and after
    assert found.seconds == pytest.approx(info.duration, abs=0.25 if kind == "MP3" else 0.07)
    assert (found.format, found.rate, found.channels, found.exact) == (name, rate, channels, True)
    first = head(data, 1024 if kind in ("WAV", "WAVEX", "RF64") else 16_384)
    assert (first.format, first.rate, first.channels) == (name, rate, channels)
    if kind != "OGG":
        assert first == found


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_the_head_of_an_ogg_file_gives_an_estimate(subtype: str) -> None:
    data = made("OGG", subtype, seconds=60, rate=48_000, channels=2)
    found, first = whole(data), head(data)
    assert len(data) > 3 * HEAD_BYTES
    assert found == Media("ogg", 48_000, 2, pytest.approx(60, abs=0.01), True)
    assert not first.exact
    assert first.seconds == pytest.approx(60, rel=0.8)
    assert head(data, len(data) - 5000).seconds == pytest.approx(60, rel=0.05)


def test_an_ogg_file_that_was_cut_short_has_what_is_there() -> None:
    data = made("OGG", "VORBIS", seconds=60)
    half = data[: len(data) // 2]
    last = half.rfind(b"OggS", 0, len(half) - 27)
    promised = int.from_bytes(half[last + 6 : last + 14], "little") / 16_000
    assert promised - 1 < whole(half).seconds <= promised


class TestWav:
    def test_a_header_may_promise_more_than_there_is(self) -> None:
        data = made("WAV", "PCM_16", seconds=10)
        cut = data[: 44 + 16_000 * 2 * 3]
        assert whole(cut) == Media("wav", 16_000, 1, 3.0, True)
        assert head(cut) == Media("wav", 16_000, 1, 3.0, True)

    @pytest.mark.parametrize("length", [0, 0x7FFFFFFF, 0xFFFFFFFF])
    def test_a_length_that_a_recorder_never_filled_in(self, length: int) -> None:
        data = wav(chunk(b"data", bytes(16_000), length))
        assert whole(data).seconds == head(data).seconds == 1.0

    def test_what_stands_behind_the_samples_is_no_sound(self) -> None:
        data = wav(chunk(b"data", bytes(16_001)), chunk(b"LIST", bytes(50_000)))
        assert whole(data).seconds == pytest.approx(1.0, abs=0.001)

    def test_chunks_in_front_of_the_samples(self) -> None:
        data = wav(chunk(b"LIST", bytes(70_001)), chunk(b"data", bytes(16_000)))
        assert whole(data) == Media("wav", 8000, 1, 1.0, True)
        first = head(data)
        assert (first.rate, first.exact) == (8000, False)
        assert first.seconds == len(data) / 16_000

    def test_telephony_without_a_number_of_samples(self) -> None:
        data = wav(chunk(b"data", bytes(8000)), kind=7, block=1)
        assert whole(data) == Media("wav", 8000, 1, 1.0, True)

    def test_no_samples_at_all(self) -> None:
        assert whole(wav()) == Media("wav", 8000, 1, 0.0, True)
        for data in (b"RIFF\0\0\0\0WAVE", wav(chunk(b"data", bytes(99)), rate=0), wav()[:30]):
            assert whole(data) == Media("")
            assert head(data + bytes(99), len(data)) == Media("wav")


class TestMp3:
    @pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
    def test_with_and_without_a_header_frame(self, mode: str) -> None:
        data = made("MP3", "MPEG_LAYER_III", seconds=60, bitrate_mode=mode, compression_level=0.5)
        seconds = pytest.approx(60, abs=0.2)
        assert whole(data) == head(data, 1000) == Media("mp3", 16_000, 1, seconds, True)
        frames = mp3_frames(data)
        bare = b"".join(frames[1:])
        assert b"Xing" in frames[0] or b"Info" in frames[0]
        assert whole(bare) == Media("mp3", 16_000, 1, seconds, True)
        first = head(bare, len(bare) // 2)
        assert first.exact == (mode == "CONSTANT")
        assert first.seconds == pytest.approx(60, rel=0.01 if mode == "CONSTANT" else 0.5)

    def test_tags_and_pictures_in_front_and_behind(self) -> None:
        data = made("MP3", "MPEG_LAYER_III", seconds=5)
        size = 100_000
        tag = b"ID3\4\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + bytes(size)
        found = whole(tag + data + b"TAG" + bytes(125))
        assert found == whole(data)
        assert head(tag + data) == Media("mp3")
        assert head(tag + data, size + 2000) == found
        flac = made("FLAC", seconds=5)
        assert whole(tag + flac) == whole(flac)

    def test_cut_short_or_damaged_in_the_middle(self) -> None:
        data = made("MP3", "MPEG_LAYER_III", seconds=60, bitrate_mode="CONSTANT", compression_level=0.5)
        assert whole(data[: len(data) // 2]).seconds == pytest.approx(30, abs=0.2)
        bare = b"".join(mp3_frames(data)[1:])
        damaged = bare[:50_000] + bytes(3000) + bare[53_000:]
        assert whole(damaged).seconds == pytest.approx(60 * (1 - 3000 / len(bare)), abs=0.2)

    def test_a_vbri_header(self) -> None:
        frames = mp3_frames(made("MP3", "MPEG_LAYER_III", seconds=60, bitrate_mode="CONSTANT", compression_level=0.5))
        vbri = struct.pack(">4sHHHII", b"VBRI", 1, 0, 75, 10_000_000, 1000)
        data = frames[1][:36] + vbri + bytes(len(frames[1]) - 36 - len(vbri)) + b"".join(frames[2:])
        data += bytes(10_000_000 - len(data))
        assert head(data) == Media("mp3", 16_000, 1, 1000 * 576 / 16_000, True)


def amr(kind: str, modes: list[int]) -> bytes:
    narrow = (12, 13, 15, 17, 19, 20, 26, 31, 5)
    wide = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5)
    mark, lengths = (b"#!AMR\n", narrow) if kind == "narrow" else (b"#!AMR-WB\n", wide)
    return mark + b"".join(bytes([mode << 3 | 4]) + b"\xff" * lengths[mode] for mode in modes)


@pytest.mark.parametrize(("kind", "rate"), [("narrow", 8000), ("wide", 16_000)])
def test_amr_has_frames_of_twenty_milliseconds(kind: str, rate: int) -> None:
    modes = [0, 2, 7, 8, 4] * 1000
    data = amr(kind, modes)
    assert whole(data) == Media("amr", rate, 1, pytest.approx(100), True)
    assert whole(data[:-1]).seconds == pytest.approx(99.98, abs=0.021)  # half a frame is one or none
    first = head(data)
    assert not first.exact
    assert first.seconds == pytest.approx(100, rel=0.01)
    several_channels = whole(b"#!AMR_MC1.0\n\0\0\0\2")
    assert (several_channels.format, several_channels.seconds) == ("amr", None)


def test_mp4_with_its_index_in_front_and_its_brands(shared_data: Path) -> None:
    data = (shared_data / "speech" / "formats" / "sonnet-1.mp4").read_bytes()
    boxes, at = {}, 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        boxes[data[at + 4 : at + 8]] = data[at : at + length]
        at += length
    front = boxes[b"ftyp"] + boxes[b"moov"] + boxes[b"mdat"]
    assert head(front) == whole(front) == whole(data)
    assert whole(front[:8] + b"M4A " + front[12:]).format == "m4a"
    assert whole(boxes[b"ftyp"] + boxes[b"mdat"]) == Media("mp4")
    header = front.index(b"mvhd") + 4
    fragmented = front[: header + 16] + bytes(4) + front[header + 20 :]
    assert whole(fragmented) == Media("mp4", 44_100, 2, pytest.approx(9.0, abs=0.03), True)


def test_webm_without_a_duration_as_browsers_record_it(shared_data: Path) -> None:
    data = (shared_data / "speech" / "formats" / "sonnet-1.webm").read_bytes()
    at = data.index(b"\x44\x89")
    bare = data[:at] + b"\xec" + bytes([data[at + 2] + 1]) + data[at + 2 :]
    seconds = pytest.approx(whole(data).seconds, abs=0.1)
    assert whole(bare) == Media("webm", 44_100, 2, seconds, True)
    first = head(bare, 30_000)
    assert (first.rate, first.exact) == (44_100, False)
    assert first.seconds == pytest.approx(whole(data).seconds, rel=0.3)
    assert whole(data.replace(b"webm", b"film", 1)).format not in AMAZON_FORMATS


SAMPLES = (
    made("WAV", seconds=0.5), made("FLAC", seconds=0.5), made("OGG", "VORBIS", seconds=0.5),
    made("OGG", "OPUS", seconds=0.5), made("MP3", seconds=0.5), amr("wide", [1] * 50), wav(chunk(b"data", bytes(99))),
)  # fmt: skip
MARKS = (
    b"RIFF\0\0\0\0WAVE", b"RF64\0\0\0\0WAVE", b"fLaC", b"\0\0\0\x20ftypM4A ", b"OggS\0\2", b"\x1aE\xdf\xa3", b"#!AMR\n",
    b"#!AMR-WB\n", b"ID3\4\0\0\0\0\0\0", b"\xff\xfb\x90\x00", b"",
)  # fmt: skip


@given(st.sampled_from(MARKS), st.binary(max_size=3000), st.integers(0, 4000))
def test_any_bytes_are_read_without_an_error(mark: bytes, rest: bytes, known: int) -> None:
    for found in (whole(mark + rest), head(mark + rest, known)):
        assert found.format.islower() or found.format == ""
        assert found.seconds is None or found.seconds >= 0
        assert found.seconds is not None or not found.exact


@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_files_are_read_without_an_error(sample: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, min(len(sample), 400)))
    changed = sample[:at] + data.draw(st.binary(min_size=1, max_size=8)) + sample[at + 8 :]
    known = data.draw(st.integers(0, len(changed)))
    assert whole(changed).format == head(changed, max(known, 64)).format or known < len(changed)


def test_a_head_is_a_file_that_is_not_all_there() -> None:
    file = Head(b"abcdef", 100)
    assert file.seek(0, io.SEEK_END) == 100
    assert file.read() == b""
    assert file.seek(-98, io.SEEK_END) == 2
    assert file.read(10) == b"cdef"
    assert file.known == 6
    assert Head(b"abcdef", 3).read() == b"abc"


class TestProblem:
    @pytest.mark.parametrize(
        ("media", "size", "expected"),
        [
            (Media(""), 0, "empty"),
            (Media(""), 10, "not audio that Amazon takes"),
            (Media("aiff", 16_000, 1, 10.0, True), 10, "aiff audio"),
            (Media("mkv", 16_000, 1, 10.0, True), 10, "mkv audio"),
            (Media("wav", 7999, 1, 10.0, True), 10, "7,999 samples per second"),
            (Media("wav", 96_000, 1, 10.0, True), 10, "96,000 samples per second"),
            (Media("wav", 16_000, 3, 10.0, True), 10, "3 channels"),
            (Media("wav", 16_000, 1, 0.49, True), 10, "0.49 seconds"),
            (Media("wav", 16_000, 1, 4 * 3600 + 60, True), 10, "4.02 hours"),
            (Media("mp4"), 2001 * 2**20, "2,001 MB"),
        ],
    )
    def test_is_one_clause_and_a_hint(self, media: Media, size: int, expected: str) -> None:
        found = problem(media, size, LIMITS)
        assert found is not None
        assert expected in found.reason
        assert "\n" not in found.reason
        assert found.hint

    @pytest.mark.parametrize(
        "media",
        [
            Media("wav", 8000, 2, 0.5, True),
            Media("wav", 48_000, 1, 4 * 3600, True),
            Media("ogg", 16_000, 1, 0.1, False),
            Media("ogg", 16_000, 1, 9 * 3600, False),
            Media("mp4"),
        ],
    )
    def test_limits_and_estimates_pass(self, media: Media) -> None:
        assert problem(media, 2000 * 2**20, LIMITS) is None

    @pytest.mark.parametrize(
        ("container", "codec", "name"),
        [
            ("adts", "aac", "aac"), ("aiff", "pcm_s16be", "aiff"), ("asf", "wmav2", "wma"), ("mov", "aac", "mov"),
            ("matroska", "libopus", "mkv"), ("caf", "alac", "caf"), ("mpegts", "aac", "mpeg-ts"),
            ("w64", "pcm_s16le", "w64"),
            ("ac3", "ac3", "ac3"), ("3gp", "aac", "3gp"), ("au", "pcm_s16be", "au"), ("mp2", "mp2", "mp2"),
        ],
    )  # fmt: skip
    def test_formats_that_are_not_amazons_are_named(
        self, tmp_path: Path, container: str, codec: str, name: str
    ) -> None:
        wave = audio_files.tone(2.0, 48_000)
        data = audio_files.ffmpeg(tmp_path / "audio.wav", container, codec, wave, rate=48_000, bit_rate=96_000)
        media = whole(data)
        assert (media.format, media.rate, media.seconds) == (name, 48_000, pytest.approx(2.0, abs=0.1))
        found = problem(media, len(data), LIMITS)
        assert found.reason.startswith(f"it is {name} audio")
        assert "ffmpeg -i" in found.hint

    @pytest.mark.parametrize("name", ["mono.empty.wav", "mono.zero.wav", "mono.invalid.wav", "wizard.txt"])
    def test_real_files_that_are_of_no_use(self, shared_data: Path, name: str) -> None:
        data = (shared_data / "speech" / "formats" / name).read_bytes()
        assert problem(whole(data), len(data), LIMITS) is not None


def test_what_was_seen_is_remembered_until_probes_see_more(tmp_path: Path) -> None:
    wav = made("WAV", "PCM_16", seconds=1)
    cache = tmp_path / "media.json"
    probes = Probes(cache)
    expected = probes.get("digest", len(wav), lambda: io.BytesIO(wav))
    probes.save()
    assert expected == Media("wav", 16_000, 1, 1.0, True)
    assert Probes(cache).get("digest", len(wav), lambda: pytest.fail("looked again")) == expected
    cache.write_text('{"digest": {"format": "mp4", "rate": 8000}}')  # as an older version kept it
    assert Probes(cache).get("digest", len(wav), lambda: io.BytesIO(wav)) == expected


@pytest.mark.parametrize("kind", audio_files.unfinished_wavs(audio_files.tone(0.1), 16_000))
def test_wav_headers_that_were_never_finished(kind: str) -> None:
    data = audio_files.unfinished_wavs(audio_files.tone(20.0), 16_000)[kind]
    assert whole(data) == head(data) == Media("wav", 16_000, 1, 20.0, True)


def test_a_thousand_files_take_about_a_second(tmp_path: Path) -> None:
    makers: dict[str, Callable[[], bytes]] = {
        "wav": lambda: made("WAV", "PCM_16"),
        "flac": lambda: made("FLAC"),
        "ogg": lambda: made("OGG", "VORBIS"),
        "mp3": lambda: made("MP3"),
    }
    for kind, make in makers.items():
        (tmp_path / kind).write_bytes(make())
    began = time.process_time()
    for _ in range(250):
        for kind in makers:
            path = tmp_path / kind
            with path.open("rb") as file:
                assert probe(file, path.stat().st_size).exact
    assert time.process_time() - began < 3  # a tenth of that on an idle machine


def test_importing_it_costs_little() -> None:
    code = "import sys, clm.audio.probe; sys.exit(str({'numpy', 'soundfile', 'av'} & set(sys.modules) or '') or 0)"
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT / "scripts", check=True)
