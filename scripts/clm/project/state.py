"""Decisions of a run: one frozen value that the main process makes once and every job loads.

Without it a job on another machine would have to look through inputs and results, and one that starts after a model is
finished would number the next one differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from clm.base import files
from clm.project.submissions import Cost, Submissions
from clm.reasons import codes
from clm.results import controls, models
from clm.settings import Settings

#: The record in the results folder.
STATE = "state.json"

FORCED = codes.dumps(codes.heal_forced())


@dataclass(frozen=True)
class FolderState:
    """Digests of a folder's audio and references, and its requested repetitions and retries."""

    audio: str
    text: str
    has_audio: bool
    repeats: int = 0
    retries: int = 0

    @property
    def attempt(self) -> dict[str, int]:
        """A parameter of the folder's jobs, so that a further request makes them run."""
        return {"repeats": self.repeats, "retries": self.retries}


@dataclass(frozen=True)
class State:
    """Everything that this run works on, and what it does about it.

    In `settings` every `auto` is replaced: `keywords`, `training_data` and `tuning_data` are paths
    on this machine or None, `evaluation.heldout` are names of folders. `models` are those of the leaderboard that
    exist, `finished` and `vocabularies` the generations of the active engine, `running` the models that are run on new
    recordings, `trained` those with a corpus; `next` and `next_vocabulary` are the names of those that
    this run may make, `combinations` the CLM and vocabulary that are run in one job, and `possible_combinations` those
    that may come to be in this run. `partial` lists the folders of models that are not judged on all.
    `reason` says why a generation is due by itself, `continues` whether one that was planned learns from missed words,
    `new_phrases` whether there are phrases of which no vocabulary was made. `controls` are finished controls,
    `due_controls` the words of those that this run makes for existing generations, `next_control` the one that it may
    make for the next generation; `control_words` are the words of all those that could serve that, `controlled` says
    whether it gets one at all, and `control_inputs` is the digest of what controls are made from. `submissions` is None
    for an engine that works on this machine. `forced` says that the user asked this run to heal.
    """

    settings: Settings
    folders: Mapping[str, FolderState]
    left_out: Mapping[str, str]
    unusable_keywords: str
    normalizer: Mapping[str, str]
    code: Mapping[str, str]
    keywords_digest: str
    references_digest: str
    training_inputs: Mapping[str, Any]
    attempt: int
    models: tuple[str, ...]
    finished: tuple[str, ...]
    vocabularies: tuple[str, ...]
    trained: tuple[str, ...]
    running: tuple[str, ...]
    accounts: Mapping[str, str]
    next: str
    next_vocabulary: str
    combinations: tuple[str, ...]
    possible_combinations: tuple[str, ...]
    partial: Mapping[str, tuple[str, ...]]
    imported: Mapping[str, Mapping[str, str]]
    model_digests: Mapping[str, str]
    unfinished: Mapping[str, int]
    reason: str
    continues: bool
    new_phrases: bool
    latest_plan: str
    controls: tuple[str, ...]
    due_controls: Mapping[str, int]
    next_control: str
    control_words: Mapping[str, int]
    controlled: bool
    control_inputs: str
    submissions: Submissions | None = None
    forced: bool = field(default=False)

    # -- folders and models --------------------------------------------------------------------------------------

    @property
    def results(self) -> Path:
        """The results folder."""
        return Path(self.settings.results)

    @property
    def baseline(self) -> str:
        """The model that others are compared with."""
        return self.settings.evaluation.baseline or self.settings.engine

    @property
    def with_audio(self) -> tuple[str, ...]:
        """Folders with recordings to transcribe."""
        return tuple(name for name, folder in self.folders.items() if folder.has_audio)

    def folders_of(self, model: str) -> tuple[str, ...]:
        """Folders on which a model is judged."""
        return self.partial.get(model, self.with_audio)

    @property
    def making(self) -> tuple[str, ...]:
        """Names of the models that this run would make."""
        return (self.next, self.next_vocabulary, *self.possible_combinations, *self.due_controls, self.next_control)

    def combination(self, new: Iterable[str]) -> str:
        """The combination that new models, of which one is a CLM or a vocabulary, come to be part of; "" for none."""
        return next((name for name in self.possible_combinations if self._is_newest(name, frozenset(new))), "")

    def _is_newest(self, name: str, new: frozenset[str]) -> bool:
        """True if all parts of a combination that this run may make are among the `new` models."""
        parts = models.parts(name) or ()
        would = {part for part in parts if part in (self.next, self.next_vocabulary)}
        return would == new & {self.next, self.next_vocabulary}

    # -- generations ---------------------------------------------------------------------------------------------

    @property
    def due(self) -> str:
        """Reason for which a new generation is due, or an empty string."""
        if not self.with_audio:
            return ""
        return FORCED if self.forced else self.reason

    @property
    def learns(self) -> bool:
        """True if a generation that is due learns from missed words."""
        return self.forced or self.settings.self_heal or self.continues

    @property
    def vocabulary_due(self) -> bool:
        """True if a custom vocabulary is to be made: wanted, and from phrases that have none yet."""
        return bool(self.settings.vocabulary and (self.due or self.new_phrases))

    @property
    def coming(self) -> tuple[str, ...]:
        """Models that this run makes, unless they turn out to be twins or to have no text."""
        new = ((self.next,) if self.due else ()) + ((self.next_vocabulary,) if self.vocabulary_due else ())
        both = self.combination(new)
        control = (self.next_control,) if self.due and self.controlled else ()
        return (*new, *((both,) if both else ()), *self.due_controls, *control)

    def control_due(self, words: int) -> str:
        """The control to make for a new generation whose text has so many words; "" if it has one, or gets none."""
        known = any(controls.about_equal(words, other) for other in self.control_words.values())
        return self.next_control if self.controlled and words and not known else ""

    # -- money ---------------------------------------------------------------------------------------------------

    @property
    def costs(self) -> dict[str, Cost]:
        """Cost of this run by model, including the models that it makes, and of Comprehend."""
        if self.submissions is None:
            return {}
        return self.submissions.costs_with(self.coming, learns=bool(self.due and self.learns))

    # -- the record ----------------------------------------------------------------------------------------------

    def write(self, results: Path) -> None:
        """Keep the state for the jobs of this run."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        plain |= {
            "settings": self.settings.public(),
            "folders": {name: asdict(folder) for name, folder in self.folders.items()},
            "submissions": self.submissions and asdict(self.submissions),
        }
        files.write_json(results / STATE, plain, indent=None)

    @classmethod
    def read(cls, results: Path) -> State:
        """The state of the run that a job belongs to; the results folder is where the job finds it."""
        plain = files.read_json(results / STATE)
        known = {item.name: _frozen(plain[item.name]) for item in fields(cls)}
        known |= {
            "settings": replace(Settings.of(plain["settings"]).with_private(), results=str(results)),
            "folders": {name: FolderState(**folder) for name, folder in plain["folders"].items()},
            "submissions": plain["submissions"] and Submissions.of(plain["submissions"]),
        }
        return cls(**known)


def _frozen(value: Any) -> Any:
    """Lists of a JSON file as tuples, which is what they were when they were written."""
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(value) if isinstance(value, list) else value
