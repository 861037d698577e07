"""WER on held-out folders over healing rounds: the workflow on sample-data, then `--forcerun heal` ROUNDS times.

No model learns from the held-out folders. The last lines of each run are printed where they say that text has nothing
left to teach.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from clm.base import files

CHECKOUT = Path(__file__).parents[1]


def run(directory: Path, *arguments: str) -> str:
    """Run the shipped configuration, with all results below `directory`."""
    command = [sys.executable, "-m", "snakemake", "-s", str(CHECKOUT / "Snakefile"), "-d", str(directory), *arguments]
    process = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if process.returncode:
        sys.exit(process.stdout + process.stderr)
    return process.stdout + process.stderr


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=3)
    parser.add_argument("--cores", default="2")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for number in range(1 + args.rounds):
            start = time.perf_counter()
            arguments = ("--forcerun", "heal") if number else ()
            output = run(directory, "--cores", args.cores, *arguments)
            print(f"round {number}: {time.perf_counter() - start:.0f} s")
            for marker in ("Nothing left to learn", "No new model"):
                if marker in output:
                    print(output[output.index(marker) :].split("\n\n")[0])
        board = files.read_table(directory / "results" / "leaderboard.csv")
        print("model                 heldout WER      WER  fixed  broken  corpus words  champion")
        for row in sorted(board, key=lambda row: row["model"]):
            print(
                f"{row['model']:20} {float(row['heldout_wer'] or 'nan'):12.3f} {float(row['wer']):8.3f}"
                f" {row['fixed_words']:>6} {row['broken_words']:>7} {row['corpus_words']:>13}  {row['champion']}"
            )


if __name__ == "__main__":
    main()
