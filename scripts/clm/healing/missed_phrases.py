"""Names and terms of several words that were missed: better queries than their single words."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from clm.base import files
from clm.english.words import is_name, learnable, plain, stop_words
from clm.healing.plan import merge_words
from clm.results.manifests import reference
from clm.results.plans import MissedWord
from clm.scoring import folder_score
from clm.scoring.error_rate import missed_positions

#: Of one plan; the most frequent ones, names first.
MOST = 300
#: Words that a run of missed words, and a name, may have.
_LONGEST_RUN, _LONGEST_NAME = 3, 6
# texts in which more words than this begin with a capital are titles, or all in capitals
_MOST_CAPITALS, _ENOUGH_WORDS = 0.6, 20
_CONNECTORS = frozenset(["of", "the", "and", "for", "de", "del", "la", "van", "von", "der", "&", "al"])
_TOKEN = re.compile(r"[^\s\u2013\u2014/]+")
_INITIAL = re.compile(r"(?:[A-Z]\.)+$")
_AROUND = "\"'()[]{}\u201c\u201d\u2018\u2019\u00ab\u00bb*_"
_STOPS = ".,;:!?\u2026"


def runs(words: Sequence[str], missed: Set[int], common: Collection[str] = ()) -> Counter[str]:
    """Neighbouring words that were all missed, two or three at a time, and may be a term.

    The first and the last are worth learning, and not all are words of general English.

    >>> sorted(runs("the endoplasmic reticulum of a cell".split(), {1, 2, 3, 4, 5}))
    ['endoplasmic reticulum']
    """
    found: Counter[str] = Counter()
    for length in range(2, _LONGEST_RUN + 1):
        for start in range(len(words) - length + 1):
            window = words[start : start + length]
            if (
                all(place in missed for place in range(start, start + length))
                and learnable(window[0])
                and learnable(window[-1])
                and not all(word in common or not learnable(word) for word in window)
                and stop_words().isdisjoint(window[1:-1])
            ):
                found[" ".join(window)] += 1
    return found


def names(reference: str, missed: Collection[str]) -> Counter[str]:
    """Capitalised words of a reference that belong together and of which one at least was missed.

    >>> names("Welcome to NextEra Energy. The Bank of England, and Acme too, saw it.", {"nextera", "england", "acme"})
    Counter({'NextEra Energy': 1, 'Bank of England': 1})
    >>> sorted(names("Today NextEra Energy won.", {"nextera"}))
    ['NextEra Energy', 'Today NextEra Energy']
    """
    words = _TOKEN.findall(reference)
    capitals = sum(word.lstrip(_AROUND)[:1].isupper() for word in words)
    if reference.isupper() or (len(words) > _ENOUGH_WORDS and capitals > _MOST_CAPITALS * len(words)):
        return Counter()
    found: Counter[str] = Counter()
    for span in _spans(words):
        if 2 <= len(span) <= _LONGEST_NAME and any(
            word in missed and learnable(word) for word in plain(" ".join(span))
        ):
            found[" ".join(span)] += 1
    return found


def _spans(words: Iterable[str]) -> Iterator[list[str]]:
    """Runs of capitalised words, with connectors inside, without function words at their ends.

    The first word of a sentence has its capital in any case, so such a run is given without it as well.
    """
    span: list[str] = []
    begins = True
    for token in (*words, "."):
        bare = token.strip(_AROUND)
        word = bare if _INITIAL.search(bare) else bare.rstrip(_STOPS).strip(_AROUND)
        is_part = word[:1].isupper() or (bool(span) and word in _CONNECTORS)
        ends_before = not is_part or token[:1] in _AROUND
        if span and ends_before:
            yield from _forms(span, begins=begins)
            span, begins = [], False
        if is_part:
            span.append(re.sub("['\u2019]s$", "", word))
            if not token.endswith(word):
                yield from _forms(span, begins=begins)
                span = []
        if not span:
            begins = (word != bare and bare[-1:] in ".!?\u2026") or (begins and not word)


def _forms(span: list[str], *, begins: bool) -> Iterator[list[str]]:
    trimmed = _trimmed(span)
    yield trimmed
    if begins and trimmed[:1] == span[:1]:
        yield _trimmed(trimmed[1:])


def _trimmed(span: list[str]) -> list[str]:
    """Without function words at the ends.

    >>> _trimmed(["The", "Bank", "of", "England", "and", "the"])
    ['Bank', 'of', 'England']
    """
    kept = list(span)
    for end in (0, -1):
        while kept and (kept[end].lower() in stop_words() or kept[end] in _CONNECTORS):
            kept.pop(end)
    return kept


def missed_phrases(
    directory: Path,
    models: Iterable[str],
    folders: Mapping[str, Iterable[Mapping[str, Any]]],
    common: Collection[str] = (),
) -> list[MissedWord]:
    """Phrases that any of the models missed in these folders, as `healing.missed_words` lists words.

    Args:
        directory: with the scored folders of each model.
        models: names of the models.
        folders: those to learn from, with the entries of their recordings in the index.
        common: words of general English.

    """
    found: dict[str, dict[str, int]] = {}
    for folder, items in folders.items():
        texts = {item["recording"]: reference(item) for item in items}
        for model in models:
            total: Counter[str] = Counter()
            for recording, words, missed in _missed(directory / model / folder):
                total += runs(words, missed, common)
                total += names(texts.get(recording, ""), {words[position] for position in missed})
            for phrase, count in total.items():
                counts = found.setdefault(phrase, {})
                counts[folder] = max(counts.get(folder, 0), count)
    return choose(merge_words(MissedWord(phrase, counts) for phrase, counts in found.items()))


def choose(phrases: Sequence[MissedWord]) -> list[MissedWord]:
    """The most frequent phrases, sorted; a name stands for the run of the same words.

    >>> [item.word for item in choose([MissedWord("acme corp"), MissedWord("Acme Corp")])]
    ['Acme Corp']
    """
    named = {item.word.casefold() for item in phrases if is_name(item.word)}
    kept = [item for item in phrases if is_name(item.word) or item.word not in named]
    kept.sort(key=lambda item: (-item.tokens, not is_name(item.word), item.word))
    return sorted(kept[:MOST], key=lambda item: item.word)


def _missed(directory: Path) -> Iterator[tuple[str, list[str], frozenset[int]]]:
    """Recordings of a scored folder: name, words of the reference, positions of those that were missed."""
    if not (directory / "wer.json").exists():
        return
    rows = files.read_table(directory / "normalized.tsv", delimiter="\t")
    references = {row["recording"]: row["reference"].split() for row in rows}
    for name, recording in folder_score.read(directory / "wer.json").recordings.items():
        words = references.get(name, [])
        missed = missed_positions(recording.alignment)
        if len(words) > max(missed, default=-1):
            yield name, words, missed
