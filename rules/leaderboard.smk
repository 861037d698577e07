# Needs: one summary and one diagnosis per model, plans and model.json of the trained ones.
# Makes: <results>/leaderboard.csv (one row per model), <results>/runs.csv (one row per model and folder) and
# <results>/comparisons.json (the statistics behind the verdicts).


rule leaderboard:
    input:
        index=ancient("<results>/inputs.json"),
        summaries=lambda w: summaries(all_models(w)),
        diagnoses=lambda w: per_model("diagnosis", all_models(w)),
        code="<results>/inputs/programs/leaderboard.json",
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
        code=PROJECT.code["leaderboard"],
        results=results_folder,
        evaluation=PROJECT.config["evaluation"],
    message:
        "Comparing the models"
    shell:
        'python "$CLM_SCRIPTS/leaderboard.py"'
        " --results {params.results:q}"
        " --index {input.index:q}"
        " --summaries {input.summaries:q}"
        " --diagnoses {input.diagnoses:q}"
        " --leaderboard {output.leaderboard:q}"
        " --runs {output.runs:q}"
        " --comparisons {output.comparisons:q}"
        " 2> {log:q}"
