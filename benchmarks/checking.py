"""Time that `scripts/check.py` takes for a large input: clips in folders, in one folder, and in a list.

CLIPS clips of three seconds with texts of twelve words are made, each of its own content; every layout is checked
once, in a process of its own, as a user does.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

CHECKOUT = Path(__file__).parents[1]
RATE = 16_000
_SECONDS, _WORDS = 3, 12
_SPOKEN = [
    "a",
    "cell",
    "divides",
    "when",
    "its",
    "membrane",
    "has",
    "grown",
    "twice",
    "as",
    "large",
    "and",
    "every",
    "part",
    "of",
    "it",
    "was",
    "copied",
    "once",
]


@dataclass(frozen=True)
class Check:
    """A layout and format, with the wall-clock and CPU seconds that the check of it took."""

    layout: str
    seconds: float
    cpu: float


def clip(path: Path, number: int) -> None:
    """A clip of noise that differs from all others."""
    samples = np.random.default_rng(number).normal(0, 1000, _SECONDS * RATE).astype(np.int16)
    soundfile.write(path, samples, RATE)


def text(number: int) -> str:
    """Twelve words, in an order of their own."""
    return " ".join(_SPOKEN[(number * 7 + place * (1 + number % 5)) % len(_SPOKEN)] for place in range(_WORDS))


def layouts(root: Path, clips: int) -> Iterator[tuple[str, Path]]:
    """The inputs, one after the other: folders of a hundred pairs, pairs in one folder, lists of wav and of mp3."""
    shards, pairs, listed = root / "folders", root / "pairs", root / "list"
    for number in range(clips):
        folder = shards / f"{number // 100:03}"
        folder.mkdir(parents=True, exist_ok=True)
        clip(folder / f"{number}.wav", number)
        (folder / f"{number}.txt").write_text(text(number) + "\n")
    yield "folders of 100 pairs", shards
    pairs.mkdir()
    (listed / "clips").mkdir(parents=True)
    for path in shards.glob("*/*"):
        os.link(path, pairs / path.name)
        if path.suffix == ".wav":
            os.link(path, listed / "clips" / path.name)
    yield "pairs in one folder", pairs
    write_list(listed, "wav", clips)
    yield "list of wav", listed
    shutil.rmtree(shards), shutil.rmtree(pairs), shutil.rmtree(listed)
    compressed = root / "compressed"
    (compressed / "clips").mkdir(parents=True)
    clip(compressed / "one.mp3", 0)
    sound = (compressed / "one.mp3").read_bytes()
    (compressed / "one.mp3").unlink()
    for number in range(clips):  # a tag makes each another file
        (compressed / "clips" / f"{number}.mp3").write_bytes(tag(number) + sound)
    write_list(compressed, "mp3", clips)
    yield "list of mp3", compressed


def tag(number: int) -> bytes:
    """An ID3v2.3 tag with a title (id3.org)."""
    title = b"\0%09d" % number
    frame = b"TIT2" + len(title).to_bytes(4, "big") + b"\0\0" + title
    return b"ID3\3\0\0" + len(frame).to_bytes(4, "big") + frame


def write_list(folder: Path, suffix: str, clips: int) -> None:
    """A table of names and texts as Hugging Face has it."""
    rows = [f"clips/{number}.{suffix},{text(number)}\n" for number in range(clips)]
    (folder / "metadata.csv").write_text("file_name,transcription\n" + "".join(rows))


def measure(clips: int) -> list[Check]:
    """Check every layout."""
    found = []
    with tempfile.TemporaryDirectory(prefix="clm-checking-") as name:
        for layout, path in layouts(Path(name), clips):
            start, used = time.perf_counter(), os.times()
            command = [sys.executable, str(CHECKOUT / "scripts" / "check.py"), str(path)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            now = os.times()
            if f"{clips:,} recordings" not in done.stdout:
                raise RuntimeError(f"{layout}: not all clips were found:\n{done.stdout}")
            cpu = now.children_user + now.children_system - used.children_user - used.children_system
            found.append(Check(layout, time.perf_counter() - start, cpu))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="?", type=int, default=10_000, metavar="CLIPS")
    for found in measure(parser.parse_args().clips):
        print(f"{found.layout:24} {found.seconds:6.1f} s, {found.cpu:5.1f} s of CPU time", flush=True)


if __name__ == "__main__":
    main()
