"""The workflow as a module of another one."""

import sys

import yaml

from clm.base import files
from runner import CHECKOUT, Run, Workflow, completed, variables
from team import Team

SNAKEFILE = """
configfile: "outer.yaml"


module clm:
    snakefile:
        "{snakefile}"
    config:
        config["clm"]


use rule * from clm{renamed}


rule first:
    default_target: True
    input:
        rules.{prefix}leaderboard.output.leaderboard,
    output:
        "first.txt",
    shell:
        "head -n 2 {{input}} > {{output}}"
"""


def run_outer(workflow: Workflow, *arguments: str, prefix: str = "", status: int = 0, **config: object) -> Run:
    """Run a workflow that takes the first line of the leaderboard, where the inner one would have run."""
    snakefile = workflow.directory / "workflow" / "Snakefile"
    renamed = f" as {prefix}*" if prefix else ""
    text = SNAKEFILE.format(snakefile=CHECKOUT / "Snakefile", renamed=renamed, prefix=prefix)
    files.write_text(snakefile, text)
    inner = {"input": "data/input", "evaluation": {"control": False}, **config}
    files.write_text(workflow.directory / "outer.yaml", yaml.safe_dump({"clm": inner, "other": 1}))
    command = [sys.executable, "-m", "snakemake", "-s", str(snakefile), "-d", str(workflow.directory), *arguments]
    run = completed(command, workflow.directory, variables(workflow.environment))
    assert run.status == status, run.output
    return run


def test_a_module_with_renamed_rules_makes_everything_for_the_rules_outside(fresh: Workflow) -> None:
    run = run_outer(fresh, "--cores", "2", prefix="clm_")
    assert run.jobs["train_clm"] == 1
    assert run.jobs["transcribe"] == 4
    board = fresh.results / "leaderboard.csv"
    first = "".join(board.read_text(encoding="utf-8").splitlines(keepends=True)[:2])
    assert (fresh.directory / "first.txt").read_text(encoding="utf-8") == first


def test_a_module_takes_over_the_results_of_the_workflow_itself(finished: Workflow) -> None:
    run = run_outer(finished, "--cores", "2")
    assert not run.jobs
    assert "rank,model," in (finished.directory / "first.txt").read_text(encoding="utf-8")


def test_a_module_spends_no_more_than_is_allowed(team: Team) -> None:
    settings = {"engine": "transcribe", "transcribe": {**team.settings, "max_cost": 0.01}}
    run = run_outer(team, "--cores", "2", status=1, **settings)
    assert "max_cost: this run would cost about $0.03" in run.output
    assert "Traceback" not in run.output
    assert team.starts == 0
