"""More members of each kind of recording: headers, decoders, channels, levels, and files that are no recordings."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

import audio_files
from audio_files import patched, sndfile
from clm.audio.decode import RATE, AudioError, read_audio

WAVE = audio_files.tone(3.0)
ONES, ZEROS = b"\xff" * 8, bytes(8)
PCM = (WAVE * 32768).astype("<i2").tobytes()


def rifx(stated: int) -> bytes:
    """A wav file whose numbers are big-endian."""
    layout = struct.pack(">IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    samples = (WAVE * 32768).astype(">i2").tobytes()
    return b"RIFX" + struct.pack(">I", 0) + b"WAVEfmt " + layout + b"data" + struct.pack(">I", stated) + samples


def open_headers() -> dict[str, bytes]:
    """Files by libsndfile whose headers leave the length open, as writers to a pipe leave it."""
    au, aiff, caf, w64 = (sndfile(kind, "PCM_16", WAVE, RATE) for kind in ("AU", "AIFF", "CAF", "W64"))
    sound, common, data, long = aiff.index(b"SSND"), aiff.index(b"COMM"), caf.index(b"data"), w64.index(b"data\xf3")
    return {
        "AU of ones": patched(au, (8, ONES[:4])),
        "AU of zeros": patched(au, (8, ZEROS[:4])),
        "AIFF of ones": patched(aiff, (4, ONES[:4]), (sound + 4, ONES[:4]), (common + 10, ONES[:4])),
        "AIFF of zeros": patched(aiff, (4, ZEROS[:4]), (sound + 4, ZEROS[:4]), (common + 10, ZEROS[:4])),
        "CAF of ones": patched(caf, (data + 4, ONES)),
        "CAF of zeros": patched(caf, (data + 4, ZEROS)),
        "CAF, greatest length": patched(caf, (data + 4, b"\x7f" + ONES[:7])),
        "W64 of ones": patched(w64, (long + 16, ONES)),
        "W64 of zeros": patched(w64, (16, ZEROS), (long + 16, ZEROS)),
        "W64, its header alone": patched(w64, (long + 16, struct.pack("<Q", 24))),
        "SPHERE without a count": sndfile("NIST", "PCM_16", WAVE, RATE).replace(b"sample_count -i 48000\n", b""),
        "RIFX of zeros": rifx(0),
        "RIFX of ones": rifx(0xFFFFFFFF),
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audio.wav"


def read(path: Path, data: bytes) -> tuple[float, set[str]]:
    """Length and codes of notices of a file that holds the tone."""
    path.write_bytes(data)
    audio = read_audio(path)
    middle = audio.samples[RATE // 2 : RATE].astype(float)
    assert np.argmax(np.abs(np.fft.rfft(middle))) == pytest.approx(220, abs=1)
    assert np.abs(middle).max() == pytest.approx(16_384, rel=0.12)
    return audio.seconds, {notice.code for notice in audio.notices}


@pytest.mark.parametrize("kind", open_headers())
def test_an_open_header_is_read_to_the_end_and_mentioned(path: Path, kind: str) -> None:
    seconds, codes = read(path, open_headers()[kind])
    assert (seconds, codes) == (pytest.approx(3.0, abs=0.01), {"unfinished_header"})


@pytest.mark.parametrize("kind", ["AU", "AIFF", "CAF", "W64", "NIST", "RF64", "WAV", "RIFX", "FLAC"])
def test_a_file_that_is_cut_in_the_middle_says_so(path: Path, kind: str) -> None:
    whole = rifx(len(PCM)) if kind == "RIFX" else sndfile(kind, "PCM_16", WAVE, RATE)
    seconds, codes = read(path, whole[: len(whole) // 2])
    assert seconds == pytest.approx(1.45, abs=0.45)
    assert "cut_short" in codes


@pytest.mark.parametrize("kind", ["AU", "AIFF", "CAF", "W64", "NIST", "VOC", "IRCAM", "WAV", "RIFX"])
def test_a_whole_file_says_nothing(path: Path, kind: str) -> None:
    whole = rifx(len(PCM)) if kind == "RIFX" else sndfile(kind, "PCM_16", WAVE, RATE)
    assert read(path, whole) == (3.0, set())


def other_chunks() -> dict[str, bytes]:
    """Wav files with chunks where readers do not look for them."""
    wav, odd = sndfile("WAV", "PCM_16", WAVE, RATE), sndfile("WAV", "PCM_U8", WAVE[:-1], RATE)
    listed = b"LIST" + struct.pack("<I", 18) + b"INFOIART" + struct.pack("<I", 6) + b"Anna\0\0"
    return {
        "LIST behind": wav + listed,
        "LIST behind an odd length": odd + listed,
        "fmt behind data": wav[:12] + wav[36:] + wav[12:36],
        "JUNK in front": wav[:12] + b"JUNK" + struct.pack("<I", 28) + bytes(28) + wav[12:],
        "ID3 in front": b"ID3\3\0\0\0\0\0\x0a" + bytes(10) + wav,
        "a block of 0 bytes": patched(wav, (32, bytes(2))),
        "0 bytes a second": patched(wav, (28, bytes(4))),
        "a data chunk of odd length": patched(wav, (40, struct.pack("<I", len(wav) - 43))) + b"\1",
    }


@pytest.mark.parametrize("kind", other_chunks())
def test_other_chunks_are_no_sound(path: Path, kind: str) -> None:
    assert read(path, other_chunks()[kind])[0] == pytest.approx(3.0, abs=0.001)


SECOND = {
    "wav of Yamaha ADPCM": ("wav", "adpcm_yamaha", 16_000),
    "wav of Flash ADPCM": ("wav", "adpcm_swf", 22_050),
    "voc of FFmpeg": ("voc", "pcm_u8", 8_000),
    "CAF of QuickTime's ADPCM": ("caf", "adpcm_ima_qt", 16_000),
    "CAF of ALAC": ("caf", "alac", 16_000),
    "NUT": ("nut", "pcm_s16le", 16_000),
    "Windows TV": ("wtv", "mp2", 48_000),
    "GXF": ("gxf", "pcm_s16le", 48_000),
    "LATM": ("latm", "aac", 16_000),
}


@pytest.mark.parametrize("kind", SECOND)
def test_what_libsndfile_refuses_goes_to_the_second_decoder(path: Path, kind: str) -> None:
    container, codec, rate = SECOND[kind]
    data = audio_files.ffmpeg(path, container, codec, audio_files.tone(3.0, rate), rate=rate)
    seconds, codes = read(path, data)
    assert seconds == pytest.approx(3.0, abs=0.5)
    assert "second_decoder" in codes or "narrowband" in codes


MORE = {
    "wav, IMA ADPCM": ("wav", "adpcm_ima_wav", 16_000), "wav, Microsoft's ADPCM": ("wav", "adpcm_ms", 16_000),
    "wav, A-law": ("wav", "pcm_alaw", 8_000), "au, A-law": ("au", "pcm_alaw", 8_000),
    "ircam": ("ircam", "pcm_s16le", 16_000), "WavPack in mka": ("matroska", "wavpack", 16_000),
    "ALAC in mka": ("matroska", "alac", 16_000), "AAC in mkv": ("matroska", "aac", 16_000),
    "mu-law in mov": ("mov", "pcm_mulaw", 8_000), "AMR in 3g2": ("3g2", "libopencore_amrnb", 8_000),
    "Opus in mp4": ("mp4", "libopus", 48_000), "Opus in MPEG-TS": ("mpegts", "libopus", 48_000),
    "MP3 in asf": ("asf", "mp3", 16_000), "Nellymoser in flv": ("flv", "nellymoser", 16_000),
    "LPCM in vob": ("vob", "pcm_dvd", 48_000), "floats in AIFF-C": ("aiff", "pcm_f32be", 16_000),
}  # fmt: skip


@pytest.mark.parametrize("kind", MORE)
def test_more_formats_by_content(path: Path, kind: str) -> None:
    container, codec, rate = MORE[kind]
    data = audio_files.ffmpeg(path, container, codec, audio_files.tone(3.0, rate), rate=rate)
    assert read(path, data)[0] == pytest.approx(3.0, abs=0.15)


SHORTENED = sndfile("NIST", "PCM_16", WAVE, RATE).replace(b"-s3 pcm\n", b"-s26 pcm,embedded-shorten-v2.00\n")


@pytest.mark.parametrize(
    ("data", "kind", "hint"),
    [
        (b"\2#!SILK_V3" + bytes(99), "a voice message in SILK", "export"),
        (b"#!iLBC30\n" + bytes(99), "ilbc audio", "export"),
        (b"\0\0\0\x18ftypaax \0\0\0\1" + bytes(99), "audio with copy protection", "export"),
        (b"FRM8" + bytes(99), "DSD audio", "export"),
        (b"OFR \x0f" + bytes(99), "optimfrog audio", "export"),
        (b"\xac\x40\xff\xff" + bytes(99), "ac4 audio", "export"),
        (b"ajkg\2" + bytes(99), "shorten audio", "ffmpeg -i"),
        (SHORTENED, "sph audio", "sph2pipe"),
        (b"\xfd7zXZ\0" + bytes(99), "an xz archive", "unpack"),
        (b"BZh9" + bytes(99), "a bzip2 archive", "unpack"),
        (b"PAR1" + bytes(99), "a table", "files of their own"),
        (b"\x93NUMPY\1\0" + bytes(99), "an array of NumPy", "files of their own"),
        (b"\0\5\x16\7\0\2\0\0Mac OS X" + bytes(99), "a file of attributes that macOS", "take the file out"),
        (b"Salted__" + bytes(range(99)), "an encrypted file", "decrypt"),
        (b"\xff\xfe\xfd\xfc" * 999, "text", "recording itself"),
        (b"\x7f\x80\x81\xfe" * 999, "of no known format", "-f s16le"),
    ],
)
def test_what_is_not_read_is_named(path: Path, data: bytes, kind: str, hint: str) -> None:
    path.write_bytes(data)
    with pytest.raises(AudioError, match=f"it is {kind}") as error:
        read_audio(path)
    assert hint in error.value.hint


ONE, OTHER = (
    np.cumsum(np.random.default_rng(seed).normal(size=3 * RATE + 1)[1:] * 0.01) % 0.4 - 0.2 for seed in (1, 2)
)
NOTHING, HISS = 0 * ONE, 0.002 * np.random.default_rng(3).normal(size=len(ONE))
CHANNELS = {
    "a constant voltage on both": ((ONE + 0.3, ONE + 0.3), set()),
    "a constant voltage on one": ((ONE + 0.3, ONE), set()),
    "inverse and half as loud": ((ONE, -ONE / 2), {"opposite_phase"}),
    "inverse around other voltages": ((ONE + 0.3, -ONE - 0.3), {"opposite_phase"}),
    "inverse pairs of two speakers": ((ONE, -ONE, OTHER, -OTHER), {"opposite_phase"}),
    "5.1 with the centre alone": ((NOTHING, NOTHING, ONE, NOTHING, NOTHING, NOTHING), {"silent_channels"}),
    "5.1 with a silent centre": ((ONE, ONE, NOTHING, NOTHING, ONE / 4, ONE / 4), {"silent_channels"}),
    "one of eight": ((*[NOTHING] * 5, ONE, NOTHING, NOTHING), {"silent_channels"}),
    "hiss in seven of eight": ((*[HISS] * 5, ONE, HISS, HISS), {"weak_channels"}),
    "floats of integers in one channel": ((ONE * 32768, ONE), {"rescaled", "silent_channels"}),
    "floats 40 times too large": ((ONE * 40, ONE * 40), {"rescaled"}),
    "doubles of a thousand million": ((ONE * 1e9,), {"rescaled"}),
    "16 bits at the bottom of 24": ((ONE / 256,), {"quiet"}),
}


@pytest.mark.parametrize("kind", CHANNELS)
def test_more_channels_and_levels(path: Path, kind: str) -> None:
    channels, codes = CHANNELS[kind]
    soundfile.write(path, np.stack(channels, axis=1), RATE, subtype="DOUBLE", format="WAV")
    audio = read_audio(path)
    assert {notice.code for notice in audio.notices} == codes
    assert max(abs(np.corrcoef(audio.samples.astype(float), one)[0, 1]) for one in (ONE, OTHER)) > 0.97


def noises() -> dict[str, bytes]:
    """Wav files of 16 bits that were changed, or hold something else, and sound like a loud hiss."""
    samples = (ONE * 20000).astype("<i2")
    wav = sndfile("WAV", "PCM_16", np.asarray(ONE, np.float32)[:, None], RATE)
    return {
        "bytes in the wrong order": wav[:44] + samples.astype(">i2").tobytes(),
        "one byte too far": wav[:44] + b"\0" + samples.tobytes()[:-1],
        "encrypted": wav[:44] + np.random.default_rng(4).bytes(len(wav) - 44),
        "another format": wav[:44] + sndfile("FLAC", "PCM_16", HISS[:, None], RATE),
        "24 bits said to be 16": wav[:44] + sndfile("WAV", "PCM_24", HISS[:, None] * 99, RATE)[44:],
    }


@pytest.mark.parametrize("kind", noises())
def test_noise_is_called_noise(path: Path, kind: str) -> None:
    path.write_bytes(noises()[kind])
    assert "noise" in {notice.code for notice in read_audio(path).notices}


@pytest.mark.parametrize("wave", [NOTHING + 0.2, ONE / 32768, ONE / 65536, NOTHING - 1, 1e-6 * HISS])
def test_silence_around_any_voltage_or_at_a_wrong_scale_is_refused(path: Path, wave: np.ndarray) -> None:
    soundfile.write(path, wave, RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match="silent") as error:
        read_audio(path)
    assert "wrong scale" in error.value.hint
