"""Prints the ten slowest tests of the last `make test` as a table: `.venv/bin/python tests/slowest.py`."""

import sys
from pathlib import Path
from xml.etree import ElementTree

#: Where `make test` says how long each test took, its fixtures included.
DURATIONS = Path(__file__).parents[1] / ".pytest_cache" / "tests.xml"
SHOWN = 10


def table(xml: str) -> str:
    """The slowest tests of a report in JUnit's format, slowest first.

    >>> print(table('<x><testcase classname="tests.unit.test_a" name="test_b" time="2.51"/></x>'), end="")
    | seconds | test |
    |---|---|
    | 2.5 | `unit/test_a.py` test_b |
    """
    cases = ElementTree.fromstring(xml).iter("testcase")  # noqa: S314 - pytest wrote it
    slowest = sorted(cases, key=lambda case: -float(case.get("time", 0)))[:SHOWN]
    rows = [f"| {float(case.get('time', 0)):.1f} | `{_file(case)}` {case.get('name')} |" for case in slowest]
    return "\n".join(["| seconds | test |", "|---|---|", *rows, ""])


def _file(case: ElementTree.Element) -> str:
    """Path of a test's module below tests/; classes of tests begin with a capital letter."""
    parts = [part for part in case.get("classname", "").split(".") if not part[:1].isupper()]
    return "/".join(parts).removeprefix("tests/") + ".py"


if __name__ == "__main__":
    sys.stdout.write(table(DURATIONS.read_text(encoding="utf-8")))
