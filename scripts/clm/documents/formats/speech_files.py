"""Transcript formats of speech research: STM, CTM, TRN and Kaldi's `text`, each with an id for what is spoken.

The formats of NIST are described in the documentation of sclite (SCTK).
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePath

from clm.base.messages import some

_NUMBER = r"\d+(?:\.\d*)?|\.\d+"
_STM = re.compile(
    rf"(?P<file>\S+)[ \t]+(?P<channel>\S+)[ \t]+(?P<speaker>\S+)[ \t]+(?P<start>{_NUMBER})[ \t]+(?P<end>{_NUMBER})"
    r"(?:[ \t]+<[^<>]*>)?(?:[ \t]+(?P<words>.*))?$"
)
_CTM = re.compile(
    rf"(?P<file>\S+)[ \t]+(?P<channel>\S+)[ \t]+(?P<start>{_NUMBER}|\*)[ \t]+(?P<length>{_NUMBER}|\*)"
    r"[ \t]+(?P<word>\S+)"
    r"(?:[ \t]+(?:-?\d*\.?\d+(?:[eE]-?\d+)?|NA))?(?:[ \t]+(?P<type>[A-Za-z][\w-]*|NULL))?(?:[ \t]+\S+)?[ \t]*$"
)
_TRN = re.compile(r"(?P<words>.*?)[ \t]*\((?P<id>[^\s()]+)\)[ \t]*$")
_KALDI = re.compile(r"(?P<id>[\w.@/+-]+)[ \t]+(?P<words>\S.*)$")
_NAMED = re.compile(r"(?P<id>\S+\.(?:wav|mp3|flac|ogg|m4a|mp4|opus|sph|amr|webm))[ \t]+(?P<words>\S.*)$", re.IGNORECASE)
#: An utterance's id has a digit, and parts joined by signs that words are not joined by: `_`, or two hyphens.
_ID = re.compile(r"(?=\S*\d)(?:[\w.-]*[A-Za-z0-9]_[\w.-]+|[\w.]+-[\w.]+-[\w.-]+|[A-Za-z]+\d{2,}-[\w.-]+)$")
_DATE = re.compile(r"\d{1,4}-\d{1,2}-\d{1,4}$")
#: A time in seconds, which Fisher's transcripts have where Kaldi's have an id.
_TIME = re.compile(r"\d+\.\d+$")
#: What STM puts where nothing is scored.
_UNSCORED = ("ignore_time_segment_in_scoring", "inter_segment_gap", "excluded_region")
_CHOICE = re.compile(r"\{([^{}]*)\}")
_UNSPOKEN_TYPES = frozenset({"non-lex", "non-speech", "misc", "noise"})


def _content(text: str) -> list[str]:
    """The lines that are not comments."""
    return [line.strip() for line in text.split("\n") if line.strip() and not line.lstrip().startswith(";;")]


def _rows(text: str, pattern: re.Pattern[str], mark: str = "") -> list[re.Match[str]]:
    """A match for every line, or nothing if one does not match."""
    found = []
    for line in _content(text):
        match = pattern.match(line)
        if match is None:
            return []
        found.append(match)
    return found if mark in text else []


def read_stm(text: str) -> dict[str, list[str]]:
    """The lines of each file in order of time, alternatives by their first; empty if the text is not STM."""
    rows = _rows(text, _STM)
    if not rows or any(float(row["end"]) < float(row["start"]) for row in rows):
        return {}
    rows.sort(key=lambda row: float(row["start"]))
    found: dict[str, list[str]] = {row["file"]: [] for row in rows}
    for row in rows:
        words = (row["words"] or "").strip()
        if words.lower() not in _UNSCORED:
            found[row["file"]].append(_first_choice(words))
    return found


def stm_segments(text: str) -> list[tuple[str, str, float, float, str]]:
    """File, speaker, start, end and words of each scored line."""
    rows = [row for row in _rows(text, _STM) if (row["words"] or "").strip().lower() not in (*_UNSCORED, "")]
    return [
        (row["file"], row["speaker"], float(row["start"]), float(row["end"]), _first_choice(row["words"].strip()))
        for row in rows
    ]


def _first_choice(words: str) -> str:
    """`{ a / b }` as a; `@` stands for nothing."""

    def first(match: re.Match[str]) -> str:
        choice = match[1].split("/")[0].strip()
        return "" if choice == "@" else choice

    while (chosen := _CHOICE.sub(first, words)) != words:
        words = chosen
    return words


def read_ctm(text: str) -> dict[str, list[str]]:
    """The words of each file in order of time, as one line; empty if the text is not CTM."""
    rows = _rows(text, _CTM)
    if not rows or all(row["start"] == "*" for row in rows):
        return {}
    words: dict[str, list[tuple[float, str]]] = defaultdict(list)
    alternative, now = 0, 0.0
    for row in rows:
        word = row["word"]
        if row["start"] == "*" or word.startswith("<ALT"):
            alternative = {"<ALT_BEGIN>": 1, "<ALT>": alternative + 1, "<ALT_END>": 0}.get(word.upper(), alternative)
            continue
        now = float(row["start"])
        if alternative <= 1 and word != "@" and (row["type"] or "lex").lower() not in _UNSPOKEN_TYPES:
            words[row["file"]].append((now, word))
    return {
        name: [" ".join(word for _, word in sorted(said, key=lambda item: item[0]))] for name, said in words.items()
    }


def read_trn(text: str, stem: str = "") -> dict[str, list[str]]:
    """The words of each id, which is in parentheses at the end of a line; empty if the text is not TRN."""
    if "(" not in text:
        return {}
    rows = _rows(text, _TRN)
    ids = [row["id"] for row in rows]
    if not _are_ids(ids, stem):
        return {}
    return {row["id"]: [_first_choice(row["words"])] for row in rows}


def read_kaldi(text: str, stem: str = "") -> dict[str, list[str]]:
    """The words of each id, which is at the beginning of a line; empty if the text is not Kaldi's `text`."""
    rows = _rows(text, _KALDI)
    ids = [row["id"] for row in rows]
    if not _are_ids(ids, stem) or any(map(_DATE.match, ids)) or any(map(_TIME.match, ids)):
        return {}
    return {row["id"]: [row["words"]] for row in rows}


def _are_ids(ids: list[str], stem: str) -> bool:
    """True if these can be ids: each occurs once and looks like one, or all are numbered in one way."""
    if not ids or len(set(ids)) < len(ids):
        return False
    if all(map(_ID.match, ids)):
        return True
    if len(ids) == 1:
        return bool(stem) and ids[0].casefold() in (stem.casefold(), PurePath(stem).stem.casefold())
    numbers = [re.findall(r"\d+", identity) for identity in ids]
    forms = {re.sub(r"[^\W\d_]+", "a", re.sub(r"\d", "0", identity)) for identity in ids}
    padded = any(number.startswith("0") for found in numbers for number in found)
    return len(forms) == 1 and all(numbers) and padded


def read_named(text: str) -> dict[str, list[str]]:
    """The words behind the name of an audio file on each line (as of Azure); empty if the text is not such a list."""
    rows = _rows(text, _NAMED)
    return {PurePath(row["id"]).stem: [row["words"]] for row in rows}


def of_recording(found: Mapping[str, list[str]], stem: str, *, are_files: bool) -> list[str]:
    """The lines that belong to a recording: those of its name, or of utterances named after it.

    If none is, they are utterances of it by other names; but where ids are those of whole files (`are_files`), only a
    single one is.

    Raises:
        ValueError: there are several recordings, and none has this name.

    """
    wanted = stem.casefold()
    own = [
        name for name in found if PurePath(name).name.casefold() in (wanted, wanted + PurePath(name).suffix.casefold())
    ]
    own = own or [name for name in found if re.match(re.escape(wanted) + r"[-_.:]", name.casefold())]
    if are_files and len(found) > 1 and not own:
        raise ValueError(f"of {len(found)} recordings ({some(list(found))}), none of which is named {stem}")
    return [line for name in own or found for line in found[name]]
