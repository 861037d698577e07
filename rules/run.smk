# The inputs of a run, and its actions before the first job and after the last; no rules here.
import gc
import os
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

SCRIPTS = os.path.join(CHECKOUT, "scripts")
if SCRIPTS not in sys.path:
    sys.path.insert(0, SCRIPTS)
from clm import engines
from clm.base import files, lock
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.bucket import sync
from clm.config import load
from clm.settings import FROM_REFERENCES
from clm.healing.plan import corpus_settings
from clm.project import record
from clm.project.dataset import Dataset, kept
from clm.project.decide import decide
from clm.results import invocation, models
from clm.types import STOCK
from clm.run import command_line, display, failure_summary, interpreter, remote, warnings

#: Files that a dry run makes: those that a run would rewrite, and inputs that have to be prepared.
PREVIEW, PREPARED = Path(".snakemake", "clm-preview"), Path(".snakemake", "clm-prepared")

interpreter.put_first_on_path()
interpreter.name_programs()
# With thousands of jobs Snakemake holds millions of objects, none of which is garbage: Python would go through all of
# them again and again while they are made.
gc.set_threshold(50_000, 50, 100)


def stop(error):
    """End the run with a message for the user as its last lines."""
    if isinstance(error, OSError):
        error = UserError(f"{error}", "fix the problem and rerun; finished results are kept")
    logger.error(str(error))
    sys.exit(1)


def look():
    """Decide what this run does, or load what was decided if this is a job; nothing is written to the results.

    Gives the state, the data set (None in a job), the results folder as rules name it, the bucket that holds it if
    results are kept in one, and what the lock said meanwhile. With a bucket, the state's own results folder is that of
    the copies on this machine.
    """
    provider = workflow.storage_registry.default_storage_provider
    prefix = workflow.storage_settings.default_storage_prefix
    if not workflow.is_main_process:
        named = remote.relative_results(config["results"])
        shared = remote.bucket(provider, prefix, named)
        return remote.decided_state(shared, named), None, named, shared, None
    settings = load(user_config, Path(CHECKOUT), Path.cwd())
    named = settings.results
    shared = remote.bucket(provider, prefix, named)
    if shared:
        remote.check_keeps(workflow.storage_settings.keep_storage_local)
        settings = replace(settings, results=shared.folder)
    results = Path(settings.results)
    seen = lock.stamp(results)
    holder = lock.holder(results)
    if holder:
        logger.warning(f"Another run is using {results} ({holder}): this is what would be left to do.")
    elif shared:
        remote.align(shared)
    engine = engines.create(settings)
    shelf = kept(results, PREPARED if workflow.output_settings.dryrun else None)
    dataset = Dataset(settings, Digests(Path(".snakemake/clm-digests.json")), probed=engine.submits, shelf=shelf)
    state = decide(settings, dataset, results)
    if shared:
        remote.check_names(state.folders)
    settings.export_private()
    for note in warnings.notes(state, dataset):
        logger.warning(note)
    return state, dataset, named, shared, seen


try:
    DECIDED, DATASET, RESULTS, BUCKET, SEEN = look()
except (UserError, OSError) as error:
    stop(error)


# In another workflow that uses this one as a module, the terminal is that one's.
DISPLAY = None
if workflow.is_main_process and display.is_main(workflow, CHECKOUT):
    DISPLAY = display.Display(
        workflow, logger, engines.create(DECIDED.settings), lambda: display.lengths(DATASET), lambda: state().coming
    )
    DISPLAY.wait(idle=lambda: nothing_done())


@cache
def state():
    """Decisions of this run. --forcerun is known only once the Snakefile has been read."""
    if not workflow.is_main_process:
        return DECIDED
    return replace(DECIDED, forced="heal" in (workflow.dag_settings.forcerun or ()))


@cache
def has_begun():
    """True if this is a run, not a dry run or a query about the graph.

    At the first call of a run, which an input function makes, it takes the results folder, checks what the run costs,
    and writes what jobs read. In another workflow that uses this one as a module nothing else would: Snakemake calls
    `onstart` of the outer one only.
    """
    if not workflow.is_main_process:
        return True
    if workflow.execution_settings is None or workflow.dryrun:
        return False
    try:
        lock.take(DECIDED.results, seen=SEEN)
        record.write(state(), DATASET)
        invocation.write(DECIDED.results, command_line.repeatable(sys.argv))
        record.check_budget(state())
        record.write_requests(state())
        if BUCKET:
            BUCKET.mirror().push_new()
    except (UserError, OSError) as error:
        stop(error)
    if DISPLAY:
        DISPLAY.begin(DECIDED.results)
    return True


@cache
def preview():
    """Folder for files that a run would rewrite: below Snakemake's own folder, not in the results."""
    if not has_begun():
        record.preview(DECIDED, DATASET, PREVIEW)
    return PREVIEW


def begin():
    """Before the first job: check that other machines can read their inputs, and offer them what is kept in a bucket."""
    try:
        has_begun()
        if BUCKET and not workflow.local_exec:
            remote.check_inputs(state().settings)
        if BUCKET:
            remote.offer(BUCKET, workflow.storage_registry.default_storage_provider, local=workflow.local_exec)
    except (UserError, OSError) as error:
        stop(error)
    lift_rate_limit()


def end():
    """After the last job, keep what no rule has stored in the bucket, and show the leaderboard."""
    keep_rest()
    if DISPLAY:
        DISPLAY.end()
    show(done=True)


def nothing_done():
    """Show the leaderboard where there was nothing to do, for which Snakemake calls no hook."""
    if has_begun():
        show(done=True)


def keep_rest():
    """Put files that no rule has stored into the bucket, if there is one; the next run sends those that fail now."""
    try:
        if BUCKET:
            remote.keep(BUCKET)
    except (UserError, OSError) as error:
        logger.error(str(error))


def lift_rate_limit():
    """Remove Snakemake's own limit of 100 job starts a second where jobs run on this machine.

    Here it protects nothing. Under it every pass of the scheduler starts a timer that ends in another pass, so that
    with many short jobs the passes cost more than the jobs (Snakemake 9.27).
    """
    scheduler = getattr(workflow, "scheduler", None)
    if workflow.local_exec and hasattr(scheduler, "job_rate_limiter"):
        scheduler.job_rate_limiter = None


def show(*, done):
    """Print the leaderboard at the end, also after an error if this run made one."""
    board, begun = DECIDED.results / "leaderboard.csv", DECIDED.results / record.READABLE_SETTINGS
    if board.exists() and (done or board.stat().st_mtime >= begun.stat().st_mtime):
        shell('python "$CLM_SCRIPTS/show.py" --results {DECIDED.results:q}')


def fail(logs):
    """Name the failed jobs in the last lines."""
    keep_rest()
    if DISPLAY:
        DISPLAY.end()
    show(done=False)
    logger.error(failure_summary.describe(logs, DECIDED.results, BUCKET.address if BUCKET else ""))
    sys.exit(1)
