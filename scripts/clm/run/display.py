"""Connects a run of Snakemake with the display of its progress: functions of the Snakefile."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snakemake_interface_logger_plugins.common import LogEvent

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
_HOUR = 3600.0


def lengths(dataset: Dataset) -> dict[str, float]:
    """Seconds of audio by folder, as far as headers tell."""
    return {
        name: sum(dataset.seconds(pair) or 0.0 for pair in dataset.folders[name].pairs) for name in dataset.with_audio
    }


class Display:
    """The display of one run.

    Args:
        workflow: Snakemake's.
        engine: transcribes.
        audio: seconds by folder.
        expected: models that this run may make, beyond the jobs that are known at its start.

    """

    def __init__(self, workflow: Any, engine: Engine, audio: Mapping[str, float], expected: Callable[[], Any]) -> None:
        self._workflow, self._engine = workflow, engine
        self._audio, self._expected = audio, expected
        self._key = time_left.key(engine.name, engine.transcription_settings())
        self._handler: LogHandler | None = None
        self._outlook: Outlook | None = None

    def begin(self, logger: logging.Logger, results: Path) -> None:
        """Show the run by its stages from here on, unless the user has chosen Snakemake's own lines."""
        self._handler = _handler(logger, self._workflow)
        if self._handler is None:
            return
        local = bool(self._workflow.local_exec)
        self._outlook = self._make_outlook()
        channel = Channel(_SNAKEMAKE / f"clm-progress-{os.getpid()}.jsonl") if local else None
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

    def describe(self) -> str:
        """What the jobs of Snakemake's graph would do and take: for a dry run."""
        outlook = self._make_outlook()
        outlook.stages.plan(self._jobs())
        outlook.settle()
        return outlook.describe(time.monotonic(), timed=not self._engine.submits)

    def _make_outlook(self) -> Outlook:
        cores = int(self._workflow.resource_settings.cores or 1)
        per_second = self._engine.estimate([_HOUR], self._engine.name).cpu_seconds / _HOUR
        crowded = max(1.0, cores / (os.cpu_count() or 1))  # core seconds are long where cores are shared
        pace = Pace.read(_PACE, self._key, per_second * crowded)
        return Outlook(Stages(self._audio), pace, cores, tuple(self._expected()))

    def _jobs(self) -> list[Job]:
        return [
            Job.of(job.rule.name, job.wildcards_dict, 1, partial(getattr, job, "message"))
            for job in list(self._workflow.dag.needrun_jobs())
        ]


def _handler(logger: logging.Logger, workflow: Any) -> LogHandler | None:
    """The handler of this run: that of `--logger clm`, else a new one in place of Snakemake's own for the terminal.

    None if the user has chosen another logger, or asked for more than Snakemake shows by itself.
    """
    manager = workflow.logger_manager
    for found in getattr(manager, "plugin_handlers", ()):
        if isinstance(found, LogHandler):
            return found
    settings = workflow.output_settings
    own = next((handler for handler in logger.handlers if handler.name == _OWN), None)
    if own is None or settings.verbose or settings.printshellcmds or settings.debug_dag:
        return None
    handler = LogHandler(settings, None)
    logger.removeHandler(own)
    logger.addHandler(handler)
    return handler


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
