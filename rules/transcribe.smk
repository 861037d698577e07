# Needs: <results>/inputs/{folder}.json (written when the run starts), a finished model.
# Makes: <results>/runs/{model}/{folder}/transcript.json from the store, which is filled where it has nothing yet: by
# `submit`, one job for each model, if the engine works elsewhere; else by `transcribe` itself; and for imported-... by
# scripts/import_transcripts.py, called by hand.
#
# Results may have cost money, so neither the age of the code counts here nor that of the audio, only its content.


rule preflight:
    output:
        "<results>/submitted/{round}/preflight.json",
    log:
        "<results>/logs/preflight/{round}.log",
    conda:
        "../environment.yml"
    params:
        results=results_folder,
    message:
        "Looking at the AWS account"
    shell:
        'python "$CLM_SCRIPTS/preflight.py"' " --results {params.results:q} --output {output:q} 2> {log:q}"


rule submit:
    input:
        index=ancient("<results>/inputs.json"),
        preflight="<results>/submitted/{round}/preflight.json",
        model=model_file,
    output:
        "<results>/submitted/{round}/{model}.json",
    log:
        "<results>/logs/submit/{round}/{model}.log",
    wildcard_constraints:
        model=constraint(PROJECT.running),
    priority: 10
    conda:
        "../environment.yml"
    resources:
        # Not a parameter: how many models are submitted at the same time is no reason to do it again.
        quota_percent=lambda w: int(100 * PROJECT.submissions.share),
    params:
        results=results_folder,
    message:
        "Submitting recordings to {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/submit.py"'
        " --results {params.results:q}"
        " --index {input.index:q}"
        " --model {wildcards.model:q}"
        " --quota-percent {resources.quota_percent}"
        " --output {output:q}"
        " 2> {log:q}"


rule transcribe:
    input:
        manifest=ancient("<results>/inputs/{folder}.json"),
        model=model_file,
        submitted=submitted,
    output:
        "<results>/runs/{model}/{folder}/transcript.json",
    log:
        "<results>/logs/transcribe/{model}/{folder}.log",
    wildcard_constraints:
        model=constraint(PROJECT.running),
    conda:
        "../environment.yml"
    threads: lambda w: share_of_cores(w.model)
    params:
        results=results_folder,
        # Raised by hand if what is stored ever has to be made anew.
        recipe=1,
        audio=lambda w: PROJECT.data.audio_digest(w.folder),
        model=lambda w: PROJECT.model_digest(w.model),
        settings=json.dumps(PROJECT.engine.transcription_settings(), sort_keys=True),
        attempt=lambda w: PROJECT.attempt(w.folder),
    message:
        "Transcribing {wildcards.folder} with {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/transcribe.py"'
        " --manifest {input.manifest:q}"
        " --results {params.results:q}"
        " --model {wildcards.model:q}"
        " --repeats {params.attempt[repeats]}"
        " --retries {params.attempt[retries]}"
        " --output {output:q}"
        " 2> {log:q}"


rule complete:
    input:
        leaderboard="<results>/leaderboard.csv",
        summaries=lambda w: summaries(to_complete(w)),
    output:
        "<results>/complete.json",
    log:
        "<results>/logs/complete/complete.log",
    conda:
        "../environment.yml"
    params:
        results=results_folder,
        models=lambda w, input: [Path(summary).stem for summary in input.summaries],
    message:
        "Checking that everything is finished"
    shell:
        'python "$CLM_SCRIPTS/complete.py"'
        " --results {params.results:q}"
        " --output {output:q}"
        " --models {params.models:q}"
        " 2> {log:q}"


rule import_transcripts:
    input:
        stored=ancient("<results>/store/imported/{name}/{folder}.json"),
        manifest="<results>/inputs/{folder}.json",
        code="<results>/inputs/programs/import_transcripts.json",
    output:
        "<results>/runs/imported-{name}/{folder}/transcript.json",
    log:
        "<results>/logs/import_transcripts/{name}/{folder}.log",
    wildcard_constraints:
        name="[^/]+",
    conda:
        "../environment.yml"
    params:
        code=PROJECT.code["import_transcripts"],
        stored=lambda w: PROJECT.imported_digest(f"imported-{w.name}", w.folder),
    message:
        "Taking over {wildcards.folder} ({wildcards.name})"
    shell:
        'python "$CLM_SCRIPTS/import_transcripts.py"'
        " --stored {input.stored:q}"
        " --manifest {input.manifest:q}"
        " --output {output:q}"
        " 2> {log:q}"
