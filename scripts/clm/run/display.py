"""Connects a run of Snakemake with the display of its progress: functions of the Snakefile."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snakemake_interface_logger_plugins.common import LogEvent

from clm.base import parallel
from clm.base.progress import Channel
from clm.run import time_left
from clm.run.log_handler import LogHandler
from clm.run.stages import Job, Stages
from clm.run.time_left import Outlook, Pace
from clm.types import Engine

if TYPE_CHECKING:
    from clm.project.dataset import Dataset

_SNAKEMAKE = Path(".snakemake")
_PACE = _SNAKEMAKE / "clm-pace.json"
#: The name that Snakemake gives its own handler for the terminal.
_OWN = "DefaultStreamHandler"
#: The beginning of a message about the file system, which is true of every run on one machine.
_ASSUMES = "Assuming unrestricted shared filesystem"
_MESSAGES = "clm-progress-"
_HOUR, _DAY = 3600.0, 86_400.0


def lengths(dataset: Dataset) -> dict[str, float]:
    """Seconds of audio by folder, as far as headers tell."""
    return {
        name: sum(dataset.seconds(pair) or 0.0 for pair in dataset.folders[name].pairs) for name in dataset.with_audio
    }


def is_main(workflow: Any, checkout: str) -> bool:
    """True if the Snakefile of this checkout is the one that was started, not a module of another workflow."""
    return os.path.dirname(next(workflow.included).get_path_or_uri(secret_free=True)) == checkout  # noqa: PTH120 - or URL


class Display:
    """The display of one run.

    Args:
        workflow: Snakemake's.
        logger: Snakemake's.
        engine: transcribes.
        audio: gives seconds by folder; asked only when there is something to run.
        expected: gives the models that this run may make, beyond the jobs that are known at its start.

    """

    def __init__(
        self,
        workflow: Any,
        logger: logging.Logger,
        engine: Engine,
        audio: Callable[[], Mapping[str, float]],
        expected: Callable[[], Iterable[str]],
    ) -> None:
        self._workflow, self._logger, self._engine = workflow, logger, engine
        self._audio, self._expected = audio, expected
        self._key = time_left.key(engine.name, engine.transcription_settings())
        self._handler: LogHandler | None = None
        self._outlook: Outlook | None = None
        self._moments: Moments | None = None

    def wait(self, *, idle: Callable[[], None]) -> None:
        """Call `idle` if there turns out to be nothing to do, and say how long a run takes if this is a dry run."""
        self._moments = Moments(idle=idle, previewed=self._tell_time)
        self._logger.addHandler(self._moments)
        if (own := _own_handler(self._logger)) and not _wants_more(self._workflow.output_settings):
            own.addFilter(lambda record: not _is_preamble(record))

    def begin(self, results: Path) -> None:
        """Show the run by its stages from here on, unless the user has chosen Snakemake's own lines."""
        self._handler = self._replaced()
        if self._moments:  # what it calls writes to the terminal, after the message itself
            self._logger.removeHandler(self._moments)
            self._logger.addHandler(self._moments)
        if self._handler is None:
            return
        local = bool(self._workflow.local_exec)
        _remove_old()
        self._outlook = self._make_outlook()
        channel = Channel(_SNAKEMAKE / f"{_MESSAGES}{os.getpid()}.jsonl") if local else None
        timed = local and not self._engine.submits
        self._handler.begin(self._outlook, self._jobs, channel, results, timed=timed)

    def end(self) -> None:
        """Give the terminal back, and keep the measured speeds for the next run."""
        if self._handler:
            self._handler.end()
        if self._outlook and self._workflow.local_exec:
            try:
                self._outlook.pace.write(_PACE, self._key)
            except OSError:  # a full disk has said so already
                return

    def _tell_time(self) -> None:
        """Say what the jobs of a dry run would do and take."""
        outlook = self._make_outlook()
        outlook.stages.plan(self._jobs(finished=True))  # a dry run marks all as finished
        outlook.settle()
        if text := outlook.describe(time.monotonic(), timed=not self._engine.submits):
            self._logger.info(text)

    def _make_outlook(self) -> Outlook:
        cores = int(self._workflow.resource_settings.cores or 1)
        per_second = self._engine.estimate([_HOUR], self._engine.name).cpu_seconds / _HOUR
        crowded = max(1.0, cores / parallel.cores())  # core seconds are long where cores are shared
        pace = Pace.read(_PACE, self._key, per_second * crowded)
        return Outlook(Stages(self._audio()), pace, cores, tuple(self._expected()))

    def _jobs(self, *, finished: bool = False) -> list[Job]:
        return [
            Job.of(job.rule.name, job.wildcards_dict, 1, partial(getattr, job, "message"))
            for job in list(self._workflow.dag.needrun_jobs(exclude_finished=not finished))
        ]

    def _replaced(self) -> LogHandler | None:
        """The handler of this run: that of `--logger clm`, else a new one in place of Snakemake's for the terminal.

        None if the user has chosen another logger, or asked for more than Snakemake shows by itself.
        """
        settings = self._workflow.output_settings
        for found in getattr(self._workflow.logger_manager, "plugin_handlers", ()):
            if isinstance(found, LogHandler):
                return found
        own = _own_handler(self._logger)
        if own is None or _wants_more(settings):
            return None
        handler = LogHandler(settings, None)
        self._logger.removeHandler(own)
        self._logger.addHandler(handler)
        return handler


def _remove_old() -> None:
    """Remove messages of jobs that runs left behind when they were killed."""
    for path in _SNAKEMAKE.glob(f"{_MESSAGES}*"):
        if time.time() - path.stat().st_mtime > _DAY:
            path.unlink(missing_ok=True)


def _own_handler(logger: logging.Logger) -> logging.Handler | None:
    return next((handler for handler in logger.handlers if handler.name == _OWN), None)


def _wants_more(settings: Any) -> bool:
    """True if the user asked for the lines of jobs, by an option of Snakemake's."""
    return bool(settings.verbose or settings.printshellcmds or settings.debug_dag)


def _is_preamble(record: logging.LogRecord) -> bool:
    """True for messages about the machine, before the first job."""
    event = getattr(record, "event", None)
    return event == LogEvent.WORKFLOW_STARTED or (event is None and record.getMessage().startswith(_ASSUMES))


class Moments(logging.Handler):
    """Calls functions at moments of a run for which Snakemake has no hook.

    `idle` is called when there was nothing to do, `previewed` at the end of a dry run.
    """

    def __init__(self, *, idle: Callable[[], None], previewed: Callable[[], None]) -> None:
        super().__init__()
        self._calls = {"Nothing to be done": idle, "This was a dry-run": previewed}

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a message."""
        if getattr(record, "event", None) in (None, LogEvent.RUN_INFO):
            text = record.getMessage()
            for beginning, call in self._calls.items():
                if text.startswith(beginning):
                    call()
