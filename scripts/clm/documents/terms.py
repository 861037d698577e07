"""Lists of terms: plain text, tables and workbooks; and texts that are lists of terms, where sentences are wanted."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clm.base.errors import UserError
from clm.base.notices import Notice
from clm.base.writing_systems import SENTENCE_ENDS, unspaced
from clm.documents.columns import OTHER, TERMS, named
from clm.documents.document_sentences import notice
from clm.documents.tables import Table, delimiter_of, header_of, is_workbook, read_text, read_workbook, rows_of

LONGEST = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: Headers of a list in one column, even if it is not a table.
_HEADINGS = frozenset({"keyword", "keywords", "term", "terms", "keywords:", "terms:", "phrases:", "words:"})
#: What divides the terms of a line, also in Arabic, Chinese and Japanese.
_COMMAS = re.compile(r"[,\u060c\u3001\uff0c]")
#: What divides them in a list without commas.
_OTHERS = re.compile(r"[;|\u061b\uff1b]")
_BULLET = re.compile(r"[-*\u2022\u2023\u25aa\u25e6\u00b7\u2013\u2014][ \t]+")
_NUMBERED = re.compile(r"\(?(\d{1,4})[.):][ \t]+")
_COMMENT = re.compile(r"(?:#|//)[ \t]|#+$")
_RULE = re.compile(r"[ :|+=-]*")
_QUOTES = frozenset(('""', "''", "\u201c\u201d", "\u201e\u201c", "\u00ab\u00bb", "\u2018\u2019"))
#: Rows above the header of a table: its title, empty cells.
_MOST_TITLES = 5
_TABLES = frozenset({".csv", ".tsv", ".tab"})
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})

# a list of terms: number of lines, words of nearly all of them, and share of function words
_FEWEST, _SHORT, _NEARLY_ALL, _MOST_FUNCTION_WORDS = 3, 4, 0.9, 0.08
#: Letters that count as a word in scripts without spaces between words.
_LETTERS_PER_WORD = 4
_NO_TERM_ENDS = SENTENCE_ENDS | frozenset(":;：；؛") - {"\u2026"}
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
    if (listed := _json_list(text)) is not None:
        return _terms(((1, term) for term in listed), name, notices)
    return _from_lines(text, name, suffix, notices)


def _json_list(text: str) -> list[str] | None:
    """The strings of a JSON array, or None."""
    if text.lstrip()[:1] != "[":
        return None
    import json

    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, list) and all(isinstance(term, str) for term in found) else None


def _from_table(table: Table, name: str, notices: list[Notice]) -> Terms:
    rows = tuple(row for row in table.rows if not all(map(_RULE.fullmatch, row[1])))  # the line below a header
    for place in range(1, min(_MOST_TITLES, len(rows))):
        if sum(map(bool, rows[place - 1][1])) > 1:
            break
        if table.width > 1 and header_of(Table(rows[place:]), TERMS):
            rows = rows[place:]
            break
    header = header_of(Table(rows), (*TERMS, *OTHER))
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
    return _terms(_parts(lines, quoted=suffix in _TABLES), name, notices)


def _parts(lines: Iterable[tuple[int, str]], *, quoted: bool = False) -> Iterator[tuple[int, str]]:
    """The terms of lines, without the marks and numbers of a list, comments and quotes around them.

    A line in quotes is one term where such lines are cells of a table (`quoted`).
    """
    lines = [(number, line.strip()) for number, line in lines if line.strip() and not _COMMENT.match(line.strip())]
    divider = _COMMAS if any(_COMMAS.search(line) for _, line in lines) else _OTHERS
    numbered = [_NUMBERED.match(line) for _, line in lines]
    first = int(numbered[0][1]) if numbered and numbered[0] else 0
    for place, ((number, line), match) in enumerate(zip(lines, numbered, strict=True)):
        if all(numbered) and match and len(lines) > 1:
            line = line[match.end() :] if int(match[1]) - first == place else line
        line = _BULLET.sub("", line)
        if quoted and len(line) > 1 and line[0] == line[-1] == '"' and '"' not in line[1:-1].replace('""', ""):
            yield number, line[1:-1].replace('""', '"')
            continue
        for part in divider.split(line):
            part = part.strip()
            yield number, part[1:-1] if len(part) > 2 and part[0] + part[-1] in _QUOTES else part


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
    return [term for _, term in _terms(_parts((0, line) for line in text.split("\n")), "", []).terms]


def is_term_list(text: str) -> bool:
    r"""True if a text is a list of terms and not sentences.

    >>> is_term_list("mitochondrion\nATP synthase\ncell wall\n"), is_term_list("It is late.\nI go home.\nSee you.\n")
    (True, False)
    >>> is_term_list("麹菌\n精米歩合\n上槽"), is_term_list("麹を作る。\n米を蒸す。\n酒を搾る。")
    (True, False)
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < _FEWEST:  # perhaps with commas between them
        lines = [part.strip() for line in lines for part in line.split(",") if part.strip()]
    if len(lines) < _FEWEST:
        return False
    short = sum(_words(line) <= _SHORT and line[-1] not in _NO_TERM_ENDS for line in lines)
    words = [word for line in lines for word in line.lower().split()]
    function_words = sum(word.strip(",.'\"") in _FUNCTION_WORDS for word in words)
    return short >= _NEARLY_ALL * len(lines) and function_words <= _MOST_FUNCTION_WORDS * len(words)


def _words(line: str) -> float:
    """Number of words of a line; four letters count as one where there are no spaces between words."""
    letters = sum(map(unspaced, line))
    return len(line.split()) if not letters else len(line.split()) - 1 + letters / _LETTERS_PER_WORD
