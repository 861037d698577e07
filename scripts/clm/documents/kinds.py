"""Kinds of files by their content: a transcript in one of the known formats, or something else with its name."""

import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO

from clm.documents.encoding import BinaryError, decode

PLAIN = "plain text"


class UnreadableError(ValueError):
    """A file that is not a transcript: `what` it is, and a `hint`."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


@dataclass(frozen=True)
class Content:
    """The lines of a file; empty ones divide paragraphs.

    `kind`: the format in words; `encoding`: of its characters, or an empty string where the format says it;
    `by_recording`: the lines by id, where the file distinguishes recordings; `speakers`: the names in a column of them.
    """

    kind: str
    lines: list[str]
    encoding: str = ""
    by_recording: dict[str, list[str]] = field(default_factory=dict)
    speakers: frozenset[str] = frozenset()


_AS_TEXT = "save the words that are said as plain text (.txt), or as .docx, .srt or .vtt"
_MAGIC = (
    (b"%PDF", "a PDF, whose page numbers and headers would become words", _AS_TEXT),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.doc, .xls, .ppt)", "save it as .docx or as plain text"),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (b"\x89PNG", "an image", _AS_TEXT),
    (b"\xff\xd8\xff", "an image", _AS_TEXT),
    (b"GIF8", "an image", _AS_TEXT),
    (b"RIFF", "audio", "give its transcript"),
    (b"ID3", "audio", "give its transcript"),
    (b"OggS", "audio", "give its transcript"),
    (b"fLaC", "audio", "give its transcript"),
    (b"Scenarist_SCC", "closed captions as codes (SCC)", "export them as .srt or .vtt"),
    (b"SQLite", "a database", _AS_TEXT),
    (b"ooBinaryFile", "a binary file of Praat", "in Praat: Save as text file"),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE | re.DOTALL
)
_LATEX = re.compile(r"(?:\s*%[^\n]*\n)*\s*\\(?:documentclass|begin\{document\}|input\{|usepackage)")
#: A part of a page, as editors of transcripts in a browser save it.
_FRAGMENT = re.compile(
    r"\s*<(?:article|section|div|p|span|body|main|h[1-6])(?:\s[^<>]*)?>(?=.*</)", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*"
    rb"(?:<\?xml\b|<!DOCTYPE (?:Trans|tt)|<(?:ANNOTATION_DOCUMENT|Trans|transcript|timedtext|tt)[\s>:])"
)
_ARCHIVES = (
    ("xl/", "a spreadsheet", "save the column of what is said as plain text (.txt)"),
    ("ppt/", "a presentation", _AS_TEXT),
    ("META-INF/container.xml", "an e-book", _AS_TEXT),
    ("Index/", "a document of Apple's iWork", "export it as .docx or as plain text"),
)


def read(data: bytes, stem: str = "", *, hypothesis: bool = False, several: bool = False) -> Content:
    """The lines of a transcript.

    Args:
        data: content of the file.
        stem: name of the file without its ending, which one id alone may be equal to.
        hypothesis: whether it was made by a recogniser, where a file holds what was said beside what was recognised.
        several: whether all of a file of several recordings is wanted, and not what belongs to the one named `stem`.

    Raises:
        UnreadableError: it is something else, or damaged.

    """
    if data.startswith(b"PK\x03\x04"):
        return _archive(data)
    if data[3:8] in (b"STL25", b"STL30", b"STL24"):
        raise UnreadableError("subtitles of EBU (STL)", "export them as .srt or .vtt")
    for magic, what, hint in _MAGIC:
        if data.startswith(magic) or (magic == b"RIFF" and data[4:8] == b"ftyp"):
            raise UnreadableError(what, hint)
    try:
        if data.lstrip()[:5] == b"{\\rtf":
            from clm.documents.formats.office import read_rtf

            return Content("RTF", read_rtf(data.lstrip()))
        if _XML.match(data[:1000]) and (found := _xml(data)):
            return found
        text, encoding = decode(data)
        return _text(text, encoding, stem, hypothesis=hypothesis, several=several)
    except BinaryError as error:
        raise UnreadableError(
            f"not text in UTF-8, UTF-16 or Windows-1252: not UTF-8 (byte {error.offset})", "save it as UTF-8"
        ) from None
    except UnreadableError:
        raise
    except ValueError as error:
        raise UnreadableError(str(error), _AS_TEXT) from None


def _archive(data: bytes) -> Content:
    from clm.documents.formats import office

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise UnreadableError(f"a document or archive that is cut short or damaged ({error})", _AS_TEXT) from None
    try:
        if any(name.startswith("word/document") for name in names):
            return Content("Word", _as_lines(office.read_word(data)))
        if kind.startswith(b"application/vnd.oasis.opendocument.text"):
            return Content("OpenDocument", _as_lines(office.read_opendocument(data)))
    except ValueError as error:
        raise UnreadableError(str(error), _AS_TEXT) from None
    for part, what, hint in _ARCHIVES:
        if any(name.startswith(part) for name in names):
            raise UnreadableError(what, hint)
    raise UnreadableError("a zip archive", "unpack it")


def _as_lines(blocks: list[str | tuple[str, ...]]) -> list[str]:
    """Lines of a document; the rows of a table hold time, speaker and words in any order."""
    from clm.documents.table_rows import spoken_rows

    lines: list[str] = []
    rows: list[tuple[str, ...]] = []
    for block in [*blocks, ""]:
        if isinstance(block, tuple):
            rows.append(block)
            continue
        if rows:
            lines += [part for row in spoken_rows(rows) for part in (row, "")]
            rows = []
        lines.append(block)
    return lines


def _xml(data: bytes) -> Content | None:
    """A transcript in XML that is read as such; None for others, of which some are subtitles."""
    from clm.documents.formats import annotations, office

    if re.match(rb"\s*(?:<\?xml[^>]*>)?\s*<!doctype html|\s*(?:<\?xml[^>]*>)?\s*<html", data[:2000], re.IGNORECASE):
        return None
    root = office.parse_xml(data)
    if found := annotations.read(root):
        return Content(*found)
    if office.local(root) in ("tt", "html"):
        return None
    raise UnreadableError(f"XML of an unknown kind (<{office.local(root)}>)", _AS_TEXT)


def _text(text: str, encoding: str, stem: str, *, hypothesis: bool, several: bool) -> Content:
    from clm.documents.formats import old_captions, recognizer_json, speech_files, subtitles, textgrid, timed_lines

    def content(kind: str, lines: list[str], by_recording: dict[str, list[str]] | None = None) -> Content:
        return Content(kind, lines, encoding, by_recording or {})

    def of_recordings(kind: str, found: dict[str, list[str]], *, are_files: bool) -> Content:
        if several:
            return content(kind, [line for lines in found.values() for line in lines], found)
        return content(kind, speech_files.of_recording(found, stem, are_files=are_files), found)

    if textgrid.is_textgrid(text):
        return content("TextGrid", textgrid.read(text))
    if subtitles.is_webvtt(text):
        return content("WebVTT subtitles", subtitles.read_webvtt(text))
    if subtitles.is_subrip(text):
        return content("SubRip subtitles", subtitles.read_subrip(text))
    if (data := recognizer_json.parse(text)) is not None:
        if found := recognizer_json.by_recording(data, hypothesis=hypothesis):
            return of_recordings("JSON of NeMo", found, are_files=True)
        maker, lines = recognizer_json.lines(data)
        return content(f"JSON of {maker}", lines)
    if recognizer_json.is_broken(text):
        raise UnreadableError("JSON that is cut short or damaged", "export it again")
    if _LATEX.match(text):
        raise UnreadableError(
            "LaTeX, whose commands would become words", "convert it: pandoc -t plain in.tex -o out.txt"
        )
    if (captions := old_captions.read(text)) is not None:
        return content(*captions)
    if _HTML.match(text) or _FRAGMENT.match(text):
        from clm.documents.formats.html import text_of

        return content("HTML", text_of(text).split("\n"))
    if subtitles.is_sbv(text):
        return content("SBV subtitles", subtitles.read_sbv(text))
    if subtitles.is_lrc(text):
        return content("LRC", subtitles.read_lrc(text))
    if name := subtitles.library_format(text):
        return content(f"subtitles ({name})", subtitles.read_by_library(text, name))
    for kind, read_rows in (
        ("labels of Audacity", timed_lines.read_labels),
        ("a table of times and words", timed_lines.read_table),
        ("CHAT", timed_lines.read_chat),
    ):
        if (timed := read_rows(text)) is not None:
            names = frozenset(line.partition(": ")[0] for line in timed if ": " in line)
            return Content(kind, timed, encoding, speakers=names if kind.startswith("a table") else frozenset())
    for kind, read_ids in (("STM", speech_files.read_stm), ("CTM", speech_files.read_ctm)):
        if found := read_ids(text):
            return of_recordings(kind, found, are_files=True)
    if found := speech_files.read_named(text):
        return of_recordings("names and texts", found, are_files=True)
    for kind, read_named in (("TRN", speech_files.read_trn), ("Kaldi text", speech_files.read_kaldi)):
        if found := read_named(text, stem):
            return of_recordings(kind, found, are_files=False)
    return content(PLAIN, text.split("\n"))
