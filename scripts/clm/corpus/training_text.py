"""Training text of a generation besides articles: the user's own, and sentences with words still to be learned."""

import logging
from collections import Counter
from collections.abc import Mapping, Set
from pathlib import Path

from clm.base import files
from clm.base.text_files import read_text, text_files
from clm.corpus import clean, dropped
from clm.english.verbalize import verbalize
from clm.english.words import plain

#: Copies that are added of a sentence with words that are still missed; sentences per word.
EMPHASIS, MOST_EMPHASIZED = 2, 500

_log = logging.getLogger(__name__)


def own_text(path: Path, language: str, report: Path) -> str:
    """The user's own text, a file or a folder of them, as one sentence per line.

    `report` becomes a table (TSV) of what was left out, by reason.

    Raises:
        UserError: a file is not UTF-8.

    """
    left_out = dropped.Dropped()
    found = [sentence for file in text_files(path) for sentence in clean.sentences(read_text(file), left_out)]
    files.write_table(report, dropped.COLUMNS, left_out.rows(), delimiter="\t")
    _log.info("%s: %d sentences; %s", path, len(found), left_out.summary())
    speak = verbalize if language.startswith("en") else str
    return "".join(f"{speak(sentence)}\n" for sentence in found)


def once_more(texts: Mapping[str, str], words: Set[str]) -> str:
    """Sentences that use words which are still missed although they were learned, `EMPHASIS` times each.

    >>> once_more({"keywords": "A kinase acts.\\nIt rains.\\n"}, {"kinase"}) == 2 * "A kinase acts.\\n"
    True
    """
    used: Counter[str] = Counter()
    lines = []
    for line in "".join(texts.values()).splitlines(keepends=True) if words else ():
        found = words & {*plain(line), *(token.strip('.,;:!?()"') for token in line.lower().split())}
        if found and min(used[word] for word in found) < MOST_EMPHASIZED:
            used.update(found)
            lines.append(line * EMPHASIS)
    return "".join(lines)
