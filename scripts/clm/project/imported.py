"""Transcripts that were made elsewhere, as finished models: what `import_transcripts.py` keeps in the store.

One file per model and folder, `store/imported/<name>/<folder>.json`, holds the results of its recordings in Amazon's
shape. They are copied from there into `runs/imported-<name>/`, so that a deleted run costs nothing.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.errors import UserError
from clm.base.text_files import read_text
from clm.engines.transcribe import call_analytics
from clm.project import input_folders

PREFIX = "imported-"
SUFFIXES = (".json", ".txt")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def model_name(name: str) -> str:
    """The model's name on the leaderboard.

    >>> model_name("azure-2021")
    'imported-azure-2021'

    Raises:
        UserError: the name cannot be part of a path.

    """
    name = name.removeprefix(PREFIX)
    if not _NAME.fullmatch(name):
        raise UserError(
            f"name: {name!r} cannot name a model", "use small letters, digits, and - _ . after the first: azure-2021"
        )
    return PREFIX + name


def folders(store: Path) -> dict[str, dict[str, Path]]:
    """For each imported model its folders, with the file that holds their results."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted((store / "imported").glob("*/*.json")):
        found.setdefault(PREFIX + path.parent.name, {})[path.stem] = path
    return found


def sources(store: Path) -> dict[str, set[str]]:
    """For each folder the files that results were imported from, which are no references then."""
    found: dict[str, set[str]] = {}
    for by_folder in folders(store).values():
        for folder, path in by_folder.items():
            found.setdefault(folder, set()).update(files.read_json(path)["sources"])
    return found


def read_result(path: Path) -> dict[str, Any]:
    """A result in Amazon's shape, from its JSON or from plain text.

    Raises:
        UserError: the file is not UTF-8, not JSON, or JSON in another shape.

    """
    text = read_text(path)
    if path.suffix.lower() != ".json":
        return {"results": {"transcripts": [{"transcript": text}], "items": []}}
    try:
        data = json.loads(text)
    except ValueError as error:
        raise UserError(
            f"{path}: not readable as JSON ({error})", "save the transcript as plain text (.txt)"
        ) from error
    if call_analytics.is_call(data):
        return call_analytics.as_transcript(data)
    results = data.get("results") if isinstance(data, dict) else None
    transcripts = results.get("transcripts") if isinstance(results, dict) else None
    if not isinstance(transcripts, list) or not all(
        isinstance(part, dict) and isinstance(part.get("transcript"), str) for part in transcripts
    ):
        raise UserError(
            f"{path}: no result of Amazon Transcribe: results.transcripts is missing",
            "save the transcript of another vendor as plain text (.txt)",
        )
    return data


def seconds(result: Mapping[str, Any]) -> float | None:
    """End of the last word, if the result has times: about the length of the audio."""
    ends = [item["end_time"] for item in result["results"].get("items") or [] if item.get("end_time")]
    try:
        return float(ends[-1]) if ends else None
    except (TypeError, ValueError):
        return None


def collect(source: Path, pattern: str | None) -> dict[str, list[Path]]:
    """Result files by folder: `<source>/<folder>/<file>`, or `<source>/<folder>.json` or `.txt`.

    Args:
        source: folder with one folder, or one file, per input folder.
        pattern: name of the file in each folder (`*` stands for any part); without it every .json or .txt file.

    Raises:
        UserError: nothing is there.

    """
    if not source.is_dir():
        raise UserError(f"source: there is no folder {source}", "name the folder that holds one folder per recording")
    found: dict[str, list[Path]] = {}
    for path in sorted(source.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            listed = [item for item in sorted(path.glob(pattern or "*")) if _is_result(item)]
            if listed:
                found[path.name] = listed
        elif not pattern and _is_result(path):
            if path.stem in found:
                raise UserError(f"{path}: there are two results for folder {path.stem}", "keep one of them")
            found[path.stem] = [path]
    if not found:
        wanted = pattern or "*.json or *.txt"
        raise UserError(
            f"source: no {wanted} in the folders of {source}", "--file NAME says what the results are called"
        )
    for folder in found:
        try:
            input_folders.check_name(folder)
        except input_folders.BadFolderError as error:
            raise UserError(f"{source / folder}: {error}", "name it like the input folder") from error
    return found


def _is_result(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix.lower() in SUFFIXES
        and path.name.lower() != input_folders.KEYWORDS_FILE
        and not path.name.startswith(".")
    )
