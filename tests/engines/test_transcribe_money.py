"""What a run may cost: lengths that are exact, estimated, bounded or unknown, tiers, channels."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.moto_alone import serving_moto
from aws.server import serving
from clm.audio.probe import HEAD_BYTES
from clm.aws.clients import Aws
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.s3_path import S3Path
from clm.config import load
from clm.engines import create
from clm.engines.transcribe import prices
from clm.project.dataset import Dataset
from clm.project.submissions import Cost, announcement, check_budget, cost
from clm.settings import Settings
from clm.types import Recording
from cloud import write_noise
from runner import CHECKOUT

TABLE = {"date": "today", "minute": 6.0, "minute_with_clm": 12.0, "month_minutes": 0, "tiers": [], "least_seconds": 15}


def settings(**section: Any) -> Settings:
    changes = {"bucket": "talks", "prices": TABLE, **section}
    return load({"engine": "transcribe", "transcribe": changes}, CHECKOUT, CHECKOUT)


def spent(recordings: list[Recording], model: str = "transcribe", **section: Any) -> Cost:
    chosen = settings(**section)
    return cost(chosen, create(chosen), model, recordings)


def recording(name: str, seconds: float | None, **details: Any) -> Recording:
    return Recording(name, S3Path("talks", f"{name}.m4a"), name, seconds, **details)


def test_lengths_that_are_not_known_count_as_long_as_they_can_be() -> None:
    exact = spent([recording("a", 60.0, at_most=60.0)])
    assert (exact.dollars, exact.most, exact.rough) == (6.0, 6.0, False)
    estimated = spent([recording("a", 60.0, exact=False, at_most=600.0)])
    assert (estimated.dollars, estimated.most, estimated.loose) == (6.0, 60.0, 1)
    bounded = spent([recording("a", None, exact=False, at_most=600.0)])
    assert (bounded.dollars, bounded.most) == (60.0, 60.0)
    capped = spent([recording("a", None, exact=False, at_most=1e6)])
    assert capped.most == 4 * 60 * 6.0  # Amazon fails what is longer
    unknown = spent([recording("a", None, exact=False)])
    assert unknown.unknown == ("s3://talks/a.m4a",)
    assert (exact + unknown).unknown == unknown.unknown


def test_max_cost_holds_or_says_why_not() -> None:
    def check(limit: float | None, *recordings: Recording) -> None:
        chosen = settings(max_cost=limit)
        check_budget(chosen, {"transcribe": cost(chosen, create(chosen), "transcribe", recordings)})

    estimated = recording("a", 60.0, exact=False, at_most=600.0)
    check(60.0, estimated)
    check(None, estimated, recording("b", None, exact=False))
    with pytest.raises(UserError, match=r"about \$6\.00, but up to \$60\.00") as error:
        check(59.0, estimated)
    assert "set max_cost to 60.00" in error.value.hint
    with pytest.raises(UserError, match=r"more than the \$5\.00 allowed"):
        check(5.0, estimated)
    with pytest.raises(UserError, match=r"length of 1 recording cannot be told.*s3://talks/b\.m4a"):
        check(1000.0, estimated, recording("b", None, exact=False))


def test_channels_that_are_identified_are_billed_each() -> None:
    two = recording("a", 60.0, at_most=60.0, channels=2)
    assert spent([two]).dollars == 6.0
    assert spent([two], channels=True).dollars == 12.0
    assert spent([replace(two, channels=1)], channels=True).dollars == 6.0
    unknown = spent([replace(two, channels=None)], channels=True)
    assert (unknown.dollars, unknown.most) == (6.0, 12.0)


ROWS = [
    {"region": None, "from_minutes": 0, "minute": 3.0, "minute_with_clm": 4.0},
    {"region": "eu-west-1", "from_minutes": 0, "minute": 2.0, "minute_with_clm": 3.0},
    {"region": "eu-west-1", "from_minutes": 100, "minute": 1.0, "minute_with_clm": 1.5},
]


def test_the_row_of_region_and_volume_is_used_and_named() -> None:
    table = {**TABLE, "tiers": ROWS}
    minute = [recording("a", 60.0, at_most=60.0)]
    assert spent(minute, prices=table, region="us-east-1").dollars == 3.0
    assert spent(minute, prices=table, region="eu-west-1").dollars == 2.0
    assert spent(minute, "transcribe-clm-001", prices=table, region="eu-west-1").dollars == 3.0
    late = {**table, "month_minutes": 99.5}
    assert spent(minute, prices=late, region="eu-west-1").dollars == 1.5
    chosen = settings(prices=late, region="eu-west-1")
    told = announcement(chosen, {"transcribe": cost(chosen, create(chosen), "transcribe", minute)}, ())
    assert "today, row eu-west-1 from 0 minutes and row eu-west-1 from 100 minutes" in told
    assert prices.describe(settings().transcribe, 60.0) == "today"


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0, 500))
def test_minutes_cost_the_same_in_one_run_and_in_two(already: float, first: float, second: float) -> None:
    rows = prices.tiers({**TABLE, "tiers": ROWS}, "eu-west-1")
    whole = prices.dollars(rows, already, first + second, clm=False)
    parts = prices.dollars(rows, already, first, clm=False) + prices.dollars(rows, already + first, second, clm=False)
    assert whole == pytest.approx(parts)


def m4a(path: Path, seconds: float) -> bytes:
    """AAC with its index at the end, as most encoders leave it."""
    av = pytest.importorskip("av")
    import numpy as np

    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=16_000)
        stream.layout = "mono"
        noise = np.random.default_rng(0)
        for at in range(int(seconds * 16_000 / 1024)):
            frame = av.AudioFrame.from_ndarray(
                (noise.random((1, 1024), dtype=np.float32) - 0.5) * 0.1, format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts = 16_000, at * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["ours", "moto"])
def test_lengths_in_s3_are_found_at_the_end_side_by_side_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    data = m4a(tmp_path / "long.m4a", 60.0)
    assert data.index(b"moov") > HEAD_BYTES
    with serving() if kind == "ours" else serving_moto(str) as found:
        loopback = found if kind == "ours" else found[0]
        for name, value in loopback.environment.items():
            monkeypatch.setenv(name, value)
        s3 = loopback.client("s3")
        s3.create_bucket(Bucket="talks")
        for number in range(3):
            s3.put_object(Bucket="talks", Key=f"input/{number}/a.m4a", Body=data + b"\0" * 8 * number)
            s3.put_object(Bucket="talks", Key=f"input/{number}/a.txt", Body=b"word")
        changes = {"engine": "transcribe", "input": "s3://talks/input", "results": str(tmp_path / "results")}
        chosen = load(changes, CHECKOUT, CHECKOUT)

        def look() -> list[float | None]:
            dataset = Dataset(chosen, Digests(tmp_path / "clm-digests.json"), probed=True)
            pairs = [pair for folder in dataset.folders.values() for pair in folder.pairs]
            return [dataset.looks(pair)["seconds"] for pair in pairs]

        assert look() == [pytest.approx(60.0, abs=0.5)] * 3
        gets = []
        original = Aws.client

        def counting(self: Aws, service: str, **options: Any) -> Any:
            client = original(self, service, **options)
            client.meta.events.register("before-call.s3.GetObject", lambda **_: gets.append(1))
            return client

        monkeypatch.setattr(Aws, "client", counting)
        look()  # as a dry run, an estimate or the run itself after it
        assert not gets


def test_a_sound_that_is_short_costs_the_least(tmp_path: Path) -> None:
    write_noise(tmp_path / "a.wav", random.Random(0), 0.6)
    assert spent([Recording("a", tmp_path / "a.wav", "x", 0.6, at_most=0.6)]).billed == 15
