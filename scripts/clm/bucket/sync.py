"""Results kept in a bucket: access beyond the inputs that Snakemake brings.

Snakemake stores what its rules list as output. The rest (the store, finished models, manifests) is sent by whoever
makes it, and fetched by jobs on other machines. Where results are in a folder, nothing here does anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clm import SHARED
from clm.base.s3_path import S3Path

if TYPE_CHECKING:
    from clm.bucket.mirror import Mirror

#: Files that may be missing on this machine: none, those that other machines made since the start, or all.
NOTHING, NEWS, EVERYTHING = "nothing", "news", "everything"


@dataclass(frozen=True)
class Shared:
    """Results in a bucket below `address`, with their copies in `folder` on this machine."""

    folder: str
    address: str
    missing: str = NOTHING

    def offer(self) -> None:
        """Announce it to the programs of this run."""
        os.environ[SHARED] = json.dumps(asdict(self))

    def mirror(self) -> Mirror:
        """The two side by side."""
        from clm.aws.clients import Aws
        from clm.bucket.mirror import Mirror

        return Mirror(Aws().s3, Path(self.folder), S3Path.parse(self.address))


def current() -> Shared | None:
    """The place where the results of this run are shared, or None."""
    return Shared(**json.loads(os.environ[SHARED])) if SHARED in os.environ else None


def refresh() -> None:
    """Fetch what jobs on other machines have made, if there are any and this is the machine that started them."""
    shared = current()
    if shared and shared.missing == NEWS:
        shared.mirror().pull()


def fetch(*paths: Path) -> None:
    """Have these files or folders here, if this is a job on another machine and they are in the bucket."""
    shared = current()
    if shared and shared.missing == EVERYTHING and (wanted := [path for path in paths if not path.is_file()]):
        mirror = shared.mirror()
        for path in wanted:
            mirror.pull(path)


def fetch_shared(paths: Iterable[Path]) -> None:
    """Have those of these files or folders here that are among the results, as texts from S3 are."""
    shared = current()
    if shared:
        fetch(*(path for path in paths if path.is_relative_to(shared.folder)))


def send(*paths: Path) -> None:
    """Put these files, or all files of these folders but for outputs of rules, into the bucket."""
    shared = current()
    if shared:
        shared.mirror().push(paths)
