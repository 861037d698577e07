"""Progress of a run in the terminal, as a logger plugin of Snakemake: a line for each stage instead of several a job.

Snakemake's own lines go to its log all the same. Warnings and errors are always shown, the message of a failed job with
its hint and its log. Where the terminal allows it, stages at work have bars that move; elsewhere, as in the log of a
CI job, there are plain lines: at the end of a stage, and now and then in between.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from clm.base.progress import Channel
from clm.reasons.sentences import capitalized
from clm.run import failure_summary, stages
from clm.run.live_view import LiveView, Row, usable
from clm.run.stages import DECIDING, PLANS, Job, Stage
from clm.run.time_left import Outlook, rounded

#: Lines of Snakemake's that are shown, by how they begin; others are in its log only.
_SHOWN = (
    "Complete log", "Error", "Nothing to be done", "Shutting down", "Terminating", "Trying to restart", "Will exit",
)  # fmt: skip
#: The command of a job that failed, which is described right after by its own message.
_TOLD_ANYWAY = "RuleException:\nCalledProcessError"
#: Jobs that are described at length when they fail; the last lines of the run list more of them.
_MOST_FAILURES = 10
_FRAME, _LOOK = 0.25, 1.0
#: Seconds between plain lines on a stage: a minute or, in a long run, this part of its time so far.
_EVERY, _PART = 60.0, 0.05
_STYLES = {logging.WARNING: "yellow", logging.ERROR: "red", logging.CRITICAL: "red"}


class LogHandler(LogHandlerBase):
    """Shows a run by its stages once `begin` has told what it consists of; before, only messages."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        """Start without a run."""
        self._stream: TextIO = sys.stdout if self.common_settings.stdout else sys.stderr
        quiet = {str(getattr(item, "value", item)).lower() for item in self.common_settings.quiet or ()}
        self._silent, self._calm = "all" in quiet, bool(quiet & {"all", "progress"})
        self._results = Path("results")
        self._outlook: Outlook | None = None
        self._channel: Channel | None = None
        self._view: LiveView | None = None
        self._ticker: threading.Thread | None = None
        self._stop = threading.Event()
        self._jobs: Callable[[], list[Job]] = list
        self._timed = True
        self._grown, self._failures, self._said = False, 0, ""
        self._shown_at = self._began_at = time.monotonic()

    # -- the run -------------------------------------------------------------------------------------------------

    def begin(
        self, outlook: Outlook, jobs: Callable[[], list[Job]], channel: Channel | None, results: Path, *, timed: bool
    ) -> None:
        """Show a run from here on.

        Args:
            outlook: its stages and speeds.
            jobs: gives the jobs that are not finished, as Snakemake knows them at that time.
            channel: messages of the jobs, None where these run on other machines.
            results: the results folder.
            timed: whether the time left can be known; a remote engine's cannot.

        """
        with self._guard():
            self._outlook, self._jobs, self._channel = outlook, jobs, channel
            self._results, self._timed = results, timed
            if not self._calm and usable(self._stream):
                self._view = LiveView(self._stream, color=not self.common_settings.nocolor)
            self._ticker = threading.Thread(target=self._tick, name="clm-progress", daemon=True)
            self._ticker.start()

    def end(self) -> None:
        """Show what has not been shown yet, and leave the terminal to others."""
        self._stop.set()
        if self._ticker and self._ticker is not threading.current_thread():
            self._ticker.join(timeout=5)
        with self._guard():
            self._listen()
            if self._view:
                self._view.close()
            if self._channel:
                self._channel.close()
            self._view = self._channel = self._ticker = None

    def close(self) -> None:
        """Snakemake's last call."""
        self.end()
        super().close()

    # -- records -------------------------------------------------------------------------------------------------

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record, or take account of it."""
        try:
            event = getattr(record, "event", None)
            if event in (LogEvent.JOB_ERROR, LogEvent.GROUP_ERROR):
                self._failed(record)
            elif record.levelno >= logging.WARNING:
                text = record.getMessage()
                if not text.startswith(_TOLD_ANYWAY) and (not self._silent or record.levelno >= logging.ERROR):
                    self._write(text, _STYLES.get(record.levelno, "red"))
            elif event is None and record.levelno >= logging.INFO:
                self._told(record.getMessage())
            elif self._outlook:
                self._follow(event, record, self._outlook)
        except Exception:
            self.handleError(record)

    def _told(self, text: str) -> None:
        if text.startswith(_SHOWN) and not self._silent and text != self._said:
            self._said = text  # Snakemake says it again with each job that ends
            self._write(text)

    def _follow(self, event: Any, record: logging.LogRecord, outlook: Outlook) -> None:
        """Take account of an event of Snakemake's."""
        now = time.monotonic()
        about = vars(record)
        if event == LogEvent.RUN_INFO:
            self._plan(outlook)
            self._say(outlook.describe(now, timed=self._timed))
        elif event == LogEvent.JOB_INFO:
            wildcards, threads = about["wildcards"] or {}, about["threads"] or 1
            job = Job.of(about["rule_name"], wildcards, threads, lambda: about["rule_msg"])
            outlook.stages.start(about["jobid"], job, now)
        elif event == LogEvent.JOB_FINISHED:
            self._finished(about["job_id"], outlook, now)
        elif event == LogEvent.JOB_STARTED and self._grown:  # the graph was updated just before
            self._plan(outlook)

    def _plan(self, outlook: Outlook) -> None:
        outlook.stages.plan(self._jobs())
        outlook.settle()
        self._grown = False

    def _finished(self, number: int, outlook: Outlook, now: float) -> None:
        found = outlook.stages.finish(number, now)
        if not found:
            return
        job, seconds, stage = found
        audio = outlook.stages.lengths.get(job.folder, 0.0) if job.rule == stages.TRANSCRIBE else 0.0
        outlook.pace.learn(job, seconds, audio)
        self._grown = self._grown or job.rule in DECIDING
        if stage.complete and job.rule != PLANS:
            self._ended(stage, outlook, now)

    def _ended(self, stage: Stage, outlook: Outlook, now: float) -> None:
        self._listen()  # what its jobs had to say comes before its end
        left = self._left(outlook, now) if outlook.stages.pending or outlook.expected else ""
        self._say(f"{stage.summary()}.{left}")

    def _failed(self, record: logging.LogRecord) -> None:
        """A job has failed: always shown, at length unless many do."""
        about = vars(record)
        if self._outlook:
            self._outlook.stages.finish(about.get("jobid", -1), time.monotonic(), failed=True)
        parts = about.get("job_error_info") or [about]
        more = list(about.get("aux_logs") or ())
        for part in parts:
            self._failures += 1
            if self._failures <= _MOST_FAILURES:
                told = part.get("rule_msg") or (record.getMessage() if part is not about else None)
                logs = [str(log) for log in part.get("log") or ()]
                for line in failure_summary.details(part["rule_name"], [*logs, *more], self._results, told):
                    self._write(line, "red")
            elif self._failures == _MOST_FAILURES + 1:
                self._write("More jobs failed: they are listed at the end, and in Snakemake's log.", "red")

    # -- the terminal --------------------------------------------------------------------------------------------

    def _write(self, line: str, style: str = "") -> None:
        if self._view:
            self._view.write(line, style)
        else:
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def _say(self, line: str) -> None:
        """Write a line about progress."""
        if not self._calm and line:
            self._shown_at = time.monotonic()
            self._write(line)

    def _left(self, outlook: Outlook, now: float) -> str:
        return f" {capitalized(rounded(outlook.seconds(now)))} left." if self._timed else ""

    def _tick(self) -> None:
        while not self._stop.wait(_FRAME if self._view else _LOOK):
            with self._guard():
                try:
                    self._listen()
                    self._show(time.monotonic())
                except Exception:  # a picture that fails must not end the run
                    self.handleError(logging.LogRecord("clm", logging.ERROR, __file__, 0, "", (), None))
                    return

    def _listen(self) -> None:
        """Take the messages of jobs: lines are shown, audio is counted."""
        for message in self._channel.messages() if self._channel else ():
            if "line" in message and not self._silent:
                self._write(str(message["line"]))
            elif "recording" in message and self._outlook:
                self._outlook.stages.hear(str(message["job"]), str(message["recording"]), float(message["done"]))

    def _show(self, now: float) -> None:
        """Draw the stages at work, or write a line about them every minute."""
        outlook = self._outlook
        if not outlook or self._calm:
            return
        active = outlook.stages.active()
        if self._view:
            rows = [Row(stage.title, _share(stage, heard), stage.counts(heard)) for stage, heard in active]
            self._view.draw(rows, self._left(outlook, now).strip() if active else "")
        elif active and now - self._shown_at >= max(_EVERY, _PART * (now - self._began_at)):
            parts = [": ".join(filter(None, (stage.title, stage.counts(heard)))) for stage, heard in active]
            self._say(f"{'; '.join(parts)}.{self._left(outlook, now)}")

    def _guard(self) -> Any:
        """The handler's lock, which Snakemake holds around `emit`."""
        return self.lock or threading.RLock()


def _share(stage: Stage, heard: float) -> float:
    whole = stage.done.audio + stage.left.audio
    return min(1.0, (stage.done.audio + heard) / whole) if whole else stage.share
