"""Make the demo's speech again: Debian's flite reads every transcript aloud.

Needed only when a transcript under input/ changes; the recordings themselves are part of the repository.
flite is nothing but the speaker here: the recogniser's pronunciations never come from it.
"""

import argparse
import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

INPUT = Path(__file__).resolve().parent / "input"
RATE = 16_000

# folder: (flite voice, audio format)
RECORDINGS = {
    "cell-biology-01-membranes": ("rms", "flac"),
    "cell-biology-02-mitochondria": ("slt", "mp3"),
    "cell-biology-03-nucleus": ("awb", "flac"),
    "cell-biology-04-proteins": ("rms", "ogg"),
    "cell-biology-05-recycling": ("slt", "flac"),
    "cell-biology-06-cytoskeleton": ("awb", "wav"),
    "cell-biology-07-division": ("slt", "flac"),
    "cell-biology-08-transport": ("rms", "flac"),
    "cell-biology-09-signals": ("awb", "flac"),
    "cell-biology-10-energy": ("slt", "flac"),
    "cell-biology-11-cancer": ("rms", "flac"),
    "cell-biology-12-immunity": ("awb", "flac"),
}

log = logging.getLogger("make_audio")


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folders",
        nargs="*",
        metavar="FOLDER",
        help="folders to make again, such as cell-biology-01-membranes (default: all)",
    )
    return parser.parse_args(argv)


def speak(flite: str, voice: str, transcript: Path, wav: Path) -> None:
    """Let flite read a transcript into a WAV file."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as text:
        text.write(" ".join(transcript.read_text(encoding="utf-8").split()) + "\n")
        text.flush()
        subprocess.run([flite, "-voice", voice, "-f", text.name, "-o", str(wav)], check=True)


def convert(wav: Path, audio: Path) -> float:
    """Write a WAV file as 16 kHz mono in the format that the name of `audio` says; return its seconds."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(wav, dtype="float32")
    samples = soxr.resample(samples, rate, RATE) if rate != RATE else samples
    part = audio.with_name(f"{audio.stem}.part{audio.suffix}")
    soundfile.write(part, samples, RATE)
    part.replace(audio)
    return len(samples) / RATE


def make(flite: str, folder: str) -> None:
    """Make the recording of one folder."""
    voice, audio_format = RECORDINGS[folder]
    audio = INPUT / folder / f"audio.{audio_format}"
    with tempfile.TemporaryDirectory() as scratch:
        wav = Path(scratch) / "speech.wav"
        speak(flite, voice, audio.with_name("transcript.txt"), wav)
        seconds = convert(wav, audio)
    for other in audio.parent.glob("audio.*"):
        if other != audio:
            other.unlink()
    log.info("%s/%s: voice %s, %.1f s", folder, audio.name, voice, seconds)


def main(argv: list[str] | None = None) -> int:
    """Make the recordings asked for."""
    args = parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    unknown = sorted(set(args.folders) - set(RECORDINGS))
    if unknown:
        log.error("No such folder: %s. Hint: the folders are %s.", ", ".join(unknown), ", ".join(RECORDINGS))
        return 2
    flite = shutil.which("flite")
    if flite is None:
        log.error("flite is not installed. Hint: on Debian or Ubuntu `apt-get install flite`.")
        return 1
    for folder in args.folders or RECORDINGS:
        make(flite, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
