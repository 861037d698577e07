"""Killed runs at Amazon: nothing is paid twice and nothing is lost; benchmarks/transcribe.py does this fifty times."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aws.server import serving
from cloud import Cloud
from kills import SNAKEMAKE, Moment, run_until_done

FOLDERS = 2
#: Snakemake and its jobs among the starts; Snakemake alone during training; both while scores are made.
MOMENTS = (
    Moment("Transcribe.StartTranscriptionJob", 1),
    Moment("Transcribe.CreateLanguageModel", 1, victim=SNAKEMAKE),
    Moment(": Scoring ", 1),
)


@contextmanager
def data_set(directory: Path) -> Iterator[Cloud]:
    """An empty account, and the same data set each time."""
    with serving(scale=40, job_seconds=40.0, model_seconds=40.0, error_rate=40.0) as loopback:
        cloud = Cloud(directory, loopback, poll_seconds=0.2)
        cloud.fill(FOLDERS)
        yield cloud


def test_killed_runs_pay_once_and_end_like_an_undisturbed_one(tmp_path: Path) -> None:
    with data_set(tmp_path / "undisturbed") as cloud:
        cloud.run()
        expected = cloud.outcome()
    with data_set(tmp_path / "killed") as cloud:
        case = run_until_done(cloud, iter(MOMENTS))
        assert len(case.kills) == len(MOMENTS)
        assert case.victims[SNAKEMAKE] == 1
        assert set(cloud.service.starts_per_work().values()) == {1}
        assert cloud.paid() == {"jobs": 2 * FOLDERS, "models": 1}
        assert cloud.outcome() == expected
        assert cloud.leaks() == []
