# Needs: the leaderboard and its basis: summaries, diagnoses, leakage, runs, corpora and models; the leaderboard of
# another results folder if the report is to compare with it.
# Makes: <results>/report.html, the tables of all its views (<results>/tables/*.csv), and <results>/report/, which holds
# its figures as SVG and, where one page would be too large, further pages of alignments.


rule report:
    input:
        leaderboard="<results>/leaderboard.csv",
        runs="<results>/runs.csv",
        comparisons="<results>/comparisons.json",
        summaries=of_models("summaries"),
        diagnoses=of_models("diagnosis"),
        leakage=leakage_checks,
        compared=compared_leaderboard,
        code=code_of("report"),
    output:
        page=report(
            "<results>/report.html",
            category="Report",
            labels={"what": "everything, interactive"},
            caption="../docs/captions/report.rst",
        ),
        tables=report(
            directory("<results>/tables"),
            patterns=["{name}.csv"],
            category="Tables",
            caption="../docs/captions/tables.rst",
        ),
        pages=report(
            directory("<results>/report"),
            patterns=["{name}.svg"],
            category="Figures",
            caption="../docs/captions/figures.rst",
        ),
    log:
        "<results>/logs/report/report.log",
    conda:
        "../environment.yml"
    params:
        code=DECIDED.code["report"],
        # The report shows everything there is; whatever changes below changes one of the inputs.
        results=lambda w: str(DECIDED.results),
        embed_audio="--embed-audio" if DECIDED.settings.report.embed_audio else "",
        compare=f"--compare={DECIDED.settings.report.compare}" if DECIDED.settings.report.compare else "",
    message:
        "Writing the report"
    shell:
        'python "$CLM_SCRIPTS/report.py"'
        " --results {params.results:q}"
        " {params.embed_audio}"
        " {params.compare:q}"
        " --output {output.page:q}"
        " --tables {output.tables:q}"
        " --pages {output.pages:q}"
        " 2> {log:q}"
