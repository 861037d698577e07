"""Audio comes in many formats, and what cannot be used says why."""

import logging
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from clm.audio.decode import RATE, AudioError, read_audio


def without_decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if neither PyAV nor ffmpeg were installed."""
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/nonexistent")


def tone(seconds: float, rate: int, channels: int = 1) -> np.ndarray:
    """A 440 Hz tone, float64 (frames, channels), whose last channel is silent if there are several."""
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
    return np.stack([wave, *[np.zeros_like(wave)] * (channels - 1)], axis=1)


@pytest.mark.parametrize(
    "name",
    [
        "mono.empty.wav",
        "mono.invalid.wav",
        "mono.zero.wav",
        "wizard.txt",
        "sonnet-1.mp4",
        "sonnet-1.webm",
        "absent.wav",
    ],
)
def test_unusable_files_say_why_and_what_to_do(shared_data: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without_decoders(monkeypatch)
    path = shared_data / "speech" / "formats" / name
    with pytest.raises(AudioError) as error:
        read_audio(path)
    expected = {
        "mono.empty.wav": "0 bytes", "mono.invalid.wav": "not decodable", "mono.zero.wav": "no samples",
        "wizard.txt": "not decodable", "sonnet-1.mp4": "mp4 or m4a audio is not supported",
        "sonnet-1.webm": "webm audio is not supported", "absent.wav": "no such audio file",
    }  # fmt: skip
    assert expected[name] in error.value.message
    assert str(path) in error.value.message
    assert error.value.hint


@pytest.mark.parametrize(
    ("name", "seconds", "rate"),
    [
        ("sonnet-1.mp3", 9.0, 44100),
        ("sonnet-1.ogg", 9.0, 44100),
        ("sonnet-1.flac", 9.0, 44100),
        ("wizard.flac", 4.9, 16000),
        ("cold_corpus_24bit.wav", 25.7, 16000),
        ("cold_corpus_32bit_float.wav", 25.7, 16000),
    ],
)
def test_real_files_of_many_formats(shared_data: Path, name: str, seconds: float, rate: int) -> None:
    audio = read_audio(shared_data / "speech" / "formats" / name)
    assert audio.seconds == pytest.approx(seconds, abs=0.3)
    assert audio.source_rate == rate
    assert audio.samples.dtype == np.int16
    assert len(audio.samples) == round(audio.seconds * RATE)


def test_one_recording_in_two_formats_sounds_the_same(shared_data: Path) -> None:
    folder = shared_data / "speech" / "formats"
    one, other = (
        read_audio(folder / f"cold_corpus_{kind}.wav").samples.astype(float) for kind in ("24bit", "32bit_float")
    )
    assert np.corrcoef(one, other)[0, 1] > 0.99


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_any_rate_keeps_pitch_and_length(tmp_path: Path, rate: int, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(2.0, rate), rate)
    with caplog.at_level(logging.WARNING):
        audio = read_audio(path)
    assert audio.seconds == pytest.approx(2.0, abs=0.001)
    spectrum = np.abs(np.fft.rfft(audio.samples))
    assert np.argmax(spectrum) / audio.seconds == pytest.approx(440, abs=1)
    assert ("upsampled" in caplog.text) == (rate < RATE)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_any_width_has_the_same_level(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(0.5, RATE), RATE, subtype=subtype)
    assert np.abs(read_audio(path).samples).max() == pytest.approx(16384, rel=0.03)


def test_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    soundfile.write(path, tone(0.5, RATE, channels=2), RATE)
    assert np.abs(read_audio(path).samples).max() == pytest.approx(8192, rel=0.01)


def test_silence_is_refused_and_a_whisper_is_not(tmp_path: Path) -> None:
    path = tmp_path / "quiet.wav"
    noise = np.random.default_rng(1).normal(size=RATE)
    soundfile.write(path, noise * 10 ** (-80 / 20), RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match="silent"):
        read_audio(path)
    soundfile.write(path, noise * 10 ** (-60 / 20), RATE, subtype="FLOAT")
    assert read_audio(path).seconds == 1.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_undefined_samples_are_refused(tmp_path: Path, bad: float) -> None:
    path = tmp_path / "bad.wav"
    wave = tone(0.5, RATE)
    wave[1000] = bad
    soundfile.write(path, wave, RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match="undefined"):
        read_audio(path)


def test_overdriven_floats_are_clipped_not_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    soundfile.write(path, 4 * tone(0.5, RATE), RATE, subtype="FLOAT")
    samples = read_audio(path).samples
    assert samples.max() == 32767
    assert samples.min() == -32768


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_file_that_is_cut_short_gives_what_is_there(
    tmp_path: Path, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    noise = np.random.default_rng(1).normal(scale=0.1, size=4 * RATE)
    soundfile.write(whole, noise, RATE)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with caplog.at_level(logging.WARNING):
        audio = read_audio(cut)
    assert audio.seconds == pytest.approx(2.0, abs=0.5)


def test_damage_in_the_middle_costs_what_comes_after_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "damaged.flac"
    soundfile.write(path, np.random.default_rng(1).normal(0, 0.1, 10 * RATE), RATE)
    damaged = bytearray(path.read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 2000] = bytes(2000)
    path.write_bytes(damaged)
    assert 4.0 < read_audio(path).seconds < 10.0
    assert "damaged after" in caplog.text


def test_an_mp4_under_another_name_is_recognised(
    tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_decoders(monkeypatch)
    path = tmp_path / "sonnet.wav"
    path.write_bytes((shared_data / "speech" / "formats" / "sonnet-1.mp4").read_bytes())
    with pytest.raises(AudioError, match="mp4"):
        read_audio(path)


@pytest.fixture(params=["av", "ffmpeg"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way to decode such files, if it is there."""
    if request.param == "av":
        pytest.importorskip("av")
    elif shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg program on the PATH")
    else:
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    return request.param


@pytest.mark.parametrize("name", ["sonnet-1.mp4", "sonnet-1.webm"])
def test_mp4_and_webm_sound_like_flac(shared_data: Path, name: str, decoder: str) -> None:
    folder = shared_data / "speech" / "formats"
    audio, flac = read_audio(folder / name), read_audio(folder / "sonnet-1.flac")
    assert audio.seconds == pytest.approx(flac.seconds, abs=0.1), decoder
    spectra = [np.abs(np.fft.rfft(each.samples.astype(float), 2**18)) for each in (audio, flac)]
    assert np.corrcoef(*spectra)[0, 1] > 0.9


def test_channels_of_an_m4a_are_averaged_as_those_of_a_wav(tmp_path: Path, decoder: str) -> None:
    av = pytest.importorskip("av")
    path = tmp_path / "-tone.m4a"
    wave = (tone(1.0, 44100, channels=2).T).astype(np.float32)
    with av.open(str(path), "w", format="mp4") as file:
        track = file.add_stream("aac", rate=44100, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave), format="fltp", layout="stereo")
        frame.sample_rate = 44100
        file.mux(track.encode(frame))
        file.mux(track.encode(None))
    audio = read_audio(path)
    assert audio.source_rate == 44100
    assert audio.seconds == pytest.approx(1.0, abs=0.1)
    assert np.abs(audio.samples[4000:12000]).max() == pytest.approx(8192, rel=0.05), decoder


def test_amr_is_read_and_called_narrowband(tmp_path: Path, decoder: str, caplog: pytest.LogCaptureFixture) -> None:
    """Frames of mode 7 (12.2 kbit/s, 32 bytes, 20 ms) with random bits are a strange sound, but sound."""
    path = tmp_path / "call.amr"
    generator = np.random.default_rng(1)
    path.write_bytes(b"#!AMR\n" + b"".join(b"\x3c" + generator.bytes(31) for _ in range(100)))
    with caplog.at_level(logging.WARNING):
        audio = read_audio(path)
    assert audio.source_rate == 8000, decoder
    assert audio.seconds == pytest.approx(2.0, abs=0.1)
    assert "wideband" in caplog.text


@pytest.mark.parametrize("keep", [40, 3000])
def test_damaged_containers_are_a_message(tmp_path: Path, shared_data: Path, keep: int, decoder: str) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes((shared_data / "speech" / "formats" / "sonnet-1.mp4").read_bytes()[:keep])
    with pytest.raises(AudioError, match="not decodable as mp4") as error:
        read_audio(path)
    assert str(path) in error.value.message, decoder


def test_a_video_without_sound_is_a_message(tmp_path: Path, decoder: str) -> None:
    av = pytest.importorskip("av")
    path = tmp_path / "mute.mp4"
    with av.open(str(path), "w", format="mp4") as file:
        track = file.add_stream("mpeg4", rate=10)
        track.width = track.height = 16
        track.pix_fmt = "yuv420p"
        file.mux(track.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")))
        file.mux(track.encode(None))
    with pytest.raises(AudioError, match="not decodable"):
        read_audio(path)
    assert decoder


@pytest.mark.parametrize(("name", "codec"), [("sonnet-1.mp4", "AAC"), ("sonnet-1.webm", "Opus|Vorbis")])
def test_without_a_decoder_the_message_names_codec_and_both_remedies(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch, name: str, codec: str
) -> None:
    without_decoders(monkeypatch)
    with pytest.raises(AudioError, match=f"codec ({codec})") as error:
        read_audio(shared_data / "speech" / "formats" / name)
    assert "PyAV" in error.value.hint
    assert "ffmpeg" in error.value.hint


@pytest.mark.parametrize("rate", [1, 999, 2_000_000])
def test_a_rate_that_nobody_records_with_is_a_damaged_header(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, tone(0.1, RATE), rate)
    with pytest.raises(AudioError, match=f"its header is damaged: it tells {rate} samples per second"):
        read_audio(path)
