# What a run works on, and what it does before its first job and after its last; no rules here.
import gc
import os
import sys
from pathlib import Path

SCRIPTS = os.path.join(workflow.basedir, "scripts")
if SCRIPTS not in sys.path:
    sys.path.insert(0, SCRIPTS)
from clm.base import files, lock
from clm.healing.plan import corpus_settings
from clm.project import state
from clm.results import models
from clm.run import failure_summary, interpreter, remote, warnings
from clm.config import export_private, keep
from clm.config import load as load_config
from clm.base.errors import UserError
from clm.project.project import Project

interpreter.put_first_on_path()
interpreter.name_programs()
# With thousands of jobs Snakemake holds millions of objects, none of which is garbage: Python would go through all of
# them again and again while they are made.
gc.set_threshold(50_000, 50, 100)


def load_project():
    """Read configuration and inputs; what is wrong with them ends the run with a message.

    Gives the project, the results folder as rules name it, and the bucket that holds it if results are kept in one. With
    a bucket, the project's own results folder is that of the copies on this machine.
    """
    provider = workflow.storage_registry.default_storage_provider
    prefix = workflow.storage_settings.default_storage_prefix
    try:
        if not workflow.is_main_process:
            named = remote.relative_results(config["results"])
            shared = remote.bucket(provider, prefix, named)
            return remote.decided_project(shared, named), named, shared
        settings = load_config(user_config, Path(workflow.basedir), Path.cwd())
        named = settings["results"]
        shared = remote.bucket(provider, prefix, named)
        if shared:
            remote.check_keeps(workflow.storage_settings.keep_storage_local)
            settings["results"] = shared.folder
        looked_at = hold(Path(settings["results"]))
        if shared and not looked_at:
            remote.align(shared)
        project = Project(settings, cache=Path(".snakemake/clm-digests.json"))
        if not looked_at:
            project.prepare()
        if shared:
            remote.check_names(project.folders)
            if not looked_at:
                shared.mirror().push_new()
        export_private(settings)
        for note in warnings.notes(project):
            logger.warning(note)
    except (UserError, OSError) as error:
        stop(error)
    return project, named, shared


class RunStopped(WorkflowError):
    """Ends the run with a message for the user as the last lines: where in our code it was raised is not shown."""

    __traceback__ = property(lambda self: None, lambda self, value: None)


def stop(error):
    """End the run with a message for the user."""
    if isinstance(error, OSError):
        error = UserError(f"{error}", "mend it and run again: what is finished is kept")
    raise RunStopped(str(error)) from None


def hold(results):
    """Keep other runs off the results folder. A dry run only says who uses it, and then leaves it as it is."""
    if not workflow.output_settings.dryrun:
        lock.take(results)
        return ""
    holder = lock.holder(results)
    if holder:
        logger.warning(f"Another run is using {results} ({holder}): this is what would be left to do.")
    return holder


PROJECT, RESULTS, BUCKET = load_project()
NEXT = PROJECT.next
NEXT_VOCABULARY = PROJECT.next_vocabulary
MODELS = PROJECT.results / "models"
BASELINE_FOLDERS = frozenset(PROJECT.folders_of(PROJECT.baseline))


def begin():
    """Before the first job: keep what jobs read of configuration and decisions, and what was asked for once more."""
    try:
        PROJECT.check_budget(forced=forced())
        if BUCKET and not workflow.local_exec:
            remote.check_inputs(PROJECT.config)
        keep(PROJECT.config, PROJECT.results)
        state.write(PROJECT, forced=forced())
        PROJECT.record_requests(forced=forced())
        if BUCKET:
            remote.offer(BUCKET, workflow.storage_registry.default_storage_provider, local=workflow.local_exec)
    except (UserError, OSError) as error:
        stop(error)
    lift_rate_limit()


def end():
    """After the last job: keep what no rule has stored in the bucket, and show the leaderboard."""
    keep_rest()
    show(done=True)


def keep_rest():
    """Put into the bucket, if there is one, what no rule has stored there; what cannot be sent now is sent next time."""
    try:
        if BUCKET:
            remote.keep(BUCKET)
    except (UserError, OSError) as error:
        logger.error(str(error))


def lift_rate_limit():
    """Take away Snakemake's own limit of 100 job starts a second where jobs run on this machine.

    Here it protects nothing. Under it every pass of the scheduler starts a timer that ends in another pass, so that with
    many short jobs passes cost more than jobs (Snakemake 9.27).
    """
    scheduler = getattr(workflow, "scheduler", None)
    if workflow.local_exec and hasattr(scheduler, "job_rate_limiter"):
        scheduler.job_rate_limiter = None


def show(*, done):
    """Print the leaderboard at the end, after an error as well if this run made one."""
    board, begun = PROJECT.results / "leaderboard.csv", PROJECT.results / "config.yaml"
    if board.exists() and (done or board.stat().st_mtime >= begun.stat().st_mtime):
        shell('python "$CLM_SCRIPTS/show.py" --results {PROJECT.results:q}')


def fail(logs):
    """The last lines after jobs have failed."""
    keep_rest()
    show(done=False)
    raise RunStopped(failure_summary.describe(logs, PROJECT.results, BUCKET.address if BUCKET else ""))
