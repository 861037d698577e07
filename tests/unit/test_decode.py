"""Audio comes in many formats, and what cannot be used says why."""

import logging
import re
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

import audio_files
from clm.audio.audio_sentences import CODES, sentence
from clm.audio.decode import RATE, Audio, AudioError, read_audio
from runner import CHECKOUT


def tone(seconds: float, rate: int, channels: int = 1) -> np.ndarray:
    """A 440 Hz tone, float64 (frames, channels), half as loud in all channels but the first."""
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
    return np.stack([wave, *[wave / 2] * (channels - 1)], axis=1)


@pytest.mark.parametrize(
    "name",
    [
        "mono.empty.wav",
        "mono.invalid.wav",
        "mono.zero.wav",
        "wizard.txt",
        "absent.wav",
    ],
)
def test_unusable_files_say_why_and_what_to_do(shared_data: Path, name: str) -> None:
    path = shared_data / "speech" / "formats" / name
    with pytest.raises(AudioError) as error:
        read_audio(path)
    expected = {
        "mono.empty.wav": "0 bytes", "mono.invalid.wav": "not decodable", "mono.zero.wav": "no samples",
        "wizard.txt": "it is text", "absent.wav": "no such audio file",
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
    assert np.abs(read_audio(path).samples).max() == pytest.approx(12288, rel=0.01)


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


@pytest.mark.parametrize("name", ["sonnet-1.mp4", "sonnet-1.webm"])
def test_mp4_and_webm_sound_like_flac(shared_data: Path, name: str) -> None:
    folder = shared_data / "speech" / "formats"
    audio, flac = read_audio(folder / name), read_audio(folder / "sonnet-1.flac")
    assert audio.seconds == pytest.approx(flac.seconds, abs=0.1)
    spectra = [np.abs(np.fft.rfft(each.samples.astype(float), 2**18)) for each in (audio, flac)]
    assert np.corrcoef(*spectra)[0, 1] > 0.9


def test_channels_of_an_m4a_are_averaged_as_those_of_a_wav(tmp_path: Path) -> None:
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
    assert np.abs(audio.samples[4000:12000]).max() == pytest.approx(12288, rel=0.05)


def test_amr_is_read_and_called_narrowband(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Frames of mode 7 (12.2 kbit/s, 32 bytes, 20 ms) with random bits are a strange sound, but sound."""
    path = tmp_path / "call.amr"
    generator = np.random.default_rng(1)
    path.write_bytes(b"#!AMR\n" + b"".join(b"\x3c" + generator.bytes(31) for _ in range(100)))
    with caplog.at_level(logging.WARNING):
        audio = read_audio(path)
    assert audio.source_rate == 8000
    assert audio.seconds == pytest.approx(2.0, abs=0.1)
    assert "wideband" in caplog.text


@pytest.mark.parametrize("keep", [40, 3000])
def test_damaged_containers_are_a_message(tmp_path: Path, shared_data: Path, keep: int) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes((shared_data / "speech" / "formats" / "sonnet-1.mp4").read_bytes()[:keep])
    with pytest.raises(AudioError, match="not decodable as mp4") as error:
        read_audio(path)
    assert str(path) in error.value.message


def test_a_video_without_sound_is_a_message(tmp_path: Path) -> None:
    path = tmp_path / "mute.mp4"
    with av.open(str(path), "w", format="mp4") as file:
        track = file.add_stream("mpeg4", rate=10)
        track.width = track.height = 16
        track.pix_fmt = "yuv420p"
        file.mux(track.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")))
        file.mux(track.encode(None))
    with pytest.raises(AudioError, match="not decodable"):
        read_audio(path)


@pytest.mark.parametrize("rate", [1, 999, 2_000_000])
def test_a_rate_that_nobody_records_with_is_a_damaged_header(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, tone(0.1, RATE), rate)
    with pytest.raises(AudioError, match=f"its header is damaged: it states {rate} samples per second"):
        read_audio(path)


#: Formats that FFmpeg writes: its name for the container, the codec, samples per second, bits per second.
BY_FFMPEG = {
    "m4a": ("ipod", "aac", 44_100, None),
    "alac": ("ipod", "alac", 44_100, None),
    "mov": ("mov", "pcm_s16le", 44_100, None),
    "3gp": ("3gp", "aac", 16_000, None),
    "aac": ("adts", "aac", 44_100, None),
    "latm": ("latm", "aac", 16_000, None),
    "ts": ("mpegts", "aac", 44_100, None),
    "mpg": ("mpeg", "mp2", 44_100, None),
    "mp2": ("mp2", "mp2", 44_100, None),
    "webm": ("webm", "libopus", 48_000, None),
    "mka": ("matroska", "pcm_s16le", 44_100, None),
    "opus": ("opus", "libopus", 48_000, None),
    "oga": ("oga", "libopus", 48_000, None),
    "wma": ("asf", "wmav2", 44_100, 96_000),
    "flv": ("flv", "aac", 44_100, None),
    "avi": ("avi", "libmp3lame", 44_100, None),
    "ac3": ("ac3", "ac3", 44_100, None),
    "eac3": ("eac3", "eac3", 44_100, None),
    "tta": ("tta", "tta", 44_100, None),
    "wv": ("wv", "wavpack", 44_100, None),
    "caf": ("caf", "alac", 44_100, None),
    "rm": ("rm", "ac3", 44_100, None),
    "wav of G.726": ("wav", "g726", 8_000, None),
    "wav of G.722": ("wav", "g722", 16_000, None),
    "aiff of mu-law": ("aiff", "pcm_mulaw", 8_000, None),
    "fragments": ("mp4", "aac", 44_100, None),
}
BY_LIBSNDFILE = ("AIFF", "AU", "CAF", "W64", "NIST", "VOC", "RF64", "WAVEX", "FLAC", "OGG", "MP3")


def check_tone(path: Path, seconds: float = 3.0, tolerance: float = 0.11) -> Audio:
    """Decode a tone of 440 Hz, and see that it is one."""
    audio = read_audio(path)
    assert audio.seconds == pytest.approx(seconds, abs=tolerance)
    middle = audio.samples[RATE : 2 * RATE].astype(float)
    assert np.argmax(np.abs(np.fft.rfft(middle))) == pytest.approx(440, abs=1)
    assert np.abs(middle).max() == pytest.approx(16_384, rel=0.12)
    return audio


class TestFormatsByContent:
    @pytest.mark.parametrize("kind", BY_FFMPEG)
    def test_whatever_ffmpeg_reads_under_a_wrong_name(self, tmp_path: Path, kind: str) -> None:
        container, codec, rate, bits = BY_FFMPEG[kind]
        options = {"movflags": "frag_keyframe+empty_moov"} if kind == "fragments" else {}
        path = tmp_path / "audio.flac"
        audio_files.ffmpeg(
            path, container, codec, audio_files.tone(3.0, rate), rate=rate, bit_rate=bits, options=options
        )
        assert check_tone(path).source_rate == rate

    @pytest.mark.parametrize("kind", BY_LIBSNDFILE)
    def test_whatever_libsndfile_reads_under_a_wrong_name(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "audio.m4a"
        path.write_bytes(audio_files.sndfile(kind, None, audio_files.tone(), RATE))
        assert check_tone(path).notices == ()

    @pytest.mark.parametrize("kind", ["ogg", "caf", "matroska", "mp4"])
    def test_flac_in_another_container(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "audio.ogg"
        audio_files.remuxed(audio_files.sndfile("FLAC", "PCM_16", audio_files.tone(), RATE), path, kind)
        check_tone(path)

    def test_a_bad_peak_chunk_sends_it_to_the_second_decoder(self, tmp_path: Path) -> None:
        path = tmp_path / "edited.wav"
        path.write_bytes(audio_files.with_bad_peak(audio_files.tone(), RATE))
        (notice,) = check_tone(path).notices
        assert (notice.code, "PEAK" in notice.arguments["reason"]) == ("second_decoder", True)

    @pytest.mark.parametrize(
        ("data", "kind", "hint"),
        [
            (b"%PDF-1.7\n" + bytes(99), "a PDF document", "recording itself"),
            (b"PK\3\4" + bytes(99), "a zip archive", "unpack"),
            (b"<!DOCTYPE html><title>Sign in</title>", "an HTML page", "recording itself"),
            (b"#EXTM3U\nhttp://127.0.0.1:9/a.mp3\n", "a playlist", "recording itself"),
            (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer", "git lfs pull"),
            (b"MThd\0\0\0\6\0\1\0\1\0\x60" + bytes(99), "MIDI", "recording itself"),
            (b"\3ds2" + bytes(600), "an encrypted dictation", "software of the recorder"),
            (b"\xff\xfeH\0i\0", "text", "recording itself"),
            (b"SQLite format 3\0" + bytes(500), "a database", "export"),
            (bytes(5000), "zeros only", "recording itself"),
            (b"Rar!\x1a\7\0" + bytes(99), "a rar archive", "unpack"),
            (np.random.default_rng(3).bytes(3000), "of no known format", "ffmpeg -i"),
        ],
    )
    def test_what_is_no_audio_is_named(self, tmp_path: Path, data: bytes, kind: str, hint: str) -> None:
        path = tmp_path / "audio.mp3"
        path.write_bytes(data)
        with pytest.raises(AudioError, match=f"it is {kind}") as error:
            read_audio(path)
        assert hint in error.value.hint
        assert str(path) in error.value.message


class TestHeadersThatAreWrong:
    @pytest.mark.parametrize("kind", audio_files.unfinished_wavs(audio_files.tone(0.1), RATE))
    @pytest.mark.parametrize("rate", [8_000, 44_100])
    def test_wav_is_read_to_its_end(self, tmp_path: Path, kind: str, rate: int) -> None:
        path = tmp_path / "killed.wav"
        path.write_bytes(audio_files.unfinished_wavs(audio_files.tone(3.0, rate), rate)[kind])
        codes = {notice.code: notice.arguments for notice in check_tone(path).notices}
        assert codes["unfinished_header"]["found"] == pytest.approx(3.0, abs=0.01)

    def test_flac_from_a_pipe_is_read_to_its_end(self, tmp_path: Path) -> None:
        path = tmp_path / "piped.flac"
        path.write_bytes(audio_files.flac_without_length(audio_files.tone(), RATE))
        assert check_tone(path).seconds == 3.0

    @pytest.mark.parametrize("kind", ["AU", "CAF", "AIFF", "W64", "NIST"])
    def test_other_streamed_headers(self, tmp_path: Path, kind: str) -> None:
        data = audio_files.sndfile(kind, "PCM_16", audio_files.tone(), RATE)
        ones = b"\xff" * 8
        if kind == "NIST":
            data = data.replace(b"sample_count -i 48000", b"sample_count -i 00000")
        elif kind == "AU":
            data = audio_files.patched(data, (8, ones[:4]))
        else:
            at = data.index({"CAF": b"data", "AIFF": b"SSND", "W64": b"data"}[kind])
            data = audio_files.patched(data, (at + (16 if kind == "W64" else 4), ones[: 4 if kind == "AIFF" else 8]))
        path = tmp_path / "streamed.wav"
        path.write_bytes(data)
        check_tone(path)

    def test_a_cut_off_wav_says_what_its_header_promises(self, tmp_path: Path) -> None:
        path = tmp_path / "cut.wav"
        path.write_bytes(audio_files.sndfile("WAV", "PCM_16", audio_files.tone(9.0), RATE)[: 44 + 3 * 2 * RATE])
        (notice,) = check_tone(path).notices
        assert (notice.code, notice.arguments) == ("cut_short", {"promised": 9.0, "found": 3.0})

    def test_a_cut_off_m4a_with_its_index_in_front(self, tmp_path: Path) -> None:
        path = tmp_path / "cut.m4a"
        wave = audio_files.tone(9.0, 44_100)
        data = audio_files.ffmpeg(path, "ipod", "aac", wave, rate=44_100, options={"movflags": "faststart"})
        path.write_bytes(data[: len(data) // 3])
        assert "cut_short" in {notice.code for notice in check_tone(path, tolerance=0.5).notices}

    @pytest.mark.parametrize("container", ["ipod", "mp4", "mov", "3gp"])
    def test_an_mp4_whose_recorder_was_killed_lacks_its_index(self, tmp_path: Path, container: str) -> None:
        path = tmp_path / "killed.m4a"
        wave = audio_files.tone(3.0, 16_000)
        data = audio_files.ffmpeg(path, container, "aac", wave)
        path.write_bytes(data[: data.rindex(b"moov") - 4])
        with pytest.raises(AudioError, match="its index is missing") as error:
            read_audio(path)
        assert "app that recorded it" in error.value.hint

    def test_what_stands_behind_the_samples_is_no_sound(self, tmp_path: Path) -> None:
        wav = audio_files.sndfile("WAV", "PCM_16", audio_files.tone(), RATE)
        behind = (b"LIST" + audio_files.little(90_000), b"ID3\4", b"\0" * 9, b"TAG")
        for number, more in enumerate(behind):
            path = tmp_path / f"{number}.wav"
            path.write_bytes(wav + more + b"\1" * 90_000)
            assert check_tone(path).notices == (), more

    @pytest.mark.parametrize("kind", ["MP3", "OGG", "FLAC"])
    def test_files_joined_end_to_end(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "joined"
        path.write_bytes(audio_files.sndfile(kind, None, audio_files.tone(), RATE) * 3)
        codes = {notice.code for notice in check_tone(path, 9.0, 0.3).notices}
        assert "concatenated" in codes


def test_every_notice_has_a_sentence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "narrow.wav"
    soundfile.write(path, tone(0.5, 8000), 8000)
    with caplog.at_level(logging.WARNING):
        (notice,) = read_audio(path).notices
    assert sentence(notice) in caplog.text
    assert notice.code in CODES
    used = set()
    for module in ("decode", "decoders", "mixing"):
        text = (CHECKOUT / "scripts" / "clm" / "audio" / f"{module}.py").read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:Notice|notice)\(\s*"(\w+)"', text))
    assert used == CODES


def damaged_mp3(sound: bytes, damage: str) -> bytes:
    noise = np.random.default_rng(5).bytes(3000)
    half = len(sound) // 2
    return {
        "hole": sound[: half - 1500] + noise + sound[half + 1500 :],
        "zeros": sound[: half - 1500] + bytes(3000) + sound[half + 1500 :],
        "flipped bits": bytes(byte ^ (0x40 * (n % 197 == 0 and n > 900)) for n, byte in enumerate(sound)),
        "cut in half": sound[:half],
        "junk in front": b"ID3\x03\0\0\0\0\0\x15" + bytes(21) + noise[:500] + sound,
    }[damage]


@pytest.mark.parametrize("damage", ["hole", "zeros", "flipped bits", "cut in half", "junk in front"])
def test_a_damaged_mp3_is_read_on_behind_the_damage(tmp_path, damage):
    path = CHECKOUT / "sample-data" / "input" / "cell-biology-01-membranes" / "audio.flac"
    samples = read_audio(path).samples[: 4 * RATE]
    soundfile.write(tmp_path / "whole.mp3", samples, RATE)
    sound = (tmp_path / "whole.mp3").read_bytes()
    (tmp_path / "a.mp3").write_bytes(damaged_mp3(sound, damage))
    audio = read_audio(tmp_path / "a.mp3")
    expected = len(samples) / RATE * (0.5 if damage == "cut in half" else 1.0)
    assert audio.seconds > 0.7 * expected
    assert audio.notices or damage == "junk in front"


@pytest.mark.parametrize("content", ["header", "tag", "tag and noise", "noise behind a header"])
def test_an_mp3_without_sound_is_called_corrupt(tmp_path, content):
    noise = np.random.default_rng(7).bytes(3000)
    tag = b"ID3\x03\0\0\0\0\0\x15" + bytes(21)
    data = {"header": b"\xff\xfb\x90\x64" + bytes(200), "tag": tag, "tag and noise": tag + noise,
            "noise behind a header": b"\xff\xfb\x90\x64" + noise}[content]  # fmt: skip
    (tmp_path / "a.mp3").write_bytes(data)
    with pytest.raises(AudioError, match="corrupt mp3 audio") as caught:
        read_audio(tmp_path / "a.mp3")
    assert "copy it again" in caught.value.hint
