"""The record `comparisons.json`: the statistics behind the verdicts, and why recordings do not count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from clm.base import files
from clm.evaluation.bootstrap import fewest_units
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.scoring.mapsswe import MatchedPairs

CONFIDENCE = 0.95  # of results of version 0.1.0 that do not say


@dataclass(frozen=True)
class Difference:
    """A model against another one.

    `scope` is heldout or all; `difference` is the pooled WER minus that of the other model, with its interval from
    `low` to `high` (None: too few recordings); `p_value` stands alone, `p_value_holm` is corrected for the number of
    models; `words` are those of the references, `needed_words` how many would probably prove the difference;
    `keyword_false_alarms` are those of this model and of the other; `mapsswe` is the matched-pairs test; `why` says why
    a difference that is proven does not make the model better.
    """

    model: str = ""
    scope: str = ""
    recordings: int = 0
    words: int = 0
    difference: float = 0.0
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    verdict: str = ""
    needed_words: int | None = None
    keyword_false_alarms: tuple[int, int] = (0, 0)
    p_value_holm: float | None = None
    mapsswe: MatchedPairs | None = None
    why: Reason | None = None


class Against(NamedTuple):
    """A model against the baseline, the champion and its control; None for the same model, or if there is none."""

    baseline: Difference | None = None
    champion: Difference | None = None
    control: Difference | None = None


class Absence(NamedTuple):
    """Recordings that do not count, and why; none are named where a model failed as a whole."""

    reason: Reason
    recordings: tuple[str, ...] = ()


#: By model and folder.
Absences = Mapping[str, Mapping[str, Sequence[Absence]]]


@dataclass(frozen=True)
class Comparisons:
    """All comparisons of a leaderboard.

    `absences` is None in a file of version 0.1.0, which has them in runs.csv; `marks` are reasons to doubt the verdict
    on a model, by model, besides the flaws that its training found.
    """

    models: Mapping[str, Against] = field(default_factory=dict)
    confidence: float = CONFIDENCE
    absences: Absences | None = None
    marks: Mapping[str, Sequence[Reason]] = field(default_factory=dict)

    def with_baseline(self, model: str) -> Difference | None:
        """The statistics behind a model's verdict, if there are any."""
        return self.models.get(model, Against()).baseline

    def with_control(self, model: str) -> Difference | None:
        """A model against its control, if it has one."""
        return self.models.get(model, Against()).control

    @property
    def fewest_units(self) -> int:
        """Recordings, or blocks of long ones, below which nothing can be proven."""
        return fewest_units(self.confidence)


def write(path: Path, comparisons: Comparisons) -> None:
    """Write comparisons.json."""
    models = {
        name: {key: _as_json(difference) for key, difference in against._asdict().items()}
        for name, against in comparisons.models.items()
    }
    absences = {
        model: {folder: [_absence_as_json(item) for item in listed] for folder, listed in folders.items() if listed}
        for model, folders in (comparisons.absences or {}).items()
    }
    marks = {model: [mark.as_json() for mark in found] for model, found in comparisons.marks.items()}
    data = {"confidence": comparisons.confidence, "models": models, "absences": absences, "marks": marks}
    files.write_json(path, data)


def _as_json(difference: Difference | None) -> dict[str, Any] | None:
    if difference is None:
        return None
    data = {**asdict(difference), "mapsswe": difference.mapsswe and difference.mapsswe._asdict()}
    return {**data, "why": difference.why and difference.why.as_json()}


def _absence_as_json(absence: Absence) -> dict[str, Any]:
    return {"recordings": list(absence.recordings), **absence.reason.as_json()}


def read(path: Path) -> Comparisons:
    """Read comparisons.json.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    data = files.read_json(path)
    models = {
        name: Against(*(_difference(found.get(other)) for other in Against._fields))
        for name, found in data.get("models", {}).items()
    }
    absences = data.get("absences")
    return Comparisons(
        models,
        data.get("confidence", CONFIDENCE),
        None if absences is None else _absences(absences),
        {model: [codes.read(mark) for mark in found] for model, found in data.get("marks", {}).items()},
    )


def _difference(data: Mapping[str, Any] | None) -> Difference | None:
    if not data:
        return None
    known = {key: value for key, value in data.items() if key in Difference.__dataclass_fields__}
    now, before = known.get("keyword_false_alarms", (0, 0))
    test = known.get("mapsswe")
    known |= {"keyword_false_alarms": (now, before), "mapsswe": test and MatchedPairs(**test)}
    return Difference(**{**known, "why": codes.read(known["why"]) if known.get("why") else None})


def _absences(data: Mapping[str, Mapping[str, Iterable[Mapping[str, Any]]]]) -> Absences:
    return {
        model: {
            folder: [Absence(codes.read(item), tuple(item.get("recordings", ()))) for item in listed]
            for folder, listed in folders.items()
        }
        for model, folders in data.items()
    }
