"""All transcription jobs of one model at once: uploads, starts, waits, and fetches results as they come.

One thread decides everything; a few others move bytes. Nothing here is kept in memory that a killed process could
lose: see `clm.engines.transcribe.jobs`.
"""

from __future__ import annotations

import logging
import statistics
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.aws.clients import Aws, explain
from clm.aws.rate_limits import Limiter, Pauses, Tolerance
from clm.aws.s3 import listing
from clm.base.errors import PassingError, UserError
from clm.base.progress import Progress, duration
from clm.base.s3_path import S3Path
from clm.engines.transcribe import inventory, jobs
from clm.engines.transcribe.batches import uploads
from clm.engines.transcribe.batches.job_results import Results, stated_place
from clm.engines.transcribe.batches.refusals import spread
from clm.engines.transcribe.batches.starts import Starts
from clm.engines.transcribe.batches.uploads import Uploads
from clm.engines.transcribe.jobs import Records, Task
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.types import Outcome, Unfinished

log = logging.getLogger(__name__)

_THREADS = 8
#: Calls per second that check single jobs; Amazon allows 30.
_LOOKS_PER_SECOND = 10.0
#: Checks of a completed job without a result, after which the result is taken for lost.
_MOST_MISSES = 5
#: Jobs that are checked singly with each list, since lists may be out of date: those unchecked for longest.
_DOUBTED = 2
_MEGABYTE = 1e6


@dataclass
class _Running:
    """A job that Amazon works on; `since` is when we began to wait for it (seconds, monotonic)."""

    task: Task
    since: float
    queued: bool = False
    #: Time of its last single check, although the list said that it runs.
    looked: float = 0.0
    #: How often Amazon said that it was completed while there was no result.
    misses: int = 0


class Batch:
    """Tasks of one model, and their execution.

    `share` is the part of the account's quotas that this process may use, when several models are run at once; `claims`
    is a file by which their processes divide the uploads among them.
    """

    def __init__(
        self,
        aws: Aws,
        settings: TranscribeSettings,
        records: Records,
        claims: Path,
        *,
        share: float = 1.0,
        progress: Progress | None = None,
    ) -> None:
        self._aws = aws
        self._settings = settings
        self._records = records
        self._results = Results(aws, settings)
        self._uploads = Uploads(aws, settings, claims)
        self._starts = Starts(aws, settings, records, share)
        self._looks = Limiter(_LOOKS_PER_SECOND * share)
        self._pauses = Pauses(settings.poll_seconds)
        self._tolerance = Tolerance(settings.poll_seconds)
        self._progress = progress or Progress()
        self._deadline = time.monotonic() + settings.patience_hours * 3600
        self._tasks: dict[str, Task] = {}
        self._uploading: dict[Future[S3Path], Task] = {}
        self._fetches: dict[Future[Any], Task] = {}
        self._to_upload: deque[Task] = deque()
        self._running: dict[str, _Running] = {}
        self._out: deque[tuple[Task, Outcome]] = deque()
        self._waited: list[float] = []
        self._done = 0
        self._poll_at = 0.0

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Do all of it; every task comes once, as soon as it is done or known to remain unfinished."""
        self._tasks = {task.name: task for task in tasks}
        if not self._tasks:
            return
        with ThreadPoolExecutor(_THREADS) as self._pool:
            try:
                self._take_stock()
                while self._busy():
                    self._step()
                    yield from self._emit()
            except UserError as error:  # nothing more can be done in this run: the rest waits for the next
                log.error("%s", error)
                self._give_up(error)
            finally:
                for future in (*self._uploading, *self._fetches):
                    future.cancel()
            yield from self._emit()

    # -- the state of things -------------------------------------------------------------------------------------

    def _take_stock(self) -> None:
        """Sort the tasks: results that are there, jobs that an earlier run started, and what is to be started."""
        try:
            there = {entry.path.name for entry in listing(self._aws.s3, self._settings.transcripts)}
            for task in spread(list(self._tasks.values())):
                if f"{task.name}.json" in there:
                    self._fetch(task)
                elif self._records.state(task):
                    self._running[task.name] = _Running(task, time.monotonic())
                else:
                    self._to_upload.append(task)
                    self._uploads.expect(task.recording)
        except Exception as error:
            self._to_upload.extend(self._tasks.values())
            raise explain(error, f"listing {self._settings.root}", "s3") from error
        log.info(
            "%d results to fetch, %d jobs under way, %d to start",
            len(self._fetches), len(self._running) - len(self._fetches), len(self._to_upload),
        )  # fmt: skip

    def _busy(self) -> bool:
        return bool(self._to_upload or self._uploading or self._starts or self._running)

    def _step(self) -> None:
        """Do what can be done now, then wait until something else can."""
        self._report()
        if time.monotonic() > self._deadline:
            raise PassingError(
                f"jobs were not done after {self._settings.patience_hours:g} hours (patience_hours)",
                "they continue at Amazon; run again later to fetch their results, nothing is paid twice",
            )
        while self._to_upload and len(self._uploading) + len(self._starts) < 2 * _THREADS:
            task = self._to_upload.popleft()
            self._uploading[self._pool.submit(self._uploads.put, task.recording)] = task
        self._collect_uploads()
        self._collect_fetches()
        self._start_some()
        if self._running and time.monotonic() >= self._poll_at:
            try:
                self._poll()
            except PassingError as error:
                self._tolerance.bear(error)
        self._sleep()

    def _sleep(self) -> None:
        """Until a transfer ends, or the next start or look is due."""
        moments = [self._poll_at] if self._running else []
        if (start_at := self._starts.next_moment(len(self._running))) is not None:
            moments.append(start_at)
        pause = max(0.0, min(moments, default=time.monotonic() + 1.0) - time.monotonic())
        transfers = {*self._uploading, *self._fetches}
        if transfers:
            wait(transfers, timeout=pause, return_when=FIRST_COMPLETED)
        elif self._busy():
            time.sleep(min(pause, 1.0))

    def _emit(self) -> Iterator[tuple[Task, Outcome]]:
        while self._out:
            yield self._out.popleft()

    def _finish(self, task: Task, outcome: Outcome) -> None:
        self._done += 1
        self._out.append((task, outcome))

    def _give_up(self, error: UserError) -> None:
        """Leave all remaining tasks unfinished, for this reason."""
        rest = {task.name: task for task in (*self._to_upload, *self._uploading.values(), *self._starts.tasks())}
        rest |= {name: job.task for name, job in self._running.items()}
        for task, _ in self._out:
            rest.pop(task.name, None)
        for task in rest.values():
            self._finish(task, Unfinished(error.message, error.hint))

    def _report(self) -> None:
        total, running = len(self._tasks), len(self._running)
        waiting = total - self._done - running
        parts = [f"{self._done} of {total} done", f"{running} running", f"{waiting} to start"]
        done, whole = self._uploads.done_bytes, self._uploads.total_bytes
        if done < whole:
            share = f"{done / whole:.0%}".replace("%", " %")
            parts.append(f"{done / _MEGABYTE:.1f} of {whole / _MEGABYTE:.1f} MB uploaded ({share})")
        left = self._seconds_left(waiting)
        if left is not None:
            parts.append(f"about {duration(left)} left")
        helper = next(iter(self._tasks.values())).helper
        self._progress.show(f"Amazon Transcribe ({helper.slug}): {', '.join(parts)}")

    def _seconds_left(self, waiting: int) -> float | None:
        """An estimate from the jobs that are done."""
        if not self._waited:
            return None
        typical, now = statistics.median(self._waited), time.monotonic()
        longest = max((typical - (now - job.since) for job in self._running.values()), default=0.0)
        return max(0.0, longest) + self._starts.rounds(waiting) * typical + waiting / self._settings.starts_per_second

    # -- uploads ----------------------------------------------------------------------------------------------------

    def _collect_uploads(self) -> None:
        troubles = []
        for future in [future for future in self._uploading if future.done()]:
            task = self._uploading.pop(future)
            try:
                self._starts.add(task, future.result())
            except Exception as error:
                failure = uploads.failure(task.recording, error)
                if isinstance(failure, Unfinished):
                    self._finish(task, failure)
                else:
                    self._to_upload.append(task)
                    troubles.append(failure)
            else:
                self._tolerance.calm()
        self._tolerance.bear(*troubles)

    # -- starts --------------------------------------------------------------------------------------------------

    def _start_some(self) -> None:
        """Start what the rates and the quota allow now."""
        for task, outcome in self._starts.start(len(self._running)):
            if isinstance(outcome, Unfinished):
                self._finish(task, outcome)
                continue
            if not self._running:
                self._pauses.reset()
                self._poll_at = time.monotonic() + self._pauses.next()
            self._running[task.name] = _Running(task, time.monotonic())
            if outcome.ended:
                self._fetch(task)

    # -- looks ---------------------------------------------------------------------------------------------------

    def _poll(self) -> None:
        """Find the jobs that no longer run; one call lists a hundred."""
        contains = _common_start(self._running)
        running = self._in_state("IN_PROGRESS", contains)
        self._tolerance.calm()
        if any(job.queued for job in self._running.values()):
            running |= self._in_state("QUEUED", contains)
        fetching = {task.name for task in self._fetches.values()}
        ended = [job.task for name, job in self._running.items() if name not in running | fetching]
        doubted = [self._running[name] for name in running & self._running.keys() - fetching]
        for job in sorted(doubted, key=lambda job: job.looked)[:_DOUBTED]:
            job.looked = time.monotonic()
            self._fetch(job.task)
        for task in ended:
            self._fetch(task)
        if ended:
            self._pauses.reset()
        self._poll_at = time.monotonic() + self._pauses.next()

    def _in_state(self, status: str, contains: str) -> set[str]:
        listing = inventory.jobs(self._aws.transcribe, contains, Status=status)
        return {job["TranscriptionJobName"] for job in inventory.explained(listing, "listing jobs")}

    def _fetch(self, task: Task) -> None:
        """Fetch a result, which may not be there; until it is, the job counts as running."""
        self._running.setdefault(task.name, _Running(task, time.monotonic()))
        self._fetches[self._pool.submit(self._results.fetch, task)] = task

    def _collect_fetches(self) -> None:
        troubles = []
        for future in [future for future in self._fetches if future.done()]:
            task = self._fetches.pop(future)
            try:
                outcome = future.result()
                if outcome is None:
                    outcome = self._look(task)
            except UserError as error:
                troubles.append(error)  # the next poll asks again
                continue
            if outcome is not None:
                running = self._running.pop(task.name)
                self._records.settle(task)
                self._waited.append(time.monotonic() - running.since)
                self._finish(task, outcome)
        self._tolerance.bear(*troubles)

    def _look(self, task: Task) -> Outcome | None:
        """Ask for a job that does not run and has no result: queued, failed, or unknown to Amazon."""
        self._looks.wait()
        job = jobs.describe(self._aws, task.name)
        if job is None:
            if self._records.state(task) == "started":
                return jobs.forgotten(task, self._settings)
            del self._running[task.name]  # killed before Amazon accepted it
            self._uploads.expect(task.recording)
            self._to_upload.append(task)
            return None
        recorded = self._records.state(task) == "started"
        media = self._uploads.address(task.recording)
        if what := jobs.difference(job, task, media, self._settings, self._aws, recorded=recorded):
            return jobs.taken(task, what, recorded=recorded)
        status = job["TranscriptionJobStatus"]
        self._running[task.name].queued = status == "QUEUED"
        if status == "FAILED":
            return jobs.failed(job)
        if status != "COMPLETED":
            return None
        outcome = self._results.fetch(task)  # completed between the two calls
        if outcome is None and (place := stated_place(job)):
            outcome = self._results.fetch(task, place)
        self._running[task.name].misses += outcome is None
        if self._running[task.name].misses >= _MOST_MISSES:
            return jobs.forgotten(task, self._settings)
        return outcome


def _common_start(names: Iterable[str]) -> str:
    """The longest common beginning of names, for a listing that shows few others."""
    first, last = min(names), max(names)
    length = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length]
