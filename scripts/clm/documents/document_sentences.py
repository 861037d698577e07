"""Sentences of the notices on files: the one place where their codes become English."""

from typing import Any

from clm.base.messages import counted, some
from clm.base.notices import Notice

#: Sentences by code. `{names}` is a list that may be long.
SENTENCES = {
    "encoding": "{file}: not UTF-8; read as {encoding}",
    "nul": "{file}: NUL bytes in the text were read as spaces",
    "format": "{file}: read as {kind}",
    "labels": "speaker labels left out: {names}",
    "header": "{file}: lines before the first time left out: {names}",
    "numbered": "{file}: numbers of lines left out",
    "several_transcripts": "{file}: taken as the transcript of {recording}; not read: {names}",
    "unused": "belongs to no recording: {names}",
    "no_transcript": "no transcript for {count}: {names}",
    "no_audio": "{manifest}: no audio file for {count}: {names}",
    "no_text": "{manifest}: no text for {count}: {names}",
    "command": "{manifest}: {names}: wav.scp names commands, which are not run; decode the audio to files",
    "unreadable_row": "{manifest}: {count} could not be read: {names}",
    "not_listed": "{manifest}: audio that is not listed: {names}",
    "twice": "{manifest}: {count} listed twice: {names}",
    "columns": "{file}: keywords are taken from column {column!r}; ignored: {names}",
    "first_column": "{file}: keywords are taken from its first column; ignored: {count}",
    "headings": "{file}: the header row ({names}) is not a keyword",
    "too_long": "{file}: left out a keyword of {characters} characters ({beginning}...)",
    "terms": "{file}: a list of {count}, not sentences: used as keywords",
    "not_read": "{file}: {what}",
}
_NOUNS = {
    "no_audio": "row", "no_text": "row", "unreadable_row": "row", "twice": "recording", "first_column": "other column",
    "terms": "term", "no_transcript": "recording",
}  # fmt: skip


def notice(code: str, **arguments: Any) -> Notice:
    """A notice by its code."""
    return Notice(code, arguments)


def sentence(notice: Notice) -> str:
    """A notice as one clause of English.

    >>> sentence(notice("encoding", file="a.txt", encoding="cp1252"))
    'a.txt: not UTF-8; read as cp1252'
    """
    shown: dict[str, Any] = {
        name: some([str(item) for item in value]) if isinstance(value, list | tuple) else value
        for name, value in notice.arguments.items()
    }
    if "count" in shown:
        shown["count"] = counted(shown["count"], _NOUNS.get(notice.code, "file"))
    return SENTENCES[notice.code].format(**shown)
