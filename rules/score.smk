# Needs: transcripts, references (through <results>/inputs/{folder}.json), the baseline's normalized texts.
# Makes: <results>/runs/{model}/{folder}/{normalized.tsv,wer.json}, <results>/summaries/{model}.json,
# <results>/diagnosis/{model}.json (keywords, and findings) and <results>/leakage/{model}.json (references
# that the model's corpus holds).


rule normalize:
    input:
        manifest=manifest,
        transcript="<results>/runs/{model}/{folder}/transcript.json",
        code=code_of("normalize"),
    output:
        "<results>/runs/{model}/{folder}/normalized.tsv",
    log:
        "<results>/logs/normalize/{model}/{folder}.log",
    conda:
        "../environment.yml"
    params:
        code=DECIDED.code["normalize"],
        recordings=lambda w: [DECIDED.folders[w.folder].text, DECIDED.folders[w.folder].audio],
        normalizer=DECIDED.normalizer,
        equivalents=f"--equivalents={DECIDED.normalizer['equivalents']}" if DECIDED.normalizer["equivalents"] else "",
        language=DECIDED.settings.language,
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
        code=code_of("wer"),
    output:
        "<results>/runs/{model}/{folder}/wer.json",
    log:
        "<results>/logs/wer/{model}/{folder}.log",
    conda:
        "../environment.yml"
    params:
        code=DECIDED.code["wer"],
        normalizer=DECIDED.normalizer,
        language=DECIDED.settings.language,
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
        index=index_file,
        scores=of_folders("wer.json"),
        code=code_of("summarize"),
    output:
        "<results>/summaries/{model}.json",
    log:
        "<results>/logs/summarize/{model}.log",
    conda:
        "../environment.yml"
    params:
        code=DECIDED.code["summarize"],
        runs=lambda w: f"{DECIDED.results}/runs/{w.model}",
    message:
        "Summarizing {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/summarize.py"'
        " --index {input.index:q} --runs {params.runs:q} --output {output:q} 2> {log:q}"


rule diagnose:
    input:
        settings=settings_file,
        index=index_file,
        scores=of_folders("wer.json"),
        normalized=of_folders("normalized.tsv"),
        transcripts=of_folders("transcript.json"),
        corpora=corpora,
        code=code_of("diagnose"),
    output:
        "<results>/diagnosis/{model}.json",
    log:
        "<results>/logs/diagnose/{model}.log",
    conda:
        "../environment.yml"
    params:
        code=DECIDED.code["diagnose"],
        runs=lambda w: f"{DECIDED.results}/runs/{w.model}",
        keywords=DECIDED.keywords_digest,
    message:
        "Diagnosing {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/diagnose.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --runs {params.runs:q}"
        " --corpora {input.corpora:q}"
        " --output {output:q}"
        " 2> {log:q}"


rule leakage:
    input:
        index=index_file,
        model=lambda w: descriptions([w.model]),
        corpora=corpora,
        code=code_of("leakage"),
    output:
        "<results>/leakage/{model}.json",
    log:
        "<results>/logs/leakage/{model}.log",
    conda:
        "../environment.yml"
    params:
        code=DECIDED.code["leakage"],
        references=DECIDED.references_digest,
    message:
        "Looking for the references in the corpus of {wildcards.model}"
    shell:
        'python "$CLM_SCRIPTS/leakage.py"'
        " --index {input.index:q}"
        " --model {wildcards.model:q}"
        " --model-file {input.model:q}"
        " --corpora {input.corpora:q}"
        " --output {output:q}"
        " 2> {log:q}"
