"""Audio formats: file names, identification by the first bytes, and advice for each kind."""

from __future__ import annotations

import re

#: What Amazon Transcribe takes (developer guide, "Data input and output").
AMAZON_FORMATS = ("amr", "flac", "m4a", "mp3", "mp4", "ogg", "wav", "webm")
#: Suffixes of what is a recording in an input folder. The content decides how it is read; a suffix of a format that
#: nothing here decodes is listed too, so that such a file is named with its kind instead of being overlooked.
AUDIO_SUFFIXES = frozenset({
    ".wav", ".wave", ".bwf", ".rf64", ".w64", ".flac", ".mp3", ".mp2", ".mpga", ".mpeg", ".mpg", ".mp4", ".m4a",
    ".m4b", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".ogg", ".oga", ".ogv", ".opus", ".spx", ".webm", ".mkv", ".mka",
    ".amr", ".awb", ".aac", ".adts", ".ac3", ".eac3", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".sph",
    ".nist", ".wma", ".wmv", ".asf", ".avi", ".flv", ".ts", ".mts", ".m2ts", ".vob", ".mxf", ".wv", ".ape", ".tta",
    ".tak", ".shn", ".dts", ".gsm", ".voc", ".ra", ".rm", ".qcp", ".dss", ".ds2", ".dvf", ".msv", ".vox",
})  # fmt: skip
#: Of these, the ones that come first where files of one recording lie side by side.
COMMON_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".mp4", ".m4a", ".ogg", ".webm", ".amr"})
#: Kinds by the bytes at an offset. The first that fits counts.
_MARKS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "flac"), (0, b"OggS", "ogg"), (0, b"#!AMR", "amr"), (4, b"ftyp", "mp4"), (4, b"moov", "mov"),
    (4, b"mdat", "mov"), (4, b"wide", "mov"), (0, b"FORM", "aiff"), (0, b".snd", "au"), (0, b"caff", "caf"),
    (0, b"riff\x2e\x91\xcf\x11", "w64"), (0, b"NIST_1A", "sph"), (0, b"ajkg", "shorten"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wma"), (0, b"FLV\x01", "flv"), (0, b"wvpk", "wavpack"),
    (0, b"MAC ", "monkey's audio"), (0, b"TTA1", "tta"), (0, b"tBaK", "tak"), (0, b"Creative Voice File", "voc"),
    (0, b".RMF", "realmedia"), (0, b".ra\xfd", "realaudio"), (0, b"\x0b\x77", "ac3"), (0, b"\x7f\xfe\x80\x01", "dts"),
    (0, b"\x02dss", "dss"), (0, b"\x03dss", "dss"), (0, b"\x03ds2", "ds2"), (0, b"\x01ds2", "ds2"),
    (0, b"\x07ds2", "ds2"), (0, b"\x02dvf", "dvf"), (0, b"MS_VOICE", "msv"), (0, b"ID3", "mp3"),
    (0, b"\x00\x00\x01\xba", "mpeg"), (0, b"MThd", "midi"), (0, b"%PDF", "pdf"), (0, b"PK\x03\x04", "zip"),
    (0, b"\x1f\x8b", "gzip"), (0, b"7z\xbc\xaf", "7z"), (0, b"Rar!", "rar"), (0, b"\x89PNG", "png"),
    (0, b"\xff\xd8\xff", "jpeg"), (0, b"GIF8", "gif"), (0, b"\xd0\xcf\x11\xe0", "office"), (0, b"{\\rtf", "rtf"),
    (0, b"#EXTM3U", "playlist"), (0, b"[playlist]", "playlist"), (0, b"version https://git-lfs", "git-lfs"),
    (0, b"bplist", "plist"), (0, b"SQLite format 3", "database"), (0, b"RIFX", "wav"), (0, b"DSD ", "dsf"),
    (0, b"FRM8", "dsdiff"), (0, b"#!SILK_V3", "silk"), (1, b"#!SILK_V3", "silk"), (0, b"#!iLBC", "ilbc"),
    (0, b"MP+", "musepack"), (0, b"MPCK", "musepack"), (0, b"OFR ", "optimfrog"), (0, b"\xac\x40", "ac4"),
    (0, b"\xac\x41", "ac4"), (0, b"\xc0\xde\xc2", "codec2"), (0, b"LA04", "la"), (0, b"\xfd7zXZ", "xz"),
    (0, b"BZh", "bzip2"), (0, b"\x28\xb5\x2f\xfd", "zstd"), (0, b"PAR1", "parquet"), (0, b"ARROW1", "parquet"),
    (0, b"\x93NUMPY", "numpy"), (0, b"\0\5\x16\7", "appledouble"), (0, b"Salted__", "encrypted"),
    (0, b"-----BEGIN PGP", "encrypted"), (257, b"ustar", "tar"),
)  # fmt: skip
_NAMES = {
    "pdf": "a PDF document", "zip": "a zip archive", "gzip": "a gzip archive", "7z": "a 7z archive",
    "rar": "a rar archive", "png": "a picture", "jpeg": "a picture", "gif": "a picture", "office": "an Office document",
    "rtf": "an RTF document", "playlist": "a playlist, which names recordings and holds none",
    "git-lfs": "a Git LFS pointer and not the file itself", "html": "an HTML page", "text": "text",
    "midi": "MIDI, which holds notes, not sound", "ds2": "an encrypted dictation (DS2)", "zeros": "zeros only",
    "dss": "a dictation (DSS)", "dvf": "a dictation of a Sony recorder (DVF)",
    "msv": "a dictation of a Sony recorder (MSV)",
    "silk": "a voice message in SILK, as WeChat and QQ keep them", "xz": "an xz archive", "bzip2": "a bzip2 archive",
    "zstd": "a zstd archive", "tar": "a tar archive", "parquet": "a table (Parquet or Arrow)",
    "numpy": "an array of NumPy", "appledouble": "a file of attributes that macOS puts beside others (._)",
    "encrypted": "an encrypted file", "drm": "audio with copy protection (DRM)", "dsdiff": "DSD audio (DSDIFF)",
    "plist": "a property list", "database": "a database, such as a project of Audacity",
}  # fmt: skip
_ARCHIVES = {"zip", "gzip", "7z", "rar", "xz", "bzip2", "zstd", "tar"}
_DICTATIONS = {"ds2", "dss", "dvf", "msv"}
_NO_MEDIA = {
    "pdf",
    "png",
    "jpeg",
    "gif",
    "office",
    "rtf",
    "html",
    "text",
    "midi",
    "plist",
    "zeros",
    "playlist",
    "appledouble",
}
_UNDECODED = {"silk", "ilbc", "optimfrog", "ac4", "codec2", "la", "drm", "dsdiff"}
_BRANDS = {
    b"qt  ": "mov",
    b"M4A ": "m4a",
    b"M4B ": "m4a",
    b"3gp": "3gp",
    b"3g2": "3gp",
    b"avif": "png",
    b"heic": "png",
    b"aax": "drm",
    b"M4P ": "drm",
}
#: Kinds that libsndfile never reads, so that it need not be asked.
FFMPEG_ONLY = frozenset({
    "mp4", "m4a", "mov", "3gp", "webm", "mkv", "amr", "aac", "ac3", "mpeg", "mpeg-ts", "wma", "flv", "avi", "wavpack",
    "tta", "tak", "dts", "realmedia", "realaudio", "dss", "monkey's audio",
})  # fmt: skip
#: Kinds whose codecs are all decoded, so that a file which is not is damaged.
ALWAYS_DECODED = frozenset({"mp3", "flac", "aac", "amr"})
#: Kinds that cannot be decoded without an index, the box moov.
WITH_INDEX = frozenset({"mp4", "m4a", "mov", "3gp"})
#: The first frame of an mp3 file whose header states the length: Xing or Info behind the side information (of 9, 17
#: or 32 bytes, and a checksum of 2), or VBRI.
STATED_LENGTH = re.compile(
    rb"\xff[\xe2-\xfb][^\xff](?s:.)(?:(?s:.{9}|.{11}|.{17}|.{19}|.{32}|.{34})(?:Xing|Info)|(?s:.{32})VBRI)"
)
_HEAD = 4096


def kind(beginning: bytes) -> str:
    """Name of the format that the first kilobytes of a file belong to, "" if it is unknown.

    >>> kind(b"fLaC"), kind(b"<!DOCTYPE html>"), kind(bytes([1, 2, 3]))
    ('flac', 'html', '')
    """
    if beginning[:4] in (b"RIFF", b"RF64", b"BW64"):
        return {b"WAVE": "wav", b"AVI ": "avi"}.get(beginning[8:12], "")
    if beginning[4:8] == b"ftyp":
        return next((name for brand, name in _BRANDS.items() if beginning[8:].startswith(brand)), "mp4")
    if beginning.startswith(b"\x1aE\xdf\xa3"):
        return "webm" if b"webm" in beginning[:64] else "mkv"
    if beginning[:1] == b"G" and beginning[188:189] == b"G":
        return "mpeg-ts"
    if beginning[:1] == b"\xff" and len(beginning) > 1 and beginning[1] >= 0xE0 and beginning[1] & 6 != 6:
        if beginning[1] & 0xF6 == 0xF0:
            return "aac"
        if beginning[2:3] < b"\xf0" and (beginning[2:3] or b"\0")[0] & 0x0C != 0x0C:  # a bit rate and a rate there are
            return "mp3"
    found = next((name for offset, mark, name in _MARKS if beginning[offset:].startswith(mark)), "")
    return found or _no_media(beginning[:_HEAD])


def _no_media(beginning: bytes) -> str:
    if not any(beginning):
        return "zeros" if beginning else ""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if re.match(rb"\s*(<!doctype html|<html)", beginning.removeprefix(b"\xef\xbb\xbf"), re.IGNORECASE):
        return "html"
    with_spaces = bytes(byte for byte in beginning if byte >= 32 or byte in b"\t\r\n\f")
    return "text" if with_spaces == beginning and _is_utf8(beginning) else ""


def _is_utf8(beginning: bytes) -> bool:
    try:
        beginning.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end >= len(beginning) and error.start > 0  # cut in the middle of a character
    return True


def may_be_audio(name: str) -> bool:
    """True if files of this kind may hold sound.

    >>> may_be_audio("aiff"), may_be_audio("pdf"), may_be_audio("")
    (True, False, False)
    """
    return (bool(name) and name not in _NAMES) or name in _DICTATIONS


def described(name: str) -> str:
    """A kind as a noun phrase.

    >>> described("pdf"), described("wma"), described("")
    ('a PDF document', 'wma audio', 'of no known format')
    """
    return _NAMES.get(name, f"{name} audio" if name else "of no known format")


def remedy(name: str, target: str = "flac") -> str:
    """Advice for a file of a kind that cannot be used as it is; a command where one would help.

    >>> remedy("aiff")
    'convert it, for instance with: ffmpeg -i input -ar 16000 -ac 1 output.flac'
    """
    if name in _ARCHIVES:
        return "unpack it and put the recordings in the folder"
    if name in _DICTATIONS:
        return "export it as wav with the software of the recorder, which alone reads all of these files"
    if name == "git-lfs":
        return "fetch the file itself with: git lfs pull"
    if name == "database":
        return "export the recording as wav or flac with the program that keeps it there"
    if name == "encrypted":
        return "decrypt it and put the recording there"
    if name in ("parquet", "numpy"):
        return "write its recordings to files of their own, as wav or flac"
    if name == "sph":
        return "convert it, for instance with: sph2pipe -f wav input output.wav"
    if name in _UNDECODED:
        return f"export it as {target} with the program or service that it comes from"
    if not name:
        return f"{_convert(target)}; samples without any header: {_convert(target, '-f s16le -ar 16000 -ac 1 ')}"
    if name in _NO_MEDIA:
        return "put the recording itself there, or take the file out"
    return _convert(target)


def _convert(target: str, raw: str = "") -> str:
    lead = "" if raw else "convert it, for instance with: "
    return f"{lead}ffmpeg {raw}-i input -ar 16000 -ac 1 output.{target}"
