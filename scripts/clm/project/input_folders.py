"""The input folders: their recordings, and the flaws of unusable ones."""

import errno
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from clm.audio.formats import AUDIO_SUFFIXES
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.messages import counted
from clm.base.notices import Notice
from clm.base.s3_path import S3Path
from clm.base.text_files import printable
from clm.config import UNUSABLE_NAME
from clm.documents import transcript
from clm.documents.data_sets.manifest_folders import HUNDRED
from clm.documents.data_sets.manifest_folders import usable as usable_name
from clm.documents.data_sets.pairing import is_transcript, match
from clm.documents.data_sets.scattered import pairs_below
from clm.documents.document_sentences import notice

#: Repetitions at the end of a name at which Snakemake stops (snakemake.io.PeriodicityDetector).
REPETITIONS = 20
LONGEST_NAME = 240  # bytes; file systems allow 255, and results are named after folders
KEYWORDS_FILE = "keywords.txt"


@dataclass(frozen=True)
class Pair:
    """A recording and its reference. `name` is the stem of the audio file, unique in its folder.

    `audio` is None where only transcripts of other recognisers are scored; `name` is the stem of the text then.
    """

    name: str
    audio: Path | S3Path | None
    text: Path


@dataclass(frozen=True)
class Folder:
    """A usable input folder with its recordings in order of their names, and its own keywords if it has some.

    `notices`: remarks for the user.
    """

    name: str
    pairs: tuple[Pair, ...]
    keywords: Path | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def has_audio(self) -> bool:
        """True if there is something to transcribe."""
        return self.pairs[0].audio is not None


class BadFolderError(Exception):
    """A folder that is left out; the message is the reason, as one clause."""


def scan(
    root: Path, digests: Digests, imported: Mapping[str, Collection[str]] | None = None
) -> tuple[dict[str, Folder], dict[str, str]]:
    """Find the usable folders below `root` and, for the others, the reason why they are left out.

    `imported` holds the folders with transcripts of other recognisers, and the files those came from: such a
    folder needs no audio, and such a file is not a reference.

    Raises:
        UserError: `root` is not a folder or holds no folders.

    """
    if not root.is_dir():
        raise UserError(f"input: there is no folder {root}", "--config input=... names the folder of your recordings")
    names = _names(root, os.DirEntry.is_dir)
    usable, left_out = _scan_files(root, digests, names)
    if not names and not usable:
        reasons = "".join(f"\n  {name}: {why}" for name, why in left_out.items())
        raise UserError(
            f"input: {root} holds no folders{reasons or _files_instead(root)}",
            "make one folder per recording in it, each with audio and a .txt, or put pairs of equal names into it",
        )
    normal = Counter(unicodedata.normalize("NFC", name) for name in names)
    for name in names:
        try:
            if normal[unicodedata.normalize("NFC", name)] > 1:
                raise BadFolderError("another folder has the same name in another Unicode form; rename one")
            usable[name] = scan_folder(root / name, digests, (imported or {}).get(name))
        except BadFolderError as error:
            left_out[printable(name)] = printable(str(error))
        except OSError as error:
            left_out[printable(name)] = f"not readable ({error.strerror})"
    if not usable and (found := _scan_below(root, digests)):
        return found, {}
    return usable, left_out


def _files_instead(root: Path) -> str:
    """What a folder without folders and recordings holds."""
    found = _names(root, os.DirEntry.is_file)
    return f", only {counted(len(found), 'file')} that {'are' if len(found) > 1 else 'is'} no audio" if found else ""


def _scan_below(root: Path, digests: Digests) -> dict[str, Folder]:
    """Pairs anywhere below the input: folders by the directories of audio, or by pair if all is in one."""
    pairs, alone = pairs_below(root)
    if any(audio.parent.parent == root and text.parent == audio.parent for audio, text in pairs):
        return {}  # a folder as it should be, which was left out for a reason
    grouped: dict[str, list[Pair]] = {}
    single = len({audio.parent for audio, _ in pairs}) == 1
    for number, (audio, text) in enumerate(pairs):
        inside = audio.parent.relative_to(root).as_posix().replace("/", "-")
        part = audio.stem if len(pairs) <= HUNDRED else f"part-{number // HUNDRED + 1:03}"
        grouped.setdefault(usable_name(part if single else inside), []).append(Pair(audio.stem, audio, text))
    folders = {}
    for name, found in grouped.items():
        try:
            check_name(name)
            for pair in found:
                check_unicode(pair.name, pair.text.name)
                digests.sha256(pair.text), digests.sha256(pair.audio)
            unnamed = [path.name for path in alone] if not folders else []
            notices = (notice("no_transcript", count=len(unnamed), names=unnamed),) if unnamed else ()
            folders[name] = Folder(name, tuple(found), None, notices)
        except (BadFolderError, OSError):
            continue
    return folders


def _scan_files(root: Path, digests: Digests, taken: Collection[str]) -> tuple[dict[str, Folder], dict[str, str]]:
    """Pairs that lie directly in the input: each becomes a folder, or each hundred if there are more."""
    paths = [root / name for name in _names(root, os.DirEntry.is_file)]
    if not any(path.suffix.lower() in AUDIO_SUFFIXES for path in paths):
        return {}, {}
    left_out: dict[str, str] = {}
    try:
        pairs, notices = pair_files(paths)
    except BadFolderError as error:
        return {}, {"(files in the input folder itself)": printable(str(error))}
    sound = []
    for pair in pairs:
        try:
            if pair.name in taken:
                raise BadFolderError(f"there is a folder {pair.name} beside it; move it into a folder")
            check_name(pair.name)
            check_unicode(pair.name, pair.text.name)
            digests.sha256(pair.text), digests.sha256(pair.audio)
            sound.append(pair)
        except BadFolderError as error:
            left_out[printable(pair.name)] = printable(str(error))
        except OSError as error:
            left_out[printable(pair.name)] = f"not readable ({error.strerror})"
    if len(pairs) > HUNDRED:
        groups = [tuple(sound[start : start + HUNDRED]) for start in range(0, len(sound), HUNDRED)]
        named = {f"part-{number:03}": group for number, group in enumerate(groups, start=1)}
    else:
        named = {pair.name: (pair,) for pair in sound}
    first = next(iter(named), None)
    folders = {name: Folder(name, group, None, notices if name == first else ()) for name, group in named.items()}
    return folders, left_out


def scan_folder(path: Path, digests: Digests, imported: Collection[str] | None = None) -> Folder:
    """Pair the audio files of one folder with their references.

    Raises:
        BadFolderError: the folder cannot be used.

    """
    check_name(path.name)
    paths = [path / name for name in _names(path, os.DirEntry.is_file)]
    paths = [path for path in paths if str(path.resolve()) not in (imported or ())]
    try:
        pairs, notices = pair_files(paths, text_only=imported is not None)
    except BadFolderError:
        if not (pairs := pair_by_ids(paths)):
            raise
        notices = ()
    for recording in pairs:
        check_unicode(recording.name, recording.text.name)
        digests.sha256(recording.text)
        if recording.audio:
            digests.sha256(recording.audio)  # an unreadable file is found here, where it costs its folder only
    own = next((item for item in paths if is_keywords(item.name)), None)
    if own:
        digests.sha256(own)
    return Folder(path.name, pairs, own, notices)


def _names(path: Path, wanted: Callable[[os.DirEntry[str]], bool]) -> list[str]:
    """Names in a folder of what is wanted, without hidden ones; broken links and links to themselves are skipped."""

    def is_wanted(entry: os.DirEntry[str]) -> bool:
        try:
            return wanted(entry)
        except OSError as error:
            if error.errno == errno.ELOOP:
                return False
            raise

    return sorted(entry.name for entry in os.scandir(path) if not entry.name.startswith(".") and is_wanted(entry))


def pair_files(
    paths: Sequence[Path] | Sequence[S3Path], *, text_only: bool = False
) -> tuple[tuple[Pair, ...], tuple[Notice, ...]]:
    """Pair the audio files among the files of a folder with the references among them.

    With `text_only`, a folder without audio is one of references alone.

    Raises:
        BadFolderError: there are none, or no one-to-one pairing.

    """
    listed = {path.name: path for path in paths if not is_keywords(path.name)}
    try:
        found = match(list(listed), text_only=text_only)
    except ValueError as error:
        raise BadFolderError(str(error)) from None
    pairs = [
        Pair(PurePath(audio or text).stem, listed[audio] if audio else None, listed[text])
        for audio, text in found.pairs
    ]
    return tuple(pairs), found.notices


def pair_by_ids(paths: Sequence[Path]) -> tuple[Pair, ...]:
    """Pairs of several audio files with the one text of a folder, if that distinguishes them by name (STM, NeMo...)."""
    audio = [path for path in paths if path.suffix.lower() in AUDIO_SUFFIXES]
    texts = [path for path in paths if path not in audio and is_transcript(path.name) and not is_keywords(path.name)]
    if len(audio) < 2 or len(texts) != 1:
        return ()
    try:
        known = {name.casefold() for name in transcript.read(texts[0], several=True).by_recording}
    except UserError:
        return ()
    named = all(path.stem.casefold() in known or path.name.casefold() in known for path in audio)
    return tuple(Pair(path.stem, path, texts[0]) for path in audio) if named else ()


def is_keywords(name: str) -> bool:
    """True if a file of a folder is its list of keywords."""
    return name.lower() == KEYWORDS_FILE


def check_name(name: str) -> None:
    """Refuse a name that Snakemake would misread in a path."""
    if len(os.fsencode(name)) > LONGEST_NAME:
        raise BadFolderError(f"its name is longer than {LONGEST_NAME} bytes; rename it")
    if UNUSABLE_NAME.search(name):
        raise BadFolderError("its name holds {, }, <word> or a line break, which Snakemake cannot handle; rename it")
    if _ends_periodically(name):
        raise BadFolderError("its name ends in the same characters twenty times, which Snakemake refuses; rename it")
    if printable(name) != name:
        raise BadFolderError("its name is not valid Unicode; rename it")


def _ends_periodically(name: str) -> bool:
    """True if a name ends in one string repeated twenty times, by which Snakemake recognises an endless recursion.

    >>> [_ends_periodically(name) for name in ("take" + 20 * "a", 20 * "ha", "take" + 19 * "a", "talk")]
    [True, True, False, False]
    """
    longest = len(name) // REPETITIONS
    return any(name.endswith(name[-length:] * REPETITIONS) for length in range(1, longest + 1))


def check_unicode(*names: str) -> None:
    """Refuse files whose names cannot be written down."""
    for name in names:
        if printable(name) != name:
            raise BadFolderError(f"the name of its file {name} is not valid Unicode; rename it")
