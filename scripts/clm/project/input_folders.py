"""The input folders: which recordings there are, and what is wrong with the rest."""

import contextlib
import errno
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clm.audio.formats import AUDIO_SUFFIXES, COMMON_SUFFIXES
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.messages import some
from clm.base.s3_path import S3Path
from clm.base.text_files import printable
from clm.config import UNUSABLE_NAME

LONGEST_NAME = 240  # bytes; file systems allow 255, and results are named after folders
KEYWORDS_FILE = "keywords.txt"


@dataclass(frozen=True)
class Pair:
    """A recording and its reference. `name` is the stem of the audio file, unique in its folder.

    `audio` is None where only transcripts made elsewhere are scored; `name` is the stem of the text then.
    """

    name: str
    audio: Path | S3Path | None
    text: Path


@dataclass(frozen=True)
class Folder:
    """A usable input folder with its recordings in order of their names, and its own keywords if it has some."""

    name: str
    pairs: tuple[Pair, ...]
    keywords: Path | None = None

    @property
    def has_audio(self) -> bool:
        """Whether there is something to transcribe."""
        return self.pairs[0].audio is not None


class BadFolderError(Exception):
    """Why a folder is left out, as one clause."""


def scan(
    root: Path, digests: Digests, imported: Mapping[str, Collection[str]] | None = None
) -> tuple[dict[str, Folder], dict[str, str]]:
    """Find the usable folders below `root` and, for the others, the reason why they are left out.

    `imported` says for which folders there are transcripts made elsewhere, and which files those came from: such a
    folder needs no audio, and such a file is no reference.

    Raises:
        UserError: `root` is not a folder or holds no folders.

    """
    if not root.is_dir():
        raise UserError(f"input: there is no folder {root}", "--config input=... names the folder of your recordings")
    names = _names(root, os.DirEntry.is_dir)
    if not names:
        raise UserError(
            f"input: {root} holds no folders", "make one folder per recording in it, each with audio and a .txt"
        )
    normal = Counter(unicodedata.normalize("NFC", name) for name in names)
    usable, left_out = {}, {}
    for name in names:
        try:
            if normal[unicodedata.normalize("NFC", name)] > 1:
                raise BadFolderError("another folder has the same name in another Unicode form; rename one")
            usable[name] = scan_folder(root / name, digests, (imported or {}).get(name))
        except BadFolderError as error:
            left_out[printable(name)] = printable(str(error))
        except OSError as error:
            left_out[printable(name)] = f"not readable ({error.strerror})"
    return usable, left_out


def scan_folder(path: Path, digests: Digests, imported: Collection[str] | None = None) -> Folder:
    """Pair the audio files of one folder with their references.

    Raises:
        BadFolderError: the folder cannot be used.

    """
    check_name(path.name)
    paths = [path / name for name in _names(path, os.DirEntry.is_file)]
    paths = [path for path in paths if str(path.resolve()) not in (imported or ())]
    pairs = pair_files(paths, text_only=imported is not None)
    for recording in pairs:
        check_unicode(recording.name, recording.text.name)
        check_encoding(recording.text, digests)
        if recording.audio:
            digests.sha256(recording.audio)  # an unreadable file is found here, where it costs its folder only
    own = next((item for item in paths if is_keywords(item.name)), None)
    if own:
        digests.sha256(own)
    return Folder(path.name, pairs, own)


def _names(path: Path, wanted: Callable[[os.DirEntry[str]], bool]) -> list[str]:
    """Names in a folder of what is wanted, without hidden ones; links to nowhere or to themselves are nothing."""

    def is_wanted(entry: os.DirEntry[str]) -> bool:
        try:
            return wanted(entry)
        except OSError as error:
            if error.errno == errno.ELOOP:
                return False
            raise

    return sorted(entry.name for entry in os.scandir(path) if not entry.name.startswith(".") and is_wanted(entry))


def pair_files(paths: Sequence[Path] | Sequence[S3Path], *, text_only: bool = False) -> tuple[Pair, ...]:
    """Pair the audio files among the files of a folder with the references among them.

    With `text_only`, a folder without audio is one of references alone.

    Raises:
        BadFolderError: there are none, or no one-to-one pairing.

    """
    audio = [path for path in paths if path.suffix.lower() in AUDIO_SUFFIXES]
    common = [path for path in audio if path.suffix.lower() in COMMON_SUFFIXES]
    texts = [path for path in paths if path.suffix.lower() == ".txt" and not is_keywords(path.name)]
    if not audio and not text_only:
        raise BadFolderError(f"no audio file ({', '.join(sorted(COMMON_SUFFIXES))} and others)")
    if not texts:
        raise BadFolderError("no transcript (.txt)")
    if not audio:
        return tuple(Pair(text.stem, None, text) for text in texts)
    if len(common) < len(audio):  # a video beside the recording that was made from it
        with contextlib.suppress(BadFolderError):
            return pair(common, texts)
    return pair(audio, texts)


def is_keywords(name: str) -> bool:
    """Whether a file of a folder is its list of keywords."""
    return name.lower() == KEYWORDS_FILE


def check_name(name: str) -> None:
    """Refuse a name that Snakemake would misread in a path."""
    if len(os.fsencode(name)) > LONGEST_NAME:
        raise BadFolderError(f"its name is longer than {LONGEST_NAME} bytes; rename it")
    if UNUSABLE_NAME.search(name):
        raise BadFolderError("its name holds {, }, <word> or a line break, which Snakemake cannot handle; rename it")
    if printable(name) != name:
        raise BadFolderError("its name is not valid Unicode; rename it")


def check_unicode(*names: str) -> None:
    """Refuse files whose names cannot be written down."""
    for name in names:
        if printable(name) != name:
            raise BadFolderError(f"the name of its file {name} is not valid Unicode; rename it")


def pair(audio: list[Path], texts: list[Path]) -> tuple[Pair, ...]:
    """Match one audio file and one text of any names, or several by equal stems.

    Raises:
        BadFolderError: there is no one-to-one pairing.

    """
    if len(audio) == len(texts) == 1:
        return (Pair(audio[0].stem, audio[0], texts[0]),)
    by_stem = {text.stem: text for text in texts}
    counts = Counter(path.stem for path in audio)
    if twice := [stem for stem, count in counts.items() if count > 1]:
        raise BadFolderError(f"several audio files are named {some(twice)}; keep one of each")
    if alone := [path.name for path in audio if path.stem not in by_stem]:
        raise BadFolderError(f"no transcript of the same name for {some(alone)}")
    if alone := [text.name for text in texts if text.stem not in counts]:
        raise BadFolderError(f"no audio of the same name for {some(alone)}")
    if len(by_stem) < len(texts):
        raise BadFolderError("two transcripts differ only in the case of .txt; keep one")
    return tuple(Pair(path.stem, path, by_stem[path.stem]) for path in audio)


def check_encoding(path: Path, digests: Digests) -> None:
    """Refuse a text that is not UTF-8, naming the file and the byte."""
    offset = digests.bad_utf8(path)
    if offset is not None:
        raise BadFolderError(f"{path.name} is not UTF-8 (byte {offset}); save it as UTF-8")
