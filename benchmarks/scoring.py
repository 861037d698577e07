"""How long scoring takes, against jiwer on the same text in the same run.

An hour of made-up speech (10,000 words, every seventh wrong) is normalized and scored with all that wer.json holds;
10,000 resamples are drawn over 100 hours; 2,000 folders of made-up results are compared.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from clm.evaluation import bootstrap, leaderboard
from clm.evaluation.bootstrap import Unit
from clm.evaluation.comparison import Evaluation
from clm.evaluation.summaries import FolderSummary, Summary
from clm.normalization.normalizer import create_normalizer
from clm.project import imported
from clm.scoring import folder_score
from clm.scoring.error_rate import ErrorCounts
from clm.scoring.folder_score import RecordingScore

WORDS = 10_000


def seconds(action: Callable[[], object]) -> float:
    """Best time of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def hour(generator: random.Random) -> tuple[str, str]:
    """A reference and a hypothesis."""
    vocabulary = ["".join(generator.choices("etaoinshrdlu", k=generator.randint(2, 9))) for _ in range(3000)]
    words = [generator.choice(vocabulary) for _ in range(WORDS)]
    heard = [generator.choice(vocabulary) if generator.random() < 1 / 7 else word for word in words]
    return ", ".join(words), " ".join(heard)


def scoring(profile: str, reference: str, hypothesis: str) -> tuple[float, float]:
    """Seconds of jiwer alone, and of everything."""
    import jiwer

    normalizer = create_normalizer(profile)
    normal = normalizer(reference), normalizer(hypothesis)

    def everything() -> None:
        row = {"recording": "r", "reference": normalizer(reference), "hypothesis": normalizer(hypothesis)}
        folder_score.score_folder([row], None, {}, normalizer)

    return seconds(lambda: jiwer.wer(*normal)), seconds(everything)


def calls(directory: Path) -> None:
    """The call of an hour that takes longest, against its own limit."""
    for profile in ("basic", "spoken"):
        worst = (0.0, "no calls")
        for reference in sorted(directory.glob("*/reference.txt")):
            result = imported.read_result(reference.with_name("amazon.json"))
            heard = " ".join(part["transcript"] for part in result["results"]["transcripts"])
            alone, all_of_it = scoring(profile, reference.read_text(encoding="utf-8"), heard)
            limit = 1.5 * alone + 0.2
            line = f"{reference.parent.name}  jiwer {alone:.3f} s, everything {all_of_it:.3f} s, limit {limit:.3f} s"
            worst = max(worst, (all_of_it / limit, line))
        print(f"slowest real call, {profile:6}  {worst[1]} ({worst[0]:.0%} of it)")


def folders(count: int, generator: random.Random) -> None:
    """Compare two models on many folders."""

    def summary(name: str) -> Summary:
        parts = {}
        for number in range(count):
            wrong = generator.randint(5, 30)
            counts = ErrorCounts(100 - wrong, wrong)
            parts[f"f{number}"] = FolderSummary({"r": RecordingScore(counts, counts, {"w": wrong})}, seconds=60)
        return Summary(name, parts, engine="e")

    names = {f"f{number}": ["r"] for number in range(count)}
    evaluation = {"heldout": [], "resamples": 10_000, "confidence": 0.95}
    leaderboard.tables(Evaluation([summary("base"), summary("clm")], names, "base", evaluation))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=Path, metavar="DIR", help="also real calls, as for earnings21.py")
    args = parser.parse_args()
    generator = random.Random(1)
    reference, hypothesis = hour(generator)
    for profile in ("basic", "spoken"):
        alone, all_of_it = scoring(profile, reference, hypothesis)
        limit = 1.5 * alone + 0.2
        print(f"one hour, {profile:6}  jiwer {alone:.3f} s, everything {all_of_it:.3f} s, limit {limit:.3f} s")
    if args.calls:
        calls(args.calls)
    blocks = [Unit(f"r{n // 10}", n % 10, 1000, generator.randint(80, 200), 150) for n in range(900)]
    drawn = seconds(lambda: bootstrap.compare(blocks, resamples=10_000, confidence=0.95))
    print(f"100 hours, 10,000 resamples  {drawn:.2f} s")
    compared = seconds(lambda: folders(2000, generator))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"2,000 folders compared  {compared:.2f} s, peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
