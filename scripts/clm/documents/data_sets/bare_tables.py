"""Tables of recordings without a header row."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from clm.audio.formats import AUDIO_SUFFIXES

#: Share of the words of the wordiest column that another version of the text has.
_ABOUT = 0.6


def names_audio(cell: str) -> bool:
    """True if a cell is the name of an audio file."""
    return PurePath(cell).suffix.lower() in AUDIO_SUFFIXES


def audio_and_text(rows: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    """Audio and text of each row, by what their cells are: names of audio, else the first column; the most words.

    Of columns with about as many words the last, since in LJSpeech and FLEURS the normalized text stands behind the
    text as it was written.
    """
    width = min(len(cells) for cells in rows if len(cells) > 1)
    columns = list(zip(*(cells[:width] for cells in rows if len(cells) > 1), strict=True))
    audio = next((place for place, cells in enumerate(columns) if all(map(names_audio, cells))), 0)
    words = [0.0 if place == audio else _mean_words(cells) for place, cells in enumerate(columns)]
    text = max(place for place, count in enumerate(words) if count >= _ABOUT * max(words) and place != audio)
    return [(cells[audio], cells[text]) for cells in rows if len(cells) > 1]


def _mean_words(cells: Sequence[str]) -> float:
    """Words of two letters and more in a cell, on average: not numbers, nor letters with bars between them."""
    spoken = sum(len(re.findall(r"[^\W\d_]{2,}|[\u3040-\u9fff]", cell)) for cell in cells if "|" not in cell.strip("|"))
    return spoken / len(cells) - (0.5 if all(re.fullmatch(r"\S*\d\S*", cell) for cell in cells) else 0.0)
