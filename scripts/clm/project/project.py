"""What a run starts from: inputs, digests, finished models, and whether a new generation is due.

The main process of Snakemake builds one `Project` while it reads the Snakefile; jobs read the manifests it writes.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from clm import engines
from clm.base import files, lock
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.text_files import read_text
from clm.corpus.keywords import read_keywords
from clm.english.words import learnable
from clm.healing.plan import History, phrases_digest
from clm.normalization.normalizer import create_normalizer
from clm.project import checks, imported, requests
from clm.project.code_digests import digests as code_digests
from clm.project.code_digests import write_sources
from clm.project.dataset import DataSet
from clm.project.submissions import Submissions
from clm.reasons import codes
from clm.results import models, training
from clm.types import Recording


class Project:
    """The data set, the results so far, and what is to be done about them.

    `config` is validated and resolved (`clm.config.load`); paths count from the working directory.
    """

    def __init__(self, config: dict[str, Any], cache: Path) -> None:
        self.config = config
        self.results = Path(config["results"])
        self.engine = engines.create(config)
        self.digests = Digests(cache)
        self.code = code_digests()
        self._model_digests: dict[str, str] = {}
        self._unfinished: dict[str, int] = {}
        self._recordings: dict[str, list[Recording]] = {}
        self.imported = imported.folders(self.results / "store")
        self.data = DataSet(config, self.digests, probed=self.engine.submits)
        self.folders, self.left_out, self.with_audio = self.data.folders, self.data.left_out, self.data.with_audio
        directory = self.results / "models"
        generations = models.finished(directory, self.engine.name)
        self.finished = generations if self.with_audio else []
        self.next = models.following(generations, self.engine.name)
        self.vocabularies = models.finished(directory, self.engine.name, models.VOCABULARY)
        self.next_vocabulary = models.following(self.vocabularies, self.engine.name, models.VOCABULARY)
        self.failed = [name for name in (*self.finished, *self.vocabularies) if models.failed(directory, name)]
        self.account_models = {
            f"{self.engine.name}-{name}": name
            for name in (config["transcribe"]["models"] if self.engine.submits else [])
        }
        self.unusable_keywords = self._drop_unusable_keywords()
        if config["evaluation"]["baseline"] is None and not self.with_audio and self.models:
            config["evaluation"]["baseline"] = self.models[0]
        checks.check(self)

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

    # -- models --------------------------------------------------------------------------------------------------

    @cached_property
    def own(self) -> list[str]:
        """Models of the active engine that exist already, failed ones included; none where there is no audio."""
        if not self.with_audio:
            return []
        return [self.engine.name, *self.finished, *self.vocabularies, *self.account_models]

    @cached_property
    def models(self) -> list[str]:
        """Every model of the leaderboard that exists already: stock, generations, then those of other engines.

        Imported models come last; those without a folder that is still in the input do not count.
        """
        others = {path.name for path in self.results.glob("runs/*") if path.is_dir()} - {*self.own, self.engine.name}
        unborn = {name for name in others if models.is_own(name) and name.startswith(f"{self.engine.name}-")}
        others = {name for name in others - unborn if not name.startswith(imported.PREFIX)}
        return [*self.own, *sorted(others), *(name for name in self.imported if self.folders_of(name))]

    @cached_property
    def trained(self) -> list[str]:
        """Models of the leaderboard that were trained here, of any engine: those with a corpus."""
        directory = self.results / "models"
        return [
            name
            for name in self.models
            if (directory / name / "corpus").is_dir() and (directory / name / "model.json").exists()
        ]

    @property
    def baseline(self) -> str:
        """The model that others are compared with."""
        return self.config["evaluation"]["baseline"] or self.engine.name

    @cached_property
    def running_now(self) -> list[str]:
        """Models that exist already and are run on new recordings in this run."""
        chosen = self.config["models"]
        # A generation that was never summarized is not done with its first run.
        unseen = {name for name in self.own if not (self.results / "summaries" / f"{name}.json").exists()}
        wanted = {self.engine.name, self.baseline, *self.account_models, *unseen}
        wanted |= set(self.own if chosen == "all" else chosen)
        if not self.config["transcribe"]["vocabulary"]:
            wanted -= set(self.vocabularies)
        return [name for name in self.own if name in wanted and name not in self.failed]

    @cached_property
    def running(self) -> list[str]:
        """Models that are run in this run, with those that it may make."""
        return [*self.running_now, *self.making]

    @property
    def making(self) -> tuple[str, str]:
        """Names of the models that this run would make."""
        return self.next, self.next_vocabulary

    def coming(self, *, forced: bool) -> list[str]:
        """Models that this run is going to make, unless they turn out to be twins or to have no text."""
        coming = [self.next] if self.due(forced=forced) else []
        return coming + ([self.next_vocabulary] if self.vocabulary_due(forced=forced) else [])

    def folders_of(self, model: str) -> list[str]:
        """Folders on which a model is judged: all, or for a model that is not run (any more) those it has finished."""
        if model in self.imported:
            return [name for name in self.folders if name in self.imported[model]]
        stillborn = model in self.making and models.failed(self.results / "models", model)
        if model in self.running and not stillborn:
            return self.with_audio
        return [name for name in self.folders if (self.run(model, name) / "transcript.json").exists()]

    def model_digest(self, model: str) -> str:
        """What a model was made from; a number may have been given again after the models were deleted."""
        if model not in self._model_digests:
            self._model_digests[model] = models.load(self.results / "models", model, self.engine.name).digest
        return self._model_digests[model]

    def run(self, model: str, folder: str) -> Path:
        """Directory of the results of one model on one folder."""
        return self.results / "runs" / model / folder

    def threads(self, model: str, cores: int) -> int:
        """Cores for each folder that this model has not finished, so that all are busy; one for a cloud engine."""
        if self.engine.submits:
            return 1
        if model not in self._unfinished:
            paths = (self.run(model, name) / "transcript.json" for name in self.folders)
            self._unfinished[model] = sum(not path.exists() for path in paths)
        return max(1, cores // max(self._unfinished[model], 1))

    # -- what is to be done and paid -----------------------------------------------------------------------------

    @cached_property
    def _requests(self) -> dict[str, dict[str, int]]:
        return requests.asked(self)

    def attempt(self, folder: str) -> dict[str, int]:
        """A parameter of the folder's jobs, so that asking for one more is what makes them run."""
        return self._requests.get(folder, requests.NEVER)

    def record_requests(self, *, forced: bool) -> None:
        """Keep what is asked for before anything is paid: if the run is killed, the next one still knows."""
        if self.engine.submits:
            self.submissions.record(forced=forced)
        requests.keep(self.results, self._requests)

    def check_budget(self, *, forced: bool) -> None:
        """Stop before spending more than `max_cost`; see `Submissions.check_budget`."""
        if self.engine.submits:
            self.submissions.check_budget(forced=forced)

    def recordings(self, folder: str) -> list[Recording]:
        """The recordings of a folder, with what the engine needs to know of them before it starts."""
        if folder not in self._recordings:
            self._recordings[folder] = [
                Recording(
                    pair.name, pair.audio, self.data.audio_id(pair), **self.data.looks(pair), **self.attempt(folder)
                )
                for pair in self.folders[folder].pairs
            ]
        return self._recordings[folder]

    @cached_property
    def submissions(self) -> Submissions:
        """What an engine that works elsewhere has still to do."""
        return Submissions(self)

    # -- digests -------------------------------------------------------------------------------------------------

    @cached_property
    def normalizer(self) -> dict[str, str]:
        """What normalized texts depend on besides the texts: arguments of normalize.py, and a digest of equivalents."""
        settings = self.config["normalizer"]
        equivalents = settings["equivalents"]
        return {
            "profile": settings["profile"],
            "without": " ".join(settings["without"]),
            "equivalents": equivalents or "",
            "digest": self.digests.sha256(Path(equivalents))[:16] if equivalents else "",
        }

    def imported_digest(self, model: str, folder: str) -> str:
        """Digest of the results that were imported for one folder."""
        return self.digests.sha256(self.imported[model][folder])

    # -- generations ---------------------------------------------------------------------------------------------

    @cached_property
    def training_inputs(self) -> dict[str, Any]:
        """What a generation is trained from besides missed words; a change asks for a new generation."""
        sources = {key: self.data.path_digest(key) for key in ("keywords", "training_data", "tuning_data")}
        return {**sources, "settings": self.engine.training_settings()}

    @cached_property
    def history(self) -> History:
        """Plans of the finished generations and of the one that is next."""
        directory = self.results / "models"
        return History.read(directory, self.finished, self.next)

    def due(self, *, forced: bool) -> str:
        """Why a new generation is due, as `clm.reasons.codes.dumps` writes it, or an empty string.

        Keywords and own text give one by themselves; missed words do if `self_heal` allows it or heal is forced.
        """
        if not self.with_audio:
            return ""
        has_text = any(self.training_inputs[key] for key in ("keywords", "training_data"))
        new = self.data.evidence - self.history.evidence if self.config["self_heal"] else set()
        inputs = self.training_inputs
        if self.unusable_keywords:  # a file saved badly once must not make a generation without keywords
            inputs = (self.history.last and self.history.last.training_inputs) or inputs
        reason = self.history.due(inputs, has_text=has_text, new_evidence=bool(new), forced=forced)
        return codes.dumps(reason) if reason else ""

    def learns(self, *, forced: bool) -> bool:
        """Whether a generation that is due learns from missed words."""
        history = self.history
        return bool(forced or self.config["self_heal"] or (history.pending and history.plan and history.plan.learn))

    def words_to_learn(self) -> set[str]:
        """All learnable words of the references that a generation may learn from."""
        settings = self.config["normalizer"]
        normalizer = create_normalizer(settings["profile"], self.config["language"], settings["without"])
        heldout = set(self.config["evaluation"]["heldout"])
        pairs = [pair for name in self.with_audio if name not in heldout for pair in self.folders[name].pairs]
        return {word for pair in pairs for word in normalizer(read_text(pair.text)).split() if learnable(word)}

    def vocabulary_due(self, *, forced: bool) -> bool:
        """Whether a custom vocabulary is to be made: wanted, and from phrases that none was made from yet."""
        wanted = self.engine.submits and self.config["transcribe"]["vocabulary"]
        return bool(wanted and (self.due(forced=forced) or self._has_new_phrases))

    @cached_property
    def _has_new_phrases(self) -> bool:
        """Whether the latest plan has phrases of which there is no vocabulary; as it was when the run started."""
        directory = self.results / "models"
        outcome = training.read_if_there(directory / self.next_vocabulary / "training.json")
        if not self.history.last or (outcome and outcome.retry):
            return bool(self.history.last)
        made = [models.read_record(directory / name / "model.json").made_from for name in self.vocabularies]
        phrases = phrases_digest(self.history.last, self.training_inputs["keywords"])
        return phrases not in (*made, outcome and outcome.made_from)

    @property
    def latest_plan(self) -> Path:
        """File of the latest plan."""
        planned = self.next if self.history.plan else self.finished[-1]
        return self.results / "models" / planned / "plan.json"

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
                files.rewrite_json(self.results / "inputs" / f"{folder.name}.json", self.data.manifest(folder))
            files.rewrite_json(self.results / "inputs.json", self.data.index())
            write_sources(self.results)
            for name in self.finished:
                models.clear(self.results / "models" / name)
            for model, name in self.account_models.items():
                files.rewrite_json(self.results / "models" / model / "model.json", models.account_model(model, name))
            self.data.save()
        except OSError as error:
            raise lock.unwritable(self.results, error) from error
