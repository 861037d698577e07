"""The engine transcribe against the loopback service: speed, width, and what kills cost.

The service counts what it is paid for and has a clock of its own, on which jobs take as long as at Amazon. All figures
of a table are of one run on this machine; the program exits with 1 if a bound does not hold.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import cpu_split
from figures import Figure, machine

import kills as killing
from aws.server import serving
from cloud import CLM, STOCK, Cloud

#: What the original needs for the same, which does one job after the other (docs/aws.md).
ORIGINAL_SECONDS = 3690.0
_ERRORS_PERCENT = 40.0


@contextmanager
def cloud(name: str, *, scale: float, job_seconds: float, model_seconds: float, **section: Any) -> Iterator[Cloud]:
    """An empty account, and a working directory for a data set."""
    with (
        tempfile.TemporaryDirectory(prefix=f"clm-{name}-") as directory,
        serving(
            scale=scale, job_seconds=job_seconds, model_seconds=model_seconds, error_rate=_ERRORS_PERCENT
        ) as loopback,
    ):
        yield Cloud(Path(directory), loopback, **section)


def slowest(found: Cloud) -> float:
    """How long the slowest job took, on the service's clock."""
    return max(job.finished - job.created for job in found.service.jobs.all.values())


def speed(args: argparse.Namespace) -> list[Figure]:
    """Stock model and one CLM on every folder, against one job at a time."""
    pause = args.poll_seconds / args.scale
    with cloud(
        "speed", scale=args.scale, job_seconds=60.0, model_seconds=args.training_seconds, poll_seconds=pause,
    ) as found:  # fmt: skip
        found.fill(args.folders)
        clock = found.service.clock
        began, calls = clock.now(), Counter(found.calls())
        found.run()
        seconds, calls = clock.now() - began, Counter(found.calls()) - calls
        models = [row["model"] for row in found.board()]
        jobs, longest = found.paid()["jobs"], slowest(found)
    assert sorted(models) == [STOCK, CLM]
    assert jobs == 2 * args.folders
    original = 60.0 * jobs + 90.0
    print(
        f"{args.folders} folders x 2 models = {jobs} jobs; clock x {args.scale:g}; a look every {args.poll_seconds:g} s"
    )
    print(f"one job at a time: {original:.0f} s; slowest job {longest:.0f} s, training {args.training_seconds:g} s")
    print("calls: " + ", ".join(f"{name.partition('.')[2]} {count}" for name, count in sorted(calls.items())))
    return [
        Figure("the run, on the service's clock", seconds, "<=", original / 20, " s"),
        Figure("times faster than one job at a time", original / seconds, ">=", 20),
        Figure("API calls per finished job", calls.total() / jobs, "<=", 8),
        Figure("starts per unique work", most_starts(found), "=", 1),
    ]


def wide(args: argparse.Namespace) -> list[Figure]:
    """Many jobs at once under --cores 4, and the CPU time that they cost here."""
    with cloud(
        "wide", scale=1.0, job_seconds=30.0, model_seconds=0.0, poll_seconds=args.poll_seconds,
        max_jobs=250, starts_per_second=20,
    ) as found:  # fmt: skip
        found.fill(args.jobs, clm=False)
        began = time.monotonic()
        spent, seconds = cpu_split.measured(lambda variables: found.run("--cores", "4", **variables))
        started = [moment for moment, call in found.service.log if call == "Transcribe.StartTranscriptionJob"]
        fetched = [moment for moment, call in found.service.log if call == "S3.GET"]
        longest, peak, jobs = slowest(found), found.service.jobs.peak, found.paid()["jobs"]
    assert jobs == args.jobs
    [bare] = cpu_split.bare(jobs, steps=3)
    startup = started[0] - began
    own = spent.total - bare
    print(f"{jobs} jobs of 30 s under --cores 4, at most {peak} at once; a look every {args.poll_seconds:g} s at first")
    print(
        f"start-up (Snakemake, preflight, first uploads) {startup:.1f} s; starts {started[-1] - started[0]:.1f} s; "
        f"all results {fetched[-1] - began:.1f} s; with all scores {seconds:.1f} s"
    )
    print("CPU ms per recording: " + ", ".join(f"{name} {1000 * value / jobs:.0f}" for name, value in spent.parts))
    print(f"a bare Snakefile with as many jobs: {1000 * bare / jobs:.0f}")
    return [
        Figure("all results, after start-up", fetched[-1] - started[0], "<=", 2 * longest, " s"),
        Figure("own CPU per recording", own / jobs, "<=", 0.2, " s"),
        Figure("starts per unique work", most_starts(found), "=", 1),
    ]


def kill(args: argparse.Namespace) -> list[Figure]:
    """Random SIGKILLs, each followed by --unlock and another run."""
    chance = random.Random(args.seed)
    options = {"scale": 40.0, "job_seconds": 60.0, "model_seconds": 60.0, "poll_seconds": 0.25}
    with cloud("calm", **options) as found:
        found.fill(args.folders)
        began = time.monotonic()
        found.run()
        typical, expected = time.monotonic() - began, found.outcome()
    print(f"{args.folders} folders x 2 models; an undisturbed run takes {typical:.0f} s", flush=True)
    cases: list[killing.Case] = []
    starts, models, lost, leaks = [1.0], [1.0], 0, 0
    while (missing := args.kills - sum(len(case.kills) for case in cases)) > 0:
        with cloud("kills", **options) as found:
            found.fill(args.folders)
            case = killing.run_until_done(found, islice(killing.random_moments(chance, typical), missing))
            cases.append(case)
            starts.append(most_starts(found))
            models.append(found.paid()["models"])
            assert found.paid()["jobs"] == 2 * args.folders
            same = found.outcome() == expected
            lost += not same
            leaks += len(found.leaks())
        print(
            f"  {len(case.kills):2} kills, {case.runs:2} runs, {case.seconds:4.0f} s, most starts {starts[-1]:.0f}, "
            f"models {models[-1]}, {'same leaderboard' if same else 'ANOTHER LEADERBOARD'}: {', '.join(case.kills)}",
            flush=True,
        )
    moments = Counter(moment for case in cases for moment in case.kills)
    print("killed during: " + ", ".join(f"{moment} {count}" for moment, count in moments.most_common()))
    alone = sum(case.victims[killing.SNAKEMAKE] for case in cases)
    print(f"{alone} times Snakemake alone, its jobs lived on beside the next run")
    return [
        Figure("kills", moments.total(), ">=", args.kills),
        Figure("most starts of one work", max(starts), "=", 1),
        Figure("most CreateLanguageModel accepted for one model", max(models), "=", 1),
        Figure("data sets that ended unlike the undisturbed run", lost, "=", 0),
        Figure("leaks of account number, secret or signed address", leaks, "=", 0),
    ]


def most_starts(found: Cloud) -> float:
    """The most starts of the same audio with the same language, model, vocabulary and settings."""
    return float(max(found.service.starts_per_work().values()))


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, function: Callable[[argparse.Namespace], list[Figure]]) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=function.__doc__, formatter_class=parser.formatter_class)
        found.set_defaults(function=function)
        return found

    one = command("speed", speed)
    one.add_argument("--folders", type=int, default=30)
    one.add_argument(
        "--scale", type=float, default=1.0, help="the service's seconds in one of ours, which makes ours dear"
    )
    one.add_argument("--poll-seconds", type=float, default=3.0, help="on the service's clock")
    one.add_argument("--training-seconds", type=float, default=10.0)
    two = command("wide", wide)
    two.add_argument("--jobs", type=int, default=250)
    two.add_argument("--poll-seconds", type=float, default=3.0)
    three = command("kills", kill)
    three.add_argument("kills", type=int, nargs="?", default=50)
    three.add_argument("--folders", type=int, default=3)
    three.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Print the table."""
    args = parse_args()
    print(f"{args.command}: {machine()}", flush=True)
    figures = args.function(args)
    print(*figures, sep="\n")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
