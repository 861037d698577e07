"""The user's list of keywords."""

import logging
import re
import unicodedata
from pathlib import Path

from clm.base.errors import UserError
from clm.base.text_files import read_text

LONGEST = 200

_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_log = logging.getLogger(__name__)


def read_keywords(path: Path) -> list[str]:
    """Read keywords and phrases separated by commas or lines, in their order, each one once.

    Upper and lower case count as the same keyword; the first spelling is kept. Whatever is longer than a
    keyword can be (200 characters) is left out with a warning.

    Raises:
        UserError: the file is missing, is not UTF-8, or holds no keyword.

    """
    return [keyword for _, keyword in read_keyword_lines(path)]


def read_keyword_lines(path: Path) -> list[tuple[int, str]]:
    """Read keywords like `read_keywords`, each with the number of its line, from 1.

    Raises:
        UserError: as `read_keywords`.

    """
    hint = "write the keywords one per line or separated by commas; keywords: null works without any"
    try:
        text = read_text(path)
    except OSError as error:
        raise UserError(f"{path}: not readable as a keywords file ({error.strerror})", hint) from error
    keywords: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(_LINE_END.split(text), start=1):
        for part in line.split(","):
            keyword = " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", part)).split())
            if len(keyword) > LONGEST:
                _log.warning("%s: left out a keyword of %d characters (%s...)", path, len(keyword), keyword[:40])
            elif keyword:
                keywords.setdefault(keyword.casefold(), (number, keyword))
    if not keywords:
        raise UserError(f"{path}: it holds no keywords", hint)
    return list(keywords.values())
