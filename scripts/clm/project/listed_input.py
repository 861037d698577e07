"""An input that is a list of recordings: folders of pairs, with segments cut out of longer files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from clm.base import files
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.notices import Notice
from clm.base.shelf import Shelf
from clm.documents.data_sets.manifest import Manifest, Row, find_manifest, read_manifest, unpack
from clm.documents.data_sets.manifest_folders import Entry, folders
from clm.documents.document_sentences import notice
from clm.project.input_folders import BadFolderError, Folder, Pair, check_name
from clm.project.references import References

_ZIP = b"PK\x03\x04"
_UNPACK = "unpack it, and name the folder"
#: Files that hold recordings and are no list: the place and value of some bytes, what they are, and a hint.
_NO_LISTS = (
    (0, b"PAR1", "a Parquet file, as of Hugging Face", "write its audio to files with a metadata.csv beside them"),
    (0, b"ARROW1", "an Arrow file, as of Hugging Face", "write its audio to files with a metadata.csv beside them"),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (0, b"Rar!", "a RAR archive", _UNPACK),
    (0, b"\xd0\xcf\x11\xe0", "an old Office document", "save it as .xlsx or .csv"),
)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def listed(path: Path, unpacked: Shelf, columns: Mapping[str, str]) -> Manifest | None:
    """The manifest that an input is or holds, or None if it is a folder of folders.

    Args:
        path: the input.
        unpacked: for zipped data sets.
        columns: names of columns by their role.

    Raises:
        UserError: it cannot be read, or lists nothing that is there.

    """
    if path.is_file():
        with path.open("rb") as file:
            beginning = file.read(300)
        for place, magic, what, hint in _NO_LISTS:
            if beginning[place : place + len(magic)] == magic:
                raise UserError(f"input: {path}: {what}", hint)
        if not beginning.startswith(_ZIP) or _is_workbook(path):
            return read_manifest(path, columns)
        path = unpack(path, unpacked.path(files.sha256_of_file(path)[:20]))
        found = find_manifest(path)
        if found is None:
            raise UserError(f"input: {path}: no list of recordings in this archive", "unpack it, and name the folder")
        return read_manifest(found, columns)
    found = find_manifest(path) if path.is_dir() else None
    return read_manifest(found, columns) if found else None


class Segments:
    """Cuts parts out of long recordings, into files named by what they are parts of; `seconds` are their lengths."""

    def __init__(self, digests: Digests, shelf: Shelf) -> None:
        self._digests = digests
        self._shelf = shelf
        self.seconds: dict[Path, float] = {}

    def path(self, row: Row) -> Path:
        """Path of the kept segment of a row."""
        start, end = row.offset or 0.0, (row.offset or 0.0) + (row.duration or 0.0)
        identity = files.digest([self._digests.sha256(row.audio), f"{start:.3f}", f"{end:.3f}"])[:20]
        path = self._shelf.path(f"{identity[:2]}/{identity}.flac")
        self.seconds[path] = end - start
        return path

    def cut(self, rows: list[Row]) -> dict[Path, str]:
        """Cut the segments that are not there yet; for recordings that cannot be decoded, the reason why."""
        wanted: dict[Path, list[Row]] = {}
        for row in rows:
            if row.offset is not None and not self.path(row).exists():
                wanted.setdefault(row.audio, []).append(row)
        return {audio: why for audio, parts in wanted.items() if (why := self._cut(audio, parts))}

    def _cut(self, audio: Path, rows: list[Row]) -> str:
        import soundfile

        from clm.audio.decode import RATE, read_audio

        try:
            samples = read_audio(audio).samples
        except UserError as error:
            return error.message
        for row in rows:
            start, length = round((row.offset or 0) * RATE), round((row.duration or 0) * RATE)
            part = samples[start : start + length]
            path = self.path(row)
            with files.replacing(path) as temporary:
                soundfile.write(temporary, part, RATE, format="FLAC", subtype="PCM_16")
        return ""


def folders_of(
    manifest: Manifest, column: str | None, references: References, segments: Segments, *, cut: bool
) -> tuple[dict[str, Folder], dict[str, str], tuple[Notice, ...]]:
    """Folders of pairs, reasons why others are left out, and what is to be said of the manifest.

    Without `cut`, segments are named, and not there.
    """
    grouped = folders(manifest, column)
    failed = segments.cut([entry.row for entries in grouped.values() for entry in entries]) if cut else {}
    usable, left_out = {}, {}
    for name, entries in sorted(grouped.items()):
        kept = [entry for entry in entries if entry.row.audio not in failed or entry.row.offset is None]
        try:
            check_name(name)
            if not kept:
                raise BadFolderError(failed[entries[0].row.audio])
            usable[name] = Folder(name, tuple(_pair(name, entry, references, segments) for entry in kept))
        except BadFolderError as error:
            left_out[name] = str(error)
    said = [notice("not_read", file=audio.name, what=why.removeprefix(f"{audio}: ")) for audio, why in failed.items()]
    return usable, left_out, (*manifest.notices, *said)


def _pair(folder: str, entry: Entry, references: References, segments: Segments) -> Pair:
    row = entry.row
    audio = row.audio if row.offset is None else segments.path(row)
    return Pair(entry.name, audio, references.text(folder, entry.name, row.text + "\n"))
