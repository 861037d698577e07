"""Channels and tracks become one without losing speech, and what was done about it is said."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

import audio_files
from clm.audio.decode import RATE, Audio, read_audio
from clm.audio.mixing import Choice, Levels, mixed


def speech(seconds: float = 4.0, seed: int = 1) -> np.ndarray:
    """Noise in syllables: four a second, with pauses; at -20 dBFS."""
    count = int(seconds * RATE)
    noise = np.random.default_rng(seed).normal(size=count)
    return 0.1 * noise * np.clip(np.sin(2 * np.pi * 4 * np.arange(count) / RATE), 0, None) * 2


def read(path: Path, *channels: np.ndarray, subtype: str = "PCM_16") -> Audio:
    soundfile.write(path, np.stack(channels, axis=1), RATE, subtype=subtype)
    return read_audio(path)


def codes(audio: Audio) -> dict[str, dict]:
    return {notice.code: dict(notice.arguments) for notice in audio.notices}


def alike(audio: Audio, wave: np.ndarray) -> float:
    return float(np.corrcoef(audio.samples[: len(wave)].astype(float), wave)[0, 1])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "channels.wav"


ONE, OTHER = speech(), speech(seed=2)


class TestChannelsThatAreMixed:
    @pytest.mark.parametrize(
        "channels",
        [(ONE, ONE), (ONE, OTHER), (ONE, ONE / 3), (ONE, OTHER / 5, ONE), (ONE, np.roll(ONE, 40)), (ONE, -0.2 * OTHER)],
        ids=["equal", "two speakers", "weaker", "three", "late", "weak and inverse"],
    )
    def test_without_a_word(self, path: Path, channels: tuple[np.ndarray, ...]) -> None:
        audio = read(path, *channels)
        assert audio.notices == ()
        kept, _ = soundfile.read(path, dtype="float32")
        expected = np.rint(kept.mean(axis=1, dtype=np.float32) * 32768)
        assert np.array_equal(audio.samples, expected.astype(np.int16))


class TestChannelsThatCancel:
    @pytest.mark.parametrize(
        ("channels", "taken"),
        [
            ((ONE, -ONE), 1),
            ((ONE / 2, -ONE), 2),
            ((ONE, -0.9 * ONE), 1),
            ((ONE, -0.95 * ONE + 0.01 * OTHER), 1),
            ((ONE, ONE, -ONE, -ONE), 1),
            ((np.concatenate([ONE, ONE]), np.concatenate([-ONE, ONE])), 1),
        ],
        ids=["exactly", "one louder", "nearly", "with noise", "four", "half of the time"],
    )
    def test_the_loudest_alone_is_taken(self, path: Path, channels: tuple[np.ndarray, ...], taken: int) -> None:
        audio = read(path, *channels)
        assert codes(audio)["opposite_phase"] == {"channel": taken, "channels": len(channels)}
        assert alike(audio, channels[taken - 1]) > 0.999

    def test_at_other_rates_and_through_other_decoders(self, tmp_path: Path) -> None:
        wave = audio_files.tone(3.0, 44_100)
        audio_files.ffmpeg(tmp_path / "a.m4a", "ipod", "alac", np.hstack([wave, -wave]), rate=44_100)
        audio = read_audio(tmp_path / "a.m4a")
        assert "opposite_phase" in codes(audio)
        assert np.abs(audio.samples).max() == pytest.approx(16_384, rel=0.02)


class TestSilentChannels:
    @pytest.mark.parametrize(
        "silent",
        [0 * ONE, 0 * ONE + 0.2, 1e-5 * OTHER, 0.003 * ONE],
        ids=["zeros", "a constant voltage", "rounding noise", "crosstalk"],
    )
    @pytest.mark.parametrize("first", [True, False])
    def test_are_left_out(self, path: Path, silent: np.ndarray, first: bool) -> None:
        audio = read(path, *((silent, ONE) if first else (ONE, silent)), subtype="FLOAT")
        assert codes(audio)["silent_channels"] == {"silent": 1, "channels": 2}
        assert np.array_equal(audio.samples, np.rint(ONE.astype(np.float32) * 32768).astype(np.int16))

    def test_a_whisper_in_one_of_eight(self, path: Path) -> None:
        """Averaged, it would be below what counts as silence."""
        audio = read(path, *[0 * ONE] * 5, ONE / 100, *[0 * ONE] * 2, subtype="FLOAT")
        assert codes(audio)["silent_channels"] == {"silent": 7, "channels": 8}
        assert alike(audio, ONE) > 0.99

    def test_with_two_others_that_cancel(self, path: Path) -> None:
        audio = read(path, 0 * ONE, ONE, -ONE)
        assert set(codes(audio)) == {"silent_channels", "opposite_phase"}
        assert alike(audio, ONE) > 0.999

    def test_a_weak_one_stays_in_the_mix_and_is_mentioned(self, path: Path) -> None:
        audio = read(path, ONE, OTHER / 30)
        assert codes(audio) == {"weak_channels": {"decibels": 30}}


class TestTracks:
    @pytest.mark.parametrize("container", ["mp4", "matroska", "mov"])
    def test_a_silent_first_one_is_passed_over(self, tmp_path: Path, container: str) -> None:
        wave = audio_files.tone(2.0, 44_100)
        audio_files.ffmpeg(tmp_path / "a", container, "aac", 0 * wave, wave / 2, wave, rate=44_100)
        audio = read_audio(tmp_path / "a")
        assert codes(audio)["silent_track"] == {"tracks": 3, "track": 3}
        assert np.abs(audio.samples[RATE // 2 : RATE]).max() == pytest.approx(16_384, rel=0.1)

    def test_the_first_is_taken_where_all_have_sound(self, tmp_path: Path) -> None:
        wave = audio_files.tone(2.0, 44_100)
        audio_files.ffmpeg(tmp_path / "a", "mp4", "aac", wave / 2, wave, rate=44_100)
        audio = read_audio(tmp_path / "a")
        assert codes(audio) == {"audio_tracks": {"tracks": 2, "track": 1}}
        assert np.abs(audio.samples[RATE // 2 : RATE]).max() == pytest.approx(8_192, rel=0.1)


class TestFarBeyondFullScale:
    @pytest.mark.parametrize("scale", [3, 100, 32_768, 2**23, 2**31])
    @pytest.mark.parametrize("channels", [1, 2])
    def test_is_rescaled(self, path: Path, scale: float, channels: int) -> None:
        wave = 5 * ONE
        audio = read(path, *[scale * wave] * channels, subtype="FLOAT")
        assert "rescaled" in codes(audio)
        assert alike(audio, wave) > 0.99
        assert 4_000 < np.abs(audio.samples).max() <= 32_768

    def test_integers_kept_as_floats_are_those_integers(self, path: Path) -> None:
        whole = np.rint(np.clip(ONE / ONE.std() / 4, -1, 1) * 32_767)
        audio = read(path, whole, subtype="FLOAT")
        assert codes(audio) == {"rescaled": {"decibels": 90}}
        assert np.array_equal(audio.samples, whole.astype(np.int16))

    def test_a_click_decides_nothing(self, path: Path) -> None:
        wave = ONE.copy()
        wave[1000:1005] = 1e6
        audio = read(path, wave, subtype="FLOAT")
        assert audio.notices == ()
        assert np.array_equal(audio.samples[2000:], np.rint(ONE.astype(np.float32)[2000:] * 32768).astype(np.int16))

    def test_overdriven_is_clipped(self, path: Path) -> None:
        assert read(path, 0.9 * ONE / np.abs(ONE).max() * 2, subtype="FLOAT").notices == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-1.0, 1.0).filter(lambda gain: abs(gain) > 0.02), min_size=1, max_size=5),
    st.integers(1, 60),
)
def test_speech_in_any_channels_is_never_lost(gains: list[float], cut: int) -> None:
    """Whatever the gains and signs, the mix is at most 12 dB below the loudest channel."""
    block = (ONE[:, None] * np.array(gains)).astype(np.float32)
    levels = Levels(RATE)
    blocks = list(levels.watch(np.array_split(block, cut)))
    choice, _ = levels.choice()
    mono = np.concatenate([mixed(part, choice) for part in blocks])
    assert mono.std() > np.abs(gains).max() * ONE.std() / 4 / len(gains) ** 0.5


def test_a_mix_of_nothing() -> None:
    assert Levels(RATE).choice() == (Choice(), [])
