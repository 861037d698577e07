# Needs: <results>/inputs/{folder}.json (written when the run starts), a finished model.
# Makes: <results>/runs/{model}/{folder}/transcript.json from the store, which is filled where it has nothing yet.
#
# Results may have cost money, so neither the age of the code counts here nor that of the audio, only its content.


rule transcribe:
    input:
        manifest=ancient("<results>/inputs/{folder}.json"),
        model=model_file,
        code=ancient(script("transcribe.py")),
    output:
        "<results>/runs/{model}/{folder}/transcript.json",
    log:
        "<results>/logs/transcribe/{model}/{folder}.log",
    wildcard_constraints:
        model="|".join(PROJECT.running),
    conda:
        "../environment.yml"
    params:
        results=results_folder,
        # Raised by hand if what is stored ever has to be made anew.
        recipe=1,
        audio=lambda w: PROJECT.audio_digest(w.folder),
        model=lambda w: PROJECT.model_digest(w.model),
        settings=json.dumps(PROJECT.engine.transcription_settings(), sort_keys=True),
        attempt=lambda w: PROJECT.attempt(w.model, w.folder),
    message:
        "Transcribing {wildcards.folder} with {wildcards.model}"
    shell:
        "python {input.code:q}"
        " --manifest {input.manifest:q}"
        " --results {params.results:q}"
        " --model {wildcards.model:q}"
        " --repeats {params.attempt[repeats]}"
        " --retries {params.attempt[retries]}"
        " --output {output:q}"
        " 2> {log:q}"
