"""Diagnose one model: keywords, unknown words and confidence, and for each folder the findings in words."""

import argparse
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from clm import cli
from clm.base import files
from clm.base.errors import UserError
from clm.corpus.keywords import read_keywords
from clm.english import words
from clm.normalization.normalizer import Normalizer, create_normalizer
from clm.pronunciation import general_english
from clm.reasons.codes import Reason
from clm.results import models, transcripts
from clm.results.transcripts import FolderTranscript
from clm.scoring import diagnosis, error_rate, folder_score, model_diagnosis, word_metrics
from clm.scoring.folder_score import FolderScore
from clm.scoring.model_diagnosis import ModelDiagnosis
from clm.scoring.word_metrics import Found
from clm.settings import Settings, read

log = logging.getLogger(__name__)

Row = dict[str, str]
Phrases = dict[str, list[word_metrics.Phrase]]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--runs", type=Path, required=True, help="directory with the model's folders, named like it")
    parser.add_argument("--corpora", type=Path, nargs="*", default=[], help="texts that it was made from")
    parser.add_argument("--output", type=Path, required=True, help="output (JSON)")
    return parser.parse_args(argv)


def phrases(path: str | None, normalizer: Normalizer) -> Phrases:
    """Keywords as the texts have them, by their first word; a file that cannot be used has none, and the log says why.

    Keywords that are empty after normalization are left out, and those that become equal are one.
    """
    if path is None:
        return {}
    try:
        listed = read_keywords(Path(path))
    except UserError as error:
        log.warning("%s", error)
        return {}
    normal = {keyword: tuple(normalizer.tokens(keyword)) for keyword in listed}
    empty = [keyword for keyword, phrase in normal.items() if not phrase]
    if empty:
        log.warning("%s: empty after normalizer %s: %s", path, normalizer.name, ", ".join(empty))
    return word_metrics.by_first_word(normal.values())


def confidences(
    transcript: FolderTranscript, score: FolderScore, rows: dict[str, Row], normalizer: Normalizer
) -> Iterator[tuple[float, bool]]:
    """(confidence, whether right) of the words of a folder."""
    results = {entry.recording: entry.result for entry in transcript.recordings}
    for name, recording in score.recordings.items():
        if result := results.get(name):
            heard = rows[name]["hypothesis"].split()
            yield from word_confidences(result, heard, heard_right(recording.alignment), normalizer)


def word_confidences(
    result: Mapping[str, Any], heard: list[str], right: set[int], normalizer: Normalizer
) -> Iterator[tuple[float, bool]]:
    """(confidence, whether right) of the words that stand as they are in the engine's list of words."""
    items = []
    for item in result["results"].get("items", []):
        best = (item.get("alternatives") or [{}])[0]
        if item.get("type") == "pronunciation" and best.get("confidence") is not None:
            items += [(word, float(best["confidence"])) for word in normalizer.tokens(str(best.get("content", "")))]
    if not items or not heard:
        return
    for chunk in error_rate.align(heard, [word for word, _ in items]):
        if chunk.op == "equal":
            for offset in range(chunk.ref_end - chunk.ref_start):
                yield items[chunk.hyp_start + offset][1], chunk.ref_start + offset in right


def heard_right(alignment: error_rate.Alignment) -> set[int]:
    """Positions of the hypothesis whose words are right."""
    return {place for chunk in alignment if chunk.op == "equal" for place in range(chunk.hyp_start, chunk.hyp_end)}


@dataclass
class Counts:
    """Counts over all folders: keywords, (right, all) words unknown to the stock model, confidences."""

    keywords: dict[str, dict[str, Found]] = field(default_factory=dict)
    by_keyword: dict[str, Found] = field(default_factory=dict)
    unknown: tuple[int, int] = (0, 0)
    confidence: list[tuple[float, bool]] = field(default_factory=list)

    def add(
        self,
        folder: str,
        score: FolderScore,
        rows: dict[str, Row],
        index: Phrases,
        known: frozenset[str],
    ) -> None:
        """Count the keywords of `index`, and the words that are not `known`, in the recordings of a folder."""
        by_recording = self.keywords.setdefault(folder, {})
        for name, recording in score.recordings.items():
            reference, hypothesis = rows[name]["reference"].split(), rows[name]["hypothesis"].split()
            found = word_metrics.keywords(reference, hypothesis, recording.alignment, index)
            by_recording[name] = word_metrics.total(found.values())
            for keyword, counts in found.items():
                self.by_keyword[keyword] = word_metrics.total((self.by_keyword.get(keyword, Found()), counts))
            if known:
                right, count = word_metrics.unknown_words(
                    reference, error_rate.missed_positions(recording.alignment), known
                )
                self.unknown = (self.unknown[0] + right, self.unknown[1] + count)


def corpus_words(paths: Iterable[Path]) -> set[str]:
    """Words of a model's own text; empty for a model without one."""
    found: set[str] = set()
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                found.update(re.findall(r"[^\W\d_]+", line.casefold()))
    return found


@dataclass(frozen=True)
class Background:
    """Knowledge that the diagnosis of every folder of a model uses.

    `keywords` are those of every folder without a file of its own, as `phrases` gives them; `stock` is the vocabulary
    of the stock model and `spelled` the words known to be spelled right: both are empty where that is not known.
    """

    normalizer: Normalizer
    keywords: Phrases
    stock: frozenset[str]
    spelled: frozenset[str]

    @classmethod
    def read(cls, settings: Settings, model: str, corpora: list[Path]) -> "Background":
        """Read dictionary, keywords and the texts that the model was made from."""
        chosen = settings.normalizer
        normalizer = create_normalizer(chosen.profile, settings.language, chosen.without)
        dictionary = general_english.known_words() if settings.is_english else frozenset()
        return cls(
            normalizer,
            keywords=phrases(settings.keywords, normalizer),
            stock=dictionary if models.engine_of(model) == "pocketsphinx" else frozenset(),
            spelled=dictionary | corpus_words(corpora) if dictionary else frozenset(),
        )


def examine(args: argparse.Namespace) -> ModelDiagnosis:
    """Diagnose the model in all its folders that have scores."""
    model, index = args.runs.name, files.read_json(args.index)
    background = Background.read(read(args.settings), model, args.corpora)
    normalizer = background.normalizer
    own_keywords = index.get("keywords", {})
    folders = {name: args.runs / name for name in index["folders"] if (args.runs / name / "wer.json").exists()}
    counts = Counts()
    findings: dict[str, list[Reason]] = {}
    for name, directory in folders.items():
        own = own_keywords.get(name)
        keywords = phrases(own, normalizer) if own else background.keywords
        score, rows = folder_score.read(directory / "wer.json"), texts(directory)
        counts.add(name, score, rows, keywords, background.stock)
        counts.confidence += confidences(transcripts.read(directory / "transcript.json"), score, rows, normalizer)
        others = {other: path for other, path in folders.items() if other != name}
        findings[name] = find(score, rows, others, keywords, background.spelled)
    return ModelDiagnosis(
        model=model,
        keywords=counts.keywords,
        by_keyword=dict(sorted(counts.by_keyword.items())),
        unknown_words=counts.unknown if background.stock else None,
        calibration=word_metrics.calibration(counts.confidence),
        findings=findings,
    )


def texts(directory: Path) -> dict[str, Row]:
    """Rows of a folder's normalized.tsv by recording."""
    return {row["recording"]: row for row in files.read_table(directory / "normalized.tsv", delimiter="\t")}


def find(
    score: FolderScore, rows: dict[str, Row], others: Mapping[str, Path], keywords: Phrases, spelled: frozenset[str]
) -> list[Reason]:
    """Findings on one folder; `others` are the directories of all other folders."""
    # Every recording that does not fit its text is compared with all other folders: each is read once at most.
    once = cache(texts)

    def shingles(directory: Path) -> set[tuple[str, ...]]:
        return {run for row in once(directory).values() for run in diagnosis.shingles(row["reference"].split())}

    return diagnosis.diagnose(
        score,
        rows.values(),
        others={name: partial(shingles, directory) for name, directory in others.items()},
        learnable=words.learnable,
        known=spelled,
        keywords={word for listed in keywords.values() for phrase in listed for word in phrase},
    )


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    model_diagnosis.write(args.output, examine(args))


if __name__ == "__main__":
    cli.run(main)
