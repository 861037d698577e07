# Needs: <results>/inputs/{folder}.json (written when the run starts), a finished model.
# Makes: <results>/runs/{model}/{folder}/transcript.json from the store, which is filled where it has nothing yet: by
# `submit`, one job for each model, if the engine is remote; else by `transcribe` itself; and for imported-... by
# scripts/import_transcripts.py, called by hand.
#
# Results may have cost money, so neither the age of the code counts here nor that of the audio, only its content.


rule preflight:
    input:
        settings=settings_file,
        index=index_file,
    output:
        "<results>/submitted/{round}/preflight.json",
    log:
        "<results>/logs/preflight/{round}.log",
    conda:
        "../environment.yml"
    params:
        models=directory_of("models"),
    message:
        "Checking the AWS account"
    shell:
        'python "$CLM_SCRIPTS/preflight.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --models {params.models:q}"
        " --output {output:q}"
        " 2> {log:q}"


rule submit:
    input:
        settings=settings_file,
        index=index_file,
        preflight="<results>/submitted/{round}/preflight.json",
        model=model_files,
    output:
        "<results>/submitted/{round}/{model}.json",
    log:
        "<results>/logs/submit/{round}/{model}.log",
    wildcard_constraints:
        model=constraint((*DECIDED.running, *DECIDED.making)),
    priority: 10
    conda:
        "../environment.yml"
    resources:
        # Not a parameter: the number of models that are submitted at the same time is not a reason to submit again.
        quota_percent=lambda w: int(100 * DECIDED.submissions.share),
    params:
        store=directory_of("store"),
    message:
        "Submitting recordings to {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/submit.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --store {params.store:q}"
        " --model {wildcards.model:q}"
        " --model-files {input.model:q}"
        " --quota-percent {resources.quota_percent}"
        " --output {output:q}"
        " 2> {log:q}"


rule transcribe:
    input:
        settings=settings_file,
        manifest=manifest_of_any_age,
        model=model_files,
        submitted=submitted,
        stock=stock_transcript,
    output:
        "<results>/runs/{model}/{folder}/transcript.json",
    log:
        "<results>/logs/transcribe/{model}/{folder}.log",
    wildcard_constraints:
        model=constraint((*DECIDED.running, *DECIDED.making)),
    conda:
        "../environment.yml"
    threads: lambda w: share_of_cores(w.model)
    params:
        store=directory_of("store"),
        # Raised by hand if stored results ever have to be made again.
        recipe=1,
        audio=lambda w: DECIDED.folders[w.folder].audio,
        model=lambda w: model_digest(w.model),
        settings=json.dumps(ENGINE.transcription_settings(), sort_keys=True),
        attempt=lambda w: attempt(w.folder),
    message:
        "Transcribing {wildcards.folder} with {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/transcribe.py"'
        " --settings {input.settings:q}"
        " --manifest {input.manifest:q}"
        " --store {params.store:q}"
        " --model {wildcards.model:q}"
        " --model-files {input.model:q}"
        " --repeats {params.attempt[repeats]}"
        " --retries {params.attempt[retries]}"
        " --output {output:q}"
        " 2> {log:q}"


rule complete:
    input:
        leaderboard="<results>/leaderboard.csv",
        summaries=lambda w: per_model("summaries", to_complete(w)),
        unfinished=unfinished_models,
    output:
        "<results>/complete.json",
    log:
        "<results>/logs/complete/complete.log",
    conda:
        "../environment.yml"
    params:
        store=directory_of("store"),
        engine=ENGINE.name,
        models=lambda w, input: [Path(summary).stem for summary in input.summaries],
    message:
        "Checking that everything is finished"
    shell:
        'python "$CLM_SCRIPTS/complete.py"'
        " --store {params.store:q}"
        " --engine {params.engine:q}"
        " --models {params.models:q}"
        " --unfinished {input.unfinished:q}"
        " --output {output:q}"
        " 2> {log:q}"


rule import_transcripts:
    input:
        stored=ancient("<results>/store/imported/{name}/{folder}.json"),
        manifest=manifest,
        code=code_of("import_transcripts"),
    output:
        "<results>/runs/imported-{name}/{folder}/transcript.json",
    log:
        "<results>/logs/import_transcripts/{name}/{folder}.log",
    wildcard_constraints:
        name="[^/]+",
    conda:
        "../environment.yml"
    params:
        code=DECIDED.code["import_transcripts"],
        stored=lambda w: DECIDED.imported[f"imported-{w.name}"][w.folder],
    message:
        "Importing {wildcards.folder} ({wildcards.name})"
    shell:
        'python "$CLM_SCRIPTS/import_transcripts.py"'
        " --stored {input.stored:q}"
        " --manifest {input.manifest:q}"
        " --output {output:q}"
        " 2> {log:q}"
