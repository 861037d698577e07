# Needs: transcripts, references (through <results>/inputs/{folder}.json), the baseline's normalized texts.
# Makes: <results>/runs/{model}/{folder}/{normalized.tsv,wer.json}, <results>/summaries/{model}.json,
# <results>/diagnosis/{model}.json (keywords, and what is wrong in words) and <results>/leakage/{model}.json (references
# that the model's corpus holds).


rule normalize:
    input:
        # Written anew only if a reference or a recording changed.
        manifest="<results>/inputs/{folder}.json",
        transcript="<results>/runs/{model}/{folder}/transcript.json",
        code="<results>/inputs/programs/normalize.json",
    output:
        "<results>/runs/{model}/{folder}/normalized.tsv",
    log:
        "<results>/logs/normalize/{model}/{folder}.log",
    conda:
        "../environment.yml"
    params:
        code=PROJECT.code["normalize"],
        recordings=lambda w: [PROJECT.data.text_digest(w.folder), PROJECT.data.audio_digest(w.folder)],
        normalizer=PROJECT.normalizer,
        equivalents=f"--equivalents={PROJECT.normalizer['equivalents']}" if PROJECT.normalizer["equivalents"] else "",
        language=PROJECT.config["language"],
    message:
        "Normalizing {wildcards.folder} ({wildcards.model})"
    shell:
        'python "$CLM_SCRIPTS/normalize.py"'
        " --manifest {input.manifest:q}"
        " --transcript {input.transcript:q}"
        " --profile {params.normalizer[profile]}"
        " --without {params.normalizer[without]}"
        " {params.equivalents:q}"
        " --language {params.language:q}"
        " --output {output:q}"
        " 2> {log:q}"


rule wer:
    input:
        normalized="<results>/runs/{model}/{folder}/normalized.tsv",
        transcript="<results>/runs/{model}/{folder}/transcript.json",
        baseline=baseline_table,
        code="<results>/inputs/programs/wer.json",
    output:
        "<results>/runs/{model}/{folder}/wer.json",
    log:
        "<results>/logs/wer/{model}/{folder}.log",
    conda:
        "../environment.yml"
    params:
        code=PROJECT.code["wer"],
        normalizer=PROJECT.normalizer,
        language=PROJECT.config["language"],
    message:
        "Scoring {wildcards.folder} ({wildcards.model})"
    shell:
        'python "$CLM_SCRIPTS/wer.py"'
        " --normalized {input.normalized:q}"
        " --transcript {input.transcript:q}"
        " --profile {params.normalizer[profile]}"
        " --without {params.normalizer[without]}"
        " --equivalents={params.normalizer[digest]}"
        " --language {params.language:q}"
        " --baseline {input.baseline:q}"
        " --output {output:q}"
        " 2> {log:q}"


rule summarize:
    input:
        index=ancient("<results>/inputs.json"),
        scores=scores,
        code="<results>/inputs/programs/summarize.json",
    output:
        "<results>/summaries/{model}.json",
    log:
        "<results>/logs/summarize/{model}.log",
    conda:
        "../environment.yml"
    params:
        code=PROJECT.code["summarize"],
        runs=lambda w: f"{PROJECT.results}/runs/{w.model}",
    message:
        "Summarizing {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/summarize.py"'
        " --index {input.index:q} --runs {params.runs:q} --output {output:q} 2> {log:q}"


rule diagnose:
    input:
        index=ancient("<results>/inputs.json"),
        scores=scores,
        transcripts=transcripts,
        code="<results>/inputs/programs/diagnose.json",
    output:
        "<results>/diagnosis/{model}.json",
    log:
        "<results>/logs/diagnose/{model}.log",
    conda:
        "../environment.yml"
    params:
        code=PROJECT.code["diagnose"],
        results=results_folder,
        keywords=PROJECT.data.keywords_digest,
    message:
        "Diagnosing {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/diagnose.py"'
        " --results {params.results:q}"
        " --index {input.index:q}"
        " --model {wildcards.model:q}"
        " --output {output:q}"
        " 2> {log:q}"


rule leakage:
    input:
        index=ancient("<results>/inputs.json"),
        model=model_file,
        code="<results>/inputs/programs/leakage.json",
    output:
        "<results>/leakage/{model}.json",
    log:
        "<results>/logs/leakage/{model}.log",
    conda:
        "../environment.yml"
    params:
        code=PROJECT.code["leakage"],
        results=results_folder,
        references=PROJECT.data.references_digest,
    message:
        "Looking for the references in the corpus of {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/leakage.py"'
        " --results {params.results:q}"
        " --index {input.index:q}"
        " --model {wildcards.model:q}"
        " --output {output:q}"
        " 2> {log:q}"
