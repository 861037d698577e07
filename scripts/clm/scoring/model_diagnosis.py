"""The record `diagnosis/<model>.json`: keywords, unknown words, confidence, and the findings on each folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clm.base import files
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.scoring import word_metrics
from clm.scoring.word_metrics import Found


@dataclass(frozen=True)
class ModelDiagnosis:
    """Findings about one model.

    `keywords` are counts by folder and recording, `by_keyword` those of each keyword over all folders; `unknown_words`
    are right and all tokens that the stock model's vocabulary lacks, None where that is not known; `calibration` is as
    `clm.scoring.word_metrics.calibration` gives it; `findings` are those of each folder that has some.
    """

    model: str = ""
    keywords: Mapping[str, Mapping[str, Found]] = field(default_factory=dict)
    by_keyword: Mapping[str, Found] = field(default_factory=dict)
    unknown_words: tuple[int, int] | None = None
    calibration: Mapping[str, Any] | None = None
    findings: Mapping[str, Sequence[Reason]] = field(default_factory=dict)

    @property
    def total(self) -> Found:
        """Counts of all keywords."""
        return word_metrics.total(part for parts in self.keywords.values() for part in parts.values())


def write(path: Path, diagnosis: ModelDiagnosis) -> None:
    """Write the diagnosis of a model."""
    total, unknown = diagnosis.total, diagnosis.unknown_words
    data = {
        "model": diagnosis.model,
        "keyword_recall": total.recall,
        "keyword_precision": total.precision,
        "keyword_f1": total.f1,
        "keywords": diagnosis.keywords,
        "by_keyword": diagnosis.by_keyword,
        "oov": unknown
        and {"right": unknown[0], "words": unknown[1], "recall": unknown[0] / unknown[1] if unknown[1] else None},
        "calibration": diagnosis.calibration,
        "findings": {
            folder: [found.as_json() for found in listed] for folder, listed in diagnosis.findings.items() if listed
        },
    }
    files.write_json(path, data, indent=None, number=files.CODES_FORMAT)


def read(path: Path) -> ModelDiagnosis:
    """Read the diagnosis of a model.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    data = files.read_json(path)
    oov = data.get("oov")
    return ModelDiagnosis(
        model=data.get("model", ""),
        keywords={
            folder: {name: Found(*counts) for name, counts in parts.items()}
            for folder, parts in data.get("keywords", {}).items()
        },
        by_keyword={keyword: Found(*counts) for keyword, counts in data.get("by_keyword", {}).items()},
        unknown_words=(oov["right"], oov["words"]) if oov else None,
        calibration=data.get("calibration"),
        findings={folder: tuple(map(_read_finding, listed)) for folder, listed in data.get("findings", {}).items()},
    )


def _read_finding(value: Any) -> Reason:
    """A finding; in format 1, three sentences."""
    if isinstance(value, Mapping) and "finding" in value:
        return codes.told(str(value["finding"]), str(value.get("next_step", "")), str(value.get("detail", "")))
    return codes.read(value)
