# Does a custom language model (CLM) make the recogniser better on your audio? The flow, in order:
# transcribe -> normalize -> wer -> summarize -> heal -> corpora -> train_clm -> the same for the new model
# -> leaderboard -> report; train_control makes a model in the same way from text that has nothing to say
import copy
import logging

from snakemake.utils import min_version

min_version("9.27")

# On a full disk Snakemake's log cannot be written either: a traceback about that must not hide the message.
logging.raiseExceptions = False


# The folder of this file, also when another workflow uses it as a module.
CHECKOUT = workflow.current_basedir.get_path_or_uri(secret_free=True)
# The user's changes; they are merged into the defaults section by section (clm/config.py), unlike a configfile.
user_config = copy.deepcopy(dict(config))


configfile: f"{CHECKOUT}/config/config.yaml"


include: "rules/run.smk"
include: "rules/common.smk"


pathvars:
    results=RESULTS,


wildcard_constraints:
    folder="[^/]+",
    model="[^/]+",
    round="[0-9]+",


include: "rules/transcribe.smk"
include: "rules/score.smk"
include: "rules/corpus.smk"
include: "rules/train.smk"
include: "rules/leaderboard.smk"
include: "rules/report.smk"


# On a cluster these run where Snakemake runs: they decide, need the network, or read all results once.
localrules:
    all,
    complete,
    diagnose,
    heal,
    import_transcripts,
    keyword_corpus,
    leaderboard,
    leakage,
    missed_word_corpus,
    preflight,
    report,
    submit,
    summarize,
    train_vocabulary,


# With a remote engine these wait for it, or read the store.
if ENGINE.submits:

    localrules:
        train_clm,
        train_control,
        transcribe,


rule all:
    default_target: True
    input:
        "<results>/leaderboard.csv",
        "<results>/report.html",
        leakage_checks,
        new_generation,
        new_vocabulary,
        new_controls,
        everything_finished,


onstart:
    begin()


onsuccess:
    end()


onerror:
    fail(log)
