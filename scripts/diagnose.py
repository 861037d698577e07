"""Look closer at one model: keywords, unknown words and confidence, and for each folder what is wrong, in words."""

import argparse
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
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
from clm.scoring import diagnosis, error_rate, word_metrics
from clm.settings import read

log = logging.getLogger(__name__)

Row = dict[str, str]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--index", type=Path, required=True, help="folders of the input (JSON)")
    parser.add_argument("--runs", type=Path, required=True, help="directory with the model's folders, named like it")
    parser.add_argument("--corpora", type=Path, nargs="*", default=[], help="texts that it was made from")
    parser.add_argument("--output", type=Path, required=True, help="output (JSON)")
    return parser.parse_args(argv)


def phrases(path: str | None, normalizer: Normalizer) -> dict[str, list[word_metrics.Phrase]]:
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


def confidences(result: dict[str, Any], heard: list[str], right: set[int], normalizer: Normalizer) -> Iterator:
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


def heard_right(alignment: list[error_rate.Chunk]) -> set[int]:
    """Positions of the hypothesis whose words are right."""
    return {place for chunk in alignment if chunk.op == "equal" for place in range(chunk.hyp_start, chunk.hyp_end)}


def look(
    score: dict[str, Any], rows: dict[str, Row], index: dict[str, list[word_metrics.Phrase]], known: frozenset[str]
) -> tuple[dict[str, word_metrics.Found], dict[str, Counter], list[int]]:
    """Keyword counts by recording, those of each keyword, and (right, all) words unknown to the stock model."""
    by_recording, by_keyword = {}, {}
    unknown = [0, 0]
    for recording in score["recordings"]:
        row = rows[recording["recording"]]
        reference, hypothesis = row["reference"].split(), row["hypothesis"].split()
        alignment = tuple(error_rate.Chunk(*chunk) for chunk in recording["alignment"])
        found = word_metrics.keywords(reference, hypothesis, alignment, index)
        by_recording[recording["recording"]] = word_metrics.total(found.values())
        for keyword, counts in found.items():
            by_keyword.setdefault(keyword, Counter()).update(counts._asdict())
        if known:
            right, count = word_metrics.unknown_words(reference, error_rate.missed_positions(alignment), known)
            unknown = [unknown[0] + right, unknown[1] + count]
    return by_recording, by_keyword, unknown


def corpus_words(paths: Iterable[Path]) -> set[str]:
    """Words that a model's own text spells; empty for a model without one."""
    found: set[str] = set()
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                found.update(re.findall(r"[^\W\d_]+", line.casefold()))
    return found


def examine(args: argparse.Namespace) -> dict[str, Any]:
    """The whole diagnosis."""
    settings = read(args.settings)
    chosen = settings.normalizer
    normalizer = create_normalizer(chosen.profile, settings.language, chosen.without)
    runs, model = args.runs, args.runs.name
    index = files.read_json(args.index)
    folders = [folder for folder in index["folders"] if (runs / folder / "wer.json").exists()]
    everywhere = phrases(settings.keywords, normalizer)
    known = general_english.known_words() if settings.is_english else frozenset()
    stock = known if model.split("-")[0] == "pocketsphinx" else frozenset()
    spelled = known | corpus_words(args.corpora) if known else known

    @cache
    def texts(folder: str) -> dict[str, Row]:
        return {row["recording"]: row for row in files.read_table(runs / folder / "normalized.tsv", delimiter="\t")}

    keywords: dict[str, Any] = {}
    by_keyword: dict[str, Counter] = {}
    findings: dict[str, Any] = {}
    unknown = [0, 0]
    confidence: list[tuple[float, bool]] = []
    for folder in folders:
        score, rows = files.read_json(runs / folder / "wer.json"), texts(folder)
        own = index.get("keywords", {}).get(folder)
        used = phrases(own, normalizer) if own else everywhere
        keywords[folder], found, missing = look(score, rows, used, stock)
        for keyword, counts in found.items():
            by_keyword.setdefault(keyword, Counter()).update(counts)
        unknown = [unknown[0] + missing[0], unknown[1] + missing[1]]
        findings[folder] = diagnosis.diagnose(
            score,
            rows.values(),
            others={name: partial(_reference_shingles, texts, name) for name in folders if name != folder},
            learnable=words.learnable,
            known=spelled,
            keywords={word for listed in used.values() for phrase in listed for word in phrase},
        )
        confidence += _confidences(files.read_json(runs / folder / "transcript.json"), score, rows, normalizer)
        texts.cache_clear()
    total = word_metrics.total(part for parts in keywords.values() for part in parts.values())
    return {
        "model": model,
        "keyword_recall": total.recall,
        "keyword_precision": total.precision,
        "keyword_f1": total.f1,
        "keywords": keywords,
        "by_keyword": {keyword: list(counts.values()) for keyword, counts in sorted(by_keyword.items())},
        "oov": {"right": unknown[0], "words": unknown[1], "recall": unknown[0] / unknown[1] if unknown[1] else None}
        if stock
        else None,
        "calibration": word_metrics.calibration(confidence),
        "findings": {folder: found for folder, found in findings.items() if found},
    }


def _confidences(
    transcript: dict[str, Any], score: dict[str, Any], rows: dict[str, Row], normalizer: Normalizer
) -> Iterator[tuple[float, bool]]:
    results = {item["recording"]: item.get("result") for item in transcript["recordings"]}
    for recording in score["recordings"]:
        result = results.get(recording["recording"])
        if result:
            right = heard_right([error_rate.Chunk(*chunk) for chunk in recording["alignment"]])
            heard = rows[recording["recording"]]["hypothesis"].split()
            yield from confidences(result, heard, right, normalizer)


def _reference_shingles(texts: Callable[[str], dict[str, Row]], folder: str) -> set[tuple[str, ...]]:
    return {run for row in texts(folder).values() for run in diagnosis.shingles(row["reference"].split())}


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    files.write_json(args.output, examine(args), indent=None)


if __name__ == "__main__":
    cli.run(main)
