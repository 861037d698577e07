# Needs: summaries of the finished models; keywords; articles from the source that the configuration names.
# Makes: the plan of the next generation (checkpoint heal) and the text about keywords and missed words.


checkpoint heal:
    input:
        settings=settings_file,
        index=index_file,
        summaries=per_model("summaries", [ENGINE.name, *DECIDED.finished]),
        scores=learned_from("wer.json"),
        normalized=learned_from("normalized.tsv"),
        models=records(DECIDED.finished, "plan.json", "corpus/status.csv"),
    output:
        plan=f"<results>/models/{NEXT}/plan.json",
        words=f"<results>/models/{NEXT}/missed_words.txt",
    log:
        f"<results>/logs/heal/{NEXT}.log",
    conda:
        "../environment.yml"
    params:
        runs=directory_of("runs"),
        models=directory_of("models"),
        store=directory_of("store"),
        model=NEXT,
        learn=lambda w: "yes" if state().learns else "no",
        reason=lambda w: state().due or "heal was forced",
        training_inputs=json.dumps(DECIDED.training_inputs, sort_keys=True),
        heldout=DECIDED.settings.evaluation.heldout,
        corpus=json.dumps(corpus_settings(DECIDED.settings.corpus), sort_keys=True),
    message:
        f"Planning {NEXT}"
    shell:
        'python "$CLM_SCRIPTS/heal.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --summaries {input.summaries:q}"
        " --runs {params.runs:q}"
        " --models {params.models:q}"
        " --store {params.store:q}"
        " --model {params.model:q}"
        " --learn {params.learn}"
        " --reason {params.reason:q}"
        " --training-inputs {params.training_inputs:q}"
        " --plan {output.plan:q}"
        " --missed-words {output.words:q}"
        " 2> {log:q}"


rule keyword_corpus:
    input:
        settings=settings_file,
        index=index_file,
        keywords=own_file(DECIDED.settings.keywords),
    output:
        text="<results>/corpus/keywords/corpus.txt",
        status="<results>/corpus/keywords/status.csv",
        sources="<results>/corpus/keywords/sources.tsv",
    log:
        f"<results>/logs/keyword_corpus/{NEXT}.log",
    conda:
        "../environment.yml"
    params:
        store=directory_of("store"),
        keywords=DECIDED.training_inputs["keywords"],
        # Articles may have changed since the last generation; what was fetched is in the cache.
        generation=NEXT,
        corpus=json.dumps(DECIDED.settings.corpus.as_json(), sort_keys=True),
        attempt=DECIDED.attempt,
    message:
        "Collecting text about the keywords"
    shell:
        'python "$CLM_SCRIPTS/keyword_corpus.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --store {params.store:q}"
        " --keywords {input.keywords:q}"
        " --text {output.text:q}"
        " --status {output.status:q}"
        " --sources {output.sources:q}"
        " 2> {log:q}"


rule missed_word_corpus:
    input:
        settings=settings_file,
        index=index_file,
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
        store=directory_of("store"),
        corpus=json.dumps(DECIDED.settings.corpus.as_json(), sort_keys=True),
        attempt=DECIDED.attempt,
    message:
        f"Collecting text about missed words for {NEXT}"
    shell:
        'python "$CLM_SCRIPTS/missed_word_corpus.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --store {params.store:q}"
        " --plan {input.plan:q}"
        " --text {output.text:q}"
        " --status {output.status:q}"
        " --sources {output.sources:q}"
        " 2> {log:q}"
