"""Time that a run still takes: the audio left times the measured speed, and what other jobs have taken on average.

Everything is counted in core seconds, the seconds of a job times the cores that Snakemake gives it, so that the sum
divided by the cores of the run is a time. Speeds are kept from run to run in Snakemake's folder; before the first, the
engine's own estimate counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clm.base import files
from clm.base.messages import counted
from clm.base.progress import duration
from clm.run.stages import DECIDING, TRANSCRIBE, Job, Stages

#: Core seconds of a job of a rule that was never measured; any other takes _USUAL.
_FIRST = {"train_clm": 30.0, "missed_word_corpus": 10.0, "keyword_corpus": 10.0, "leaderboard": 5.0, "report": 5.0}
_USUAL = 1.0
#: A speed from before counts as much as this many seconds of audio, or this many jobs, of the present run.
_AUDIO_BEFORE, _JOBS_BEFORE = 60.0, 1.0
#: Transcription that takes less than this part of what its audio should take was answered by the store.
_STORED = 0.1
#: Part of a job that is done if it has taken longer than expected.
_NEARLY = 0.9
#: Jobs of a model besides transcription: of each folder, and of the model.
_PER_FOLDER, _PER_MODEL = ("normalize", "wer"), ("summarize", "diagnose")


@dataclass
class Mean:
    """A mean of core seconds per unit (a job, or a second of audio), with the weight of what was known before."""

    before: float
    weight: float
    units: float = 0.0
    seconds: float = 0.0

    def with_more(self, units: float = 0.0, seconds: float = 0.0) -> float:
        """The mean, with a part of what is not finished yet."""
        known = self.units + units
        return (self.before * self.weight + self.seconds + seconds) / (self.weight + known)


@dataclass
class Pace:
    """Speeds in core seconds: `audio` per second of audio, estimated unless `measured`, and `jobs` per job by rule."""

    audio: Mean
    measured: bool = False
    jobs: dict[str, Mean] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, engine: str, estimate: float) -> Pace:
        """The speeds of earlier runs with this engine (its name and a digest of its settings); else the estimate."""
        try:
            kept = files.read_json(path)
            known = {str(rule): float(seconds) for rule, seconds in kept["jobs"].items()}
            speed = kept["audio"].get(engine)
            pace = cls(Mean(float(speed if speed is not None else estimate), _AUDIO_BEFORE), speed is not None)
        except Exception:  # a cache: whatever is wrong with it costs nothing but an estimate
            known, pace = {}, cls(Mean(estimate, _AUDIO_BEFORE))
        pace.jobs = {rule: Mean(seconds, _JOBS_BEFORE) for rule, seconds in known.items()}
        return pace

    def write(self, path: Path, engine: str) -> None:
        """Keep the speeds for the next run, those of other engines as they are."""
        try:
            others = files.read_json(path)["audio"]
        except Exception:  # none yet, or not readable
            others = {}
        speed = {engine: round(self.audio.with_more(), 6)} if self.measured else {}
        jobs = {rule: round(mean.with_more(), 3) for rule, mean in sorted(self.jobs.items())}
        files.write_json(path, {"audio": {**others, **speed}, "jobs": jobs})

    def job(self, rule: str) -> Mean:
        """The mean of a rule's jobs."""
        return self.jobs.setdefault(rule, Mean(_FIRST.get(rule, _USUAL), _JOBS_BEFORE))

    def learn(self, job: Job, seconds: float, audio: float) -> None:
        """Take a finished job into account: its seconds, and those of its audio if it transcribes.

        A result that only came from the store says nothing about the speed of the engine.
        """
        mean = self.audio if job.rule == TRANSCRIBE else self.job(job.rule)
        if job.rule == TRANSCRIBE and self.measured and seconds * job.threads < _STORED * audio * mean.with_more():
            return
        mean.units += audio if job.rule == TRANSCRIBE else 1
        mean.seconds += seconds * job.threads
        self.measured = self.measured or (job.rule == TRANSCRIBE and audio > 0)


@dataclass
class Outlook:
    """Everything a run still has to do. `expected` are models that it may make, whose jobs are not known yet."""

    stages: Stages
    pace: Pace
    cores: int
    expected: tuple[str, ...] = ()

    def settle(self) -> None:
        """Forget expected models whose jobs are known by now, or that nothing is left to decide about."""
        undecided = any(job.rule in DECIDING for job in self.stages.pending)
        self.expected = tuple(name for name in self.expected if undecided and name not in self.stages.models)

    def seconds(self, now: float) -> float:
        """Seconds that the rest of the run takes."""
        running = [(job, (now - started) * job.threads) for job, started in self.stages.running.values()]
        known = [self._evidence(job, spent) for job, spent in running if job.rule == TRANSCRIBE]
        per_audio = self.pace.audio.with_more(sum(audio for audio, _ in known), sum(spent for _, spent in known))
        left = sum(self._core_seconds(job, per_audio) for job in self.stages.pending)
        left -= sum(self._spent(job, spent, per_audio) for job, spent in running)
        left += len(self.expected) * self._of_a_model(per_audio)
        return max(left, 0.0) / max(self.cores, 1)

    def audio(self) -> float:
        """Seconds of audio left, with the models that may be made."""
        done, planned = self.stages.audio()
        return planned - done + len(self.expected) * sum(self.stages.lengths.values())

    def describe(self, now: float, *, timed: bool) -> str:
        """What a run does, and how long that takes if that can be `timed`; empty if nothing is transcribed or made.

        The time is the audio left by the speed of earlier runs here, else by the engine's own estimate.
        """
        audio = self.audio()
        what = [f"{duration(audio)} of audio to transcribe"] if audio else []
        what += [f"up to {counted(len(self.expected), 'model')} to make"] if self.expected else []
        if not what or not timed:
            return f"This run: {', '.join(what)}." if what else ""
        basis = "at the speed of earlier runs here" if self.pace.measured else "estimated"
        took = rounded(self.seconds(now))
        return f"This run: {', '.join(what)}; {took} with {counted(self.cores, 'core')} ({basis})."

    def _evidence(self, job: Job, spent: float) -> tuple[float, float]:
        """Audio and core seconds of a running job that say how fast this run is: also one that takes long by itself."""
        audio = self.stages.heard(job)
        if not audio and spent > (length := self.stages.lengths.get(job.folder, 0.0)) * self.pace.audio.with_more():
            audio = _NEARLY * length
        return (audio, spent) if audio else (0.0, 0.0)

    def _core_seconds(self, job: Job, per_audio: float) -> float:
        if job.rule == TRANSCRIBE:
            return self.stages.lengths.get(job.folder, 0.0) * per_audio
        return self.pace.job(job.rule).with_more()

    def _spent(self, job: Job, spent: float, per_audio: float) -> float:
        """Part of a running job that is done, in core seconds; one that takes longer than expected is nearly done."""
        if job.rule == TRANSCRIBE and (heard := self.stages.heard(job)):
            return heard * per_audio
        return min(spent, _NEARLY * self._core_seconds(job, per_audio))

    def _of_a_model(self, per_audio: float) -> float:
        lengths = self.stages.lengths
        per_folder = sum(self.pace.job(rule).with_more() for rule in _PER_FOLDER)
        per_model = sum(self.pace.job(rule).with_more() for rule in (*_PER_MODEL, "train_clm"))
        return sum(lengths.values()) * per_audio + len(lengths) * per_folder + per_model


def rounded(seconds: float) -> str:
    """A time that is only known roughly, in words.

    >>> rounded(3), rounded(44), rounded(100), rounded(5400)
    ('less than 10 s', 'about 50 s', 'about 2 min', 'about 1.5 h')
    """
    if seconds < 10:
        return "less than 10 s"
    return f"about {-(-seconds // 10) * 10:.0f} s" if seconds < 80 else f"about {duration(max(seconds, 90.0))}"


def key(engine: str, settings: Mapping[str, object]) -> str:
    """Name of an engine's speed: engine and settings of transcription decide it."""
    return f"{engine}-{files.digest(settings)[:12]}"
