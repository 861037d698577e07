"""Plain tables of times and words, one line each: Whisper's .tsv, labels of Audacity, tables with a header, CHAT."""

import csv
import re

from clm.documents.columns import SPEAKERS, TEXTS, TIMES, named

_AUDACITY = re.compile(r"\d+(?:[.,]\d+)?\t\d+(?:[.,]\d+)?(?:\t(?P<words>.*))?$")
_FREQUENCIES = re.compile(r"\\\t")
_CHAT_LINE = re.compile(r"\*[^\s:]{1,12}:\t?(?P<words>.*)")
_BULLET = re.compile("\x15[^\x15]*\x15|\u2022\\d+_\\d+\u2022")
_CHAT_CODE = re.compile(
    r"\[[^\[\]]*\]|\+[^\s\w]*|[<>\u2191\u2193\u2021]|&[-=+~]\S*|\b0\w+|\((?=\w)|(?<=\w)\)|\(\.+\)|@\w+"
)


def read_labels(text: str) -> list[str] | None:
    """The words of a track of labels (start, end, words, by tabs), or None."""
    if "\t" not in text[:200]:
        return None
    lines = [line for line in text.split("\n") if line.strip() and not _FREQUENCIES.match(line)]
    found = [_AUDACITY.match(line) for line in lines]
    if not found or not all(found):
        return None
    return [words for match in found if match and (words := (match["words"] or "").strip())]


def read_table(text: str) -> list[str] | None:
    """The words of a table whose header names a column of text and one of times or speakers, or None.

    The speaker becomes a label in front of the words.
    """
    header = text.lstrip().split("\n", 1)[0]
    delimiter = next((mark for mark in "\t;,|" if mark in header), "")
    if not delimiter or len(header) > 500:
        return None
    columns = [cell.strip().strip('"').lower() for cell in header.split(delimiter)]
    words, times, speakers = (named(columns, names) for names in (TEXTS, TIMES, SPEAKERS))
    if words is None or (times is None and speakers is None):
        return None
    rows = list(csv.reader(text.lstrip().split("\n"), delimiter=delimiter))[1:]
    rows = [row for row in rows if len(row) > words and row[words].strip()]
    labels = ["" if speakers is None else f"{row[speakers].strip()}: " for row in rows]
    return [label + row[words].strip() for label, row in zip(labels, rows, strict=True)]


def read_chat(text: str) -> list[str] | None:
    """The words of the main lines of a CHAT transcript (CHILDES, TalkBank), or None."""
    if not re.match(r"@(?:UTF8|Begin|Font)", text):
        return None
    lines: list[str] = []
    main = False
    for line in text.split("\n"):
        if match := _CHAT_LINE.match(line):
            main = True
            lines.append(match["words"])
        elif line.startswith("\t") and main:
            lines[-1] += " " + line.strip()
        else:
            main = False
    return [" ".join(_CHAT_CODE.sub("", _BULLET.sub("", line)).split()) for line in lines]
