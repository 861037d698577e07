"""What was tried, counted in a file of JSON lines, and a table of it: `python tests/torture/counts.py FILE`."""

import json
import os
import sys
from collections import Counter
from pathlib import Path

#: Names the file; without it nothing is counted.
VARIABLE = "TORTURE_COUNTS"


def count(what: str, times: int = 1) -> None:
    """Note that something was tried so many times and came out as it should."""
    if path := os.environ.get(VARIABLE):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"what": what, "times": times}) + "\n")


def read(path: Path) -> dict[str, int]:
    """What was tried how often."""
    found: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        entry = json.loads(line)
        found[entry["what"]] += entry["times"]
    return dict(sorted(found.items()))


def main() -> None:
    """Print the table."""
    for what, times in read(Path(sys.argv[1])).items():
        sys.stdout.write(f"{times:7}  {what}\n")


if __name__ == "__main__":
    main()
