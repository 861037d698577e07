"""What wer.json holds: the scores of one model on the recordings of one folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.scoring import mapsswe, word_metrics
from clm.scoring.error_rate import (
    Alignment,
    ErrorCounts,
    align,
    errors_by_block,
    missed_positions,
    score,
)

if TYPE_CHECKING:
    from clm.normalization.normalizer import Normalizer
    from clm.normalization.profiles import Profile

MOST_LISTED = 50  # confusions, insertions, deletions
MOST_EXPLAINED = 20  # words with contexts


def score_folder(
    rows: Iterable[Mapping[str, str]],
    baseline_rows: Iterable[Mapping[str, str]] | None,
    failures: Mapping[str, Reason],
    normalizer: Normalizer | Profile,
    *,
    unspaced: bool = False,
) -> dict[str, Any]:
    """Score the recordings of a folder: what wer.json holds.

    Args:
        rows: normalized.tsv (recording, reference, hypothesis) of the model.
        baseline_rows: the baseline's; None for the baseline itself. A recording that the baseline lacks, or has with
            another reference, gets no fixed and broken words.
        failures: recordings that failed for good; empty references are added to them.
        normalizer: what made `rows`.
        unspaced: whether their language has no spaces between words.

    """
    baselines = {row["recording"]: row for row in baseline_rows or ()}
    failed = dict(failures)
    recordings, lists = [], _Lists()
    for row in sorted(rows, key=lambda row: row["recording"]):
        if row["reference"].split():
            recordings.append(_score_recording(row, baselines.get(row["recording"]), lists, unspaced))
        else:
            failed[row["recording"]] = codes.empty_reference()
    counts = sum((ErrorCounts(**recording["counts"]) for recording in recordings), ErrorCounts())
    characters = sum((ErrorCounts(**recording["characters"]) for recording in recordings), ErrorCounts())
    words = {
        f"{kind}_words": _by_frequency(sum((Counter(r[kind]) for r in recordings), Counter()))
        for kind in ("missed", "fixed", "broken")
    }
    return {
        "normalizer": {"profile": normalizer.name, "version": normalizer.version}
        | ({"without": list(normalizer.without)} if normalizer.without else {}),
        "counts": asdict(counts),
        "characters": asdict(characters),
        "wer": counts.rate,
        "cer": characters.rate,
        "mapsswe": _matched_pairs(recordings),
        **words,
        **lists.as_json(),
        "contexts": {kind: lists.contexts[kind] for kind in ("missed", "fixed", "broken")},
        "recordings": recordings,
        "failures": [{"recording": name, "reason": failed[name].as_json()} for name in sorted(failed)],
    }


class _Lists:
    """Word lists over the recordings of a folder."""

    def __init__(self) -> None:
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.deleted: Counter[str] = Counter()
        self.inserted: Counter[str] = Counter()
        self.contexts: dict[str, dict[str, list[dict[str, str]]]] = {"missed": {}, "fixed": {}, "broken": {}}

    def add(
        self,
        recording: str,
        reference: tuple[str, ...],
        hypothesis: list[str],
        alignment: Alignment,
        places: Mapping[str, frozenset[int]],
    ) -> None:
        """Take in one recording; `places` are those of missed, fixed and broken words."""
        for mine, new in zip(
            (self.pairs, self.deleted, self.inserted),
            word_metrics.confusions(reference, hypothesis, alignment),
            strict=True,
        ):
            mine.update(new)
        for kind, where in places.items():
            frequent = Counter(reference[place] for place in where).most_common(MOST_EXPLAINED)
            words = [word for word, _ in frequent]
            for word, found in word_metrics.contexts(words, reference, hypothesis, alignment, where).items():
                listed = self.contexts[kind].setdefault(word, [])
                listed += [{"recording": recording, **item} for item in found][
                    : word_metrics.MOST_CONTEXTS - len(listed)
                ]

    def as_json(self) -> dict[str, Any]:
        """The most frequent confusions, insertions and deletions."""
        pairs = Counter({" -> ".join(pair): count for pair, count in self.pairs.items()})
        lists = {"confusions": pairs, "deleted_words": self.deleted, "inserted_words": self.inserted}
        return {name: dict(list(_by_frequency(words).items())[:MOST_LISTED]) for name, words in lists.items()}


def _score_recording(
    row: Mapping[str, str], baseline_row: Mapping[str, str] | None, lists: _Lists, unspaced: bool
) -> dict[str, Any]:
    scored = score(row["reference"], row["hypothesis"], unspaced=unspaced)
    missed = missed_positions(scored.alignment)
    places = {"missed": missed, "fixed": frozenset(), "broken": frozenset()}
    pairs = None
    if baseline_row is not None and baseline_row["reference"] == row["reference"]:
        baseline = align(scored.reference, baseline_row["hypothesis"].split())
        theirs = missed_positions(baseline)
        places |= {"fixed": theirs - missed, "broken": missed - theirs}
        pairs = list(mapsswe.summarize(scored.alignment, baseline))
    lists.add(row["recording"], scored.reference, row["hypothesis"].split(), scored.alignment, places)
    words = {kind: _by_frequency(Counter(scored.reference[p] for p in where)) for kind, where in places.items()}
    return {
        "recording": row["recording"],
        "counts": asdict(scored.counts),
        "characters": asdict(scored.characters),
        "wer": scored.counts.rate,
        "mapsswe": pairs,
        "alignment": [list(chunk) for chunk in scored.alignment],
        "blocks": [list(block) for block in errors_by_block(scored.alignment, scored.counts.words)],
        **words,
    }


def _matched_pairs(recordings: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The matched-pairs test against the baseline, or None where there is none."""
    sums = [recording["mapsswe"] for recording in recordings if recording["mapsswe"] is not None]
    return mapsswe.matched_pairs(mapsswe.combine(sums))._asdict() if sums else None


def _by_frequency(words: Counter[str]) -> dict[str, int]:
    """Sort by falling count, then by word."""
    return dict(sorted(words.items(), key=lambda item: (-item[1], item[0])))
