"""Praat's TextGrid, long and short: the words of the tiers that hold words.

A reader in Praat's own manner: of the file only strings in quotes, numbers and flags that stand alone count, so that
both forms are one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = re.compile(r'\s*(?:File type = )?"ooTextFile(?: short)?"\s*(?:Object class = )?"TextGrid"')
_TOKEN = re.compile(r'"(?:[^"]|"")*"|<\w+>|(?<!\S)[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?=\s|$)')
#: Tiers that hold no words, by the names that aligners and annotators give them.
_NO_WORDS = re.compile(
    r"(?<![a-z])(?:phon|segment|syll|tone|note|comment|remark|\bpos\b|lemma|break|\bbi\b|misc|\bipa\b|\bmau\b|\bkan\b|event|pitch|"
    r"gloss|translation|stress|noise|speaker ?id|\bkas\b|\bsap\b|\bspk\b|sentiment|emotion|topic|\bvad\b)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"word|\bort\b|orthograph", re.IGNORECASE)
_SILENCE = re.compile(r"(?:sil|sp|spn|pau|#+|_+|<[^<>\s]*>|\{[^{}\s]*\})$", re.IGNORECASE)


@dataclass(frozen=True)
class Tier:
    """`marks`: start in seconds and text of each interval or point that has a text."""

    name: str
    intervals: bool
    marks: tuple[tuple[float, str], ...]

    @property
    def words(self) -> list[str]:
        """All words, to compare two tiers."""
        return " ".join(text for _, text in self.marks).lower().split()


def is_textgrid(text: str) -> bool:
    """True if a text is a TextGrid."""
    return _HEAD.match(text) is not None


def read(text: str) -> list[str]:
    """Words in order of time: of the tiers of words where some are named so, else of all that may hold speech.

    Raises:
        ValueError: it is cut short or not a TextGrid.

    """
    tiers = [tier for tier in parse(text) if tier.marks]
    spoken = [tier for tier in tiers if not _NO_WORDS.search(tier.name)] or tiers
    spoken = [tier for tier in spoken if tier.intervals] or spoken
    chosen = [tier for tier in spoken if _WORDS.search(tier.name)] or spoken
    different: list[Tier] = []
    for tier in chosen:
        if all(tier.words != other.words for other in different):
            different.append(tier)
    marks = sorted((mark for tier in different for mark in tier.marks), key=lambda mark: mark[0])
    return [words for _, mark in marks if (words := " ".join(mark.split())) and not _SILENCE.match(words)]


def parse(text: str) -> list[Tier]:
    """The tiers in their order.

    Raises:
        ValueError: it is cut short or not a TextGrid.

    """
    tokens = iter(_TOKEN.findall(text[_HEAD.match(text).end() :]))  # type: ignore[union-attr]
    try:
        _, _, exists = next(tokens), next(tokens), next(tokens)
        return [_tier(tokens) for _ in range(int(next(tokens)) if exists == "<exists>" else 0)]
    except (StopIteration, ValueError) as error:
        raise ValueError("a TextGrid that is cut short or damaged") from error


def _tier(tokens: Iterator[str]) -> Tier:
    kind, name = _string(next(tokens)), _string(next(tokens))
    next(tokens), next(tokens)
    marks = []
    for _ in range(int(next(tokens))):
        start = float(next(tokens))
        if kind == "IntervalTier":
            next(tokens)
        marks.append((start, _string(next(tokens))))
    return Tier(name, kind == "IntervalTier", tuple(mark for mark in marks if mark[1].strip()))


def _string(token: str) -> str:
    if not token.startswith('"'):
        raise ValueError(token)
    return token[1:-1].replace('""', '"')
