"""The data set of a run: input folders, local or in S3, and the digests of their recordings and texts."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from pathlib import Path
from typing import Any

from clm.base import files, parallel
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.notices import Notice, from_json, to_json
from clm.base.s3_path import TEXTS, S3Path, is_address
from clm.base.shelf import Shelf
from clm.base.text_files import printable
from clm.config import REMOTE
from clm.corpus.keywords import read_keywords
from clm.documents import prose
from clm.documents.terms import read_terms, terms_of
from clm.healing.plan import Recordings, choose_heldout, evidence_of
from clm.normalization.profiles import number_of_words
from clm.project import imported, input_folders, listed_input
from clm.project.references import References
from clm.settings import FROM_REFERENCES, Settings
from clm.types import Failure


def kept(results: Path, instead: Path | None = None) -> Shelf:
    """Inputs as jobs read them, in a results folder; `instead` for those that it lacks and is not to get."""
    return Shelf(results / TEXTS.parent, instead)


class Dataset:
    """The inputs that the settings name, read once and never changed.

    `folders` can be used, `left_out` says why others cannot. `keywords`, `training_data` and `tuning_data` are paths on
    this machine or None; `unusable_keywords` says why an existing keywords file is not used. `heldout` holds the
    names as they are spelled on disk, `training_words` the number of words of the user's own text (None without one).

    Args:
        settings: validated and resolved.
        digests: content digests remembered from earlier runs.
        probed: whether lengths and flaws of recordings are wanted.
        shelf: for copies of texts in S3, plain texts of others, and segments; None for that in the results folder.
        prepared: whether what jobs will read is made: plain texts, and segments of longer files.

    """

    def __init__(
        self, settings: Settings, digests: Digests, *, probed: bool, shelf: Shelf | None = None, prepared: bool = True
    ) -> None:
        self.settings = settings
        self.digests = digests
        self.probed = probed
        self._results = Path(settings.results)
        self._looked = False
        self._shelf = shelf or kept(self._results)
        self._remote = self._remote_inputs()
        self.references = References(digests, self._shelf.below("texts"), settings.transcripts.labels, written=prepared)
        self.notices: tuple[Notice, ...] = ()
        self._segments = listed_input.Segments(digests, self._shelf.below("segments"))
        self._prepared = prepared
        self.folders, self.left_out = self._scan()
        self.training_data, self.tuning_data = self._local("training_data"), self._local("tuning_data")
        terms, self.training_words = self._look_at_text(self.training_data)
        self._look_at_text(self.tuning_data)
        self.keywords, self.unusable_keywords = self._usable_keywords(terms)
        self.heldout = self._spelled_as_on_disk(settings.evaluation.heldout)

    def _remote_inputs(self) -> Any:
        """Inputs in S3, or None; boto3 is needed at parse time only for these."""
        if not any(is_address(getattr(self.settings, key)) for key in REMOTE):
            return None
        from clm.engines.transcribe.transcribe_settings import TranscribeSettings
        from clm.project.s3_inputs import RemoteInputs

        section = self.settings.transcribe
        aws = TranscribeSettings.of(self.settings).connect()
        return RemoteInputs(aws, self._shelf.below(TEXTS.name), S3Path(section["bucket"] or "-", section["prefix"]))

    def _scan(self) -> tuple[dict[str, input_folders.Folder], dict[str, str]]:
        found, left_out = self._found()
        usable = {}
        for name, folder in found.items():
            try:
                usable[name] = self.references.plain(folder)
            except input_folders.BadFolderError as error:
                left_out[name] = printable(str(error))
        return usable, dict(sorted(left_out.items()))

    def _found(self) -> tuple[dict[str, input_folders.Folder], dict[str, str]]:
        """Folders with audio and texts of any format, and why others are left out."""
        if is_address(self.settings.input):
            return self._remote.scan(self.settings.input)
        path = Path(self.settings.input)
        manifest = listed_input.listed(path, self._shelf.below("unpacked"), self.settings.transcripts.named_columns)
        if manifest is None:
            return input_folders.scan(path, self.digests, imported.sources(self._results / "store"))
        usable, left_out, self.notices = listed_input.folders_of(
            manifest, self.settings.input_groups, self.references, self._segments, cut=self._prepared
        )
        return usable, left_out

    def _local(self, key: str) -> Path | None:
        """The file or folder that a key names, as a path on this machine."""
        value = getattr(self.settings, key)
        if value == FROM_REFERENCES:  # chosen from the references when a model is trained
            return None
        if is_address(value):
            value = self._remote.local(key, value)
        return Path(value) if value else None

    def _look_at_text(self, path: Path | None) -> tuple[list[str], int | None]:
        """Terms of the lists among texts to learn from, and words of the others; what cannot be read is noted.

        Raises:
            UserError: nothing of it can be read.

        """
        if path is None:
            return [], None

        language = self.settings.language

        def look() -> dict[str, Any]:
            texts, notices = prose.readable(path)
            listed = [term for _, text in texts if text.is_terms for term in terms_of(text.text)]
            words = sum(number_of_words(text.text, language) for _, text in texts if not text.is_terms)
            return {"notices": to_json(notices), "terms": listed, "words": words}

        known = self.references.remembered(f"{path}:{self.path_digest(path)}:{prose.VERSION}:{language}", look)
        self.notices += from_json(known["notices"])
        return known["terms"], known.get("words")

    def _usable_keywords(self, more: list[str]) -> tuple[Path | None, str]:
        """The keywords file, or None and why: one that holds none is left out like a bad folder.

        With more terms, from lists among the texts to learn from, it is one that holds both.
        """
        if self.settings.keywords == "auto":  # beside an input in S3
            beside = self._remote.beside(self.settings.input, "keywords/keywords.txt")
            path = Path(self._remote.local("keywords", beside)) if beside else None
        else:
            path = self._local("keywords")
        why = ""
        listed: list[str] = []
        try:
            if path is not None:
                found = read_terms(path)
                self.notices += found.notices
                listed = read_keywords(path)
        except UserError as error:
            path, why = None, str(error)
        if new := [term for term in more if term.casefold() not in {known.casefold() for known in listed}]:
            path = self.references.text("keywords", "keywords", "\n".join([*listed, *new]) + "\n")
        return path, why

    def _spelled_as_on_disk(self, names: tuple[str, ...] | str) -> tuple[str, ...]:
        """The held-out folders, in the Unicode form that their names have on disk."""
        if isinstance(names, str):
            return tuple(choose_heldout(self.folders))
        on_disk = {unicodedata.normalize("NFC", name): name for name in self.folders}
        return tuple(on_disk.get(unicodedata.normalize("NFC", name), name) for name in names)

    @cached_property
    def with_audio(self) -> tuple[str, ...]:
        """Folders with recordings to transcribe."""
        return tuple(name for name, folder in self.folders.items() if folder.has_audio)

    # -- digests -------------------------------------------------------------------------------------------------

    def audio_digest(self, folder: str) -> str:
        """Digest of the names and contents of a folder's audio files."""
        return files.digest([(pair.name, self.audio_id(pair)) for pair in self.folders[folder].pairs])

    def audio_id(self, pair: input_folders.Pair) -> str:
        """SHA-256 of a recording's content, or what S3 knows in its place."""
        if pair.audio is None:
            return ""
        return self._remote.identity(pair.audio) if isinstance(pair.audio, S3Path) else self.digests.sha256(pair.audio)

    def text_digest(self, folder: str) -> str:
        """Digest of the names and contents of a folder's references."""
        return files.digest([(pair.name, self.digests.sha256(pair.text)) for pair in self.folders[folder].pairs])

    @cached_property
    def references_digest(self) -> str:
        """Digest of the references of all folders."""
        return files.digest({name: self.text_digest(name) for name in self.folders})

    @cached_property
    def keywords_digest(self) -> str:
        """Digest of the keywords that results are searched for: the list of the run, and those of folders."""
        own = {name: folder.keywords for name, folder in self.folders.items() if folder.keywords}
        return files.digest([self.path_digest(self.keywords), {name: self.digests.sha256(own[name]) for name in own}])

    def path_digest(self, path: Path | None) -> str | None:
        """Digest of a file or folder of text files, or None."""
        return path and files.digest([self.digests.sha256(text) for text in prose.prose_files(path)])

    @cached_property
    def evidence(self) -> set[str]:
        """Recordings and references whose missed words may train a model."""
        pairs = {
            folder.name: [evidence_of(self.audio_id(pair), self.digests.sha256(pair.text)) for pair in folder.pairs]
            for folder in self.folders.values()
            if folder.has_audio
        }
        return Recordings.of(pairs).evidence(self.heldout)

    # -- recordings ----------------------------------------------------------------------------------------------

    def looks(self, pair: input_folders.Pair) -> dict[str, Any]:
        """Length and flaws of a recording, for an engine that is paid by them."""
        if not self.probed or pair.audio is None:
            return {}
        from clm.audio import lengths
        from clm.audio.probe import problem

        found = self.media(pair)
        flaw = problem(found, self._size(pair), self.settings.transcribe["limits"])
        return {
            "seconds": found.seconds,
            "exact": found.exact,
            "at_most": lengths.of(found, self._size(pair)).at_most,
            "channels": found.channels,
            "flaw": Failure(flaw.reason, flaw.hint) if flaw else None,
        }

    def media(self, pair: input_folders.Pair) -> Any:
        """Properties of a recording (`clm.audio.probe.Media`), of one in S3 from its first and last bytes."""
        if (seconds := self._segments.seconds.get(pair.audio)) is not None:
            from clm.audio.probe import Media

            return Media("flac", 16_000, 1, seconds, exact=True)
        if not self._looked:
            self._looked = True
            self._look_at_objects()
            self._look_at_files()
        if isinstance(pair.audio, S3Path):
            return self._probes.find(self.audio_id(pair), lambda: self._remote.media(pair.audio))
        return self._probes.get(self.audio_id(pair), self._size(pair), lambda: pair.audio.open("rb"))

    def seconds(self, pair: input_folders.Pair) -> float | None:
        """Length of a recording by its header; None where that does not tell, or where asking S3 was not wanted."""
        if pair.audio is None or (isinstance(pair.audio, S3Path) and not self.probed):
            return None
        return self.media(pair).seconds

    def _look_at_objects(self) -> None:
        """Look at all recordings in S3 that were never seen, side by side, and remember them whatever this run does."""
        pairs = [pair for folder in self.folders.values() for pair in folder.pairs if isinstance(pair.audio, S3Path)]
        unseen = {self.audio_id(pair): pair.audio for pair in pairs if not self._probes.has(self.audio_id(pair))}
        if unseen:
            found = self._remote.all_media(list(unseen.values()))
            for (identity, _), media in zip(unseen.items(), found, strict=True):
                self._probes.find(identity, lambda media=media: media)
            self._probes.save_copy()

    def _look_at_files(self) -> None:
        """Look at all recordings on this machine that were never seen."""
        pairs = [pair for folder in self.folders.values() for pair in folder.pairs if isinstance(pair.audio, Path)]
        paths = {self.audio_id(pair): pair.audio for pair in pairs if pair.audio not in self._segments.seconds}
        self._probes.look_ahead(paths, parallel.cores())

    def _size(self, pair: input_folders.Pair) -> int:
        return self._remote.size(pair.audio) if isinstance(pair.audio, S3Path) else pair.audio.stat().st_size

    @cached_property
    def _probes(self) -> Any:
        from clm.audio.probe_cache import Probes

        return Probes(self._results / "store" / "media.json", self.digests.cache.with_name("clm-media.json"))

    # -- what jobs read ------------------------------------------------------------------------------------------

    def manifest(self, folder: str) -> list[dict[str, Any]]:
        """The recordings of a folder."""
        return [
            {
                "recording": pair.name,
                "audio": pair.audio and str(pair.audio),
                "audio_sha256": self.audio_id(pair),
                "text": str(pair.text),
                "text_sha256": self.digests.sha256(pair.text),
                **(self._known(pair) if self.probed and pair.audio else {}),
            }
            for pair in self.folders[folder].pairs
        ]

    def _known(self, pair: input_folders.Pair) -> dict[str, Any]:
        looks = self.looks(pair)
        flaw = looks["flaw"]
        return {**looks, "rate": self.media(pair).rate, "flaw": flaw and {"reason": flaw.reason, "hint": flaw.hint}}

    def index(self) -> dict[str, Any]:
        """All folders with their recordings, the other inputs, and the notices on files ("" for those of no folder)."""
        return {
            "manifests": {name: self.manifest(name) for name in self.folders},
            "folders": {name: [pair.name for pair in folder.pairs] for name, folder in self.folders.items()},
            "left_out": self.left_out,
            "keywords": {name: str(folder.keywords) for name, folder in self.folders.items() if folder.keywords},
            "text_only": [name for name in self.folders if name not in self.with_audio],
            "notices": {"": to_json(self.notices)}
            | {name: to_json(folder.notices) for name, folder in self.folders.items() if folder.notices},
        }

    def save(self) -> None:
        """Keep digests and properties of files, so that the next run need not read them again."""
        if "_probes" in self.__dict__:
            self._probes.save()
        self.references.save()
        if self._remote:
            self._remote.save()
        self.digests.save()
