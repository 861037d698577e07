"""Leakage: recordings' spoken words found in the text that a model was trained from.

Counted are the 5-grams of a folder's references, and its sentences of at least five words, that occur word for word
in the corpus. Related text shares some; text that shares much is the answer sheet, and the WER of the model is
meaningless for other recordings. Both texts are compared in lower case, without punctuation, across line ends.

Only what the references hold is kept in memory, so that the corpus may be of any size.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from clm.base import files

ORDER = 5
#: Shares above which a folder is marked. Text about the same subject by other people stays below: see docs/metrics.md.
NGRAM_SHARE = 0.2
SENTENCE_SHARE = 0.1
FEWEST_NGRAMS = 20  # a folder with fewer 5-grams is marked by its number of sentences only if all of it is found

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.?!\u3002])\s+|\n+")


class SourceShare(NamedTuple):
    """Share of a folder's references that is in one file of a corpus."""

    ngram_share: float
    sentences: int


@dataclass(frozen=True)
class FolderLeakage:
    """Share of a folder's references that is in a corpus.

    `ngrams` and `sentences` are their numbers; `ngram_share` and `sentence_share` those found in any file, None
    where there are none; `sources` are the files that hold some; `example` is a sentence found, or empty.
    """

    ngrams: int = 0
    ngram_share: float | None = None
    sentences: int = 0
    sentence_share: float | None = None
    sources: Mapping[str, SourceShare] = field(default_factory=dict)
    example: str = ""
    leaked: bool = False


#: By folder.
Leakage = Mapping[str, FolderLeakage]


def write(path: Path, model: str, found: Leakage) -> None:
    """Write `leakage/<model>.json`."""
    files.write_json(path, {"model": model, "folders": {folder: _as_json(part) for folder, part in found.items()}})


def _as_json(found: FolderLeakage) -> dict[str, Any]:
    return {**asdict(found), "sources": {name: share._asdict() for name, share in found.sources.items()}}


def read(path: Path) -> Leakage:
    """Read `leakage/<model>.json`.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    return {folder: _from_json(part) for folder, part in files.read_json(path).get("folders", {}).items()}


def _from_json(data: Mapping[str, Any]) -> FolderLeakage:
    sources = {
        name: SourceShare(share.get("ngram_share", 0.0), share.get("sentences", 0))
        for name, share in data.get("sources", {}).items()
    }
    known = {key: value for key, value in data.items() if key in FolderLeakage.__dataclass_fields__}
    return FolderLeakage(**{**known, "sources": sources})


def words(text: str) -> list[str]:
    """Words as they are compared.

    >>> words("Don’t re-use it, OK?")
    ["don't", 're', 'use', 'it', 'ok']
    """
    return [word.replace("\u2019", "'") for word in _WORD.findall(text.casefold())]


def sentences(text: str) -> list[tuple[str, ...]]:
    """Sentences with enough words to be recognised.

    >>> sentences("Thank you. The cell has a membrane! Yes.")
    [('the', 'cell', 'has', 'a', 'membrane')]
    """
    parts = (tuple(words(part)) for part in _SENTENCE.split(text))
    return [part for part in parts if len(part) >= ORDER]


def find(corpora: Mapping[str, Path], references: Mapping[str, Iterable[str]]) -> dict[str, FolderLeakage]:
    """Look for the references of each folder in the corpus files.

    Args:
        corpora: files of the model's corpus by the name of their source.
        references: the texts of each folder.

    """
    texts = {folder: list(parts) for folder, parts in references.items()}
    grams = {folder: _grams(parts) for folder, parts in texts.items()}
    spoken = {folder: {s for part in parts for s in sentences(part)} for folder, parts in texts.items()}
    wanted = {gram for found in grams.values() for gram in found}
    starts: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for found in spoken.values():
        for sentence in found:
            starts.setdefault(sentence[:ORDER], set()).add(sentence)
    held = {source: _search(path, wanted, starts) for source, path in sorted(corpora.items())}
    return {folder: _report(grams[folder], spoken[folder], held) for folder in sorted(texts)}


def _grams(texts: Iterable[str]) -> set[tuple[str, ...]]:
    return {gram for text in texts for gram in _runs(words(text))}


def _runs(text: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(text[start:] for start in range(ORDER)), strict=False)


def _search(
    path: Path, wanted: set[tuple[str, ...]], starts: Mapping[tuple[str, ...], set[tuple[str, ...]]]
) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """5-grams and sentences that the file holds."""
    longest = max((len(sentence) for found in starts.values() for sentence in found), default=ORDER)
    grams: set[tuple[str, ...]] = set()
    found: set[tuple[str, ...]] = set()
    carried: list[str] = []
    for block in _blocks(path):
        text = carried + block
        for place, gram in enumerate(_runs(text)):
            if gram in wanted:
                grams.add(gram)
                for sentence in starts.get(gram, ()):
                    if tuple(text[place : place + len(sentence)]) == sentence:
                        found.add(sentence)
        carried = text[-(longest - 1) :]
    return grams, found


def _blocks(path: Path, lines: int = 20_000) -> Iterator[list[str]]:
    """Words of the file, some thousand lines at a time."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        while block := list(islice(file, lines)):
            yield words("".join(block))


def _report(
    grams: set[tuple[str, ...]],
    spoken: set[tuple[str, ...]],
    held: Mapping[str, tuple[set[tuple[str, ...]], set[tuple[str, ...]]]],
) -> FolderLeakage:
    found_grams = grams & set().union(*(part[0] for part in held.values()))
    found = spoken & set().union(*(part[1] for part in held.values()))
    ngram_share = len(found_grams) / len(grams) if grams else None
    sentence_share = len(found) / len(spoken) if spoken else None
    sources = {
        source: SourceShare(round(len(grams & part[0]) / len(grams), 6), len(spoken & part[1]))
        for source, part in held.items()
        if grams & part[0]
    }
    enough = len(grams) >= FEWEST_NGRAMS
    leaked = bool(grams) and (
        (ngram_share or 0) >= (NGRAM_SHARE if enough else 1)
        or (enough and len(found) > 1 and (sentence_share or 0) >= SENTENCE_SHARE)
    )
    return FolderLeakage(
        ngrams=len(grams),
        ngram_share=None if ngram_share is None else round(ngram_share, 6),
        sentences=len(spoken),
        sentence_share=None if sentence_share is None else round(sentence_share, 6),
        sources=sources,
        example=" ".join(min(found)) if found else "",
        leaked=leaked,
    )
