"""The user's list of keywords."""

import logging
from pathlib import Path

from clm.base.errors import UserError
from clm.documents.document_sentences import sentence
from clm.documents.terms import read_terms

_HINT = "write the keywords one per line or separated by commas; keywords: null works without any"

_log = logging.getLogger(__name__)


def read_keywords(path: Path) -> list[str]:
    """Read keywords and phrases from a text (commas or lines) or a column of a csv, tsv or xlsx, each one once.

    Upper and lower case count as the same keyword; the first spelling is kept. Whatever is longer than a
    keyword can be (200 characters) is left out with a warning.

    Raises:
        UserError: the file is missing, cannot be read, or holds no keyword.

    """
    return [keyword for _, keyword in read_keyword_lines(path)]


def read_keyword_lines(path: Path) -> list[tuple[int, str]]:
    """Read keywords like `read_keywords`, each with the number of its line, from 1.

    Raises:
        UserError: as `read_keywords`.

    """
    found = read_terms(path)
    for notice in found.notices:
        _log.warning("%s", sentence(notice))
    if not found.terms:
        raise UserError(f"{path}: it holds no keywords", _HINT)
    return list(found.terms)
