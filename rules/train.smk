# Needs: the plan of the next generation and its text, the stock model's scores; keywords and plan for a custom
# vocabulary; the number of words of a generation for its control.
# Makes: <results>/models/{NEXT}/training.json, which holds the outcome. The model's own files, model.json last, are
# beside it and not outputs of a rule: once finished, nothing can retrain, overwrite or delete them.


checkpoint train_clm:
    input:
        settings=settings_file,
        index=index_file,
        plan=f"<results>/models/{NEXT}/plan.json",
        keywords=rules.keyword_corpus.output if DECIDED.settings.keywords else [],
        missed_words=rules.missed_word_corpus.output,
        training_data=own_file(DECIDED.settings.training_data),
        tuning_data=own_file(DECIDED.settings.tuning_data),
        # For the report card alone: the plan, which is made from newer ones, says when to train.
        summary=ancient(f"<results>/summaries/{ENGINE.name}.json"),
        # One that would equal an older one is not trained.
        older=descriptions(DECIDED.finished),
    output:
        outcome=f"<results>/models/{NEXT}/training.json",
    log:
        f"<results>/logs/train_clm/{NEXT}.log",
    conda:
        "../environment.yml"
    # One for pronunciations, one for the language model.
    threads: 1 if ENGINE.submits else 2
    params:
        # Raised by hand if a generation under way has to be trained again.
        recipe=1,
        inputs=json.dumps(DECIDED.training_inputs, sort_keys=True),
        attempt=DECIDED.attempt,
        keywords=lambda w, input: f"--keyword-corpus={input.keywords[0]}" if input.keywords else "",
        statuses=lambda w, input: input.missed_words[1:2] + input.keywords[1:2],
    message:
        f"Training {NEXT}"
    shell:
        'python "$CLM_SCRIPTS/train_clm.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --plan {input.plan:q}"
        " {params.keywords:q}"
        " --missed-word-corpus {input.missed_words[0]:q}"
        " --statuses {params.statuses:q}"
        " --summary {input.summary:q}"
        " --attempt {params.attempt}"
        " --output {output.outcome:q}"
        " 2> {log:q}"


checkpoint train_control:
    input:
        settings=settings_file,
        index=index_file,
        generation=of_generation,
        text=own_file(DECIDED.settings.evaluation.control_text),
    output:
        outcome="<results>/models/{control}/training.json",
    log:
        "<results>/logs/train_control/{control}.log",
    wildcard_constraints:
        control=constraint((*DECIDED.due_controls, NEXT_CONTROL)),
    conda:
        "../environment.yml"
    threads: 1 if ENGINE.submits else 2
    params:
        # Raised by hand if a control under way has to be trained again.
        recipe=1,
        words=control_words,
        made_from=DECIDED.control_inputs,
    message:
        "Preparing the control {wildcards.control}"
    shell:
        'python "$CLM_SCRIPTS/train_control.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --words {params.words}"
        " --made-from {params.made_from}"
        " --output {output.outcome:q}"
        " 2> {log:q}"


checkpoint train_vocabulary:
    input:
        settings=settings_file,
        plan=latest_plan,
        keywords=own_file(DECIDED.settings.keywords),
        older=descriptions(DECIDED.vocabularies),
    output:
        outcome=f"<results>/models/{NEXT_VOCABULARY}/training.json",
    log:
        f"<results>/logs/train_vocabulary/{NEXT_VOCABULARY}.log",
    conda:
        "../environment.yml"
    params:
        keywords=lambda w, input: f"--keywords={input.keywords}" if input.keywords else "",
        keywords_digest=DECIDED.training_inputs["keywords"] or "",
    message:
        f"Making {NEXT_VOCABULARY}"
    shell:
        'python "$CLM_SCRIPTS/train_vocabulary.py"'
        " --settings {input.settings:q}"
        " --plan {input.plan:q}"
        " {params.keywords:q}"
        " --keywords-digest={params.keywords_digest:q}"
        " --output {output.outcome:q}"
        " 2> {log:q}"
