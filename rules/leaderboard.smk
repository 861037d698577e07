# Needs: one summary per model, plans and model.json of the trained ones.
# Makes: <results>/leaderboard.csv (one row per model) and <results>/runs.csv (one row per model and folder).


rule leaderboard:
    input:
        index=ancient("<results>/inputs.json"),
        summaries=lambda w: summaries(all_models(w)),
        code=script("leaderboard.py"),
        library=library("leaderboard", "significance", "scoring", "files"),
    output:
        leaderboard="<results>/leaderboard.csv",
        runs="<results>/runs.csv",
    log:
        "<results>/logs/leaderboard/leaderboard.log",
    conda:
        "../environment.yml"
    params:
        results=results_folder,
        evaluation=PROJECT.config["evaluation"],
    message:
        "Comparing the models"
    shell:
        "python {input.code:q}"
        " --results {params.results:q}"
        " --index {input.index:q}"
        " --summaries {input.summaries:q}"
        " --leaderboard {output.leaderboard:q}"
        " --runs {output.runs:q}"
        " 2> {log:q}"
