"""WER of recognisers under each normalizer profile, on calls with human references.

DIR has one folder per call with reference.txt, keywords.txt (optional) and the results of recognisers: amazon.json, in
Amazon's shape, and any other .txt. For every profile it prints the pooled WER with its interval, keyword recall and
precision, and whether the order of the two best systems is proven. With --steps it shows what single decisions of a
normalizer are worth, which is how two published figures for the same transcripts can differ by points.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from clm.corpus.keywords import read_keywords
from clm.english import spelling
from clm.evaluation import bootstrap
from clm.evaluation.bootstrap import Unit
from clm.normalization import spoken
from clm.normalization.basic import drop_fillers
from clm.normalization.normalizer import create_normalizer
from clm.normalization.profiles import VERSIONS
from clm.project import imported
from clm.scoring import error_rate, word_metrics

SETTINGS = {"resamples": 10_000, "confidence": 0.95}
NOT_RESULTS = {"reference.txt", "keywords.txt"}


def results(call: Path) -> dict[str, str]:
    """Text of each system's result of one call."""
    paths = [path for path in call.iterdir() if path.suffix in imported.SUFFIXES and path.name not in NOT_RESULTS]
    found: dict[str, str] = {}
    for path in sorted(paths):
        parts = [part for result in imported.read_results(path).values() for part in result["results"]["transcripts"]]
        found[path.stem] = " ".join(part["transcript"] for part in parts)
    return found


def measure(calls: list[Path], profile: str) -> dict[str, tuple[list[tuple[str, list]], word_metrics.Found]]:
    """For each system the blocks of every call, and the counts of keywords."""
    normalizer = create_normalizer(profile)
    blocks: dict[str, list] = {}
    found: dict[str, list] = {}
    for call in calls:
        reference = normalizer.tokens((call / "reference.txt").read_text(encoding="utf-8"))
        listed = read_keywords(call / "keywords.txt") if (call / "keywords.txt").exists() else []
        index = word_metrics.by_first_word(tuple(normalizer.tokens(keyword)) for keyword in listed)
        for system, text in results(call).items():
            heard = normalizer.tokens(text)
            alignment = error_rate.align(reference, heard)
            blocks.setdefault(system, []).append((call.name, error_rate.errors_by_block(alignment, len(reference))))
            found.setdefault(system, []).extend(word_metrics.keywords(reference, heard, alignment, index).values())
    return {system: (blocks[system], word_metrics.total(found[system])) for system in blocks}


def print_steps(calls: list[Path]) -> None:
    """Print the WER of each system after one decision more: hyphens, contractions, fillers."""
    plain = create_normalizer("basic", without=["drop_fillers"])
    divided = replace(plain, rules=(*plain.rules, spoken.divide_compounds))
    expanded = replace(divided, rules=(*divided.rules, spelling.expand_contractions))
    chains = {
        "lower case, no punctuation": plain,
        "... hyphens divided": divided,
        "... contractions expanded": expanded,
        "... fillers dropped": replace(expanded, rules=(*expanded.rules, drop_fillers)),
        "basic": create_normalizer("basic"),
    }
    texts = [((call / "reference.txt").read_text(encoding="utf-8"), results(call)) for call in calls]
    systems = sorted({system for _, found in texts for system in found})
    print(f"{'WER % after':32}" + "".join(f"{system:>14}" for system in systems))
    for name, chain in chains.items():
        line = f"{name:32}"
        for system in systems:
            pairs = [(chain.tokens(reference), chain.tokens(found[system])) for reference, found in texts]
            total = sum((error_rate.count(error_rate.align(*pair)) for pair in pairs), error_rate.ErrorCounts())
            line += f"{percent(total.errors / total.words):>14}"
        print(line)


def units(blocks: list, other: list) -> list[Unit]:
    """Blocks of two systems as units of the bootstrap."""
    return [
        Unit(call, number, words, errors, other_errors)
        for (call, mine), (_, theirs) in zip(blocks, other, strict=True)
        for number, ((words, errors), (_, other_errors)) in enumerate(zip(mine, theirs, strict=True))
    ]


def percent(value: float | None) -> str:
    """A rate for the table."""
    return "" if value is None else f"{100 * value:.2f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--profile", nargs="+", default=["basic", "spoken"], choices=sorted(VERSIONS))
    parser.add_argument("--steps", action="store_true", help="show what single decisions are worth, instead")
    args = parser.parse_args()
    calls = sorted(path.parent for path in args.directory.glob("*/reference.txt"))
    if not calls:
        sys.exit(f"Error: no folder of {args.directory} has a reference.txt")
    if args.steps:
        print(f"{len(calls)} calls")
        print_steps(calls)
        return
    print(
        f"{len(calls)} calls\n{'profile':9}{'system':14}{'WER %':>7}  {'interval':15}{'recall %':>9}{'precision %':>13}"
    )
    for profile in args.profile:
        start = time.perf_counter()
        measured = measure(calls, profile)
        totals = {}
        for system, (blocks, found) in measured.items():
            own = units(blocks, blocks)
            low, high = bootstrap.wer_interval(own, **SETTINGS)
            totals[system] = sum(unit.errors for unit in own) / sum(unit.words for unit in own)
            interval = f"{percent(low)} - {percent(high)}"
            print(
                f"{profile:9}{system:14}{percent(totals[system]):>7}  {interval:15}"
                f"{percent(found.recall):>9}{percent(found.precision):>13}"
            )
        order = sorted(totals, key=totals.get)
        if len(order) > 1:
            best, second = order[:2]
            comparison = bootstrap.compare(units(measured[best][0], measured[second][0]), **SETTINGS)
            proven = "proven" if comparison.verdict == bootstrap.BETTER else "not proven"
            low, high = comparison.interval
            print(
                f"{profile:9}{best} before {second}: {proven} (difference {percent(comparison.difference)} points,"
                f" {percent(low)} to {percent(high)}; p = {comparison.p_value:.2g})"
            )
        print(f"{profile:9}{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
