"""Two results folders in words: as plain text, and as data for other programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from clm.base.messages import counted, some
from clm.before_after.two_results import BeforeAfter, FolderChange, ModelChange
from clm.english.words import learnable
from clm.evaluation.bootstrap import BETTER, NOT_PROVEN, WORSE

WIDTH = 100
MOST_FOLDERS = 12
MOST_WORDS = 12
MOST_SETTINGS = 12
_MINUS = "-"


def lines(found: BeforeAfter) -> list[str]:
    """The comparison as plain text: what differs, every model, and the folders and words of the first of them."""
    shown = [headline(found, telling(found)), *remarks(found), "", *_model_table(found), ""]
    for change in detailed(found):
        shown += [f"{title(change)}, folder by folder:", "", *_folder_table(found, change), "", *words(change), ""]
    return [line for text in shown for line in (_filled(text) if " " * 2 not in text else [text])][:-1]


def telling(found: BeforeAfter) -> ModelChange:
    """The model that the headline is about: the first with a proven change, else with any, else the first."""
    proven = (change for change in found.models if verdict(change) in (BETTER, WORSE))
    changed = (change for change in found.models if change.total.wers[0] != change.total.wers[1])
    return next(proven, None) or next(changed, found.models[0])


def headline(found: BeforeAfter, change: ModelChange) -> str:
    """The answer in a sentence, on one model."""
    before, after = change.total.wers
    how = verdict(change)
    proof = {
        BETTER: f"proven, p = {p_value(change)}",
        WORSE: f"proven, p = {p_value(change)}",
        NOT_PROVEN: f"not proven, p = {p_value(change)}" if p_value(change) else "too few recordings to prove anything",
    }.get(how, "words are counted differently, so nothing can be tested")
    where = " that neither learned from" if change.scope == "heldout" else ""
    return (
        f"{title(change)}: WER {before:.3f} in {found.before}, {after:.3f} in {found.after}"
        f" ({percent(change)}; {proof}) on {counted(len(change.folders), 'folder')}{where}."
    )


def title(change: ModelChange) -> str:
    """The model, or both where they differ."""
    return change.after if change.before == change.after else f"{change.before} -> {change.after}"


def verdict(change: ModelChange) -> str:
    """Better, worse or not proven; empty where nothing can be tested."""
    return change.statistics.verdict if change.statistics else ""


def percent(change: ModelChange) -> str:
    """Change of the WER relative to before; empty where there were no errors."""
    return "" if change.relative is None else f"{change.relative:+.1%}"


def remarks(found: BeforeAfter) -> Iterator[str]:
    """What differs between both, and what does not count."""
    if found.settings:
        shown = [f"{key}: {_value(old)} -> {_value(new)}" for key, old, new in found.settings[:MOST_SETTINGS]]
        more = len(found.settings) - len(shown)
        yield f"Different settings: {'; '.join(shown)}{f'; and {more} more' if more > 0 else ''}."
    else:
        yield "The settings of both are equal; texts, models or versions may differ."
    if any(change.statistics is None for change in found.models):
        yield (
            "Words are counted differently on both sides (another normalizer, equivalents or engine for scoring): a"
            " lower WER may come from the counting alone. To compare recognisers, score both with one normalizer."
        )
    if found.changed:
        yield f"Not counted, since audio or transcript has changed: {some(['/'.join(key) for key in found.changed])}."
    for side, names in ((found.before, found.only_before), (found.after, found.only_after)):
        if names:
            yield f"Not counted, since only in {side}: {some(names)}."


def words(change: ModelChange) -> Iterator[str]:
    """The words that are no longer missed, and those that are missed now, most frequent first."""
    for label, found in (("No longer missed", change.gone), ("Newly missed", change.new)):
        chosen = frequent(found)
        listed = ", ".join(f"{word} {count}" for word, count in chosen[:MOST_WORDS])
        yield f"{label}: {listed or 'no word'}{', ...' if len(chosen) > MOST_WORDS else ''}"


def frequent(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Words with their counts, the most frequent first; function words are left out."""
    return sorted(((word, n) for word, n in counts.items() if learnable(word)), key=lambda item: (-item[1], item[0]))


def by_gain(change: ModelChange) -> list[FolderChange]:
    """Folders, those with the largest gain first."""
    return sorted(change.folders, key=lambda item: (item.wers[1] - item.wers[0], item.folder))


def as_data(found: BeforeAfter) -> dict[str, Any]:
    """Everything as JSON values; rates are fractions with six decimals."""
    return {
        "before": str(found.before),
        "after": str(found.after),
        "settings": [{"key": key, "before": old, "after": new} for key, old, new in found.settings],
        "not_compared": {
            "changed": ["/".join(key) for key in found.changed],
            "only_before": list(found.only_before),
            "only_after": list(found.only_after),
        },
        "models": [model_data(change) for change in found.models],
    }


def model_data(change: ModelChange) -> dict[str, Any]:
    """A model as JSON values."""
    statistics = change.statistics
    better, worse, same = change.counts()
    return {
        "before": change.before,
        "after": change.after,
        "scope": change.scope,
        **_rates(change.total),
        "change": None if change.relative is None else round(change.relative, 6),
        "p_value": statistics and statistics.p_value,
        "verdict": verdict(change) or None,
        "folders_better": better,
        "folders_worse": worse,
        "folders_same": same,
        "folders": [{"folder": item.folder, **_rates(item)} for item in change.folders],
        "no_longer_missed": dict(frequent(change.gone)),
        "newly_missed": dict(frequent(change.new)),
    }


def _rates(item: FolderChange) -> dict[str, Any]:
    before, after = item.wers
    return {
        "words_before": item.words[0],
        "words_after": item.words[1],
        "wer_before": round(before, 6),
        "wer_after": round(after, 6),
    }


def detailed(found: BeforeAfter) -> Sequence[ModelChange]:
    """The models whose folders are shown: the baselines, and the champions where these are other models."""
    return found.models[: 2 if len(found.models) > 1 else 1]


def _model_table(found: BeforeAfter) -> list[str]:
    rows = [("model", str(found.before), str(found.after), "change", "p", "verdict", "folders", "scope")]
    for change in found.models:
        before, after = change.total.wers
        better, worse, same = change.counts()
        folders = f"{better} better, {worse} worse, {same} same"
        verdicts = verdict(change) or "-"
        rates = (f"{before:.3f}", f"{after:.3f}", percent(change), p_value(change))
        rows.append((title(change), *rates, verdicts, folders, change.scope))
    return table(rows, left=(0, 5, 6, 7))


def _folder_table(found: BeforeAfter, change: ModelChange) -> list[str]:
    rows = [("folder", "words", str(found.before), str(found.after), "change")]
    ordered = by_gain(change)
    half = MOST_FOLDERS // 2
    chosen = ordered if len(ordered) <= MOST_FOLDERS else [*ordered[:half], *ordered[-half:]]
    for item in chosen:
        before, after = item.wers
        rows.append((item.folder, f"{item.words[1]:,}", f"{before:.3f}", f"{after:.3f}", f"{after - before:+.3f}"))
    shown = table(rows, left=(0,))
    if len(chosen) < len(ordered):
        shown.insert(half + 1, f"... {len(ordered) - len(chosen):,} more folders ...")
    return shown


def table(rows: Iterable[Sequence[str]], left: Iterable[int]) -> list[str]:
    """Rows of equal length in columns; those in `left` are aligned to the left.

    >>> table([("a", "n"), ("bc", "10")], left=[0])
    ['a    n', 'bc  10']
    """
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    aligned = set(left)
    return [
        "  ".join(
            text.ljust(wide) if place in aligned else text.rjust(wide)
            for place, (text, wide) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def p_value(change: ModelChange) -> str:
    """The p-value in two digits; empty where nothing was tested."""
    value = change.statistics.p_value if change.statistics else None
    return "" if value is None else f"{value:.2g}"


def _value(value: Any) -> str:
    text = "null" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _filled(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
