"""Results in a bucket and their copies in folders of two machines; what is refused."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from snakemake_storage_plugin_s3 import StorageProvider, StorageProviderSettings

from aws.server import Loopback, serving
from clm import SHARED
from clm.base import files
from clm.base.errors import PassingError, UserError
from clm.base.s3_path import S3Path
from clm.bucket import sync
from clm.bucket.mirror import Mirror
from clm.bucket.sync import Shared
from clm.config import load
from clm.run import remote, snakemake_metadata
from runner import CHECKOUT

BUCKET = "results-bucket"
ADDRESS = S3Path(BUCKET, "project/results")


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    with serving() as loopback:
        loopback.client("s3").create_bucket(Bucket=BUCKET)
        for name, value in loopback.environment.items():
            monkeypatch.setenv(name, value)
        yield loopback


class Machine:
    """A folder of copies."""

    def __init__(self, folder: Path, client: Any) -> None:
        self.folder = folder
        self.seen = folder.with_suffix(".seen")
        self.mirror = Mirror(client, folder, ADDRESS)

    def write(self, name: str, text: str = "{}") -> Path:
        files.write_text(self.folder / name, text)
        return self.folder / name

    def align(self) -> set[str]:
        self.mirror.align(self.seen)
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def machines(loopback: Loopback, tmp_path: Path) -> tuple[Machine, Machine]:
    client = loopback.client("s3")
    return Machine(tmp_path / "one", client), Machine(tmp_path / "two", client)


def test_what_one_machine_keeps_is_there_on_another(loopback: Loopback, machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    kept = {"store/pocketsphinx/a.json", "models/x/model.json", "inputs/one.json", "state.json"}
    for name in kept | {"leaderboard.csv", "models/x/plan.json", "models/x/.training-1/lm.bin", "logs/wer/a.log"}:
        one.write(name)
    one.mirror.push_new()
    assert two.align() == kept
    before = loopback.service.calls["S3.GET"]
    two.align()
    assert loopback.service.calls["S3.GET"] - before == 1  # the listing
    assert one.folder.joinpath("state.json").stat().st_mtime == two.folder.joinpath("state.json").stat().st_mtime


def test_the_later_version_wins_on_both_sides(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.write("store/a.json", "old")
    one.mirror.push_new()
    two.align()
    path = two.write("store/a.json", "newer")
    os.utime(path, (path.stat().st_mtime + 5, path.stat().st_mtime + 5))
    two.mirror.push_new()
    one.align()
    assert one.folder.joinpath("store/a.json").read_text() == "newer"


def test_a_run_that_was_killed_has_done_what_is_in_the_bucket(machines: tuple[Machine, Machine]) -> None:
    """But for what the workflow keeps itself, which is sent late."""
    one, two = machines
    for name in ("runs/m/f/transcript.json", "store/pocketsphinx/a.json", ".lock"):
        one.write(name)
    assert one.align() == {"store/pocketsphinx/a.json", ".lock"}
    assert two.align() == {"store/pocketsphinx/a.json"}


def test_what_was_deleted_in_the_bucket_stays_deleted(loopback: Loopback, machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    one.write("models/x/model.json")
    one.mirror.push_new()
    one.align()
    loopback.client("s3").delete_object(Bucket=BUCKET, Key="project/results/models/x/model.json")
    assert one.align() == set()
    one.mirror.push_new()
    assert one.align() == set()


def test_a_model_that_could_not_be_sent_whole_is_not_finished(
    loopback: Loopback, machines: tuple[Machine, Machine]
) -> None:
    """The small file that marks it is sent last."""
    one, two = machines
    for name in ("lm.bin", "lexicon.tsv", "model.json"):
        one.write(f"models/x/{name}")
    broken = loopback.service.faults.add(r"S3.PUT .*/lm\.bin", code="AccessDenied", status=403)
    for send in (one.mirror.push_new, partial(one.mirror.push, [one.folder / "models" / "x"]), one.align):
        with pytest.raises(UserError):
            send()
        assert "models/x/model.json" not in two.align()
    loopback.service.faults.faults.remove(broken)
    one.align()
    assert two.align() == {"models/x/lm.bin", "models/x/lexicon.tsv", "models/x/model.json"}


@pytest.mark.parametrize("ahead", [-300, 300])
def test_clocks_of_machines_do_not_count(machines: tuple[Machine, Machine], ahead: int) -> None:
    one, two = machines

    def write(machine: Machine, text: str) -> None:
        path = machine.write("state.json", text)
        now = path.stat().st_mtime + ahead
        os.utime(path, (now, now))

    write(one, "first")
    one.mirror.push_new()
    one.align()
    two.align()
    write(two, "second")
    two.mirror.push_new()
    write(one, "third")
    one.mirror.push_new()
    two.align()
    assert (two.folder / "state.json").read_text() == "third"


def test_what_others_replaced_is_fetched_whatever_the_clock_says(
    loopback: Loopback, machines: tuple[Machine, Machine]
) -> None:
    one, _ = machines
    path = one.write("leaderboard.csv", "old")
    one.mirror.push([path])
    one.align()
    later = path.stat().st_mtime + 300
    os.utime(path, (later, later))
    time.sleep(1.1)  # ages in S3 are whole seconds
    loopback.client("s3").put_object(Bucket=BUCKET, Key="project/results/leaderboard.csv", Body=b"new")
    one.align()
    assert path.read_text() == "new"


def test_what_one_address_had_says_nothing_about_another(loopback: Loopback, machines: tuple[Machine, Machine]) -> None:
    """Two projects in one working directory."""
    one, _ = machines
    other = Machine(one.folder.with_name("other"), loopback.client("s3"))
    other.seen = one.seen
    other.mirror = Mirror(loopback.client("s3"), other.folder, S3Path(BUCKET, "other/results"))
    one.write("store/a.json")
    one.align()
    other.write("store/a.json")  # not sent yet
    assert other.align() == {"store/a.json"}
    assert one.align() == {"store/a.json"}


def test_a_missing_bucket_is_said(tmp_path: Path, loopback: Loopback) -> None:
    mirror = Mirror(loopback.client("s3"), tmp_path, S3Path("no-such-bucket", "results"))
    with pytest.raises(PassingError, match="no-such-bucket"):
        mirror.pull()


# -- jobs ---------------------------------------------------------------------


@pytest.fixture
def place(machines: tuple[Machine, Machine], tmp_path: Path) -> Iterator[Shared]:
    one, _ = machines
    for name in ("store/a.json", "models/x/model.json", "models/x/lm.bin", "models/xy/model.json"):
        one.write(name)
    one.mirror.push_new()
    yield Shared(str(tmp_path / "job"), str(ADDRESS), sync.EVERYTHING)
    os.environ.pop(SHARED, None)


def test_a_job_elsewhere_fetches_what_it_names(place: Shared) -> None:
    place.offer()
    folder = Path(place.folder)
    sync.fetch(folder / "store" / "a.json", folder / "store" / "b.json", folder / "models" / "x")
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["a.json", "lm.bin", "model.json"]
    sync.fetch_shared([Path("/elsewhere/a.txt")])


def test_where_everything_is_here_nothing_is_fetched(place: Shared) -> None:
    sync.fetch(Path(place.folder) / "store" / "a.json")
    Shared(place.folder, place.address).offer()
    sync.fetch(Path(place.folder) / "store" / "a.json")
    sync.refresh()
    assert not Path(place.folder).exists()


def test_a_job_by_hand_is_told_so(place: Shared) -> None:
    with pytest.raises(UserError, match=r"state\.json: not there"):
        remote.decided_state(place, "results")


# -- refusals ---------------------------------------------------------------------


def provider(directory: Path) -> StorageProvider:
    settings = StorageProviderSettings(endpoint_url=None)
    return StorageProvider(local_prefix=directory, logger=None, settings=settings)


def test_the_place_is_that_of_the_plugin(tmp_path: Path) -> None:
    place = remote.bucket(provider(tmp_path), "s3://b-1/my project/", "results")
    assert place == Shared(str(tmp_path / "b-1" / "my project" / "results"), "s3://b-1/my project/results")
    assert remote.bucket(None, None, "/anywhere") is None


@pytest.mark.parametrize(
    ("prefix", "results", "named"),
    [(None, "results", "default-storage-prefix"), ("gs://b-1", "results", "gs://b-1"), ("s3://b-1", "/r", "/r")],
)
def test_other_places_are_refused(tmp_path: Path, prefix: str | None, results: str, named: str) -> None:
    with pytest.raises(UserError, match=named) as refused:
        remote.bucket(provider(tmp_path), prefix, results)
    assert refused.value.hint


def test_names_without_an_address_of_their_own_are_refused() -> None:
    remote.check_names(["a b", "ü", "100%", "a;b"])
    with pytest.raises(UserError, match="a#1"):
        remote.check_names(["fine", "a#1"])


def test_inputs_that_jobs_elsewhere_cannot_read_are_refused() -> None:
    shipped = load({"results": "copies"}, CHECKOUT, CHECKOUT)
    remote.check_inputs(replace(shipped, input="s3://b-1/in", training_data="copies/store/s3/abc"))
    forms = replace(shipped.normalizer, equivalents="forms.txt")
    with pytest.raises(UserError, match=r"input, training_data, normalizer\.equivalents"):
        remote.check_inputs(replace(shipped, input="data", training_data="my/store/s3/abc", normalizer=forms))


# -- records of Snakemake ---------------------------------------------------------------------


def test_records_go_along_and_later_ones_stay(tmp_path: Path) -> None:
    one, two, results = tmp_path / "one", tmp_path / "two" / "deeper", tmp_path / "results"
    record = {"input": ["a.tsv"], "params": ["'results'"], "endtime": 5.0}
    for name in ("a", "b"):
        files.write_text(one / "metadata" / name, json.dumps(record))
    snakemake_metadata.pack(one, results)
    files.write_text(two / "metadata" / "b", json.dumps({"endtime": 6.0}))
    snakemake_metadata.unpack(two, results)
    assert json.loads((two / "metadata" / "a").read_text()) == record
    assert json.loads((two / "metadata" / "b").read_text()) == {"endtime": 6.0}
    assert (two / "incomplete").is_dir()  # else Snakemake takes the records for an old format


def test_records_that_a_kill_cut_off_are_nothing(tmp_path: Path) -> None:
    one, two, results = tmp_path / "one", tmp_path / "two", tmp_path / "results"
    whole = json.dumps({"endtime": 5.0})
    for directory, name, text in ((one, "a", whole), (one, "b", ""), (one, "c", '{"end'), (two, "a", "")):
        files.write_text(directory / "metadata" / name, text)
    snakemake_metadata.pack(one, results)
    snakemake_metadata.unpack(two, results)
    assert {path.name: path.read_text() for path in (two / "metadata").iterdir()} == {"a": whole}
