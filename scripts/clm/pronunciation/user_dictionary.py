"""The user's own pronunciations, which come before all others.

One pronunciation per line: a word, a tab, its phones in ARPABET with spaces between them; several lines for one word
are variants, the first is the most usual. Lines that begin with "#" are comments. A first line with column names is
allowed and may name more columns, so a copy of a model's lexicon.tsv with lines corrected or added works as it is.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from clm.base.errors import UserError
from clm.pronunciation.g2p import Phones

log = logging.getLogger(__name__)

_STRESS = re.compile(r"(?<=[A-Z])[0-2]$")
_HINT = "write: word, tab, phones with spaces between them, such as: plasmid<tab>P L AE Z M IH D"


def read_pronunciations(path: Path, known_phones: frozenset[str]) -> dict[str, list[Phones]]:
    """Read a file of pronunciations; stress marks are left out, a repeated line counts once.

    Raises:
        UserError: the file is missing or not UTF-8; a line has no word, no phones, or a phone that the acoustic model
            does not know. Names the line.

    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UserError(f"{path}: not readable ({error.strerror})", "correct pocketsphinx: pronunciations") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 (byte {error.start})", "save the file as UTF-8") from error
    word_column, phones_column = 0, 1
    found: dict[str, list[Phones]] = {}
    first = True
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        header = [cell.lower() for cell in cells]
        if first and "word" in header and "phones" in header:
            word_column, phones_column, first = header.index("word"), header.index("phones"), False
            continue
        first = False
        word = cells[word_column].lower() if len(cells) > word_column else ""
        phones = tuple(
            _STRESS.sub("", phone.upper())
            for phone in (cells[phones_column] if len(cells) > phones_column else "").split()
        )
        if not word or not phones or any(mark in word for mark in " ()"):
            raise UserError(f"{path}: line {number}: not a word and its phones: {line.strip()!r}", _HINT)
        if unknown := [phone for phone in phones if phone not in known_phones]:
            raise UserError(
                f"{path}: line {number}: {word}: unknown phone {unknown[0]!r}",
                f"the phones are {' '.join(sorted(known_phones))}",
            )
        if phones in found.setdefault(word, []):
            log.warning("%s: line %d: %s %s is repeated", path, number, word, " ".join(phones))
        else:
            found[word].append(phones)
    return found
