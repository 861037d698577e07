"""From the text of an article to training text: natural sentences without markup.

Every step reads its text once, so that a page of many megabytes, even on a single line, takes seconds.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

from clm.corpus.dropped import Dropped
from clm.english.words import stop_words

# A line at least this long that does not end a sentence was wrapped: the next line continues it.
_WRAPPED = 40
# A sentence longer than this is a list or has no punctuation; it is cut, since n-grams need no more.
_MOST_WORDS = 120


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(listed.split("|"))


_HEADING = re.compile(r"\s*(={2,6})\s*([^=\n]+?)\s*\1\s*|\s*(#{1,6})\s+(\S.*)")
# what follows these headings, down to the next heading of their level, is not prose
_NO_PROSE = _phrases(
    "references|notes|notes and references|footnotes|citations|sources|bibliography|further reading|external links|"
    "see also|works cited|publications|discography|filmography|gallery"
)
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffd]")
_ODD_SPACE = re.compile(r"[^\S\n ]+")
_COMMENT = re.compile(r"<!--|-->")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_NOTE_TAG = re.compile(
    r"<(ref|math|table|code|script|style)\b[^<>]{0,500}(?<!/)>|</(ref|math|table|code|script|style)\s*>", re.I
)
_LINK = re.compile(
    r"!?\[\[?(?:[^\[\]|\n]{0,300}\|)?([^\[\]|\n]{1,300})\]\]?(\((?:[^()\s]|\([^()\s]{0,100}\)){1,500}\))?"
)
_NOTE = re.compile(
    r"\[\s*(?:\d{1,4}(?:\s?[,\u2013-]\s?\d{1,4})*|[a-z]|[a-z]{1,20} \d{1,3}|"
    r"edit|[a-z ]{0,30}\b(?:needed|\?)|who|when|sic)\s*\]"
    r"(?::\s?\d{1,4}(?:[\u2013-]\d{1,4})?)?",
    re.I,
)
_URL = re.compile(r"(?:https?://|www\.)[^\s()<>]+")
# what stands before * or _ is looked at after it: a pattern that begins with a character is searched much faster
_EMPHASIS = re.compile(r"'{2,5}|`+|[*_](?<!\w[*_])[*_]{0,2}(?=\S)|[*_](?<=\S[*_])[*_]{0,2}(?!\w)")
# most prose has nothing that `_inline` looks for
_MARKUP = re.compile(r"[\[\]()<>*_`/]|''|www\.")
_BULLET = re.compile(r"\s*(?:[*#:;\u2022\u2023\u25aa\u25cf\u2013\u2014>|-]+\s+|\(?\d{1,3}[.)]\s+)+")
_TABLE_ROW = re.compile(r"\s*(?:[|!]|[^|\n]*\|[^|\n]*\|)")
# IPA extensions and modifier letters; length marks and stress are among the latter
_IPA = re.compile(r"[\u0250-\u02af\u02b0-\u02ff\u1d00-\u1dbf]")
_IPA_SLASHES = re.compile(r"/[^/\n]{1,60}/")
_ASIDE = re.compile(
    r"\(\s*[;,]|\b(?:pronounced|pronunciation|listen|IPA|literally|romani[sz]ed|transliterated|formula)\b|"
    r"\b(?:Latin|Greek|French|German|Italian|Spanish|Russian|Arabic|Chinese|Japanese|Hebrew|Sanskrit|Persian)\s?:",
    re.I,
)
_CITATION = re.compile(r"\b(?:doi|isbn|issn|pmid|pmc|arxiv|bibcode|oclc)\b[\s:]*[\dX]", re.I)
_FOREIGN = re.compile(
    r"[^\W\d_A-Za-z\u00aa-\u03ff\u1e00-\u1eff\u2090-\u214f\ufb00-\ufb06]|[\u0370-\u03ff\u1f00-\u1fff]{3}"
)
_END = re.compile(r"(?<![.!?\u2026])[.!?\u2026]++[\"'\u201d\u2019\u00bb)\]]*+(?=\s)")
_LINE_END = re.compile(r"[.!?:\u2026][\"'\u201d\u2019\u00bb)\]]*$")
_INITIAL = re.compile(r"[A-Z]\.")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
# what most sentences are: words, commas and a full stop
_PLAIN = re.compile(r"[A-Za-z][A-Za-z ,;:'\u2019-]*[.!?]")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_STRAY_SPACE = re.compile(r" (?=[,.;:!?)\]](?:\s|$))|(?<=[(\[]) ")
_EMPTY = re.compile(r"\([\s;,:.\u2013-]*\)|\[[\s;,:.\u2013-]*\]")
_OPENING = "\"'([\u201c\u2018\u00ab"
_LONGEST_ABBREVIATION, _LONGEST_TOKEN = 20, 30

# never at the end of a sentence
_TITLES = _phrases(
    "mr|mrs|ms|dr|prof|st|mt|gen|capt|lt|sgt|sen|gov|hon|messrs|ca|approx|cf|vs|viz|e.g|i.e|eg|ie|resp|sp|spp|"
    "subsp|var|dept|univ|c.f"
)
_BEFORE_NUMBERS = _phrases("no|nos|vol|vols|ch|p|pp|fig|figs|eq|eqs|sec")
# at the end of one only if a function word with a capital follows; so are single letters and dotted ones
_MAYBE = _phrases("al|etc|inc|ltd|co|corp|jr|sr|bros|ed|eds|ph.d|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec")


def sentences(text: str, dropped: Dropped | None = None) -> list[str]:
    r"""The sentences of an article, in order, fit for a file with one sentence per line.

    `dropped` gets what was left out, and why.

    >>> sentences("== Origin ==\nThe cell (Latin: cella) was seen by Dr. Hooke.[1] It has a U.S. stamp!\n* one\n* two")
    ['The cell was seen by Dr. Hooke.', 'It has a U.S. stamp!']
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _single_spaces(_INVISIBLE.sub("", text))
    whole = _without_blocks(text)
    if dropped:
        dropped.note("blocks of markup (comments, notes, formulas, templates, code)", text, len(text) - len(whole))
    found = []
    for paragraph in _paragraphs(whole, dropped):
        running = _inline(paragraph)
        if dropped and len(running) < len(paragraph):
            dropped.note("references, links and asides in running text", paragraph, len(paragraph) - len(running))
        for sentence in map(_tidy, _split(running)):
            if not (reason := _no_prose(sentence)):
                found.append(sentence)
            elif dropped:
                dropped.note(reason, sentence)
    return [part for sentence in found for part in _cut(sentence)]


def _single_spaces(text: str) -> str:
    """One plain space wherever there is space of any kind within a line."""
    text = _ODD_SPACE.sub(" ", text)
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _without_blocks(text: str) -> str:
    """Drop what spans lines: comments, notes, formulas, templates and tables in braces, fenced code."""
    text = _drop_pairs(text, _COMMENT, lambda mark: mark == "<!--")
    text = _drop_pairs(text, _NOTE_TAG, lambda mark: not mark.startswith("</"))
    text = _drop_pairs(text, re.compile(r"[{}]"), lambda mark: mark == "{")
    pieces = re.split(r"(?m)^\s*(?:```|~~~).*$", text)
    return "\n".join(pieces[::2] if len(pieces) % 2 else pieces)


def _drop_pairs(text: str, mark: re.Pattern[str], opens: Callable[[str], bool]) -> str:
    """Drop everything between matching marks, nested or not; a mark without its partner goes alone.

    >>> _drop_pairs("a {b {c} d} e } f { g", re.compile("[{}]"), lambda found: found == "{")
    'a   e   f   g'
    """
    waiting: list[tuple[int, int]] = []
    drop: list[tuple[int, int]] = []
    for match in mark.finditer(text):
        if opens(match.group()):
            waiting.append(match.span())
            continue
        start = waiting.pop()[0] if waiting else match.start()
        while drop and drop[-1][0] >= start:
            drop.pop()
        drop.append((start, match.end()))
    kept, position = [], 0
    for start, end in sorted(drop + waiting):
        if start >= position:
            kept.append(text[position:start])
        position = max(position, end)
    return " ".join([*kept, text[position:]])


def _paragraphs(text: str, dropped: Dropped | None = None) -> Iterator[str]:
    """Lines of prose, wrapped ones joined; headings, table rows and the sections of references are left out."""
    skipping = 0
    lines: list[str] = []
    for line in text.split("\n"):
        heading = _HEADING.fullmatch(line)
        if heading:
            level = len(heading[1] or heading[3])
            if not skipping or level <= skipping:
                skipping = level if (heading[2] or heading[4]).strip().casefold() in _NO_PROSE else 0
        bullet = _BULLET.match(line)
        is_prose = bool(line.strip()) and not (heading or skipping or _TABLE_ROW.match(line))
        if dropped and not is_prose:
            dropped.note("headings" if heading else "sections of references" if skipping else "rows of tables", line)
        if lines and not (is_prose and not bullet and _goes_on(lines[-1])):
            yield " ".join(lines)
            lines = []
        if is_prose:
            lines.append(line[bullet.end() :] if bullet else line)
    if lines:
        yield " ".join(lines)


def _goes_on(line: str) -> bool:
    """True if a line was wrapped in the middle of a sentence."""
    if len(line) < _WRAPPED:
        return False
    end = line[-_WRAPPED:].split()[-1]
    return not _LINE_END.search(end) or _is_abbreviation(end, "")


def _inline(paragraph: str) -> str:
    """Drop references, links, emphasis and asides such as pronunciations from running text."""
    if not _MARKUP.search(paragraph):
        return paragraph
    paragraph = _NOTE.sub("", paragraph)
    paragraph = _LINK.sub(r"\1", paragraph)
    paragraph = _URL.sub(" ", _TAG.sub(" ", paragraph))
    paragraph = _EMPHASIS.sub("", paragraph)
    paragraph = _IPA_SLASHES.sub(lambda found: " " if _IPA.search(found[0]) else found[0], paragraph)
    return _drop_asides(paragraph)


def _drop_asides(text: str) -> str:
    """Drop what stands in brackets if it is a pronunciation, a foreign name or nothing.

    >>> _drop_asides("Vienna ( vee-EN-ə; German: Wien [viːn] ) lies on the Danube (a river).")
    'Vienna   lies on the Danube (a river).'
    """
    kept, position, opened = [], 0, []
    for match in re.finditer(r"[()\[\]]", text):
        if match[0] in "([":
            opened.append(match.start())
        elif opened:
            start = opened.pop()
            if not opened:
                aside = text[start : match.end()]
                kept.append(text[position:start])
                kept.append(" " if _is_aside(aside) else aside)
                position = match.end()
    return "".join([*kept, text[position:]])


def _is_aside(bracketed: str) -> bool:
    return bool(
        not any(character.isalnum() for character in bracketed)
        or _IPA.search(bracketed)
        or _ASIDE.search(bracketed)
        or _FOREIGN.search(bracketed)
    )


def _split(paragraph: str) -> Iterator[str]:
    """Divide running text where a sentence ends.

    >>> list(_split("J. A. Smith wrote Fig. 3, e.g. on vitamin C. It grew by 3.5 percent in no. 4. Was it so? No."))
    ['J. A. Smith wrote Fig. 3, e.g. on vitamin C.', ' It grew by 3.5 percent in no. 4.', ' Was it so?', ' No.']
    """
    has_capitals = not paragraph.islower()
    start = 0
    for match in _END.finditer(paragraph):
        following = paragraph[match.end() + 1 : match.end() + 1 + _LONGEST_TOKEN].partition(" ")[0]
        first = next(filter(str.isalnum, following), "")
        if has_capitals and first.islower():
            continue
        token = paragraph[max(start, match.start() - _LONGEST_ABBREVIATION) : match.end()].rpartition(" ")[2]
        if not _is_abbreviation(token, following):
            yield paragraph[start : match.end()]
            start = match.end()
    if start < len(paragraph):
        yield paragraph[start:]


def _is_abbreviation(token: str, following: str) -> bool:
    """True if the full stop of `token` belongs to an abbreviation and does not end a sentence.

    >>> [_is_abbreviation(*pair.split()) for pair in ("Dr. Hooke", "U.S. Army", "U.S. The", "no. 4", "no. The")]
    [True, True, False, True, False]
    """
    if not token.endswith(".") or token.endswith(".."):
        return False
    word = token[:-1].lstrip(_OPENING).casefold()
    if word in _TITLES:
        return True
    if word in _BEFORE_NUMBERS:
        return following[:1].isdigit()
    if word in _MAYBE or _DOTTED.fullmatch(word):
        return bool(_INITIAL.match(following)) or following.strip(_OPENING + ",.").casefold() not in stop_words()
    return False


def _tidy(sentence: str) -> str:
    if "(" in sentence or "[" in sentence:
        sentence = _EMPTY.sub("", sentence)
    if "  " in sentence:
        sentence = _single_spaces(sentence)
    if _STRAY_SPACE.search(sentence):
        sentence = _STRAY_SPACE.sub("", sentence)
    return sentence.strip().lstrip(",;:.)] ")


def _no_prose(sentence: str) -> str:
    """Reason not to train on a line of text; empty for prose: words, mostly, and not an entry of a list.

    >>> [_no_prose(text) for text in ("It divides.", "1.2, 3.4, 5.6", "Paris, London, New York", "cells divide often")]
    ['', 'numbers and signs', 'entries of lists and fragments', '']
    """
    if " " in sentence and _PLAIN.fullmatch(sentence):
        return ""
    words = _WORD.findall(sentence)
    letters = sum(map(len, _LETTERS.findall(sentence)))
    if len(words) < 2 or 2 * letters < len(sentence) - sentence.count(" "):
        return "numbers and signs"
    if _FOREIGN.search(sentence):
        return "sentences in other scripts"
    if _CITATION.search(sentence):
        return "citations"
    if _LINE_END.search(sentence) or (len(words) >= 3 and 2 * sum(word[0].islower() for word in words) >= len(words)):
        return ""
    return "entries of lists and fragments"


def _cut(sentence: str) -> Iterator[str]:
    if len(sentence) < 2 * _MOST_WORDS:
        yield sentence
        return
    words = sentence.split(" ")
    for start in range(0, len(words), _MOST_WORDS):
        yield " ".join(words[start : start + _MOST_WORDS])
