"""Where a missed word comes from, what earlier generations tried for it, and what that brought."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from clm.base import files

Summary = Mapping[str, Any]


def trace(
    words: Iterable[Mapping[str, Any]],
    summaries: Sequence[Summary],
    plans: Mapping[str, Mapping[str, Any]],
    statuses: Mapping[str, Mapping[str, Mapping[str, str]]],
    folders: Collection[str],
) -> list[dict[str, Any]]:
    """The words of a new plan, each with what is known about it from earlier generations.

    Added to each word: `missed`, tokens that each model missed; `tried`, for every generation that learned it the
    status, articles and words that the look-up brought, and how many tokens of those that the baseline missed it
    fixed (`fixed` of `of`); `depth`, the number of generations that learned it and still miss it.

    Args:
        words: of the new plan.
        summaries: of the models so far, the stock model first.
        plans: plan.json of the finished generations, oldest first.
        statuses: rows of their status.csv by word.
        folders: those that can be learned from; the others count for nothing here.

    """
    counted = {summary["model"]: _tokens(summary, folders) for summary in summaries}
    learned = {model: {item["word"] for item in plan.get("words", ())} for model, plan in plans.items()}
    stock = summaries[0]["model"] if summaries else ""
    return [_traced(item, counted, learned, statuses, stock) for item in words]


def _traced(
    item: Mapping[str, Any],
    counted: Mapping[str, Mapping[str, Mapping[str, int]]],
    learned: Mapping[str, Collection[str]],
    statuses: Mapping[str, Mapping[str, Mapping[str, str]]],
    stock: str,
) -> dict[str, Any]:
    word = item["word"]
    missed = {model: tokens["missed"].get(word, 0) for model, tokens in counted.items()}
    tried = []
    for model in (name for name, words in learned.items() if word in words):
        row = statuses.get(model, {}).get(word, {})
        tokens = counted.get(model)
        tried.append(
            {
                "model": model,
                "status": row.get("status", ""),
                "articles": int(row.get("articles") or 0),
                "words": int(row.get("words") or 0),
                "fixed": tokens and tokens["fixed"].get(word, 0),
                "of": missed.get(stock, 0),
            }
        )
    depth = sum(bool(missed.get(attempt["model"])) for attempt in tried)
    return {
        **item,
        "missed": {model: count for model, count in missed.items() if count},
        "tried": tried,
        "depth": depth,
    }


def _tokens(summary: Summary, folders: Collection[str]) -> dict[str, dict[str, int]]:
    """Missed and fixed tokens by word, over these folders."""
    counts: dict[str, dict[str, int]] = {"missed": {}, "fixed": {}}
    for name in summary["folders"].keys() & set(folders):
        for recording in summary["folders"][name]["recordings"].values():
            for kind, total in counts.items():
                for word, count in recording.get(kind, {}).items():
                    total[word] = total.get(word, 0) + count
    return counts


def read_statuses(directory: Path, models: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Rows of the status.csv of each model's missed words, by word; none for a model without such a file."""
    paths = {model: directory / model / "corpus" / "status.csv" for model in models}
    return {
        model: {row["keyword"]: row for row in files.read_table(path)} for model, path in paths.items() if path.exists()
    }


def still_missed(plan: Mapping[str, Any]) -> frozenset[str]:
    """Words that were missed although a generation had learned them."""
    return frozenset(item["word"] for item in plan.get("words", ()) if item.get("depth"))
