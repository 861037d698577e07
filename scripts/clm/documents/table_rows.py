"""Rows of a table in a document as lines of speech: times are dropped, the speaker becomes a label."""

import re
from collections.abc import Sequence

from clm.documents.columns import SPEAKERS, TEXTS, TIMES, named

_TIME = re.compile(r"[\[(]?(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,:]\d{1,3})?[\])]?(?:\s*(?:-->|-|\u2013|to)\s*[\d:.,]+)?$")
_NUMBER = re.compile(r"#?\d{1,5}[.)]?$")


def spoken_rows(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """One line for each row: `Speaker: words`, or the words.

    >>> spoken_rows([("Time", "Speaker", "Text"), ("0:01", "Ann", "Good morning, all."), ("0:04", "Bob", "Hello.")])
    ['Ann: Good morning, all.', 'Bob: Hello.']
    """
    width = max(map(len, rows))
    columns = [[row[place] if place < len(row) else "" for row in rows] for place in range(width)]
    header = [column[0] for column in columns]
    heads = [named(header, names) for names in (TEXTS, SPEAKERS, TIMES)]
    is_header = sum(place is not None for place in heads) > 1 or (width == 1 and heads[0] is not None)
    body = [column[1:] for column in columns] if is_header else columns
    kept = [cells for cells in body if not _all_match(cells, _TIME) and not _all_match(cells, _NUMBER)]
    kept = [cells for cells in kept if any(cells)]
    if not kept:
        return []
    words = max(kept, key=lambda cells: sum(map(len, cells)))
    speakers = next((cells for cells in kept if cells is not words and _are_names(cells)), None)
    if speakers is not None and len(kept) == 2:
        pairs = zip(speakers, words, strict=True)
        return [f"{name.rstrip(':')}: {said}" if name and said else said or name for name, said in pairs]
    return [" ".join(cell for cell in cells if cell) for cells in zip(*kept, strict=True) if any(cells)]


def _all_match(cells: Sequence[str], pattern: re.Pattern[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(map(pattern.match, filled))


def _are_names(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(len(cell.split()) <= 5 and len(cell) <= 50 for cell in filled)
