"""Time and memory of training against the size of the corpus, and against IRSTLM's estimation of the same text.

TEXT is a large UTF-8 text; its first 8 kB, 1 MB, 20 MB and 100 MB (as far as it goes) are trained from, each by a
program of its own on two cores. Seconds count from its start to the finished model, CPU seconds and memory are those
of all its processes, memory that they share counted once for each. With --one-line, the largest corpus once more
without line breaks or sentence ends. The last columns are for the estimation of trigrams alone, without mixing,
pronunciations and binary file: ours and that of IRSTLM (Debian: irstlm).
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (8_000, 1_000_000, 20_000_000, 100_000_000)
TRAIN = """
import json, resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from clm.engines import TrainingText, create
engine = create({"engine": "pocketsphinx", "language": "en-US", "pocketsphinx": {}})
details = engine.train(TrainingText({"training_data": Path(sys.argv[2])}), Path(sys.argv[3]))
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"cpu": sum(part.ru_utime + part.ru_stime for part in used),
                  "mib": sum(part.ru_maxrss for part in used) / 1024, **details}))
"""


def train(corpus: Path, directory: Path) -> dict:
    """Train with a program of its own; gives seconds, CPU seconds, MiB and the report."""
    scripts = str(Path(__file__).parents[1] / "scripts")
    command = [sys.executable, "-c", TRAIN, scripts, str(corpus), str(directory)]
    start = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | two_threads())
    return {"seconds": time.perf_counter() - start, **json.loads(done.stdout)}


def two_threads() -> dict[str, str]:
    """What Snakemake tells the job that trains."""
    return {"OMP_NUM_THREADS": "2"}


def estimations(corpus: Path, directory: Path) -> tuple[float, float | None]:
    """CPU seconds for improved Kneser-Ney trigrams of the same sentences: ours, and IRSTLM's, or None without it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
    from clm.base.text_files import read_text
    from clm.english.tokenizer import tokenize
    from clm.lm.adapt import encode
    from clm.lm.ngrams import estimate

    sentences = tokenize([read_text(corpus)]).sentences
    start = time.process_time()
    codes = {word: code for code, word in enumerate({"<s>", "</s>", *(word for part in sentences for word in part)})}
    estimate(encode(sentences, codes), len(codes), codes["<s>"], 3)
    ours = time.process_time() - start
    if not shutil.which("irstlm"):
        return ours, None
    words = directory / "words.txt"
    words.write_text("".join(f"<s> {' '.join(sentence)} </s>\n" for sentence in sentences), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["irstlm", "tlm", f"-tr={words}", "-n=3", "-lm=msb", f"-o={directory / 'irstlm.arpa'}"]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ours, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(name: str, found: dict, *estimation: float | None) -> str:
    """A line of the table."""
    figures = [f"{found[key]:{width},}" for key, width in (("words", 11), ("new_words", 10), ("dropped_words", 8))]
    figures += [f"{found['seconds']:8.1f}", f"{found['cpu']:6.1f}", f"{found['mib']:6.0f}"]
    figures += ["-".rjust(9) if seconds is None else f"{seconds:9.1f}" for seconds in estimation]
    return f"{name:>12} {' '.join(figures)}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="bytes of the largest corpus")
    parser.add_argument("--one-line", action="store_true", help="also the largest corpus as one line")
    args = parser.parse_args()
    print("       bytes       words  new words  dropped  seconds  CPU s    MiB  CPU s for estimation: ours, IRSTLM")
    with tempfile.TemporaryDirectory() as name:
        corpus = Path(name) / "corpus.txt"
        for size in SIZES:
            if size > min(args.largest, args.text.stat().st_size):
                break
            with args.text.open("rb") as file:
                corpus.write_bytes(file.read(size).decode("utf-8", "ignore").encode())
            found = train(corpus, Path(name) / f"model-{size}")
            print(row(f"{size:,}", found, *estimations(corpus, Path(name))), flush=True)
        if args.one_line:
            corpus.write_text(re.sub(r"[\s.!?]+", " ", corpus.read_text(encoding="utf-8")), encoding="utf-8")
            print(row("one line", train(corpus, Path(name) / "one-line")), flush=True)


if __name__ == "__main__":
    main()
