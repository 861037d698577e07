# Functions and constants of the rules; no rules here.
import json
import os
import sys
from pathlib import Path

SCRIPTS = os.path.join(workflow.basedir, "scripts")
if SCRIPTS not in sys.path:
    sys.path.insert(0, SCRIPTS)
from clm import aftermath, files, healing, interpreter, lock, models, notices
from clm.config import export_private, keep
from clm.config import load as load_config
from clm.errors import UserError
from clm.project import Project

interpreter.put_first_on_path()


def load_project():
    """Read configuration and inputs; what is wrong with them ends the run with a message."""
    try:
        settings = load_config(user_config, Path(workflow.basedir), Path.cwd())
        looked_at = hold(Path(settings["results"])) if workflow.is_main_process else ""
        project = Project(settings, cache=Path(".snakemake/clm-digests.json"))
        if project.engine.submits:
            project.submissions.follow = not workflow.is_main_process
        if workflow.is_main_process:
            if not looked_at:
                project.prepare()
            export_private(settings)
            for note in notices.notes(project):
                logger.warning(note)
    except (UserError, OSError) as error:
        stop(error)
    return project


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


PROJECT = load_project()
NEXT = PROJECT.next
NEXT_VOCABULARY = PROJECT.next_vocabulary
MODELS = PROJECT.results / "models"


def begin():
    """Before the first job: keep the merged configuration, where jobs read it, and what was asked for once more."""
    try:
        PROJECT.check_budget(forced=forced())
        keep(PROJECT.config, PROJECT.results)
        PROJECT.record_requests(forced=forced())
    except (UserError, OSError) as error:
        stop(error)
    lift_rate_limit()


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
        shell("python {SCRIPTS:q}/show.py --results {PROJECT.results:q}")


def fail(logs):
    """The last lines after jobs have failed."""
    show(done=False)
    raise RunStopped(aftermath.describe(logs, PROJECT.results))


def script(name):
    """Path of a script, for the rules that may run again when it changes."""
    return os.path.relpath(os.path.join(SCRIPTS, name))


def library(*names):
    """Paths of library modules that such a rule depends on."""
    return [script(f"clm/{name}.py") for name in names]


def report_code():
    """Everything that the report is made by: its program, its modules and templates, and what they share with others."""
    found = sorted(Path(SCRIPTS, "clm", "report").rglob("*.*"))
    own = [os.path.relpath(path) for path in found if path.suffix in (".py", ".html", ".css", ".js")]
    return own + library("compared", "files", "judgement", "models", "outlook", "privacy", "show", "summaries", "words")


def results_folder(wildcards):
    """The results folder, for programs that read more than their rule's inputs there (configuration, store)."""
    return str(PROJECT.results)


def forced():
    """Was heal named in --forcerun? Unknown while the Snakefile is read, so only for functions that run later."""
    return "heal" in (getattr(workflow.dag_settings, "forcerun", None) or ())


def due():
    """Why a new generation is due in this run, or an empty string."""
    return PROJECT.due(forced=forced())


def summaries(names):
    """Summaries of these models."""
    return [f"{PROJECT.results}/summaries/{name}.json" for name in names]


def per_model(kind, names):
    """Files of one kind that these models have, such as their diagnosis."""
    return [f"{PROJECT.results}/{kind}/{name}.json" for name in names]


def leakage_checks(wildcards):
    """What is known of references in the corpora of trained models."""
    return per_model("leakage", [name for name in all_models(wildcards) if name in PROJECT.trained or name == NEXT])


def new_generation(wildcards):
    """Plan and outcome of the generation that is due; a checkpoint that is merely missing would not run."""
    if not due():
        return []
    plan = checkpoints.heal.get().output.plan
    return [plan, f"{MODELS}/{NEXT}/training.json"] if files.read_json(Path(plan))["train"] else [plan]


def new_vocabulary(wildcards):
    """Outcome of the custom vocabulary that is due."""
    return [f"{MODELS}/{NEXT_VOCABULARY}/training.json"] if PROJECT.vocabulary_due(forced=forced()) else []


def latest_plan(wildcards):
    """The plan whose words a custom vocabulary is made from: that of this run, else the one before."""
    return checkpoints.heal.get().output.plan if due() else ancient(str(PROJECT.latest_plan))


def new_models(wildcards):
    """Models that this run makes: known once heal has planned, and train_clm and train_vocabulary have decided."""
    made = []
    if due() and files.read_json(Path(checkpoints.heal.get().output.plan))["train"]:
        outcome = files.read_json(Path(checkpoints.train_clm.get().output.outcome))
        made += [NEXT] if outcome["trained"] else []
    if PROJECT.vocabulary_due(forced=forced()):
        outcome = files.read_json(Path(checkpoints.train_vocabulary.get().output.outcome))
        made += [NEXT_VOCABULARY] if outcome["trained"] else []
    return made


def all_models(wildcards):
    """Models of the leaderboard: those there are, and the new ones."""
    return PROJECT.models + new_models(wildcards)


def to_complete(wildcards):
    """Models that are run in this run, those included that it makes."""
    names = [*PROJECT.running_now, *new_models(wildcards)]
    return sorted(name for name in names if not models.failed(MODELS, name))


def everything_finished(wildcards):
    """The last check of an engine that works elsewhere."""
    return [f"{PROJECT.results}/complete.json"] if PROJECT.engine.submits else []


def submitted(wildcards):
    """The submit job that fills the store with a folder's results, if the engine works elsewhere."""
    if not PROJECT.engine.submits:
        return []
    number = PROJECT.submissions.round(wildcards.model, wildcards.folder)
    return f"{PROJECT.results}/submitted/{number}/{wildcards.model}.json"


def share_of_cores(model):
    """Cores for a folder: where there are fewer folders than cores, the recordings of each share what is left.

    On a cluster it is one (or what set-threads says): a job there must not reckon otherwise than the run that sent it.
    """
    return PROJECT.threads(model, workflow.cores or 1) if workflow.local_exec else 1


def constraint(names):
    """A wildcard constraint: one of these names."""
    return "|".join(name.replace(".", r"\.") for name in names)


def model_file(wildcards):
    """The file that marks a trained model as finished; frozen, so its age means nothing."""
    return [] if wildcards.model == PROJECT.engine.name else ancient(f"{MODELS}/{wildcards.model}/model.json")


def baseline_table(wildcards):
    """Normalized texts of the baseline on the same folder, unless this is the baseline."""
    if wildcards.model == PROJECT.baseline or wildcards.folder not in PROJECT.folders_of(PROJECT.baseline):
        return []
    return f"{PROJECT.results}/runs/{PROJECT.baseline}/{wildcards.folder}/normalized.tsv"


def learns():
    """Whether the generation that is due learns from missed words."""
    return PROJECT.learns(forced=forced())
