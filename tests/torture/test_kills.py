"""kill -9 at many moments: of Snakemake with its jobs, of Snakemake alone, of a job alone; with either engine."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

import kills
from cloud import Cloud, quick_cloud
from kills import BOTH, JOB, SNAKEMAKE, Moment, run_until_done
from runner import Workflow
from torture.counts import count
from workflow_data import small_data_set

VICTIMS = (BOTH, SNAKEMAKE, JOB)
#: Moments for each victim and engine.
POINTS = int(os.environ.get("TORTURE_KILLS", "30"))
FOLDERS = 2
#: Results are named after a SHA-256.
_KEY_LENGTH = 64
#: Moments in time are drawn from as long as an undisturbed run takes.
TYPICAL_SECONDS = 15.0


@contextmanager
def embedded(directory: Path) -> Iterator[Workflow]:
    """The small data set with the engine pocketsphinx."""
    directory.mkdir()
    yield small_data_set(directory)


def stored(results: Path) -> dict[Path, int]:
    """Ages of the results in the store, none of which is made twice; records of jobs may go on."""
    return {path: path.stat().st_mtime_ns for path in results.glob("store/*/*.json") if len(path.stem) == _KEY_LENGTH}


def watch_store(results: Path) -> Callable[[], None]:
    """A check, after each kill and at the end, that what was stored before is as it was."""
    known: dict[Path, int] = {}

    def check() -> None:
        now = stored(results)
        assert {path: now.get(path) for path in known} == known
        known.update(now)

    return check


@pytest.mark.torture
@pytest.mark.parametrize("engine", ["pocketsphinx", "transcribe"])
def test_killed_at_many_moments(engine: str, tmp_path: Path) -> None:
    data_set = embedded if engine == "pocketsphinx" else partial(quick_cloud, folders=FOLDERS)
    with data_set(tmp_path / "undisturbed") as target:
        target.run()
        expected = target.outcome()
    done: dict[str, int] = dict.fromkeys(VICTIMS, 0)
    chance = random.Random(f"kills {engine}")
    for number in range(10 * POINTS):
        wanted = [victim for victim in VICTIMS if done[victim] < POINTS]
        if not wanted:
            break
        moments = kills.random_moments(chance, TYPICAL_SECONDS, *wanted, calls=engine == "transcribe")
        with data_set(tmp_path / str(number)) as target:
            check = watch_store(target.results)
            most = sum(POINTS - done[victim] for victim in wanted)
            case = run_until_done(target, islice(moments, min(most, 2 * len(wanted))), check)
            check()
            assert target.outcome() == expected
            assert not list(target.results.glob("models/*/.*")), "a killed training left its files"
            if isinstance(target, Cloud):
                assert set(target.service.starts_per_work().values()) == {1}
                assert target.paid() == {"jobs": 2 * FOLDERS, "models": 1}
                assert target.leaks() == []
        for victim, times in case.victims.items():
            done[victim] += times
            count(f"kill -9 of {victim} ({engine})", times)
        for phase in case.kills:
            count(f"  killed during {phase} ({engine})")
    assert min(done.values()) >= POINTS


@pytest.mark.long
def test_a_killed_job_is_named_and_done_again(tmp_path: Path) -> None:
    with embedded(tmp_path / "small") as workflow:
        (workflow.data / "keywords" / "keywords.txt").unlink()  # no training: a sample of the above has to be quick
        check = watch_store(workflow.results)
        case = run_until_done(workflow, iter([Moment(": Transcribing ", 2, victim=JOB)]), check)
        check()
        assert case.kills == ["transcribe"]
        board, runs = workflow.outcome()
        assert [row["status"] for row in board] == ["finished"]
        assert len(runs) == FOLDERS
