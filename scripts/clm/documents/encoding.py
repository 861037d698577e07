"""Decoding of texts: UTF-8, UTF-16 with and without a byte order mark, UTF-32, and Windows-1252.

Windows-1252 is recognised by its content (`clm.documents.western`). Any other text is refused.
"""

import codecs
import re

from clm.documents import western

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
#: Changes of the character set in ISO 2022 (Japanese, Korean, Chinese mail), whose bytes are all those of ASCII.
_SHIFTS = re.compile(rb"\x1b[$(]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
#: A text may hold this share of control characters; other bytes hold far more.
_MOST_CONTROL = 0.01


class BinaryError(ValueError):
    """Bytes that are not text; `offset` is the first such byte."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"byte {offset}")
        self.offset = offset


def decode(data: bytes) -> tuple[str, str]:
    r"""The text, its lines ended by `\n` and without byte order marks, and the name of its encoding.

    NUL, and a byte order mark in the middle (files put one after the other), separate words.

    >>> decode("naïve".encode("cp1252")), decode("a b".encode("utf-16-le")), decode(b"\xef\xbb\xbfa\r\nb\rc")
    (('naïve', 'cp1252'), ('a b', 'utf-16-le'), ('a\nb\nc', 'utf-8'))

    Raises:
        BinaryError: it has none of these encodings, or is not text.

    """
    if escape := _SHIFTS.search(data):
        raise BinaryError(escape.start())
    if data.isascii() and b"\0" not in data:
        text, encoding = data.decode("ascii"), "utf-8"
    else:
        text, encoding = _decode(data)
    if found := _CONTROL.findall(text):
        printing = [character for character in found if character != "\0"]
        if len(printing) > max(2, _MOST_CONTROL * len(text)) or len(found) > len(text) / 2:
            raise BinaryError(_first_control(data))
    return plain_lines(text), encoding


def plain_lines(text: str) -> str:
    r"""Text with `\n` at the end of lines, and spaces for NULs and byte order marks inside."""
    return _BREAKS.sub("\n", text).removeprefix("\ufeff").replace("\ufeff", " ").replace("\0", " ")


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, len(mark), encoding), encoding
    if unmarked := _utf16_by_nuls(data):
        return _strictly(data, 0, unmarked), unmarked
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        text = western.decode(data)
        if text is None:
            raise BinaryError(error.start) from None
        return text, "cp1252"


def _strictly(data: bytes, start: int, encoding: str) -> str:
    """Decode what follows the mark; half a character at the end goes: a line end that another program put there."""
    width = {"utf-8": 1, "utf-16-le": 2, "utf-16-be": 2}.get(encoding, 4)
    rest = (len(data) - start) % width
    if rest and data[-rest:].strip(b"\0\r\n"):
        raise BinaryError(len(data) - rest)
    try:
        return data[start : len(data) - rest].decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and (text := western.decode(data[start:])) is not None:
            return text
        raise BinaryError(start + error.start) from None


def _utf16_by_nuls(data: bytes) -> str | None:
    """UTF-16 without a mark: of letters that need one byte, the other is NUL, always on the same side."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    nuls, most = even + odd, max(even, odd)
    if not nuls or most < 0.95 * nuls or nuls < 0.04 * len(data) or (len(data) % 2 and data[-1] not in b"\0\r\n"):
        return None
    if nuls < 0.4 * len(data) and _is_text(data.replace(b"\0", b"")):
        return None  # words with NULs between them
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = data[: len(data) // 2 * 2].decode(encoding)
    except UnicodeDecodeError:
        return None
    odd_ones = sum(not (character.isprintable() or character in "\r\n\t\ufeff\0\x0b\x0c") for character in text)
    return encoding if odd_ones <= 0.02 * len(text) + 1 else None


def _is_text(data: bytes) -> bool:
    try:
        return not _CONTROL.search(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _first_control(data: bytes) -> int:
    return next((place for place, byte in enumerate(data) if byte < 32 and byte not in (9, 10, 11, 12, 13, 27)), 0)
