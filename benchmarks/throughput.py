"""Throughput of transcription against bare pocketsphinx on all cores, and of one long recording.

INPUT holds <folder>/ with audio and references; its recordings are decoded by pocketsphinx alone, one process per core
sharing them out, and by the engine in as many processes. Then all of them, repeated up to MINUTES, are one long
recording: its words are compared with those of the separate recordings, so a word lost at a cut would show.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np
import soundfile

from clm import engines, scoring
from clm.audio import RATE, read_audio
from clm.engines import Model, Recording

CONFIG = {"engine": "pocketsphinx", "language": "en-US", "pocketsphinx": {}}


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


def text(engine: engines.Engine, recordings: list[Recording]) -> list[str]:
    """Transcripts of the stock model."""
    outcomes = [outcome for _, outcome in engine.transcribe(recordings, Model(engine.name))]
    return [outcome.result["results"]["transcripts"][0]["transcript"] for outcome in outcomes]


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
    separate: list[str]

    @property
    def ratio(self) -> float:
        """Our throughput against that of bare pocketsphinx."""
        return self.bare / self.ours


@dataclass(frozen=True)
class Long:
    """One long recording: seconds of audio and of decoding, MiB of the main process and of a worker, words' errors."""

    audio: float
    seconds: float
    peak_mib: tuple[float, float]
    counts: scoring.ErrorCounts


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
    engine = engines.create(CONFIG)
    start, used = time.perf_counter(), cpu()
    separate = text(engine, [Recording(path.stem, path, "") for path in paths])
    audio = sum(map(len, samples)) / RATE
    return Decoding(audio, cores, alone, alone_cpu, time.perf_counter() - start, cpu() - used, separate)


def long(paths: list[Path], separate: list[str], minutes: float) -> Long:
    """Decode the recordings, joined and repeated, as one; its words are compared with those of the separate ones."""
    pause = np.zeros(RATE // 2, np.int16)
    once = np.concatenate([part for path in paths for part in (read_audio(path).samples, pause)])
    times = max(1, round(minutes * 60 * RATE / len(once)))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "long.flac"
        soundfile.write(path, np.tile(once, times), RATE)
        start = time.perf_counter()
        (joined,) = text(engines.create(CONFIG), [Recording("long", path, "")])
        elapsed = time.perf_counter() - start
    own, worker = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    counts = scoring.score(" ".join(separate * times), joined).counts
    return Long(times * len(once) / RATE, elapsed, (own, worker), counts)


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
        f" {counts.insertions} inserted"
    )


if __name__ == "__main__":
    main()
