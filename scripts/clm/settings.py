"""The resolved configuration as an immutable, typed value.

Each engine's own section stays a read-only mapping here; only the engine's package interprets it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

from clm.base import files

#: Keys that reveal the account's number; jobs get them through the environment, never through the results folder.
PRIVATE = ("role_arn", "kms_key", "bucket_owner")
PRIVATE_VARIABLE = "CLM_PRIVATE"
#: Value of `tuning_data` that asks for tuning text out of the references (`clm.corpus.tuning_text`).
FROM_REFERENCES = "references"


@dataclass(frozen=True)
class Section:
    """A part of the configuration whose keys are fields."""

    #: Fields that are sections themselves.
    sections: ClassVar[Mapping[str, type[Section]]] = {}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From plain mappings and lists; keys that this version does not know are dropped."""
        known = [item.name for item in fields(cls) if item.name in values]
        return cls(**{name: cls._value(name, values[name]) for name in known})

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        return cls.sections[name].of(value) if name in cls.sections else _frozen(value)

    def as_json(self) -> dict[str, Any]:
        """As plain mappings and lists."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


@dataclass(frozen=True)
class NormalizerSettings(Section):
    """Rules that make texts comparable; `equivalents` names a file."""

    profile: str
    without: tuple[str, ...] = ()
    equivalents: str | None = None


@dataclass(frozen=True)
class TranscriptsSettings(Section):
    """Reading of references: `labels` of speakers are dropped or kept; `columns` of a manifest by their role."""

    labels: str = "drop"
    columns: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def named_columns(self) -> dict[str, str]:
        """The columns that are named."""
        return {role: name for role, name in self.columns.items() if name is not None}


@dataclass(frozen=True)
class WikipediaSettings(Section):
    """A wiki, and how polite and thorough to be."""

    language: str
    contact: str | None
    api_url: str | None
    articles_per_keyword: int
    licence: str | None = None


@dataclass(frozen=True)
class CorpusSettings(Section):
    """Sources of text about keywords and missed words, and limits on its amount."""

    sections: ClassVar[Mapping[str, type[Section]]] = {"wikipedia": WikipediaSettings}

    source: str
    folder: str | None
    zim: str | None
    allow_partial: bool
    refresh: bool
    max_articles: int
    max_megabytes: int
    wikipedia: WikipediaSettings


@dataclass(frozen=True)
class EvaluationSettings(Section):
    """Comparison of models; `heldout` names folders, or is `auto`; without `baseline` it is the stock model.

    `control` is `auto`, True or False; `control_text` names text for controls, in place of text that is drawn.
    """

    heldout: tuple[str, ...] | str
    baseline: str | None
    resamples: int
    confidence: float
    control: str | bool = False
    control_text: str | None = None


@dataclass(frozen=True)
class ReportSettings(Section):
    """Content of the report; `compare` names another results folder, which need not be there."""

    embed_audio: bool
    compare: str | None = None


@dataclass(frozen=True)
class Settings(Section):
    """The whole configuration, checked and resolved (`clm.config.load`).

    Paths count from the working directory. `models` is "all" or names; `keywords` may be "auto" only where the input is
    in S3 and has not been listed yet.
    """

    sections: ClassVar[Mapping[str, type[Section]]] = {
        "normalizer": NormalizerSettings,
        "transcripts": TranscriptsSettings,
        "corpus": CorpusSettings,
        "evaluation": EvaluationSettings,
        "report": ReportSettings,
    }

    input: str
    keywords: str | None
    training_data: str | None
    tuning_data: str | None
    results: str
    engine: str
    language: str
    self_heal: bool
    on_bad_folder: str
    normalizer: NormalizerSettings
    corpus: CorpusSettings
    repeat: str | None
    retry_failed: bool
    models: tuple[str, ...] | str
    evaluation: EvaluationSettings
    report: ReportSettings
    pocketsphinx: Mapping[str, Any]
    whisper: Mapping[str, Any]
    transcribe: Mapping[str, Any]
    transcripts: TranscriptsSettings = TranscriptsSettings()
    input_groups: str | None = None

    @property
    def is_english(self) -> bool:
        """True if rules, word lists and pronunciations of English apply."""
        return self.language.split("-")[0].lower() == "en"

    @property
    def vocabulary(self) -> bool:
        """True if the active engine also makes custom vocabularies to compare with."""
        return bool(getattr(self, self.engine).get("vocabulary"))

    def public(self) -> dict[str, Any]:
        """The settings that may be kept in the results folder."""
        return self._with_private(dict.fromkeys(PRIVATE)).as_json()

    def export_private(self) -> None:
        """Hand the keys that are not kept in the results folder to the jobs of this run."""
        os.environ[PRIVATE_VARIABLE] = json.dumps({key: self.transcribe.get(key) for key in PRIVATE})

    def with_private(self) -> Self:
        """With the keys that this run hands on through the environment."""
        return self._with_private(json.loads(os.environ.get(PRIVATE_VARIABLE, "{}")))

    def _with_private(self, values: Mapping[str, Any]) -> Self:
        return replace(self, transcribe=MappingProxyType({**self.transcribe, **values}))


def read(path: Path) -> Settings:
    """The settings of the run that this job belongs to, as `write` kept them."""
    return Settings.of(files.read_json(path)["config"]).with_private()


def write(settings: Settings, path: Path) -> None:
    """Keep the settings for the jobs of a run, as JSON: a YAML parser would double the imports of a job."""
    files.write_json(path, {"config": settings.public()})


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Section):
        return value.as_json()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
