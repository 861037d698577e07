"""What tests of reruns compare: models on the leaderboard, and files that have to stay as they are."""

from collections import Counter
from pathlib import Path

from clm.base import files
from runner import Workflow

STOCK, FIRST, SECOND = "pocketsphinx", "pocketsphinx-clm-001", "pocketsphinx-clm-002"

#: What a new generation makes run with two folders, whatever it was that called for it.
ONE_GENERATION = Counter(
    heal=1, keyword_corpus=1, missed_word_corpus=1, train_clm=1, transcribe=2, normalize=2, wer=2, summarize=1,
    leaderboard=1, report=1,
)  # fmt: skip


def contents(directory: Path) -> dict[str, str]:
    """Digest and age of every file below a directory."""
    return {
        str(path.relative_to(directory)): f"{files.sha256_of_file(path)} {path.stat().st_mtime_ns}"
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def models(workflow: Workflow) -> list[str]:
    """Models on the leaderboard, by rank."""
    return [row["model"] for row in files.read_table(workflow.results / "leaderboard.csv")]


def frozen(workflow: Workflow, model: str = FIRST) -> dict[str, str]:
    """State of a finished model."""
    return contents(workflow.results / "models" / model)


def store(workflow: Workflow) -> dict[str, str]:
    """State of the store of raw results, without what is only remembered about files."""
    kept = contents(workflow.results / "store")
    return {name: state for name, state in kept.items() if name not in ("media.json", "texts/read.json")}
