# Functions and constants of the rules; no rules here.
import gc
import json
import os
import shlex
import sys
from pathlib import Path

SCRIPTS = os.path.join(workflow.basedir, "scripts")
if SCRIPTS not in sys.path:
    sys.path.insert(0, SCRIPTS)
from clm import aftermath, decided, elsewhere, files, healing, interpreter, lock, models, notices
from clm.config import export_private, keep
from clm.config import load as load_config
from clm.errors import UserError
from clm.project import Project

interpreter.put_first_on_path()
# With thousands of jobs Snakemake holds millions of objects, none of which is garbage: Python would go through all of
# them again and again while they are made.
gc.set_threshold(50_000, 50, 100)

PROGRAMS = os.path.relpath(SCRIPTS)


def load_project():
    """Read configuration and inputs; what is wrong with them ends the run with a message.

    Gives the project, the results folder as rules name it, and the bucket that holds it if results are kept in one. With
    a bucket, the project's own results folder is that of the copies on this machine.
    """
    provider = workflow.storage_registry.default_storage_provider
    prefix = workflow.storage_settings.default_storage_prefix
    try:
        if not workflow.is_main_process:
            named = elsewhere.relative_results(config["results"])
            shared = elsewhere.bucket(provider, prefix, named)
            return elsewhere.decided_project(shared, named), named, shared
        settings = load_config(user_config, Path(workflow.basedir), Path.cwd())
        named = settings["results"]
        shared = elsewhere.bucket(provider, prefix, named)
        if shared:
            elsewhere.check_keeps(workflow.storage_settings.keep_storage_local)
            settings["results"] = shared.folder
        looked_at = hold(Path(settings["results"]))
        if shared and not looked_at:
            elsewhere.align(shared, PROGRAMS)
        project = Project(settings, cache=Path(".snakemake/clm-digests.json"))
        if not looked_at:
            project.prepare()
        if shared:
            elsewhere.check_names(project.folders)
            if not looked_at:
                shared.mirror().push_new()
        export_private(settings)
        for note in notices.notes(project):
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
            elsewhere.check_inputs(PROJECT.config)
        keep(PROJECT.config, PROJECT.results)
        decided.write(PROJECT, forced=forced())
        PROJECT.record_requests(forced=forced())
        if BUCKET:
            elsewhere.offer(BUCKET, workflow.storage_registry.default_storage_provider, local=workflow.local_exec)
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
            elsewhere.keep(BUCKET, PROGRAMS)
    except UserError as error:
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
        shell("python {SCRIPTS:q}/show.py --results {PROJECT.results:q}")


def fail(logs):
    """The last lines after jobs have failed."""
    keep_rest()
    show(done=False)
    raise RunStopped(aftermath.describe(logs, PROJECT.results, BUCKET.address if BUCKET else ""))


def script(name):
    """Path of a script, for the rules that may run again when it changes."""
    return source(os.path.join(SCRIPTS, name))


def source(path):
    """A file of the checkout as an input; never in the bucket, and wherever jobs run (`local` would keep them here)."""
    path = os.path.relpath(path)
    return sourcecache_entry(path, path) if BUCKET else path


def python(name):
    """The beginning of a command that runs a script which is no input, since its rule runs for every folder."""
    return f"python {shlex.quote(os.path.join(PROGRAMS, name))}".replace("{", "{{").replace("}", "}}")


def library(*names):
    """Paths of library modules that such a rule depends on."""
    return [script(f"clm/{name}.py") for name in names]


def report_code():
    """Everything that the report is made by: its program, its modules and templates, and what they share with others."""
    found = sorted(Path(SCRIPTS, "clm", "report").rglob("*.*"))
    own = [source(path) for path in found if path.suffix in (".py", ".html", ".css", ".js")]
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
    return per_model("summaries", names)


def per_model(kind, names):
    """Files of one kind that these models have, such as their diagnosis."""
    return [f"{RESULTS}/{kind}/{name}.json" for name in names]


def scores(wildcards):
    """Scores of a model on all of its folders."""
    return [f"{RESULTS}/runs/{wildcards.model}/{name}/wer.json" for name in PROJECT.folders_of(wildcards.model)]


def keywords_file():
    """The file of keywords, which stays where it is, or nothing."""
    return ancient(local(PROJECT.config["keywords"])) if PROJECT.config["keywords"] else []


def made(file):
    """What a checkpoint wrote; opened first, which lets Snakemake fetch it if that was done elsewhere."""
    with file.open():
        return files.read_json(Path(file))


def leakage_checks(wildcards):
    """What is known of references in the corpora of trained models."""
    return per_model("leakage", [name for name in all_models(wildcards) if name in PROJECT.trained or name == NEXT])


def new_generation(wildcards):
    """Plan and outcome of the generation that is due; a checkpoint that is merely missing would not run."""
    if not due():
        return []
    plan = checkpoints.heal.get().output.plan
    return [plan, f"{RESULTS}/models/{NEXT}/training.json"] if made(plan)["train"] else [plan]


def new_vocabulary(wildcards):
    """Outcome of the custom vocabulary that is due."""
    return [f"{RESULTS}/models/{NEXT_VOCABULARY}/training.json"] if PROJECT.vocabulary_due(forced=forced()) else []


def latest_plan(wildcards):
    """The plan whose words a custom vocabulary is made from: that of this run, else the one before."""
    if due():
        return checkpoints.heal.get().output.plan
    return ancient(f"{RESULTS}/{PROJECT.latest_plan.relative_to(PROJECT.results)}")


def new_models(wildcards):
    """Models that this run makes: known once heal has planned, and train_clm and train_vocabulary have decided."""
    names = []
    if due() and made(checkpoints.heal.get().output.plan)["train"]:
        names += [NEXT] if made(checkpoints.train_clm.get().output.outcome)["trained"] else []
    if PROJECT.vocabulary_due(forced=forced()):
        names += [NEXT_VOCABULARY] if made(checkpoints.train_vocabulary.get().output.outcome)["trained"] else []
    return names


def all_models(wildcards):
    """Models of the leaderboard: those there are, and the new ones."""
    return PROJECT.models + new_models(wildcards)


def to_complete(wildcards):
    """Models that are run in this run, those included that it makes."""
    names = [*PROJECT.running_now, *new_models(wildcards)]
    return sorted(name for name in names if not models.failed(MODELS, name))


def everything_finished(wildcards):
    """The last check of an engine that works elsewhere."""
    return [f"{RESULTS}/complete.json"] if PROJECT.engine.submits else []


def submitted(wildcards):
    """The submit job that fills the store with a folder's results, if the engine works elsewhere."""
    if not PROJECT.engine.submits:
        return []
    number = PROJECT.submissions.round(wildcards.model, wildcards.folder)
    return f"{RESULTS}/submitted/{number}/{wildcards.model}.json"


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
    return [] if wildcards.model == PROJECT.engine.name else ancient(f"{RESULTS}/models/{wildcards.model}/model.json")


def baseline_table(wildcards):
    """Normalized texts of the baseline on the same folder, unless this is the baseline."""
    if wildcards.model == PROJECT.baseline or wildcards.folder not in BASELINE_FOLDERS:
        return []
    return f"{RESULTS}/runs/{PROJECT.baseline}/{wildcards.folder}/normalized.tsv"


def learns():
    """Whether the generation that is due learns from missed words."""
    return PROJECT.learns(forced=forced())
