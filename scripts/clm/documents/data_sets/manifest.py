"""Data sets that come as a list of recordings and their texts, as far as the files exist."""

import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clm.audio.formats import AUDIO_SUFFIXES
from clm.base.errors import UserError
from clm.base.notices import Notice
from clm.documents import columns as names
from clm.documents.data_sets.audio_files import AudioFinder
from clm.documents.data_sets.manifest_lists import HINT, Listed, is_azure, librispeech, read_file, read_folder
from clm.documents.document_sentences import notice, sentence
from clm.documents.tables import read_text

#: Levels above a list at which its audio is looked for, and rows that are tried there.
_LEVELS, _SAMPLE = 3, 20


@dataclass(frozen=True)
class Row:
    """A recording, or its part of `duration` seconds from `offset`, and its text.

    `offset` and `duration` are None for a whole file; `id` is a name for it, or empty; `cells` are all columns of the
    table.
    """

    audio: Path
    text: str
    offset: float | None = None
    duration: float | None = None
    speaker: str = ""
    id: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """A list; `path`: file or folder; `kind`: format; `rows`: usable ones; `notices`: about the others."""

    path: Path
    kind: str
    rows: tuple[Row, ...]
    notices: tuple[Notice, ...]


def find_manifest(folder: Path) -> Path | None:
    """The manifest in a folder that is a data set: itself if it is Kaldi's or LibriSpeech's; None if there is none.

    Raises:
        UserError: there are several lists; the user must name one.

    """
    if (folder / "wav.scp").is_file() and (folder / "text").is_file():
        return folder
    for name in ("metadata.csv", "metadata.jsonl", "metadata.tsv"):
        if (folder / name).is_file():
            return folder / name
    lists = sorted(item for item in folder.glob("*.tsv") if _has_audio_column(item))
    lists += sorted(item for item in folder.glob("*.jsonl") if _has_audio_column(item))
    if not (lists or _holds_folders(folder)):  # a csv may be anything
        lists = sorted(item for item in folder.glob("*.csv") if _has_audio_column(item))
    lists = lists or sorted(folder.glob("*supervisions*.jsonl*"))
    if len(lists) > 1 and not _holds_folders(folder):
        raise UserError(
            f"input: {folder} holds several lists of recordings: {', '.join(item.name for item in lists[:5])}",
            f"name one of them: --config input={folder / lists[0].name}",
        )
    if lists:
        return lists[0]
    for name in ("trans.txt", "Trans.txt", "transcript.txt", "transcripts.txt", "line_index.tsv"):
        if (folder / name).is_file() and _names_recordings(folder, read_text(folder / name)[0]):
            return folder / name
    return folder if next(librispeech(folder), None) else None


def _names_recordings(folder: Path, text: str) -> bool:
    """True if every line begins with the name of an audio file, or with an id that one below the folder is named by."""
    if is_azure(text):
        return True
    finder = AudioFinder(folder)
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and all(finder.find(line.split(None, 1)[0]) for line in lines)


def _holds_folders(folder: Path) -> bool:
    return any(_usable_as_folder(item) for item in folder.iterdir() if item.is_dir())


def _usable_as_folder(folder: Path) -> bool:
    """True if a folder holds audio and texts side by side."""
    suffixes = {item.suffix.lower() for item in folder.iterdir()}
    return bool(suffixes & AUDIO_SUFFIXES) and ".txt" in suffixes


def _has_audio_column(path: Path) -> bool:
    with path.open("rb") as file:
        beginning = file.read(20_000).decode("utf-8", "replace").lstrip("\ufeff")
    first = beginning.split("\n", 1)[0]
    if path.suffix.lower() == ".jsonl":
        try:
            row = json.loads(first)
        except ValueError:
            return False
        return isinstance(row, dict) and names.named(list(row), names.AUDIO) is not None
    delimiter = max("\t,;|" if path.suffix.lower() == ".csv" else "\t", key=first.count)
    header = [cell.strip().strip('"').lower() for cell in first.split(delimiter)]
    return names.named(header, names.AUDIO) is not None and names.named(header, names.TEXTS) is not None


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zipped data set into a folder, unless it exists; return the folder that holds the files.

    Raises:
        UserError: it is damaged, or names files outside the folder.

    """
    done = folder / ".unpacked"
    if not done.exists():
        try:
            with zipfile.ZipFile(archive) as packed:
                for name in packed.namelist():
                    if Path(name).is_absolute() or ".." in Path(name).parts:
                        raise UserError(f"{archive}: names a file outside of itself ({name})", "unpack it yourself")
                packed.extractall(folder)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise UserError(f"{archive}: a zip archive that cannot be read ({error})", "unpack it yourself") from error
        done.touch()
    inner = [item for item in folder.iterdir() if not item.name.startswith((".", "__MACOSX"))]
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else folder


def read_manifest(path: Path, columns: Mapping[str, str] | None = None) -> Manifest:
    """The recordings that a manifest lists and that exist.

    Args:
        path: a file, or the folder of a data set.
        columns: names of columns by their role (`audio`, `text`, `offset`, `end`, `duration`, `speaker`, `id`).

    Raises:
        UserError: it is not a manifest, cannot be read, or lists no existing file.

    """
    notices: list[Notice] = []
    if path.is_dir():
        root, (kind, listed) = path, read_folder(path, notices)
    else:
        root, (kind, listed) = path.parent, read_file(path, columns or {}, notices)
    finder = AudioFinder(root)
    for above in [root, *root.resolve().parents][1:_LEVELS]:
        if any(finder.find(item.audio) for item in listed[:_SAMPLE]):
            break
        finder = AudioFinder(above)  # the list is in a folder of its own, beside that of the audio
    rows, no_audio, no_text = [], [], []
    for item in listed:
        audio = finder.find(item.audio)
        if audio is None:
            no_audio.append(item.audio or item.id or "(none named)")
        elif not item.text.strip():
            no_text.append(item.id or item.audio)
        else:
            rows.append((item, audio))
    used = {audio for _, audio in rows}
    segmented = len(used) < len(rows) or any(item.start for item, _ in rows)
    kept = [_row(item, audio, segmented=segmented) for item, audio in rows]
    unique = list({(row.audio, row.offset, row.duration, row.id): row for row in reversed(kept)}.values())[::-1]
    if len(unique) < len(kept):
        counts = Counter((row.audio, row.offset, row.duration, row.id) for row in kept)
        twice = [key[0].name for key, count in counts.items() if count > 1]
        notices.append(notice("twice", manifest=path.name, count=len(kept) - len(unique), names=twice))
    for code, named in (("no_audio", no_audio), ("no_text", no_text)):
        if named:
            notices.append(notice(code, manifest=path.name, count=len(named), names=named))
    if not unique:
        reasons = "; ".join(map(sentence, notices)) or "it lists no recording"
        raise UserError(f"input: {path}: nothing in it can be used: {reasons}", HINT)
    unlisted = finder.others(used | {finder.find(name) for name in no_text})
    if unlisted:
        notices.append(notice("not_listed", manifest=path.name, names=[item.name for item in unlisted]))
    return Manifest(path, kind, tuple(unique), tuple(notices))


def _row(item: Listed, audio: Path, *, segmented: bool) -> Row:
    duration = item.duration
    if duration is None and item.end is not None and item.start is not None:
        duration = item.end - item.start
    offset = item.start if segmented and item.start is not None and duration else None
    text = item.text
    return Row(audio, text, offset, duration if offset is not None else None, item.speaker, item.id, item.cells)
