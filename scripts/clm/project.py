"""What a run starts from: inputs, digests, finished models, and whether a new generation is due.

The main process of Snakemake builds one `Project` while it reads the Snakefile; jobs read the manifests it writes.
"""

import os
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import Any

from clm import engines, files, healing, inputs, models
from clm.config import load_yaml, nearest
from clm.digests import Digests
from clm.errors import UserError
from clm.keywords import read_keywords


class Project:
    """The data set, the results so far, and what is to be done about them.

    `config` is validated and resolved (`clm.config.load`); paths count from the working directory.
    """

    def __init__(self, config: dict[str, Any], cache: Path) -> None:
        self.config = config
        self.results = Path(config["results"])
        self.engine = engines.create(config)
        self.digests = Digests(cache)
        self._model_digests: dict[str, str] = {}
        self.folders, self.left_out = inputs.scan(Path(config["input"]), self.digests)
        config["evaluation"]["heldout"] = self._heldout(config["evaluation"]["heldout"])
        self.finished = models.finished(self.results / "models", self.engine.name)
        self.next = models.following(self.finished, self.engine.name)
        self.unusable_keywords = self._drop_unusable_keywords()
        self._check()

    def _heldout(self, names: list[str] | str) -> list[str]:
        """The folders that are held out, by the Unicode form that their names have on disk."""
        if names == "auto":
            return healing.choose_heldout(self.folders)
        on_disk = {unicodedata.normalize("NFC", name): name for name in self.folders}
        return [on_disk.get(unicodedata.normalize("NFC", name), name) for name in names]

    def _drop_unusable_keywords(self) -> str:
        """Go on without a keywords file that has none or cannot be read, as with a bad folder; returns the reason."""
        path = self.config["keywords"]
        try:
            if path is not None:
                read_keywords(Path(path))
        except UserError as error:
            self.config["keywords"] = None
            return str(error)
        return ""

    def _check(self) -> None:
        """Stop before anything runs where the whole run would be in vain."""
        reasons = "".join(f"\n  {name}: {why}" for name, why in self.left_out.items())
        if not self.folders:
            raise UserError(
                f"input: no folder of {self.config['input']} can be used:{reasons}",
                "each folder needs one audio file and one .txt, or several pairs with equal stems",
            )
        if self.left_out and self.config["on_bad_folder"] == "error":
            raise UserError(
                f"input: folders of {self.config['input']} cannot be used:{reasons}",
                "mend them, or leave them out with --config on_bad_folder=warn",
            )
        repeat = self.config["repeat"]
        if repeat is not None and repeat not in self.folders:
            hint = nearest(repeat, list(self.folders))
            raise UserError(f"config: repeat: there is no usable folder {repeat!r}", hint)
        known = [self.engine.name, *self.finished]
        for name in self.config["models"] if self.config["models"] != "all" else []:
            if name not in known:
                raise UserError(f"config: models: there is no model {name!r}", nearest(name, known))
        if self.baseline not in self.models:
            raise UserError(
                f"config: evaluation.baseline: there is no model {self.baseline!r}", nearest(self.baseline, self.models)
            )
        former = {path.name for path in self.results.glob("runs/*/*") if path.is_dir()}
        if former and not former & (self.folders.keys() | self.left_out.keys()):
            raise UserError(
                f"results: {self.results} holds results of other recordings ({inputs.some(sorted(former))})",
                "--config results=... names a folder for this data set",
            )

    # -- models --------------------------------------------------------------------------------------------------

    @cached_property
    def models(self) -> list[str]:
        """Every model of the leaderboard that exists already: stock, generations, then those of other engines."""
        own = [self.engine.name, *self.finished]
        prefix = f"{self.engine.name}-clm-"
        others = {path.name for path in self.results.glob("runs/*") if path.is_dir()} - set(own)
        return own + sorted(name for name in others if not name.startswith(prefix))

    @property
    def baseline(self) -> str:
        """The model that others are compared with."""
        return self.config["evaluation"]["baseline"] or self.engine.name

    @cached_property
    def running(self) -> list[str]:
        """Models that are run on new recordings in this run."""
        own = [self.engine.name, *self.finished]
        chosen = self.config["models"]
        # A generation that was never summarized is not done with its first run.
        unseen = {name for name in own if not (self.results / "summaries" / f"{name}.json").exists()}
        wanted = {self.engine.name, self.baseline, *unseen, *(own if chosen == "all" else chosen)}
        return [*(name for name in own if name in wanted), self.next]

    def folders_of(self, model: str) -> list[str]:
        """Folders on which a model is judged: all, or for a model that is not run any more those it has finished."""
        if model in self.running:
            return list(self.folders)
        return [name for name in self.folders if (self.run(model, name) / "transcript.json").exists()]

    def model_digest(self, model: str) -> str:
        """What a model was made from; a number may have been given again after the models were deleted."""
        if model not in self._model_digests:
            self._model_digests[model] = models.load(self.results / "models", model, self.engine.name).digest
        return self._model_digests[model]

    def run(self, model: str, folder: str) -> Path:
        """Directory of the results of one model on one folder."""
        return self.results / "runs" / model / folder

    def attempt(self, model: str, folder: str) -> dict[str, int]:
        """How often this folder was to be repeated or retried with this model, this run included.

        It is a parameter of the job, so that asking for one more is what makes the job run. A request whose run
        was killed goes on and is not counted twice.
        """
        done = models.read_if_there(self.results / "store" / "attempts" / model / f"{folder}.json")
        attempt = {name: done.get(name, 0) for name in ("repeats", "retries")}
        repeat, retry = self.config["repeat"] == folder, self.config["retry_failed"]
        if repeat or retry:
            transcript = models.read_if_there(self.run(model, folder) / "transcript.json")
            recordings = transcript.get("recordings", [])
            if transcript.get("attempt", attempt) == attempt and (recordings or not done):
                attempt["repeats"] += repeat
                attempt["retries"] += retry and any("failure" in recording for recording in recordings)
        return attempt

    # -- digests -------------------------------------------------------------------------------------------------

    def audio_digest(self, folder: str) -> str:
        """Digest of the names and contents of a folder's audio files."""
        return files.digest([(pair.name, self.digests.sha256(pair.audio)) for pair in self.folders[folder].pairs])

    def text_digest(self, folder: str) -> str:
        """Digest of the names and contents of a folder's references."""
        return files.digest([(pair.name, self.digests.sha256(pair.text)) for pair in self.folders[folder].pairs])

    def path_digest(self, key: str) -> str | None:
        """Digest of the file or folder of text files that a configuration key names, or None."""
        path = self.config[key]
        return path and files.digest([self.digests.sha256(text) for text in inputs.text_files(Path(path))])

    # -- generations ---------------------------------------------------------------------------------------------

    @cached_property
    def training_inputs(self) -> dict[str, Any]:
        """What a generation is trained from besides missed words; a change asks for a new generation."""
        sources = {key: self.path_digest(key) for key in ("keywords", "training_data", "tuning_data")}
        return {**sources, "settings": self.engine.training_settings()}

    @cached_property
    def history(self) -> healing.History:
        """Plans of the finished generations and of the one that is next."""
        directory = self.results / "models"
        return healing.History.read(directory, self.finished, self.next)

    @cached_property
    def evidence(self) -> set[str]:
        """Recordings and references whose missed words may train a model."""
        pairs = {
            folder.name: [
                healing.evidence_of(self.digests.sha256(pair.audio), self.digests.sha256(pair.text))
                for pair in folder.pairs
            ]
            for folder in self.folders.values()
        }
        return healing.Recordings.of(pairs).evidence(self.config["evaluation"]["heldout"])

    def due(self, *, forced: bool) -> str:
        """Why a new generation is due, or an empty string.

        Keywords and own text give one by themselves; missed words do if `self_heal` allows it or heal is forced.
        """
        has_text = any(self.training_inputs[key] for key in ("keywords", "training_data"))
        new = self.evidence - self.history.evidence if self.config["self_heal"] else set()
        inputs = self.training_inputs
        if self.unusable_keywords:  # a file saved badly once must not make a generation without keywords
            inputs = self.history.last.get("training_inputs", inputs)
        return self.history.due(inputs, has_text=has_text, new_evidence=bool(new), forced=forced)

    # -- the record ----------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Write what the jobs read: the list of folders, and for each its recordings with their digests.

        Raises:
            UserError: the results folder cannot be written.

        """
        try:
            self.results.mkdir(parents=True, exist_ok=True)
            if not os.access(self.results, os.W_OK):
                raise PermissionError(13, "Permission denied")
            for folder in self.folders.values():
                rewrite(self.results / "inputs" / f"{folder.name}.json", self._manifest(folder))
            rewrite(self.results / "inputs.json", self._index())
        except OSError as error:
            raise UserError(
                f"results: cannot write to {self.results} ({error.strerror})",
                "make it writable, or name another folder: --config results=...",
            ) from error
        self.digests.save()

    def _manifest(self, folder: inputs.Folder) -> dict[str, Any]:
        recordings = [
            {
                "recording": pair.name,
                "audio": str(pair.audio),
                "audio_sha256": self.digests.sha256(pair.audio),
                "text": str(pair.text),
                "text_sha256": self.digests.sha256(pair.text),
            }
            for pair in folder.pairs
        ]
        return {"folder": folder.name, "recordings": recordings}

    def _index(self) -> dict[str, Any]:
        folders = {folder.name: [pair.name for pair in folder.pairs] for folder in self.folders.values()}
        return {"folders": folders, "left_out": self.left_out}

    def notes(self) -> list[str]:
        """What a person should know before the run starts."""
        notes = [f"Input folder {name!r} is left out: {why}." for name, why in self.left_out.items()]
        absent = [name for name in self.config["evaluation"]["heldout"] if name not in self.folders]
        if absent:
            names = inputs.some([repr(name) for name in absent])
            notes.append(f"Held out, but not in the input: {names}. A name such as 007 needs quotes in YAML.")
        if self.unusable_keywords:
            notes.append(f"Going on without keywords: {self.unusable_keywords}")
        saved = self.results / "config.yaml"
        former = load_yaml(saved) if saved.exists() else None
        if former and former["engine"] == self.engine.name:
            settings = engines.create(former).transcription_settings()
            if settings != self.engine.transcription_settings():
                notes.append(self._price_note())
        if self.finished and self.history.corpus not in (None, healing.corpus_settings(self.config)):
            notes.append(
                "The corpus settings changed: finished models stay as they are, the next generation uses them."
                " Hint: snakemake --forcerun heal makes one now."
            )
        return notes

    def _price_note(self) -> str:
        runs = self.results / "runs.csv"
        rows = files.read_table(runs) if runs.exists() else []
        seconds = sum(float(row["seconds"] or 0) for row in rows if row["model"] in self.running)
        estimate = self.engine.estimate(seconds)
        return (
            "Settings that transcription uses have changed:"
            f" at most {seconds / 60:.0f} minutes of audio (all models together) are transcribed anew,"
            f" for ${estimate.dollars:.2f} and about {estimate.cpu_seconds / 60:.0f} minutes of CPU time."
        )


def rewrite(path: Path, data: dict[str, Any]) -> None:
    """Write a JSON file unless it says the same already, so that it keeps its age."""
    try:
        if files.read_json(path) == {"format": files.FORMAT, **data}:
            return
    except (UserError, FileNotFoundError):
        pass
    files.write_json(path, data, indent=None)
