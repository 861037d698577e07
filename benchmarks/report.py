"""What the report of many folders takes: CPU time to make it, size of the page and of those beside it.

The folders have made-up references and hypotheses; ten are distinct, the others have equal contents.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from report_data import many


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folders", type=int, default=1000)
    parser.add_argument("--models", type=int, default=6)
    parser.add_argument("--words", type=int, default=150, help="of each folder")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        results = many(Path(directory), args.folders, args.models, words=args.words)
        start = time.process_time()
        results.report()
        took = time.process_time() - start
        page = (results.directory / "report.html").stat().st_size
        beside = [path.stat().st_size for path in sorted(results.directory.glob("report/alignments-*.html"))]
    print(f"{args.folders} folders of {args.words} words, {args.models} models: {took:.1f} s of CPU time")
    print(f"page {page / 1e6:.1f} MB; beside it {len(beside)} pages of {sum(beside) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
