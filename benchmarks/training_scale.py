"""Time and memory of training against the size of the corpus, and against IRSTLM's estimation of the same text.

TEXT is a large UTF-8 text; its first 8 kB, 1 MB, 20 MB and 100 MB (as far as it goes) are trained from, each in a
process of its own. IRSTLM (Debian: irstlm) estimates trigrams only: no mixing, no pronunciations, no binary file.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (8_000, 1_000_000, 20_000_000, 100_000_000)
TRAIN = """
import json, resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from clm.engines import TrainingText, create
engine = create({"engine": "pocketsphinx", "language": "en-US", "pocketsphinx": {}})
start = time.perf_counter()
details = engine.train(TrainingText({"keywords": Path(sys.argv[2])}), Path(sys.argv[3]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime,
                  "mib": used.ru_maxrss / 1024, **details}))
"""


def train(corpus: Path, directory: Path) -> dict:
    """Train in a process of its own; gives seconds, CPU seconds, MiB and the report."""
    scripts = str(Path(__file__).parents[1] / "scripts")
    command = [sys.executable, "-c", TRAIN, scripts, str(corpus), str(directory)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def irstlm(corpus: Path, directory: Path) -> float | None:
    """CPU seconds of IRSTLM for an improved Kneser-Ney model, or None if it is not there."""
    if not shutil.which("irstlm"):
        return None
    sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
    from clm.tokens import read_text, tokenize

    sentences = tokenize([read_text(corpus)]).sentences
    words = directory / "words.txt"
    words.write_text("".join(f"<s> {' '.join(sentence)} </s>\n" for sentence in sentences), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["irstlm", "tlm", f"-tr={words}", "-n=3", "-lm=msb", f"-o={directory / 'irstlm.arpa'}"]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="bytes of the largest corpus")
    args = parser.parse_args()
    print("     bytes     words  new words  dropped  seconds  CPU s    MiB  IRSTLM CPU s")
    with tempfile.TemporaryDirectory() as name:
        for size in SIZES:
            if size > min(args.largest, args.text.stat().st_size):
                break
            corpus = Path(name) / "corpus.txt"
            with args.text.open("rb") as file:
                corpus.write_bytes(file.read(size).decode("utf-8", "ignore").encode())
            found = train(corpus, Path(name) / f"model-{size}")
            other = irstlm(corpus, Path(name))
            others = "-" if other is None else f"{other:.1f}"
            print(
                f"{size:10} {found['words']:9} {found['new_words']:10} {found['dropped_words']:8}"
                f" {found['seconds']:8.1f} {found['cpu']:6.1f} {found['mib']:6.0f}  {others}",
                flush=True,
            )


if __name__ == "__main__":
    main()
