"""Formats of lists of recordings with their texts.

NeMo (JSON lines), Hugging Face (metadata.csv, .jsonl), Common Voice (tsv), Kaldi (a folder), LibriSpeech (*.trans.txt),
Azure (trans.txt), LJSpeech (bars, no header), STM, and any table with columns of audio and text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clm.audio.formats import AUDIO_SUFFIXES
from clm.base.errors import UserError
from clm.base.messages import nearest
from clm.base.notices import Notice
from clm.documents import columns as names
from clm.documents.data_sets import bare_tables, json_lists
from clm.documents.document_sentences import notice
from clm.documents.formats.speech_files import read_kaldi, stm_segments
from clm.documents.tables import DELIMITERS, delimiter_of, is_workbook, read_text, read_workbook, rows_of

#: Roles of a table's columns; keys of `transcripts.columns`.
ROLES: Mapping[str, tuple[str, ...]] = {
    "audio": names.AUDIO, "text": names.TEXTS, "offset": names.OFFSETS, "end": names.ENDS, "duration": names.DURATIONS,
    "speaker": names.SPEAKERS, "id": names.IDS,
}  # fmt: skip
HINT = "docs/inputs.md shows what a manifest holds; transcripts.columns names the columns of another table"
_FAIRSEQ = re.compile(r"\S[^\t\n]*\n(?=[^\t\n]+\t\d+(?:\n|$))")
_COMMAND = re.compile(r"\|\s*$")
#: Decoders to which a Kaldi pipe gives a whole file; with these options they give part of it, or change it.
_DECODERS = frozenset({"flac", "ffmpeg", "sox", "cat", "sph2pipe", "mpg123", "opusdec"})
_CHANGES = frozenset({"-ss", "-t", "-to", "trim", "remix", "speed", "tempo", "-map_channel", "-af", "-filter:a"})


@dataclass(frozen=True)
class Listed:
    """A row as it is written."""

    audio: str
    text: str
    start: float | None = None
    end: float | None = None
    duration: float | None = None
    speaker: str = ""
    id: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


def librispeech(folder: Path) -> Iterator[Path]:
    """The lists of texts below a folder of LibriSpeech."""
    return (item for item in folder.rglob("*.trans.txt") if not item.name.startswith("."))


def read_folder(path: Path, notices: list[Notice]) -> tuple[str, list[Listed]]:
    """The kind and the rows of a data set that is a folder: Kaldi's or LibriSpeech's.

    Raises:
        UserError: it is neither.

    """
    if (path / "wav.scp").is_file():
        return "Kaldi", _kaldi(path, notices)
    found = sorted(librispeech(path))
    if not found:
        raise UserError(f"input: {path}: no manifest in this folder", HINT)
    listed = []
    for item in found:
        for identity, words in _ids(read_text(item)[0]).items():
            audio = str((item.parent / identity).relative_to(path))
            listed.append(Listed(audio, words, speaker=identity.split("-")[0], id=identity))
    return "LibriSpeech", listed


def _ids(text: str) -> dict[str, str]:
    """The rest of each line by its first word."""
    pairs = (line.strip().split(None, 1) for line in text.split("\n") if line.strip())
    return {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs}


def _kaldi(path: Path, notices: list[Notice]) -> list[Listed]:
    recordings = _ids(read_text(path / "wav.scp")[0])
    texts = _ids(read_text(path / "text")[0])
    speakers = _ids(read_text(path / "utt2spk")[0]) if (path / "utt2spk").is_file() else {}
    commands = []
    for name, place in recordings.items():
        if _COMMAND.search(place):
            file = _file_of_command(place)
            if file is None:
                commands.append(name)
            recordings[name] = file or ""
    if commands:
        notices.append(notice("command", manifest="wav.scp", names=commands))
    recordings = {name: place for name, place in recordings.items() if place}
    if not (path / "segments").is_file():
        return [
            Listed(recordings.get(name, name), words, speaker=speakers.get(name, ""), id=name)
            for name, words in texts.items()
            if name not in commands
        ]
    listed = []
    for name, rest in _ids(read_text(path / "segments")[0]).items():
        parts = rest.split()
        if len(parts) < 3 or not all(map(_is_number, parts[1:3])):
            notices.append(notice("unreadable_row", manifest="segments", count=1, names=[name]))
        elif parts[0] not in commands:
            audio, words = recordings.get(parts[0], parts[0]), texts.get(name, "")
            start, end = float(parts[1]), float(parts[2])
            listed.append(Listed(audio, words, start, end if end > 0 else None, None, speakers.get(name, ""), name))
    return listed


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d*)?", text) is not None


def _file_of_command(command: str) -> str | None:
    """The one file that a pipe decodes as a whole; the pipe is never run."""
    words = command.rstrip("| \t").split()
    names_audio = [word for word in words if Path(word).suffix.lower() in AUDIO_SUFFIXES]
    simple = "|" not in command.rstrip("| \t") and Path(words[0]).name in _DECODERS if words else False
    picks_channel = Path(words[0]).name == "sph2pipe" and "-c" in words if words else False
    changes = set(words) & (_CHANGES - {"-t"} if words and Path(words[0]).name == "sox" else _CHANGES)  # a type there
    return names_audio[0] if simple and len(names_audio) == 1 and not changes and not picks_channel else None


def read_file(path: Path, columns: Mapping[str, str], notices: list[Notice]) -> tuple[str, list[Listed]]:
    """The kind and the rows of a file; `columns`: names of columns by their role.

    Raises:
        UserError: it is not a list of recordings, or a column is missing.

    """
    if path.suffix.lower() in AUDIO_SUFFIXES:
        why = "is a recording, neither a folder nor a list of recordings"
        raise UserError(f"input: {path} {why}", "put it and its transcript into a folder, and name that folder")
    if is_workbook(path):
        return "workbook", _table(path, [cells for _, cells in read_workbook(path).rows], columns, notices)
    text, encoding = read_text(path)
    if not text.strip():
        raise UserError(f"input: {path}: the file is empty", HINT)
    if encoding == "cp1252":
        notices.append(notice("encoding", file=path.name, encoding="Windows-1252"))
    if text.lstrip()[:1] in ("{", "["):
        return "JSON lines", _json_rows(path, text, columns, notices)
    if root := _FAIRSEQ.match(text):
        return "fairseq", _fairseq(path, text[root.end() :])
    if segments := stm_segments(text):
        return "STM", [Listed(file, words, start, end, None, who) for file, who, start, end, words in segments]
    lines = [line.strip().split(None, 1) for line in text.split("\n") if line.strip()]
    if lines and "\t" not in text and all(len(line) == 2 and bare_tables.names_audio(line[0]) for line in lines):
        return "names and texts", [Listed(name, words) for name, words in lines]
    delimiter = delimiter_of(text) or next((mark for mark in DELIMITERS if mark in text.split("\n", 1)[0]), None)
    if delimiter:
        rows = [cells for _, cells in rows_of(text, delimiter)]
        header = [cell.strip().lower() for cell in rows[0]]
        named = [names.named(header, known) is not None for known in (names.AUDIO, names.TEXTS, names.IDS)]
        if columns or (named[1] and (named[0] or named[2])):
            return "table", _table(path, rows, columns, notices, delimiter)
        if (delimiter in "\t|" or any(map(bare_tables.names_audio, rows[0]))) and sum(named) < 2:
            return "table without a header", [Listed(*pair) for pair in bare_tables.audio_and_text(rows)]
        raise UserError(
            f"input: {path}: no column of audio and text among {', '.join(header[:8])}",
            "transcripts: {columns: {audio: ..., text: ...}} names them",
        )
    if found := read_kaldi(text):
        return "ids and texts", [Listed(name, " ".join(said), id=name) for name, said in found.items()]
    raise UserError(f"input: {path}: neither a folder nor a list of recordings", HINT)


def _fairseq(path: Path, text: str) -> list[Listed]:
    """Files below the root of the first line; their texts are the lines of another file of the same name."""
    audio = [line.split("\t")[0] for line in text.split("\n") if line.strip()]
    words = path.with_suffix(".wrd")
    if not words.is_file():
        raise UserError(f"input: {path}: a list of fairseq, whose texts are not there", f"put {words.name} beside it")
    texts = read_text(words)[0].rstrip("\n").split("\n")
    if len(texts) != len(audio):
        found = f"{len(texts):,} lines for {len(audio):,} recordings"
        raise UserError(f"input: {words}: {found} of {path.name}", "export both again")
    return [Listed(name, said) for name, said in zip(audio, texts, strict=True)]


def is_azure(text: str) -> bool:
    """True if every line begins with the name of an audio file."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and all(bare_tables.names_audio(line.split(None, 1)[0]) for line in lines)


def _json_rows(path: Path, text: str, columns: Mapping[str, str], notices: list[Notice]) -> list[Listed]:
    found = json_lists.rows(text, path)
    if not found:
        raise UserError(f"input: {path}: JSON that lists no recordings", HINT)
    if not any(names.named(list(row), names.AUDIO) is not None for row in found):
        _add_recordings(path, found)
    keys = list(dict.fromkeys(key for row in found for key in row))
    cells = [tuple(row.get(key, "") for key in keys) for row in found]
    return _table(path, [tuple(keys), *cells], columns, notices)


def _add_recordings(path: Path, found: list[json_lists.Row]) -> None:
    """Add the audio of supervisions of Lhotse, which name a recording of the list beside them."""
    beside = next(iter(sorted(path.parent.glob(path.name.replace("supervisions", "recordings")))), None)
    if beside in (None, path) or not any("recording_id" in row for row in found):
        return
    audio = {row.get("id", ""): row.get("audio_path", "") for row in json_lists.rows(read_text(beside)[0], beside)}
    for row in found:
        row["audio_path"] = audio.get(row.get("recording_id", ""), "")


def _table(
    path: Path, rows: list[tuple[str, ...]], columns: Mapping[str, str], notices: list[Notice], delimiter: str = ""
) -> list[Listed]:
    header = [cell.strip().strip("\ufeff") for cell in rows[0]]
    lower = [cell.lower() for cell in header]
    places: dict[str, int | None] = {}
    for role, usual in ROLES.items():
        wanted = columns.get(role)
        if wanted is None:
            places[role] = names.named(lower, usual)
        elif wanted.lower() in lower:
            places[role] = lower.index(wanted.lower())
        else:
            raise UserError(
                f"config: transcripts.columns.{role}: {path} has no column {wanted!r}", nearest(wanted, header)
            )
    if places["audio"] is None:
        places["audio"] = places["id"]
    for role in ("audio", "text"):
        if places[role] is None:
            raise UserError(
                f"input: {path}: no column of {role} among {', '.join(header[:8])}",
                f"transcripts: {{columns: {{{role}: ...}}}} names it",
            )
    listed = []
    torn = []
    for cells in rows[1:]:
        if len(cells) > len(header):  # the sign between columns stands in a text without quotes
            if places["text"] != len(header) - 1:
                torn.append(cells[places["audio"] or 0])
                continue
            cells = (*cells[: len(header) - 1], f"{delimiter} ".join(cells[len(header) - 1 :]))
        padded = (*cells, *("" for _ in range(len(header) - len(cells))))
        value = {role: padded[place] if place is not None else "" for role, place in places.items()}
        listed.append(
            Listed(
                value["audio"],
                _text_of(value["text"], path.parent),
                _seconds(value["offset"]),
                _seconds(value["end"]),
                _seconds(value["duration"]),
                value["speaker"],
                value["id"],
                dict(zip(header, padded, strict=False)),
            )
        )
    if torn:
        notices.append(notice("unreadable_row", manifest=path.name, count=len(torn), names=torn))
    return listed


def _text_of(cell: str, root: Path) -> str:
    """A text, or that of the file that the cell names."""
    if len(cell) < 200 and " " not in cell and re.search(r"\.(?:txt|srt|vtt|json|docx|lab|trn)$", cell, re.IGNORECASE):
        place = root / cell
        if place.is_file():
            from clm.documents.transcript import read_transcript

            return read_transcript(place).text
    return cell


def _seconds(cell: str) -> float | None:
    """Seconds, also of a clock such as 1:02:03.5.

    >>> _seconds("1.5"), _seconds("0:01:02.5"), _seconds("")
    (1.5, 62.5, None)
    """
    try:
        seconds = 0.0
        for part in cell.strip().replace(",", ".").split(":"):
            seconds = 60 * seconds + float(part)
    except ValueError:
        return None
    return seconds
