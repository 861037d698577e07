# Needs: one summary and one diagnosis per model, plans and model.json of the trained ones.
# Makes: <results>/leaderboard.csv (one row per model), <results>/runs.csv (one row per model and folder) and
# <results>/comparisons.json (the statistics behind the verdicts).


rule leaderboard:
    input:
        settings=settings_file,
        index=index_file,
        summaries=of_models("summaries"),
        diagnoses=of_models("diagnosis"),
        models=lambda w: records(all_models(w), "model.json", "plan.json"),
        code=code_of("leaderboard"),
    output:
        leaderboard=report(
            "<results>/leaderboard.csv", category="Leaderboard", caption="../docs/captions/leaderboard.rst"
        ),
        runs=report("<results>/runs.csv", category="Leaderboard", caption="../docs/captions/runs.rst"),
        comparisons="<results>/comparisons.json",
    log:
        "<results>/logs/leaderboard/leaderboard.log",
    conda:
        "../environment.yml"
    params:
        code=DECIDED.code["leaderboard"],
        models=directory_of("models"),
        evaluation=json.dumps(DECIDED.settings.evaluation.as_json(), sort_keys=True),
    message:
        "Comparing the models"
    shell:
        'python "$CLM_SCRIPTS/leaderboard.py"'
        " --settings {input.settings:q}"
        " --index {input.index:q}"
        " --models {params.models:q}"
        " --summaries {input.summaries:q}"
        " --diagnoses {input.diagnoses:q}"
        " --leaderboard {output.leaderboard:q}"
        " --runs {output.runs:q}"
        " --comparisons {output.comparisons:q}"
        " 2> {log:q}"
