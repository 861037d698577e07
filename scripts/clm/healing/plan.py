"""Plans of generations: when a new one is due, and what it learns from."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.base import files
from clm.evaluation.summaries import Summary
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.results import manifests, plans, training
from clm.results.plans import MissedWord, Plan
from clm.results.training import TrainingOutcome
from clm.settings import CorpusSettings

FEWEST_TO_HOLD_OUT = 6
PLAN_COPY = "plan.kept.json"


def evidence_of(audio_sha256: str, text_sha256: str) -> tuple[str, str]:
    """The names under which a plan lists a recording and its reference: their contents, not their paths.

    A recording without audio is identified by its text.
    """
    return f"audio {(audio_sha256 or text_sha256)[:16]}", f"text {text_sha256[:16]}"


def choose_heldout(names: Collection[str]) -> list[str]:
    """About a third of the folders, stable when folders are added; none of fewer than six.

    >>> choose_heldout([f"lecture-{number}" for number in range(1, 10)])
    ['lecture-1', 'lecture-2', 'lecture-6', 'lecture-8']
    """
    if len(names) < FEWEST_TO_HOLD_OUT:
        return []
    ranked = sorted(names, key=files.digest)
    third = [name for name in ranked if int(files.digest(name), 16) % 3 == 0]
    return sorted(third if len(third) >= 2 else ranked[:2])


@dataclass(frozen=True)
class Recordings:
    """For each folder the evidence names of its recordings."""

    audio: Mapping[str, frozenset[str]]
    texts: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, index: Path) -> "Recordings":
        """Read `results/inputs.json`."""
        pairs = {
            name: [evidence_of(item["audio_sha256"], item["text_sha256"]) for item in recordings]
            for name, recordings in manifests.read_index(index).items()
        }
        return cls.of(pairs)

    @classmethod
    def of(cls, pairs: Mapping[str, Iterable[tuple[str, str]]]) -> "Recordings":
        """From pairs of audio and text evidence for each folder."""
        return cls(
            {name: frozenset(audio for audio, _ in items) for name, items in pairs.items()},
            {name: frozenset(text for _, text in items) for name, items in pairs.items()},
        )

    def heldout_audio(self, heldout: Iterable[str]) -> frozenset[str]:
        """Audio of the folders that are held out."""
        return frozenset().union(*(self.audio.get(name, frozenset()) for name in heldout))

    def open_folders(self, heldout: Iterable[str]) -> list[str]:
        """Folders to learn from: not held out, and without a recording that a held-out folder also has."""
        closed = self.heldout_audio(heldout)
        return [name for name in self.audio if name not in set(heldout) and self.audio[name].isdisjoint(closed)]

    def evidence(self, heldout: Iterable[str]) -> set[str]:
        """Everything that a generation can learn from."""
        return {item for name in self.open_folders(heldout) for item in self.audio[name] | self.texts[name]}


def phrases_digest(plan: Plan, keywords: str | None) -> str:
    """Digest of a custom vocabulary's material: names and words of a plan, and the digest of the keywords file."""
    missed = {"words": [item.word for item in plan.words], "phrases": [item.word for item in plan.phrases]}
    return files.digest({**missed, "keywords": keywords})


def corpus_settings(corpus: CorpusSettings) -> dict[str, Any]:
    """The settings that decide where articles come from, as a plan records them."""
    wikipedia = {key: value for key, value in corpus.wikipedia.as_json().items() if key not in ("contact", "licence")}
    zim = {"zim": corpus.zim} if corpus.zim else {}
    return {"source": corpus.source, "folder": corpus.folder, **zim, "wikipedia": wikipedia}


@dataclass(frozen=True)
class History:
    """All plans so far.

    `plans` are those of finished generations, oldest first; `plan` and `outcome` are of the generation that is
    next: unfinished, or decided against (a twin, no text), or None.
    """

    plans: tuple[Plan, ...] = ()
    plan: Plan | None = None
    outcome: TrainingOutcome | None = None

    @classmethod
    def read(cls, directory: Path, finished: Iterable[str], following: str) -> "History":
        """Read the plans in `results/models`."""
        found = (plans.read_if_there(directory / name / "plan.json") for name in finished)
        return cls(
            tuple(plan for plan in found if plan),
            # Snakemake deletes the plan before heal runs again; no rule lists the copy as output.
            plans.read_if_there(directory / following / "plan.json")
            or plans.read_if_there(directory / following / PLAN_COPY),
            training.read_if_there(directory / following / "training.json"),
        )

    @property
    def _all(self) -> tuple[Plan, ...]:
        return (*self.plans, self.plan) if self.plan else self.plans

    @property
    def decided(self) -> TrainingOutcome | None:
        """The outcome of the plan that is next; None while it is not carried out."""
        is_of_plan = self.plan and self.outcome and self.outcome.plan == self.plan.digest
        return self.outcome if is_of_plan else None

    @property
    def unfinished(self) -> bool:
        """True if a generation was planned and not decided on, for example because the run was killed."""
        return self.plan is not None and self.plan.train and self.decided is None

    @property
    def evidence(self) -> set[str]:
        """Digests of recordings and references that a plan has drawn on."""
        return {item for plan in self._all for item in plan.evidence}

    @property
    def last(self) -> Plan | None:
        """The latest plan, whatever its outcome."""
        return self._all[-1] if self._all else None

    @property
    def corpus(self) -> Mapping[str, Any] | None:
        """Corpus settings of the latest plan."""
        return self.last.corpus if self.last else None

    @property
    def attempt(self) -> int:
        """Number of the attempt to collect the corpus of the generation that is next."""
        return self.decided.attempt + self.decided.retry if self.decided else 0

    @property
    def pending(self) -> bool:
        """True if the plan is still to be carried out: unfinished, or with articles to request again."""
        return self.unfinished or bool(self.outcome and self.outcome.retry)

    def due(self, training_inputs: Mapping[str, Any], *, has_text: bool, new_evidence: bool) -> Reason | None:
        """Reason for which a new generation is due without being asked for, or None."""
        if self.plan and self.pending:
            return self.plan.reason
        if has_text and not self.last:
            return codes.first_text()
        former = self.last.training_inputs if self.last else None
        has_text = has_text or bool(self.last and self.last.words)
        if has_text and former is not None and former != training_inputs:
            return codes.inputs_changed(
                sorted(key for key in training_inputs if former.get(key) != training_inputs[key])
            )
        return codes.new_evidence() if new_evidence else None

    def words(self, heldout: Iterable[str], heldout_audio: Set[str]) -> list[MissedWord]:
        """Words that earlier generations learned, except those from recordings held out now.

        A folder is identified by its name and by its recordings, since it may have been renamed.
        """
        return self._learned((plan.words for plan in self._all), heldout, heldout_audio)

    def phrases(self, heldout: Iterable[str], heldout_audio: Set[str]) -> list[MissedWord]:
        """Phrases that earlier generations learned, in the same way."""
        return self._learned((plan.phrases for plan in self._all), heldout, heldout_audio)

    def _learned(
        self, lists: Iterable[Iterable[MissedWord]], heldout: Iterable[str], heldout_audio: Set[str]
    ) -> list[MissedWord]:
        kept = []
        for plan, words in zip(self._all, lists, strict=True):
            closed = {name for name, audio in plan.recordings.items() if not heldout_audio.isdisjoint(audio)}
            kept.append(merge_words(words, without=closed | set(heldout)))
        return merge_words(*kept)

    def recordings(self) -> dict[str, set[str]]:
        """Audio of every folder that words were learned from, by the name it had then."""
        merged: dict[str, set[str]] = {}
        for plan in self._all:
            for name, audio in plan.recordings.items():
                merged.setdefault(name, set()).update(audio)
        return merged


def missed_words(
    summaries: Iterable[Summary], folders: Collection[str], learnable: Callable[[str], bool]
) -> list[MissedWord]:
    """Learnable words that any model missed in these folders, sorted.

    The count per folder is that of the model that missed the word most often there, so that it does not grow
    with the number of models.
    """
    found: dict[str, dict[str, int]] = {}
    for summary in summaries:
        for name in summary.folders.keys() & set(folders):
            total: Counter[str] = Counter()
            for recording in summary.folders[name].recordings.values():
                total.update(recording.missed)
            for word in filter(learnable, total):
                counts = found.setdefault(word, {})
                counts[name] = max(counts.get(name, 0), total[word])
    return merge_words(MissedWord(word, counts) for word, counts in found.items())


def merge_words(*lists: Iterable[MissedWord], without: Iterable[str] = ()) -> list[MissedWord]:
    """Union of several word lists, sorted; a folder's count is that of the last list that has it.

    Words that come from no other folder than those in `without` are dropped.

    >>> merge_words([MissedWord("b", {"x": 1})], [MissedWord("a", {"y": 2})], without=["x"])
    [MissedWord(word='a', folders={'y': 2}, missed={}, tried=(), depth=0)]
    """
    dropped = set(without)
    merged: dict[str, dict[str, int]] = {}
    for item in (item for words in lists for item in words):
        for folder, count in item.folders.items():
            if folder not in dropped:
                merged.setdefault(item.word, {})[folder] = count
    return [MissedWord(word, dict(sorted(merged[word].items()))) for word in sorted(merged)]
