"""What a page shows, run as a reader would: its commands, and the output that it says they have.

Blocks of the language `sh` are commands; a block of the language `text` is part of what the commands before it print. A
line `...` in it stands for lines that are not shown.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runner import CHECKOUT

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of a page."""

    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """All blocks of a page, by its path in the checkout."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    return [Block(*found) for found in _BLOCK.findall(text)]


def commands(page: str) -> list[str]:
    """The commands of a page, line by line."""
    return [line for block in blocks(page) if block.language == "sh" for line in block.text.splitlines()]


def new_clone(directory: Path) -> Path:
    """A checkout as git gives it, with what was not committed yet, and the environment that is there already."""
    checkout = directory / "checkout"
    subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(checkout)], check=True)
    for path in _changed():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / path, checkout / path)
    (checkout / ".venv").symlink_to(CHECKOUT / ".venv")
    # A lock file that is newer than the environment would make it anew, behind the link.
    os.utime(checkout / "requirements.txt", (0, 0))
    return checkout


def _changed() -> Iterator[str]:
    listing = ["git", "ls-files", "-z", "--modified", "--others", "--exclude-standard"]
    found = subprocess.run(listing, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return (path for path in found.split("\0") if path and (CHECKOUT / path).is_file())


def run(command: str, directory: Path) -> str:
    """Run lines of a shell, stopping at the first that fails; what they print."""
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command],
        cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def is_shown_in(shown: str, printed: str) -> bool:
    r"""Whether lines that a page shows stand in what was printed.

    >>> is_shown_in("a\nb\n", "x\na\nb \nc\n"), is_shown_in("a\n...\nc\n", "a\nb\nc\n")
    (True, True)
    >>> is_shown_in("a\nc\n", "a\nb\nc\n"), is_shown_in("a\n", "ab\n")
    (False, False)
    """
    printed = "\n" + "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    parts = re.split(r"^\.\.\.$\n?", shown, flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join("".join(f"{re.escape(line.rstrip())}\n" for line in p.splitlines()) for p in parts)
    return re.search(f"\n{pattern}", printed) is not None


def follow(page: str, directory: Path) -> int:
    """Do what a page says, in its order, and compare what it shows; the number of blocks that were compared."""
    printed, compared = "", 0
    for block in blocks(page):
        if block.language == "sh":
            printed = run(block.text, directory)
        elif block.language == "text":
            assert is_shown_in(block.text, printed), f"{page} shows\n{block.text}\nprinted was\n{printed}"
            compared += 1
    return compared
