"""A third opinion on spelling, for users who have espeak-ng and switch it on.

espeak-ng (GPL-3) is a program of its own: it is asked through a pipe, never linked, never shipped and never needed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from clm.base.errors import UserError
from clm.pronunciation.g2p import Phones, can_guess
from clm.pronunciation.ipa import merge_r, to_phones

PROGRAM = "espeak-ng"
_KEY = "pocketsphinx: espeak"
_COMMAND = [PROGRAM, "-q", "--ipa", "-v", "en-us", "-f", "/dev/stdin"]


def version() -> str:
    """Name and version, as the program itself reports them.

    Raises:
        UserError: it is not there.

    """
    if not shutil.which(PROGRAM):
        raise UserError(
            f"config: {_KEY}: there is no program {PROGRAM} on the PATH",
            f"install it (Debian: apt-get install {PROGRAM}), or set {_KEY}: false; nothing else needs it",
        )
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False).stdout
    return said.partition(":")[2].split()[0] if ":" in said else "unknown"


def guess(words: Sequence[str]) -> dict[str, Phones]:
    """One pronunciation for each word that passes `can_guess`, in the phones of the acoustic model.

    What the program reads as several words, such as "xi" as "roman eleven", gets none.

    Raises:
        UserError: the program is not there, or does not answer word for word.

    """
    readable = sorted({word for word in words if can_guess(word)})
    if not readable:
        return {}
    name = f"{PROGRAM} {version()}"
    text = "".join(f"{word}\n" for word in readable)
    done = subprocess.run(_COMMAND, input=text, capture_output=True, text=True, encoding="utf-8", check=False)
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) != len(readable):
        raise UserError(
            f"{name}: {len(lines)} answers to {len(readable)} words (exit code {done.returncode})"
            f" {done.stderr.strip()}".rstrip(),
            f"install another version, or set {_KEY}: false",
        )
    found = {
        word: merge_r(to_phones(line)) for word, line in zip(readable, lines, strict=True) if " " not in line.strip()
    }
    return {word: phones for word, phones in found.items() if phones}
