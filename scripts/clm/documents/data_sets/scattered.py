"""Recordings and transcripts anywhere below a folder: deeper than one level, or in folders of their own.

audio/talk.wav text/talk.txt        wav48/p225/p225_001.wav txt/p225/p225_001.txt        day1/take2/talk.{wav,srt}
"""

import os
from collections import defaultdict
from pathlib import Path, PurePath

from clm.audio.formats import AUDIO_SUFFIXES
from clm.documents.data_sets.pairing import best_transcript, is_transcript

_MOST_WALKED = 200_000


def pairs_below(root: Path) -> tuple[list[tuple[Path, Path]], list[Path]]:
    """Pairs of audio and text, in the order of the audio's paths, and the audio that has no text.

    A text belongs to the audio of its stem in the same folder, else to the only one of that stem, else to the one whose
    folders are of the same names but for one.
    """
    audio, texts = _files(root)
    by_stem: dict[str, list[Path]] = defaultdict(list)
    for path in texts:
        for stem in dict.fromkeys((path.stem, PurePath(path.stem).stem)):
            by_stem[stem].append(path)
    stems: dict[str, list[Path]] = defaultdict(list)
    for path in audio:
        stems[path.stem].append(path)
    pairs, alone = [], []
    for path in audio:
        text = _text_of(path, by_stem[path.stem], root, only=len(stems[path.stem]) == 1)
        if text is None:
            alone.append(path)
        else:
            pairs.append((path, text))
    return pairs, alone


def _files(root: Path) -> tuple[list[Path], list[Path]]:
    audio: list[Path] = []
    texts: list[Path] = []
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            if PurePath(name).suffix.lower() in AUDIO_SUFFIXES:
                audio.append(Path(directory, name))
            elif is_transcript(name):
                texts.append(Path(directory, name))
        if len(audio) + len(texts) > _MOST_WALKED:
            break
    return audio, texts


def _text_of(audio: Path, texts: list[Path], root: Path, *, only: bool) -> Path | None:
    beside = [path for path in texts if path.parent == audio.parent]
    folders = audio.relative_to(root).parts[:-1]
    alike = [path for path in texts if _differ_in_one(folders, path.relative_to(root).parts[:-1])]
    for found in (beside, alike, texts if only else []):
        if len({path.parent for path in found}) == 1:
            return found[0].parent / best_transcript([path.name for path in found])
    return None


def _differ_in_one(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """True if the names of folders are equal but for one of them, or for one that is missing in one of them."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:n] + long[n + 1 :] == short for n in range(len(long)))
