"""Killed runs at Amazon: nothing is paid twice and nothing is lost; benchmarks/transcribe.py does this fifty times."""

from pathlib import Path

import pytest

from cloud import quick_cloud
from kills import SNAKEMAKE, Moment, run_until_done

FOLDERS = 2
#: Snakemake and its jobs among the starts; Snakemake alone during training; both while scores are made.
MOMENTS = (
    Moment("Transcribe.StartTranscriptionJob", 1),
    Moment("Transcribe.CreateLanguageModel", 1, victim=SNAKEMAKE),
    Moment(": Scoring ", 1),
)


@pytest.mark.long
def test_killed_runs_pay_once_and_end_like_an_undisturbed_one(tmp_path: Path) -> None:
    with quick_cloud(tmp_path / "undisturbed", FOLDERS) as cloud:
        cloud.run()
        expected = cloud.outcome()
    with quick_cloud(tmp_path / "killed", FOLDERS) as cloud:
        case = run_until_done(cloud, iter(MOMENTS))
        assert len(case.kills) == len(MOMENTS)
        assert case.victims[SNAKEMAKE] == 1
        assert set(cloud.service.starts_per_work().values()) == {1}
        assert cloud.paid() == {"jobs": 2 * FOLDERS, "models": 1}
        assert cloud.outcome() == expected
        assert cloud.leaks() == []
