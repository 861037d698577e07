"""Overview of the input: folders found and left out, hours, words, and the cost of the first run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clm.audio.formats import described
from clm.base.messages import counted, some
from clm.base.progress import duration
from clm.documents.document_sentences import sentence
from clm.project.dataset import Dataset
from clm.types import Engine

#: Fewer recordings that are held out give no verdict (docs/metrics.md).
FEWEST_HELD_OUT = 6


@dataclass(frozen=True)
class Overview:
    """Counts of a data set; `seconds` of audio where headers tell them, `unknown` recordings where they do not."""

    folders: int
    recordings: int
    words: int
    seconds: float
    unknown: int
    heldout: int


def count(dataset: Dataset) -> Overview:
    """Count folders, recordings, words and seconds; of audio, headers are read."""
    pairs = [pair for folder in dataset.folders.values() for pair in folder.pairs]
    lengths = [dataset.seconds(pair) for pair in pairs]
    language = dataset.settings.language
    words = sum(dataset.references.words(pair, language) for pair in pairs)
    known = [seconds for seconds in lengths if seconds is not None]
    unknown = sum(pair.audio is not None for pair in pairs) - len(known)
    heldout = sum(name in dataset.folders for name in dataset.heldout)
    return Overview(len(dataset.folders), len(pairs), words, sum(known), unknown, heldout)


def lines(dataset: Dataset, engine: Engine) -> list[str]:
    """Everything there is to say of an input, the counts first, and what it would take to transcribe it."""
    return [*about(dataset), *([first_run(dataset, engine)] if dataset.folders else [])]


def about(dataset: Dataset) -> list[str]:
    """Everything there is to say of an input, the counts first."""
    found = count(dataset)
    return [
        summary(found, dataset),
        *notes(dataset),
        *odd_recordings(dataset),
        *wordless(dataset),
        *heldout(found, dataset),
    ]


def summary(found: Overview, dataset: Dataset) -> str:
    """Summary of the input that was found."""
    about = f" and {counted(found.unknown, 'recording')} of unknown length" if found.unknown else ""
    audio = f", {duration(found.seconds)} of audio{about}" if dataset.with_audio else ", no audio"
    return (
        f"Found {counted(found.folders, 'folder')} with {counted(found.recordings, 'recording')}{audio}, "
        f"{counted(found.words, 'word')} of transcripts."
    )


def notes(dataset: Dataset) -> Iterator[str]:
    """Reasons for omissions, and ways of reading files: each kind of notice once, with the folders it is about."""
    for name, why in dataset.left_out.items():
        yield f"Input folder {name!r} is left out: {why}."
    for notice in dataset.notices:
        yield f"{sentence(notice)}."
    same: dict[str, list[str]] = {}
    for name, folder in dataset.folders.items():
        for notice in folder.notices:
            same.setdefault(sentence(notice), []).append(name)
    for text, names in same.items():
        yield f"{'Folders' if len(names) > 1 else 'Folder'} {some([repr(name) for name in names])}: {text}."


def odd_recordings(dataset: Dataset) -> Iterator[str]:
    """Recordings on this machine that are not audio, or whose length their beginning does not tell."""
    none: list[str] = []
    unsure: list[str] = []
    for name in dataset.with_audio:
        for pair in dataset.folders[name].pairs:
            if isinstance(pair.audio, Path) and dataset.seconds(pair) is None:
                kind = dataset.media(pair).format
                (unsure if kind else none).append(f"{name}/{pair.audio.name}{f' ({described(kind)})' if kind else ''}")
    if none:
        yield f"Not recognised as audio, and will fail: {some(none)}."
    if unsure:
        yield f"Without a length, and perhaps damaged: {some(unsure)}."


def wordless(dataset: Dataset) -> Iterator[str]:
    """Recordings whose transcripts hold no words: whatever is heard in them counts as inserted."""
    pairs = [(name, pair) for name, folder in dataset.folders.items() for pair in folder.pairs]
    language = dataset.settings.language
    without = [f"{name}/{pair.text.name}" for name, pair in pairs if not dataset.references.words(pair, language)]
    if without:
        yield f"Transcripts without a word, as if nobody spoke: {some(without)}."


def heldout(found: Overview, dataset: Dataset) -> Iterator[str]:
    """Number of held-out folders, with advice where those are too few; names that no folder has."""
    if absent := [repr(name) for name in dataset.heldout if name not in dataset.folders]:
        yield f"Held out, but not in the input: {some(absent)}. A name such as 007 or 1.10 needs quotes in YAML."
    if found.heldout:
        yield f"Held out: {counted(found.heldout, 'folder')} ({some(list(dataset.heldout))})."
    elif dataset.settings.evaluation.heldout == "auto" and found.folders:
        yield f"Nothing is held out: heldout: auto needs six folders, and there {_are(found.folders)}."
    elif found.folders > FEWEST_HELD_OUT:
        yield "Nothing is held out. Hint: evaluation: {heldout: auto} holds out a third of the folders."


def _are(folders: int) -> str:
    return "is 1" if folders == 1 else f"are {folders}"


def first_run(dataset: Dataset, engine: Engine) -> str:
    """Cost of transcribing everything once with the stock model."""
    pairs = [pair for name in dataset.with_audio for pair in dataset.folders[name].pairs]
    lengths = [seconds for pair in pairs if (seconds := dataset.seconds(pair)) is not None]
    estimate = engine.estimate(lengths, engine.name)
    money = f" and ${estimate.dollars:.2f}" if estimate.dollars else ""
    return (
        f"To transcribe it once with {engine.name} takes about {duration(estimate.cpu_seconds)} of CPU time{money}; "
        "a custom model as much again, and the time to train it."
    )
