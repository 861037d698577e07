"""Stages of a run, as people see it: jobs by what they are about, with counts of folders and of audio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from clm.base.messages import counted
from clm.base.progress import duration

#: Stages of rules; `{model}` stands for the model of the job.
_TITLES = {
    "transcribe": "Transcribing with {model}",
    "import_transcripts": "Importing transcripts",
    "preflight": "Checking the AWS account",
    "submit": "Sending recordings to {model}",
    "normalize": "Scoring {model}",
    "wer": "Scoring {model}",
    "summarize": "Scoring {model}",
    "heal": "Collecting text",
    "keyword_corpus": "Collecting text",
    "missed_word_corpus": "Collecting text",
    "train_control": "Training {model}",
    "diagnose": "Comparing and reporting",
    "leakage": "Comparing and reporting",
    "leaderboard": "Comparing and reporting",
    "report": "Comparing and reporting",
    "complete": "Comparing and reporting",
}
#: The rule whose jobs are counted as the folders of a stage; in other stages nothing is counted.
_COUNTED = {"transcribe", "import_transcripts", "wer"}
#: Rules that are no work.
_SILENT = {"all"}
#: Rules after which the graph of jobs may grow.
DECIDING = {"heal", "train_clm", "train_control", "train_vocabulary"}
#: The first of these, after which more jobs of its stage follow.
PLANS = "heal"
TRANSCRIBE = "transcribe"


@dataclass(frozen=True)
class Job:
    """A job; `model` and `folder` are empty where its rule has no such wildcard, `message` where its stage is known."""

    rule: str
    model: str = ""
    folder: str = ""
    message: str = ""
    threads: int = field(default=1, compare=False)

    @classmethod
    def of(cls, rule: str, wildcards: Mapping[str, str], threads: int, message: Callable[[], str | None]) -> Job:
        """A job of Snakemake's; `message` is called only where it is needed, since making it takes time."""
        model = next((wildcards[name] for name in ("model", "control", "name") if name in wildcards), "")
        known = rule in _TITLES or rule in _SILENT
        return cls(rule, model, wildcards.get("folder", ""), "" if known else message() or "", threads)

    @property
    def key(self) -> str:
        """Name of a transcribe job in the messages of its program."""
        return f"{self.model}/{self.folder}"

    @property
    def stage(self) -> str:
        """Title of the job's stage; empty for one that is no work. A rule not known here is a stage of its own."""
        if self.rule in _SILENT:
            return ""
        title = _TITLES.get(self.rule)
        return title.format(model=self.model) if title else self.message or f"{self.rule} {self.model}".rstrip()


@dataclass
class Work:
    """A number of jobs, with the folders and the seconds of audio among them."""

    jobs: int = 0
    folders: int = 0
    audio: float = 0.0

    def add(self, other: Work, sign: int = 1) -> None:
        """Add other work, or take it away."""
        self.jobs += sign * other.jobs
        self.folders += sign * other.folders
        self.audio += sign * other.audio


@dataclass
class Stage:
    """Counts of one stage; `started` and `ended` are readings of a clock in seconds."""

    title: str
    done: Work = field(default_factory=Work)
    failed: Work = field(default_factory=Work)
    #: To do, with what runs now.
    left: Work = field(default_factory=Work)
    running: int = 0
    started: float | None = None
    ended: float | None = None

    @property
    def complete(self) -> bool:
        """True if every job of it has ended."""
        return not self.left.jobs and not self.running

    @property
    def share(self) -> float:
        """Part that is done, between 0 and 1, in audio, else in folders, else in jobs."""
        pairs = ((work.audio, work.folders, work.jobs) for work in (self.done, self.left))
        return next((done / (done + left) for done, left in zip(*pairs, strict=True) if done + left), 0.0)

    def counts(self, heard: float = 0.0) -> str:
        """Progress in words; `heard` are seconds of audio that are done in running jobs.

        >>> Stage("Transcribing", Work(3, 3, 150), left=Work(9, 9, 570)).counts(50)
        '3 of 12 folders, 3 of 12 min of audio'
        """
        folders, audio = (
            sum(getattr(work, kind) for work in (self.done, self.failed, self.left)) for kind in ("folders", "audio")
        )
        parts = [f"{self.done.folders:,} of {counted(folders, 'folder')}"] if folders else []
        if audio:
            parts.append(f"{progress(self.done.audio + heard, audio)} of audio")
        return ", ".join(parts)

    def summary(self) -> str:
        """A finished stage in words.

        >>> Stage("Scoring m", Work(3, 1), started=5.0, ended=8.2).summary()
        'Scoring m: 1 folder in 3 s'
        >>> Stage("Collecting text", Work(2), failed=Work(1), started=5.0, ended=8.2).summary()
        'Collecting text: 3 s; 1 job failed'
        """
        parts = [counted(self.done.folders, "folder")] if self.done.folders else []
        if self.done.audio:
            parts.append(f"{duration(self.done.audio)} of audio")
        what = f"{', '.join(parts)} in " if parts else ""
        took = duration((self.ended or 0.0) - (self.started or 0.0))
        trouble = f"; {counted(self.failed.jobs, 'job')} failed" if self.failed.jobs else ""
        return f"{self.title}: {what}{took}{trouble}"


def progress(done: float, total: float) -> str:
    """Part of a length of time, in the unit of the whole.

    >>> progress(20, 80), progress(200, 720), progress(1800, 7200)
    ('20 of 80 s', '3 of 12 min', '0.5 of 2.0 h')
    """
    whole = duration(total)
    number, unit = whole.split(" ")
    per_unit = {"s": 1, "min": 60, "h": 3600}[unit]
    return f"{done / per_unit:.{1 if unit == 'h' else 0}f} of {number} {unit}"


@dataclass
class Stages:
    """All stages of a run; `lengths` are seconds of audio by folder."""

    lengths: Mapping[str, float] = field(default_factory=dict)
    by_title: dict[str, Stage] = field(default_factory=dict)
    #: Jobs that are not finished, with those that run.
    pending: set[Job] = field(default_factory=set)
    #: Jobs that run with the time of their start, by Snakemake's numbers.
    running: dict[int, tuple[Job, float]] = field(default_factory=dict)
    #: Models with which something is or was transcribed.
    models: set[str] = field(default_factory=set)
    _heard: dict[str, dict[str, float]] = field(default_factory=dict)
    _ended: set[Job] = field(default_factory=set)

    def plan(self, pending: Iterable[Job]) -> None:
        """Take over what there is still to do, as Snakemake knows it now."""
        self.pending = {job for job in pending if job.stage} - self._ended
        for stage in self.by_title.values():
            stage.left = Work()
        for job in self.pending:
            self._stage(job).left.add(self._work(job))
            if job.rule == TRANSCRIBE:
                self.models.add(job.model)

    def start(self, number: int, job: Job, now: float) -> None:
        """A job has started; one that failed before is tried again."""
        if not job.stage or number in self.running:
            return
        stage = self._stage(job)
        if job not in self.pending:
            self.pending.add(job)
            self._ended.discard(job)
            stage.left.add(self._work(job))
        stage.started = now if stage.started is None else stage.started
        stage.running += 1
        self.running[number] = job, now

    def finish(self, number: int, now: float, *, failed: bool = False) -> tuple[Job, float, Stage] | None:
        """A job has ended: gives it, its seconds and its stage; None for one that is no work."""
        if number not in self.running:
            return None
        job, started = self.running.pop(number)
        self._heard.pop(job.key, None)
        self._ended.add(job)
        self.pending.discard(job)
        stage = self._stage(job)
        stage.running -= 1
        stage.ended = now
        stage.left.add(self._work(job), -1)
        (stage.failed if failed else stage.done).add(self._work(job))
        return job, now - started, stage

    def hear(self, key: str, recording: str, seconds: float) -> None:
        """So much of a recording is transcribed, as the program of the job with this key says."""
        self._heard.setdefault(key, {})[recording] = seconds

    def heard(self, job: Job) -> float:
        """Seconds of audio that a running job has transcribed, as far as it has said so."""
        return min(sum(self._heard.get(job.key, {}).values()), self.lengths.get(job.folder, 0.0))

    def active(self) -> list[tuple[Stage, float]]:
        """Stages that have jobs running, in the order of their start, with the seconds of audio done in these."""
        running = [job for job, _ in self.running.values()]
        return [
            (stage, sum(self.heard(job) for job in running if job.rule == TRANSCRIBE and job.stage == stage.title))
            for stage in sorted(self.by_title.values(), key=lambda stage: stage.started or 0.0)
            if stage.running
        ]

    def audio(self) -> tuple[float, float]:
        """Seconds of audio that this run has transcribed, and that it has to in all, as far as its jobs are known."""
        heard = sum(self.heard(job) for job, _ in self.running.values() if job.rule == TRANSCRIBE)
        done = sum(stage.done.audio for stage in self.by_title.values()) + heard
        return done, done - heard + sum(stage.left.audio for stage in self.by_title.values())

    def _stage(self, job: Job) -> Stage:
        return self.by_title.setdefault(job.stage, Stage(job.stage))

    def _work(self, job: Job) -> Work:
        audio = self.lengths.get(job.folder, 0.0) if job.rule == TRANSCRIBE else 0.0
        return Work(1, int(job.rule in _COUNTED), audio)
