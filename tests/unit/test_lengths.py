"""Whoever pays by the second knows how long a recording is, or at most."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audio_files
from clm.audio.lengths import HEAD_BYTES, Excerpt, Length, excerpt_length, length

SECONDS = 20.0


def noise(rate: int, channels: int = 1, seconds: float = SECONDS) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.1, (int(seconds * rate), channels)).astype(np.float32)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Recordings of twenty seconds, each longer than the parts that are looked at."""
    path = tmp_path_factory.mktemp("lengths") / "audio"
    wide, cd, opus = noise(16_000), noise(44_100, 2), noise(48_000, 2)
    fragments = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "1000000"}
    made = {
        "m4a, index at the end": audio_files.ffmpeg(path, "ipod", "aac", cd, rate=44_100),
        "m4a, index in front": audio_files.ffmpeg(
            path, "ipod", "aac", cd, rate=44_100, options={"movflags": "faststart"}
        ),
        "mp4 in fragments": audio_files.ffmpeg(path, "mp4", "aac", cd, rate=44_100, options=fragments),
        "mov": audio_files.ffmpeg(path, "mov", "pcm_s16le", cd, rate=44_100),
        "webm": audio_files.ffmpeg(path, "webm", "libopus", opus, rate=48_000),
        "webm, live": audio_files.ffmpeg(path, "webm", "libopus", opus, rate=48_000, options={"live": "1"}),
        "mp3": audio_files.ffmpeg(path, "mp3", "libmp3lame", cd, rate=44_100),
        "mp3, no table": audio_files.ffmpeg(path, "mp3", "libmp3lame", cd, rate=44_100, options={"write_xing": "0"}),
        "ogg opus": audio_files.ffmpeg(path, "ogg", "libopus", opus, rate=48_000),
        "ogg opus, long pages": audio_files.sndfile("OGG", "OPUS", noise(48_000, 2), 48_000),
        "ogg vorbis": audio_files.sndfile("OGG", "VORBIS", cd, 44_100),
        "flac": audio_files.sndfile("FLAC", "PCM_16", wide, 16_000),
        "flac, no length": audio_files.flac_without_length(wide, 16_000),
    }
    made |= {f"wav, {name}": data for name, data in audio_files.unfinished_wavs(wide, 16_000).items()}
    frame = b"\x3c" + np.random.default_rng(1).bytes(31)  # of mode 12.2, 20 ms
    return {**made, "amr, five minutes": b"#!AMR\n" + frame * 50 * 300}


EXACT = "exact", "exact"
#: By file: kind of length from the first bytes, and from the first and last. Others are exact from the first.
KINDS = {
    "m4a, index at the end": ("bounded", "exact"),
    "mp4 in fragments": ("estimated", "estimated"),
    "mov": ("bounded", "exact"),
    "webm, live": ("estimated", "estimated"),
    "ogg opus": ("estimated", "exact"),
    "ogg opus, long pages": ("estimated", "exact"),
    "ogg vorbis": ("estimated", "exact"),
    "flac, no length": ("estimated", "estimated"),
    "amr, five minutes": ("estimated", "estimated"),
}


def test_of_files_here_objects_there_and_their_heads(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        seconds = 300.0 if name == "amr, five minutes" else SECONDS
        whole = length(io.BytesIO(data), len(data))
        assert (whole.kind, whole.seconds) == ("exact", pytest.approx(seconds, abs=0.1)), name
        assert whole.at_most == whole.seconds
        head = excerpt_length(data[:HEAD_BYTES], b"", len(data))
        both = excerpt_length(data[:HEAD_BYTES], data[-HEAD_BYTES:], len(data))
        assert (head.kind, both.kind) == KINDS.get(name, EXACT), name
        for found in (head, both):
            assert found.rate in (whole.rate, None)
            assert found.at_most >= seconds * 0.999, name
            if found.kind == "exact":
                assert found.seconds == pytest.approx(seconds, abs=0.1), name
            elif found.kind == "estimated":
                assert found.seconds == pytest.approx(seconds, rel=0.4), name


def test_an_index_longer_than_the_end_is_fetched(tmp_path: Path) -> None:
    silence = np.zeros((300 * 96_000, 1), np.float32)
    data = audio_files.ffmpeg(tmp_path / "long.m4a", "ipod", "aac", silence, rate=96_000)
    assert len(data) - data.rindex(b"moov") > HEAD_BYTES
    first, last = data[:HEAD_BYTES], data[-HEAD_BYTES:]
    bounded = excerpt_length(first, last, len(data))
    assert (bounded.kind, bounded.seconds) == ("bounded", None)
    assert bounded.at_most == len(data) / 1000
    ranges = []

    def fetch(offset: int, count: int) -> bytes:
        ranges.append((offset, count))
        return data[offset : offset + count]

    found = length(Excerpt(first, len(data), last, fetch), len(data))
    assert (found.kind, found.seconds, found.rate) == ("exact", pytest.approx(300, abs=0.1), 96_000)
    assert 1 <= len(ranges) <= 3


def test_an_object_of_many_gigabytes_is_not_fetched(files: dict[str, bytes]) -> None:
    fetched = 0

    def fetch(_: int, count: int) -> bytes:
        nonlocal fetched
        fetched += count
        return bytes(count)

    for name in ("m4a, index at the end", "mp4 in fragments", "webm, live", "mp3, no table", "flac, no length"):
        fetched = 0
        size = 50 * 2**30
        found = length(Excerpt(files[name][:HEAD_BYTES], size, b"", fetch), size)
        assert found.at_most > 3600
        assert fetched < 20 * 2**20, name


@pytest.mark.parametrize("data", [b"", b"no audio", bytes(5000), b"%PDF-1.7", b"GIF89a"])
def test_what_is_no_audio_stays_unknown(data: bytes) -> None:
    assert excerpt_length(data, data, 100_000) == Length(None, "unknown", None, None)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_part_of_a_file_gives_a_bound(data: st.DataObject) -> None:
    """Of files of constant content: the bound holds for each part of them that is known."""
    kind = data.draw(st.sampled_from(["WAV", "FLAC", "OGG", "MP3"]))
    whole = audio_files.sndfile(kind, None, noise(16_000, seconds=2.0), 16_000)
    first, last = (data.draw(st.integers(0, len(whole))) for _ in range(2))
    found = excerpt_length(whole[:first], whole[len(whole) - last :], len(whole))
    assert found.at_most is None or found.at_most > 1.9


def test_an_excerpt_reads_as_the_file_up_to_a_gap() -> None:
    file = Excerpt(b"abcd", 20, b"wxyz")
    assert file.read() == b"abcd"
    assert file.read(3) == b""
    file.seek(-4, io.SEEK_END)
    assert (file.tell(), file.read()) == (16, b"wxyz")
    assert (file.known, file.ends) == (4, True)
    assert Excerpt(b"abcd", 6, b"cdef").read() == b"abcdef"
