"""Files of pronunciations: the stock dictionary in CMU format, and the lexicon of a CLM."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clm.base.errors import UserError
from clm.base.files import read_table, write_table

if TYPE_CHECKING:
    from clm.pronunciation.g2p import Phones

COLUMNS = ("word", "phones", "source", "rank", "count")
_VARIANT = re.compile(r"\(\d+\)$")


@dataclass(frozen=True)
class Entry:
    """One pronunciation of a word; `rank` from 1, `count` is of the word in the corpus.

    Entries for a word of the stock dictionary replace those it has there, if they begin with rank 1.
    """

    word: str
    phones: Phones
    source: str
    rank: int
    count: int


def read_dictionary(path: Path) -> dict[str, list[Phones]]:
    """Read a dictionary in CMU format, variants like "read(2)" with their word.

    Raises:
        UserError: the file is missing, or not such a dictionary.

    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a readable dictionary ({error})", "reinstall pocketsphinx") from error
    dictionary: dict[str, list[Phones]] = {}
    for line in lines:
        word, *phones = line.split()
        word = _VARIANT.sub("", word) if word.endswith(")") else word
        dictionary.setdefault(word, []).append(tuple(phones))
    return dictionary


def words_and_phones(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Words and phones of a dictionary in CMU format, in a third of the time of `read_dictionary`."""
    text = path.read_text(encoding="utf-8")
    words = frozenset(line.split(None, 1)[0] for line in text.splitlines())
    # Words are written in lower case, phones in capitals.
    return words, frozenset(token for token in frozenset(text.split()) if token.isupper())


def write_lexicon(path: Path, entries: Iterable[Entry]) -> None:
    """Write `lexicon.tsv`."""
    rows = ({**vars(entry), "phones": " ".join(entry.phones)} for entry in entries)
    write_table(path, COLUMNS, rows, delimiter="\t")


def read_lexicon(path: Path, known_phones: frozenset[str]) -> list[Entry]:
    """Read `lexicon.tsv`.

    Raises:
        UserError: the file is missing or damaged, or a phone is not one of the acoustic model.

    """
    entries = []
    try:
        with path.open(encoding="utf-8") as file:
            if tuple(file.readline().rstrip("\n").split("\t")) != COLUMNS:
                raise ValueError(f"its columns are not {', '.join(COLUMNS)}")
        for line, row in enumerate(read_table(path, delimiter="\t"), start=2):
            phones = tuple(row["phones"].split())
            if not row["word"] or not phones or not known_phones.issuperset(phones):
                raise ValueError(f"line {line}: no word, no phones or an unknown phone")
            entries.append(Entry(row["word"], phones, row["source"], int(row["rank"]), int(row["count"])))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{path}: not a readable lexicon ({error})", "restore the file, or train a new model"
        ) from error
    return entries


def merge(dictionary: Path, entries: Iterable[Entry]) -> str:
    """Text of a dictionary in CMU format in which `entries` replace the pronunciations of their words.

    Entries that begin with a higher rank than 1 are added to those that their word has.
    """
    entries = list(entries)
    replaced = {entry.word for entry in entries if entry.rank == 1}
    lines = dictionary.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if _VARIANT.sub("", line.split(None, 1)[0]) not in replaced]
    lines += [
        f"{entry.word}{f'({entry.rank})' if entry.rank > 1 else ''} {' '.join(entry.phones)}" for entry in entries
    ]
    return "\n".join(lines) + "\n"
