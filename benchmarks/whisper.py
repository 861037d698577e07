"""Errors and CPU time of Whisper here, stock and with a CLM, and of faster-whisper with the same model beside it.

SET holds input/<folder>/ and, for the CLM, training_data/ or articles/. Each is one process on one core, in float32
with a beam of five; loading the model does not count. --faster-whisper names a Python of another environment that has
it; nothing of ours needs it. Last comes in how many recordings another text was found than by the stock model here.

    .venv/bin/python benchmarks/whisper.py MODEL SET [SET ...] [--text TEXT] [--faster-whisper /elsewhere/bin/python]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "scripts"))

STOCK, CLM, FASTER = "here, stock", "here, with CLM", "faster-whisper"
AGAIN = "here, with CLM, audio encoded before"
SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".m4a")
OTHER = """
import json, resource, sys, time
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="float32", cpu_threads=1)
texts, begin = {}, time.process_time()
for path in sys.argv[3:]:
    segments, _ = model.transcribe(path, beam_size=5, language=sys.argv[2], without_timestamps=True,
                                   condition_on_previous_text=False)
    texts[path] = " ".join(segment.text.strip() for segment in segments)
about = {"cpu": time.process_time() - begin, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
print(json.dumps({"texts": texts, **about}))
"""


def ours(model: str, language: str, results: str, clm: str, paths: list[str]) -> None:
    """Transcribe in this process, and print what came of it as JSON; `clm` is a model's folder, or empty."""
    from clm import engines
    from clm.config import load
    from clm.types import Model, Recording, Transcript

    changes = {"engine": "whisper", "language": language, "results": results, "whisper": {"model": model}}
    engine = engines.create(load(changes, CHECKOUT, Path.cwd()))
    chosen = Model("whisper-clm-001", Path(clm), "benchmark") if clm else Model("whisper")
    recordings = [Recording(path, Path(path), path) for path in paths]
    engine._listener(chosen)  # type: ignore[attr-defined]
    loaded = begin = time.process_time()
    texts, seconds = {}, 0.0
    for recording, outcome in engine.transcribe(recordings, chosen):
        assert isinstance(outcome, Transcript), outcome
        texts[recording.name] = outcome.result["results"]["transcripts"][0]["transcript"]
        seconds += outcome.seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu = time.process_time() - begin
    print(json.dumps({"texts": texts, "cpu": cpu, "seconds": seconds, "peak": peak, "load": loaded}))


def train(model: str, language: str, text: Path, results: Path) -> str:
    """Folder of a CLM of all text below a folder."""
    from clm import engines
    from clm.config import load
    from clm.corpus.training_text import own_text
    from clm.types import TrainingText

    changes = {"engine": "whisper", "language": language, "results": str(results), "whisper": {"model": model}}
    directory = results / "model"
    directory.mkdir()
    source = results / "text.txt"
    source.write_text(own_text(text, language, results / "dropped.tsv"), encoding="utf-8")
    engines.create(load(changes, CHECKOUT, Path.cwd())).train(TrainingText({"training_data": source}), directory)
    return str(directory)


def run(command: list[str]) -> dict:
    """What a process of its own prints."""
    one_core = {**os.environ, "OMP_NUM_THREADS": "1"}
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=one_core)
    return json.loads(found.stdout.splitlines()[-1])


def measure(args: argparse.Namespace, root: Path) -> dict[str, dict]:
    """What each way to transcribe a set takes and makes of it: `cpu` seconds for `seconds`, `peak` KiB, `errors`."""
    from clm.base.text_files import read_text
    from clm.normalization.normalizer import create_normalizer
    from clm.scoring import error_rate

    paths = [str(path) for path in sorted((root / "input").glob("*/*")) if path.suffix in SUFFIXES]
    if args.folders:
        paths = [path for path in paths if any(name in path for name in args.folders)]
    normal = create_normalizer("spoken" if args.language.startswith("en") else "basic", args.language, ())
    texts = (root / name for name in ("training_data", "articles"))
    text = args.text or next((path for path in texts if path.is_dir()), None)
    with tempfile.TemporaryDirectory() as temporary:
        this = [sys.executable, __file__, "--ours", args.model, args.language]
        rows = {STOCK: [*this, f"{temporary}/stock", "", *paths]}
        if text and not args.stock:
            clm = train(args.model, args.language, text, Path(temporary))
            rows |= {
                CLM: [*this, f"{temporary}/clm", clm, *paths],
                AGAIN: [*this, f"{temporary}/stock", clm, *paths],
            }
        if args.faster_whisper:
            language = args.language.split("-")[0]
            rows[FASTER] = [args.faster_whisper, "-c", OTHER, args.model, language, *paths]
        found = {name: run(command) for name, command in rows.items()}
    for about in found.values():
        total = error_rate.ErrorCounts()
        for path in paths:
            own = Path(path).with_suffix(".txt")
            reference = read_text(own if own.exists() else next(Path(path).parent.glob("*.txt")))
            total += error_rate.score(normal(reference), normal(about["texts"][path])).counts
        same = [normal(about["texts"][path]) == normal(found[STOCK]["texts"][path]) for path in paths]
        about["others"] = f"{len(paths) - sum(same)} of {len(paths)}"
        about |= {"errors": total.errors, "words": total.words, "seconds": found[STOCK]["seconds"]}
    return found


def show(root: Path, found: dict[str, dict]) -> None:
    """Print one line for each way to transcribe a set."""
    print(f"{root}: {found[STOCK]['seconds']:.0f} s")
    for name, about in found.items():
        print(
            f"  {name:38} {about['errors']:4} errors of {about['words']} words, "
            f"{about['cpu'] / about['seconds']:.3f} CPU s per s, peak {about['peak'] / 1024:.0f} MiB; "
            f"{about['others']}",
            flush=True,
        )


def main() -> None:
    """Run the benchmark."""
    if sys.argv[1:2] == ["--ours"]:
        ours(*sys.argv[2:6], sys.argv[6:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="folder of the model")
    parser.add_argument("sets", type=Path, nargs="+", help="folders with input/ and training_data/ or articles/")
    parser.add_argument("--text", type=Path, help="text of the CLM, for all sets: of another subject, say")
    parser.add_argument("--stock", action="store_true", help="without a CLM")
    parser.add_argument("--folders", nargs="+", help="only folders with one of these in their names")
    parser.add_argument("--language", default="en-US", help="language of the recordings")
    parser.add_argument("--faster-whisper", help="a Python that has faster-whisper")
    args = parser.parse_args()
    for root in args.sets:
        show(root, measure(args, root))


if __name__ == "__main__":
    main()
