"""Guards against a search that went astray: loops, texts of another length through fusion, speech without words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from clm.base.writing_systems import units, unspaced
from clm.engines.whisper.search_settings import LOOP_TIMES, LOOP_WORDS, SLACK, SLACK_WORDS, UNHEARD_WINDOWS

#: Marks at the end of a text in such a script.
_MARKS = "。、，．？！；：…」』）”"
#: A few letters within a word, eight times in a row.
_STUTTER = re.compile(r"(.{1,8}?)\1{7}")


def joined(texts: Iterable[str]) -> str:
    """Texts of consecutive pieces as one, with spaces in between where the script has them.

    >>> joined(["so", "", "it is"]), joined(["そうです。", "はい"])
    ('so it is', 'そうです。はい')
    """
    found = ""
    for text in texts:
        last = found.rstrip(_MARKS)[-1:]
        space = " " if found and text and not (unspaced(last) and unspaced(text[:1])) else ""
        found += space + text
    return found


def ran_away(fused: str, stock: str) -> bool:
    """True if fusion changed the length of a text by more than words of a domain can.

    >>> ran_away("a b c d e f g", "a b c"), ran_away("a b c d", "a b c")
    (True, False)
    """
    before, after = len(units(stock)), len(units(fused))
    return abs(after - before) > max(SLACK_WORDS, SLACK * before)


def astray(fused: str, stock: str) -> str:
    """Why the stock text is to be taken instead of the fused one, `loop` or `length`; empty if it is not.

    >>> again = "one two three four " * 3
    >>> astray(again, "one two three four"), astray("a b c d e f g", "a b c"), astray("one two three", again)
    ('loop', 'length', '')
    """
    if loops(fused):
        return "loop"
    # A stock text that loops says nothing about the right length.
    return "length" if ran_away(fused, stock) and not loops(stock) else ""


def loop(words: list[str]) -> tuple[int, int] | None:
    """First n-gram of at least `LOOP_WORDS` that is said `LOOP_TIMES` times in a row: where it begins, and its length.

    >>> loop("so the cell is the cell is the cell is the cell".split())
    >>> loop("so it is the cell it is the cell it is the cell".split())
    (1, 4)
    """
    for length in range(LOOP_WORDS, len(words) // LOOP_TIMES + 1):
        same = 0
        for place in range(length, len(words)):
            same = same + 1 if words[place] == words[place - length] else 0
            if same == length * (LOOP_TIMES - 1):
                return place + 1 - length * LOOP_TIMES, length
    return None


def loops(text: str) -> bool:
    """True if a text repeats itself as no speaker does.

    >>> loops("one two three four " * 3), loops("no no no no no no no no no no no no"), loops("J.E.R.I." + "R.I." * 9)
    (True, True, True)
    """
    found = units(text)
    return loop(found) is not None or any(map(_STUTTER.search, found))


def looping(words: list[str]) -> range:
    """Places of words to leave out, since they only repeat what was said right before.

    >>> looping("so I can see you, I can see you, I can see you, I can see nothing".split())
    range(5, 16)
    """
    plain = ["".join(units(word)) for word in words]
    found = loop(plain)
    if found is None:
        return range(0)
    start, length = found
    end = start + length
    while end < len(words) and plain[end] == plain[end - length]:
        end += 1
    return range(start + length, end)


def unheard(speech: Sequence[bool], starts: Sequence[int]) -> tuple[int, int] | None:
    """The longest stretch in which somebody speaks for seconds and no word stands, from one word to the next one.

    `speech`: for each window whether somebody speaks; `starts`: windows in which words begin. Before the first word and
    after the last one, that word is part of the stretch, since aligned words leave nothing free between them.

    >>> talk = [True] * 400
    >>> unheard(talk, [0, 20, 50, 80, 100]), unheard(talk, range(0, 400, 20)), unheard(talk, [])
    ((100, 400), None, (0, 400))
    """
    edges = [0, *starts[1:], len(speech)]
    found = [(sum(map(bool, speech[begin:end])), begin, end) for begin, end in pairwise(edges)]
    spoken, begin, end = max(found, key=lambda stretch: stretch[0])
    return (begin, end) if spoken >= UNHEARD_WINDOWS else None
