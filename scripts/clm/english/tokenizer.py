"""Text as the recogniser would hear it: sentences of lower-case spoken words, for training.

The words are written as the scorer's `basic` normalizer writes them: lower case, plain apostrophes, no punctuation
but inside words. A hyphenated word stays one word, because references keep it as one, and so do names like
"covid-19", "h2o", "at&t" and "u.s.". All other numbers become words (`clm.english.verbalize`), since that is how the
stock model writes them, and a letter on its own has a dot ("b." for the letter b) for the same reason.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from clm.english.verbalize import verbalize, write_fractions

_SYMBOLS = {"&": "and", "+": "plus", "=": "equals", "%": "percent", "°": "degrees"}

# Anything longer is a sequence, a key or a formula, which nobody says as a word.
_LONGEST = 40
# Words. Anything longer has no marks at sentences' ends; it is cut, so that parts of it can be held out.
_LONGEST_SENTENCE = 1000

# Replaced one by one, which is ten times as fast on megabytes as a translation table.
_PLAIN = {
    **dict.fromkeys("’‘ʼ`´", "'"),
    **dict.fromkeys("‐‑", "-"),
    "\u00ad": "",
}  # fmt: skip
_LETTERS_WITHOUT_MARK = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "th", "þ": "th", "ı": "i"}
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_URL = re.compile(r"\S*(?:://|\bwww\.)\S*", re.IGNORECASE)
_ABBREVIATIONS_TEXT = """
mr mrs ms dr prof st vs etc e.g i.e cf fig no vol al approx jr sr inc
"""
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())
_SENTENCE_END = re.compile(r"[.?!…][\"')\]}»”]*$")
_INITIALS = re.compile(r"(?:[a-z]\.)+")
_PIECE = re.compile(
    r"""
    (?P<initials>(?:[A-Za-z]\.){2,})
    | (?P<word>[^\W_]+(?:['&-][^\W_]+)*)
    | (?P<symbol>[&+=%°])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Text:
    """Tokenized text: `sentences` of words, and for each word the way it is most often `written` in the source."""

    sentences: list[tuple[str, ...]]
    written: dict[str, str]

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(chain.from_iterable(self.sentences))

    def counts(self) -> Counter[str]:
        """Occurrences of each word; counted once, so not to be changed."""
        return self._counts


def tokenize(texts: Iterable[str]) -> Text:
    """Divide texts into sentences and words; a sentence ends at the end of a line at the latest.

    >>> tokenize(["It’s well-known: in 1995, 30% of COVID-19 tests."]).sentences
    [("it's", 'well-known', 'in', 'nineteen', 'ninety', 'five', 'thirty', 'percent', 'of', 'covid-19', 'tests')]
    """
    sentences: list[tuple[str, ...]] = []
    chunks: Counter[str] = Counter()
    read = _Reader()
    for text in texts:
        lines = [verbalize(line) for line in _without_markup(text).splitlines()]
        chunks.update(" ".join(lines).split())
        for line in lines:
            sentence: list[str] = []
            for chunk in line.split():
                words, ends = read[chunk]
                sentence += words
                if sentence and (ends or len(sentence) >= _LONGEST_SENTENCE):
                    sentences.append(tuple(sentence))
                    sentence = []
            if sentence:
                sentences.append(tuple(sentence))
    return Text(sentences, _most_frequent_spelling(chunks, read.spellings))


class _Reader(dict[str, tuple[tuple[str, ...], bool]]):
    """Reader of chunks of text: the words of each, and whether a sentence ends after it; each is read only once."""

    def __init__(self) -> None:
        super().__init__()
        #: The words of each chunk, and how it spells them.
        self.spellings: dict[str, list[tuple[str, str]]] = {}

    def __missing__(self, chunk: str) -> tuple[tuple[str, ...], bool]:
        pieces, ends = _read_chunk(chunk)
        self.spellings[chunk] = pieces
        self[chunk] = found = tuple(word for word, _ in pieces), ends
        return found


def _most_frequent_spelling(chunks: Counter[str], spellings: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """The spelling that each word has most often, of equals the first in the alphabet."""
    totals: Counter[tuple[str, str]] = Counter()
    for chunk, count in chunks.items():
        for piece in spellings[chunk]:
            totals[piece] += count
    best: dict[str, tuple[int, str]] = {}
    for (word, form), count in totals.items():
        if word not in best or (-count, form) < best[word]:
            best[word] = (-count, form)
    return {word: form for word, (_, form) in best.items()}


def join_spellings(texts: Iterable[Text]) -> dict[str, str]:
    """Spelling of each word: that of the text that has it most often."""
    best: dict[str, tuple[int, str]] = {}
    for text in texts:
        counts = text.counts()
        for word, written in text.written.items():
            # Of equals the first: order of sources is fixed.
            if counts[word] > best.get(word, (0, ""))[0]:
                best[word] = (counts[word], written)
    return {word: written for word, (_, written) in best.items()}


def _without_markup(text: str) -> str:
    if not text.isascii():
        for mark, plain in _PLAIN.items():
            text = text.replace(mark, plain)
        text = unicodedata.normalize("NFKC", write_fractions(text))
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "://" in text or "www." in text.lower():
        text = _URL.sub(" ", text)
    return html.unescape(text) if "&" in text else text


def _read_chunk(chunk: str) -> tuple[list[tuple[str, str]], bool]:
    """Words of a piece of text without spaces, each with its spelling there; whether a sentence ends after it."""
    pieces: list[tuple[str, str]] = []
    for match in _PIECE.finditer(chunk):
        if match["initials"]:
            pieces.append((match["initials"].lower(), match["initials"]))
        elif match["symbol"]:
            # Between spaces it is spoken; otherwise it is only a mark.
            pieces += [(_SYMBOLS[match[0]],) * 2] if len(chunk) == 1 or match[0] in "%°" else []
        else:
            pieces += _read_word(match["word"])
    return pieces, _ends_sentence(chunk)


def _ends_sentence(chunk: str) -> bool:
    if not _SENTENCE_END.search(chunk):
        return False
    bare = chunk.strip("\"'()[]{}").lower()
    return not (_INITIALS.fullmatch(bare) or bare.removesuffix(".") in _ABBREVIATIONS)


def _read_word(word: str) -> list[tuple[str, str]]:
    if len(word) > _LONGEST:
        return []
    if not word.isascii():
        word = "".join(_greek_name(letter) for letter in word)
        if not (is_latin(word) and fold(word)):
            return []
    lower = word.lower()
    if len(lower) == 1 and lower not in "ai":
        return [(f"{lower}.", word)]
    return [(lower, word)]


def _greek_name(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return name.split()[-1].lower() if name.startswith("GREEK") and "WITH" not in name else letter


def is_latin(word: str) -> bool:
    """True if all letters are Latin ones, with or without marks.

    >>> is_latin("naïve-2"), is_latin("мир")
    (True, False)
    """
    return all(not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN") for letter in word)


def fold(word: str) -> str:
    """The word in plain lower-case ASCII letters, for looking up and guessing pronunciations.

    >>> fold("naïve"), fold("œuvre"), fold("straße")
    ('naive', 'oeuvre', 'strasse')
    """
    plain = unicodedata.normalize("NFKD", word.lower().translate(_LETTERS_WITHOUT_MARK))
    return "".join(letter for letter in plain if letter.isascii())
