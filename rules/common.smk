# Functions and constants of the rules; no rules here.
import json
import os
import sys
from pathlib import Path

SCRIPTS = os.path.join(workflow.basedir, "scripts")
if SCRIPTS not in sys.path:
    sys.path.insert(0, SCRIPTS)
from clm import files, interpreter
from clm.config import load as load_config
from clm.errors import UserError
from clm.project import Project

interpreter.put_first_on_path()


def load_project():
    """Read configuration and inputs; what is wrong with them ends the run with a message."""
    try:
        settings = load_config(user_config, Path(workflow.basedir), Path.cwd())
        project = Project(settings, cache=Path(".snakemake/clm-digests.json"))
        if workflow.is_main_process:
            project.prepare()
            for note in project.notes():
                logger.warning(note)
    except UserError as error:
        raise WorkflowError(str(error)) from None
    return project


PROJECT = load_project()
NEXT = PROJECT.next
MODELS = PROJECT.results / "models"


def save_config():
    """Keep the merged configuration beside the results; jobs read it there."""
    import yaml

    files.write_text(
        PROJECT.results / "config.yaml", yaml.safe_dump(PROJECT.config, allow_unicode=True, sort_keys=True)
    )


def script(name):
    """Path of a script, for the rules that may run again when it changes."""
    return os.path.relpath(os.path.join(SCRIPTS, name))


def library(*names):
    """Paths of library modules that such a rule depends on."""
    return [script(f"clm/{name}.py") for name in names]


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


def new_generation(wildcards):
    """Plan and outcome of the generation that is due; a checkpoint that is merely missing would not run."""
    if not due():
        return []
    plan = checkpoints.heal.get().output.plan
    return [plan, f"{MODELS}/{NEXT}/training.json"] if files.read_json(Path(plan))["train"] else [plan]


def trained(wildcards):
    """The new generation in a list, or nothing: known once heal has planned and train_clm has decided."""
    if not due():
        return []
    if not files.read_json(Path(checkpoints.heal.get().output.plan))["train"]:
        return []
    outcome = files.read_json(Path(checkpoints.train_clm.get().output.outcome))
    return [NEXT] if outcome["trained"] else []


def all_models(wildcards):
    """Models of the leaderboard: those there are, and the new one."""
    return PROJECT.models + trained(wildcards)


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
    history = PROJECT.history
    return bool(forced() or PROJECT.config["self_heal"] or (history.pending and history.plan["learn"]))
