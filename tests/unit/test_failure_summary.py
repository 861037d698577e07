"""The last lines after a failed run name each job, its reason and its log."""

from pathlib import Path

from clm.run import failure_summary

BLOCK = """\
Error in rule {rule}:
    message: None
    jobid: 7
    input: results/inputs/one.json, scripts/x.py
    output: results/x.json
    log: {log} (check log file(s) for error details)
    shell:
        python x.py 2> {log}
        (command exited with non-zero exit code)
"""


def failure(directory: Path, rule: str, subject: str, text: str | None) -> str:
    """A block of Snakemake's log about a job that wrote `text` to its own log."""
    log = directory / "results" / "logs" / rule / f"{subject}.log"
    if text is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text, encoding="utf-8")
    return "[Sat Nov 28 2026]\n" + BLOCK.format(rule=rule, log=log)


def describe(directory: Path, *blocks: str) -> list[str]:
    log = directory / "snakemake.log"
    log.write_text("Building DAG of jobs...\n" + "".join(blocks), encoding="utf-8")
    return failure_summary.describe([str(log)], directory / "results").splitlines()


def test_each_job_with_its_reason_and_log(tmp_path: Path) -> None:
    lines = describe(
        tmp_path,
        failure(tmp_path, "transcribe", "pocketsphinx/it's (a) talk", "begin\nError: no room\nHint: make some\n"),
        failure(tmp_path, "wer", "pocketsphinx/two", "Traceback (most recent call last):\n  x\nValueError: odd\n"),
        failure(tmp_path, "report", "report", ""),
        failure(tmp_path, "heal", "m", None),
    )
    assert lines[0] == "4 jobs failed; everything that does not depend on it is done:"
    logs = tmp_path / "results" / "logs"
    assert lines[1] == (
        f"  transcribe pocketsphinx/it's (a) talk: no room ({logs}/transcribe/pocketsphinx/it's (a) talk.log)"
    )
    assert "wer pocketsphinx/two: ValueError: odd (" in lines[2]
    assert "  report: it ended without a message: killed, out of memory, or no room for its log (" in lines[3]
    assert "heal m: it ended without a message" in lines[4]
    assert lines[5].startswith("Hint: ")


def test_a_job_that_failed_at_every_attempt_is_named_once(tmp_path: Path) -> None:
    block = failure(tmp_path, "submit", "1/transcribe", "Error: busy\nError: still busy\n")
    lines = describe(tmp_path, block, block)
    assert lines[0].startswith("1 job failed")
    assert "still busy" in lines[1]
    assert len(lines) == 3


def test_many_jobs_are_cut_short(tmp_path: Path) -> None:
    blocks = [failure(tmp_path, "wer", f"m/{number}", f"Error: {number}\n") for number in range(100)]
    lines = describe(tmp_path, *blocks)
    assert len(lines) == failure_summary.MOST_LINES + 3
    assert "and 88 more" in lines[-2]


def test_without_a_log_it_still_ends_in_a_hint(tmp_path: Path) -> None:
    assert "Hint: " in failure_summary.describe([str(tmp_path / "none.log")], tmp_path)
    assert "Hint: " in failure_summary.describe([], tmp_path)
    assert "see" in describe(tmp_path)[0]
