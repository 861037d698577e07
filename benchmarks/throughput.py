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


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    args = parser.parse_args()
    cores = os.cpu_count() or 1
    os.environ["OMP_NUM_THREADS"] = str(cores)
    paths = sorted(path for path in args.input.glob("*/*") if path.suffix in (".wav", ".flac", ".mp3", ".ogg"))
    samples = [read_audio(path).samples for path in paths]
    seconds = sum(map(len, samples)) / RATE
    start, used = time.perf_counter(), cpu()
    pool = Pool(cores)
    pool.map(bare, [samples[number::cores] for number in range(cores)])
    pool.close()
    pool.join()
    alone, alone_cpu = time.perf_counter() - start, cpu() - used
    engine = engines.create(CONFIG)
    start, used = time.perf_counter(), cpu()
    separate = text(engine, [Recording(path.stem, path, "") for path in paths])
    ours, ours_cpu = time.perf_counter() - start, cpu() - used
    print(f"{seconds:.0f} s of audio on {cores} cores:")
    print(f"bare   {alone:6.1f} s (RTF {alone / seconds:.3f}), {alone_cpu:6.1f} CPU-s")
    print(f"engine {ours:6.1f} s (RTF {ours / seconds:.3f}), {ours_cpu:6.1f} CPU-s: ", end="")
    print(f"{alone / ours:.2f} of the throughput, {alone_cpu / ours_cpu:.2f} per CPU second")

    pause = np.zeros(RATE // 2, np.int16)
    once = np.concatenate([part for each in samples for part in (each, pause)])
    times = max(1, round(args.minutes * 60 * RATE / len(once)))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "long.flac"
        soundfile.write(path, np.tile(once, times), RATE)
        start = time.perf_counter()
        (joined,) = text(engine, [Recording("long", path, "")])
        elapsed = time.perf_counter() - start
    peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    length = times * len(once) / RATE
    counts = scoring.score(" ".join(separate * times), joined).counts
    print(
        f"one recording of {length / 60:.0f} min: {elapsed:.0f} s (RTF {elapsed / length:.3f}), at most"
        f" {peak[0]:.0f} MiB and {peak[1]:.0f} MiB in each process; against the separate"
    )
    print(
        f"recordings' {counts.words} words {counts.substitutions} substituted, {counts.deletions} deleted,"
        f" {counts.insertions} inserted"
    )


if __name__ == "__main__":
    main()
