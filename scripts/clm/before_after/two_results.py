"""Comparison of two results folders: the same models, or those of the same role, on the recordings of both.

Recordings count as the same if folder and name are equal and neither audio nor transcript has changed. Folders that a
model of either side has learned from are left out of its comparison where at least two others remain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.errors import UserError
from clm.base.messages import some
from clm.config import load_yaml
from clm.evaluation import bootstrap, summaries
from clm.evaluation.bootstrap import Comparison, Unit
from clm.results import manifests, plans
from clm.scoring.folder_score import RecordingScore

Key = tuple[str, str]  # folder, recording

#: Settings that say where things are, or were about one run only.
_NO_DIFFERENCE = ("input", "results", "repeat", "retry_failed", "models", "report")


@dataclass(frozen=True)
class Side:
    """One results folder: its settings, the rows of its leaderboard, and the scores of its models by recording."""

    directory: Path
    config: Mapping[str, Any]
    board: Sequence[Mapping[str, str]]
    scores: Mapping[str, Mapping[Key, RecordingScore]]
    #: Digests of audio and transcript.
    contents: Mapping[Key, tuple[str, str]]
    learned: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, directory: Path) -> Side:
        """Read a results folder.

        Raises:
            UserError: there is no leaderboard in it, or a file of it is of an unknown format.

        """
        board = directory / "leaderboard.csv"
        if not board.exists():
            raise UserError(f"{board}: not there", "name the results folder of a run that has ended")
        rows = files.read_table(board)
        items = {
            (folder, item["recording"]): (item.get("audio_sha256") or "", item.get("text_sha256") or "")
            for folder, recordings in manifests.read_index(directory / "inputs.json").items()
            for item in recordings
        }
        audio: dict[str, set[str]] = {}
        for (folder, _), (digest, _) in items.items():
            audio.setdefault(folder, set()).add(digest)
        names = [row["model"] for row in rows if row["wer"]]
        learned = {
            name: frozenset(plan.learned_folders(audio))
            for name in names
            if (plan := plans.read_if_there(directory / "models" / name / "plan.json"))
        }
        config = load_yaml(directory / "config.yaml") or {}
        return cls(directory, config, rows, {name: _scores(directory, name) for name in names}, items, learned)

    @property
    def baseline(self) -> str:
        """The model that others are compared with; empty if it has no results."""
        return next((row["model"] for row in self.board if row["verdict"] == "baseline"), "")

    @property
    def champion(self) -> str:
        """The champion; empty if there is none."""
        return next((row["model"] for row in self.board if row["champion"] and row["wer"]), "")


@dataclass(frozen=True)
class FolderChange:
    """Errors and words of one folder on both sides."""

    folder: str
    words: tuple[int, int]
    errors: tuple[int, int]

    @property
    def wers(self) -> tuple[float, float]:
        """Word error rates as fractions; 0 where there are no words."""
        before, after = (
            errors / words if words else 0.0 for errors, words in zip(self.errors, self.words, strict=True)
        )
        return before, after


@dataclass(frozen=True)
class ModelChange:
    """A model before and after, over the folders of both sides.

    `statistics` is None where words are counted differently, so that errors cannot be paired. `scope` is heldout where
    folders that a model learned from are left out, else all. `gone` are words missed before and not after, `new` those
    missed only after, as tokens.
    """

    before: str
    after: str
    folders: tuple[FolderChange, ...]
    scope: str
    statistics: Comparison | None
    gone: Mapping[str, int] = field(default_factory=dict)
    new: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> FolderChange:
        """All folders together."""
        words, errors = (
            (sum(getattr(item, kind)[0] for item in self.folders), sum(getattr(item, kind)[1] for item in self.folders))
            for kind in ("words", "errors")
        )
        return FolderChange("", words, errors)

    @property
    def relative(self) -> float | None:
        """Change of the WER relative to before (-0.4: 40% less); None if there were no errors."""
        before, after = self.total.wers
        return (after - before) / before if before else None

    def counts(self) -> tuple[int, int, int]:
        """Number of folders that became better, became worse, and stayed the same."""
        signs = Counter((after > before) - (after < before) for before, after in (item.wers for item in self.folders))
        return signs[-1], signs[1], signs[0]


@dataclass(frozen=True)
class BeforeAfter:
    """Everything there is to say about two results folders.

    `settings` are (key, before, after) where they differ; `changed` are recordings in both whose audio or transcript
    differs, and `only_before` and `only_after` folders of one side alone.
    """

    before: Path
    after: Path
    settings: tuple[tuple[str, Any, Any], ...]
    models: tuple[ModelChange, ...]
    changed: tuple[Key, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def compare(before: Side, after: Side) -> BeforeAfter:
    """Compare two results folders, model by model.

    Raises:
        UserError: no recording with results is the same in both.

    """
    shared = before.contents.keys() & after.contents.keys()
    same = {key for key in shared if before.contents[key] == after.contents[key]}
    pairs = _pairs(before, after)
    found = tuple(change for pair in pairs if (change := _change(before, after, *pair, same)) is not None)
    if not found:
        names = some(sorted({folder for folder, _ in before.contents}))
        raise UserError(
            f"{before.directory} and {after.directory} have no recording with results in common ({names})",
            "both must be results of the same input: equal folder names, audio and transcripts",
        )
    folders = [{folder for folder, _ in side.contents} for side in (before, after)]
    return BeforeAfter(
        before.directory, after.directory, tuple(_settings(before.config, after.config)), found,
        tuple(sorted(shared - same)), tuple(sorted(folders[0] - folders[1])), tuple(sorted(folders[1] - folders[0])),
    )  # fmt: skip


def _pairs(before: Side, after: Side) -> list[tuple[str, str]]:
    """Models to compare: baselines, champions, then all of the same name; each pair once."""
    roles = [(before.baseline, after.baseline), (before.champion, after.champion)]
    names = [(name, name) for name in after.scores if name in before.scores]
    return list(dict.fromkeys(pair for pair in (*roles, *names) if all(pair)))


def _change(before: Side, after: Side, old: str, new: str, same: Iterable[Key]) -> ModelChange | None:
    if old not in before.scores or new not in after.scores:
        return None
    first, second = before.scores[old], after.scores[new]
    keys = sorted(key for key in same if key in first and key in second)
    learned = before.learned.get(old, frozenset()) | after.learned.get(new, frozenset())
    unseen = [key for key in keys if key[0] not in learned]
    scope = "heldout" if learned and len({folder for folder, _ in unseen}) >= 2 else "all"
    keys = unseen if scope == "heldout" else keys
    if not keys:
        return None
    folders: dict[str, list[Key]] = {}
    for key in keys:
        folders.setdefault(key[0], []).append(key)
    changes = tuple(
        FolderChange(folder, (_sum(first, items, "words"), _sum(second, items, "words")),
                     (_sum(first, items, "errors"), _sum(second, items, "errors")))
        for folder, items in folders.items()
    )  # fmt: skip
    missed = [Counter[str](), Counter[str]()]
    for key in keys:
        missed[0].update(first[key].missed)
        missed[1].update(second[key].missed)
    statistics = _statistics([(key, first[key], second[key]) for key in keys], after.config)
    return ModelChange(old, new, changes, scope, statistics, missed[0] - missed[1], missed[1] - missed[0])


def _statistics(
    pairs: Iterable[tuple[Key, RecordingScore, RecordingScore]], config: Mapping[str, Any]
) -> Comparison | None:
    """Paired bootstrap over recordings; None where the words of one are counted differently on both sides."""
    units: list[Unit] = []
    for key, old, new in pairs:
        blocks = [part.blocks or ((part.counts.words, part.counts.errors),) for part in (old, new)]
        if [words for words, _ in blocks[0]] != [words for words, _ in blocks[1]]:
            return None
        units += [
            Unit("/".join(key), number, words, errors, former)
            for number, ((_, former), (words, errors)) in enumerate(zip(*blocks, strict=True))
        ]
    evaluation = config.get("evaluation", {})
    if not any(unit.words for unit in units):
        return None
    return bootstrap.compare(
        units, resamples=int(evaluation.get("resamples", 10_000)), confidence=float(evaluation.get("confidence", 0.95))
    )


def _sum(scores: Mapping[Key, RecordingScore], keys: Iterable[Key], count: str) -> int:
    return sum(getattr(scores[key].counts, count) for key in keys)


def _scores(directory: Path, model: str) -> dict[Key, RecordingScore]:
    path = directory / "summaries" / f"{model}.json"
    if not path.exists():
        return {}
    summary = summaries.read(path)
    return {
        (folder, name): part for folder, found in summary.folders.items() for name, part in found.recordings.items()
    }


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    first, second = _flat(before), _flat(after)
    known = sorted(first.keys() & second.keys())  # what one version alone has, nobody has changed
    return [
        (key, first[key], second[key])
        for key in known
        if first[key] != second[key] and key.partition(".")[0] not in _NO_DIFFERENCE
    ]


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by keys with dots."""
    found: dict[str, Any] = {}
    for key, value in settings.items():
        name = f"{prefix}{key}"
        found |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return found
