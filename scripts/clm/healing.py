"""When a new generation is due, and what it learns from."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clm import files, models

FEWEST_TO_HOLD_OUT = 6


def evidence_of(audio_sha256: str, text_sha256: str) -> tuple[str, str]:
    """The names under which a plan lists a recording and its reference: their contents, not their paths."""
    return f"audio {audio_sha256[:16]}", f"text {text_sha256[:16]}"


def choose_heldout(names: Collection[str]) -> list[str]:
    """About a third of the folders, the same ones however many are added; none where there are fewer than six.

    >>> choose_heldout([f"lecture-{number}" for number in range(1, 10)])
    ['lecture-1', 'lecture-2', 'lecture-6', 'lecture-8']
    """
    if len(names) < FEWEST_TO_HOLD_OUT:
        return []
    return sorted(name for name in names if int(files.digest(name), 16) % 3 == 0)


def evidence_in(index: Path, folders: Iterable[str]) -> set[str]:
    """Evidence in these folders, from the manifests beside `results/inputs.json`."""
    manifests = (files.read_json(index.with_suffix("") / f"{folder}.json") for folder in folders)
    pairs = (pair for manifest in manifests for pair in manifest["recordings"])
    return {item for pair in pairs for item in evidence_of(pair["audio_sha256"], pair["text_sha256"])}


def corpus_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that decide where articles come from, as a plan records them."""
    corpus = config["corpus"]
    wikipedia = {key: value for key, value in corpus["wikipedia"].items() if key != "contact"}
    return {"source": corpus["source"], "folder": corpus["folder"], "wikipedia": wikipedia}


@dataclass(frozen=True)
class History:
    """What was planned so far.

    `plans` are those of finished generations, oldest first; `plan` and `outcome` are of the generation that is
    next: unfinished, or decided against (a twin, no text), or empty.
    """

    plans: tuple[dict[str, Any], ...] = ()
    plan: dict[str, Any] = field(default_factory=dict)
    outcome: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path, finished: Iterable[str], following: str) -> "History":
        """Read the plans in `results/models`."""
        plans = (models.read_if_there(directory / name / "plan.json") for name in finished)
        return cls(
            tuple(plan for plan in plans if plan),
            models.read_if_there(directory / following / "plan.json"),
            models.read_if_there(directory / following / "training.json"),
        )

    @property
    def unfinished(self) -> bool:
        """Whether a generation was planned and not decided on, because the run was killed, say."""
        return bool(self.plan.get("train")) and self.outcome.get("plan") != files.digest(self.plan)

    @property
    def evidence(self) -> set[str]:
        """Digests of recordings and references that a plan has drawn on."""
        return {item for plan in (*self.plans, self.plan) for item in plan.get("evidence", [])}

    @property
    def last(self) -> dict[str, Any]:
        """The latest plan, whatever came of it."""
        return self.plan or (self.plans[-1] if self.plans else {})

    @property
    def corpus(self) -> dict[str, Any] | None:
        """Corpus settings of the latest plan."""
        return self.last.get("corpus")

    @property
    def attempt(self) -> int:
        """Number of the attempt to collect the corpus of the generation that is next."""
        return self.outcome.get("attempt", 0) + bool(self.outcome.get("retry"))

    def due(self, training_inputs: Mapping[str, Any], *, has_text: bool, new_evidence: bool, forced: bool) -> str:
        """Why a new generation is due, or an empty string."""
        if forced:
            return "heal was forced"
        if self.unfinished:
            return self.plan["reason"]
        if self.outcome.get("retry"):
            return "articles could not be fetched last time"
        if has_text and not self.last:
            return "there is text to train a first model from"
        former = self.last.get("training_inputs")
        if has_text and former is not None and former != training_inputs:
            changed = sorted(key for key in training_inputs if former.get(key) != training_inputs[key])
            return f"changed: {', '.join(changed)}"
        return "new recordings or references" if new_evidence else ""

    def words(self, heldout: Iterable[str]) -> list[dict[str, Any]]:
        """Words that earlier generations learned from folders that are not held out now."""
        plans = (*self.plans, self.plan)
        return merge_words(*(plan.get("words", []) for plan in plans), without=heldout)


def missed_words(
    summaries: Iterable[Mapping[str, Any]], heldout: Iterable[str], learnable: Callable[[str], bool]
) -> list[dict[str, Any]]:
    """Learnable words that any model missed in folders that are not held out, sorted.

    The count per folder is that of the model that missed the word most often there, so that it does not grow
    with the number of models.
    """
    found: dict[str, dict[str, int]] = {}
    for summary in summaries:
        for name in summary["folders"].keys() - set(heldout):
            total: Counter[str] = Counter()
            for recording in summary["folders"][name]["recordings"].values():
                total.update(recording["missed"])
            for word in filter(learnable, total):
                counts = found.setdefault(word, {})
                counts[name] = max(counts.get(name, 0), total[word])
    return merge_words([{"word": word, "folders": counts} for word, counts in found.items()])


def merge_words(*lists: Iterable[Mapping[str, Any]], without: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Union of several word lists, sorted; a folder's count is that of the last list that has it.

    Words that come from no other folder than those in `without` are dropped.

    >>> merge_words([{"word": "b", "folders": {"x": 1}}], [{"word": "a", "folders": {"y": 2}}], without=["x"])
    [{'word': 'a', 'folders': {'y': 2}}]
    """
    dropped = set(without)
    merged: dict[str, dict[str, int]] = {}
    for item in (item for words in lists for item in words):
        for folder, count in item["folders"].items():
            if folder not in dropped:
                merged.setdefault(item["word"], {})[folder] = count
    return [{"word": word, "folders": dict(sorted(merged[word].items()))} for word in sorted(merged)]
