"""Starts of jobs, at the rates and within the limits that Amazon allows; jobs that exist already are adopted."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from clm.aws.clients import Aws, RefusedError, code_of, explain, is_busy
from clm.aws.rate_limits import Limiter, Pauses
from clm.base.errors import PassingError, UserError
from clm.base.s3_path import S3Path
from clm.engines.transcribe import jobs
from clm.engines.transcribe.batches.refusals import Refusals
from clm.engines.transcribe.jobs import Records, Task
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.types import Unfinished

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Started:
    """A job that is at Amazon now; `ended` if it was there before, and is done."""

    ended: bool = False


class Starts:
    """Tasks whose recordings are in the bucket, until Amazon has accepted them.

    `share` is the part of the account's quotas that this process may use.
    """

    def __init__(self, aws: Aws, settings: TranscribeSettings, records: Records, share: float) -> None:
        self._aws = aws
        self._settings = settings
        self._records = records
        self._most = max(1, int(settings.max_jobs * share))
        self._rate = Limiter(settings.starts_per_second * share)
        self._backoff = Pauses(settings.poll_seconds)
        self._refusals = Refusals()
        self._ready: deque[tuple[Task, S3Path]] = deque()
        self._not_before = 0.0

    def __len__(self) -> int:
        return len(self._ready)

    def add(self, task: Task, media: S3Path) -> None:
        """Queue a task whose recording is at `media`."""
        self._ready.append((task, media))

    def tasks(self) -> list[Task]:
        """Tasks in the queue."""
        return [task for task, _ in self._ready]

    def next_moment(self, running: int) -> float | None:
        """Time of the next start (seconds, monotonic); None if there is none to come while so many jobs are running."""
        if not self._ready or running >= self._most:
            return None
        return max(self._not_before, time.monotonic() + 1.0 / self._settings.starts_per_second / 4)

    def rounds(self, waiting: int) -> int:
        """How often the quota has to be filled for so many jobs."""
        return -(-waiting // self._most)

    def start(self, running: int) -> Iterator[tuple[Task, Started | Unfinished]]:
        """Start what rates and quota allow now, beside so many running jobs.

        Raises:
            UserError: no job can be started, whatever the recording; the tasks stay in the queue.

        """
        while self._ready and running < self._most and time.monotonic() >= self._not_before and self._rate.ready():
            for task, outcome in self._start(*self._ready.popleft(), alone=not running):
                running += isinstance(outcome, Started)
                yield task, outcome

    def _start(self, task: Task, media: S3Path, *, alone: bool) -> Iterator[tuple[Task, Started | Unfinished]]:
        """Start one job; `alone` if none of ours is running. Others may end with it if the account is exhausted."""
        recorded = self._records.state(task) == "started"
        if not recorded:
            self._records.write(task, "starting", media)
        try:
            self._aws.impatient.start_transcription_job(**jobs.request(task, media, self._settings))
        except Exception as error:
            yield from self._not_started(task, media, error, recorded=recorded, alone=alone)
            return
        self._backoff.reset()
        yield task, self._accepted(task, media)

    def _accepted(self, task: Task, media: S3Path) -> Started:
        self._refusals.accept()
        self._records.write(task, "started", media)
        log.info("%s: job %s", task.recording.name, task.name)
        return Started()

    def _not_started(
        self, task: Task, media: S3Path, error: Exception, *, recorded: bool, alone: bool
    ) -> Iterator[tuple[Task, Started | Unfinished]]:
        """Handle a failed start: the job exists already, or Amazon is busy, or it refuses the job."""
        from botocore.exceptions import ClientError

        trouble = explain(error, f"starting job {task.name}", "transcribe")
        if code_of(error) == "ConflictException":
            yield from self._adopt(task, media, recorded=recorded)
        elif isinstance(error, ClientError) and code_of(error) == "BadRequestException":
            if self._refusals.bad(task.name, trouble.message):
                self._ready.appendleft((task, media))
                raise trouble
            yield task, Unfinished(trouble.message, trouble.hint)
        elif code_of(error) == "LimitExceededException":
            yield from self._over_limit(task, media, trouble, alone=alone)
        elif is_busy(error) or (isinstance(trouble, PassingError) and not isinstance(trouble, RefusedError)):
            self._ready.appendleft((task, media))
            self._refusals.busy()
            yield from self._wait_or_give_up(trouble, alone=alone)
        else:
            self._ready.appendleft((task, media))
            raise trouble

    def _over_limit(
        self, task: Task, media: S3Path, trouble: UserError, *, alone: bool
    ) -> Iterator[tuple[Task, Unfinished]]:
        """Handle a limit: too many jobs, or this file is too long, for which the others must not wait."""
        if self._refusals.is_to_blame(task.name):
            yield task, jobs.over_limit(task)
            return
        try_another = self._refusals.limit(task.name, len(self._ready))
        self._ready.append((task, media))
        if not try_another:
            yield from self._wait_or_give_up(trouble, alone=alone)

    def _wait_or_give_up(self, trouble: UserError, *, alone: bool) -> Iterator[tuple[Task, Unfinished]]:
        self._not_before = time.monotonic() + self._backoff.next()
        if not self._refusals.too_many or not alone:
            return
        limited = [task for task, _ in self._ready if self._refusals.is_limited(task.name)]
        if self._refusals.start_over() or not limited:
            raise trouble
        self._ready = deque(item for item in self._ready if item[0] not in limited)
        for task in limited:  # those behind them may still be accepted
            yield task, Unfinished(trouble.message, trouble.hint)

    def _adopt(self, task: Task, media: S3Path, *, recorded: bool) -> Iterator[tuple[Task, Started | Unfinished]]:
        """Adopt the job that has this name, if it is the same."""
        job = jobs.describe(self._aws, task.name)
        if job is None:  # deleted in this moment
            self._ready.append((task, media))
            return
        if what := jobs.difference(job, task, media, self._settings, self._aws, recorded=recorded):
            yield task, jobs.taken(task, what, recorded=recorded)
            return
        log.info("%s: job %s is there already and is adopted", task.recording.name, task.name)
        self._accepted(task, media)
        yield task, Started(ended=job["TranscriptionJobStatus"] in ("COMPLETED", "FAILED"))
