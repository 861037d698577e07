# Needs: transcripts, references (through <results>/inputs/{folder}.json), the baseline's normalized texts.
# Makes: <results>/runs/{model}/{folder}/{normalized.tsv,wer.json} and <results>/summaries/{model}.json.


rule normalize:
    input:
        # Written anew only if a reference or a recording changed.
        manifest="<results>/inputs/{folder}.json",
        transcript="<results>/runs/{model}/{folder}/transcript.json",
        code=script("normalize.py"),
        library=library("normalize", "inputs", "files"),
    output:
        "<results>/runs/{model}/{folder}/normalized.tsv",
    log:
        "<results>/logs/normalize/{model}/{folder}.log",
    conda:
        "../environment.yml"
    params:
        references=lambda w: PROJECT.text_digest(w.folder),
        audio=lambda w: PROJECT.audio_digest(w.folder),
        profile=PROJECT.config["normalizer"]["profile"],
        language=PROJECT.config["language"],
    message:
        "Normalizing {wildcards.folder} ({wildcards.model})"
    shell:
        "python {input.code:q}"
        " --manifest {input.manifest:q}"
        " --transcript {input.transcript:q}"
        " --profile {params.profile:q}"
        " --language {params.language:q}"
        " --output {output:q}"
        " 2> {log:q}"


rule wer:
    input:
        normalized="<results>/runs/{model}/{folder}/normalized.tsv",
        transcript="<results>/runs/{model}/{folder}/transcript.json",
        baseline=baseline_table,
        code=script("wer.py"),
        library=library("scoring", "files"),
    output:
        "<results>/runs/{model}/{folder}/wer.json",
    log:
        "<results>/logs/wer/{model}/{folder}.log",
    conda:
        "../environment.yml"
    params:
        profile=PROJECT.config["normalizer"]["profile"],
        baseline=lambda w, input: f"--baseline={input.baseline}" if input.baseline else "",
    message:
        "Scoring {wildcards.folder} ({wildcards.model})"
    shell:
        "python {input.code:q}"
        " --normalized {input.normalized:q}"
        " --transcript {input.transcript:q}"
        " --profile {params.profile:q}"
        " {params.baseline:q}"
        " --output {output:q}"
        " 2> {log:q}"


rule summarize:
    input:
        index=ancient("<results>/inputs.json"),
        scores=lambda w: [f"{PROJECT.run(w.model, folder)}/wer.json" for folder in PROJECT.folders_of(w.model)],
        code=script("summarize.py"),
        library=library("files"),
    output:
        "<results>/summaries/{model}.json",
    log:
        "<results>/logs/summarize/{model}.log",
    conda:
        "../environment.yml"
    params:
        runs=lambda w: f"{PROJECT.results}/runs/{w.model}",
    message:
        "Summarizing {wildcards.model}"
    shell:
        "python {input.code:q} --index {input.index:q} --runs {params.runs:q} --output {output:q} 2> {log:q}"
