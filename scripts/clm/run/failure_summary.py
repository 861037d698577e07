"""Failed jobs in words: one at the moment it fails, and all of them in the last lines of a run."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

MOST_LINES = 12
#: Lines of a job's log that are shown when it fails.
_LAST_LINES = 15

# A block of Snakemake's log: "Error in rule wer:", indented lines, among them "    log: path (check log file(s) ...)".
_BLOCK = re.compile(r"^Error in rule (?P<rule>\w+):\n(?P<lines>(?:    .*\n)*)", re.MULTILINE)
_LOG = re.compile(
    r"^    log: (?P<path>.*?)(?: \(send to storage\))?(?: \(check log file\(s\) for error details\))?$", re.MULTILINE
)
_ENDED = "it ended without a message: killed, out of memory, or no room for its log"
_HINT = "Hint: fix the problem and rerun; finished results are kept, and nothing is paid twice"


def describe(logs: Sequence[str], results: Path, address: str = "") -> str:
    """Summary of a failed run, from Snakemake's own logs and those of the jobs; `address`: of results in S3."""
    where = ", ".join(logs) or "the output above"
    try:
        text = "".join(Path(log).read_text(encoding="utf-8", errors="replace") for log in logs)
    except OSError as error:
        return f"The run failed, and its log cannot be read ({error}).\n{_HINT}"
    failed = list(_failed(text.replace(f" {address}/", f" {results}/") if address else text, results))
    if not failed:
        return f"The run failed; see {where}.\n{_HINT}"
    more = len(failed) - MOST_LINES
    lines = [*failed[:MOST_LINES], *([f"  ... and {more} more: see {where}"] if more > 0 else [])]
    count = "1 job failed" if len(failed) == 1 else f"{len(failed)} jobs failed"
    return "\n".join([f"{count}; everything that does not depend on it is done:", *lines, _HINT])


def details(rule: str, logs: Sequence[str], results: Path, told: str | None = None) -> list[str]:
    """Lines on a job that has just failed: its message with the hint, else the end of its log; then where that is.

    `logs` are its logs, its own first; `told` is what Snakemake or a cluster says about it.
    """
    own = Path(logs[0]) if logs else None
    title = _title(rule, own, results) if own else rule
    try:
        text = own.read_text(encoding="utf-8", errors="replace") if own else ""
    except OSError:
        text = ""
    if text.rstrip().endswith("KeyboardInterrupt"):
        return [f"Stopped: {title}"]
    at = max(text.rfind("\nError: "), 0 if text.startswith("Error: ") else -1)
    if at >= 0:
        first, *more = text[at:].strip().removeprefix("Error: ").splitlines()[:_LAST_LINES]
    else:
        first, more = (_reason(own) if own else _ENDED), [f"  {line}" for line in text.splitlines()[-_LAST_LINES:]]
    lines = [f"Failed: {title}: {first}", *more]
    if told and told.strip() and told != "None":
        lines.append(told.strip())
    return [*lines, f"Log: {', '.join(logs)}"] if logs else lines


def _failed(text: str, results: Path) -> Iterable[str]:
    """A line for each job that failed, in their order, once."""
    seen = set()
    for block in _BLOCK.finditer(text):
        found = _LOG.search(block["lines"])
        line = f"  {block['rule']}: {_ENDED}"
        if found:
            log = Path(found["path"])
            line = f"  {_title(block['rule'], log, results)}: {_reason(log)} ({log})"
        if line not in seen:
            seen.add(line)
            yield line


def _title(rule: str, log: Path, results: Path) -> str:
    """Rule and subject of a job, from the name of its log."""
    base = results / "logs" / rule
    subject = str(log.relative_to(base).with_suffix("")) if log.is_relative_to(base) else log.stem
    return rule if subject == rule else f"{rule} {subject}"


def _reason(log: Path) -> str:
    """Reason for which a job failed: the last error in its log, without its hint."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return _ENDED
    errors = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    if errors:
        return errors[-1]
    # The last line of a traceback is the exception.
    return lines[-1] if any(line.startswith("Traceback") for line in lines) else _ENDED
