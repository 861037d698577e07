"""Training text of a generation besides articles: the user's own, and sentences with words still to be learned."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from clm.base import files
from clm.corpus import clean, dropped, other_scripts
from clm.documents import prose
from clm.documents.document_sentences import sentence as in_words
from clm.english.verbalize import verbalize
from clm.english.words import plain
from clm.normalization.profiles import is_unspaced, number_of_words

#: Copies that are added of a sentence with words that are still missed; sentences per word.
EMPHASIS, MOST_EMPHASIZED = 2, 500
#: Words that are drawn for each word of a control, and in any case: one sentence in twenty is left out.
_MORE, _SPARE = 2, 200

_log = logging.getLogger(__name__)


def own_text(path: Path, language: str, report: Path) -> str:
    """The user's own text, a file or a folder of them in any format that is read, as one sentence per line.

    Lists of terms are no sentences and are left out. `report` becomes a table (TSV) of what was left out, by reason.

    Raises:
        UserError: no file can be read.

    """
    left_out = dropped.Dropped()
    texts, notices = prose.readable(path)
    for notice in notices:
        _log.warning("%s", in_words(notice))
    found = [sentence for _, text in texts if not text.is_terms for sentence in _sentences(text.text, left_out)]
    files.write_table(report, dropped.COLUMNS, left_out.rows(), delimiter="\t")
    _log.info("%s: %d sentences; %s", path, len(found), left_out.summary())
    speak = verbalize if language.startswith("en") else str
    return "".join(f"{speak(sentence)}\n" for sentence in found)


def unrelated(words: int, path: str | None, language: str, directory: Path) -> str:
    """Text for a control, one sentence per line: the user's up to so many words, or as many of general English.

    The latter are drawn from the general language model, always the same ones. The user's text may have fewer; its last
    line is cut to fit, but for languages without spaces.

    Raises:
        UserError: the user's text cannot be read.

    """
    kept: list[str] = []
    lines = (
        own_text(Path(path), language, directory / "control_text-dropped.tsv").splitlines() if path else drawn(words)
    )
    for line in lines:
        if words <= 0:
            break
        found = number_of_words(line, language)
        kept.append(line if found <= words or is_unspaced(language) else " ".join(line.split()[:words]))
        words -= found
    return "".join(f"{line}\n" for line in kept)


def drawn(words: int) -> Iterator[str]:
    """Sentences of general English, of at least so many words, always the same ones.

    Those that a tokenizer reads as other words are left out: the general model writes letters without a dot as well,
    "t v", and text in another notation than a model's own would teach it something after all.
    """
    from clm.english.tokenizer import tokenize
    from clm.lm import general_model, sampling

    model = general_model.read()
    for sentence in sampling.sample(model, _MORE * words + _SPARE):
        line = " ".join(sentence)
        if [tuple(read) for read in tokenize([line]).sentences] == [sentence]:
            yield line


def _sentences(text: str, left_out: dropped.Dropped) -> list[str]:
    divide = other_scripts.sentences if other_scripts.is_other_script(text) else clean.sentences
    return divide(text, left_out)


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
