# Functions of the rules; no rules here. The project and the modules that they ask come from run.smk.
import json


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
    return per_folder("wer.json", wildcards.model)


def transcripts(wildcards):
    """Transcripts of a model, of all of its folders."""
    return per_folder("transcript.json", wildcards.model)


def per_folder(name, model):
    """Files of this name, one for each folder of a model."""
    return [f"{RESULTS}/runs/{model}/{folder}/{name}" for folder in PROJECT.folders_of(model)]


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
