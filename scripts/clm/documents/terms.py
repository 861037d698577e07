"""Lists of terms: plain text, tables and workbooks; and texts that are lists of terms, where sentences are wanted."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clm.base.errors import UserError
from clm.base.notices import Notice
from clm.documents.columns import OTHER, TERMS, named
from clm.documents.document_sentences import notice
from clm.documents.tables import Table, delimiter_of, header_of, is_workbook, read_text, read_workbook, rows_of

LONGEST = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: Headers of a list in one column, even if it is not a table.
_HEADINGS = frozenset({"keyword", "keywords", "term", "terms", "keywords:", "terms:", "phrases:", "words:"})
_TABLES = frozenset({".csv", ".tsv", ".tab"})
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})

# a list of terms: number of lines, words of nearly all of them, and share of function words
_FEWEST, _SHORT, _NEARLY_ALL, _MOST_FUNCTION_WORDS = 3, 4, 0.9, 0.08
_FUNCTION_WORDS = frozenset(
    [
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "me",
        "him",
        "us",
        "them",
        "my",
        "your",
        "his",
        "its",
        "our",
        "their",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "will",
        "would",
        "can",
        "could",
        "should",
        "not",
        "to",
        "that",
        "this",
        "these",
        "those",
        "there",
        "here",
        "and",
        "but",
        "so",
        "if",
        "then",
        "because",
    ]
)


@dataclass(frozen=True)
class Terms:
    """`terms`: number of the line, from 1, and term, in the order of the file, each term once."""

    terms: tuple[tuple[int, str], ...]
    notices: tuple[Notice, ...]


def read_terms(path: Path) -> Terms:
    """The terms of a list: separated by commas or lines in a text, in a column of a table (csv, tsv, xlsx).

    A header row is recognised. The column is that named term, keyword, phrase or word, else the first. Upper and lower
    case count as the same term. Whatever is longer than a term can be (200 characters) is left out.

    Raises:
        UserError: the file cannot be read.

    """
    name = path.name
    suffix = path.suffix.lower()
    notices: list[Notice] = []
    try:
        zipped = is_workbook(path)
    except OSError as error:
        raise UserError(
            f"{path}: not readable as a keywords file ({error.strerror})",
            "write the keywords one per line or separated by commas; keywords: null works without any",
        ) from error
    if zipped:
        return _from_table(read_workbook(path), name, notices)
    text, encoding = read_text(path)
    if encoding == "cp1252":
        notices.append(notice("encoding", file=name, encoding="Windows-1252"))
    delimiter = delimiter_of(text)
    if suffix == ".tsv" and "\t" in text:
        delimiter = "\t"
    if delimiter:
        table = Table(tuple(rows_of(text, delimiter)))
        header = header_of(table, TERMS)
        is_table = suffix in _TABLES and (len(table.rows) > 1 or header)
        if is_table or (header and len(table.rows) > 1) or delimiter == "\t":
            return _from_table(table, name, notices)
    return _from_lines(text, name, suffix, notices)


def _from_table(table: Table, name: str, notices: list[Notice]) -> Terms:
    header = header_of(table, (*TERMS, *OTHER))
    rows = table.rows
    place = 0
    if header:
        rows = rows[1:]
        found = named(header, TERMS)
        place = found if found is not None else 0
        others = [column for number, column in enumerate(header) if number != place and column]
        if others:
            notices.append(notice("columns", file=name, column=header[place], names=others))
        else:
            notices.append(notice("headings", file=name, names=header[place]))
    elif table.width > 1:
        notices.append(notice("first_column", file=name, count=table.width - 1))
    return _terms(((number, cells[place]) for number, cells in rows if len(cells) > place), name, notices)


def _from_lines(text: str, name: str, suffix: str, notices: list[Notice]) -> Terms:
    lines = list(enumerate(text.split("\n"), start=1))
    first = next(((at, line) for at, (_, line) in enumerate(lines) if line.strip()), None)
    if first:
        word = first[1].strip().strip('"').lower()
        more = any(line.strip() for _, line in lines[first[0] + 1 :])
        if more and (word in _HEADINGS or (suffix in _TABLES and word in TERMS)):
            notices.append(notice("headings", file=name, names=word.rstrip(":")))
            lines[first[0]] = (lines[first[0]][0], "")
    if suffix in _TABLES:
        lines = [(number, line.strip().removeprefix('"').removesuffix('"')) for number, line in lines]
    return _terms(((number, part) for number, line in lines for part in line.split(",")), name, notices)


def _terms(found: Iterable[tuple[int, str]], name: str, notices: list[Notice]) -> Terms:
    terms: dict[str, tuple[int, str]] = {}
    for number, part in found:
        term = " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", part)).split())
        if len(term) > LONGEST:
            notices.append(notice("too_long", file=name, characters=len(term), beginning=term[:40]))
        elif term:
            terms.setdefault(term.casefold(), (number, term))
    return Terms(tuple(terms.values()), tuple(notices))


def terms_of(text: str) -> list[str]:
    """The terms of a text that is a list of them."""
    parts = ((0, part) for line in text.split("\n") for part in line.split(","))
    return [term for _, term in _terms(parts, "", []).terms]


def is_term_list(text: str) -> bool:
    r"""True if a text is a list of terms and not sentences.

    >>> is_term_list("mitochondrion\nATP synthase\ncell wall\n"), is_term_list("It is late.\nI go home.\nSee you.\n")
    (True, False)
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < _FEWEST:  # perhaps with commas between them
        lines = [part.strip() for line in lines for part in line.split(",") if part.strip()]
    if len(lines) < _FEWEST:
        return False
    short = sum(len(line.split()) <= _SHORT and line[-1] not in ".!?:;" for line in lines)
    words = [word for line in lines for word in line.lower().split()]
    function_words = sum(word.strip(",.'\"") in _FUNCTION_WORDS for word in words)
    return short >= _NEARLY_ALL * len(lines) and function_words <= _MOST_FUNCTION_WORDS * len(words)
