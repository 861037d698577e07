"""Results in a bucket and their copies in a folder, compared by one listing for a thousand of them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

from clm.aws.clients import explain
from clm.aws.s3 import Object, listing
from clm.base import files, lock
from clm.base.s3_path import S3Path

_THREADS = 16
_LOGS = "logs"
#: Raw results, which are named after what they are made from.
_RESULT = re.compile(r"store/[a-z]+/[0-9a-f]{64}\.json")
#: Marks a model as finished.
_MARK = "model.json"
#: Files that the workflow keeps beside the outputs of rules: these, and those in these folders except outputs.
_KEPT_FILES = {"config.json", "config.yaml", "inputs.json", "state.json"}
_KEPT_FOLDERS = {"inputs", "models", "store"}
_OUTPUTS = {
    "corpus/articles.txt", "corpus/sources.tsv", "corpus/status.csv",
    "missed_words.txt", "plan.json", "training.json",
}  # fmt: skip


class Mirror:
    """Objects below `address` and files below `folder`, by equal relative names.

    A copy has the age of its object, by which Snakemake decides whether it is up to date. Logs stay where they are.
    """

    def __init__(self, client: Any, folder: Path, address: S3Path) -> None:
        self._client = client
        self._folder = folder
        self._address = address

    def pull(self, below: Path | None = None) -> None:
        """Fetch what is missing here or older than in the bucket, at or below a path."""
        self._fetch(self._list(below))

    def push(self, paths: Iterable[Path]) -> None:
        """Send files, and of folders what no rule lists as output; what marks a model as finished comes last."""
        found: list[Path] = []
        for path in paths:
            found += self._kept(path).values() if path.is_dir() else [path]
        marks = [path for path in found if path.name == _MARK]
        self._parallel(self._send, [path for path in found if path.name != _MARK], "writing results to")
        self._parallel(self._send, marks, "writing results to")

    def push_new(self) -> None:
        """Send files that the workflow keeps and the bucket lacks or has otherwise, and give them their age there.

        Ages say only whether a file is still the copy that was fetched: clocks of machines and of S3 differ. What is
        written once needs no second look, which would read it all, and say nothing where S3 encrypts with keys.
        """
        there = self._list()
        new = {name: path for name, path in self._kept().items() if self._is_new(name, there.get(name))}
        if new:
            self.push(new.values())
            self._download({name: entry for name, entry in self._list().items() if name in new})

    def align(self, record: Path) -> None:
        """Make the folder equal to the bucket, before a run.

        What an earlier run kept here and could not send is sent first. `record` remembers what was in the bucket, and
        how old: what was there and is not any more has been deleted by somebody, and is not sent again; what has
        another age has been replaced by somebody, and is fetched whatever the clock here says.
        """
        known = self._remembered(record).get(str(self._address), {})
        there = self._list()
        unsent = [path for name, path in self._kept().items() if name not in there and name not in known]
        if unsent:
            self.push(unsent)
            there = self._list()
        for name, path in self._local().items():
            if name not in there:
                path.unlink()
        self._fetch(there, {name for name, entry in there.items() if known.get(name, entry.modified) != entry.modified})
        self.remember(record, there)

    def remember(self, record: Path, there: Mapping[str, Object] | None = None) -> None:
        """Keep names and ages of what is in the bucket, beside those of other addresses."""
        found = self._list() if there is None else there
        ages = {name: entry.modified for name, entry in sorted(found.items())}
        files.write_json(record, {"seen": {**self._remembered(record), str(self._address): ages}}, indent=None)

    # ------------------------------------------------------------------------------------------------------------

    @staticmethod
    def _remembered(record: Path) -> dict[str, dict[str, float]]:
        """By address: ages of what was in the bucket, by names."""
        return files.read_json(record).get("seen", {}) if record.exists() else {}

    def _list(self, below: Path | None = None) -> dict[str, Object]:
        """Objects by their relative names."""
        start = self._address.folder
        wanted = below.relative_to(self._folder).as_posix() if below else ""
        try:
            found = {
                entry.path.key.removeprefix(start): entry
                for entry in listing(self._client, S3Path(self._address.bucket, start), begin=wanted)
            }
        except Exception as error:
            raise explain(error, f"listing {self._address}", "s3") from error
        return {
            name: entry
            for name, entry in found.items()
            if (not wanted or name == wanted or name.startswith(f"{wanted}/")) and not name.startswith(f"{_LOGS}/")
        }

    def _local(self, below: Path | None = None) -> dict[str, Path]:
        """Files by their relative names."""
        found = (path for path in (below or self._folder).rglob("*") if path.is_file())
        names = {path.relative_to(self._folder).as_posix(): path for path in found}
        return {name: path for name, path in names.items() if not name.startswith((f"{_LOGS}/", lock.NAME))}

    def _kept(self, below: Path | None = None) -> dict[str, Path]:
        """Those of them that no rule lists as output; hidden ones are temporary."""
        return {name: path for name, path in self._local(below).items() if is_kept(name) and "/." not in name}

    def _is_new(self, name: str, there: Object | None) -> bool:
        if there is None or is_final(name):
            return there is None
        path = self._path(name)
        return path.stat().st_mtime != there.modified and not _same(path, there)

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _fetch(self, entries: dict[str, Object], replaced: Collection[str] = ()) -> None:
        def outdated(name: str, entry: Object) -> bool:
            path = self._path(name)
            if name in replaced or not path.exists():
                return True
            status = path.stat()
            same_age = status.st_mtime == entry.modified  # in whole seconds
            return status.st_mtime < entry.modified or (same_age and status.st_size != entry.size)

        self._download({name: entry for name, entry in entries.items() if outdated(name, entry)})

    def _download(self, entries: dict[str, Object]) -> None:
        wanted = [(self._path(name), entry) for name, entry in entries.items()]
        self._parallel(self._take, wanted, "reading results from")

    def _take(self, wanted: tuple[Path, Object]) -> None:
        """Fetch an object unless its copy is equal, and give the copy its age."""
        path, entry = wanted
        if not (path.exists() and _same(path, entry)):
            with files.replacing(path) as temporary:
                self._client.download_file(entry.path.bucket, entry.path.key, str(temporary))
        os.utime(path, (entry.modified, entry.modified))

    def _send(self, path: Path) -> None:
        key = f"{self._address.folder}{path.relative_to(self._folder).as_posix()}"
        self._client.upload_file(str(path), self._address.bucket, key)

    def _parallel(self, work: Callable[[Any], None], items: list[Any], doing: str) -> None:
        if not items:
            return
        try:
            with ThreadPoolExecutor(_THREADS) as pool:
                list(pool.map(work, items))
        except Exception as error:
            raise explain(error, f"{doing} {self._address}", "s3") from error


def is_kept(name: str) -> bool:
    """True if the workflow itself keeps a file of the results, by its relative name; else a rule makes it.

    >>> [is_kept(name) for name in ("inputs/one.json", "models/x/model.json", "models/x/plan.json", "report.html")]
    [True, True, False, False]
    >>> is_kept("models/x/missed_words.txt"), is_kept("models/x/corpus/missed_words.txt")
    (False, True)
    """
    path = PurePosixPath(name)
    if len(path.parts) == 1:
        return name in _KEPT_FILES
    return path.parts[0] in _KEPT_FOLDERS and not (path.parts[0] == "models" and "/".join(path.parts[2:]) in _OUTPUTS)


def is_final(name: str) -> bool:
    """True if a file that the workflow keeps is never written again: a raw result, or a part of a trained model.

    >>> result = f"store/transcribe/{64 * 'a'}.json"
    >>> [is_final(name) for name in (result, "store/transcribe/rounds.json", "models/x/lm.bin", "models/x/model.json")]
    [True, False, True, False]
    """
    parts = PurePosixPath(name).parts
    return parts[-1] != _MARK if parts[0] == "models" else _RESULT.fullmatch(name) is not None


def _same(path: Path, entry: Object) -> bool:
    """True if a copy has the content of an object, as far as its ETag shows: an MD5 if it came in one piece."""
    if path.stat().st_size != entry.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == entry.etag
