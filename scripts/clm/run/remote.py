"""Runs whose results are in a bucket, and jobs on other machines: functions of the Snakefile."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm import config
from clm.base.errors import UserError
from clm.base.messages import some
from clm.base.s3_path import TEXTS, S3Path, is_address
from clm.bucket import sync
from clm.bucket.sync import Shared
from clm.project import record
from clm.project.state import STATE, State
from clm.run import snakemake_metadata
from clm.settings import Settings

if TYPE_CHECKING:
    from snakemake_interface_storage_plugins.storage_provider import StorageProviderBase

_SNAKEMAKE = Path(".snakemake")
_SEEN = _SNAKEMAKE / "clm-bucket.json"
#: The storage plugin reads an address up to one of these.
_UNUSABLE = re.compile(r"[?#]")
#: Files that jobs read; where they run on other machines, these have to be in S3.
_READ_BY_JOBS = ("input", "training_data", "tuning_data")
#: Files that jobs read and that cannot be in S3.
_ONLY_HERE = ("normalizer.equivalents", "pocketsphinx.pronunciations", "report.compare")


def bucket(storage: StorageProviderBase | None, prefix: str | None, results: str) -> Shared | None:
    """Bucket where Snakemake's default storage keeps the results, with their copies on this machine; None without.

    Raises:
        UserError: it is not a bucket of S3, or the results folder cannot be part of an address.

    """
    if storage is None:
        return None
    if not is_address(prefix or ""):
        raise UserError(
            f"default-storage-prefix: {prefix!r} is not an address in S3",
            "--default-storage-prefix s3://your-bucket/your-project",
        )
    if Path(results).is_absolute():
        raise UserError(
            f"config: results: {results} is not below the working directory; it also names the folder in the bucket",
            "--config results=NAME",
        )
    if storage.settings.endpoint_url:
        os.environ["AWS_ENDPOINT_URL_S3"] = storage.settings.endpoint_url  # our own calls go where the plugin's go
    place = storage.object(f"{prefix.rstrip('/')}/{results}")
    return Shared(str(place.local_path()), str(S3Path(place.bucket, place.key)))


def relative_results(results: Any) -> str:
    """The results folder as the main process names it."""
    return config.relative(Path.cwd() / Path(str(results)).expanduser(), Path.cwd())


def check_keeps(keeps: bool) -> None:
    """Refuse to run without copies on this machine, which programs read.

    Raises:
        UserError: Snakemake is to delete them.

    """
    if not keeps:
        raise UserError("storage: copies of results would be deleted", "add --keep-storage-local-copies")


def check_names(names: Iterable[str]) -> None:
    """Refuse folders whose results would have no address of their own.

    Raises:
        UserError: there are such folders.

    """
    if bad := [name for name in names if _UNUSABLE.search(name)]:
        raise UserError(f"input: folders with ? or # in their names: {some(bad)}", "rename them, or use no bucket")


def check_inputs(settings: Settings) -> None:
    """Refuse inputs that jobs on other machines could not read.

    Raises:
        UserError: names the keys.

    """
    kept = Path(settings.results) / TEXTS
    read = {key: getattr(settings, key) for key in _READ_BY_JOBS}
    local = [key for key, path in read.items() if path and not (is_address(path) or Path(path).is_relative_to(kept))]
    local += [key for key in _ONLY_HERE if _value(settings, key)]
    if local:
        raise UserError(
            f"config: {', '.join(local)}: jobs on other machines cannot read files of this one",
            "put recordings and texts in S3 and name them s3://...; other files work only where jobs run here",
        )


def _value(settings: Settings, key: str) -> Any:
    section, _, name = key.partition(".")
    values = getattr(settings, section)
    return values[name] if isinstance(values, Mapping) else getattr(values, name)


def align(place: Shared) -> None:
    """Before a run, bring the copies on this machine up to date, and Snakemake's records of them."""
    place.mirror().align(_SEEN)
    snakemake_metadata.unpack(_SNAKEMAKE, Path(place.folder))


def offer(place: Shared, storage: StorageProviderBase, *, local: bool) -> None:
    """At the start of a run, put into the bucket the files that jobs read, and announce it to the programs.

    Where all jobs run on this machine, Snakemake is not to ask again for objects that it has written or seen.
    """
    if local:
        from clm.bucket.memory import remember

        remember(storage.s3c.meta.client)
    place.mirror().push_new()
    replace(place, missing=sync.NOTHING if local else sync.NEWS).offer()


def keep(place: Shared) -> None:
    """After a run, put into the bucket the files that rules do not list as output, and Snakemake's records."""
    snakemake_metadata.pack(_SNAKEMAKE, Path(place.folder))
    mirror = place.mirror()
    mirror.push_new()
    mirror.remember(_SEEN)


def decided_state(place: Shared | None, results: str) -> State:
    """Decisions of the main process, for a job; a job on another machine fetches them."""
    if place is None:
        return State.read(Path(results))
    folder = Path(place.folder)
    replace(place, missing=sync.EVERYTHING).offer()
    sync.fetch(*(folder / name for name in (STATE, record.SETTINGS, record.READABLE_SETTINGS, record.INDEX)))
    if not (folder / STATE).exists():
        raise UserError(f"{place.address}/{STATE}: not there", "jobs are started by a run of Snakemake, not by hand")
    return State.read(folder)
