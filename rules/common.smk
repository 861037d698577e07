# Functions of the rules; no rules here. What this run has decided comes from run.smk.
import json

NEXT = DECIDED.next
NEXT_VOCABULARY = DECIDED.next_vocabulary
NEXT_CONTROL = DECIDED.next_control
MODELS = DECIDED.results / "models"
ENGINE = engines.create(DECIDED.settings)
BASELINE_FOLDERS = frozenset(DECIDED.folders_of(DECIDED.baseline))


# -- files that the run itself writes -----------------------------------------------------------------------------


def written(name):
    """A file that the run writes before its first job if its content has changed; a dry run writes a preview."""
    previewed = preview() / name
    return local(str(previewed)) if not has_begun() and previewed.exists() else f"{RESULTS}/{name}"


def frozen(name):
    """Such a file, or a finished model's, whose age means nothing; in a dry run there may be none yet."""
    return ancient(f"{RESULTS}/{name}") if has_begun() or (DECIDED.results / name).exists() else []


def settings_file(wildcards):
    """The settings of this run."""
    return frozen(record.SETTINGS)


def index_file(wildcards):
    """All folders with their recordings."""
    return frozen(record.INDEX)


def manifest(wildcards):
    """The recordings of a folder, rewritten only if a recording or a reference has changed."""
    return written(f"inputs/{wildcards.folder}.json")


def manifest_of_any_age(wildcards):
    """The same for expensive jobs: only parameters decide whether they run again."""
    return frozen(f"inputs/{wildcards.folder}.json")


def code_of(program):
    """Digests of a cheap program's code at the start of the run: an input function."""
    return lambda wildcards: written(f"inputs/programs/{program}.json")


def directory_of(name):
    """A directory of the results, for programs that find files there by name: a parameter."""
    return lambda wildcards: f"{DECIDED.results}/{name}"


# -- files of the user --------------------------------------------------------------------------------------------


def own_file(path):
    """A file of the user, which stays where it is, or nothing; copies of texts from S3 are among the results."""
    if not path or path == FROM_REFERENCES:
        return []
    if Path(path).is_relative_to(DECIDED.results):
        return ancient(f"{RESULTS}/{Path(path).relative_to(DECIDED.results).as_posix()}")
    return ancient(local(path))


def compared_leaderboard(wildcards):
    """Leaderboard of the other results folder that the report shows beside this one, if it is there."""
    path = Path(DECIDED.settings.report.compare or "") / "leaderboard.csv"
    return local(str(path)) if DECIDED.settings.report.compare and path.exists() else []


# -- models -------------------------------------------------------------------------------------------------------


def model_files(wildcards):
    """The files of a finished model that transcription reads; none of the stock model."""
    if wildcards.model == ENGINE.name:
        return []
    return [frozen_model_file(wildcards.model, name) for name in ("model.json", *ENGINE.model_files)]


def frozen_model_file(model, name):
    """A file of a model; nothing retrains a finished one, so its age means nothing."""
    path = f"models/{model}/{name}"
    local_only = model in DECIDED.accounts or models.parts(model)
    return frozen(path) if local_only else ancient(f"{RESULTS}/{path}")


def descriptions(names):
    """model.json of these generations, vocabularies and models of the account."""
    return [frozen_model_file(name, "model.json") for name in names]


def records(names, *files):
    """The existing files among these of these models, which never change again."""
    found = (f"{model}/{name}" for model in names for name in files)
    return [ancient(f"{RESULTS}/models/{path}") for path in found if (MODELS / path).exists()]


def corpora(wildcards):
    """The texts that a model was trained and tuned with."""
    texts = sorted(path.name for path in (MODELS / wildcards.model / "corpus").glob("*.txt"))
    return records([wildcards.model], *(f"corpus/{name}" for name in texts))


@cache
def model_digest(model):
    """Digest of everything a model was made from; a number may have been given again after the models were deleted."""
    if model in DECIDED.model_digests:
        return DECIDED.model_digests[model]
    if not (MODELS / model / "model.json").exists():  # made on another machine
        sync.refresh()
        sync.fetch(MODELS / model / "model.json")
    return models.load(MODELS, model, ENGINE.name).digest


def folders_of(model):
    """Folders on which a model is judged; one whose training failed in this run is judged on none."""
    if model in DECIDED.making and models.failed(MODELS, model):
        return ()
    return DECIDED.folders_of(model)


def all_models(wildcards):
    """Models of the leaderboard: the existing ones, and those that this run makes."""
    return [*DECIDED.models, *new_models()]


def new_models():
    """Models that this run makes: known once heal has planned, and train_clm and train_vocabulary have decided."""
    names = []
    if state().due and made(checkpoints.heal.get().output.plan)["train"]:
        names += [NEXT] if made(checkpoints.train_clm.get().output.outcome)["trained"] else []
    if state().vocabulary_due:
        names += [NEXT_VOCABULARY] if made(checkpoints.train_vocabulary.get().output.outcome)["trained"] else []
    both = state().combination(name for name in names if not models.failed(MODELS, name))
    if both:
        models.write_combination(MODELS, both)
    finished = [
        name for name in due_controls() if made(checkpoints.train_control.get(control=name).output[0])["trained"]
    ]
    return names + ([both] if both else []) + finished


def due_controls():
    """Controls that this run makes: for existing generations, and for the new one if none serves it."""
    new = ""
    if len(new_generation(None)) > 1:
        outcome = made(checkpoints.train_clm.get().output.outcome)
        lacking = outcome["trained"] and not models.failed(MODELS, NEXT)
        new = DECIDED.control_due(outcome.get("words", 0)) if lacking else ""
    return [*DECIDED.due_controls, *([new] if new else [])]


def control_words(wildcards):
    """Number of words of the text of the generation that a control is made for."""
    known = DECIDED.due_controls
    return known.get(wildcards.control) or made(checkpoints.train_clm.get().output.outcome)["words"]


def of_generation(wildcards):
    """Outcome of the training of the new generation, if a control is for that one."""
    return [] if wildcards.control in DECIDED.due_controls else checkpoints.train_clm.get().output.outcome


def stock_transcript(wildcards):
    """The stock model's transcript, whose results in the store are also those of a model that equals it."""
    if wildcards.model == ENGINE.name or model_digest(wildcards.model) != STOCK:
        return []
    return f"{RESULTS}/runs/{ENGINE.name}/{wildcards.folder}/transcript.json"


def made(file):
    """Content of a checkpoint's output; opening it lets Snakemake fetch what another machine wrote."""
    with file.open():
        return files.read_json(Path(file))


# -- results of models --------------------------------------------------------------------------------------------


def per_model(kind, names):
    """Files of one kind that these models have, such as their diagnosis."""
    return [f"{RESULTS}/{kind}/{name}.json" for name in names]


def per_folder(name, model):
    """Files of this name, one for each folder of a model."""
    return [f"{RESULTS}/runs/{model}/{folder}/{name}" for folder in folders_of(model)]


def of_folders(name):
    """Such files of the model of a rule: an input function."""
    return lambda wildcards: per_folder(name, wildcards.model)


def of_models(kind):
    """Files of one kind of all models of the leaderboard: an input function."""
    return lambda wildcards: per_model(kind, all_models(wildcards))


def learned_from(name):
    """Files of this name from which a plan draws missed phrases, of all models that were run and all folders."""
    return lambda wildcards: [path for model in [ENGINE.name, *DECIDED.finished] for path in per_folder(name, model)]


def baseline_table(wildcards):
    """Normalized texts of the baseline on the same folder, unless this is the baseline."""
    if wildcards.model == DECIDED.baseline or wildcards.folder not in BASELINE_FOLDERS:
        return []
    return f"{RESULTS}/runs/{DECIDED.baseline}/{wildcards.folder}/normalized.tsv"


# -- what is due --------------------------------------------------------------------------------------------------


def leakage_checks(wildcards):
    """Leakage checks of the corpora of trained models."""
    return per_model("leakage", [name for name in all_models(wildcards) if name in DECIDED.trained or name == NEXT])


def new_generation(wildcards):
    """Plan and outcome of the generation that is due; a checkpoint that is merely missing would not run."""
    if not state().due:
        return []
    plan = checkpoints.heal.get().output.plan
    return [plan, f"{RESULTS}/models/{NEXT}/training.json"] if made(plan)["train"] else [plan]


def new_vocabulary(wildcards):
    """Outcome of the custom vocabulary that is due."""
    return [f"{RESULTS}/models/{NEXT_VOCABULARY}/training.json"] if state().vocabulary_due else []


def new_controls(wildcards):
    """Outcomes of the controls that are due."""
    return [f"{RESULTS}/models/{name}/training.json" for name in due_controls()]


def latest_plan(wildcards):
    """The plan whose words a custom vocabulary is made from: that of this run, else the one before."""
    if state().due:
        return checkpoints.heal.get().output.plan
    return ancient(f"{RESULTS}/{DECIDED.latest_plan}")


# -- remote engines -----------------------------------------------------------------------------------------------


def submitted(wildcards):
    """The submit job that fills the store with a folder's results, if the engine is remote."""
    if DECIDED.submissions is None:
        return []
    number = DECIDED.submissions.round(wildcards.model, wildcards.folder)
    return f"{RESULTS}/submitted/{number}/{wildcards.model}.json"


def to_complete(wildcards):
    """Models that this run applies to recordings, including those that it makes."""
    names = [*DECIDED.running, *new_models()]
    return sorted(name for name in names if not models.failed(MODELS, name))


def unfinished_models(wildcards):
    """Training outcomes of models that this run tried to make and the next one continues."""
    tried = []
    if len(new_generation(wildcards)) > 1:
        tried.append(checkpoints.train_clm.get().output.outcome)
    if state().vocabulary_due:
        tried.append(checkpoints.train_vocabulary.get().output.outcome)
    tried += [checkpoints.train_control.get(control=name).output.outcome for name in due_controls()]
    return [path for path in tried if made(path).get("unfinished")]


def everything_finished(wildcards):
    """The last check of a remote engine."""
    return [] if DECIDED.submissions is None else [f"{RESULTS}/complete.json"]


# -- jobs ---------------------------------------------------------------------------------------------------------


def share_of_cores(model):
    """Cores for a folder: where there are fewer folders than cores, the recordings of each share the others.

    On a cluster it is one (or what set-threads says): a job there must compute the same number as the run that sent it.
    """
    if DECIDED.submissions is not None or not workflow.local_exec:
        return 1
    return max(1, (workflow.cores or 1) // max(DECIDED.unfinished.get(model, 0), 1))


def constraint(names):
    """A wildcard constraint: one of these names."""
    return "|".join(name.replace(".", r"\.").replace("+", r"\+") for name in names)


def attempt(folder):
    """Number of requested repetitions and retries of a folder."""
    return DECIDED.folders[folder].attempt
