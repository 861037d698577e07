# Needs: <results>/inputs/{folder}.json (written when the run starts), a finished model.
# Makes: <results>/runs/{model}/{folder}/transcript.json from the store, which is filled where it has nothing yet.
#
# Results may have cost money, so this rule lists no code as input; audio counts by content (params), not by age.


rule transcribe:
    input:
        manifest=ancient("<results>/inputs/{folder}.json"),
        model=model_file,
    output:
        "<results>/runs/{model}/{folder}/transcript.json",
    log:
        "<results>/logs/transcribe/{model}/{folder}.log",
    wildcard_constraints:
        model="|".join(PROJECT.running),
    conda:
        "../environment.yml"
    params:
        # Raised by hand if what is stored ever has to be made anew.
        recipe=1,
        audio=lambda w: PROJECT.audio_digest(w.folder),
        settings=json.dumps(PROJECT.engine.transcription_settings(), sort_keys=True),
        attempt=lambda w: PROJECT.attempt(w.model, w.folder),
    message:
        "Transcribing {wildcards.folder} with {wildcards.model}"
    shell:
        "python {SCRIPTS:q}/transcribe.py"
        " --manifest {input.manifest:q}"
        " --config {CONFIG_FILE:q}"
        " --model {wildcards.model:q}"
        " --models {MODELS:q}"
        " --store {PROJECT.results:q}/store"
        " --repeats {params.attempt[repeats]}"
        " --retries {params.attempt[retries]}"
        " --output {output:q}"
        " 2> {log:q}"
