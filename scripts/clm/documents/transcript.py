"""Words of transcripts of any format: `read_transcript` for one file, `Readings` for a folder."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clm.base.errors import UserError
from clm.base.notices import Notice
from clm.documents import kinds, line_forms, stamps
from clm.documents.document_sentences import notice
from clm.documents.labels import Labels, broken_up, without
from clm.documents.stamps import Line

_ENTITY = re.compile(r"&(?:amp|nbsp|quot|apos|lt|gt|rsquo|lsquo|[lr]dquo|[mn]dash|hellip|#\d{2,5});")
DROP, KEEP = "drop", "keep"
#: Raised when the same file gives other words than before.
VERSION = 2


@dataclass(frozen=True)
class Transcript:
    """A transcript; `text`: a line for each line of the file; `labels`: names of speakers that were left out of it."""

    text: str
    kind: str
    encoding: str
    labels: tuple[str, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Reading:
    """A transcript before it is decided which names are labels.

    `kind`, `encoding`: as in `Content`; `lines`: without times; `header`: lines left out at the beginning;
    `by_recording`: texts by id, if the file distinguishes recordings; `numbered`: whether numbers of lines were left
    out; `speakers`: names in a column of them.
    """

    path: Path
    kind: str
    encoding: str
    lines: tuple[Line, ...]
    header: tuple[str, ...]
    by_recording: Mapping[str, str]
    numbered: bool = False
    speakers: frozenset[str] = frozenset()

    @cached_property
    def labels(self) -> Labels:
        """Possible labels, counted."""
        counts = Labels()
        counts.add(self.lines)
        counts.sure |= self.speakers & counts.begun.keys()
        return counts

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Notices about this file alone."""
        name = self.path.name
        found = [notice("encoding", file=name, encoding="Windows-1252")] if self.encoding == "cp1252" else []
        if self.header:
            found.append(notice("header", file=name, names=list(self.header)))
        if self.numbered:
            found.append(notice("numbered", file=name))
        return tuple(found)

    def text(self, labels: tuple[str, ...] | list[str] = ()) -> str:
        """The words, without these labels."""
        return "\n".join(without(self.lines, labels))


def read(path: Path, *, stem: str = "", hypothesis: bool = False, several: bool = False) -> Reading:
    """Read a file whatever its format.

    Args:
        path: the file.
        stem: name of the recording, if it is not that of the file.
        hypothesis: whether it was made by a recogniser.
        several: whether all of a file of several recordings is wanted, and not what belongs to the one named `stem`.

    Raises:
        UserError: it cannot be read; names the file and what it is.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: not readable ({error.strerror})", "check that it is there and may be read") from error
    return read_bytes(data, path, stem=stem, hypothesis=hypothesis, several=several)


def read_bytes(data: bytes, path: Path, *, stem: str = "", hypothesis: bool = False, several: bool = False) -> Reading:
    """As `read`, from the file's content."""
    try:
        content = kinds.read(data, stem or path.stem, hypothesis=hypothesis, several=several)
    except kinds.UnreadableError as error:
        raise UserError(f"{path}: {error.what}", error.hint) from None
    if content.kind == kinds.PLAIN and path.suffix.lower() in (".json", ".jsonl"):
        raise UserError(f"{path}: not readable as JSON", "export it again, or rename it to .txt if it is plain text")
    text = "\n".join(content.lines)
    if content.kind == kinds.PLAIN and _ENTITY.search(text):  # copied out of a web page
        text = html.unescape(text)
    raw, numbered = line_forms.usual(broken_up(text).split("\n"))
    lines, header = stamps.split_with_header(raw)
    by_recording = {name: "\n".join(said) for name, said in content.by_recording.items()}
    return Reading(
        path, content.kind, content.encoding, tuple(lines), tuple(header), by_recording, numbered, content.speakers
    )


def read_transcript(path: Path, labels: str = DROP) -> Transcript:
    """The words of one transcript.

    Args:
        path: a file of any format that is read (docs/inputs.md).
        labels: `drop` or `keep` names of speakers at the beginning of lines.

    Raises:
        UserError: it cannot be read; names the file and what it is.

    """
    reading = read(path)
    found = reading.labels.decided() if labels == DROP else []
    return transcript(reading, found)


def transcript(reading: Reading, labels: list[str]) -> Transcript:
    """A reading without its labels, as decided for its file or folder."""
    notices = list(reading.notices)
    if labels:
        notices.append(notice("labels", names=labels))
    return Transcript(reading.text(labels), reading.kind, reading.encoding, tuple(labels), tuple(notices))
