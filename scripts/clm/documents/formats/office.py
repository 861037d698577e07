"""Documents of word processors: paragraphs as lines, rows of tables as lines of their cells.

Word's and OpenDocument's files are zipped XML. The text is read from it directly: a library that walks along runs
misses what was inserted with changes tracked and what lies in content controls.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

#: Bytes that the text of a document may unpack to.
_LARGEST = 1 << 28
_OPENDOCUMENT_SKIPPED = frozenset({"tracked-changes", "annotation", "note", "office:annotation", "forms"})
_WORD_SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "footnoteReference", "pPr", "rPr"})

Row = tuple[str, ...]
TextOf = Callable[[ElementTree.Element], str]


def read_word(data: bytes) -> list[str | Row]:
    """Paragraphs of a .docx as strings, and rows of its tables as tuples of cells.

    Raises:
        ValueError: it cannot be read.

    """
    return list(_blocks(_xml(data, _main_part(data)), "p", "tbl", "tr", "tc", _word_text))


def read_opendocument(data: bytes) -> list[str | Row]:
    """Paragraphs and rows of an .odt, as `read_word` gives them.

    Raises:
        ValueError: it cannot be read.

    """
    return list(_blocks(_xml(data, "content.xml"), "p h", "table", "table-row", "table-cell", _opendocument_text))


def read_rtf(data: bytes) -> list[str]:
    """The lines of an .rtf.

    Raises:
        ValueError: it cannot be read.

    """
    from striprtf.striprtf import rtf_to_text

    try:
        text: str = rtf_to_text(data.decode("cp1252", "replace"), errors="replace")  # type: ignore[no-untyped-call]
    except Exception as error:  # the library raises what its parts raise
        raise ValueError(str(error)) from error
    return [line.strip(" |\t") for line in text.split("\n")]


def _main_part(data: bytes) -> str:
    """The main document by the package's relations; most are word/document.xml."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
    return next((name for name in ("word/document.xml", "word/document2.xml") if name in names), "word/document.xml")


def _xml(data: bytes, name: str) -> ElementTree.Element:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo(name).file_size > _LARGEST:
                raise ValueError("a document of more than 256 MB of text")
            return parse_xml(archive.read(name))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise ValueError(f"a document that is damaged or locked by a password ({error})") from error


def parse_xml(data: bytes) -> ElementTree.Element:
    """The root of an XML document.

    Raises:
        ValueError: it is not XML, or defines entities, by which a small file could become a huge one.

    """
    if b"<!ENTITY" in data[:100_000]:
        raise ValueError("XML that defines entities")
    try:
        return ElementTree.fromstring(data)  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as error:
        raise ValueError(f"damaged XML ({error})") from error


def local(element: ElementTree.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _blocks(
    root: ElementTree.Element, paragraph: str, table: str, row: str, cell: str, text_of: TextOf
) -> Iterator[str | Row]:
    """Paragraphs and rows of the outermost tables, in order."""
    paragraphs = frozenset(paragraph.split())
    skipped = _WORD_SKIPPED | _OPENDOCUMENT_SKIPPED
    for child in root:
        name = local(child)
        if name in skipped:
            continue
        if name in paragraphs:
            yield from text_of(child).split("\n")
        elif name == table:
            for line in (item for item in child.iter() if local(item) == row):
                cells = [item for item in line if local(item) == cell]
                yield tuple(
                    " ".join(part for item in one.iter() if local(item) in paragraphs for part in text_of(item).split())
                    for one in cells
                )
        else:
            yield from _blocks(child, paragraph, table, row, cell, text_of)


def _word_text(paragraph: ElementTree.Element) -> str:
    parts: list[str] = []

    def walk(element: ElementTree.Element) -> None:
        for child in element:
            name = local(child)
            if name == "t":
                parts.append(child.text or "")
            elif name in ("tab", "ptab"):
                parts.append("\t")
            elif name in ("br", "cr"):
                parts.append("\n")
            elif name == "noBreakHyphen":
                parts.append("-")
            elif name == "r" and any(
                local(item) == "vanish" for part in child if local(part) == "rPr" for item in part
            ):
                continue
            elif name not in _WORD_SKIPPED and not (name == "p" and element is not paragraph):
                walk(child)

    walk(paragraph)
    return "".join(parts)


def _opendocument_text(paragraph: ElementTree.Element) -> str:
    parts = [paragraph.text or ""]
    for child in paragraph:
        name = local(child)
        if name == "s":
            parts.append(" ")
        elif name == "tab":
            parts.append("\t")
        elif name == "line-break":
            parts.append("\n")
        elif name not in _OPENDOCUMENT_SKIPPED:
            parts.append(_opendocument_text(child))
        parts.append(child.tail or "")
    return re.sub(r"[ \r\n]*\n[ \r\n]*", "\n", "".join(parts))
