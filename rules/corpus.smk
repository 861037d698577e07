# Needs: summaries of the finished models; keywords; articles from the source that the configuration names.
# Makes: the plan of the next generation (checkpoint heal) and the text about keywords and missed words.


checkpoint heal:
    input:
        index=ancient("<results>/inputs.json"),
        summaries=summaries([PROJECT.engine.name, *PROJECT.finished]),
    output:
        plan=f"<results>/models/{NEXT}/plan.json",
        words=f"<results>/models/{NEXT}/missed_words.txt",
    log:
        f"<results>/logs/heal/{NEXT}.log",
    conda:
        "../environment.yml"
    params:
        results=results_folder,
        model=NEXT,
        learn=lambda w: "yes" if learns() else "no",
        reason=lambda w: due() or "heal was forced",
        training_inputs=json.dumps(PROJECT.training_inputs, sort_keys=True),
        heldout=PROJECT.config["evaluation"]["heldout"],
        corpus=json.dumps(corpus_settings(PROJECT.config), sort_keys=True),
    message:
        f"Planning {NEXT}"
    shell:
        'python "$CLM_SCRIPTS/heal.py"'
        " --results {params.results:q}"
        " --index {input.index:q}"
        " --summaries {input.summaries:q}"
        " --model {params.model:q}"
        " --learn {params.learn}"
        " --reason {params.reason:q}"
        " --training-inputs {params.training_inputs:q}"
        " --plan {output.plan:q}"
        " --missed-words {output.words:q}"
        " 2> {log:q}"


rule keyword_corpus:
    input:
        keywords=keywords_file(),
    output:
        text="<results>/corpus/keywords/corpus.txt",
        status="<results>/corpus/keywords/status.csv",
        sources="<results>/corpus/keywords/sources.tsv",
    log:
        f"<results>/logs/keyword_corpus/{NEXT}.log",
    conda:
        "../environment.yml"
    params:
        results=results_folder,
        keywords=PROJECT.training_inputs["keywords"],
        # Articles may have changed since the last generation; what was fetched is in the cache.
        generation=NEXT,
        corpus=PROJECT.config["corpus"],
        attempt=PROJECT.history.attempt,
    message:
        "Collecting text about the keywords"
    shell:
        'python "$CLM_SCRIPTS/keyword_corpus.py"'
        " --results {params.results:q}"
        " --keywords {input.keywords:q}"
        " --text {output.text:q}"
        " --status {output.status:q}"
        " --sources {output.sources:q}"
        " 2> {log:q}"


rule missed_word_corpus:
    input:
        plan=f"<results>/models/{NEXT}/plan.json",
    output:
        text=f"<results>/models/{NEXT}/corpus/articles.txt",
        status=f"<results>/models/{NEXT}/corpus/status.csv",
        sources=f"<results>/models/{NEXT}/corpus/sources.tsv",
    log:
        f"<results>/logs/missed_word_corpus/{NEXT}.log",
    conda:
        "../environment.yml"
    params:
        results=results_folder,
        corpus=PROJECT.config["corpus"],
        attempt=PROJECT.history.attempt,
    message:
        f"Collecting text about missed words for {NEXT}"
    shell:
        'python "$CLM_SCRIPTS/missed_word_corpus.py"'
        " --results {params.results:q}"
        " --plan {input.plan:q}"
        " --text {output.text:q}"
        " --status {output.status:q}"
        " --sources {output.sources:q}"
        " 2> {log:q}"
