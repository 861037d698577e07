"""The record `models/<model>/plan.json`: what a generation learns from, and why it is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from clm.base import files
from clm.reasons import codes
from clm.reasons.codes import Reason


@dataclass(frozen=True)
class Attempt:
    """An earlier generation's attempt to learn a word.

    `status`, `articles` and `words` are those of the look-up; `fixed` counts the tokens that it fixed (None if it was
    never judged) `of` those that the stock model missed.
    """

    model: str
    status: str = ""
    articles: int = 0
    words: int = 0
    fixed: int | None = None
    of: int = 0


@dataclass(frozen=True)
class MissedWord:
    """A missed word or phrase.

    `folders` has the tokens missed in each folder, `missed` those that each model misses; `tried` is what earlier
    generations tried, and `depth` the number of those that learned the word and still miss it.
    """

    word: str
    folders: Mapping[str, int] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    tried: tuple[Attempt, ...] = ()
    depth: int = 0

    @property
    def tokens(self) -> int:
        """Tokens missed in all folders."""
        return sum(self.folders.values())


@dataclass(frozen=True)
class Plan:
    """The plan of a generation.

    `learn` says whether missed words are learned, `train` whether there is anything to train from; `recordings` has the
    evidence names of the audio that words were learned from, by folder; `evidence` those of all recordings and
    references drawn on; `training_inputs` and `corpus` are the digests and settings of then (None: not recorded).
    """

    model: str = ""
    reason: Reason = field(default_factory=lambda: codes.told(""))
    learn: bool = False
    train: bool = False
    phrases: tuple[MissedWord, ...] = ()
    words: tuple[MissedWord, ...] = ()
    recordings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    training_inputs: Mapping[str, Any] | None = None
    corpus: Mapping[str, Any] | None = None
    source: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """Digest of the file's content, by which an outcome names its plan."""
        return files.digest(as_json(self) if self.source is None else self.source)

    def learned_folders(self, audio: Mapping[str, Iterable[str]]) -> list[str]:
        """Folders whose missed words were learned, identified by name and by `audio`: one may have been renamed."""
        named = {folder for word in self.words for folder in word.folders}
        heard = {item for items in self.recordings.values() for item in items}
        return sorted(named | {folder for folder, items in audio.items() if not heard.isdisjoint(items)})


def as_json(plan: Plan) -> dict[str, Any]:
    """A plan as its file holds it."""
    return {
        "model": plan.model,
        "reason": plan.reason.as_json(),
        "learn": plan.learn,
        "train": plan.train,
        "phrases": [{"word": item.word, "folders": item.folders} for item in plan.phrases],
        "words": [asdict(item) for item in plan.words],
        "recordings": plan.recordings,
        "evidence": plan.evidence,
        "training_inputs": plan.training_inputs,
        "corpus": plan.corpus,
    }


def write(path: Path, plan: Plan) -> None:
    """Write a plan."""
    files.write_json(path, as_json(plan), number=files.CODES_FORMAT)


def read(path: Path) -> Plan:
    """Read a plan.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    data = files.read_json(path)
    return Plan(
        model=data.get("model", ""),
        reason=codes.read(data.get("reason", "")),
        learn=data.get("learn", False),
        train=data.get("train", False),
        phrases=tuple(map(_word, data.get("phrases", ()))),
        words=tuple(map(_word, data.get("words", ()))),
        recordings={folder: tuple(audio) for folder, audio in data.get("recordings", {}).items()},
        evidence=tuple(data.get("evidence", ())),
        training_inputs=data.get("training_inputs"),
        corpus=data.get("corpus"),
        source=data,
    )


def read_if_there(path: Path) -> Plan | None:
    """A plan, or None if there is no such file."""
    return read(path) if path.exists() else None


def _word(data: Mapping[str, Any]) -> MissedWord:
    return MissedWord(
        word=data["word"],
        folders=data.get("folders", {}),
        missed=data.get("missed", {}),
        tried=tuple(map(_attempt, data.get("tried", ()))),
        depth=data.get("depth", 0),
    )


def _attempt(data: Mapping[str, Any]) -> Attempt:
    return Attempt(**{key: value for key, value in data.items() if key in Attempt.__dataclass_fields__})
