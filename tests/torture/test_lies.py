"""Audio that is not what it says: headers that promise hours, files that end in the middle, nothing at all."""

import struct
from pathlib import Path

import pytest

from clm.audio.decode import Audio, AudioError, read_audio
from clm.base import files
from runner import Workflow
from torture.counts import count

RATE = 16_000


def wav(samples: bytes, *, promised: int | None = None, rate: int = RATE, channels: int = 1, bits: int = 16) -> bytes:
    """A wav file whose header promises so many bytes of samples."""
    size = len(samples) if promised is None else promised
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * block % 2**32, block % 2**16, bits)
    return b"RIFF" + struct.pack("<I", (36 + size) % 2**32) + b"WAVEfmt \x10\0\0\0" + form + b"data" + (
        struct.pack("<I", size) + samples
    )  # fmt: skip


def lies(speech: bytes) -> dict[str, bytes]:
    """Files by what is wrong with them; `speech` are 16-bit samples."""
    hours = 10 * 3600 * 2 * RATE
    return {
        "ten hours promised": wav(speech, promised=hours),
        "four gigabytes promised": wav(speech, promised=2**32 - 1),
        "ten hours of nothing": wav(b"", promised=hours),
        "no samples promised": wav(speech, promised=0),
        "an odd byte": wav(speech + b"\0"),
        "no sample rate": wav(speech, rate=0),
        "a rate of gigahertz": wav(speech, rate=2**31 - 1),
        "a rate of one": wav(speech, rate=1),
        "no channels": wav(speech, channels=0),
        "thousands of channels": wav(speech, channels=4000),
        "no bits": wav(speech, bits=0),
        "half a header": wav(speech)[:30],
        "only a header": wav(b""),
        "empty": b"",
        "one byte": b"R",
        "zeros": bytes(5000),
        "text": b"good morning " * 400,
        "flac with nothing in it": b"fLaC\0\0\0\x22" + b"\xff" * 34,
        "ogg page": b"OggS" + b"\0" * 200,
        "mp3 frames of noise": b"\xff\xfb\x90\x00" * 500,
        "mp4 box of gigabytes": b"\x7f\xff\xff\xffftypM4A " + bytes(64),
        "webm of unknown length": b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff" + bytes(64),
    }


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A second of speech."""
    path = Workflow(tmp_path_factory.mktemp("speech")).add("one", seconds=1.0)
    return (path / "audio.wav").read_bytes()[44:]


def peak_megabytes() -> float:
    """The most memory that this process ever had."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def attempt(path: Path) -> tuple[Audio | None, AudioError | None]:
    """The audio, or why it is refused; any other error is one of ours."""
    try:
        return read_audio(path), None
    except AudioError as error:
        return None, error


def test_each_is_decoded_or_refused_with_a_hint(speech: bytes, tmp_path: Path) -> None:
    read_audio(write(tmp_path / "fine.wav", wav(speech)))
    before, decoded = peak_megabytes(), set()
    for name, data in lies(speech).items():
        path = write(tmp_path / f"{name}.wav", data)
        audio, error = attempt(path)
        if audio:
            decoded.add(name)
            assert 0 < audio.seconds < 10 * 3600
        else:
            assert str(path) in error.message
            assert error.hint
        assert peak_megabytes() < before + 200, name
    assert decoded >= {"ten hours promised", "four gigabytes promised", "an odd byte"}
    count("lying audio files", len(lies(speech)))


@pytest.mark.torture
@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
def test_they_cost_no_other_folder(speech: bytes, tmp_path: Path, suffix: str) -> None:
    workflow = Workflow(tmp_path)
    workflow.add("one", seconds=1.0)
    for name, data in lies(speech).items():
        folder = workflow.data / "input" / name
        folder.mkdir()
        write(folder / f"audio{suffix}", data)
        (folder / "text.txt").write_text("Good morning.")
    run = workflow.run()
    rows = {row["folder"]: row for row in files.read_table(workflow.results / "runs.csv")}
    assert set(rows) == {"one", *lies(speech)}
    assert rows["one"]["reason"] == ""
    for name in lies(speech):
        assert rows[name]["reason"] or rows[name]["words"] != "0"
    assert "Traceback" not in run.output
    assert not workflow.run().jobs
    count("lying audio files", len(lies(speech)))


def write(path: Path, data: bytes) -> Path:
    """A file of these bytes."""
    path.write_bytes(data)
    return path
