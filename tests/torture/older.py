"""Makes of a results folder what an older version of this workflow would have left.

Written after what the version of 24 November 2026 (commit 40dad3c) really left, before reports, dates of transcripts
and the configuration as JSON.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Not there yet.
_LATER = (".lock", "config.json", "tables", "report", "report.html", "leakage")
_LATER_DETAILS = ("dropped_words", "general_text", "marks", "own_pronunciations", "relatives", "weights")


def age(results: Path) -> None:
    """Take away what came later."""
    for name in _LATER:
        path = results / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in [*results.glob("store/*/*.json"), *results.glob("runs/*/*/*.json")]:
        _change(path, _undated)
    for path in results.glob("models/*/model.json"):
        _change(path, _simpler)


def _change(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")


def _undated(data: dict[str, Any]) -> None:
    data.pop("made", None)
    for recording in data.get("recordings", ()):
        if isinstance(recording, dict):
            recording.pop("made", None)


def _simpler(model: dict[str, Any]) -> None:
    model["recipe"] -= 1
    for key in _LATER_DETAILS:
        model["details"].pop(key, None)
