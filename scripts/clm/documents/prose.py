"""Text to learn from: paragraphs of text, Markdown, HTML, subtitles, Word and PDF files."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clm.base.errors import UserError
from clm.base.notices import Notice
from clm.base.text_files import printable
from clm.documents import transcript
from clm.documents.document_sentences import notice
from clm.documents.formats.html import text_of
from clm.documents.terms import is_term_list, read_terms

#: Raised when the same file gives another text than before.
VERSION = 2
#: Files of these names in a folder of texts are read only to report that they are not text.
_NO_PROSE = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".css", ".js", ".py", ".yaml", ".yml", ".bib"})
_TABLES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm"})
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
_FENCED = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[^\W\d_A-Z])")
_PAGE_NUMBER = re.compile(
    r"\s*(?:page\s*|seite\s*|p\.\s*)?[-\u2013]?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:/|of|von)\s*\d{1,4})?\s*[-\u2013]?\s*",
    re.IGNORECASE,
)
#: A page of a scan may have a stamp on it; one with text has more letters than that.
_LETTERS_OF_A_PAGE = 20
_EDGE = 2
#: Nine of ten lines are no longer than a full one; a line with this share of its length was wrapped.
_FULL = 0.9


@dataclass(frozen=True)
class Prose:
    """Text of a file: paragraphs; `is_terms`: whether it is a list of terms, not sentences."""

    text: str
    kind: str
    is_terms: bool
    notices: tuple[Notice, ...]


def prose_files(path: Path) -> Iterator[Path]:
    """The file itself, or all files of a folder at any depth in order of their names, hidden ones left out.

    Links to a folder are not followed; pipes and broken links are skipped.
    """
    if not path.is_dir():
        yield path
        return
    found = []
    for directory, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(directory, name) for name in names if not name.startswith((".", "~$"))]
    yield from (item for item in sorted(found) if item.is_file() and item.suffix.lower() not in _NO_PROSE)


def read_prose(path: Path) -> Prose:
    """The text of one file, whose kind its content shows; speaker labels and times of transcripts are left out.

    Raises:
        UserError: it cannot be read; names the file and what it is.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: not readable ({error.strerror})", "check that it is there and may be read") from error
    if path.suffix.lower() in _TABLES:
        found = read_terms(path)
        text = "\n".join(term for _, term in found.terms) + "\n"
        return Prose(text, "table", is_term_list(text), found.notices)
    if data.startswith(b"%PDF"):
        text = _joined(read_pdf(path))
        return Prose(text, "PDF", is_term_list(text), ())
    reading = transcript.read_bytes(data, path, several=True)
    labels = reading.labels.decided()
    if reading.kind == "plain text" and not labels and not any(line.stamped for line in reading.lines):
        from clm.documents.encoding import decode

        text = decode(data)[0]
        if path.suffix.lower() in (".md", ".markdown"):
            text = _FENCED.sub("", _FRONT_MATTER.sub("", text))
        elif path.suffix.lower() in (".htm", ".html"):
            text = text_of(text)
    elif "subtitles" in reading.kind or reading.kind in ("CTM", "TextGrid"):
        text = " ".join(reading.text(labels).split("\n")) + "\n"
    elif reading.kind == "HTML":
        from clm.documents.tables import read_text

        text = text_of(read_text(path)[0])
    else:
        text = reading.text(labels).replace("\n", "\n\n")
    notices = list(reading.notices)
    if labels:
        notices.append(notice("labels", names=labels))
    is_terms = reading.kind in ("plain text", "Word", "OpenDocument", "RTF") and is_term_list(text)
    return Prose(text, reading.kind, is_terms, tuple(notices))


def read_pdf(path: Path) -> list[str]:
    """The text of each page.

    Raises:
        UserError: it is damaged, locked, or a scan, whose pages are images.

    """
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of what it puts right
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UserError(f"{path}: a PDF that is locked by a password", "save a copy without a password")
        pages = [page.extract_text() or "" for page in reader.pages]
    except UserError:
        raise
    except Exception as error:  # the library raises what its parts raise
        raise UserError(f"{path}: a PDF that cannot be read ({error})", "export it again, or as plain text") from error
    letters = sum(character.isalpha() for page in pages for character in page)
    if letters < _LETTERS_OF_A_PAGE * len(pages):
        raise UserError(
            f"{path}: a PDF without text: its pages are images, as of a scan",
            "run text recognition over it (ocrmypdf scan.pdf text.pdf), or take it out",
        )
    return pages


def _joined(pages: list[str]) -> str:
    """Pages as one text, without numbers of pages and without the lines at the edge of most pages."""
    lines = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    edges = Counter(
        _without_digits(line) for page in lines for line in {*page[:_EDGE], *page[-_EDGE:]} if len(page) > 2 * _EDGE
    )
    repeated = {line for line, count in edges.items() if count > 2 and count > len(pages) / 3}
    kept = []
    for page in lines:
        last = len(page) - _EDGE
        for place, line in enumerate(page):
            at_edge = place < _EDGE or place >= last
            if not (at_edge and (_PAGE_NUMBER.fullmatch(line) or _without_digits(line) in repeated)):
                kept.append(line)
    return _unwrapped(_HYPHENATED.sub("", "\n".join(kept)).split("\n"))


def _unwrapped(lines: list[str]) -> str:
    """Lines as paragraphs: one that fills the page, or that the next continues in small letters, was wrapped."""
    lengths = sorted(len(line) for line in lines)
    full = _FULL * lengths[int(_FULL * (len(lengths) - 1))]
    parts = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        goes_on = after[:1].islower() or (len(line) >= full and line[-1:] not in ".!?:")
        parts.append(line + (" " if after and goes_on else "\n"))
    return "".join(parts)


def _without_digits(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def readable(path: Path) -> tuple[list[tuple[Path, Prose]], list[Notice]]:
    """All readable text of a file or folder of texts, and notices about the rest.

    Raises:
        UserError: the file itself, or none of the folder, can be read.

    """
    found: list[tuple[Path, Prose]] = []
    notices: list[Notice] = []
    error = None
    for item in prose_files(path):
        try:
            prose = read_prose(item)
        except UserError as failure:
            error = failure
            what = failure.message.removeprefix(f"{item}: ")
            notices.append(notice("not_read", file=printable(str(item)), what=f"{what} ({failure.hint})"))
            continue
        notices += prose.notices
        if prose.is_terms:
            count = len([line for line in prose.text.split("\n") if line.strip()])
            notices.append(notice("terms", file=printable(item.name), count=count))
        found.append((item, prose))
    if error and not found:
        raise error
    return found, notices
