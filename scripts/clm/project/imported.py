"""Transcripts of other recognisers as finished models, which `import_transcripts.py` keeps in the store.

One file per model and folder, `store/imported/<name>/<folder>.json`, holds the results of its recordings in Amazon's
shape. They are copied from there into `runs/imported-<name>/`, so that a deleted run costs nothing.
"""

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from clm.audio.formats import AUDIO_SUFFIXES
from clm.base import files
from clm.base.errors import UserError
from clm.documents import transcript
from clm.documents.data_sets.pairing import OTHER_SUFFIXES
from clm.documents.document_sentences import sentence
from clm.documents.encoding import decode
from clm.engines.transcribe import call_analytics
from clm.project import input_folders

PREFIX = "imported-"
#: Endings of results, the better ones first where a recording has several: JSON of recognisers has times.
SUFFIXES = (
    ".json",
    ".txt",
    *(suffix for suffix in OTHER_SUFFIXES if suffix not in (".json", ".csv", ".xml", ".doc", ".pdf")),
)
_log = logging.getLogger(__name__)
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
    """Files that results were imported from, by folder; they are not references."""
    found: dict[str, set[str]] = {}
    for by_folder in folders(store).values():
        for folder, path in by_folder.items():
            found.setdefault(folder, set()).update(files.read_json(path)["sources"])
    return found


def read_results(path: Path, labels: str = transcript.DROP) -> dict[str, dict[str, Any]]:
    """Results in Amazon's shape by recording: Amazon's own as they are, the words of any other transcript.

    A file that distinguishes recordings (STM, CTM, TRN, JSON lines of NeMo) holds several; else the recording is named
    like the file.

    Raises:
        UserError: the file cannot be read; names what it is.

    """
    if (call := _call(path)) is not None:
        return {_named(path): call_analytics.as_transcript(call)}
    reading = transcript.read(path, hypothesis=True, several=True)
    if reading.kind == "JSON of Amazon Transcribe":
        return {_named(path): json.loads(decode(path.read_bytes())[0])}
    if len(reading.by_recording) > 1:
        return {name: _words(text) for name, text in reading.by_recording.items()}
    found = reading.labels.decided() if labels == transcript.DROP else []
    for notice in transcript.transcript(reading, found).notices:
        _log.warning("%s: %s", path, sentence(notice))
    return {_named(path): _words(reading.text(found))}


def _named(path: Path) -> str:
    """The recording that a result is named like: talk of talk.json and talk.mp3.json."""
    return PurePath(path.stem).stem if PurePath(path.stem).suffix.lower() in AUDIO_SUFFIXES else path.stem


def _call(path: Path) -> dict[str, Any] | None:
    """The result of a Call Analytics job, or None if the file is something else."""
    try:
        data = json.loads(path.read_bytes()) if path.suffix.lower() == ".json" else None
    except ValueError:
        return None
    return data if call_analytics.is_call(data) else None


def _words(text: str) -> dict[str, Any]:
    """A text without times, in Amazon's shape."""
    return {"results": {"transcripts": [{"transcript": text}], "items": []}}


def seconds(result: Mapping[str, Any]) -> float | None:
    """The latest end of a word, if the result has times: about the length of the audio."""
    ends = [item["end_time"] for item in result["results"].get("items") or [] if item.get("end_time")]
    try:
        return max(map(float, ends)) if ends else None
    except (TypeError, ValueError):
        return None


def collect(source: Path, pattern: str | None) -> dict[str, list[Path]]:
    """Result files by folder: `<source>/<folder>/<file>`, or `<source>/<folder>.json`, `.txt` or another.

    Args:
        source: folder with one folder, or one file, per input folder.
        pattern: name of the file in each folder (`*` stands for any part); without it every transcript, and of several
            of one recording in different formats the first of `SUFFIXES`.

    Raises:
        UserError: there is no result.

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
                found[path.name] = listed if pattern else _best(listed)
        elif not pattern and _is_result(path):
            found[_named(path)] = _best([*found.get(_named(path), []), path])
    if not found:
        wanted = pattern or "transcripts (.json, .txt, .srt, .vtt, ...)"
        raise UserError(
            f"source: no {wanted} in the folders of {source}", "--file NAME says what the results are called"
        )
    for folder in found:
        try:
            input_folders.check_name(folder)
        except input_folders.BadFolderError as error:
            raise UserError(f"{source / folder}: {error}", "name it like the input folder") from error
    return found


def _best(paths: list[Path]) -> list[Path]:
    """One file of each name, whatever its ending; names of folders and of other recordings stay apart."""
    chosen: dict[str, Path] = {}
    for path in sorted(paths, key=lambda item: SUFFIXES.index(item.suffix.lower())):
        if chosen.setdefault(_named(path), path) is not path:
            _log.warning("%s: %s is taken, %s is not", path.parent, chosen[_named(path)].name, path.name)
    return sorted(chosen.values())


def _is_result(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix.lower() in SUFFIXES
        and path.name.lower() != input_folders.KEYWORDS_FILE
        and not path.name.startswith(".")
    )
