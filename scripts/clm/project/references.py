"""References as the plain text that jobs read: what people have is read here, once, and kept in the results folder."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.notices import from_json, to_json
from clm.base.shelf import Shelf
from clm.base.text_files import read_text
from clm.documents import transcript
from clm.documents.data_sets.manifest_folders import usable
from clm.documents.document_sentences import notice
from clm.documents.labels import Labels
from clm.normalization.profiles import is_unspaced, number_of_words
from clm.project.input_folders import BadFolderError, Folder, Pair


class References:
    """Reads references of any format; what is known of a file is remembered by its content.

    Args:
        digests: content digests.
        shelf: for plain texts, `<input folder>/<recording>-<digest>.txt`.
        labels: `drop` or `keep` names of speakers.
        written: whether plain texts are written; else they are only kept in memory, to look at.

    """

    def __init__(self, digests: Digests, shelf: Shelf, labels: str, *, written: bool = True) -> None:
        self._digests = digests
        self._shelf = shelf
        self._labels = labels
        self._cache = shelf.folder / "read.json"
        self._known: dict[str, dict[str, Any]] = {}
        self._changed = False
        self._written = written
        self._unwritten: dict[Path, bytes] = {}
        with contextlib.suppress(OSError, ValueError, UserError):  # only a cache
            self._known = files.read_json(self._cache)["texts"]

    def plain(self, folder: Folder) -> Folder:
        """The folder with references that are plain text, and with what is to be said of them.

        Raises:
            BadFolderError: a reference cannot be read.

        """
        entries = [(pair, self._entry(pair)) for pair in folder.pairs]
        counts = Labels()
        for _, entry in entries:
            if "labels" in entry:
                counts.merge(Labels.from_json(entry["labels"]))
            else:
                counts.lines += entry["lines"]
                counts.paragraphs += 1
        labels = counts.decided() if self._labels == transcript.DROP else []
        notices = list(folder.notices)
        pairs = []
        for pair, entry in entries:
            notices += from_json(entry.get("notices", []))
            pairs.append(self._as_text(folder.name, pair, entry, labels))
        if labels:
            notices.append(notice("labels", names=labels))
        return replace(folder, pairs=tuple(pairs), notices=tuple(notices))

    def text(self, folder: str, name: str, words: str) -> Path:
        """A file in the place of plain texts that says this."""
        data = words.encode("utf-8")
        path = self._shelf.path(self._name(folder, name, words))
        if not self._written:
            self._unwritten[path] = data
        elif not path.exists() or path.stat().st_size != len(data):
            files.write_bytes(path, data)
        return path

    def remembered(self, key: str, look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Value kept under a key, computed if it is missing."""
        if key not in self._known:
            self._known[key] = look()
            self._changed = True
        return self._known[key]

    def words(self, pair: Pair, language: str) -> int:
        """Words of a reference that is plain text; letters in languages without spaces."""
        key = f"words:{language if is_unspaced(language) else ''}:{self._sha256(pair.text)}"
        found = self.remembered(key, lambda: {"words": number_of_words(self.plain_text(pair), language)})
        return found["words"]

    def plain_text(self, pair: Pair) -> str:
        """A reference that is plain text, in one line."""
        return " ".join(self._raw(pair.text))

    def save(self) -> None:
        """Keep what is known."""
        if self._changed:
            with contextlib.suppress(OSError):
                files.write_json(self._cache, {"texts": self._known}, indent=None)

    @staticmethod
    def _name(folder: str, name: str, words: str) -> str:
        return f"{folder}/{usable(name)}-{files.digest(words)[:8]}.txt"

    def _entry(self, pair: Pair) -> dict[str, Any]:
        key = f"{self._sha256(pair.text)}:{pair.name}:{transcript.VERSION}"
        entry = self.remembered(key, lambda: self._look(pair))
        if "error" in entry:
            raise BadFolderError(f"{pair.text.name}: {entry['error']}")
        return entry

    def _look(self, pair: Pair) -> dict[str, Any]:
        try:
            reading = self._read(pair)
        except UserError as error:
            what = error.message.removeprefix(f"{pair.text}: ")
            return {"error": f"{what}; {error.hint}"}
        labels = reading.labels
        text = reading.text()
        as_it_is = reading.kind == "plain text" and reading.encoding == "utf-8" and text.split() == self._raw(pair.text)
        if as_it_is and not labels.begun and not labels.alone:
            return {"lines": labels.lines}  # jobs read the file as it is
        return {
            "plain": as_it_is,
            "kind": reading.kind,
            "labels": labels.to_json(),
            "notices": to_json(reading.notices),
        }

    def _as_text(self, folder: str, pair: Pair, entry: dict[str, Any], labels: list[str]) -> Pair:
        if "labels" not in entry:
            return pair
        own = [label for label in labels if label in entry["labels"]["begun"] or label in entry["labels"]["alone"]]
        if entry["plain"] and not own:
            return pair
        made = entry.setdefault("made", {})
        key = json.dumps(own)
        path = self._shelf.path(made.get(key, "-"))
        if not path.is_file():
            words = self._read(pair).text(own) + "\n"
            path, made[key] = self.text(folder, pair.name, words), self._name(folder, pair.name, words)
            self._changed = True
        return replace(pair, text=path)

    # -- files that may not be there -----------------------------------------------------------------------------

    def _sha256(self, path: Path) -> str:
        return self._digests.sha256(path) if path not in self._unwritten else files.digest(str(self._unwritten[path]))

    def _read(self, pair: Pair) -> transcript.Reading:
        if pair.text in self._unwritten:
            return transcript.read_bytes(self._unwritten[pair.text], pair.text, stem=pair.name)
        return transcript.read(pair.text, stem=pair.name)

    def _raw(self, path: Path) -> list[str]:
        """The words of a file as jobs read it."""
        if path in self._unwritten:
            return self._unwritten[path].decode("utf-8").split()
        return read_text(path).split()
