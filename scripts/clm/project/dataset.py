"""The data set of a run: the input folders, here or in S3, and what identifies their recordings and texts."""

import unicodedata
from functools import cached_property
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.digests import Digests
from clm.base.s3_path import TEXTS, S3Path, is_address
from clm.base.text_files import text_files
from clm.config import REMOTE
from clm.healing.plan import Recordings, choose_heldout, evidence_of
from clm.project import imported, input_folders
from clm.types import Failure


class DataSet:
    """Folders that can be used (`folders`), and why others cannot (`left_out`).

    `config` is validated and resolved; where its keys name texts in S3, they come to name local copies, and names of
    held-out folders are spelled as on disk. `probed`: whether lengths and flaws of recordings are wanted.
    """

    def __init__(self, config: dict[str, Any], digests: Digests, *, probed: bool) -> None:
        self.config = config
        self.digests = digests
        self.probed = probed
        self.results = Path(config["results"])
        self.remote = self._remote_inputs()
        self.folders, self.left_out = self._scan()
        config["evaluation"]["heldout"] = self._heldout(config["evaluation"]["heldout"])

    def _remote_inputs(self) -> Any:
        """What lies in S3, or None; only then is boto3 needed while the Snakefile is read."""
        if not any(is_address(self.config[key]) for key in REMOTE):
            return None
        from clm.aws.clients import Aws
        from clm.project.s3_inputs import RemoteInputs

        section = self.config["transcribe"]
        ours = S3Path(section["bucket"] or "-", section["prefix"])
        return RemoteInputs(Aws(section["region"]), self.results / TEXTS, ours)

    def _scan(self) -> tuple[dict[str, input_folders.Folder], dict[str, str]]:
        """The input folders; keys of the configuration that name texts in S3 come to name local copies."""
        config = self.config
        address = config["input"]
        if is_address(address):
            found = self.remote.scan(address, self.digests)
        else:
            found = input_folders.scan(Path(address), self.digests, imported.sources(self.results / "store"))
        if self.remote is None:
            return found
        if config["keywords"] == "auto":
            config["keywords"] = self.remote.beside(address, "keywords/keywords.txt")
        for key in REMOTE[1:]:
            if is_address(config[key]):
                config[key] = self.remote.local(key, config[key])
        return found

    def _heldout(self, names: list[str] | str) -> list[str]:
        """The folders that are held out, by the Unicode form that their names have on disk."""
        if names == "auto":
            return choose_heldout(self.folders)
        on_disk = {unicodedata.normalize("NFC", name): name for name in self.folders}
        return [on_disk.get(unicodedata.normalize("NFC", name), name) for name in names]

    @cached_property
    def with_audio(self) -> list[str]:
        """Folders that have something to transcribe."""
        return [name for name, folder in self.folders.items() if folder.has_audio]

    def audio_digest(self, folder: str) -> str:
        """Digest of the names and contents of a folder's audio files."""
        return files.digest([(pair.name, self.audio_id(pair)) for pair in self.folders[folder].pairs])

    def audio_id(self, pair: input_folders.Pair) -> str:
        """SHA-256 of a recording's content, or what S3 knows in its place."""
        if pair.audio is None:
            return ""
        return self.remote.identity(pair.audio) if isinstance(pair.audio, S3Path) else self.digests.sha256(pair.audio)

    def text_digest(self, folder: str) -> str:
        """Digest of the names and contents of a folder's references."""
        return files.digest([(pair.name, self.digests.sha256(pair.text)) for pair in self.folders[folder].pairs])

    @cached_property
    def references_digest(self) -> str:
        """Digest of the references of all folders."""
        return files.digest({name: self.text_digest(name) for name in self.folders})

    @cached_property
    def keywords_digest(self) -> str:
        """Digest of the keywords that results are looked at for: the list of the run, and those of folders."""
        own = {name: folder.keywords for name, folder in self.folders.items() if folder.keywords}
        return files.digest([self.path_digest("keywords"), {name: self.digests.sha256(own[name]) for name in own}])

    def path_digest(self, key: str) -> str | None:
        """Digest of the file or folder of text files that a configuration key names, or None."""
        path = self.config[key]
        return path and files.digest([self.digests.sha256(text) for text in text_files(Path(path))])

    @cached_property
    def evidence(self) -> set[str]:
        """Recordings and references whose missed words may train a model."""
        pairs = {
            folder.name: [evidence_of(self.audio_id(pair), self.digests.sha256(pair.text)) for pair in folder.pairs]
            for folder in self.folders.values()
            if folder.has_audio
        }
        return Recordings.of(pairs).evidence(self.config["evaluation"]["heldout"])

    def looks(self, pair: input_folders.Pair) -> dict[str, Any]:
        """Length and flaws of a recording, for an engine that is paid by them."""
        if not self.probed or pair.audio is None:
            return {}
        from clm.audio.probe import problem

        found = self.media(pair)
        flaw = problem(found, self._size(pair), self.config["transcribe"]["limits"])
        return {
            "seconds": found.seconds,
            "exact": found.exact,
            "flaw": Failure(flaw.reason, flaw.hint) if flaw else None,
        }

    def media(self, pair: input_folders.Pair) -> Any:
        """What a recording is, from its first bytes (`clm.audio.probe.Media`)."""
        if isinstance(pair.audio, S3Path):
            return self._probes.get(self.audio_id(pair), self._size(pair), lambda: self.remote.head(pair.audio))
        return self._probes.get(self.audio_id(pair), self._size(pair), lambda: pair.audio.open("rb"))

    def _size(self, pair: input_folders.Pair) -> int:
        return self.remote.size(pair.audio) if isinstance(pair.audio, S3Path) else pair.audio.stat().st_size

    @cached_property
    def _probes(self) -> Any:
        from clm.audio.probe_cache import Probes

        return Probes(self.results / "store" / "media.json")

    def manifest(self, folder: input_folders.Folder) -> dict[str, Any]:
        """The recordings of a folder, for the jobs."""
        recordings = [
            {
                "recording": pair.name,
                "audio": pair.audio and str(pair.audio),
                "audio_sha256": self.audio_id(pair),
                "text": str(pair.text),
                "text_sha256": self.digests.sha256(pair.text),
                **(self._known(pair) if self.probed and pair.audio else {}),
            }
            for pair in folder.pairs
        ]
        return {"folder": folder.name, "recordings": recordings}

    def _known(self, pair: input_folders.Pair) -> dict[str, Any]:
        looks = self.looks(pair)
        flaw = looks["flaw"]
        return {**looks, "rate": self.media(pair).rate, "flaw": flaw and {"reason": flaw.reason, "hint": flaw.hint}}

    def index(self) -> dict[str, Any]:
        """The folders and their recordings, and what else there is."""
        folders = {folder.name: [pair.name for pair in folder.pairs] for folder in self.folders.values()}
        keywords = {folder.name: str(folder.keywords) for folder in self.folders.values() if folder.keywords}
        text_only = [name for name in self.folders if name not in self.with_audio]
        return {"folders": folders, "left_out": self.left_out, "keywords": keywords, "text_only": text_only}

    def save(self) -> None:
        """Keep what was found out about files, so that the next run need not look again."""
        if self.probed:
            self._probes.save()
        if self.remote:
            self.remote.save()
        self.digests.save()
