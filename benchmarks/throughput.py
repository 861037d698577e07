"""Throughput of transcription against bare pocketsphinx on all cores, and of one long recording.

INPUT holds <folder>/ with audio and references; its recordings are decoded by pocketsphinx alone, one process per core
sharing them out, and by the engine in as many processes. Then all of them, repeated up to MINUTES, are one long
recording, which the engine cuts into pieces. Other pieces are heard a little differently, so words are compared by
their times: one at which the long recording has no word at all was lost.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from bisect import bisect_right
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np
import soundfile

from clm import cli, engines
from clm.audio.decode import RATE, read_audio
from clm.config import load
from clm.scoring import error_rate
from clm.types import Engine, Model, Recording

SETTINGS = load({}, cli.CHECKOUT, cli.CHECKOUT)


def bare(samples: list[np.ndarray]) -> int:
    """Decode with nothing but pocketsphinx; gives the number of words."""
    import pocketsphinx

    decoder = pocketsphinx.Decoder(loglevel="FATAL", logfn=os.devnull)
    words = 0
    for each in samples:
        decoder.start_utt()
        decoder.process_raw(each.tobytes(), full_utt=True)
        decoder.end_utt()
        words += len(decoder.hyp().hypstr.split()) if decoder.hyp() else 0
    return words


class Word(NamedTuple):
    """A word that was heard, from one second to another."""

    text: str
    start: float
    end: float


def heard(engine: Engine, recordings: list[Recording]) -> list[list[Word]]:
    """What the stock model hears in each recording."""
    outcomes = [outcome for _, outcome in engine.transcribe(recordings, Model(engine.name))]
    return [
        [
            Word(item["alternatives"][0]["content"], float(item["start_time"]), float(item["end_time"]))
            for item in outcome.result["results"]["items"]
            if item["type"] == "pronunciation"
        ]
        for outcome in outcomes
    ]


def cpu() -> float:
    """CPU seconds of this process and of those that it has waited for; on a shared machine a steadier measure."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


@dataclass(frozen=True)
class Decoding:
    """Seconds of audio, and what decoding it took on all cores: wall-clock and CPU seconds, bare and by the engine."""

    audio: float
    cores: int
    bare: float
    bare_cpu: float
    ours: float
    ours_cpu: float
    separate: list[list[Word]]

    @property
    def ratio(self) -> float:
        """Our throughput against that of bare pocketsphinx."""
        return self.bare / self.ours


@dataclass(frozen=True)
class Long:
    """One long recording: seconds of audio and of decoding, MiB of the main process and of a worker.

    Its words against those of the separate recordings: how they differ, and those at whose time it has none.
    """

    audio: float
    seconds: float
    peak_mib: tuple[float, float]
    counts: error_rate.ErrorCounts
    lost: int


def recordings(directory: Path) -> list[Path]:
    """Audio files in the folders of a directory."""
    return sorted(path for path in directory.glob("*/*") if path.suffix in (".wav", ".flac", ".mp3", ".ogg"))


def seconds(path: Path) -> float:
    """Length of a recording."""
    return soundfile.info(path).duration


def compare(paths: list[Path]) -> Decoding:
    """Decode the recordings with pocketsphinx alone and with the engine."""
    cores = os.cpu_count() or 1
    os.environ["OMP_NUM_THREADS"] = str(cores)
    samples = [read_audio(path).samples for path in paths]
    start, used = time.perf_counter(), cpu()
    pool = Pool(cores)
    pool.map(bare, [samples[number::cores] for number in range(cores)])
    pool.close()
    pool.join()
    alone, alone_cpu = time.perf_counter() - start, cpu() - used
    engine = engines.create(SETTINGS)
    start, used = time.perf_counter(), cpu()
    separate = heard(engine, [Recording(path.stem, path, "") for path in paths])
    audio = sum(map(len, samples)) / RATE
    return Decoding(audio, cores, alone, alone_cpu, time.perf_counter() - start, cpu() - used, separate)


def long(paths: list[Path], separate: list[list[Word]], minutes: float) -> Long:
    """Decode the recordings, joined and repeated, as one; its words are compared with those of the separate ones."""
    pause = np.zeros(RATE // 2, np.int16)
    parts = [np.concatenate([read_audio(path).samples, pause]) for path in paths]
    once = np.concatenate(parts)
    times = max(1, round(minutes * 60 * RATE / len(once)))
    starts = (np.cumsum([0, *map(len, parts * times)]) / RATE).tolist()
    expected = [
        Word(word.text, start + word.start, start + word.end)
        for start, words in zip(starts, separate * times, strict=False)
        for word in words
    ]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "long.flac"
        soundfile.write(path, np.tile(once, times), RATE)
        start = time.perf_counter()
        (joined,) = heard(engines.create(SETTINGS), [Recording("long", path, "")])
        elapsed = time.perf_counter() - start
    own, worker = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    counts = error_rate.count(error_rate.align([word.text for word in expected], [word.text for word in joined]))
    return Long(times * len(once) / RATE, elapsed, (own, worker), counts, lost(expected, joined))


def lost(expected: list[Word], found: list[Word]) -> int:
    """Number of words at whose time there is no word at all; both lists are in the order of time."""
    ends = [word.end for word in found]
    after = (bisect_right(ends, word.start) for word in expected)
    return sum(at == len(found) or found[at].start >= word.end for word, at in zip(expected, after, strict=True))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    args = parser.parse_args()
    paths = recordings(args.input)
    found = compare(paths)
    print(f"{found.audio:.0f} s of audio on {found.cores} cores:")
    print(f"bare   {found.bare:6.1f} s (RTF {found.bare / found.audio:.3f}), {found.bare_cpu:6.1f} CPU-s")
    print(f"engine {found.ours:6.1f} s (RTF {found.ours / found.audio:.3f}), {found.ours_cpu:6.1f} CPU-s: ", end="")
    print(f"{found.ratio:.2f} of the throughput, {found.bare_cpu / found.ours_cpu:.2f} per CPU second")

    joined = long(paths, found.separate, args.minutes)
    counts = joined.counts
    print(
        f"one recording of {joined.audio / 60:.0f} min: {joined.seconds:.0f} s"
        f" (RTF {joined.seconds / joined.audio:.3f}), at most {joined.peak_mib[0]:.0f} MiB"
        f" and {joined.peak_mib[1]:.0f} MiB in each process; against the separate"
    )
    print(
        f"recordings' {counts.words} words {counts.substitutions} substituted, {counts.deletions} deleted,"
        f" {counts.insertions} inserted; {joined.lost} with nothing in their place"
    )


if __name__ == "__main__":
    main()
