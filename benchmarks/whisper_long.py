"""Long recordings for Whisper: speech of the sets, joined with pauses, silence, noise and music between and under it.

Looks for what goes wrong in long audio: loops, stretches of speech with no text, and text where nobody speaks. Every
seed makes another recording.

    .venv/bin/python benchmarks/whisper_long.py MODEL SET [SET ...] --text TEXT [--minutes 60] [--seed 0 ...]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np
import soundfile
import whisper_gain

from clm import engines
from clm.audio.decode import RATE, read_audio
from clm.config import load
from clm.corpus.training_text import own_text
from clm.engines.whisper import guards
from clm.normalization.normalizer import create_normalizer
from clm.scoring import error_rate
from clm.types import Model, Recording, TrainingText, Transcript

#: Seconds of what comes between recordings: a short pause mostly, else a longer one of silence, noise or music.
_PAUSE, _LONG_PAUSE = (0.3, 2.0), (5.0, 70.0)
_SHARE_OF_LONG = 0.2
#: How often music goes on under the beginning of speech, for how many seconds, and how many dB below it.
_SHARE_UNDER, _UNDER, _BELOW = 0.2, (3.0, 20.0), (6.0, 20.0)
_SCALE = np.array([196.0, 220.0, 262.0, 294.0, 330.0, 392.0, 440.0, 523.0])


def music(rng: np.random.Generator, count: int) -> np.ndarray:
    """Samples of one of four kinds of music, float64 (count,) up to about 5000: plucked, chords, drums, a flute."""
    at = np.arange(count) / RATE
    length = rng.uniform(0.25, 1.0)
    place = (at / length).astype(int)
    since = at % length
    notes = rng.choice(_SCALE, int(place[-1]) + 1)[place] if count else at
    kind = rng.integers(4)
    if kind == 0:
        return (
            5000
            * np.exp(-3.0 * since / length)
            * (np.sin(2 * np.pi * notes * at) + 0.5 * np.sin(4 * np.pi * notes * at))
        )
    if kind == 1:
        chord = sum(np.sin(2 * np.pi * notes * ratio * at) / order for ratio in (1, 1.25, 1.5) for order in (1, 2, 3))
        return 1200 * chord
    if kind == 2:
        bass = np.sin(2 * np.pi * 60 * at) * np.exp(-10.0 * (at % (2 * length)))
        return 3000 * bass + 2500 * rng.normal(0, 1, count) * np.exp(-30.0 * since)
    wave = np.cumsum(2 * np.pi * notes * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * at)) / RATE)
    breath = rng.normal(0, 0.05, count)
    return 4000 * (np.sin(wave) + 0.2 * np.sin(2 * wave) + breath) * np.minimum(1.0, 20 * since)


def between(rng: np.random.Generator) -> np.ndarray:
    """Sound without speech, int16 (n,)."""
    if rng.random() > _SHARE_OF_LONG:
        return rng.normal(0, 20, int(RATE * rng.uniform(*_PAUSE))).astype(np.int16)
    count = int(RATE * rng.uniform(*_LONG_PAUSE))
    kind = rng.integers(4)
    if kind == 0:
        return np.zeros(count, np.int16)
    if kind == 1:
        return rng.normal(0, 600, count).astype(np.int16)
    return music(rng, count).astype(np.int16)


def with_music(rng: np.random.Generator, samples: np.ndarray) -> np.ndarray:
    """The same speech, int16 (n,), mostly as it is, else with music under its beginning, which fades."""
    if rng.random() > _SHARE_UNDER:
        return samples
    count = min(len(samples), int(RATE * rng.uniform(*_UNDER)))
    under = music(rng, count)
    level = np.sqrt(np.square(samples, dtype=np.float64).mean() / np.square(under).mean())
    under *= level * 10 ** (-rng.uniform(*_BELOW) / 20) * np.minimum(1.0, np.arange(count)[::-1] / RATE)
    mixed = samples.astype(np.float64)
    mixed[:count] += under
    return np.clip(mixed, -32768, 32767).astype(np.int16)


def compose(sets: list[Path], minutes: float, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """Samples and reference; recordings come in a random order, again and again."""
    spoken = [(read_audio(path).samples, text) for root in sets for path, text in whisper_gain.recordings(root, [])]
    parts: list[np.ndarray] = []
    texts: list[str] = []
    while True:
        for place in rng.permutation(len(spoken)).tolist():
            parts += [with_music(rng, spoken[place][0]), between(rng)]
            texts.append(spoken[place][1])
            if sum(map(len, parts)) >= minutes * 60 * RATE:
                return np.concatenate(parts), " ".join(texts)


def longest_run(alignment: error_rate.Alignment, kind: str) -> int:
    """Most words in a row that are all deleted (`delete`) or inserted (`insert`)."""
    sizes = [max(c.ref_end - c.ref_start, c.hyp_end - c.hyp_start) for c in alignment if c.op == kind]
    return max(sizes, default=0)


def main() -> None:
    """Print a line for the stock model and one for a CLM."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="folder, size or repository of the model")
    parser.add_argument("sets", type=Path, nargs="+", help="folders with input/")
    parser.add_argument("--text", type=Path, required=True, help="text of the CLM")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of each recording")
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="a recording for each")
    args = parser.parse_args()
    normal = create_normalizer("spoken", "en-US", ())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changes = {"engine": "whisper", "results": f"{name}/results", "whisper": {"model": args.model}}
        engine = engines.create(load(changes, whisper_gain.CHECKOUT, Path.cwd()))
        (folder / "text.txt").write_text(own_text(args.text, "en-US", folder / "dropped.tsv"), encoding="utf-8")
        engine.train(TrainingText({"training_data": folder / "text.txt"}), folder)
        for seed in args.seed:
            samples, reference = compose(args.sets, args.minutes, np.random.default_rng(seed))
            soundfile.write(folder / "long.flac", samples, RATE)
            given = normal(reference).split()
            print(
                f"seed {seed}: {len(samples) / RATE / 60:.0f} minutes, {len(given)} words, model {args.model}",
                flush=True,
            )
            for model in (Model("whisper"), Model("whisper-clm-001", folder, "benchmark")):
                begin = time.process_time()
                ((_, outcome),) = engine.transcribe([Recording("long", folder / "long.flac", "")], model)
                assert isinstance(outcome, Transcript), outcome
                heard = normal(outcome.result["results"]["transcripts"][0]["transcript"]).split()
                alignment = error_rate.align(given, heard)
                counts = error_rate.count(alignment)
                print(
                    f"  {model.name:16} {counts.errors:5} errors "
                    f"({counts.deletions} deleted, {counts.insertions} inserted); "
                    f"longest run deleted {longest_run(alignment, 'delete')}, "
                    f"inserted {longest_run(alignment, 'insert')}; "
                    f"loops: {'yes' if guards.loop(heard) else 'none'}; {outcome.result['whisper']}; "
                    f"{(time.process_time() - begin) / outcome.seconds:.3f} CPU s per s",
                    flush=True,
                )


if __name__ == "__main__":
    main()
