"""Names of models, and the record `models/<model>/model.json` of a finished one."""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clm.base import files
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.types import Model

CLM, VOCABULARY, CONTROL = "clm", "vocabulary", "control"
#: A model from fewer words of text is never called better (docs/control.md).
FEWEST_WORDS = 200
#: Prefix of the directories that trainings work in; the time of their start follows.
UNFINISHED = ".training-"
_NUMBERED = re.compile(r"(?P<engine>[a-z]+)-(?P<kind>clm|vocabulary|control)-(?P<number>\d{3,})")


def generation(engine: str, number: int, kind: str = CLM) -> str:
    """Name of an engine's generation.

    >>> generation("pocketsphinx", 7), generation("transcribe", 1, VOCABULARY)
    ('pocketsphinx-clm-007', 'transcribe-vocabulary-001')
    """
    return f"{engine}-{kind}-{number:03d}"


def number(name: str, kind: str = CLM) -> int:
    """Number of a generation; 0 for any other model.

    >>> number("pocketsphinx-clm-012"), number("pocketsphinx"), number("transcribe-vocabulary-001")
    (12, 0, 0)
    """
    match = _NUMBERED.fullmatch(name)
    return int(match["number"]) if match and match["kind"] == kind else 0


def engine_of(name: str) -> str:
    """Engine that a model's name begins with; `imported` for transcripts of other recognisers.

    >>> engine_of("transcribe-clm-001"), engine_of("pocketsphinx"), engine_of("imported-azure")
    ('transcribe', 'pocketsphinx', 'imported')
    """
    return name.partition("-")[0]


def is_own(name: str) -> bool:
    """True if the workflow gives such a name to the models it trains."""
    return _NUMBERED.fullmatch(name) is not None


def is_control(name: str) -> bool:
    """True for the control of a generation: made in the same way, from text that has nothing to say.

    >>> is_control("pocketsphinx-control-001"), is_control("pocketsphinx-clm-001")
    (True, False)
    """
    return bool(number(name, CONTROL))


def finished(directory: Path, engine: str, kind: str = CLM) -> list[str]:
    """Finished generations of an engine, oldest first: those whose model.json exists."""
    names = [path.parent.name for path in directory.glob(f"{engine}-{kind}-*/model.json")]
    return sorted((name for name in names if number(name, kind)), key=lambda name: number(name, kind))


def failed(directory: Path, name: str) -> str:
    """Reason for which the training of a generation failed for good; "" if it did not."""
    record = read_record_if_there(directory / name / "model.json")
    return record.failed if record else ""


def following(names: Iterable[str], engine: str, kind: str = CLM) -> str:
    """Name of the generation after the finished ones."""
    return generation(engine, 1 + max((number(name, kind) for name in names), default=0), kind)


def clear(directory: Path, before: str = "~") -> None:
    """Remove from a finished model's directory the remains of killed trainings that began before this one.

    A training whose run was killed may still be at work; it loses nothing that the finished model does not have.
    """
    for unfinished in directory.glob(f"{UNFINISHED}*"):
        if unfinished.name < before:
            shutil.rmtree(unfinished, ignore_errors=True)


@dataclass(frozen=True)
class ModelRecord:
    """Content of model.json for a finished model.

    `digest` is of everything that it was made from; `recipe` and `versions` are of the code that trained it; `sources`
    are the words of each source of its text, `corpus_words` their sum (None: not known, or not made from text);
    `details` are the engine's own; `failed` is the engine's message if the training failed for good; `made_from`,
    `phrases` and `dropped` describe a custom vocabulary: digest, and numbers of phrases. Of a control, `made_from` is
    the digest of the training settings. `equals_stock` says that the files are those of the stock model in effect.
    """

    model: str = ""
    engine: str = ""
    created: str = ""
    digest: str = ""
    recipe: int | None = None
    made_from: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    corpus_words: int | None = None
    sources: Mapping[str, int] = field(default_factory=dict)
    phrases: int | None = None
    dropped: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""
    equals_stock: bool = False

    @property
    def flaws(self) -> list[Reason]:
        """Flaws of the model that training found; a control that says nothing does what it is for."""
        marks = () if is_control(self.model) else self.details.get("marks", ())
        return [codes.read(mark) for mark in marks]

    def as_json(self) -> dict[str, Any]:
        """The record as its file holds it, without unknown fields."""
        always = ("model", "engine", "created", "digest", "corpus_words", "details")
        return {key: value for key, value in vars(self).items() if key in always or value not in (None, "", {}, False)}


def write_record(path: Path, record: ModelRecord) -> None:
    """Write a model.json, which marks the model as finished."""
    files.write_json(path, record.as_json())


def read_record(path: Path) -> ModelRecord:
    """Read a model.json.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    data = files.read_json(path)
    known = {key: value for key, value in data.items() if key in ModelRecord.__dataclass_fields__}
    return ModelRecord(**{"model": path.parent.name, "engine": engine_of(path.parent.name), **known})


def read_record_if_there(path: Path) -> ModelRecord | None:
    """Read a model.json; None if there is no such file."""
    return read_record(path) if path.exists() else None


def account_digest(name: str) -> str:
    """Digest of a CLM that the account has already, which is known by its name alone."""
    return files.digest({"account_model": name})


def account_model(directory: Path, model: str, name: str) -> dict[str, Any]:
    """The model.json of a CLM that the account has already, with what is known of it."""
    known = read_record_if_there(directory / model / "model.json")
    details = known.details if known and known.details.get("amazon_model") == name else {"amazon_model": name}
    return ModelRecord(model, engine_of(model), digest=account_digest(name), details=details).as_json()


def describe_account_model(path: Path, base_model: str) -> None:
    """Note the base model of a CLM that the account has already in its model.json."""
    record = read_record(path)
    if record.details.get("base_model") != base_model:
        write_record(path, replace(record, details={**record.details, "base_model": base_model}))


def combination(clm: str, vocabulary: str) -> str:
    """Name of a CLM and a custom vocabulary in one job.

    >>> combination("transcribe-clm-001", "transcribe-vocabulary-002")
    'transcribe-clm-001+vocabulary-002'
    """
    return f"{clm}+{vocabulary.partition('-')[2]}"


def parts(name: str) -> tuple[str, str] | None:
    """The CLM and the custom vocabulary of a combination, None for any other model.

    >>> parts("transcribe-clm-001+vocabulary-002"), parts("transcribe-clm-001")
    (('transcribe-clm-001', 'transcribe-vocabulary-002'), None)
    """
    clm, plus, vocabulary = name.partition("+")
    return (clm, f"{clm.partition('-')[0]}-{vocabulary}") if plus and number(clm) else None


def combined(directory: Path, name: str) -> dict[str, dict[str, Any]]:
    """Files of a combination by what its two models say: model.json, and the plan that took more recordings."""
    both = [directory / part for part in parts(name) or ()]
    clm, vocabulary = (read_record(path / "model.json") for path in both)
    plans = [plan for path in both if (plan := read_if_there(path / "plan.json"))]
    about = ModelRecord(
        name,
        clm.engine,
        max(clm.created, vocabulary.created),
        files.digest({"combination": [clm.digest, vocabulary.digest]}),
        versions=vocabulary.versions,
        corpus_words=clm.corpus_words,
        details={**clm.details, **vocabulary.details},
    )
    return {**({"plan.json": max(plans, key=_size)} if plans else {}), "model.json": about.as_json()}


def write_combination(directory: Path, name: str) -> None:
    """Describe a combination of two finished models."""
    for file, content in combined(directory, name).items():
        files.rewrite_json(directory / name / file, content)


def _size(plan: dict[str, Any]) -> int:
    """Recordings that a plan took something from."""
    return sum(map(len, plan.get("recordings", {}).values()))


def load(directory: Path, name: str, engine: str) -> Model:
    """The model of this name: stock if it is named like its engine, else what its model.json says."""
    if name == engine:
        return Model(name)
    return _described(name, directory / name / "model.json")


def of_files(name: str, paths: Sequence[Path]) -> Model:
    """The model of this name with these files, model.json first; stock if it has none."""
    return _described(name, paths[0]) if paths else Model(name)


def _described(name: str, path: Path) -> Model:
    """The model of a model.json; the stock model under this name if it equals that, so that both share all results."""
    record = read_record(path)
    return Model(name) if record.equals_stock else Model(name, path.parent, record.digest)


def read_if_there(path: Path) -> dict[str, Any]:
    """A JSON file of ours, or an empty dict if there is none."""
    return files.read_json(path) if path.exists() else {}
