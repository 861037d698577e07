"""Input in S3: the same folders as on disk, of which only texts and the first kilobytes of audio are fetched."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from clm.audio.probe import HEAD_BYTES, Excerpt, Media, probe
from clm.aws.clients import Aws, code_of, explain
from clm.aws.s3 import Object, archived, listing, read, read_range, sha256
from clm.base import files
from clm.base.errors import UserError
from clm.base.s3_path import S3Path
from clm.base.shelf import Shelf
from clm.project import input_folders

_THREADS = 16
_NFC = "NFC"
#: Formats that may tell their length at the end, and those that do so by an index.
_INDEXED = {"mp4", "m4a", "3gp"}
_TOLD_AT_THE_END = {*_INDEXED, "ogg"}


class RemoteInputs:
    """Objects of the input; texts are kept on a shelf, by address and version, so that a rerun fetches nothing."""

    def __init__(self, aws: Aws, shelf: Shelf, ours: S3Path) -> None:
        self._aws = aws
        self._shelf = shelf
        self._ours = ours
        self._objects: dict[S3Path, Object] = {}
        self._listed: dict[S3Path, list[Object]] = {}
        self._cache = shelf.folder / "objects.json"
        self._hashes: dict[str, str | None] = {}
        if self._cache.exists():
            self._hashes = files.read_json(self._cache)["sha256"]

    def scan(self, address: str) -> tuple[dict[str, input_folders.Folder], dict[str, str]]:
        """Find the usable folders below an address and, for the others, the reason why they are left out.

        Where an `input` folder lies below that itself holds folders, as in the bucket layout of the original program,
        that one is meant.

        Raises:
            UserError: there is nothing, or it cannot be read.

        """
        root, found = self._folders(S3Path.parse(address))
        names = sorted(found)
        if not names:
            raise UserError(
                f"input: {root} holds no folders", "make one folder per recording in it, each with audio and a .txt"
            )
        normal = Counter(unicodedata.normalize(_NFC, name) for name in names)
        usable: dict[str, input_folders.Folder] = {}
        left_out: dict[str, str] = {}
        for name in names:
            try:
                input_folders.check_name(name)
                if normal[unicodedata.normalize(_NFC, name)] > 1:
                    raise input_folders.BadFolderError(
                        "another folder has the same name in another Unicode form; rename one"
                    )
                usable[name] = _folder(name, found[name])
            except input_folders.BadFolderError as error:
                left_out[name] = str(error)
        for name, reason in self._archived(usable).items():
            left_out[name] = reason
            del usable[name]
        own = {name: path for name in usable for path in found[name] if input_folders.is_keywords(path.name)}
        texts = [pair.text for folder in usable.values() for pair in folder.pairs]
        local = self._fetch([*texts, *own.values()])
        for name, folder in list(usable.items()):
            pairs = tuple(input_folders.Pair(pair.name, pair.audio, local[pair.text]) for pair in folder.pairs)
            usable[name] = replace(folder, pairs=pairs, keywords=local[own[name]] if name in own else None)
        self._hash(pair.audio for folder in usable.values() for pair in folder.pairs)
        return usable, left_out

    def _archived(self, folders: dict[str, input_folders.Folder]) -> dict[str, str]:
        """Folders with something that must be restored first, and why."""
        places = {
            path: name for name, folder in folders.items() for pair in folder.pairs for path in (pair.audio, pair.text)
        }
        kinds: dict[S3Path, str] = {}

        def look(path: S3Path) -> None:
            kinds[path] = archived(self._aws.s3, self._objects[path])

        self._parallel(look, [path for path in places if path and self._objects[path].storage not in ("", "STANDARD")])
        return {
            places[
                path
            ]: f"{path.name} is archived in S3 ({kind}); restore it (aws s3api restore-object), then run again"
            for path, kind in sorted(kinds.items())
            if kind
        }

    def beside(self, address: str, name: str) -> str | None:
        """The address of an object beside the input folder, if it is there."""
        root, _ = self._folders(S3Path.parse(address))
        parent = root.key.rstrip("/").rpartition("/")[0]
        path = S3Path(root.bucket, f"{parent}/{name}".lstrip("/"))
        return str(path) if self._exists(path) else None

    def local(self, key: str, address: str) -> str:
        """A text, or a folder of texts, as a local path.

        Raises:
            UserError: there is nothing; `key` of the configuration is named.

        """
        path = S3Path.parse(address)
        if self._exists(path):
            return str(self._fetch([path])[path])
        texts = [entry.path for entry in self._list(path) if not entry.path.name.startswith(".")]
        if not texts:
            raise UserError(f"config: {key}: there is no object {address}, and none below it", "correct the address")
        folder = self._shelf.path(files.digest([[str(text), self._objects[text].etag] for text in texts])[:20])
        for text, copy in self._fetch(texts).items():
            target = folder / text.key.removeprefix(path.folder).replace("/", "-")
            if not target.exists():
                files.write_bytes(target, copy.read_bytes())
        return str(folder)

    def identity(self, path: S3Path) -> str:
        """SHA-256 of an object's content where S3 has one, else a digest of its ETag and size."""
        known = self._objects[path]
        return self._hashes.get(self._version(known)) or f"etag-{known.etag}-{known.size}"

    def size(self, path: S3Path) -> int:
        """Bytes of an object."""
        return self._objects[path].size

    def all_media(self, paths: list[S3Path]) -> list[Media]:
        """Properties of recordings, as many at a time as there are threads."""
        found: dict[S3Path, Media] = {}

        def look(path: S3Path) -> None:
            found[path] = self.media(path)

        self._parallel(look, paths)
        return [found[path] for path in paths]

    def media(self, path: S3Path) -> Media:
        """Properties of a recording, from its first bytes, and from others where these do not show its length.

        An mp4 file may have its index at the end, an ogg file has its length there. The index of hours is longer than
        what is looked at of the end, so that the rest of it is fetched by its place.
        """
        size = self.size(path)
        client = self._aws.s3
        first = read(client, path, min(size, HEAD_BYTES)) if size else b""
        found = probe(Excerpt(first, size), size)
        if found.exact or size <= HEAD_BYTES or found.format not in _TOLD_AT_THE_END:
            return found
        last = read_range(client, path, max(HEAD_BYTES, size - HEAD_BYTES), HEAD_BYTES)
        nearer = probe(Excerpt(first, size, last), size)
        if not nearer.exact and nearer.format in _INDEXED:
            whole = Excerpt(first, size, last, lambda offset, count: read_range(client, path, offset, count))
            nearer = probe(whole, size)
        return nearer if nearer.seconds is not None else found

    def save(self) -> None:
        """Keep the checksums that were asked for."""
        if self._hashes:
            text = json.dumps({"format": files.FORMAT, "sha256": dict(sorted(self._hashes.items()))})
            if not self._cache.exists() or self._cache.read_text(encoding="utf-8") != text:
                files.write_text(self._cache, text)

    # ------------------------------------------------------------------------------------------------------------

    def _folders(self, root: S3Path) -> tuple[S3Path, dict[str, list[S3Path]]]:
        """The folder of input folders, and the files right below each of them; deeper ones do not count."""
        found: dict[str, list[S3Path]] = {}
        nested = False
        for entry in self._list(root):
            name, _, rest = entry.path.key.removeprefix(root.folder).partition("/")
            if not rest or name.startswith(".") or str(entry.path).startswith(f"{self._ours}/"):
                continue
            inside = found.setdefault(name, [])
            if "/" in rest:
                nested |= name == "input"
            elif not rest.startswith("."):
                inside.append(entry.path)
        if nested and not found["input"]:
            return self._folders(S3Path(root.bucket, f"{root.folder}input"))
        return root, found

    def _list(self, below: S3Path) -> list[Object]:
        """Objects below an address; one that was listed before is not listed again."""
        for place, entries in self._listed.items():
            if place.bucket == below.bucket and below.folder.startswith(place.folder):
                return [entry for entry in entries if entry.path.key.startswith(below.folder)]
        try:
            self._listed[below] = list(listing(self._aws.s3, below))
        except Exception as error:
            raise explain(error, f"listing {below}", "s3") from error
        self._objects.update({entry.path: entry for entry in self._listed[below]})
        return self._listed[below]

    def _exists(self, path: S3Path) -> bool:
        if path in self._objects:
            return True
        try:
            head = self._aws.s3.head_object(Bucket=path.bucket, Key=path.key)
        except Exception as error:
            if code_of(error) in ("404", "NoSuchKey"):
                return False
            raise explain(error, f"looking at {path}", "s3") from error
        self._objects[path] = Object(path, head["ContentLength"], head["ETag"].strip('"'))
        return True

    def _version(self, known: Object) -> str:
        return f"{known.path} {known.etag} {known.size}"

    def _fetch(self, paths: Iterable[S3Path]) -> dict[S3Path, Path]:
        """Local copies of objects, fetched unless this version of them is there."""
        copies = {}
        for path in paths:
            version = files.digest(self._version(self._objects[path]))[:20]
            copies[path] = self._shelf.path(Path(version, PurePosixPath(path.name).name))
        missing = [path for path, copy in copies.items() if not copy.exists()]
        self._parallel(lambda path: files.write_bytes(copies[path], read(self._aws.s3, path)), missing)
        return copies

    def _hash(self, paths: Iterable[S3Path]) -> None:
        """Ask for the checksums of objects that have one, once for each version of an object."""
        known = [self._objects[path] for path in paths]
        missing = [entry for entry in known if entry.hashed and self._version(entry) not in self._hashes]

        def ask(entry: Object) -> None:
            self._hashes[self._version(entry)] = sha256(self._aws.s3, entry.path)

        self._parallel(ask, missing)

    def _parallel(self, work: Any, items: list[Any]) -> None:
        if not items:
            return
        _ = self._aws.s3  # made once, before threads need it
        with ThreadPoolExecutor(_THREADS) as pool:
            try:
                list(pool.map(work, items))
            except Exception as error:
                raise explain(error, "reading the input from S3", "s3") from error


def _folder(name: str, paths: list[S3Path]) -> input_folders.Folder:
    """A folder whose texts are still in S3."""
    pairs, notices = input_folders.pair_files(paths)
    return input_folders.Folder(name, pairs, None, notices)
