"""History of a missed word: its origin, what earlier generations tried for it, and with what result."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from clm.base import files
from clm.evaluation.summaries import Summary
from clm.results.plans import Attempt, MissedWord, Plan


def trace(
    words: Iterable[MissedWord],
    summaries: Sequence[Summary],
    plans: Mapping[str, Plan],
    statuses: Mapping[str, Mapping[str, Mapping[str, str]]],
    folders: Collection[str],
) -> list[MissedWord]:
    """The words of a new plan, each with what is known about it from earlier generations.

    Args:
        words: of the new plan.
        summaries: of the models so far, the stock model first.
        plans: plans of the finished generations, oldest first.
        statuses: rows of their status.csv by word.
        folders: those that can be learned from; the others do not count.

    """
    counted = {summary.model: _tokens(summary, folders) for summary in summaries}
    learned = {model: {item.word for item in plan.words} for model, plan in plans.items()}
    stock = summaries[0].model if summaries else ""
    return [_traced(item, counted, learned, statuses, stock) for item in words]


def _traced(
    item: MissedWord,
    counted: Mapping[str, Mapping[str, Mapping[str, int]]],
    learned: Mapping[str, Collection[str]],
    statuses: Mapping[str, Mapping[str, Mapping[str, str]]],
    stock: str,
) -> MissedWord:
    missed = {model: tokens["missed"].get(item.word, 0) for model, tokens in counted.items()}
    tried = []
    for model in (name for name, words in learned.items() if item.word in words):
        row = statuses.get(model, {}).get(item.word, {})
        tokens = counted.get(model)
        attempt = Attempt(
            model=model,
            status=row.get("status", ""),
            articles=int(row.get("articles") or 0),
            words=int(row.get("words") or 0),
            fixed=None if tokens is None else tokens["fixed"].get(item.word, 0),
            of=missed.get(stock, 0),
        )
        tried.append(attempt)
    depth = sum(bool(missed.get(attempt.model)) for attempt in tried)
    kept = {model: count for model, count in missed.items() if count}
    return MissedWord(item.word, item.folders, kept, tuple(tried), depth)


def _tokens(summary: Summary, folders: Collection[str]) -> dict[str, dict[str, int]]:
    """Missed and fixed tokens by word, over these folders."""
    counts: dict[str, dict[str, int]] = {"missed": {}, "fixed": {}}
    for name in summary.folders.keys() & set(folders):
        for recording in summary.folders[name].recordings.values():
            for kind, total in counts.items():
                for word, count in getattr(recording, kind).items():
                    total[word] = total.get(word, 0) + count
    return counts


def read_statuses(directory: Path, models: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Rows of the status.csv of each model's missed words, by word; none for a model without such a file."""
    paths = {model: directory / model / "corpus" / "status.csv" for model in models}
    return {
        model: {row["keyword"]: row for row in files.read_table(path)} for model, path in paths.items() if path.exists()
    }


def still_missed(plan: Plan) -> frozenset[str]:
    """Words that were missed although a generation had learned them."""
    return frozenset(item.word for item in plan.words if item.depth)
